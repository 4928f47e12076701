// The bytes of an LMDB 0.9 data file (data version 1), read with every bound checked. Private to
// the storage room. Source of the format: the comments of lmdb's mdb.c, release 0.9.24.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace touchline::storage::page_format {

inline constexpr std::uint32_t magic = 0xBEEFC0DE;
inline constexpr std::uint32_t data_version = 1;
inline constexpr std::size_t smallest_page = 512;
inline constexpr std::size_t largest_page = 32'768;
/// The root of an empty tree.
inline constexpr std::uint64_t no_page = ~std::uint64_t{0};
/// Deepest tree that LMDB's cursors can follow.
inline constexpr unsigned max_depth = 32;
/// Longest key that LMDB writes.
inline constexpr std::size_t max_key_bytes = 511;
/// Most pages that one transaction can allocate: so many may be counted as in use without having
/// been written.
inline constexpr std::uint64_t max_unwritten_pages = 131'072;

/// Kinds of pages, the only flags that are ever on disk in a store of ours.
enum page_kind : std::uint16_t { branch = 0x01, leaf = 0x02, overflow = 0x04, meta = 0x08 };

/// Kinds of leaf nodes: the value is in the node, on overflow pages, or the root of a tree.
enum node_kind : std::uint16_t { inline_value = 0, overflow_value = 0x01, tree_value = 0x02 };

/// Flags of the tree of free pages: its keys are integers.
inline constexpr std::uint16_t integer_keys = 0x08;

struct page_header {
  std::uint64_t number;
  std::uint16_t padding;
  std::uint16_t flags;
  std::uint16_t lower; // with `upper`: the number of pages, on an overflow page
  std::uint16_t upper;
};

struct tree_record {
  std::uint32_t padding; // in the tree of free pages: the page size
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t branch_pages;
  std::uint64_t leaf_pages;
  std::uint64_t overflow_pages;
  std::uint64_t entries;
  std::uint64_t root;
};

struct meta_record {
  std::uint32_t magic_number;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t map_bytes;
  tree_record free_tree;
  tree_record main_tree;
  std::uint64_t last_page;
  std::uint64_t transaction;
};

struct node_header {
  std::uint16_t low;
  std::uint16_t high;
  std::uint16_t flags;
  std::uint16_t key_bytes;
};

static_assert(sizeof(page_header) == 16 && sizeof(tree_record) == 48);
static_assert(sizeof(meta_record) == 136 && sizeof(node_header) == 8);

/// Reads a `T` at `offset`, which must lie within `bytes`.
template <class T>
T load(std::string_view bytes, std::size_t offset = 0) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

/// A node of a page, taken apart.
struct node {
  std::string_view key;
  /// Branch: the page below. Leaf: meaningless.
  std::uint64_t child = 0;
  /// Leaf: one of `node_kind`.
  std::uint16_t flags = 0;
  /// Leaf: the length of the value, wherever it is.
  std::uint32_t value_bytes = 0;
  /// Leaf: what follows the key in the page: the value, or the number of its overflow page.
  std::string_view data;
};

/// A branch or leaf page whose layout was checked by `find_layout_fault`.
class page_view {
public:
  explicit page_view(std::string_view bytes) noexcept
    : bytes_(bytes),
      header_(load<page_header>(bytes)) {}

  const page_header& header() const noexcept { return header_; }

  std::size_t count() const noexcept {
    return (header_.lower - sizeof(page_header)) / sizeof(std::uint16_t);
  }

  /// The node at `index`, which must be less than `count()`.
  node at(std::size_t index) const noexcept;

  /// Returns what is wrong with the layout of nodes, or nullptr: each lies within the page, and
  /// together they fill exactly its used part, which is how LMDB packs them.
  const char* find_layout_fault() const noexcept;

private:
  std::size_t offset_of(std::size_t index) const noexcept {
    return load<std::uint16_t>(bytes_, sizeof(page_header) + index * sizeof(std::uint16_t));
  }
  bool is_branch() const noexcept { return header_.flags == branch; }
  std::size_t node_bytes(const node_header& head) const noexcept;

  std::string_view bytes_;
  page_header header_;
};

/// Pages that a value of `value_bytes` needs outside of the tree.
std::uint64_t overflow_pages_for(std::uint64_t value_bytes, std::size_t page_bytes) noexcept;

} // namespace touchline::storage::page_format
