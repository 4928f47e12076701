// Reads the sections of a configuration file key by key, and says in one sentence what is wrong.
#pragma once

#include <caf/settings.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace touchline::nodes {

/// What is wrong with a configuration, if anything.
using problem = std::optional<std::string>;

/// Parses a file in CAF's syntax. A sentence if it cannot be read or is not in that syntax.
tl::expected<caf::settings, std::string> parse_settings_file(const std::filesystem::path& file);

/// The sentence that a problem within a file makes.
std::string problem_in(const std::filesystem::path& file, const std::string& what);

/// "must be a whole number from LOW to HIGH", the end of a sentence.
std::string number_range(int64_t low, int64_t high);

/// A part of a file between braces. The first problem that any reader of one file finds is kept,
/// and from then on everything reads as empty: so a caller reads all that it wants to know and
/// looks for a problem once, at the end.
class settings_section {
public:
  /// `name` is what sentences call it ("pyramid.tiers[2]"). `entries` and `wrong` must outlive the
  /// section.
  settings_section(std::string name, const caf::settings& entries, problem& wrong);

  /// A text in quotes that must be there and not be empty.
  std::string text(const std::string& key);

  /// A text in quotes; `fallback` when the key is missing.
  std::string text_or(const std::string& key, const std::string& fallback);

  /// A whole number that must be there.
  int64_t number(const std::string& key, int64_t low, int64_t high);

  /// A whole number; `fallback` when the key is missing.
  int64_t number_or(const std::string& key, int64_t low, int64_t high, int64_t fallback);

  /// A list of texts in quotes that must be there.
  std::vector<std::string> texts(const std::string& key);

  /// A section that must be there.
  settings_section section(const std::string& key);

  /// A list of sections; empty when the key is missing.
  std::vector<settings_section> sections(const std::string& key);

  /// Keeps a problem with a key; `what` ends the sentence: "must be above 0".
  void refuse(const std::string& key, const std::string& what);

  /// Keeps a problem when the section has a key that nobody has read. Call it last.
  void refuse_others();

private:
  const caf::config_value* find(const std::string& key);
  const caf::config_value* need(const std::string& key, const std::string& what);

  std::string name_;
  const caf::settings* entries_;
  problem* wrong_;
  std::set<std::string> read_;
};

} // namespace touchline::nodes
