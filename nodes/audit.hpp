// Whether what is stored adds up: teams, players and money, at any moment, however the node was
// stopped. Reads the store and changes nothing.
#pragma once

#include "storage/store.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace touchline::nodes {

/// The money of a pyramid in one currency, in minor units. Nothing is lost when `balances` and
/// `in_transfers` and `outside` make up `capital` and `from_sponsors`, and `paid_by_sponsors` is
/// `from_sponsors` and `on_the_way`.
struct money_audit {
  /// What all teams have, and how it came about: by the entries of their ledgers.
  int64_t balances = 0;
  int64_t capital = 0;
  int64_t from_sponsors = 0;
  int64_t from_transfers = 0;
  /// Fees that the buyer has paid and the seller has not booked, less those booked and not paid.
  int64_t in_transfers = 0;
  /// Paid to outside the pyramid, less what came from there.
  int64_t outside = 0;
  /// What the sponsors paid, and the part of it that no team has booked yet.
  int64_t paid_by_sponsors = 0;
  int64_t on_the_way = 0;

  bool adds_up() const noexcept {
    return from_transfers + in_transfers + outside == 0
           && balances == capital + from_sponsors + from_transfers
           && paid_by_sponsors == from_sponsors + on_the_way;
  }
};

/// One pyramid, or one league that belongs to none.
struct pyramid_audit {
  std::string pyramid;
  /// Teams by league.
  std::map<std::string, uint32_t> leagues;
  /// Players in squads, and players who were let go for a transfer that has not ended.
  uint64_t players_in_squads = 0;
  uint64_t players_in_transfer = 0;
  /// By currency.
  std::map<std::string, money_audit> money;
  /// What does not add up, one sentence each.
  std::vector<std::string> problems;
};

/// Checks every pyramid of a store: each team in one league, the same for all who know it; each
/// player in one squad or in a named state of a transfer; each ledger equal to its balance, and no
/// money lost or made. What a message that is on its way will change is not held against anyone.
/// Fails with one sentence when the store cannot be read.
tl::expected<std::vector<pyramid_audit>, std::string> audit_store(const storage::store& from);

} // namespace touchline::nodes
