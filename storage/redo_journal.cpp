#include "storage/redo_journal.hpp"

#include "storage/data_directory.hpp"
#include "storage/little_endian.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace touchline::storage {

namespace {

namespace fs = std::filesystem;

// The first block is sealed as records are, with the store's id for a number, and holds the length
// of the file (8 bytes). A record: magic, format, its number (8), bytes behind the head (8),
// checksum of the rest; then for each batch its length (4) and its bytes. Numbers have the least
// significant byte first.
constexpr std::uint32_t file_magic = 0x4a'4c'54'46;
constexpr std::uint32_t record_magic = 0x4a'4c'54'52;
constexpr std::uint32_t journal_format = 1;
constexpr std::size_t head_bytes = 4 + 4 + 8 + 8 + 8;
constexpr std::size_t checksum_offset = head_bytes - 8;
constexpr std::size_t length_bytes = 4;

std::uint64_t checksum(std::string_view head, std::string_view payload, std::uint64_t id) noexcept {
  const auto seed = XXH3_64bits_withSeed(payload.data(), payload.size(), id);
  return XXH3_64bits_withSeed(head.data(), checksum_offset, seed);
}

/// `out` begins with room for the head; what is behind it is the payload.
void seal_part(std::string& out, std::uint32_t magic, std::uint64_t number,
               std::uint64_t id) noexcept {
  const auto payload = std::string_view{out}.substr(head_bytes);
  write_number(out.data(), magic);
  write_number(out.data() + 4, journal_format);
  write_number(out.data() + 8, number);
  write_number(out.data() + 16, std::uint64_t{payload.size()});
  write_number(out.data() + checksum_offset, checksum(out, payload, id));
}

struct sealed_part {
  std::uint64_t number = 0;
  std::string_view payload;
};

/// What was sealed at the beginning of `bytes`; nothing if it is not what was written.
std::optional<sealed_part> open_part(std::string_view bytes, std::uint32_t magic,
                                     std::uint64_t id) noexcept {
  if (bytes.size() < head_bytes || number_at<std::uint32_t>(bytes) != magic
      || number_at<std::uint32_t>(bytes.substr(4)) != journal_format)
    return std::nullopt;
  const auto size = number_at<std::uint64_t>(bytes.substr(16));
  if (size > bytes.size() - head_bytes)
    return std::nullopt;
  const auto payload = bytes.substr(head_bytes, size);
  if (number_at<std::uint64_t>(bytes.substr(checksum_offset)) != checksum(bytes, payload, id))
    return std::nullopt;
  return sealed_part{number_at<std::uint64_t>(bytes.substr(8)), payload};
}

constexpr std::size_t in_blocks(std::size_t bytes) noexcept {
  return (bytes + redo_journal::block_bytes - 1) / redo_journal::block_bytes
         * redo_journal::block_bytes;
}

/// Writes all of `bytes`; errno, or 0.
int write_all(int fd, std::string_view bytes, std::uint64_t offset) noexcept {
  while (!bytes.empty()) {
    const auto count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return count < 0 ? errno : ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return 0;
}

tl::unexpected<storage_error> failed(int error_number, std::string_view action,
                                     const fs::path& file) {
  return tl::make_unexpected(system_error(error_number, action, file));
}

tl::unexpected<storage_error> damaged(const fs::path& file, const std::string& what) {
  return tl::make_unexpected(storage_error{
    error_code::damaged, "the journal " + file.string() + ' ' + what
                           + ", and what was acknowledged last may be in it; restore it with the "
                             "data.mdb of the same moment, or empty the data directory"});
}

result<std::string> read_file(const fs::path& file) {
  file_descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!in)
    return errno == ENOENT ? damaged(file, "is missing") : failed(errno, "open", file);
  struct stat facts {};
  if (::fstat(in.get(), &facts) != 0)
    return failed(errno, "read", file);
  std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
  for (std::size_t offset = 0; offset < bytes.size();) {
    const auto count
      = ::pread(in.get(), bytes.data() + offset, bytes.size() - offset, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return failed(errno, "read", file);
    if (count == 0)
      bytes.resize(offset);
    offset += static_cast<std::size_t>(count);
  }
  return bytes;
}

result<std::vector<write_batch>> batches_of(std::string_view payload) {
  std::vector<write_batch> out;
  while (!payload.empty()) {
    const auto size
      = payload.size() < length_bytes ? payload.size() : number_at<std::uint32_t>(payload);
    if (payload.size() < length_bytes || size > payload.size() - length_bytes)
      return tl::make_unexpected(storage_error{error_code::damaged, "it ends within a batch"});
    if (auto added = out.emplace_back().append_own(payload.substr(length_bytes, size)); !added)
      return tl::make_unexpected(std::move(added.error()));
    payload.remove_prefix(length_bytes + size);
  }
  return out;
}

} // namespace

result<void> redo_journal::create(const fs::path& file, std::uint64_t id, std::uint64_t bytes) {
  const auto blocks = std::max<std::uint64_t>(bytes / block_bytes, 2);
  file_descriptor out{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (!out)
    return failed(errno, "create", file);
  // With zeroes, because a file system has to note it when reserved blocks are first written.
  const std::string zeroes(block_bytes, '\0');
  auto error = 0;
  for (std::uint64_t i = 1; i < blocks && error == 0; ++i)
    error = write_all(out.get(), zeroes, i * block_bytes);
  std::string head(head_bytes + sizeof(std::uint64_t), '\0');
  write_number(head.data() + head_bytes, blocks * block_bytes);
  seal_part(head, file_magic, id, id);
  head.resize(block_bytes);
  if (error == 0)
    error = write_all(out.get(), head, 0);
  if (error == 0 && ::fsync(out.get()) != 0)
    error = errno;
  if (error == 0)
    return {};
  ::unlink(file.c_str());
  return failed(error, "reserve space for", file);
}

result<std::vector<journal_record>> redo_journal::read(const fs::path& file, std::uint64_t id,
                                                       std::uint64_t written) {
  const auto bytes = read_file(file);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  const auto all = std::string_view{*bytes};
  const auto head = open_part(all, file_magic, id);
  if (!head || head->payload.size() != sizeof(std::uint64_t))
    return damaged(file, "is not that of this store");
  if (const auto wanted = number_at<std::uint64_t>(head->payload); all.size() != wanted)
    return damaged(file, "has " + std::to_string(all.size()) + " bytes instead of "
                           + std::to_string(wanted));
  std::vector<journal_record> out;
  auto offset = block_bytes;
  std::optional<std::uint64_t> last;
  for (; offset < all.size();) {
    const auto part = open_part(all.substr(offset), record_magic, id);
    if (!part || (last && part->number != *last + 1))
      break;
    last = part->number;
    if (part->number > written) {
      if (part->number != written + out.size() + 1)
        return damaged(file, "begins with record " + std::to_string(part->number)
                               + " and data.mdb ends with record " + std::to_string(written));
      auto batches = batches_of(part->payload);
      if (!batches)
        return damaged(file, "has an unreadable record " + std::to_string(part->number) + " ("
                               + batches.error().text + ')');
      out.push_back({part->number, std::move(*batches)});
    }
    offset += in_blocks(head_bytes + part->payload.size());
  }
  // A record that was cut off is the last one.
  const auto known = std::max(last.value_or(0), written);
  for (; offset < all.size(); offset += block_bytes)
    if (const auto part = open_part(all.substr(offset), record_magic, id);
        part && part->number > known)
      return damaged(file, "lacks a record before record " + std::to_string(part->number));
  return out;
}

result<redo_journal> redo_journal::open(fs::path file, std::uint64_t id, std::uint64_t written) {
  file_descriptor descriptor{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
  struct stat facts {};
  if (!descriptor || ::fstat(descriptor.get(), &facts) != 0)
    return failed(errno, "open", file);
  return redo_journal{std::move(file), std::move(descriptor), id, written,
                      static_cast<std::uint64_t>(facts.st_size)};
}

redo_journal::redo_journal(fs::path file, file_descriptor descriptor, std::uint64_t id,
                           std::uint64_t last, std::uint64_t bytes)
  : file_(std::move(file)),
    descriptor_(std::move(descriptor)),
    id_(id),
    last_(last),
    bytes_(bytes) {}

result<std::uint64_t> redo_journal::append(std::span<const write_batch* const> batches) {
  record_.assign(head_bytes, '\0');
  for (const auto* batch : batches) {
    const auto at = record_.size();
    record_.append(length_bytes, '\0');
    batch->encode_to(record_);
    const auto size = record_.size() - at - length_bytes;
    if (size > std::numeric_limits<std::uint32_t>::max())
      return 0;
    write_number(record_.data() + at, static_cast<std::uint32_t>(size));
  }
  const auto taken = in_blocks(record_.size());
  if (is_full_ || offset_ + taken > bytes_)
    return 0;
  seal_part(record_, record_magic, last_ + 1, id_);
  record_.resize(taken);
  auto error = write_all(descriptor_.get(), record_, offset_);
  if (error == 0 && ::fdatasync(descriptor_.get()) != 0)
    error = errno;
  ++last_;
  if (error == 0) {
    offset_ += taken;
    return last_;
  }
  // What is there of it bears a number that LMDB will have passed before the next record.
  auto why = system_error(error, "write to", file_);
  is_full_ = why.code == error_code::disk_full;
  if (is_full_)
    return 0;
  why.code = error_code::io_error;
  return tl::make_unexpected(std::move(why));
}

void redo_journal::begin_anew() noexcept {
  offset_ = block_bytes;
  is_full_ = false;
}

} // namespace touchline::storage
