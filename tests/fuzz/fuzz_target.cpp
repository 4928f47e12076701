#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace touchline::fuzz {

void must(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "fuzz: it does not hold that %s\n", what);
  std::abort();
}

std::string change(std::string input, std::mt19937& draws) {
  auto below = [&draws](size_t end) { return draws() % std::max<size_t>(end, 1); };
  for (auto steps = 1 + below(4); steps > 0 && !input.empty(); --steps) {
    auto at = below(input.size());
    switch (below(5)) {
      case 0:
        input[at] = static_cast<char>(draws());
        break;
      case 1:
        input[at] = static_cast<char>(static_cast<unsigned>(input[at]) ^ 1U << below(8));
        break;
      case 2:
        input.resize(at);
        break;
      case 3:
        input.erase(at, 1 + below(8));
        break;
      default:
        input.insert(below(input.size()), input.substr(at, 1 + below(16)));
    }
  }
  return input;
}

std::string project_file(const std::string& path) {
  std::ifstream in{std::string{TOUCHLINE_SOURCE_DIR} + '/' + path, std::ios::binary};
  must(in.good(), "the project's files can be read");
  return {std::istreambuf_iterator<char>{in}, {}};
}

uint8_t take_choice(std::string_view& input) {
  if (input.empty())
    return 0;
  auto choice = static_cast<uint8_t>(input.front());
  input.remove_prefix(1);
  return choice;
}

std::string chosen(uint8_t choice, std::string_view rest) {
  return static_cast<char>(choice) + std::string{rest};
}

} // namespace touchline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  touchline::fuzz::take({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
