// Several encoded batches in one entry of a log.
#pragma once

#include "storage/error.hpp"
#include "storage/write_batch.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace touchline::storage {

/// Bytes that a piece of a sequence takes besides its own.
inline constexpr std::size_t piece_header_bytes = 4;

/// Appends `piece` (less than 4 GiB) to `sequence`, behind its length.
void append_piece(std::string& sequence, std::string_view piece);

/// Appends the encoded `batch` to `sequence`, behind its length.
void append_piece(std::string& sequence, const write_batch& batch);

/// Takes the pieces out of a sequence, in order.
class piece_reader {
public:
  /// Reads `sequence`, which must outlive the pieces.
  explicit piece_reader(std::string_view sequence) noexcept : rest_(sequence) {}

  /// The next piece; nothing behind the last one. Fails with `damaged` if a length does not fit.
  result<std::optional<std::string_view>> next();

private:
  std::string_view rest_;
};

} // namespace touchline::storage
