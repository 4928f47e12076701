#include "nodes/configuration.hpp"

#include "actors/team_manager/squad_rules.hpp"
#include "messages/text.hpp"
#include "nodes/windows_section.hpp"

#include <caf/config_value.hpp>

#include <algorithm>
#include <functional>
#include <map>

namespace touchline::nodes {

namespace {

using setter = std::function<problem(const caf::config_value&, configuration&)>;

// -- one setter per kind of value -----------------------------------------------------------------

template <class T>
setter number(T actors::runtime_options::*member, int64_t low, int64_t high) {
  return [=](const caf::config_value& value, configuration& out) -> problem {
    auto x = caf::get_as<int64_t>(value);
    if (!x || *x < low || *x > high)
      return number_range(low, high);
    out.runtime.*member = static_cast<T>(*x);
    return std::nullopt;
  };
}

std::optional<int64_t> milliseconds_of(const caf::config_value& value) {
  if (auto plain = caf::get_as<int64_t>(value))
    return *plain;
  auto span = caf::get_as<caf::timespan>(value);
  return span ? std::optional{std::chrono::duration_cast<std::chrono::milliseconds>(*span).count()}
              : std::nullopt;
}

problem set_time(const caf::config_value& value, int64_t& out) {
  constexpr int64_t a_day = 86'400'000;
  auto ms = milliseconds_of(value);
  if (!ms || *ms < 1 || *ms > a_day)
    return "must be a time from 1ms to one day, as in 30s";
  out = *ms;
  return std::nullopt;
}

setter idle_time() {
  return [](const caf::config_value& value, configuration& out) {
    return set_time(value, out.runtime.idle_ms);
  };
}

setter policy_time(actors::restart_policy actors::runtime_options::*policy,
                   int64_t actors::restart_policy::*member) {
  return [=](const caf::config_value& value, configuration& out) {
    return set_time(value, out.runtime.*policy.*member);
  };
}

setter policy_intensity(actors::restart_policy actors::runtime_options::*policy) {
  return [=](const caf::config_value& value, configuration& out) -> problem {
    auto x = caf::get_as<int64_t>(value);
    if (!x || *x < 0 || *x > 10'000)
      return number_range(0, 10'000);
    (out.runtime.*policy).intensity = static_cast<unsigned>(*x);
    return std::nullopt;
  };
}

setter path(std::filesystem::path configuration::*member) {
  return [=](const caf::config_value& value, configuration& out) -> problem {
    auto x = caf::get_as<std::string>(value);
    if (!x || x->empty())
      return "must be a path in quotes";
    out.*member = *x;
    return std::nullopt;
  };
}

problem set_node(const caf::config_value& value, configuration& out) {
  auto x = caf::get_as<std::string>(value);
  if (!x || check_key("", *x))
    return "must be a name of 1 to 64 lower case letters, digits, hyphens and points in quotes";
  out.node = *x;
  return std::nullopt;
}

problem set_sponsors(const caf::config_value& value, configuration& out) {
  auto list = caf::get_as<std::vector<caf::config_value>>(value);
  if (!list)
    return "must be a list of deals";
  out.sponsors.clear();
  for (auto& entry : *list) {
    auto deal = caf::get_as<caf::settings>(entry);
    if (!deal)
      return "must be a list of deals, each { key = ..., name = ..., amount = ..., currency = ... "
             "}";
    auto key = caf::get_as<std::string>(*deal, "key");
    auto name = caf::get_as<std::string>(*deal, "name");
    auto amount = caf::get_as<int64_t>(*deal, "amount");
    auto currency = caf::get_as<std::string>(*deal, "currency");
    if (!key || !name || !amount || !currency || deal->size() != 4)
      return "needs key, name, amount (whole minor units) and currency in every deal, and nothing "
             "else";
    out.sponsors.push_back({*key, *name, *amount, *currency});
  }
  return std::nullopt;
}

const std::map<std::string, setter>& setters() {
  using options = actors::runtime_options;
  using policy = actors::restart_policy;
  static const std::map<std::string, setter> all{
    {"data-directory", path(&configuration::data_directory)},
    {"node", set_node},
    {"season", path(&configuration::season)},
    {"partitions", number(&options::partitions, 1, 256)},
    {"snapshot-every", number(&options::snapshot_every, 1, 1'000'000)},
    {"idle-timeout", idle_time()},
    {"max-active-entities", number(&options::max_active_entities, 16, 10'000'000)},
    {"limits.commands-in-flight", number(&options::max_in_flight_commands, 1, 8'192)},
    {"limits.outbox-messages", number(&options::max_outbox_messages, 1, 10'000'000)},
    {"limits.waiting-messages", number(&options::max_waiting_messages, 16, 10'000'000)},
    {"limits.delivery-window", number(&options::delivery_window, 1, 65'536)},
    {"supervision.handler-attempts", number(&options::handler_attempts, 1, 1'000)},
    {"supervision.entities.intensity", policy_intensity(&options::entities)},
    {"supervision.entities.period", policy_time(&options::entities, &policy::period_ms)},
    {"supervision.entities.backoff-min", policy_time(&options::entities, &policy::backoff_min_ms)},
    {"supervision.entities.backoff-max", policy_time(&options::entities, &policy::backoff_max_ms)},
    {"supervision.partitions.intensity", policy_intensity(&options::partitions_policy)},
    {"supervision.partitions.period", policy_time(&options::partitions_policy, &policy::period_ms)},
    {"supervision.partitions.backoff-min",
     policy_time(&options::partitions_policy, &policy::backoff_min_ms)},
    {"supervision.partitions.backoff-max",
     policy_time(&options::partitions_policy, &policy::backoff_max_ms)},
    {"sponsors", set_sponsors}};
  return all;
}

// -- walking the file -----------------------------------------------------------------------------

std::string known_keys() {
  std::string result = "league-rules";
  for (auto& [key, set] : setters())
    result += ", " + key;
  return result;
}

/// The part `league-rules`, whose problems name it themselves.
problem set_rules(const caf::settings& entries, configuration& out) {
  problem wrong;
  settings_section section{"touchline.league-rules", entries, wrong};
  LeagueRules rules;
  auto most = static_cast<int64_t>(actors::max_squad);
  rules.set_squad_max(static_cast<uint32_t>(section.number("squad-max", 1, most)));
  rules.set_squad_min(
    static_cast<uint32_t>(section.number("squad-min", 0, int64_t{rules.squad_max()})));
  read_windows(section, rules);
  section.refuse_others();
  out.rules = std::move(rules);
  return wrong;
}

problem apply(const caf::settings& section, const std::string& prefix, configuration& out) {
  for (auto& [name, value] : section) {
    auto key = prefix + name;
    auto at = setters().find(key);
    if (at != setters().end()) {
      if (auto wrong = at->second(value, out))
        return "touchline." + key + ' ' + *wrong + '.';
      continue;
    }
    auto inner = caf::get_as<caf::settings>(value);
    if (inner && key == "league-rules") {
      if (auto wrong = set_rules(*inner, out))
        return wrong;
      continue;
    }
    if (!inner)
      return "touchline." + key + " is no setting; the settings are " + known_keys() + '.';
    if (auto wrong = apply(*inner, key + '.', out))
      return wrong;
  }
  return std::nullopt;
}

void make_absolute(std::filesystem::path& path, const std::filesystem::path& folder) {
  if (!path.empty() && path.is_relative())
    path = (folder / path).lexically_normal();
}

} // namespace

LeagueRules default_rules() {
  LeagueRules rules;
  rules.set_squad_max(actors::max_squad);
  auto add_window = [&rules](const char* name, const char* from, const char* to) {
    auto& window = *rules.add_windows();
    window.set_name(name);
    window.set_from(from);
    window.set_to(to);
  };
  add_window("summer", "06-10", "09-01");
  add_window("winter", "01-01", "02-01");
  return rules;
}

tl::expected<configuration, std::string> read_configuration(const std::filesystem::path& file) {
  auto parsed = parse_settings_file(file);
  if (!parsed)
    return tl::unexpected{parsed.error()};
  configuration result;
  for (auto& [name, value] : *parsed) {
    auto section = caf::get_as<caf::settings>(value);
    problem wrong = name + " is no section; the sections are touchline, pyramid and caf.";
    if (section && name == "caf") {
      result.caf = *section;
      wrong = std::nullopt;
    } else if (section && name == "pyramid") {
      wrong = std::nullopt;
    } else if (section && name == "touchline") {
      wrong = apply(*section, "", result);
    }
    if (wrong)
      return tl::unexpected{problem_in(file, *wrong)};
  }
  auto folder = std::filesystem::absolute(file).parent_path();
  make_absolute(result.data_directory, folder);
  make_absolute(result.season, folder);
  return result;
}

} // namespace touchline::nodes
