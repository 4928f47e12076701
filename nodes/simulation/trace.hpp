// What happened, as one number: two runs of a seed that differ anywhere differ in it.
#pragma once

#include <cstdint>
#include <string_view>

namespace touchline::simulated {

/// A running hash (FNV-1a).
class trace {
public:
  void add(uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      mix(static_cast<unsigned char>(number >> shift));
  }

  void add(std::string_view bytes) {
    for (auto c : bytes)
      mix(static_cast<unsigned char>(c));
    add(bytes.size());
  }

  uint64_t value() const noexcept { return hash_; }

  /// The hash of `bytes` alone.
  static uint64_t of(std::string_view bytes) {
    trace x;
    x.add(bytes);
    return x.value();
  }

private:
  void mix(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100'0000'01b3; }

  uint64_t hash_ = 0xcbf2'9ce4'8422'2325;
};

} // namespace touchline::simulated
