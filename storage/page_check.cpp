#include "storage/page_check.hpp"

#include "storage/data_directory.hpp"
#include "storage/file_descriptor.hpp"
#include "storage/layout.hpp"
#include "storage/page_format.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace touchline::storage {

namespace {

namespace fs = std::filesystem;
using namespace page_format;

using outcome = tl::expected<void, storage_error>;

// Which tree is being read, and how to make sense of its keys.
struct tree {
  std::string name;
  std::optional<table> where; // nothing: the tree of free pages
  tree_record record;
};

// Pages and entries met while walking a tree, to hold against the tree's record.
struct tally {
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
};

// The keys that the branches above allow on a page: from `low` on, below `high`.
struct key_range {
  std::optional<std::string_view> low;
  std::optional<std::string_view> high;
};

class checker {
public:
  checker(fs::path path, file_descriptor file, std::uint64_t file_bytes)
    : path_(std::move(path)),
      file_(std::move(file)),
      file_bytes_(file_bytes) {}

  tl::expected<page_report, storage_error> run(check_depth depth);

private:
  // -- the meta pages ---------------------------------------------------------
  bool is_interrupted_creation();
  outcome read_metas();
  outcome check_meta(std::uint64_t number, const meta_record& record);
  outcome check_main_tree(const meta_record& record);
  outcome check_seal(const meta_record& record);

  // -- trees ------------------------------------------------------------------
  outcome check_tree(const tree& which);
  outcome check_page(const tree& which, std::uint64_t number, unsigned level,
                     const key_range& range, tally& met);
  outcome check_order(const tree& which, const page_view& page, const key_range& range);
  outcome check_leaf(const tree& which, const page_view& page, tally& met);
  outcome check_entry(const tree& which, std::uint64_t page, const node& entry, tally& met);
  outcome check_main_entry(std::uint64_t page, const node& entry);
  outcome check_free_pages(std::uint64_t page, std::string_view list);
  tl::expected<std::string_view, storage_error> read_overflow(const tree& which, const node& entry,
                                                              tally& met);

  // -- pages ------------------------------------------------------------------
  outcome read(std::uint64_t offset, char* out, std::size_t size);
  outcome claim(std::uint64_t first, std::uint64_t count);
  tl::unexpected<storage_error> damaged(std::uint64_t page, std::string_view what) const;

