// Reads the sections of a configuration file key by key, and says in one sentence each what is
// wrong.
#pragma once

#include "nodes/settings_file.hpp"

#include <caf/settings.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace touchline::nodes {

/// "must be a whole number from LOW to HIGH", the end of a sentence.
std::string number_range(int64_t low, int64_t high);

/// A part of a file between braces. Mistakes are kept by the file; what is wrong or missing reads
/// as its fallback or as empty. So a caller reads all that it wants to know, and looks for mistakes
/// once, at the end.
class settings_section {
public:
  /// `name` is what sentences call it ("pyramid.tiers[2]"). `file` must outlive the section.
  settings_section(std::string name, const caf::settings& entries, settings_file& file);

  /// A section of the file itself; empty when the file has none of this name.
  static settings_section of_file(settings_file& file, const std::string& name);

  const std::string& name() const noexcept { return name_; }
  const caf::settings& entries() const noexcept { return *entries_; }

  /// The path of a key of the section.
  std::string path_of(const std::string& key) const { return name_ + '.' + key; }

  bool has(const std::string& key) const { return entries_->contains(key); }

  /// True when a mistake with this key is kept.
  bool refused(const std::string& key) const { return file_->refused(path_of(key)); }

  /// A text in quotes that must be there and not be empty.
  std::string text(const std::string& key);

  /// A text in quotes; `fallback` when the key is missing.
  std::string text_or(const std::string& key, const std::string& fallback);

  /// A whole number that must be there.
  int64_t number(const std::string& key, int64_t low, int64_t high);

  /// A whole number; `fallback` when the key is missing.
  int64_t number_or(const std::string& key, int64_t low, int64_t high, int64_t fallback);

  /// Sets `out` to a whole number when the key is there.
  template <class T>
  void optional_number(const std::string& key, int64_t low, int64_t high, T& out) {
    out = static_cast<T>(number_or(key, low, high, static_cast<int64_t>(out)));
  }

  /// Sets `out` to a time in milliseconds when the key is there: a number, or one with a unit.
  void optional_time(const std::string& key, int64_t low_ms, int64_t high_ms, int64_t& out);

  /// Sets `out` to a number from 0 to 1 when the key is there.
  void optional_part(const std::string& key, double& out);

  /// Sets `out` to true or false when the key is there.
  void optional_flag(const std::string& key, bool& out);

  /// A path in quotes that must be there, absolute; relative ones are relative to the file's
  /// folder.
  std::filesystem::path path(const std::string& key);

  /// Sets `out` to a path in quotes, relative to the file's folder, when the key is there.
  void optional_path(const std::string& key, std::filesystem::path& out);

  /// A list of texts in quotes that must be there.
  std::vector<std::string> texts(const std::string& key);

  /// A list of texts in quotes; `fallback` when the key is missing.
  std::vector<std::string> texts_or(const std::string& key,
                                    const std::vector<std::string>& fallback);

  /// A section that must be there.
  settings_section section(const std::string& key);

  /// A section; empty when the key is missing.
  settings_section optional_section(const std::string& key);

  /// A list of sections; empty when the key is missing.
  std::vector<settings_section> sections(const std::string& key);

  /// Keeps a mistake with a key; `what` ends the sentence: "must be above 0".
  void refuse(const std::string& key, const std::string& what);

  /// Keeps a warning about a key in the same way.
  void warn(const std::string& key, const std::string& what);

  /// Keeps a mistake for each key that nobody has read. Call it last.
  void refuse_others();

private:
  const caf::config_value* find(const std::string& key);
  const caf::config_value* need(const std::string& key, const std::string& what);

  std::string name_;
  const caf::settings* entries_;
  settings_file* file_;
  /// Stands for a section that is missing or no section, which is a mistake already: what follows
  /// from that is not said.
  bool silent_ = false;
  std::set<std::string> read_;
};

} // namespace touchline::nodes
