// Play-offs of any size, whatever the results: one winner, who lost no tie.
#include "tests/properties/property_test.hpp"

#include "league/play_offs.hpp"

#include <set>

using namespace touchline;
using namespace touchline::testing;
using league::make_play_off_bracket;
using results = std::vector<std::optional<league::play_off_result>>;

namespace {

/// Goals of a match, and of its tie so far, for the home team; level ones are followed by a
/// shoot-out where there must be one.
league::play_off_result any_result(const league::play_off_bracket& bracket, const results& played,
                                   size_t place) {
  constexpr uint32_t few_goals = 4;
  const auto& match = bracket.matches[place];
  league::play_off_result result{*number<uint32_t>(0, few_goals), *number<uint32_t>(0, few_goals),
                                 std::nullopt};
  std::optional<league::play_off_result> first_leg;
  if (auto first = league::first_leg_of(bracket.matches, match))
    first_leg = played[*first];
  if (league::needs_shoot_out(match, first_leg, result))
    result.shoot_out_home_won = *rc::gen::arbitrary<bool>();
  return result;
}

/// Who is out after a decisive match.
size_t loser_of(const league::play_off_bracket& bracket, const results& played, size_t place) {
  const auto& match = bracket.matches[place];
  const auto& result = *played[place];
  auto home = static_cast<int>(result.home_goals);
  auto away = static_cast<int>(result.away_goals);
  if (auto first = league::first_leg_of(bracket.matches, match)) {
    home += static_cast<int>(played[*first]->away_goals);
    away += static_cast<int>(played[*first]->home_goals);
  }
  auto home_won = home == away ? *result.shoot_out_home_won : home > away;
  return home_won ? match.away : match.home;
}

} // namespace

RC_BOOST_PROP(one_qualifier_wins_and_all_others_lose_one_tie, ()) {
  const auto qualifiers = *rc::gen::element<size_t>(2, 4, 8);
  results played;
  std::set<size_t> out;
  auto bracket = make_play_off_bracket(qualifiers, played);
  RC_ASSERT(bracket.has_value());
  while (!bracket->winner) {
    auto place = played.size();
    RC_ASSERT(place < bracket->matches.size());
    auto match = bracket->matches[place];
    RC_ASSERT(match.home != match.away);
    RC_ASSERT(match.home < qualifiers && match.away < qualifiers);
    RC_ASSERT(!out.contains(match.home) && !out.contains(match.away));
    played.push_back(any_result(*bracket, played, place));
    if (match.is_decisive())
      RC_ASSERT(out.insert(loser_of(*bracket, played, place)).second);
    auto next = make_play_off_bracket(qualifiers, played);
    RC_ASSERT(next.has_value());
    // Later results only add matches.
    RC_ASSERT(next->matches.size() >= bracket->matches.size());
    for (size_t i = 0; i < bracket->matches.size(); ++i)
      RC_ASSERT(next->matches[i] == bracket->matches[i]);
    bracket = std::move(next);
  }
  RC_ASSERT(played.size() == league::play_off_match_count(qualifiers));
  RC_ASSERT(bracket->matches.size() == played.size());
  RC_ASSERT(out.size() == qualifiers - 1);
  RC_ASSERT(!out.contains(*bracket->winner));
}

RC_BOOST_PROP(a_shoot_out_is_wanted_exactly_when_a_tie_is_level, ()) {
  const auto qualifiers = *rc::gen::element<size_t>(2, 4, 8);
  const auto kept = *number<size_t>(0, league::play_off_match_count(qualifiers));
  results played;
  auto bracket = make_play_off_bracket(qualifiers, played);
  while (played.size() < kept) {
    played.push_back(any_result(*bracket, played, played.size()));
    bracket = make_play_off_bracket(qualifiers, played);
  }
  auto last = any_result(*bracket, played, kept);
  last.shoot_out_home_won
    = last.shoot_out_home_won ? std::nullopt : std::optional{*rc::gen::arbitrary<bool>()};
  played.push_back(last);
  RC_ASSERT(!make_play_off_bracket(qualifiers, played).has_value());
}
