#include "nodes/settings_section.hpp"

#include "messages/text.hpp"
#include "nodes/nearest_name.hpp"

#include <caf/config_value.hpp>

#include <chrono>
#include <limits>

namespace touchline::nodes {

namespace {

const caf::settings no_settings;

/// Seconds where they are whole.
std::string time_text(int64_t ms) {
  return ms % 1'000 == 0 ? std::to_string(ms / 1'000) + 's' : std::to_string(ms) + "ms";
}

/// Nothing for what is no time, and a time that is within no bounds for a part of a millisecond.
std::optional<int64_t> milliseconds_of(const caf::config_value& value) {
  if (const auto* plain = caf::get_if<int64_t>(&value))
    return *plain;
  const auto* span = caf::get_if<caf::timespan>(&value);
  if (!span)
    return std::nullopt;
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(*span);
  return ms == *span ? ms.count() : std::numeric_limits<int64_t>::min();
}

} // namespace

std::string number_range(int64_t low, int64_t high) {
  return "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high);
}

settings_section::settings_section(std::string name, const caf::settings& entries,
                                   settings_file& file)
  : name_{std::move(name)},
    entries_{&entries},
    file_{&file} {}

settings_section settings_section::of_file(settings_file& file, const std::string& name) {
  auto at = file.settings().find(name);
  if (at == file.settings().end())
    return {name, no_settings, file};
  const auto* entries = caf::get_if<caf::settings>(&at->second);
  settings_section result{name, entries ? *entries : no_settings, file};
  if (!entries) {
    file.refuse(name, "must be a section, " + name + " { ... }");
    result.silent_ = true;
  }
  return result;
}

const caf::config_value* settings_section::find(const std::string& key) {
  read_.insert(key);
  auto at = entries_->find(key);
  return at == entries_->end() ? nullptr : &at->second;
}

const caf::config_value* settings_section::need(const std::string& key, const std::string& what) {
  const auto* value = find(key);
  if (!value)
    refuse(key, "is missing; it " + what);
  return value;
}

void settings_section::refuse(const std::string& key, const std::string& what) {
  if (!silent_)
    file_->refuse(path_of(key), what);
}

void settings_section::warn(const std::string& key, const std::string& what) {
  if (!silent_)
    file_->warn(path_of(key), what);
}

void settings_section::refuse_others() {
  std::string known;
  for (auto& key : read_)
    known += (known.empty() ? "" : ", ") + key;
  for (auto& [key, value] : *entries_) {
    if (read_.contains(key))
      continue;
    auto nearest = nearest_name(key, read_);
    refuse(excerpt(key), "is no setting; "
                           + (nearest ? "the nearest that is one is " + *nearest
                                      : "the settings of " + name_ + " are " + known));
  }
}

std::string settings_section::text(const std::string& key) {
  constexpr auto what = "must be a text in quotes";
  const auto* value = need(key, what);
  const auto* text = value ? caf::get_if<std::string>(value) : nullptr;
  if (!text || text->empty()) {
    refuse(key, what);
    return {};
  }
  return *text;
}

std::string settings_section::text_or(const std::string& key, const std::string& fallback) {
  return find(key) ? text(key) : fallback;
}

int64_t settings_section::number(const std::string& key, int64_t low, int64_t high) {
  const auto* value = need(key, number_range(low, high));
  const auto* number = value ? caf::get_if<int64_t>(value) : nullptr;
  if (!number || *number < low || *number > high) {
    refuse(key, number_range(low, high));
    return low;
  }
  return *number;
}

int64_t settings_section::number_or(const std::string& key, int64_t low, int64_t high,
                                    int64_t fallback) {
  return find(key) ? number(key, low, high) : fallback;
}

void settings_section::optional_time(const std::string& key, int64_t low_ms, int64_t high_ms,
                                     int64_t& out) {
  const auto* value = find(key);
  if (!value)
    return;
  auto ms = milliseconds_of(*value);
  if (!ms || *ms < low_ms || *ms > high_ms)
    refuse(key, "must be a time from " + time_text(low_ms) + " to " + time_text(high_ms)
                  + ", in milliseconds or with a unit, as in 30s");
  else
    out = *ms;
}

void settings_section::optional_part(const std::string& key, double& out) {
  const auto* value = find(key);
  if (!value)
    return;
  const auto* real = caf::get_if<double>(value);
  const auto* whole = caf::get_if<int64_t>(value);
  auto part = real ? *real : whole ? static_cast<double>(*whole) : -1.0;
  if (part >= 0 && part <= 1)
    out = part;
  else
    refuse(key, "must be a number from 0 to 1, as in 0.05");
}

void settings_section::optional_flag(const std::string& key, bool& out) {
  const auto* value = find(key);
  if (!value)
    return;
  if (const auto* flag = caf::get_if<bool>(value))
    out = *flag;
  else
    refuse(key, "must be true or false");
}

std::filesystem::path settings_section::path(const std::string& key) {
  constexpr auto what = "must be a path in quotes";
  const auto* value = need(key, what);
  const auto* path = value ? caf::get_if<std::string>(value) : nullptr;
  if (!path || path->empty()) {
    refuse(key, what);
    return {};
  }
  return file_->absolute(*path);
}

void settings_section::optional_path(const std::string& key, std::filesystem::path& out) {
  if (!find(key))
    return;
  if (auto given = path(key); !given.empty())
    out = std::move(given);
}

std::vector<std::string> settings_section::texts(const std::string& key) {
  constexpr auto what = "must be a list of texts in quotes";
  const auto* value = need(key, what);
  const auto* list = value ? caf::get_if<caf::config_value::list>(value) : nullptr;
  std::vector<std::string> result;
  if (!list) {
    refuse(key, what);
    return result;
  }
  for (auto& x : *list) {
    const auto* text = caf::get_if<std::string>(&x);
    if (!text)
      refuse(key, what);
    result.push_back(text ? *text : "");
  }
  return result;
}

std::vector<std::string> settings_section::texts_or(const std::string& key,
                                                    const std::vector<std::string>& fallback) {
  return find(key) ? texts(key) : fallback;
}

settings_section settings_section::section(const std::string& key) {
  const std::string what = "must be a section, " + key + " { ... }";
  const auto* value = need(key, what);
  const auto* entries = value ? caf::get_if<caf::settings>(value) : nullptr;
  if (!entries)
    refuse(key, what);
  settings_section result{path_of(key), entries ? *entries : no_settings, *file_};
  result.silent_ = silent_ || !entries;
  return result;
}

settings_section settings_section::optional_section(const std::string& key) {
  if (find(key))
    return section(key);
  return {path_of(key), no_settings, *file_};
}

std::vector<settings_section> settings_section::sections(const std::string& key) {
  constexpr auto what = "must be a list of sections, [ { ... }, { ... } ]";
  std::vector<settings_section> result;
  const auto* value = find(key);
  if (!value)
    return result;
  const auto* list = caf::get_if<caf::config_value::list>(value);
  if (!list) {
    refuse(key, what);
    return result;
  }
  for (auto& x : *list) {
    const auto* entries = caf::get_if<caf::settings>(&x);
    if (!entries) {
      refuse(key, what);
      return {};
    }
    result.emplace_back(path_of(key) + '[' + std::to_string(result.size() + 1) + ']', *entries,
                        *file_);
    result.back().silent_ = silent_;
  }
  return result;
}

} // namespace touchline::nodes
