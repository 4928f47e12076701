#include "nodes/identity_key.hpp"

#include <algorithm>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

namespace touchline::nodes {

static_assert(identity_key_bytes == crypto_auth_KEYBYTES);

namespace {

using key_bytes = std::array<unsigned char, identity_key_bytes>;

/// A file that is closed in the end.
class open_file {
public:
  open_file(const std::filesystem::path& path, int flags)
    : descriptor_{::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR)} {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }

  bool is_open() const noexcept { return descriptor_ >= 0; }
  int get() const noexcept { return descriptor_; }

private:
  int descriptor_;
};

tl::unexpected<refusal> failed(const std::filesystem::path& path, const char* what) {
  return tl::unexpected<refusal>{
    refusal{STORAGE_FAILED, "The key file " + path.string() + " cannot be " + what + ": "
                              + std::system_category().message(errno) + "."}};
}

/// Writes a new key next to its place and gives it its name in one step: whoever finds the file
/// finds all of it. Another process may be faster; then its key is the key.
tl::expected<void, refusal> create(const std::filesystem::path& path) {
  auto unnamed = path;
  unnamed += ".new";
  ::unlink(unnamed.c_str());
  key_bytes bytes;
  randombytes_buf(bytes.data(), bytes.size());
  {
    open_file out{unnamed, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW};
    if (!out.is_open()
        || ::write(out.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())
        || ::fsync(out.get()) != 0)
      return failed(path, "written");
  }
  auto linked = ::link(unnamed.c_str(), path.c_str()) == 0 || errno == EEXIST;
  if (!linked)
    return failed(path, "written");
  ::unlink(unnamed.c_str());
  open_file folder{path.parent_path().empty() ? "." : path.parent_path(), O_RDONLY | O_DIRECTORY};
  if (!folder.is_open() || ::fsync(folder.get()) != 0)
    return failed(path, "written");
  return {};
}

tl::expected<key_bytes, refusal> read(const std::filesystem::path& path, const open_file& in) {
  auto wrong = [&path](const std::string& what) {
    return tl::unexpected<refusal>{refusal{DAMAGED, "The key file " + path.string() + ' ' + what}};
  };
  struct stat about {};
  if (::fstat(in.get(), &about) != 0)
    return failed(path, "read");
  if (!S_ISREG(about.st_mode))
    return wrong("is not a file.");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return wrong("may be read or written by others; take their rights away with chmod 600.");
  key_bytes bytes;
  if (about.st_size != static_cast<off_t>(bytes.size()))
    return wrong("has " + std::to_string(about.st_size) + " bytes instead of "
                 + std::to_string(bytes.size())
                 + "; restore it from a copy, or remove it to have a new one, which voids all "
                   "tokens and invitations.");
  if (::read(in.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    return failed(path, "read");
  return bytes;
}

std::string separated(std::string_view purpose, std::string_view content) {
  std::string result{purpose};
  result += '\0';
  return result += content;
}

} // namespace

identity_key::identity_key(const std::array<unsigned char, identity_key_bytes>& bytes)
  : bytes_{bytes} {}

std::optional<identity_key> identity_key::of_bytes(std::string_view bytes) {
  key_bytes key{};
  if (bytes.size() != key.size())
    return std::nullopt;
  std::ranges::copy(bytes, key.begin());
  return identity_key{key};
}

tl::expected<identity_key, refusal> identity_key::open(
  const std::filesystem::path& data_directory) {
  if (sodium_init() < 0)
    return tl::unexpected<refusal>{refusal{UNAVAILABLE, "libsodium finds no source of chance."}};
  auto path = data_directory / identity_key_file;
  if (struct stat about{}; ::lstat(path.c_str(), &about) != 0 && errno == ENOENT)
    if (auto created = create(path); !created)
      return tl::unexpected<refusal>{created.error()};
  open_file in{path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK};
  if (!in.is_open())
    return failed(path, "read");
  return read(path, in).map([](const key_bytes& bytes) { return identity_key{bytes}; });
}

std::string identity_key::sign(std::string_view purpose, std::string_view content) const {
  auto signed_text = separated(purpose, content);
  std::string result(crypto_auth_BYTES, '\0');
  crypto_auth(reinterpret_cast<unsigned char*>(result.data()),
              reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(),
              bytes_.data());
  return result;
}

bool identity_key::verify(std::string_view purpose, std::string_view content,
                          std::string_view signature, size_t bytes) const {
  auto expected = sign(purpose, content);
  return bytes <= expected.size() && signature.size() == bytes
         && sodium_memcmp(expected.data(), signature.data(), bytes) == 0;
}

} // namespace touchline::nodes
