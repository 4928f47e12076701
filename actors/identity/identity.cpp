#include "actors/identity/identity.hpp"

#include "messages/account_name.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>

#include <sodium.h>

namespace touchline::actors {

namespace {

using event = IdentityEvent;
using keys = google::protobuf::RepeatedPtrField<std::string>;

constexpr const char* not_logged_in = "The account or its password is wrong.";

// -- hashes ---------------------------------------------------------------------------------------

/// BLAKE2b under a name, so that no hash of one purpose is one of another.
std::string hash_of(std::string_view purpose, std::string_view data, size_t bytes) {
  static_assert(sizeof(unsigned char) == sizeof(char));
  auto raw = [](std::string_view x) { return reinterpret_cast<const unsigned char*>(x.data()); };
  std::string result(bytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(result.data()), result.size(), raw(data),
                     data.size(), raw(purpose), purpose.size());
  return result;
}

std::string proof_hash(const std::string& proof) {
  return hash_of("touchline password proof", proof, proof_bytes);
}

/// In constant time. Compares as well when there is nothing to compare with.
bool proof_fits(const IdentityState& now, const std::string& proof) {
  const auto& stored = now.password().hash();
  auto there = stored.size() == proof_bytes;
  auto expected = there ? stored : std::string(proof_bytes, '\0');
  auto equal = sodium_memcmp(expected.data(), proof_hash(proof).data(), proof_bytes) == 0;
  return there && equal;
}

// -- checks ---------------------------------------------------------------------------------------

bool exists(const IdentityState& now) {
  return now.rights().role() != ROLE_UNSPECIFIED;
}

refusal no_such_account(const std::string& account) {
  return {NOT_FOUND, "There is no account " + excerpt(account) + "."};
}

bool contains(const keys& list, const std::string& key) {
  return std::ranges::find(list, key) != list.end();
}

/// Whether the account is that of the team's owner, and no other one of the same name.
bool is_owner(const IdentityState& now, const std::string& team) {
  return now.rights().role() == TEAM_OWNER && contains(now.rights().teams(), team);
}

std::optional<std::string> check_subjects(const std::string& what, const keys& subjects,
                                          bool needed) {
  if (!needed && !subjects.empty())
    return "Only the account of a " + what + " names any " + what + "s.";
  if (needed && subjects.empty())
    return "The account of a " + what + " names at least one " + what + ".";
  if (subjects.size() > max_account_subjects)
    return "An account names at most " + std::to_string(max_account_subjects) + " " + what + "s.";
  std::set<std::string_view> seen;
  for (auto& key : subjects) {
    if (auto wrong = check_key("The key of a " + what, key))
      return wrong;
    if (!seen.insert(key).second)
      return "The account names the " + what + " " + key + " twice.";
  }
  return std::nullopt;
}

std::optional<std::string> check_rights(const std::string& account, const AccountRights& rights) {
  if (auto wrong = check_account(account))
    return wrong;
  if (auto wrong = check_name("The account holder's name", rights.name()))
    return wrong;
  auto role = rights.role();
  if (role == ROLE_UNSPECIFIED || !Role_IsValid(role))
    return "An account has one of the roles LEAGUE_ADMINISTRATOR, TEAM_OWNER, SPONSOR, VIEWER "
           "and OPERATOR.";
  if ((role == TEAM_OWNER || role == SPONSOR) && pyramid_of_account(account).empty())
    return "The account of a team owner or a sponsor belongs to a pyramid: PYRAMID/NAME.";
  if (role == OPERATOR && !pyramid_of_account(account).empty())
    return "The account of an operator belongs to no pyramid: NAME.";
  if (auto wrong = check_subjects("team", rights.teams(), role == TEAM_OWNER))
    return wrong;
  return check_subjects("sponsor", rights.sponsors(), role == SPONSOR);
}

std::optional<refusal> check_proof(const std::string& account, const std::string& proof) {
  if (auto wrong = check_account(account))
    return refusal{INVALID_ARGUMENT, *wrong};
  if (proof.size() != proof_bytes)
    return refusal{INVALID_ARGUMENT, "A proof has " + std::to_string(proof_bytes) + " bytes, not "
                                       + std::to_string(proof.size()) + "."};
  return std::nullopt;
}

std::optional<refusal> check_new_password(const std::string& account, const std::string& proof,
                                          const PasswordParameters& parameters) {
  if (auto wrong = check_proof(account, proof))
    return wrong;
  if (auto wrong = check_password_parameters(parameters))
    return refusal{INVALID_ARGUMENT, *wrong};
  return std::nullopt;
}

std::optional<std::string> check_token_request(const TokenIssue& message) {
  auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (message.token().size() != token_id_digits || !std::ranges::all_of(message.token(), is_digit))
    return "A token's id has " + std::to_string(token_id_digits)
           + " hexadecimal digits in lower case.";
  if (message.lifetime_ms() < 0 || message.lifetime_ms() > max_token_lifetime_ms)
    return "A token is good for at most " + std::to_string(max_token_lifetime_ms / 60'000)
           + " minutes.";
  return std::nullopt;
}

std::string time_text(int64_t ms) {
  using namespace std::chrono;
  auto at = floor<seconds>(sys_time<milliseconds>{milliseconds{ms}});
  auto day = floor<days>(at);
  year_month_day date{day};
  hh_mm_ss time{at - day};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d UTC",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text;
}

std::optional<refusal> check_lock(const IdentityState& now, const header& head) {
  if (head.time_ms >= now.locked_until_ms())
    return std::nullopt;
  return refusal{TOO_MANY_ATTEMPTS, "Too many wrong passwords were given for this account; try "
                                    "again after "
                                      + time_text(now.locked_until_ms()) + "."};
}

/// Why a holder who proved who he is may still not come in.
std::optional<refusal> check_standing(const IdentityState& now, const std::string& account) {
  if (now.rights().suspended())
    return refusal{FORBIDDEN, "The account " + account + " is suspended; ask an administrator."};
  if (now.team_left())
    return refusal{FORBIDDEN,
                   "The account " + account + " has no rights: its team left the pyramid."};
  return std::nullopt;
}

// -- facts ----------------------------------------------------------------------------------------

event notice(std::string text) {
  event fact;
  fact.set_notice(std::move(text));
  return fact;
}

event moved_to(const std::string& league) {
  event fact;
  fact.mutable_team_moved()->set_league(league);
  return fact;
}

event changed(AccountRights rights) {
  event fact;
  *fact.mutable_changed() = std::move(rights);
  return fact;
}

event password_set(const PasswordParameters& parameters, const std::string& proof) {
  event fact;
  auto& password = *fact.mutable_password_set();
  *password.mutable_parameters() = parameters;
  password.set_hash(proof_hash(proof));
  return fact;
}

/// The refusal is recorded: whoever stops the node does not make it forget.
decided<event> count_failure(const header& head) {
  event fact;
  fact.set_failed_ms(head.time_ms);
  decision<event> result;
  return std::move(result.record(std::move(fact)).refuse_with(UNAUTHENTICATED, not_logged_in));
}

AccountDetails details_of(const IdentityState& now, const std::string& account) {
  AccountDetails result;
  result.set_account(account);
  result.set_name(now.rights().name());
  result.set_role(now.rights().role());
  *result.mutable_teams() = now.rights().teams();
  *result.mutable_sponsors() = now.rights().sponsors();
  result.set_invitation(now.invitation());
  result.set_active(now.has_password());
  result.set_suspended(now.rights().suspended());
  result.set_league(now.league());
  *result.mutable_notices() = now.notices();
  return result;
}

/// Who becomes an operator, or is none any more, is told to the audit.
OperatorAppointed appointment(const std::string& account, bool appointed) {
  OperatorAppointed message;
  message.set_account(account);
  message.set_appointed(appointed);
  return message;
}

/// One who cannot log in yet is none: whoever invites the first operator is not locked out by that.
decided<event> tell_of_operator(const IdentityState& now, const std::string& account, Role role,
                                decided<event> result) {
  auto was = now.rights().role() == OPERATOR;
  auto becomes = role == OPERATOR;
  if (result && was != becomes && (was || now.has_password()))
    result->send(appointment(account, becomes));
  return result;
}

/// Records a fact and answers with the account as it is then.
decided<event> record_and_show(const IdentityState& now, const std::string& account, event fact) {
  auto after = now;
  identity::apply(after, fact);
  decision<event> result;
  result.answer_with(details_of(after, account));
  return std::move(result.record(std::move(fact)));
}

Grant grant_of(const IdentityState& now, const std::string& account, const OpenGrant& open) {
  Grant result;
  result.set_account(account);
  result.set_token(open.token());
  result.set_issued_ms(open.issued_ms());
  result.set_expires_ms(open.expires_ms());
  result.set_role(now.rights().role());
  *result.mutable_teams() = now.rights().teams();
  *result.mutable_sponsors() = now.rights().sponsors();
  return result;
}

const OpenGrant* find_grant(const IdentityState& now, const std::string& token, int64_t time_ms) {
  auto at = std::ranges::find_if(
    now.grants(), [&](auto& x) { return x.token() == token && x.expires_ms() > time_ms; });
  return at == now.grants().end() ? nullptr : &*at;
}

// -- the team of an owner -------------------------------------------------------------------------

/// "to other" or "from other"; nothing for outside the league.
std::string other_side(const std::string& preposition, const InfoPlayerTransferredIn& message) {
  return message.other_team().empty() ? "" : ' ' + preposition + ' ' + message.other_team();
}

std::string other_side(const std::string& preposition, const InfoPlayerTransferredOut& message) {
  return message.other_team().empty() ? "" : ' ' + preposition + ' ' + message.other_team();
}

template <class Message>
decided<event> tell_of_transfer(const IdentityState& now, const Message& message,
                                const std::string& what, const std::string& preposition) {
  decision<event> result;
  // The transfer manager and the team manager are two senders: a player may come first.
  if (exists(now) && !is_owner(now, message.team()))
    return result;
  auto season = message.season().empty() ? "" : ' ' + message.season();
  return std::move(
    result.record(notice(message.league() + season + ": " + message.player() + " was transferred "
                         + what + other_side(preposition, message) + '.')));
}

template <class Message>
decided<event> follow_team(const IdentityState& now, const Message& message,
                           const std::string& what) {
  decision<event> result;
  if (!is_owner(now, message.team()))
    return result;
  const auto& to = message.to_league();
  result.record(moved_to(to));
  result.record(notice(message.league() + ' ' + message.season() + ": " + message.name()
                       + (to.empty() ? " left the pyramid; the rights of this account end."
                                     : ' ' + what + " to " + to + '.')));
  return result;
}

// -- apply, by kind of event ----------------------------------------------------------------------

void apply_changed(IdentityState& now, const AccountRights& rights) {
  // Given other teams, an owner has rights again; an owner no more follows no team.
  if (!std::ranges::equal(now.rights().teams(), rights.teams()))
    now.clear_team_left();
  if (rights.role() != TEAM_OWNER)
    now.clear_league();
  *now.mutable_rights() = rights;
  if (rights.suspended())
    now.clear_grants();
}

void apply_invited(IdentityState& now, uint64_t number) {
  now.set_invitation(number);
  now.set_invitations(number);
  now.clear_password();
  now.clear_grants();
}

void forget_failures(IdentityState& now) {
  now.clear_failures_ms();
  now.clear_locked_until_ms();
}

void apply_granted(IdentityState& now, const OpenGrant& grant) {
  auto& grants = *now.mutable_grants();
  auto expired = [&](auto& x) { return x.expires_ms() <= grant.issued_ms(); };
  grants.erase(std::remove_if(grants.begin(), grants.end(), expired), grants.end());
  if (grants.size() >= max_open_tokens)
    grants.DeleteSubrange(0, grants.size() - max_open_tokens + 1);
  *grants.Add() = grant;
  forget_failures(now);
}

void apply_revoked(IdentityState& now, const std::string& token) {
  auto& grants = *now.mutable_grants();
  auto meant = [&](auto& x) { return token.empty() || x.token() == token; };
  grants.erase(std::remove_if(grants.begin(), grants.end(), meant), grants.end());
}

void apply_failed(IdentityState& now, int64_t time_ms) {
  auto& failures = *now.mutable_failures_ms();
  auto old = [&](int64_t x) { return x <= time_ms - failure_window_ms; };
  failures.erase(std::remove_if(failures.begin(), failures.end(), old), failures.end());
  failures.Add(time_ms);
  if (failures.size() < max_failures)
    return;
  now.set_locked_until_ms(time_ms + lock_ms);
  now.clear_failures_ms();
}

void apply_moved(IdentityState& now, const std::string& league) {
  now.set_league(league);
  now.set_team_left(league.empty());
  if (league.empty())
    now.clear_grants();
}

void apply_notice(IdentityState& now, const std::string& text) {
  auto& notices = *now.mutable_notices();
  *notices.Add() = text;
  if (notices.size() > max_notices)
    notices.DeleteSubrange(0, notices.size() - max_notices);
}

} // namespace

std::optional<std::string> check_password_parameters(const PasswordParameters& x) {
  if (x.salt().size() != salt_bytes)
    return "A password's salt has " + std::to_string(salt_bytes) + " bytes, not "
           + std::to_string(x.salt().size()) + ".";
  if (x.operations() < min_password_operations || x.operations() > max_password_operations)
    return "A password is derived with " + std::to_string(min_password_operations) + " to "
           + std::to_string(max_password_operations) + " operations.";
  if (x.memory_bytes() < min_password_memory || x.memory_bytes() > max_password_memory)
    return "A password is derived with " + std::to_string(min_password_memory) + " to "
           + std::to_string(max_password_memory) + " bytes of memory.";
  return std::nullopt;
}

// -- what others tell -----------------------------------------------------------------------------

decided<event> identity::decide(const state& now, const InfoTeamCreated& message, const header&) {
  decision<event> result;
  if (!exists(now)) {
    event fact;
    auto& rights = *fact.mutable_created();
    rights.set_name(message.name());
    rights.set_role(TEAM_OWNER);
    rights.add_teams(message.team());
    result.record(std::move(fact)).record(moved_to(message.league()));
    return result;
  }
  if (!is_owner(now, message.team()))
    return std::move(
      result.record(notice(message.league() + ": the team " + message.name()
                           + " was created; this account has its name but does not own it.")));
  auto rights = now.rights();
  rights.set_name(message.name());
  if (rights.name() != now.rights().name())
    result.record(changed(std::move(rights)));
  if (now.league() != message.league())
    result.record(moved_to(message.league()));
  if (now.team_left())
    result.record(notice(message.league() + ": " + message.name()
                         + " is back; the rights of this account as well."));
  return result;
}

decided<event> identity::decide(const state& now, const InfoTeamUpdated& message, const header&) {
  decision<event> result;
  if (!is_owner(now, message.team()) || now.rights().name() == message.name())
    return result;
  auto rights = now.rights();
  rights.set_name(message.name());
  return std::move(result.record(changed(std::move(rights))));
}

decided<event> identity::decide(const state& now, const InfoTeamRelegated& message, const header&) {
  return follow_team(now, message, "was relegated");
}

decided<event> identity::decide(const state& now, const InfoTeamPromoted& message, const header&) {
  return follow_team(now, message, "was promoted");
}

decided<event> identity::decide(const state& now, const InfoPlayerTransferredIn& message,
                                const header&) {
  return tell_of_transfer(now, message, "in", "from");
}

decided<event> identity::decide(const state& now, const InfoPlayerTransferredOut& message,
                                const header&) {
  return tell_of_transfer(now, message, "out", "to");
}

// -- accounts -------------------------------------------------------------------------------------

decided<event> identity::decide(const state& now, const AccountCreate& message, const header&) {
  event fact;
  auto& rights = *fact.mutable_created();
  rights.set_name(message.name());
  rights.set_role(message.role());
  *rights.mutable_teams() = message.teams();
  *rights.mutable_sponsors() = message.sponsors();
  if (auto wrong = check_rights(message.account(), rights))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (exists(now))
    return refuse(ALREADY_EXISTS, "There is an account " + message.account() + " already.");
  return record_and_show(now, message.account(), std::move(fact));
}

decided<event> identity::decide(const state& now, const AccountUpdate& message, const header&) {
  if (!exists(now))
    return tl::unexpected{no_such_account(message.account())};
  auto rights = now.rights();
  if (!message.name().empty())
    rights.set_name(message.name());
  if (message.role() != ROLE_UNSPECIFIED)
    rights.set_role(message.role());
  // What the new role does not need goes with the old one.
  if (!message.teams().empty() || rights.role() != TEAM_OWNER)
    *rights.mutable_teams() = message.teams();
  if (!message.sponsors().empty() || rights.role() != SPONSOR)
    *rights.mutable_sponsors() = message.sponsors();
  rights.set_suspended(message.suspended());
  if (auto wrong = check_rights(message.account(), rights))
    return refuse(INVALID_ARGUMENT, *wrong);
  auto role = rights.role();
  return tell_of_operator(now, message.account(), role,
                          record_and_show(now, message.account(), changed(std::move(rights))));
}

decided<event> identity::decide(const state& now, const AccountInvite& message, const header&) {
  if (!exists(now))
    return tl::unexpected{no_such_account(message.account())};
  event fact;
  fact.set_invited(now.invitations() + 1);
  return record_and_show(now, message.account(), std::move(fact));
}

decided<event> identity::decide(const state& now, const AccountActivate& message, const header&) {
  if (auto wrong = check_new_password(message.account(), message.proof(), message.parameters()))
    return tl::unexpected{*wrong};
  if (message.invitation() == 0 || message.invitation() != now.invitation())
    return refuse(CONFLICT, "This invitation is used or void; ask an administrator for a new one.");
  if (now.rights().suspended())
    return tl::unexpected{*check_standing(now, message.account())};
  decision<event> result;
  result.record(password_set(message.parameters(), message.proof()));
  if (now.rights().role() == OPERATOR)
    result.send(appointment(message.account(), true));
  return result;
}

decided<event> identity::decide(const state& now, const AccountSetPassword& message,
                                const header& head) {
  if (auto wrong = check_proof(message.account(), message.proof()))
    return tl::unexpected{*wrong};
  if (auto wrong = check_new_password(message.account(), message.new_proof(), message.parameters()))
    return tl::unexpected{*wrong};
  if (auto locked = check_lock(now, head))
    return tl::unexpected{*locked};
  if (!proof_fits(now, message.proof()))
    return count_failure(head);
  if (now.rights().suspended())
    return tl::unexpected{*check_standing(now, message.account())};
  return decision<event>{}.record(password_set(message.parameters(), message.new_proof()));
}

decided<event> identity::decide(const state& now, const AccountChallenge& message, const header&) {
  if (auto wrong = check_account(message.account()))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (now.has_password())
    return decision<event>{}.answer_with(now.password().parameters());
  PasswordParameters reply;
  reply.set_salt(hash_of("touchline salt of no password", message.account(), salt_bytes));
  reply.set_operations(default_password_operations);
  reply.set_memory_bytes(default_password_memory);
  return decision<event>{}.answer_with(reply);
}

decided<event> identity::decide(const state& now, const AccountGet& message, const header&) {
  if (!exists(now))
    return tl::unexpected{no_such_account(message.account())};
  return decision<event>{}.answer_with(details_of(now, message.account()));
}

// -- tokens ---------------------------------------------------------------------------------------

decided<event> identity::decide(const state& now, const TokenIssue& message, const header& head) {
  if (auto wrong = check_proof(message.account(), message.proof()))
    return tl::unexpected{*wrong};
  if (auto wrong = check_token_request(message))
    return refuse(INVALID_ARGUMENT, *wrong);
  if (auto locked = check_lock(now, head))
    return tl::unexpected{*locked};
  if (!proof_fits(now, message.proof()))
    return count_failure(head);
  if (auto wrong = check_standing(now, message.account()))
    return tl::unexpected{*wrong};
  if (find_grant(now, message.token(), head.time_ms))
    return refuse(CONFLICT, "The token's id is in use; draw another one.");
  event fact;
  auto& open = *fact.mutable_granted();
  open.set_token(message.token());
  open.set_issued_ms(head.time_ms);
  open.set_expires_ms(
    head.time_ms + (message.lifetime_ms() > 0 ? message.lifetime_ms() : default_token_lifetime_ms));
  decision<event> result;
  result.answer_with(grant_of(now, message.account(), open));
  return std::move(result.record(std::move(fact)));
}

decided<event> identity::decide(const state& now, const TokenRevoke& message, const header& head) {
  if (!exists(now))
    return tl::unexpected{no_such_account(message.account())};
  if (!message.token().empty() && !find_grant(now, message.token(), head.time_ms))
    return refuse(NOT_FOUND, "The account " + message.account() + " has no open token "
                               + excerpt(message.token()) + "; it expired or is revoked.");
  event fact;
  fact.mutable_revoked()->set_token(message.token());
  return decision<event>{}.record(std::move(fact));
}

decided<event> identity::decide(const state& now, const TokenCheck& message, const header& head) {
  const auto* open = find_grant(now, message.token(), head.time_ms);
  if (!open || check_standing(now, message.account()))
    return refuse(UNAUTHENTICATED, "The token is expired or revoked; log in again.");
  return decision<event>{}.answer_with(grant_of(now, message.account(), *open));
}

void identity::apply(state& now, const event& fact) {
  switch (fact.event_case()) {
    case event::kCreated:
      apply_changed(now, fact.created());
      return apply_invited(now, now.invitations() + 1);
    case event::kChanged:
      return apply_changed(now, fact.changed());
    case event::kInvited:
      return apply_invited(now, fact.invited());
    case event::kPasswordSet:
      *now.mutable_password() = fact.password_set();
      now.clear_invitation();
      now.clear_grants();
      return forget_failures(now);
    case event::kGranted:
      return apply_granted(now, fact.granted());
    case event::kRevoked:
      return apply_revoked(now, fact.revoked().token());
    case event::kFailedMs:
      return apply_failed(now, fact.failed_ms());
    case event::kTeamMoved:
      return apply_moved(now, fact.team_moved().league());
    case event::kNotice:
      return apply_notice(now, fact.notice());
    case event::EVENT_NOT_SET:
      return;
  }
}

} // namespace touchline::actors
