// A team on its own, whatever it is asked in whatever order: its ledger adds up, nobody is doubled,
// and a transfer that is cancelled leaves nothing behind.
#include "tests/properties/property_test.hpp"

#include "actors/team_manager/ledger.hpp"
#include "actors/team_manager/squad.hpp"
#include "tests/actors/squad_messages.hpp"

#include <ostream>
#include <set>

using namespace touchline;
using namespace touchline::testing;

namespace {

constexpr uint32_t least_players = 2;
constexpr uint32_t most_players = 5;
constexpr uint32_t first_players = 3;
constexpr int64_t first_balance = 100;

enum class request { add, update, remove, reserve, release, sign, pay, cancel, sponsor };

/// Something that the team is asked. Transfers "t-0" to "t-3" cost ten times their number.
struct team_step {
  request what = request::add;
  uint32_t shirt = 1;
  uint32_t new_shirt = 1;
  int transfer = 0;
  /// Key of a player who is added or signed: 0 for none, else one that the team could have made.
  int key = 0;
};

std::ostream& operator<<(std::ostream& out, const team_step& x) {
  constexpr const char* names[]
    = {"add", "update", "remove", "reserve", "release", "sign", "pay", "cancel", "sponsor"};
  return out << '{' << names[static_cast<int>(x.what)] << " number " << x.shirt << " as "
             << x.new_shirt << ", t-" << x.transfer << ", arsenal." << x.key << '}';
}

rc::Gen<team_step> any_step() {
  using rc::gen::set;
  return rc::gen::build<team_step>(
    set(&team_step::what, rc::gen::element(request::add, request::update, request::remove,
                                           request::reserve, request::release, request::sign,
                                           request::pay, request::cancel, request::sponsor)),
    set(&team_step::shirt, number<uint32_t>(1, 8)),
    set(&team_step::new_shirt, number<uint32_t>(1, 8)), set(&team_step::transfer, number(0, 4)),
    set(&team_step::key, rc::gen::weightedOneOf<int>({{3, rc::gen::just(0)}, {1, number(1, 12)}})));
}

std::string transfer_id(const team_step& x) {
  return "t-" + std::to_string(x.transfer);
}

int64_t fee_of(const team_step& x) {
  return 10 * x.transfer;
}

Player named_player(const team_step& x) {
  auto key = x.key == 0 ? std::string{} : "arsenal." + std::to_string(x.key);
  return player_called("Somebody", x.shirt, key);
}

SponsorPay sponsor_pay() {
  auto result = to_arsenal<SponsorPay>();
  result.set_season("2022-23");
  auto& item = *result.add_items();
  item.set_sponsor("paper");
  *item.mutable_amount() = money(7);
  return result;
}

/// The team, which takes everything that it does not refuse.
struct lone_team {
  actors::TeamState now;

  template <class Message>
  void take(const Message& message) {
    auto decided = actors::team::decide(now, message, header{});
    if (!decided)
      return;
    for (auto& event : decided->events)
      actors::team::apply(now, event);
  }

  void take(const team_step& x) {
    switch (x.what) {
      case request::add:
        return take(squad_add(named_player(x), most_players));
      case request::update:
        return take(squad_update(x.shirt, player_called("Renamed", x.new_shirt)));
      case request::remove:
        return take(squad_remove(x.shirt, least_players));
      case request::reserve:
        return take(reserve(transfer_id(x), fee_of(x), most_players));
      case request::release:
        return take(release(transfer_id(x), x.shirt, least_players));
      case request::sign:
        return take(sign(transfer_id(x), named_player(x)));
      case request::pay:
        return take(pay_as_buyer(transfer_id(x), fee_of(x)));
      case request::cancel:
        return take(cancel(transfer_id(x)));
      case request::sponsor:
        return take(sponsor_pay());
    }
  }
};

lone_team after(const std::vector<team_step>& steps) {
  lone_team result;
  result.take(arsenal(first_players, first_balance));
  for (auto& x : steps)
    result.take(x);
  return result;
}

/// What the team has in squad and transfers, without what only ever counts up.
std::string belongings(const lone_team& team) {
  auto state = team.now;
  state.clear_named_players();
  std::ranges::sort(*state.mutable_details()->mutable_squad(), {}, &Player::shirt_number);
  return state.ShortDebugString();
}

void check_players(const TeamDetails& team) {
  std::set<uint32_t> shirts;
  std::set<std::string> keys;
  for (auto& x : team.squad()) {
    RC_ASSERT(shirts.insert(x.shirt_number()).second);
    RC_ASSERT(!x.player().empty());
    RC_ASSERT(keys.insert(x.player()).second);
    RC_ASSERT(x.transfer().empty() || actors::find_transfer(team, x.transfer()));
  }
  for (auto& x : team.transfers())
    RC_ASSERT(x.step() != RELEASE || keys.insert(x.player().player()).second);
  RC_ASSERT(actors::taken_places(team) <= most_players);
  RC_ASSERT(actors::settled_players(team) >= least_players);
}

void check_money(const TeamDetails& team) {
  RC_ASSERT(balances(team));
  RC_ASSERT(actors::held_of(team, "GBP") <= actors::balance_of(team, "GBP"));
}

} // namespace

RC_BOOST_PROP(a_team_adds_up_after_every_step, ()) {
  const auto steps = *rc::gen::container<std::vector<team_step>>(any_step());
  auto team = after({});
  for (auto& x : steps) {
    team.take(x);
    check_players(team.now.details());
    check_money(team.now.details());
  }
}

RC_BOOST_PROP(keys_that_a_team_makes_are_new, ()) {
  const auto steps = *rc::gen::container<std::vector<team_step>>(any_step());
  auto team = after({});
  std::set<std::string> ever;
  auto note = [&] {
    for (auto& x : team.now.details().squad())
      ever.insert(x.player());
  };
  note();
  for (auto x : steps) {
    auto next = actors::next_player_key(team.now);
    RC_ASSERT(!ever.contains(next));
    team.take(x);
    note();
  }
}

RC_BOOST_PROP(a_reservation_that_is_cancelled_leaves_nothing, ()) {
  auto team = after(*rc::gen::container<std::vector<team_step>>(any_step()));
  auto signs = *rc::gen::arbitrary<bool>();
  auto before = belongings(team);
  team.take(reserve("another", *number<int64_t>(0, 150), most_players));
  if (signs)
    team.take(sign("another", player_called("Newcomer", *number<uint32_t>(0, 8), "chelsea.4")));
  team.take(cancel("another"));
  RC_ASSERT(belongings(team) == before);
}

RC_BOOST_PROP(a_release_that_is_cancelled_leaves_nothing, ()) {
  auto team = after(*rc::gen::container<std::vector<team_step>>(any_step()));
  auto before = belongings(team);
  team.take(release("another", *number<uint32_t>(1, 8), least_players));
  team.take(cancel("another"));
  RC_ASSERT(belongings(team) == before);
}

RC_BOOST_PROP(a_step_that_comes_again_changes_nothing, ()) {
  auto steps = *rc::gen::container<std::vector<team_step>>(any_step());
  auto team = after(steps);
  auto last = *any_step();
  RC_PRE(last.what == request::reserve || last.what == request::release
         || last.what == request::sign || last.what == request::pay
         || last.what == request::cancel);
  team.take(last);
  auto before = belongings(team);
  team.take(last);
  RC_ASSERT(belongings(team) == before);
}
