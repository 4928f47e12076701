#include "nodes/settings_section.hpp"

#include "actors/runtime/runtime.hpp"
#include "messages/text.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/config_value.hpp>

#include <fstream>

namespace touchline::nodes {

tl::expected<caf::settings, std::string> parse_settings_file(const std::filesystem::path& file) {
  // CAF's errors need its meta objects.
  actors::register_message_types();
  std::ifstream in{file};
  if (!in || std::filesystem::is_directory(file))
    return tl::unexpected{"The configuration " + file.string()
                          + " cannot be read; name one that exists."};
  auto parsed = caf::actor_system_config::parse_config(in);
  if (!parsed)
    return tl::unexpected{"The configuration " + file.string()
                          + " is not in CAF's syntax, one entry per line: "
                          + to_string(parsed.error()) + '.'};
  return std::move(*parsed);
}

std::string problem_in(const std::filesystem::path& file, const std::string& what) {
  return "In the configuration " + file.string() + ": " + what;
}

std::string number_range(int64_t low, int64_t high) {
  return "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high);
}

settings_section::settings_section(std::string name, const caf::settings& entries, problem& wrong)
  : name_{std::move(name)},
    entries_{&entries},
    wrong_{&wrong} {}

const caf::config_value* settings_section::find(const std::string& key) {
  read_.insert(key);
  auto at = entries_->find(key);
  return at == entries_->end() || *wrong_ ? nullptr : &at->second;
}

const caf::config_value* settings_section::need(const std::string& key, const std::string& what) {
  const auto* value = find(key);
  if (!value)
    refuse(key, "is missing; it " + what);
  return value;
}

void settings_section::refuse(const std::string& key, const std::string& what) {
  if (!*wrong_)
    *wrong_ = name_ + '.' + key + ' ' + what + '.';
}

void settings_section::refuse_others() {
  std::string known;
  for (auto& key : read_)
    known += (known.empty() ? "" : ", ") + key;
  for (auto& [key, value] : *entries_)
    if (!read_.contains(key))
      refuse(excerpt(key), "is no setting; the settings of " + name_ + " are " + known);
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

settings_section settings_section::section(const std::string& key) {
  static const caf::settings nothing;
  const std::string what = "must be a section, " + key + " { ... }";
  const auto* value = need(key, what);
  const auto* entries = value ? caf::get_if<caf::settings>(value) : nullptr;
  if (!entries)
    refuse(key, what);
  return {name_ + '.' + key, entries ? *entries : nothing, *wrong_};
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
    result.emplace_back(name_ + '.' + key + '[' + std::to_string(result.size() + 1) + ']', *entries,
                        *wrong_);
  }
  return result;
}

} // namespace touchline::nodes
