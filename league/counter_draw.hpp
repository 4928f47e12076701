#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace touchline::league {

/// The finalizer of SplitMix64: a bijection of 64-bit words in which every input bit changes every
/// output bit with a probability near one half. Source: Steele, Lea, Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014, with the constants of Stafford's variant 13.
constexpr std::uint64_t mix64(std::uint64_t word) noexcept {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
  return word ^ (word >> 31);
}

/// What a draw is for. The first identifier of every stream, so that two uses of one seed never
/// share their numbers. The values are part of what a seed means: never change or reuse one.
enum class draw_purpose : std::uint64_t {
  fixture_order = 1,
  scoreline = 2,
  team_name = 3,
  team_strength = 4,
  strength_drift = 5,
  squad = 6,
  goals = 7,
  squad_wages = 8,
  youth = 9,
  transfers = 10,
};

/// A family of random numbers without a state: each number is a pure function of the seed, the
/// identifiers of the stream and a counter, so that it does not depend on how many numbers were
/// drawn before or in which order.
///
/// `bits(c)` is the output number `c` of SplitMix64 started at the stream's key; `stream()` derives
/// the key of a sub-stream by mixing, as `split` does in the paper of Steele, Lea and Flood. Salmon
/// et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, is the source of the idea of a
/// counter instead of a state. All arithmetic is on unsigned integers, and on doubles in steps that
/// IEEE 754 defines exactly, so that every machine draws the same numbers; the distributions of the
/// standard library do not promise that. Not for secrets.
class counter_draw {
public:
  /// The stream that belongs to `seed` alone. Every seed is valid.
  explicit constexpr counter_draw(std::uint64_t seed) noexcept : key_{seed} {
    // nop
  }

  /// The stream of `seed` for one purpose.
  constexpr counter_draw(std::uint64_t seed, draw_purpose purpose) noexcept
    : counter_draw{counter_draw{seed}.stream(static_cast<std::uint64_t>(purpose))} {
    // nop
  }

  /// The sub-stream `identifier` of this stream: a season, a team, a fixture. Two identifiers never
  /// give one key.
  [[nodiscard]] constexpr counter_draw stream(std::uint64_t identifier) const noexcept {
    return counter_draw{mix64(mix64(key_ ^ split_salt) + (identifier + 1) * golden_gamma)};
  }

  /// The sub-stream that a text names, such as an entity's key; the text becomes a number by FNV-1a
  /// (64 bits).
  [[nodiscard]] constexpr counter_draw stream(std::string_view identifier) const noexcept {
    return stream(text_identifier(identifier));
  }

  /// 64 uniform bits.
  [[nodiscard]] constexpr std::uint64_t bits(std::uint64_t counter) const noexcept {
    return mix64(key_ + (counter + 1) * golden_gamma);
  }

  /// A uniform integer from 0 to `bound - 1`, without bias; 0 when `bound` is 0 or 1. Source:
  /// Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019. A rejected
  /// number is replaced from a stream of this counter alone, `max_rejections` times at most: what
  /// bias that leaves is below 2^-64.
  [[nodiscard]] constexpr std::uint32_t below(std::uint32_t bound,
                                              std::uint64_t counter) const noexcept {
    if (bound < 2)
      return 0;
    const auto reject_under = static_cast<std::uint32_t>((std::uint64_t{1} << 32) % bound);
    auto product = (bits(counter) >> 32) * bound;
    const auto spare = stream(counter);
    for (std::uint64_t attempt = 0; attempt < max_rejections; ++attempt) {
      if (static_cast<std::uint32_t>(product) >= reject_under)
        break;
      product = (spare.bits(attempt) >> 32) * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

  /// A uniform double in [0, 1): one of the 2^53 multiples of 2^-53.
  [[nodiscard]] constexpr double unit(std::uint64_t counter) const noexcept {
    return static_cast<double>(bits(counter) >> 11) * 0x1.0p-53;
  }

  /// A number of mean 0 and variance 1, nearly normal and always within [-6, 6]: the sum of twelve
  /// uniform numbers, less 6 (Irwin-Hall). It uses counters `12 * counter` to `12 * counter + 11`
  /// of a stream of its own. Additions of multiples of 2^-53 round the same everywhere, which
  /// logarithms and cosines of a libm do not.
  [[nodiscard]] constexpr double normal(std::uint64_t counter) const noexcept {
    const auto uniform = stream(normal_stream);
    auto sum = -6.0;
    for (std::uint64_t term = 0; term < 12; ++term)
      sum += uniform.unit(12 * counter + term);
    return sum;
  }

  /// The numbers 0 to `size - 1` in an order in which each permutation is equally likely
  /// (Fisher-Yates, as in Knuth, TAOCP volume 2, algorithm 3.4.2P). Uses counters 1 to `size - 1`.
  [[nodiscard]] std::vector<std::uint32_t> shuffled(std::uint32_t size) const;

  /// Where `index` goes under a permutation of 0 to `size - 1`, in constant memory: a balanced
  /// Feistel network of four rounds on the next even number of bits, applied again while it leaves
  /// the range ("cycle walking": Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA
  /// 2002). Requires `index < size` and `size <= 2^30`.
  [[nodiscard]] std::uint32_t scattered(std::uint32_t index, std::uint32_t size) const noexcept;

  friend constexpr bool operator==(counter_draw, counter_draw) noexcept = default;

private:
  static constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15ULL;
  static constexpr std::uint64_t split_salt
    = 0x6a09e667f3bcc909ULL; // the fraction of the square root of 2
  static constexpr std::uint64_t normal_stream = 0xffff'ffff'ffff'fff0ULL;
  static constexpr std::uint64_t max_rejections = 64;

  static constexpr std::uint64_t text_identifier(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const auto letter : text)
      hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
    return hash;
  }

  std::uint64_t key_;
};

} // namespace touchline::league
