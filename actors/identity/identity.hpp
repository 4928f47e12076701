// One account: what its holder may do, the hash of the password, open tokens. Address:
// identity/ACCOUNT, with ACCOUNT as in messages/account_name.hpp.
//
// Neither passwords nor keys come here. Who talks to a person derives a proof from the password
// (nodes/password.hpp) and signs what this entity grants (nodes/authentication.hpp).
#pragma once

#include "actors/identity/identity.pb.h"
#include "actors/runtime/decision.hpp"

namespace touchline::actors {

/// Bytes of a proof: what Argon2id makes of a password.
inline constexpr size_t proof_bytes = 32;
/// Bytes of a salt, as Argon2id takes it.
inline constexpr size_t salt_bytes = 16;
/// Bounds of the costs of a password, so that no message makes its reader run out of memory or
/// time. The smallest ones are libsodium's.
inline constexpr uint64_t min_password_memory = 8'192;
inline constexpr uint64_t max_password_memory = uint64_t{256} << 20;
inline constexpr uint64_t min_password_operations = 1;
inline constexpr uint64_t max_password_operations = 8;
/// What a password costs when nobody says anything else: RFC 9106, section 4, second recommended
/// option, but for the four lanes, of which libsodium has one.
inline constexpr uint64_t default_password_memory = uint64_t{64} << 20;
inline constexpr uint64_t default_password_operations = 3;

/// A token's id in hexadecimal digits: 16 random bytes.
inline constexpr size_t token_id_digits = 32;
/// How long a token is good for, in milliseconds.
inline constexpr int64_t default_token_lifetime_ms = int64_t{15} * 60'000;
inline constexpr int64_t max_token_lifetime_ms = int64_t{60} * 60'000;
/// Tokens of an account that are open at the same time; the oldest is revoked for another one.
inline constexpr int max_open_tokens = 32;

/// So many wrong passwords within `failure_window_ms` lock an account for `lock_ms`.
inline constexpr int max_failures = 5;
inline constexpr int64_t failure_window_ms = int64_t{15} * 60'000;
inline constexpr int64_t lock_ms = int64_t{15} * 60'000;

/// Teams of an owner, and sponsors of a sponsor's account.
inline constexpr int max_account_subjects = 64;
/// Notices that an account keeps, the newest ones.
inline constexpr int max_notices = 32;

/// What is wrong with parameters from elsewhere, if anything, as a sentence.
std::optional<std::string> check_password_parameters(const PasswordParameters& parameters);

/// The context "identity".
struct identity {
  static constexpr std::string_view kind = "identity";
  using state = IdentityState;
  using event = IdentityEvent;
  using messages
    = message_list<InfoTeamCreated, InfoTeamUpdated, InfoTeamRelegated, InfoTeamPromoted,
                   InfoPlayerTransferredIn, InfoPlayerTransferredOut, AccountCreate, AccountUpdate,
                   AccountInvite, AccountActivate, AccountSetPassword, AccountChallenge, AccountGet,
                   TokenIssue, TokenRevoke, TokenCheck>;

  /// Creates the account of the team's owner, or gives its rights back. An account that has the
  /// name and does not own the team is told and left as it is.
  static decided<event> decide(const state&, const InfoTeamCreated&, const header&);

  /// The owner's account is called as the team.
  static decided<event> decide(const state&, const InfoTeamUpdated&, const header&);

  /// The owner's account follows the team to its new league; out of the pyramid it loses its
  /// rights and its tokens.
  static decided<event> decide(const state&, const InfoTeamRelegated&, const header&);
  static decided<event> decide(const state&, const InfoTeamPromoted&, const header&);

  /// Tells the owner.
  static decided<event> decide(const state&, const InfoPlayerTransferredIn&, const header&);
  static decided<event> decide(const state&, const InfoPlayerTransferredOut&, const header&);

  /// Refuses bad names, roles that do not fit their teams and sponsors, and an account that is
  /// there already.
  static decided<event> decide(const state&, const AccountCreate&, const header&);

  /// `suspended` is set as the message says it. Refuses what account.create does.
  static decided<event> decide(const state&, const AccountUpdate&, const header&);

  /// Also revokes all tokens.
  static decided<event> decide(const state&, const AccountInvite&, const header&);

  /// Refuses any but the open invitation. Who sends it has checked that the invitation is genuine.
  static decided<event> decide(const state&, const AccountActivate&, const header&);

  /// A wrong proof is refused and counted as in token.issue.
  static decided<event> decide(const state&, const AccountSetPassword&, const header&);

  /// For an account that has no password a salt made of its name: the answer looks like any
  /// other, but whoever knows how it is made can tell. It is meant for the process that derives
  /// the proof and goes no further.
  static decided<event> decide(const state&, const AccountChallenge&, const header&);

  static decided<event> decide(const state&, const AccountGet&, const header&);

  /// Refuses a wrong proof, counts it, and locks the account after `max_failures`. An account that
  /// is not there or not activated is refused, counted and locked in the same way, so that nobody
  /// learns which accounts there are.
  static decided<event> decide(const state&, const TokenIssue&, const header&);

  static decided<event> decide(const state&, const TokenRevoke&, const header&);

  /// What the account may do now. Refuses a token that is revoked or expired, and an account
  /// without rights.
  static decided<event> decide(const state&, const TokenCheck&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
