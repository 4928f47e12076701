#include "tests/properties/script.hpp"

#include "tests/properties/property_test.hpp"

#include <ostream>

namespace touchline::testing {

namespace {

using rc::gen::build;
using rc::gen::set;
using rc::gen::weightedElement;

rc::Gen<command> any_command() {
  return build<command>(set(&command::what, weightedElement<verb>({{1, verb::rename_team},
                                                                   {4, verb::add_player},
                                                                   {2, verb::update_player},
                                                                   {2, verb::delete_player},
                                                                   {3, verb::buy_from_outside},
                                                                   {8, verb::buy},
                                                                   {4, verb::sell},
                                                                   {2, verb::sell_to_outside},
                                                                   {2, verb::create_sponsor},
                                                                   {1, verb::update_sponsor},
                                                                   {6, verb::record_result},
                                                                   {3, verb::correct_result},
                                                                   {1, verb::configure}})),
                        set(&command::team, number(0, known_teams + 1)),
                        set(&command::other, number(0, known_teams + 1)),
                        set(&command::shirt, number(1, 7)), set(&command::new_shirt, number(0, 7)),
                        set(&command::amount, number(0, 700)));
}

/// The messages that may follow a command, itself among them.
std::vector<std::string> messages_of(verb what) {
  switch (what) {
    case verb::rename_team:
      return {"team.update", "info.teamupdated", "leaguetable.updatedata"};
    case verb::add_player:
      return {"player.add", "squad.add", "squad.changed"};
    case verb::update_player:
      return {"player.update", "squad.update", "squad.changed"};
    case verb::delete_player:
      return {"player.delete", "squad.remove", "squad.changed"};
    case verb::buy_from_outside:
    case verb::buy:
      return {"transfer.in",      "transfer.reserve", "transfer.release",
              "transfer.sign",    "transfer.pay",     "info.playertransferredin",
              "transfer.confirm", "deadline.passed",  "transfer.cancel"};
    case verb::sell:
    case verb::sell_to_outside:
      return {"transfer.out",     "transfer.reserve", "transfer.release",
              "transfer.sign",    "transfer.pay",     "info.playertransferredout",
              "transfer.confirm", "deadline.passed",  "transfer.cancel"};
    case verb::create_sponsor:
      return {"sponsor.create"};
    case verb::update_sponsor:
      return {"sponsor.update"};
    case verb::record_result:
    case verb::correct_result:
      return {"result.create", "result.correct", "info.fixturecompleted",
              "leaguetable.updateresults", "leaguetable.updatestats"};
    case verb::configure:
      return {"league.configure", "info.leagueconfigured"};
  }
  return {};
}

/// Those at the end of a season, and of its results.
std::vector<std::string> messages_of_season() {
  return {"result.create",
          "info.fixturecompleted",
          "leaguetable.updateresults",
          "leaguetable.updatestats",
          "info.seasoncompleted",
          "sponsor.distribute",
          "sponsor.pay",
          "team.relegate",
          "team.promote",
          "info.teamrelegated",
          "info.teampromoted",
          "fixturelist.generate",
          "info.fixturelistgenerated"};
}

rc::Gen<std::vector<command>> some_commands() {
  constexpr int most = 4;
  using commands = std::vector<command>;
  return rc::gen::weightedOneOf<commands>(
    {{3, rc::gen::container<commands>(1, any_command())},
     {2, rc::gen::resize(most, rc::gen::container<commands>(any_command()))}});
}

rc::Gen<step> any_step() {
  return build<step>(
    set(&step::commands, some_commands()),
    set(&step::finish_season, weightedElement<bool>({{19, false}, {1, true}})),
    set(&step::broken, number(0, 100)),
    set(&step::failures, weightedElement<int>({{6, 0}, {1, 1}, {1, 2}, {3, fails_always}})),
    set(&step::meanwhile, weightedElement<disturbance>({{12, disturbance::none},
                                                        {2, disturbance::restart},
                                                        {2, disturbance::fail_entity},
                                                        {1, disturbance::fail_partition},
                                                        {1, disturbance::passivate},
                                                        {1, disturbance::leap}})),
    set(&step::patience, number(0, 3)), set(&step::where, number(0, 16)),
    set(&step::twice, weightedElement<bool>({{7, false}, {1, true}})),
    set(&step::mend, weightedElement<bool>({{1, false}, {4, true}})),
    set(&step::repeat, weightedElement<int>({{6, 0}, {1, 1}, {1, 3}})));
}

std::string team(int x) {
  return "t" + std::to_string(x);
}

} // namespace

fault fault_of(const step& x) {
  std::vector<std::string> messages;
  for (auto& one : x.commands)
    for (auto& message : messages_of(one.what))
      messages.push_back(message);
  if (x.finish_season)
    messages = messages_of_season();
  if (messages.empty() || x.failures == 0)
    return {};
  return {messages[static_cast<size_t>(x.broken) % messages.size()], x.failures};
}

rc::Gen<script> any_script() {
  return rc::gen::container<script>(any_step());
}

std::ostream& operator<<(std::ostream& out, const command& x) {
  auto shirts = " number " + std::to_string(x.shirt) + " as " + std::to_string(x.new_shirt);
  auto fee = " for " + std::to_string(x.amount);
  auto score = " match " + std::to_string(x.amount % single_results + 1) + " of tier "
               + std::to_string(x.team % 2 + 1) + ", " + std::to_string(x.shirt) + '-'
               + std::to_string(x.new_shirt);
  switch (x.what) {
    case verb::rename_team:
      return out << team(x.team) << " is called Name " << x.shirt;
    case verb::add_player:
      return out << team(x.team) << " adds number " << x.shirt;
    case verb::update_player:
      return out << team(x.team) << " updates" << shirts;
    case verb::delete_player:
      return out << team(x.team) << " deletes number " << x.shirt;
    case verb::buy_from_outside:
      return out << team(x.team) << " buys from outside" << fee << " as " << x.new_shirt;
    case verb::buy:
      return out << team(x.team) << " buys from " << team(x.other) << shirts << fee;
    case verb::sell:
      return out << team(x.team) << " sells to " << team(x.other) << shirts << fee;
    case verb::sell_to_outside:
      return out << team(x.team) << " sells to outside" << shirts << fee;
    case verb::create_sponsor:
      return out << "sponsor s" << x.shirt % possible_sponsors << " of "
                 << (x.other % 2 == 0 ? team(x.team) : "tier " + std::to_string(x.team % 2 + 1))
                 << fee;
    case verb::update_sponsor:
      return out << "sponsor s" << x.shirt % possible_sponsors << " gives " << x.amount;
    case verb::record_result:
      return out << "result of" << score;
    case verb::correct_result:
      return out << "correction of" << score;
    case verb::configure:
      return out << "squads of at most " << x.shirt % 3 + 4 << ", windows "
                 << (x.amount % 4 == 0 ? "closed" : "open");
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const step& x) {
  constexpr const char* disturbances[] = {"",
                                          "the node restarts",
                                          "an entity fails",
                                          "a partition fails",
                                          "entities leave memory",
                                          "time leaps"};
  out << "\n  ";
  if (x.finish_season)
    out << "{the season is played to its end}";
  else
    for (auto& one : x.commands)
      out << '{' << one << "} ";
  if (auto broken = fault_of(x); broken.times > 0)
    out << " | " << broken.message << " fails "
        << (broken.times == fails_always ? "always" : std::to_string(broken.times) + " times");
  if (x.meanwhile != disturbance::none)
    out << " | " << disturbances[static_cast<int>(x.meanwhile)] << " (" << x.patience << ", "
        << x.where << ')';
  out << (x.twice ? " | sent twice" : "") << (x.mend ? "" : " | not mended");
  if (x.repeat > 0)
    out << " | the last " << x.repeat << " again";
  return out;
}

} // namespace touchline::testing
