#include "actors/team_manager/team_manager.hpp"

namespace touchline::actors {

using event = TeamEvent;

decided<event> team::decide(const state&, const InfoTeamCreated& message, const header&) {
  event fact;
  auto& details = *fact.mutable_created();
  details.set_league(message.league());
  details.set_team(message.team());
  details.set_name(message.name());
  details.set_short_name(message.short_name());
  details.set_stadium(message.stadium());
  *details.mutable_squad() = message.squad();
  return decision<event>{}.record(std::move(fact));
}

decided<event> team::decide(const state&, const InfoTeamUpdated& message, const header&) {
  event fact;
  auto& renamed = *fact.mutable_renamed();
  renamed.set_name(message.name());
  renamed.set_short_name(message.short_name());
  renamed.set_stadium(message.stadium());
  return decision<event>{}.record(std::move(fact));
}

decided<event> team::decide(const state&, const InfoTeamRelegated&, const header&) {
  event fact;
  fact.set_relegated(true);
  return decision<event>{}.record(std::move(fact));
}

decided<event> team::decide(const state&, const InfoFixtureListGenerated& message, const header&) {
  event fact;
  auto& opened = *fact.mutable_season_opened();
  opened.set_season(message.season());
  *opened.mutable_fixtures() = message.fixtures();
  return decision<event>{}.record(std::move(fact));
}

decided<event> team::decide(const state& now, const TeamGet& message, const header&) {
  if (now.details().team().empty())
    return refuse(NOT_FOUND,
                  "The league " + message.league() + " has no team \"" + message.team() + "\".");
  return decision<event>{}.answer_with(now.details());
}

void team::apply(state& now, const event& fact) {
  auto& details = *now.mutable_details();
  switch (fact.event_case()) {
    case event::kCreated: {
      // The season's fixtures come from another sender, and may come first.
      auto before = details;
      details = fact.created();
      details.set_season(before.season());
      *details.mutable_fixtures() = before.fixtures();
      break;
    }
    case event::kRenamed:
      details.set_name(fact.renamed().name());
      details.set_short_name(fact.renamed().short_name());
      details.set_stadium(fact.renamed().stadium());
      break;
    case event::kSeasonOpened:
      details.set_season(fact.season_opened().season());
      *details.mutable_fixtures() = fact.season_opened().fixtures();
      break;
    case event::kRelegated:
      details.set_relegated(true);
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
