#include "storage/batch_sequence.hpp"

#include "storage/layout.hpp"

#include <cstring>

namespace touchline::storage {

namespace {

// Writes the length of the piece that begins at `start`, behind room for it.
void write_length(std::string& sequence, std::size_t start) {
  const auto length = to_big_endian(sequence.size() - start - piece_header_bytes);
  std::memcpy(sequence.data() + start, length.data() + length.size() - piece_header_bytes,
              piece_header_bytes);
}

std::size_t read_length(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < piece_header_bytes; ++i)
    length = (length << 8) | static_cast<unsigned char>(bytes[i]);
  return length;
}

} // namespace

void append_piece(std::string& sequence, std::string_view piece) {
  const auto start = sequence.size();
  sequence.append(piece_header_bytes, '\0').append(piece);
  write_length(sequence, start);
}

void append_piece(std::string& sequence, const write_batch& batch) {
  const auto start = sequence.size();
  sequence.append(piece_header_bytes, '\0');
  batch.encode_to(sequence);
  write_length(sequence, start);
}

result<std::optional<std::string_view>> piece_reader::next() {
  if (rest_.empty())
    return std::nullopt;
  const auto length = rest_.size() < piece_header_bytes ? 0 : read_length(rest_);
  if (rest_.size() < piece_header_bytes || length > rest_.size() - piece_header_bytes)
    return tl::make_unexpected(
      storage_error{error_code::damaged, "a sequence of batches ends within a batch"});
  const auto piece = rest_.substr(piece_header_bytes, length);
  rest_.remove_prefix(piece_header_bytes + length);
  return piece;
}

} // namespace touchline::storage
