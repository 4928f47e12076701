// What sponsors pay, whatever their deals: all of it, to somebody, once.
#include "tests/properties/property_test.hpp"

#include "actors/sponsor_manager/sponsor_manager.hpp"

#include <map>

using namespace touchline;
using namespace touchline::testing;
using actors::max_sponsor_amount;
using actors::sponsor_manager;

namespace {

constexpr int most_teams = 64;

/// Small ones, and those near the bounds.
rc::Gen<int64_t> any_amount() {
  return rc::gen::oneOf(number<int64_t>(1, 1'000), number<int64_t>(1, max_sponsor_amount / 2),
                        number<int64_t>(max_sponsor_amount / 2 - 1'000, max_sponsor_amount / 2));
}

std::string team_key(int team) {
  return "t" + std::to_string(team);
}

/// A deal with the league or with one of its teams, and a bonus for some positions.
SponsorCreate any_deal(int number_of_deal, int teams) {
  SponsorCreate x;
  x.set_league("en.1");
  x.set_sponsor("s" + std::to_string(number_of_deal));
  x.set_name("Sponsor");
  x.mutable_amount_per_season()->set_minor_units(*any_amount());
  x.mutable_amount_per_season()->set_currency("GBP");
  if (*rc::gen::arbitrary<bool>())
    x.set_team(team_key(*number(0, teams)));
  if (*rc::gen::arbitrary<bool>()) {
    auto& bonus = *x.add_bonuses();
    bonus.set_from(static_cast<uint32_t>(*number(1, most_teams + 1)));
    bonus.set_to(static_cast<uint32_t>(*number(static_cast<int>(bonus.from()), most_teams + 1)));
    bonus.set_minor_units(*number<int64_t>(1, 1'000));
  }
  return x;
}

SponsorDistribute final_table(int teams) {
  SponsorDistribute x;
  x.set_league("en.1");
  x.set_season("2022-23");
  for (int i = 0; i < teams; ++i)
    x.add_teams(team_key(i));
  return x;
}

/// What a deal owes: its amount, and its bonus for each team that it is with.
int64_t owed(const SponsorCreate& deal, int teams) {
  auto result = deal.amount_per_season().minor_units();
  for (auto& bonus : deal.bonuses())
    for (int place = 0; place < teams; ++place)
      if (place + 1 >= static_cast<int>(bonus.from()) && place + 1 <= static_cast<int>(bonus.to())
          && (deal.team().empty() || deal.team() == team_key(place)))
        result += bonus.minor_units();
  return result;
}

/// A context that takes what it is sent.
struct sponsors {
  sponsor_manager::state now;

  template <class Message>
  actors::decision<sponsor_manager::event> take(const Message& message) {
    auto decided = sponsor_manager::decide(now, message, header{});
    if (!decided)
      RC_FAIL(decided.error().text);
    for (auto& event : decided->events)
      sponsor_manager::apply(now, event);
    return std::move(*decided);
  }
};

} // namespace

RC_BOOST_PROP(shares_add_up_to_the_amount_and_follow_the_position, ()) {
  const auto amount = *rc::gen::oneOf(any_amount(), rc::gen::just<int64_t>(0));
  const auto teams = *number(1, most_teams + 1);
  auto shares = actors::shares_by_position(amount, teams);
  RC_ASSERT(shares.size() == static_cast<size_t>(teams));
  const auto parts = teams * (teams + 1) / 2;
  int64_t sum = 0;
  for (int i = 0; i < teams; ++i) {
    auto share = shares[static_cast<size_t>(i)];
    sum += share;
    auto exact = static_cast<long double>(amount) * (teams - i) / parts;
    RC_ASSERT(static_cast<long double>(share) > exact - 1);
    RC_ASSERT(static_cast<long double>(share) < exact + 1 + 1e-3L);
    RC_ASSERT(i == 0 || share <= shares[static_cast<size_t>(i) - 1]);
  }
  RC_ASSERT(sum == amount);
}

RC_BOOST_PROP(what_sponsors_pay_is_what_teams_are_sent_and_only_once, ()) {
  const auto teams = *number(2, 9);
  const auto deals = *number(0, 5);
  sponsors context;
  std::map<std::string, int64_t> expected;
  for (int i = 0; i < deals; ++i) {
    auto deal = any_deal(i, teams);
    context.take(deal);
    expected[deal.sponsor()] = owed(deal, teams);
  }
  std::map<std::string, int64_t> sent;
  for (auto times : {1, 2})
    for (auto& message : context.take(final_table(teams)).messages) {
      RC_ASSERT(times == 1);
      for (auto& item : static_cast<const SponsorPay&>(*message.body).items())
        sent[item.sponsor()] += item.amount().minor_units();
    }
  for (auto& deal : context.now.deals()) {
    const auto& details = deal.details();
    RC_ASSERT(details.paid_minor_units() == expected[details.sponsor()]);
    RC_ASSERT(sent[details.sponsor()] == expected[details.sponsor()]);
  }
}
