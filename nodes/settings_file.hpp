// A configuration file while it is read: what it says, where it says so, and all that is wrong
// with it.
#pragma once

#include "nodes/settings_lines.hpp"

#include <caf/settings.hpp>
#include <tl/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace touchline::nodes {

/// Bytes of a configuration file.
inline constexpr size_t max_configuration_bytes = size_t{1} << 20;

/// Something wrong with a configuration file.
struct mistake {
  /// 0 when it belongs to no line.
  size_t line = 0;
  /// The path of the key, as in "cluster.nodes[2].port"; empty when it belongs to none.
  std::string key;
  /// One sentence.
  std::string text;
  /// True for what works, but hardly as intended.
  bool warning = false;

  friend bool operator==(const mistake&, const mistake&) = default;
};

/// "FILE:LINE: SENTENCE", or without the line when there is none.
std::string located(const std::filesystem::path& file, const mistake& what);

/// A file in CAF's syntax with the mistakes that its readers found.
class settings_file {
public:
  /// Reads and parses a file. Fails when it cannot be read, is larger than
  /// `max_configuration_bytes`, nested deeper than `max_configuration_depth`, or not in CAF's
  /// syntax. A key that comes twice is the first mistake of a file that could be parsed.
  static tl::expected<settings_file, mistake> read(const std::filesystem::path& file);

  const std::filesystem::path& path() const noexcept { return path_; }

  /// The absolute folder of the file.
  std::filesystem::path folder() const;

  /// A path in the file as an absolute one; an empty one stays empty.
  std::filesystem::path absolute(const std::filesystem::path& path) const;

  const caf::settings& settings() const noexcept { return settings_; }

  /// The line of a key; see `settings_lines::of`.
  size_t line_of(const std::string& key) const { return lines_.of(key); }

  /// Keeps a mistake with a key; `what` ends the sentence that the key begins: "must be above 0".
  /// Only the first one with each key is kept, as others mostly follow from it.
  void refuse(const std::string& key, const std::string& what);

  /// Keeps a warning in the same way.
  void warn(const std::string& key, const std::string& what);

  /// Keeps a mistake that is a sentence of its own.
  void refuse_sentence(const std::string& key, const std::string& sentence);

  /// Keeps a mistake or a warning that does not follow from others with the same key.
  void add(const std::string& key, const std::string& sentence, bool warning);

  /// Mistakes so far, less warnings.
  size_t refused() const;

  /// True when there is a mistake with this key.
  bool refused(const std::string& key) const;

  /// All mistakes and warnings, in the order of their lines.
  std::vector<mistake> mistakes() const;

  /// The first mistake that is no warning, as a sentence that names file and line.
  std::optional<std::string> first_problem() const;

private:
  void keep(mistake what);

  std::filesystem::path path_;
  caf::settings settings_;
  settings_lines lines_;
  std::vector<mistake> mistakes_;
};

/// The sentence of a command that cannot use a configuration.
std::string problem_in(const std::filesystem::path& file, const mistake& what);

} // namespace touchline::nodes
