// One team: its names, its squad, its money, and its part in transfers. Address: team/PYRAMID/TEAM.
#pragma once

#include "actors/runtime/decision.hpp"
#include "actors/team_manager/squad_rules.hpp"
#include "actors/team_manager/team_manager.pb.h"

namespace touchline::actors {

/// Transfers that a team takes part in at the same time.
inline constexpr int max_team_transfers = 64;
/// Entries of the ledger and former players that the state keeps, the newest ones: all earlier ones
/// are in the stream.
inline constexpr int max_kept_entries = 64;
inline constexpr int max_former_players = 128;
/// What a team can have in one currency, in minor units, on either side of zero. It keeps sums
/// within 64 bits.
inline constexpr int64_t max_balance = 4'000'000'000'000'000'000;

/// The entity "team" of the context "team-manager".
///
/// A team never refuses what another entity asks of it, as long as the message is one that makes
/// sense: it answers, squad.changed or transfer.confirm, and the answer says why not.
///
/// For a transfer it takes steps: RESERVE keeps the fee and a place, SIGN takes the player in, and
/// PAY books the fee, for the buyer; RELEASE lets the player go, and PAY books the fee, for the
/// seller. CANCEL undoes what was done before PAY. A player of a transfer that is not paid can
/// neither be changed nor leave.
struct team {
  static constexpr std::string_view kind = "team";
  using state = TeamState;
  using event = TeamEvent;
  using messages = message_list<InfoTeamCreated, InfoTeamUpdated, InfoTeamRelegated,
                                InfoTeamPromoted, InfoFixtureListGenerated, TeamGet, SquadAdd,
                                SquadUpdate, SquadRemove, TransferReserve, TransferRelease,
                                TransferSign, TransferPay, TransferCancel, SponsorPay>;

  /// A new team, or a former one that is back: that one keeps its money, its part in transfers, and
  /// its squad when it brings no other.
  static decided<event> decide(const state&, const InfoTeamCreated&, const header&);
  /// Takes the names over, unless it heard newer ones already.
  static decided<event> decide(const state&, const InfoTeamUpdated&, const header&);
  static decided<event> decide(const state&, const InfoTeamRelegated&, const header&);
  static decided<event> decide(const state&, const InfoTeamPromoted&, const header&);
  static decided<event> decide(const state&, const InfoFixtureListGenerated&, const header&);

  /// Refuses when the team does not exist.
  static decided<event> decide(const state&, const TeamGet&, const header&);

  /// Answers that the squad is full, or that the shirt number or the key is taken, also by a player
  /// who was let go with a transfer that is not paid.
  static decided<event> decide(const state&, const SquadAdd&, const header&);
  /// Changes what the message gives; the key stays. Answers that nobody wears the number, that the
  /// new one is taken, that the player is in a transfer, or that he would not be a player.
  static decided<event> decide(const state&, const SquadUpdate&, const header&);
  /// Answers that nobody wears the number, that the squad would be too small, or that the player is
  /// in a transfer. A player who left is remembered.
  static decided<event> decide(const state&, const SquadRemove&, const header&);

  /// Answers that the squad is full, that the money is not there, or that the team takes part in
  /// the transfer already.
  static decided<event> decide(const state&, const TransferReserve&, const header&);
  /// Answers that there is no such player, that the squad would be too small, or that the player is
  /// in a transfer, or the team in this one, already.
  static decided<event> decide(const state&, const TransferRelease&, const header&);
  /// Answers that nothing was reserved, or that the player is there already.
  static decided<event> decide(const state&, const TransferSign&, const header&);
  /// Confirms a transfer that the team takes no part in, or no more, and moves nothing for it.
  /// Refuses to pay for a player who is not signed yet.
  static decided<event> decide(const state&, const TransferPay&, const header&);
  /// Confirms a transfer that the team takes no part in, or no more.
  static decided<event> decide(const state&, const TransferCancel&, const header&);

  /// Books what sponsors pay. Refuses an amount that the ledger cannot hold.
  static decided<event> decide(const state&, const SponsorPay&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
