#include "actors/team_manager/team.hpp"

#include "actors/team_manager/ledger.hpp"
#include "actors/team_manager/squad.hpp"

namespace touchline::actors {

namespace {

using event = TeamEvent;

event moved_to(const std::string& league) {
  event fact;
  fact.mutable_moved()->set_to_league(league);
  return fact;
}

// -- applying -------------------------------------------------------------------------------------

/// The season's fixtures come from another sender, and may come first; a team that is back has its
/// past.
void apply_created(TeamState& now, const event::Created& fact) {
  auto& details = *now.mutable_details();
  const auto& created = fact.details();
  details.set_league(created.league());
  details.set_team(created.team());
  if (fact.revision() >= now.revision()) {
    details.set_name(created.name());
    details.set_short_name(created.short_name());
    details.set_stadium(created.stadium());
    now.set_revision(fact.revision());
  }
  details.set_relegated(false);
  if (!created.squad().empty())
    replace_squad(now, created.squad());
  book(details, "capital", {}, fact.capital());
}

void update_player(TeamDetails& details, const event::PlayerUpdated& fact) {
  for (auto& player : *details.mutable_squad())
    if (player.shirt_number() == fact.shirt_number()) {
      player = fact.player();
      return;
    }
}

void remove_player(TeamState& now, uint32_t shirt_number) {
  auto& details = *now.mutable_details();
  if (const auto* player = find_shirt(details, shirt_number)) {
    note_departure(now, *player);
    remember_former(details, *player, {});
    take_out(details, shirt_number);
  }
}

TeamTransfer take_transfer(TeamDetails& details, const std::string& transfer) {
  TeamTransfer result;
  auto& all = *details.mutable_transfers();
  for (int i = 0; i < all.size(); ++i)
    if (all[i].transfer() == transfer) {
      result = all[i];
      all.DeleteSubrange(i, 1);
      return result;
    }
  return result;
}

void apply_sign(TeamState& now, const event::Transferred& fact) {
  for (auto& kept : *now.mutable_details()->mutable_transfers())
    if (kept.transfer() == fact.transfer())
      kept.set_step(SIGN);
  enter_player(now, fact.player());
}

void apply_pay(TeamDetails& details, const event::Transferred& fact) {
  auto kept = take_transfer(details, fact.transfer());
  book(details, "transfer", fact.transfer(), fact.fee());
  if (kept.step() == RELEASE)
    remember_former(details, kept.player(), fact.transfer());
  for (auto& player : *details.mutable_squad())
    if (player.transfer() == fact.transfer())
      player.clear_transfer();
}

void apply_cancel(TeamState& now, const event::Transferred& fact) {
  auto& details = *now.mutable_details();
  auto kept = take_transfer(details, fact.transfer());
  if (kept.step() == RELEASE)
    *details.add_squad() = fact.player();
  for (auto& player : details.squad())
    if (player.transfer() == fact.transfer()) {
      take_out(details, player.shirt_number());
      return;
    }
}

void apply_step(TeamState& now, const event::Transferred& fact) {
  auto& details = *now.mutable_details();
  auto keep = [&] {
    auto& kept = *details.add_transfers();
    kept.set_transfer(fact.transfer());
    kept.set_step(fact.step());
    if (fact.has_fee())
      *kept.mutable_fee() = fact.fee();
    if (fact.has_player())
      *kept.mutable_player() = fact.player();
  };
  switch (fact.step()) {
    case RESERVE:
      keep();
      break;
    case RELEASE:
      keep();
      note_departure(now, fact.player());
      take_out(details, fact.player().shirt_number());
      break;
    case SIGN:
      apply_sign(now, fact);
      break;
    case PAY:
      apply_pay(details, fact);
      break;
    case CANCEL:
      apply_cancel(now, fact);
      break;
    default:
      break;
  }
}

} // namespace

decided<event> team::decide(const state& now, const InfoTeamCreated& message, const header&) {
  event fact;
  auto& details = *fact.mutable_created()->mutable_details();
  details.set_league(message.league());
  details.set_team(message.team());
  details.set_name(message.name());
  details.set_short_name(message.short_name());
  details.set_stadium(message.stadium());
  state named = now;
  named.mutable_details()->set_team(message.team());
  for (auto& player : message.squad())
    count_key(named, player.player());
  for (auto& player : message.squad()) {
    auto& entered = *details.add_squad() = with_key(named, player);
    entered.clear_transfer();
    count_key(named, entered.player());
  }
  *fact.mutable_created()->mutable_capital() = message.balance();
  fact.mutable_created()->set_revision(message.revision());
  return decision<event>{}.record(std::move(fact));
}

decided<event> team::decide(const state& now, const InfoTeamUpdated& message, const header&) {
  if (message.revision() < now.revision())
    return decision<event>{};
  event fact;
  auto& renamed = *fact.mutable_renamed();
  renamed.set_name(message.name());
  renamed.set_short_name(message.short_name());
  renamed.set_stadium(message.stadium());
  renamed.set_revision(message.revision());
  return decision<event>{}.record(std::move(fact));
}

decided<event> team::decide(const state&, const InfoTeamRelegated& message, const header&) {
  return decision<event>{}.record(moved_to(message.to_league()));
}

decided<event> team::decide(const state&, const InfoTeamPromoted& message, const header&) {
  return decision<event>{}.record(moved_to(message.to_league()));
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

decided<event> team::decide(const state& now, const SponsorPay& message, const header&) {
  auto trial = now.details();
  for (auto& item : message.items()) {
    if (auto wrong = check_amount("The payment of " + item.sponsor(), item.amount()))
      return refuse(INVALID_ARGUMENT, *wrong);
    if (!can_book(trial, item.amount()))
      return refuse(CONFLICT, "The ledger of " + message.team() + " holds at most "
                                + std::to_string(max_balance) + " minor units of a currency.");
    book(trial, "sponsor", item.sponsor(), item.amount());
  }
  event fact;
  fact.mutable_sponsors_paid()->set_season(message.season());
  *fact.mutable_sponsors_paid()->mutable_items() = message.items();
  return decision<event>{}.record(std::move(fact));
}

void team::apply(state& now, const event& fact) {
  auto& details = *now.mutable_details();
  switch (fact.event_case()) {
    case event::kCreated:
      apply_created(now, fact.created());
      break;
    case event::kRenamed:
      details.set_name(fact.renamed().name());
      details.set_short_name(fact.renamed().short_name());
      details.set_stadium(fact.renamed().stadium());
      now.set_revision(fact.renamed().revision());
      break;
    case event::kSeasonOpened:
      details.set_season(fact.season_opened().season());
      *details.mutable_fixtures() = fact.season_opened().fixtures();
      break;
    case event::kMoved:
      details.set_relegated(fact.moved().to_league().empty());
      if (!fact.moved().to_league().empty())
        details.set_league(fact.moved().to_league());
      break;
    case event::kPlayerAdded:
      enter_player(now, fact.player_added());
      break;
    case event::kPlayerUpdated:
      update_player(details, fact.player_updated());
      break;
    case event::kPlayerRemoved:
      remove_player(now, fact.player_removed());
      break;
    case event::kTransferred:
      apply_step(now, fact.transferred());
      break;
    case event::kSponsorsPaid:
      for (auto& item : fact.sponsors_paid().items())
        book(details, "sponsor", fact.sponsors_paid().season() + ' ' + item.sponsor(),
             item.amount());
      break;
    case event::EVENT_NOT_SET:
      break;
  }
}

} // namespace touchline::actors
