#include "actors/team_manager/ledger.hpp"

#include "actors/team_manager/team.hpp"

namespace touchline::actors {

namespace {

Money& balance_in(TeamDetails& team, const std::string& currency) {
  for (auto& x : *team.mutable_balances())
    if (x.currency() == currency)
      return x;
  auto& added = *team.add_balances();
  added.set_currency(currency);
  return added;
}

Money& total_of(TeamDetails& team, const std::string& kind, const std::string& currency) {
  for (auto& x : *team.mutable_totals())
    if (x.kind() == kind && x.amount().currency() == currency)
      return *x.mutable_amount();
  auto& added = *team.add_totals();
  added.set_kind(kind);
  added.mutable_amount()->set_currency(currency);
  return *added.mutable_amount();
}

/// Stops at the end of 64 bits, which bounded amounts reach after thousands of the largest ones.
void add(Money& to, int64_t minor_units) {
  int64_t sum = 0;
  if (__builtin_add_overflow(to.minor_units(), minor_units, &sum))
    sum = minor_units > 0 ? INT64_MAX : INT64_MIN;
  to.set_minor_units(sum);
}

} // namespace

int64_t balance_of(const TeamDetails& team, const std::string& currency) {
  for (auto& x : team.balances())
    if (x.currency() == currency)
      return x.minor_units();
  return 0;
}

int64_t held_of(const TeamDetails& team, const std::string& currency) {
  int64_t result = 0;
  for (auto& x : team.transfers())
    if (x.fee().currency() == currency)
      result += x.fee().minor_units();
  return result;
}

bool can_book(const TeamDetails& team, const Money& amount) {
  auto balance = balance_of(team, amount.currency());
  return amount.minor_units() <= max_balance - balance
         && amount.minor_units() >= -max_balance - balance;
}

void book(TeamDetails& team, const std::string& kind, const std::string& reference,
          const Money& amount) {
  if (amount.minor_units() == 0)
    return;
  add(balance_in(team, amount.currency()), amount.minor_units());
  add(total_of(team, kind, amount.currency()), amount.minor_units());
  auto& entry = *team.add_ledger();
  entry.set_kind(kind);
  entry.set_reference(reference);
  *entry.mutable_amount() = amount;
  auto& kept = *team.mutable_ledger();
  if (kept.size() > max_kept_entries)
    kept.DeleteSubrange(0, kept.size() - max_kept_entries);
}

} // namespace touchline::actors
