#include "storage/page_format.hpp"

namespace touchline::storage::page_format {

namespace {

std::size_t even(std::size_t size) noexcept {
  return (size + 1) & ~std::size_t{1};
}

std::uint32_t value_bytes_of(const node_header& head) noexcept {
  return head.low | (std::uint32_t{head.high} << 16);
}

} // namespace

std::size_t page_view::node_bytes(const node_header& head) const noexcept {
  std::size_t data = 0;
  if (!is_branch())
    data = head.flags == overflow_value ? sizeof(std::uint64_t) : value_bytes_of(head);
  return even(sizeof(node_header) + head.key_bytes + data);
}

node page_view::at(std::size_t index) const noexcept {
  const auto offset = offset_of(index);
  const auto head = load<node_header>(bytes_, offset);
  node result;
  result.key = bytes_.substr(offset + sizeof(node_header), head.key_bytes);
  if (is_branch()) {
    result.child = head.low | (std::uint64_t{head.high} << 16) | (std::uint64_t{head.flags} << 32);
    return result;
  }
  result.flags = head.flags;
  result.value_bytes = value_bytes_of(head);
  const auto in_page = head.flags == overflow_value ? sizeof(std::uint64_t) : result.value_bytes;
  result.data = bytes_.substr(offset + sizeof(node_header) + head.key_bytes, in_page);
  return result;
}

const char* page_view::find_layout_fault() const noexcept {
  if (header_.lower < sizeof(page_header) || header_.lower % 2 != 0 || header_.lower > header_.upper
      || header_.upper > bytes_.size())
    return "its bounds of free space are impossible";
  if (count() == 0)
    return "it has no entries";
  std::size_t used = 0;
  for (std::size_t i = 0; i < count(); ++i) {
    const auto offset = offset_of(i);
    if (offset < header_.upper || offset % 2 != 0 || offset + sizeof(node_header) > bytes_.size())
      return "an entry lies outside of it";
    const auto head = load<node_header>(bytes_, offset);
    const auto size = node_bytes(head);
    if (size > bytes_.size() - offset)
      return "an entry runs over its end";
    if (!is_branch() && head.flags > tree_value)
      return "an entry is of no known kind";
    const auto may_be_empty = is_branch() && i == 0;
    if (head.key_bytes > max_key_bytes || (head.key_bytes == 0 && !may_be_empty))
      return "a key has an impossible length";
    used += size;
  }
  if (used != bytes_.size() - header_.upper)
    return "its entries overlap or leave a gap";
  return nullptr;
}

std::uint64_t overflow_pages_for(std::uint64_t value_bytes, std::size_t page_bytes) noexcept {
  return (sizeof(page_header) - 1 + value_bytes) / page_bytes + 1;
}

} // namespace touchline::storage::page_format
