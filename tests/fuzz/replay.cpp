// Runs a fuzz target without libFuzzer: on its seeds, on the files of a folder, and on some changes
// of both, which are the same in every run.
//
//   fuzz_TARGET_replay FOLDER [CHANGES]    so many changes of each input (default: 40)
//   fuzz_TARGET_replay --write FOLDER      only writes the seeds, a file each
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace touchline::fuzz;

namespace {

int write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  size_t number = 0;
  for (auto& x : seeds()) {
    std::ofstream out{folder / ("seed-" + std::to_string(number++)), std::ios::binary};
    out.write(x.data(), static_cast<std::streamsize>(x.size()));
    if (!out.flush())
      return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

std::vector<std::string> files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::is_directory(folder))
    for (auto& entry : std::filesystem::directory_iterator{folder})
      paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::string> out;
  for (auto& path : paths) {
    std::ifstream in{path, std::ios::binary};
    out.emplace_back(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{});
  }
  return out;
}

} // namespace

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (argc > 2 && first == "--write")
    return write_seeds(argv[2]);
  auto inputs = seeds();
  auto begun_with = inputs.size();
  std::ranges::copy(files_of(first), std::back_inserter(inputs));
  constexpr int usual_changes = 40;
  const auto changes = argc > 2 ? std::atoi(argv[2]) : usual_changes;
  std::mt19937 draws{20'221'122};
  for (auto& x : inputs) {
    take(x);
    for (int i = 0; i < changes; ++i)
      take(change(x, draws));
  }
  std::printf("%zu seeds, %zu inputs that were found, %d changes of each: nothing fails\n",
              begun_with, inputs.size() - begun_with, changes);
  return begun_with > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
