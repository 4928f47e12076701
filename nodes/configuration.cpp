#include "nodes/configuration.hpp"

#include "actors/team_manager/squad_rules.hpp"
#include "messages/text.hpp"
#include "nodes/nearest_name.hpp"
#include "nodes/windows_section.hpp"

#include <caf/config_value.hpp>

#include <limits>

namespace touchline::nodes {

namespace {

using actors::restart_policy;
using actors::runtime_options;

const std::set<std::string> known_sections{"touchline", "cluster", "front", "pyramid", "caf"};

void read_limits(settings_section from, runtime_options& out) {
  from.optional_number("commands-in-flight", 1, 8'192, out.max_in_flight_commands);
  from.optional_number("outbox-messages", 1, 10'000'000, out.max_outbox_messages);
  from.optional_number("waiting-messages", 16, 10'000'000, out.max_waiting_messages);
  from.optional_number("delivery-window", 1, 65'536, out.delivery_window);
  from.refuse_others();
}

constexpr int64_t a_day_ms = 86'400'000;

void read_policy(settings_section from, restart_policy& out) {
  from.optional_number("intensity", 0, 10'000, out.intensity);
  from.optional_time("period", 1, a_day_ms, out.period_ms);
  from.optional_time("backoff-min", 1, a_day_ms, out.backoff_min_ms);
  from.optional_time("backoff-max", 1, a_day_ms, out.backoff_max_ms);
  from.refuse_others();
}

void read_supervision(settings_section from, runtime_options& out) {
  from.optional_number("handler-attempts", 1, 1'000, out.handler_attempts);
  read_policy(from.optional_section("entities"), out.entities);
  read_policy(from.optional_section("partitions"), out.partitions_policy);
  from.refuse_others();
}

/// All of them together replace the default.
void read_rules(settings_section from, LeagueRules& out) {
  out.Clear();
  auto most = static_cast<int64_t>(actors::max_squad);
  out.set_squad_max(static_cast<uint32_t>(from.number("squad-max", 1, most)));
  out.set_squad_min(static_cast<uint32_t>(from.number("squad-min", 0, int64_t{out.squad_max()})));
  read_windows(from, out);
  from.refuse_others();
}

void read_sponsors(settings_section& from, std::vector<sponsor_deal>& out) {
  auto deals = from.sections("sponsors");
  if (from.has("sponsors"))
    out.clear();
  for (auto& x : deals) {
    sponsor_deal deal;
    deal.key = x.text("key");
    deal.name = x.text("name");
    deal.amount = x.number("amount", 1, std::numeric_limits<int64_t>::max());
    deal.currency = x.text("currency");
    x.refuse_others();
    out.push_back(std::move(deal));
  }
}

void read_node(settings_section from, configuration& out) {
  auto& runtime = out.runtime;
  from.optional_path("data-directory", out.data_directory);
  out.node = from.text_or("node", out.node);
  if (check_key("", out.node))
    from.refuse("node", "must be a name of 1 to 64 lower case letters, digits, hyphens and points "
                        "in quotes");
  from.optional_path("season", out.season);
  from.optional_number("partitions", 1, 256, runtime.partitions);
  from.optional_number("snapshot-every", 1, 1'000'000, runtime.snapshot_every);
  from.optional_time("idle-timeout", 1, a_day_ms, runtime.idle_ms);
  from.optional_number("max-active-entities", 16, 10'000'000, runtime.max_active_entities);
  read_limits(from.optional_section("limits"), runtime);
  read_supervision(from.optional_section("supervision"), runtime);
  auto rules = from.optional_section("league-rules");
  if (from.has("league-rules"))
    read_rules(std::move(rules), out.rules);
  read_sponsors(from, out.sponsors);
  read_log(from.optional_section("log"), out.log);
  read_tracing(from.optional_section("tracing"), out.tracing);
  from.refuse_others();
}

void refuse_other_sections(settings_file& file) {
  for (auto& [name, value] : file.settings()) {
    if (known_sections.contains(name))
      continue;
    auto nearest = nearest_name(name, known_sections);
    file.refuse(name,
                "is no section; "
                  + (nearest ? "the nearest that is one is " + *nearest
                             : "the sections are touchline, cluster, front, pyramid and caf"));
  }
}

/// CAF knows more keys than these, and takes what it cannot use for what is not there: without a
/// worker a node would neither begin nor end.
void check_scheduler(settings_section caf) {
  constexpr int64_t most_threads = 1'024;
  constexpr int64_t most_messages = 1'000'000'000;
  auto scheduler = caf.optional_section("scheduler");
  scheduler.number_or("max-threads", 1, most_threads, 1);
  scheduler.number_or("max-throughput", 1, most_messages, 1);
  auto policy = scheduler.text_or("policy", "sharing");
  if (policy != "sharing" && policy != "stealing" && !scheduler.refused("policy"))
    scheduler.refuse("policy", "must be \"sharing\" or \"stealing\"");
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

configuration read_configuration(settings_file& file, bool unsafe_plain_text) {
  configuration result;
  result.data_directory = file.absolute(result.data_directory);
  refuse_other_sections(file);
  read_node(settings_section::of_file(file, "touchline"), result);
  if (file.settings().contains("cluster"))
    result.cluster = read_cluster(file, result.data_directory, unsafe_plain_text);
  const auto& log = result.log.file;
  if (result.cluster && result.cluster->nodes.size() > 1 && !log.empty()
      && log.string().find("{id}") == std::string::npos)
    file.refuse("touchline.log.file", "must have {id} in the place of a node's id, as every node "
                                      "has a log of its own");
  auto caf = settings_section::of_file(file, "caf");
  check_scheduler(caf);
  result.caf = caf.entries();
  return result;
}

tl::expected<configuration, std::string> read_configuration(const std::filesystem::path& path) {
  auto file = settings_file::read(path);
  if (!file)
    return tl::unexpected{problem_in(path, file.error())};
  auto result = read_configuration(*file);
  if (auto wrong = file->first_problem())
    return tl::unexpected{*wrong};
  return result;
}

} // namespace touchline::nodes
