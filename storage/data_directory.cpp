#include "storage/data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

namespace touchline::storage {

namespace {

namespace fs = std::filesystem;

constexpr auto lock_file_name = "touchline.lock";
constexpr auto reader_table_name = "lock.mdb";
constexpr auto probe_name = "touchline.probe";

// The process id is padded to this width, so that a new holder overwrites a longer old id without
// truncating the file and needs no fresh block on a full disk.
constexpr std::size_t pid_width = 11;

bool is_full(int error_number) noexcept {
  return error_number == ENOSPC || error_number == EDQUOT;
}

tl::unexpected<storage_error> fail(int error_number, std::string_view action,
                                   const fs::path& path) {
  return tl::make_unexpected(system_error(error_number, action, path));
}

tl::expected<void, storage_error> make_directory(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::exists(status)) {
    if (fs::is_directory(status))
      return {};
    return tl::make_unexpected(
      storage_error{error_code::unwritable,
                    "the data directory " + path.string() + " is a file; name a directory"});
  }
  fs::create_directories(path, error);
  if (error) {
    auto failure = system_error(error.value(), "create the data directory", path);
    if (failure.code != error_code::disk_full)
      failure.code = error_code::unwritable;
    return tl::make_unexpected(std::move(failure));
  }
  return {};
}

std::string holder_of(int lock) {
  std::array<char, pid_width> text{};
  const auto count = ::pread(lock, text.data(), text.size(), 0);
  long pid = 0;
  if (count > 0)
    std::from_chars(text.data(), text.data() + count, pid);
  return pid > 0 ? "process " + std::to_string(pid) : std::string{"another process"};
}

void write_holder(int lock) {
  auto text = std::to_string(::getpid());
  text.resize(pid_width - 1, ' ');
  text += '\n';
  // Only a courtesy to whoever comes next: a full disk must not keep a store from being read.
  [[maybe_unused]] const auto written = ::pwrite(lock, text.data(), text.size(), 0);
}

} // namespace

storage_error system_error(int error_number, std::string_view action, const fs::path& path) {
  auto code = error_code::io_error;
  if (is_full(error_number))
    code = error_code::disk_full;
  else if (error_number == EACCES || error_number == EPERM || error_number == EROFS)
    code = error_code::unwritable;
  return {code, "cannot " + std::string{action} + " " + path.string() + ": "
                  + std::generic_category().message(error_number)};
}

data_directory::data_directory(fs::path path, file_descriptor lock) noexcept
  : path_(std::move(path)),
    lock_(std::move(lock)) {}

tl::expected<data_directory, storage_error> data_directory::take(const fs::path& path) {
  if (path.empty())
    return tl::make_unexpected(
      storage_error{error_code::unwritable, "the data directory has no name; give a path"});
  if (auto made = make_directory(path); !made)
    return tl::make_unexpected(std::move(made.error()));
  const auto lock_path = path / lock_file_name;
  file_descriptor lock{::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
  if (!lock)
    return fail(errno, "write to the data directory: cannot create", lock_path);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return fail(errno, "lock", lock_path);
    return tl::make_unexpected(storage_error{
      error_code::in_use, "the data directory " + path.string() + " is in use by "
                            + holder_of(lock.get()) + "; stop it or choose another directory"});
  }
  write_holder(lock.get());
  return data_directory{path, std::move(lock)};
}

tl::expected<void, storage_error> data_directory::reserve_reader_table(unsigned readers) const {
  // LMDB's header takes less than 4 KiB, each reader one cache line.
  const auto bytes = static_cast<off_t>(4096 + 64 * (std::uint64_t{readers} + 1));
  const auto path = path_ / reader_table_name;
  file_descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)};
  if (!file)
    return fail(errno, "create", path);
  if (const auto error = ::posix_fallocate(file.get(), 0, bytes); error != 0)
    return fail(error, "reserve space for", path);
  return {};
}

tl::expected<void, storage_error> data_directory::sync() const {
  const auto absolute = fs::absolute(path_);
  for (const auto& directory : {absolute, absolute.parent_path()}) {
    file_descriptor fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    // The parent may be unreadable for us; its entry is then as durable as its owner made it.
    if (!fd && directory != absolute)
      continue;
    if (!fd || (::fsync(fd.get()) != 0 && errno != EINVAL))
      return fail(errno, "sync the directory", directory);
  }
  return {};
}

bool data_directory::has_room_for(std::uint64_t bytes) const noexcept {
  constexpr std::size_t chunk = 65'536;
  static constexpr std::array<char, chunk> zeroes{};
  const auto path = path_ / probe_name;
  file_descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  // Only the lack of room counts: a disk that fails in another way is not full.
  bool full = !file && is_full(errno);
  while (file && !full && bytes > 0) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, chunk));
    const auto count = ::write(file.get(), zeroes.data(), part);
    full = count == 0 || (count < 0 && is_full(errno));
    if (count < 0)
      break;
    bytes -= static_cast<std::uint64_t>(count);
  }
  ::unlink(path.c_str());
  return !full;
}

} // namespace touchline::storage
