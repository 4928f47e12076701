// send, season simulate, season replay.
#include "messages/catalogue.hpp"
#include "messages/redact.hpp"
#include "nodes/message_fields.hpp"
#include "nodes/message_json.hpp"
#include "nodes/nearest_name.hpp"
#include "nodes/password.hpp"
#include "nodes/progress.hpp"
#include "nodes/pyramid_player.hpp"
#include "nodes/pyramid_report.hpp"
#include "nodes/season_player.hpp"
#include "nodes/shell/command_families.hpp"
#include "nodes/shell/session.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <set>

namespace touchline::shell {

namespace {

using nlohmann::json;
using result = tl::expected<report, std::string>;

// -- send -----------------------------------------------------------------------------------------

std::string unknown_message(const std::string& name) {
  std::set<std::string> names;
  for (auto& x : catalogue_data::messages())
    names.insert(x.name);
  auto near = nodes::nearest_name(name, names);
  return "The catalogue has no message \"" + name + "\"; "
         + (near ? "did you mean " + *near + "?" : "`help messages` lists those that it has.");
}

/// A message that people may send; one sentence for another one.
tl::expected<const message_info*, std::string> find_sendable(const std::string& name) {
  const auto* info = catalogue_data::find(name);
  if (!info)
    return tl::unexpected{unknown_message(name)};
  if (may_hold_secrets(*info->descriptor))
    return tl::unexpected{
      name
      + " carries secrets, which do not belong on a screen; `touchline account` asks for them."};
  if (!info->is_sent_by("outside"))
    return tl::unexpected{name + " is sent by " + info->senders.front()
                          + " alone, not from outside; `help messages` lists those that are."};
  return info;
}

result send(session& with, const invocation& how) {
  auto info = find_sendable(how.argument(0));
  if (!info)
    return tl::unexpected{info.error()};
  std::vector<std::string> fields(how.arguments.begin() + 1, how.arguments.end());
  auto message = nodes::make_message(**info, fields);
  if (!message)
    return tl::unexpected{message.error()};
  auto is_read = (*info)->mode == message_mode::read;
  constexpr size_t id_bytes = 16;
  auto id = how.has("--id") ? how.value("--id") : nodes::random_hex(id_bytes);
  auto to = catalogue_data::addresses_of(**info, **message).front();
  auto reply = with.send(id, std::move(*message), **info);
  if (!is_read)
    with.questions().note("send " + (*info)->name + " to " + to + ", id " + id,
                          reply.ok() ? "ok" : std::string{error_name(reply.code)});
  if (!reply.ok())
    return tl::unexpected{with.explain({reply.code, reply.text})
                          + (is_read ? "" : " The command's id is " + id + '.')};
  auto body = nodes::body_of(reply, **info);
  json data{{"message", (*info)->name}, {"to", to}, {"answer", body}};
  if (!is_read) {
    data["id"] = id;
    data["position"] = reply.position;
    data["repeated"] = reply.repeated;
  }
  report out{std::move(data)};
  constexpr int indent = 2;
  if (!body.is_null())
    out.before = body.dump(indent) + '\n';
  if (!is_read)
    out.before += (reply.repeated ? "It was handled before, as record " : "Handled as record ")
                  + std::to_string(reply.position) + " of " + to + "; `flow " + id
                  + "` shows what follows.\n";
  with.remember(word_kind::flow, {id});
  return out;
}

// -- seasons --------------------------------------------------------------------------------------

/// A positive number with a fraction; 0 when it was not given.
tl::expected<double, std::string> pace_of(const invocation& how) {
  const auto& text = how.value("--pace");
  double out = 0;
  if (text.empty())
    return out;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size() || !(out > 0))
    return tl::unexpected{"--pace is the number of matches in a second, above 0, not \"" + text
                          + "\"."};
  return out;
}

/// Tables as `touchline season` prints them.
report tables_report(const std::vector<LeagueTable>& tables) {
  using nodes::output_format;
  report out{json::parse(nodes::format_tables(tables, output_format::json))};
  out.before = nodes::format_tables(tables, output_format::text);
  out.csv = nodes::format_tables(tables, output_format::csv);
  return out;
}

/// A season that was played, or not to its end, is an action like others.
template <class Played>
void note_season(session& with, const std::string& what, const Played& played) {
  with.questions().note(what, played ? "ok" : std::string{error_name(played.error().code)});
}

std::string seed_of(const nodes::simulation& what) {
  return " --seed " + std::to_string(what.seed) + " --seasons " + std::to_string(what.seasons);
}

/// What was played is kept, whatever stopped it.
tl::unexpected<std::string> stopped_season(const session& with, const refusal& why) {
  return tl::unexpected{with.explain(why)
                        + " What was played is kept: the same command goes on from there."};
}

result simulate_pyramid(session& with, const invocation& how, const nodes::simulation& what,
                        double pace) {
  auto config = nodes::read_pyramid(how.value("--pyramid"));
  if (!config)
    return tl::unexpected{config.error()};
  if (auto wrong = nodes::check_seasons(*config, what.seasons))
    return tl::unexpected{*wrong};
  nodes::progress display{stderr};
  auto played = nodes::play_pyramid(with.access(), *config, what, pace, display);
  display.end();
  note_season(with, "season simulate --pyramid " + how.value("--pyramid") + seed_of(what), played);
  if (!played)
    return stopped_season(with, played.error());
  report out{json::parse(nodes::format_seasons(played->seasons, nodes::output_format::json))};
  out.before = nodes::format_seasons(played->seasons, nodes::output_format::text);
  out.csv = nodes::format_seasons(played->seasons, nodes::output_format::csv);
  return out;
}

result simulate(session& with, const invocation& how) {
  auto pace = pace_of(how);
  if (!pace)
    return tl::unexpected{pace.error()};
  nodes::simulation what;
  auto teams = how.number("--teams", what.teams);
  auto seasons = how.number("--seasons", 1);
  if (teams < 2 || teams > 64 || seasons < 1 || seasons > 1'000)
    return tl::unexpected{std::string{"A simulation has 2 to 64 --teams and 1 to 1000 --seasons."}};
  what.teams = static_cast<uint32_t>(teams);
  what.seasons = static_cast<uint32_t>(seasons);
  what.seed = how.number("--seed", what.seed);
  if (how.has("--pyramid"))
    return simulate_pyramid(with, how, what, *pace);
  nodes::progress display{stderr};
  auto played = nodes::play_simulation(with.access(), with.config(), what, *pace, display);
  display.end();
  note_season(with, "season simulate --teams " + std::to_string(what.teams) + seed_of(what),
              played);
  if (!played)
    return stopped_season(with, played.error());
  std::vector<LeagueTable> tables;
  for (auto& season : *played)
    tables.push_back(std::move(season.table));
  return tables_report(tables);
}

result replay(session& with, const invocation& how) {
  auto pace = pace_of(how);
  if (!pace)
    return tl::unexpected{pace.error()};
  auto file = nodes::read_season(how.argument(0));
  if (!file)
    return tl::unexpected{file.error()};
  league::rule_choice choice;
  choice.rule_set = how.value("--rules");
  auto plan = nodes::plan_replay(*file, choice, with.config().sponsors);
  if (!plan)
    return tl::unexpected{plan.error()};
  plan->rules = with.config().rules;
  nodes::progress display{stderr};
  auto played = nodes::season_player{with.access(), *pace, display}.play(*plan);
  display.end();
  note_season(with, "season replay " + how.argument(0), played);
  if (!played)
    return stopped_season(with, played.error());
  std::vector<LeagueTable> tables{std::move(played->table)};
  return tables_report(tables);
}

} // namespace

std::vector<command> action_family() {
  const option pace{"--pace", "N", word_kind::text, "at most so many matches in a second"};
  return {
    {"send",
     {{"MESSAGE", word_kind::message}, {"FIELD=VALUE", word_kind::field, false, true}},
     {{"--id", "ID", word_kind::text, "the command's id; drawn when there is none"}},
     "Send a message of the catalogue, or read, and show the answer",
     "Parts of parts are named with points, elements of lists by their place, enums by name:\n"
     "  send result.create league=en.1 season=2022-23 home=arsenal-fc away=fulham-fc score.home=2\n"
     "       score.away=1 goals.0.team=arsenal-fc goals.0.minute=12\n"
     "JSON does for whole parts: player='{\"name\":\"Ada\"}'. A command that is sent again under "
     "the\n"
     "same --id has no second effect. `help MESSAGE` lists the fields of a message.",
     "send team.update league=en.1 team=fulham-fc stadium=\"Craven Cottage\"",
     nullptr,
     send},
    {"season simulate",
     {},
     {{"--teams", "N", word_kind::number, "2 to 64 (20)"},
      {"--seasons", "N", word_kind::number, "1 to 1000 (1)"},
      {"--seed", "N", word_kind::number, "the same seed, the same seasons (1)"},
      {"--pyramid", "FILE", word_kind::file,
       "the leagues of a configuration, as config/england.conf"},
      pace},
     "Play seasons that are drawn from a seed",
     "Ctrl-C stops it; the same command goes on where it stopped.",
     "season simulate --teams 20 --seasons 2 --seed 7",
     nullptr,
     simulate},
    {"season replay",
     {{"FILE", word_kind::file}},
     {{"--rules", "NAME", word_kind::text, "england, spain, italy, germany or france"}, pace},
     "Play a season that was played, from a file in football.json format",
     "Ctrl-C stops it; the same command goes on where it stopped.",
     "season replay data/2022-23/en.1.json --pace 30",
     nullptr,
     replay},
  };
}

} // namespace touchline::shell
