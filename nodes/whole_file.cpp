#include "nodes/whole_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace touchline::nodes {

namespace {

std::string there_already(const std::filesystem::path& path) {
  return "There is a file " + path.string() + " already; --force replaces it.";
}

} // namespace

tl::expected<whole_file, std::string> whole_file::create(const std::filesystem::path& path,
                                                         bool replace) {
  whole_file out;
  out.path_ = path;
  out.replace_ = replace;
  if (path == "-") {
    out.out_ = stdout;
    return out;
  }
  std::error_code ignored;
  if (!replace && std::filesystem::exists(path, ignored))
    return tl::unexpected{there_already(path)};
  if (std::filesystem::is_directory(path, ignored))
    return tl::unexpected{path.string() + " is a folder; name a file in it."};
  auto partial = path;
  partial += ".part-" + std::to_string(::getpid());
  constexpr mode_t usual = 0666;
  auto descriptor = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, usual);
  out.out_ = descriptor < 0 ? nullptr : ::fdopen(descriptor, "wb");
  if (!out.out_)
    return tl::unexpected{out.sentence("be created")};
  out.written_ = std::move(partial);
  return out;
}

whole_file::whole_file(whole_file&& other) noexcept
  : path_{std::move(other.path_)},
    written_{std::exchange(other.written_, {})},
    out_{std::exchange(other.out_, nullptr)},
    replace_{other.replace_} {}

whole_file::~whole_file() {
  if (out_ && out_ != stdout)
    std::fclose(out_);
  std::error_code ignored;
  if (!written_.empty())
    std::filesystem::remove(written_, ignored);
}

std::string whole_file::sentence(const std::string& what) const {
  auto why = std::string{std::strerror(errno)};
  return (out_ == stdout ? "Standard output" : "The file " + path_.string()) + " cannot " + what
         + ": " + why + '.';
}

tl::expected<void, std::string> whole_file::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), out_) == bytes.size())
    return {};
  return tl::unexpected{sentence("be written")};
}

tl::expected<void, std::string> whole_file::finish() {
  if (std::fflush(out_) != 0)
    return tl::unexpected{sentence("be written")};
  if (out_ == stdout)
    return {};
  auto synced = ::fsync(::fileno(out_)) == 0;
  if (std::fclose(std::exchange(out_, nullptr)) != 0 || !synced)
    return tl::unexpected{sentence("be written")};
  auto renamed
    = replace_ ? std::rename(written_.c_str(), path_.c_str())
               : ::renameat2(AT_FDCWD, written_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE);
  // Not every file system knows how not to replace.
  if (renamed != 0 && errno == EINVAL && !replace_)
    renamed = ::link(written_.c_str(), path_.c_str());
  if (renamed != 0)
    return tl::unexpected{errno == EEXIST ? there_already(path_) : sentence("be put in its place")};
  return {};
}

} // namespace touchline::nodes
