// Where the keys of a configuration file stand. CAF's parser forgets lines once it is done, and a
// mistake is found faster when its line is known.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::nodes {

/// Lists and sections within one another in a configuration file.
inline constexpr size_t max_configuration_depth = 32;

/// Bytes of a key that are looked at; longer ones have the line of their section.
inline constexpr size_t max_scanned_key_bytes = 256;

/// The keys of a file in CAF's syntax with their lines. Keys are paths, with points between the
/// sections and the number of an entry, from 1, behind a list: "cluster.nodes[2].port".
struct settings_lines {
  /// A key that comes more than once in its section.
  struct repeated {
    std::string key;
    size_t line = 0;
    size_t first_line = 0;
  };

  std::map<std::string, size_t> of_key;
  std::vector<repeated> repetitions;
  /// Where lists and sections are nested deeper than `max_configuration_depth`, which ends the
  /// scan; 0 for nowhere.
  size_t too_deep_line = 0;
  /// Where the innermost section or list begins that is never closed; 0 for none. CAF's parser
  /// forgets what is in it without a word.
  size_t unclosed_line = 0;
  /// Where a key has a point; 0 for nowhere. CAF's parser takes it for a section that is never
  /// closed.
  size_t dotted_line = 0;

  /// The line of a key, or else of the innermost section that it would be in; 0 for none.
  size_t of(std::string key) const;
};

/// Scans a text. One that is not in CAF's syntax gives the keys that can be made out.
settings_lines scan_settings(std::string_view text);

} // namespace touchline::nodes
