// The money of a team: balances by currency, and the entries that they are made of.
#pragma once

#include "messages/catalogue.pb.h"

#include <string>

namespace touchline::actors {

/// What the team has in a currency, in minor units.
int64_t balance_of(const TeamDetails& team, const std::string& currency);

/// The part of it that is kept for transfers.
int64_t held_of(const TeamDetails& team, const std::string& currency);

/// Whether the balance stays within max_balance when `amount` is added.
bool can_book(const TeamDetails& team, const Money& amount);

/// Adds an entry: the balance of its currency and the total of its kind move by the same amount, so
/// that the totals of all kinds always add up to the balances. An amount of 0 leaves no entry.
void book(TeamDetails& team, const std::string& kind, const std::string& reference,
          const Money& amount);

} // namespace touchline::actors
