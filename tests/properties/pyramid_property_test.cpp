// Who plays where after a season, whatever the tables: every tier keeps its size, no team is lost
// or in two leagues.
#include "tests/properties/property_test.hpp"

#include "actors/fixture_manager/pyramid.hpp"
#include "actors/fixture_manager/pyramid_plan.hpp"
#include "messages/catalogue_types.hpp"

#include <map>
#include <set>

using namespace touchline;
using namespace touchline::testing;

namespace {

using members = std::vector<std::vector<std::string>>;

/// Tiers of 4 to 8 teams, of which at most two go up and at most two down.
PyramidCreate any_pyramid() {
  PyramidCreate plan;
  plan.set_pyramid("en");
  plan.set_name("Pyramid");
  plan.set_rule_set("england");
  plan.set_first_year(2022);
  plan.set_start("08-06");
  plan.set_end("05-28");
  auto tiers = *number(1, 5);
  for (int i = 0; i < tiers; ++i) {
    auto& tier = *plan.add_tiers();
    tier.set_league("en." + std::to_string(i + 1));
    tier.set_name("Tier " + std::to_string(i + 1));
    auto teams = *number(5, 9);
    for (int j = 0; j < teams; ++j) {
      auto& team = *tier.add_teams();
      team.set_team("t" + std::to_string(i) + '-' + std::to_string(j));
      team.set_name("The " + team.team());
    }
    if (i > 0)
      tier.set_promoted(*number<uint32_t>(0, 2));
    if (i > 0)
      tier.set_play_offs(*rc::gen::element<uint32_t>(0, 2));
  }
  return plan;
}

/// The pyramid alone. What it sends is kept until somebody looks.
struct lone_pyramid {
  actors::pyramid::state now;
  std::vector<actors::outgoing_message> sent;

  template <class Message>
  void take(const Message& message) {
    auto decided = actors::pyramid::decide(now, message, header{});
    if (!decided)
      RC_FAIL(decided.error().text);
    for (auto& event : decided->events)
      actors::pyramid::apply(now, event);
    for (auto& x : decided->messages)
      sent.push_back(x);
  }

  members teams() const {
    members result;
    for (auto& tier : now.tiers()) {
      auto& keys = result.emplace_back();
      for (auto& x : tier.teams())
        keys.push_back(x.team());
    }
    return result;
  }

  /// Those of one type, which are gone then.
  template <class Message>
  std::vector<Message> take_sent() {
    std::vector<Message> result;
    for (auto& x : sent)
      if (x.number == number_of<Message>)
        result.push_back(static_cast<const Message&>(*x.body));
    std::erase_if(sent, [](auto& x) { return x.number == number_of<Message>; });
    return result;
  }
};

/// The end of a tier's season: any order, and any of the qualifiers as winner of the play-offs.
SponsorDistribute any_end(const PyramidCreate& plan, const lone_pyramid& pyramid, int tier) {
  const auto& rules = plan.tiers(tier);
  auto teams = pyramid.teams()[static_cast<size_t>(tier)];
  for (size_t i = teams.size(); i > 1; --i)
    std::swap(teams[i - 1], teams[*number<size_t>(0, i)]);
  SponsorDistribute end;
  end.set_league(rules.league());
  end.set_season(actors::key_of_season(plan, pyramid.now.year()));
  end.set_pyramid("en");
  for (auto& team : teams)
    end.add_teams(team);
  for (size_t i = 0; i < rules.promoted(); ++i)
    end.add_promoted(teams[i]);
  if (rules.play_offs() > 0)
    end.add_promoted(teams[rules.promoted() + *number<size_t>(0, rules.play_offs())]);
  for (auto i = teams.size() - actors::going_down(plan, tier); i < teams.size(); ++i)
    end.add_relegated(teams[i]);
  return end;
}

template <class Info, class Message>
Info confirmation_of(const Message& move) {
  Info info;
  info.set_league(move.league());
  info.set_season(move.season());
  info.set_team(move.team());
  info.set_to_league(move.to_league());
  info.set_pyramid(move.pyramid());
  return info;
}

/// The team manager confirms all moves, some of them twice.
void confirm_moves(lone_pyramid& pyramid) {
  auto down = pyramid.take_sent<TeamRelegate>();
  auto up = pyramid.take_sent<TeamPromote>();
  while (!down.empty() || !up.empty()) {
    auto twice = *rc::gen::arbitrary<bool>();
    if (up.empty() || (!down.empty() && *rc::gen::arbitrary<bool>())) {
      for (int i = 0; i < (twice ? 2 : 1); ++i)
        pyramid.take(confirmation_of<InfoTeamRelegated>(down.back()));
      down.pop_back();
    } else {
      for (int i = 0; i < (twice ? 2 : 1); ++i)
        pyramid.take(confirmation_of<InfoTeamPromoted>(up.back()));
      up.pop_back();
    }
  }
}

/// The lists of the next season are for those who play in each tier, one list each.
void check_lists(lone_pyramid& pyramid, const members& expected) {
  auto lists = pyramid.take_sent<FixtureListGenerate>();
  RC_ASSERT(lists.size() == expected.size());
  for (size_t i = 0; i < lists.size(); ++i) {
    std::vector<std::string> teams;
    for (auto& x : lists[i].teams())
      teams.push_back(x.team());
    RC_ASSERT(lists[i].league() == "en." + std::to_string(i + 1));
    RC_ASSERT(teams == expected[i]);
  }
}

/// Who went where, by the tables alone.
std::vector<std::set<std::string>> moved(const members& before,
                                         const std::vector<SponsorDistribute>& ends) {
  std::vector<std::set<std::string>> result;
  for (auto& tier : before)
    result.emplace_back(tier.begin(), tier.end());
  for (size_t i = 0; i < ends.size(); ++i) {
    for (auto& team : ends[i].promoted()) {
      result[i].erase(team);
      result[i - 1].insert(team);
    }
    for (auto& team : ends[i].relegated()) {
      result[i].erase(team);
      result[i + 1].insert(team);
    }
  }
  return result;
}

} // namespace

RC_BOOST_PROP(tiers_keep_their_sizes_and_teams_are_neither_lost_nor_doubled, ()) {
  const auto plan = any_pyramid();
  const auto seasons = *number(1, 4);
  lone_pyramid pyramid;
  pyramid.take(plan);
  check_lists(pyramid, pyramid.teams());
  for (int season = 0; season < seasons; ++season) {
    const auto before = pyramid.teams();
    std::vector<SponsorDistribute> ends;
    for (int tier = 0; tier < plan.tiers_size(); ++tier)
      ends.push_back(any_end(plan, pyramid, tier));
    for (auto& end : ends) {
      pyramid.take(end);
      RC_ASSERT(pyramid.now.year() == 2022 + season || &end == &ends.back());
    }
    confirm_moves(pyramid);
    RC_ASSERT(pyramid.now.year() == 2023 + season);
    const auto after = pyramid.teams();
    const auto expected = moved(before, ends);
    for (size_t i = 0; i < before.size(); ++i) {
      RC_ASSERT(after[i].size() == before[i].size());
      RC_ASSERT((std::set<std::string>{after[i].begin(), after[i].end()} == expected[i]));
    }
    check_lists(pyramid, after);
  }
}
