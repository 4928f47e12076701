// Numbers in bytes, the least significant first: in batches, rows of the log and the journal. Keys
// have the other order, see layout.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace touchline::storage {

/// Writes the bytes of `number` to `out`, which has room for them.
template <std::unsigned_integral Number>
void write_number(char* out, Number number) noexcept {
  for (std::size_t i = 0; i < sizeof number; ++i)
    out[i] = static_cast<char>(number >> (8 * i) & 0xff);
}

/// Appends the bytes of `number`.
template <std::unsigned_integral Number>
void add_number(std::string& out, Number number) {
  out.resize(out.size() + sizeof number);
  write_number(out.data() + out.size() - sizeof number, number);
}

/// The number at the beginning of `bytes`, which are enough for it.
template <std::unsigned_integral Number>
Number number_at(std::string_view bytes) noexcept {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number = static_cast<Number>(number | Number{static_cast<unsigned char>(bytes[i])} << (8 * i));
  return number;
}

} // namespace touchline::storage