  const fs::path path_;
  const file_descriptor file_;
  const std::uint64_t file_bytes_;
  std::size_t page_bytes_ = 0;
  std::uint64_t last_page_ = 0;
  std::array<meta_record, 2> metas_{};
  std::vector<bool> claimed_;
  std::array<std::vector<char>, max_depth> levels_; // the pages from the root down to the current
  std::vector<char> overflow_;
  std::map<std::string, tree_record> tables_; // from the main tree
  std::optional<std::string> seal_;           // its value, from the main tree
  const tree* current_ = nullptr;
  std::string last_key_; // of the current tree, to name the place of a fault
  page_report report_;
};

int compare(const tree& which, std::string_view left, std::string_view right) noexcept {
  if (which.where)
    return left.compare(right);
  const auto l = load<std::uint64_t>(left);
  const auto r = load<std::uint64_t>(right);
  return l < r ? -1 : (l > r ? 1 : 0);
}

tl::unexpected<storage_error> checker::damaged(std::uint64_t page, std::string_view what) const {
  auto text = path_.string() + " is damaged: page " + std::to_string(page);
  if (current_ != nullptr) {
    text += " (" + current_->name;
    if (current_->where && !last_key_.empty())
      text += ", at or after " + describe(*current_->where, last_key_);
    text += ")";
  }
  text += ": ";
  text += what;
  text += "; restore the data directory from a replica or a backup";
  return tl::make_unexpected(storage_error{error_code::damaged, std::move(text)});
}

outcome checker::read(std::uint64_t offset, char* out, std::size_t size) {
  while (size > 0) {
    const auto count = ::pread(file_.get(), out, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return tl::make_unexpected(
        system_error(errno, "read byte " + std::to_string(offset) + " of", path_));
    if (count == 0)
      return damaged(offset / std::max<std::size_t>(page_bytes_, 1), "the file ends before it");
    out += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
  return {};
}

outcome checker::claim(std::uint64_t first, std::uint64_t count) {
  if (first < 2 || first > last_page_ || count > last_page_ - first + 1)
    return damaged(first, "there is no such page");
  for (auto page = first; page < first + count; ++page) {
    if (claimed_[page])
      return damaged(page, "it is used twice");
    claimed_[page] = true;
  }
  report_.pages += count;
  return {};
}

// -- the meta pages -----------------------------------------------------------

// LMDB writes both meta pages with transaction 0 and syncs them with the first commit. A kill, a
// power cut or a full disk in between leaves nothing of value.
bool checker::is_interrupted_creation() {
  std::vector<char> bytes(std::min<std::uint64_t>(file_bytes_, 2 * largest_page));
  if (!read(0, bytes.data(), bytes.size()))
    return false;
  const auto blank = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
  if (blank)
    return file_bytes_ <= 2 * largest_page;
  constexpr auto meta_bytes = sizeof(page_header) + sizeof(meta_record);
  if (bytes.size() < meta_bytes)
    return true;
  const auto first = load<meta_record>({bytes.data(), bytes.size()}, sizeof(page_header));
  return first.magic_number == magic && first.transaction == 0
         && file_bytes_ < 2 * std::uint64_t{first.free_tree.padding};
}

outcome checker::check_meta(std::uint64_t number, const meta_record& record) {
  if (record.magic_number != magic)
    return damaged(number, "it is no LMDB meta page");
  if (record.version != data_version)
    return tl::make_unexpected(
      storage_error{error_code::incompatible,
                    path_.string() + " is in LMDB data version " + std::to_string(record.version)
                      + "; this program reads " + std::to_string(data_version)});
  const auto size = record.free_tree.padding;
  if (size < smallest_page || size > largest_page || (size & (size - 1)) != 0)
    return damaged(number, "its page size is impossible");
  if (page_bytes_ != 0 && size != page_bytes_)
    return damaged(number, "its page size differs from the other meta page's");
  if (record.address != 0 || record.free_tree.flags != integer_keys || record.main_tree.flags != 0)
    return damaged(number, "it has flags that no store of ours sets");
  // Both start with 0; afterwards even transactions are on page 0 and odd ones on page 1.
  if (record.transaction != 0 && record.transaction % 2 != number)
    return damaged(number, "its transaction belongs on the other meta page");
  if (record.last_page < 1 || record.last_page >= file_bytes_ / size + max_unwritten_pages)
    return damaged(number, "its last page is beyond the end of the file");
  page_bytes_ = size;
  return {};
}

outcome checker::read_metas() {
  std::array<char, sizeof(page_header) + sizeof(meta_record)> bytes{};
  for (std::uint64_t number = 0; number < metas_.size(); ++number) {
    if (auto done = read(number * page_bytes_, bytes.data(), bytes.size()); !done)
      return done;
    const std::string_view view{bytes.data(), bytes.size()};
    const auto header = load<page_header>(view);
    if (header.number != number || header.flags != page_kind::meta)
      return damaged(number, "it is no LMDB meta page");
    metas_[number] = load<meta_record>(view, sizeof(page_header));
    if (auto done = check_meta(number, metas_[number]); !done)
      return done;
  }
  const auto [older, newer] = std::minmax(metas_[0].transaction, metas_[1].transaction);
  if (newer != 0 && newer - older != 1)
    return damaged(newer % 2, "the two meta pages are not of consecutive transactions");
  return {};
}

outcome checker::check_seal(const meta_record& record) {
  const auto page = record.transaction % 2;
  if (!seal_) {
    if (!tables_.empty())
      return damaged(page, "the seal of the last transaction is missing");
    return tl::make_unexpected(
      storage_error{error_code::incompatible, path_.string() + " holds no Touchline store"});
  }
  const auto found = decode_seal(*seal_);
  if (!found)
    return damaged(page, "the seal of the last transaction does not match its checksum");
  if (found->format < oldest_format || found->format > store_format)
    return tl::make_unexpected(
      storage_error{error_code::incompatible,
                    path_.string() + " is in store format " + std::to_string(found->format)
                      + "; this program reads format " + std::to_string(store_format)});
  if (found->transaction != record.transaction)
    return damaged(page, "it claims transaction " + std::to_string(record.transaction)
                           + " but leads to transaction " + std::to_string(found->transaction));
  return {};
}

outcome checker::check_main_tree(const meta_record& record) {
  tables_.clear();
  seal_.reset();
  last_page_ = record.last_page;
  claimed_.assign(last_page_ + 1, false);
  if (auto done = check_tree({"the root tree", table::root, record.main_tree}); !done)
    return done;
  return check_seal(record);
}

tl::expected<page_report, storage_error> checker::run(check_depth depth) {
  if (file_bytes_ == 0 || is_interrupted_creation())
    return report_;
  if (auto done = read_metas(); !done)
    return tl::make_unexpected(std::move(done.error()));
  const auto newest = metas_[0].transaction < metas_[1].transaction ? 1U : 0U;
  if (metas_[newest].transaction == 0)
    return report_;
  // The older tree is whole until the next commit. If it turns out to be newer than the newer one,
  // a meta page lost its transaction number.
  if (metas_[newest].transaction > 1)
    if (auto done = check_main_tree(metas_[1 - newest]); !done)
      return tl::make_unexpected(std::move(done.error()));
  if (auto done = check_main_tree(metas_[newest]); !done)
    return tl::make_unexpected(std::move(done.error()));
  report_.fresh = false;
  report_.transaction = metas_[newest].transaction;
  report_.used_bytes = (last_page_ + 1) * page_bytes_;
  if (depth == check_depth::metadata)
    return report_;
  report_.pages = 0;
  for (const auto& [name, record] : tables_)
    if (auto done = check_tree({"table " + name, table_named(name), record}); !done)
      return tl::make_unexpected(std::move(done.error()));
  if (auto done = check_tree({"the free list", std::nullopt, metas_[newest].free_tree}); !done)
    return tl::make_unexpected(std::move(done.error()));
  for (std::uint64_t page = 2; page <= last_page_; ++page)
    if (!claimed_[page])
      ++report_.lost_pages;
  return report_;
}

// -- trees --------------------------------------------------------------------

outcome checker::check_tree(const tree& which) {
  current_ = &which;
  last_key_.clear();
  const auto& record = which.record;
  tally met;
  if (record.root != no_page) {
    if (record.depth == 0 || record.depth > max_depth)
      return damaged(record.root, "the depth of its tree is impossible");
    if (auto done = check_page(which, record.root, 1, {}, met); !done)
      return done;
  } else if (record.depth != 0) {
    return damaged(0, "an empty tree has a depth");
  }
  if (met.branch_pages != record.branch_pages || met.leaf_pages != record.leaf_pages
      || met.overflow_pages != record.overflow_pages || met.entries != record.entries)
    return damaged(record.root == no_page ? 0 : record.root,
                   "the tree has other pages or entries than were counted");
  report_.entries += met.entries;
  current_ = nullptr;
  return {};
}

outcome checker::check_page(const tree& which, std::uint64_t number, unsigned level,
                            const key_range& range, tally& met) {
  if (auto done = claim(number, 1); !done)
    return done;
  auto& bytes = levels_[level - 1];
  bytes.resize(page_bytes_);
  if (auto done = read(number * page_bytes_, bytes.data(), bytes.size()); !done)
    return done;
  const page_view page{{bytes.data(), bytes.size()}};
  if (page.header().number != number)
    return damaged(number, "it carries another page's number");
  const auto is_leaf = level == which.record.depth;
  if (page.header().flags != (is_leaf ? page_kind::leaf : page_kind::branch))
    return damaged(number, is_leaf ? "it should be a leaf" : "it should be a branch");
  if (const auto* fault = page.find_layout_fault())
    return damaged(number, fault);
  if (auto done = check_order(which, page, range); !done)
    return done;
  if (is_leaf)
    return check_leaf(which, page, met);
  // LMDB asserts this, except in the tree of free pages.
  if (which.where && page.count() < 2)
    return damaged(number, "it has too few entries");
  ++met.branch_pages;
  for (std::size_t i = 0; i < page.count(); ++i) {
    key_range below;
    below.low = i == 0 ? range.low : std::optional{page.at(i).key};
    below.high = i + 1 == page.count() ? range.high : std::optional{page.at(i + 1).key};
    if (auto done = check_page(which, page.at(i).child, level + 1, below, met); !done)
      return done;
  }
  return {};
}

outcome checker::check_order(const tree& which, const page_view& page, const key_range& range) {
  const auto number = page.header().number;
  const std::size_t first = page.header().flags == page_kind::branch ? 1 : 0;
  auto previous = range.low;
  for (auto i = first; i < page.count(); ++i) {
    const auto key = page.at(i).key;
    if (!which.where && key.size() != sizeof(std::uint64_t))
      return damaged(number, "a transaction number has an impossible length");
    if (previous) {
      const auto order = compare(which, *previous, key);
      if (order > 0 || (order == 0 && i > first))
        return damaged(number, "its keys are out of order");
    }
    previous = key;
  }
  if (previous && range.high && compare(which, *previous, *range.high) >= 0)
    return damaged(number, "its keys belong on another page");
  return {};
}

outcome checker::check_leaf(const tree& which, const page_view& page, tally& met) {
  ++met.leaf_pages;
  met.entries += page.count();
  for (std::size_t i = 0; i < page.count(); ++i) {
    const auto entry = page.at(i);
    last_key_.assign(entry.key);
    if (auto done = check_entry(which, page.header().number, entry, met); !done)
      return done;
  }
  return {};
}

outcome checker::check_entry(const tree& which, std::uint64_t page, const node& entry, tally& met) {
  if (which.where == table::root)
    return check_main_entry(page, entry);
  if (entry.flags == node_kind::tree_value)
    return damaged(page, "a value claims to be a tree");
  auto value = entry.data;
  if (entry.flags == node_kind::overflow_value) {
    auto outside = read_overflow(which, entry, met);
    if (!outside)
      return tl::make_unexpected(std::move(outside.error()));
    value = *outside;
  }
  if (!which.where)
    return check_free_pages(page, value);
  if (!open_value(*which.where, entry.key, value))
    return damaged(page, describe(*which.where, entry.key) + " does not match its checksum");
  return {};
}

outcome checker::check_main_entry(std::uint64_t page, const node& entry) {
  if (entry.flags == node_kind::inline_value && entry.key == seal_key) {
    seal_ = std::string{entry.data};
    return {};
  }
  if (entry.flags != node_kind::tree_value || entry.data.size() != sizeof(tree_record))
    return damaged(page, "it has an entry that is no table");
  const auto record = load<tree_record>(entry.data);
  if (!table_named(entry.key))
    return damaged(page, "it has a table of an unknown name");
  if (record.flags != 0)
    return damaged(page, "a table has flags that no store of ours sets");
  tables_.emplace(entry.key, record);
  return {};
}

outcome checker::check_free_pages(std::uint64_t page, std::string_view list) {
  constexpr auto word = sizeof(std::uint64_t);
  if (list.size() < word || list.size() % word != 0)
    return damaged(page, "a list of free pages has an impossible length");
  const auto count = load<std::uint64_t>(list);
  if (count > list.size() / word - 1)
    return damaged(page, "a list of free pages is longer than its entry");
  auto previous = no_page;
  for (std::size_t i = 1; i <= count; ++i) {
    const auto free_page = load<std::uint64_t>(list, i * word);
    if (free_page >= previous)
      return damaged(page, "a list of free pages is out of order");
    if (auto done = claim(free_page, 1); !done)
      return done;
    previous = free_page;
  }
  return {};
}

tl::expected<std::string_view, storage_error> checker::read_overflow(const tree& which,
                                                                     const node& entry,
                                                                     tally& met) {
  const auto first = load<std::uint64_t>(entry.data);
  const auto needed = overflow_pages_for(entry.value_bytes, page_bytes_);
  const auto offset = first * page_bytes_;
  // Before the bytes are fetched: a length that was made up must not allocate memory.
  if (first > last_page_ || needed > last_page_ || offset > file_bytes_
      || entry.value_bytes > file_bytes_ - offset)
    return damaged(first, describe(which.where.value_or(table::root), entry.key)
                            + " runs over the end of the file");
  overflow_.resize(sizeof(page_header) + entry.value_bytes);
  if (auto done = read(offset, overflow_.data(), overflow_.size()); !done)
    return tl::make_unexpected(std::move(done.error()));
  const std::string_view bytes{overflow_.data(), overflow_.size()};
  const auto header = load<page_header>(bytes);
  const auto count = header.lower | (std::uint64_t{header.upper} << 16);
  if (header.number != first || header.flags != page_kind::overflow || count < needed)
    return damaged(first, "it is not the overflow page that it should be");
  if (auto done = claim(first, count); !done)
    return tl::make_unexpected(std::move(done.error()));
  met.overflow_pages += count;
  return bytes.substr(sizeof(page_header));
}

} // namespace

tl::expected<page_report, storage_error> check_data_file(const fs::path& path, check_depth depth) {
  file_descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file && errno == ENOENT)
    return page_report{};
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0)
    return tl::make_unexpected(system_error(errno, "open", path));
  if (!S_ISREG(status.st_mode))
    return tl::make_unexpected(
      storage_error{error_code::unwritable, path.string() + " is not a file"});
  // The trees are read in the order of their keys, which is not that of the file.
  if (depth == check_depth::everything)
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_WILLNEED);
  return checker{path, std::move(file), static_cast<std::uint64_t>(status.st_size)}.run(depth);
}

} // namespace touchline::storage
