// Accounts, decision by decision and on a real node: what each message does, how it is refused, the
// same command twice, and what is left after a restart.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/identity/identity.hpp"
#include "actors/runtime/context.hpp"
#include "tests/actors/lone_context.hpp"
#include "tests/actors/test_node.hpp"

#include <fstream>
#include <iterator>

using namespace touchline;
using namespace touchline::testing;
using actors::default_token_lifetime_ms;
using actors::failure_window_ms;
using actors::identity;
using actors::lock_ms;
using actors::max_failures;
using actors::max_open_tokens;
using actors::max_token_lifetime_ms;

namespace {

constexpr int64_t noon = 1'700'000'000'000;
const std::string proof(actors::proof_bytes, 'p');
const std::string wrong_proof(actors::proof_bytes, 'w');
const std::string new_proof(actors::proof_bytes, 'n');
const std::string wrong_password = "unauthenticated: The account or its password is wrong.";
const std::string used_invitation
  = "conflict: This invitation is used or void; ask an administrator for a new one.";
const std::string bad_token = "unauthenticated: The token is expired or revoked; log in again.";

/// An account on its own, with a clock. When it is left, what its events say again must be its
/// state: nothing depends on anything else.
class account_context {
public:
  ~account_context() {
    IdentityState again;
    for (auto& fact : events_)
      identity::apply(again, fact);
    BOOST_TEST(shown(again) == shown(state_));
  }

  using event = identity::event;
  using IdentityState = identity::state;

  int64_t now_ms = noon;

  /// Decides and applies; "ok", or code and sentence of the refusal.
  template <class Message>
  std::string send(const Message& message) {
    header head;
    head.time_ms = now_ms;
    auto decided = identity::decide(state_, message, head);
    if (!decided)
      return said(decided.error());
    reply = decided->reply;
    recorded = decided->events.size();
    for (auto& fact : decided->events) {
      identity::apply(state_, fact);
      events_.push_back(fact);
    }
    return decided->refused ? said(*decided->refused) : "ok";
  }

  template <class Reply, class Message>
  Reply read(const Message& message) {
    BOOST_TEST_REQUIRE(send(message) == "ok");
    Reply result;
    result.ParseFromString(reply);
    return result;
  }

  const IdentityState& state() const noexcept { return state_; }

  std::string reply;
  /// Events of the last message that was not refused.
  size_t recorded = 0;

private:
  static std::string said(const refusal& x) {
    return std::string{error_name(x.code)} + ": " + x.text;
  }

  IdentityState state_;
  std::vector<event> events_;
};

// -- messages -------------------------------------------------------------------------------------

const std::string arsenal = "en/arsenal";

PasswordParameters cheap(char salt = 's') {
  PasswordParameters x;
  x.set_salt(std::string(actors::salt_bytes, salt));
  x.set_operations(actors::min_password_operations);
  x.set_memory_bytes(actors::min_password_memory);
  return x;
}

template <class Message>
Message about(const std::string& account) {
  Message x;
  x.set_account(account);
  return x;
}

AccountCreate create(Role role, const std::string& account = arsenal) {
  auto x = about<AccountCreate>(account);
  x.set_name("Jane");
  x.set_role(role);
  if (role == TEAM_OWNER)
    x.add_teams("arsenal");
  if (role == SPONSOR)
    x.add_sponsors("paper");
  return x;
}

AccountActivate activate(uint64_t invitation, const std::string& account = arsenal) {
  auto x = about<AccountActivate>(account);
  x.set_invitation(invitation);
  *x.mutable_parameters() = cheap();
  x.set_proof(proof);
  return x;
}

std::string token_id(int number) {
  auto digits = std::to_string(number);
  return std::string(actors::token_id_digits - digits.size(), '0') + digits;
}

TokenIssue issue(int token, const std::string& with = proof, const std::string& account = arsenal) {
  auto x = about<TokenIssue>(account);
  x.set_proof(with);
  x.set_token(token_id(token));
  return x;
}

TokenCheck check(int token, const std::string& account = arsenal) {
  auto x = about<TokenCheck>(account);
  x.set_token(token_id(token));
  return x;
}

TokenRevoke revoke(int token) {
  auto x = about<TokenRevoke>(arsenal);
  x.set_token(token_id(token));
  return x;
}

AccountSetPassword set_password(const std::string& with) {
  auto x = about<AccountSetPassword>(arsenal);
  x.set_proof(with);
  *x.mutable_parameters() = cheap('t');
  x.set_new_proof(new_proof);
  return x;
}

AccountUpdate suspend(bool suspended) {
  auto x = about<AccountUpdate>(arsenal);
  x.set_suspended(suspended);
  return x;
}

template <class Message>
Message team_message(const std::string& league = "en.1", const std::string& name = "Arsenal FC") {
  Message x;
  x.set_league(league);
  x.set_team("arsenal");
  x.set_name(name);
  return x;
}

template <class Message>
Message moved(const std::string& to_league) {
  auto x = team_message<Message>();
  x.set_season("2022-23");
  x.set_to_league(to_league);
  return x;
}

template <class Message>
Message transferred(const std::string& player) {
  Message x;
  x.set_league("en.1");
  x.set_season("2022-23");
  x.set_team("arsenal");
  x.set_player(player);
  x.set_other_team("leeds");
  return x;
}

/// An account that has a password.
void make_active(account_context& account, Role role = VIEWER) {
  BOOST_TEST_REQUIRE(account.send(create(role)) == "ok");
  BOOST_TEST_REQUIRE(account.send(activate(1)) == "ok");
}

std::string details(account_context& account) {
  return shown(account.read<AccountDetails>(about<AccountGet>(arsenal)));
}

void fail_until_locked(account_context& account) {
  for (int i = 0; i < max_failures; ++i)
    BOOST_TEST(account.send(issue(1, wrong_proof)) == wrong_password);
}

} // namespace

// -- account.create, account.update, account.get --------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_account_has_an_invitation_and_no_password) {
  account_context account;
  auto reply = shown(account.read<AccountDetails>(create(TEAM_OWNER)));
  BOOST_TEST(reply
             == "account: \"en/arsenal\" name: \"Jane\" role: TEAM_OWNER teams: \"arsenal\" "
                "invitation: 1");
  BOOST_TEST(details(account) == reply);
  BOOST_TEST(account.recorded == 0u);
}

BOOST_AUTO_TEST_CASE(an_account_is_created_once) {
  account_context account;
  account.send(create(VIEWER));
  BOOST_TEST(account.send(create(TEAM_OWNER))
             == "already-exists: There is an account en/arsenal already.");
}

BOOST_AUTO_TEST_CASE(an_account_whose_name_or_rights_make_no_sense_is_refused) {
  account_context account;
  auto refused = [&account](const AccountCreate& message, const std::string& expected) {
    auto said = account.send(message);
    BOOST_TEST(said.starts_with("invalid-argument: "), said);
    BOOST_TEST(said.find(expected) != std::string::npos, said);
  };
  for (auto* name : {"", "En", "en/", "/en", "en/a/b", "a b"})
    refused(create(VIEWER, name), "1 to 64 lower case letters");
  refused(create(VIEWER, "en.1/jane"), "en instead of en.1");
  refused(create(VIEWER, "en/" + std::string(65, 'a')), "1 to 64");
  refused(create(ROLE_UNSPECIFIED), "one of the roles");
  refused(create(static_cast<Role>(9)), "one of the roles");
  refused(create(TEAM_OWNER, "jane"), "belongs to a pyramid");
  refused(create(SPONSOR, "jane"), "belongs to a pyramid");
  refused(create(OPERATOR), "belongs to no pyramid");
  auto nameless = create(VIEWER);
  nameless.clear_name();
  refused(nameless, "is empty");
  auto owner = create(TEAM_OWNER);
  owner.add_teams("arsenal");
  refused(owner, "the team arsenal twice");
  owner.set_teams(1, "Leeds");
  refused(owner, "The key of a team");
  owner.clear_teams();
  refused(owner, "at least one team");
  for (int i = 0; i <= actors::max_account_subjects; ++i)
    owner.add_teams("team-" + std::to_string(i));
  refused(owner, "at most 64 teams");
  auto viewer = create(VIEWER);
  viewer.add_teams("arsenal");
  refused(viewer, "Only the account of a team");
  auto sponsor = create(SPONSOR);
  sponsor.add_teams("arsenal");
  refused(sponsor, "Only the account of a team");
  sponsor.clear_teams();
  sponsor.clear_sponsors();
  refused(sponsor, "at least one sponsor");
}

BOOST_AUTO_TEST_CASE(an_account_of_no_pyramid_may_administrate_or_view) {
  for (auto role : {LEAGUE_ADMINISTRATOR, VIEWER}) {
    account_context account;
    BOOST_TEST(account.send(create(role, "boss")) == "ok");
  }
}

BOOST_AUTO_TEST_CASE(an_update_changes_what_it_names) {
  account_context account;
  account.send(create(TEAM_OWNER));
  auto update = about<AccountUpdate>(arsenal);
  update.set_name("Jane Doe");
  BOOST_TEST(shown(account.read<AccountDetails>(update))
             == "account: \"en/arsenal\" name: \"Jane Doe\" role: TEAM_OWNER teams: \"arsenal\" "
                "invitation: 1");
  update.Clear();
  update.set_account(arsenal);
  update.add_teams("leeds");
  BOOST_TEST(account.read<AccountDetails>(update).teams(0) == "leeds");
  update.clear_teams();
  update.set_role(VIEWER);
  BOOST_TEST(shown(account.read<AccountDetails>(update))
             == "account: \"en/arsenal\" name: \"Jane Doe\" role: VIEWER invitation: 1");
  update.set_role(TEAM_OWNER);
  BOOST_TEST(account.send(update).find("at least one team") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_account_that_is_not_there_cannot_be_read_or_changed) {
  account_context account;
  std::string expected = "not-found: There is no account en/arsenal.";
  BOOST_TEST(account.send(about<AccountGet>(arsenal)) == expected);
  BOOST_TEST(account.send(about<AccountUpdate>(arsenal)) == expected);
  BOOST_TEST(account.send(about<AccountInvite>(arsenal)) == expected);
  BOOST_TEST(account.send(about<TokenRevoke>(arsenal)) == expected);
}

BOOST_AUTO_TEST_CASE(a_suspended_account_has_no_rights_until_it_is_taken_back) {
  account_context account;
  make_active(account);
  account.send(issue(1));
  BOOST_TEST(account.send(suspend(true)) == "ok");
  BOOST_TEST(account.send(check(1)) == bad_token);
  BOOST_TEST(account.send(issue(2))
             == "forbidden: The account en/arsenal is suspended; ask an administrator.");
  BOOST_TEST(account.send(set_password(proof)).starts_with("forbidden: "));
  BOOST_TEST(account.send(issue(2, wrong_proof)) == wrong_password);
  account.send(suspend(false));
  BOOST_TEST(account.send(check(1)) == bad_token);
  BOOST_TEST(account.send(issue(2)) == "ok");
}

BOOST_AUTO_TEST_CASE(what_is_shown_of_an_account_has_no_secret_in_it) {
  account_context account;
  make_active(account);
  account.send(issue(1));
  auto text = account.read<AccountDetails>(about<AccountGet>(arsenal)).SerializeAsString();
  BOOST_TEST(text.find(account.state().password().hash()) == std::string::npos);
  BOOST_TEST(text.find(account.state().password().parameters().salt()) == std::string::npos);
  BOOST_TEST(text.find(token_id(1)) == std::string::npos);
}

// -- account.invite, account.activate -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_invitation_is_used_once) {
  account_context account;
  account.send(create(VIEWER));
  BOOST_TEST(account.send(activate(2)) == used_invitation);
  BOOST_TEST(account.send(activate(0)) == used_invitation);
  BOOST_TEST(account.send(activate(1)) == "ok");
  BOOST_TEST(account.send(activate(1)) == used_invitation);
  BOOST_TEST(account.send(issue(1)) == "ok");
  BOOST_TEST(details(account).find("active: true") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_new_invitation_voids_the_older_ones_the_password_and_the_tokens) {
  account_context account;
  make_active(account);
  account.send(issue(1));
  BOOST_TEST(account.read<AccountDetails>(about<AccountInvite>(arsenal)).invitation() == 2u);
  BOOST_TEST(account.send(check(1)) == bad_token);
  BOOST_TEST(account.send(issue(2)) == wrong_password);
  BOOST_TEST(account.read<AccountDetails>(about<AccountInvite>(arsenal)).invitation() == 3u);
  BOOST_TEST(account.send(activate(2)) == used_invitation);
  BOOST_TEST(account.send(activate(3)) == "ok");
}

BOOST_AUTO_TEST_CASE(nobody_is_activated_without_an_account_or_while_it_is_suspended) {
  account_context account;
  BOOST_TEST(account.send(activate(0)) == used_invitation);
  BOOST_TEST(account.send(activate(1)) == used_invitation);
  account.send(create(VIEWER));
  account.send(suspend(true));
  BOOST_TEST(account.send(activate(1)).starts_with("forbidden: "));
}

BOOST_AUTO_TEST_CASE(a_proof_or_parameters_out_of_bounds_are_refused) {
  account_context account;
  account.send(create(VIEWER));
  auto refused = [&account](auto&& spoil) {
    auto message = activate(1);
    spoil(message);
    auto said = account.send(message);
    BOOST_TEST(said.starts_with("invalid-argument: "), said);
  };
  refused([](auto& x) { x.clear_proof(); });
  refused([](auto& x) { x.set_proof(proof + 'x'); });
  refused([](auto& x) { x.mutable_parameters()->set_salt("short"); });
  refused([](auto& x) { x.mutable_parameters()->set_operations(0); });
  refused(
    [](auto& x) { x.mutable_parameters()->set_operations(actors::max_password_operations + 1); });
  refused(
    [](auto& x) { x.mutable_parameters()->set_memory_bytes(actors::min_password_memory - 1); });
  refused(
    [](auto& x) { x.mutable_parameters()->set_memory_bytes(actors::max_password_memory + 1); });
  refused([](auto& x) { x.clear_parameters(); });
  BOOST_TEST(account.send(activate(1)) == "ok");
}

// -- account.challenge, account.setpassword -------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_challenge_looks_the_same_whether_or_not_there_is_an_account) {
  account_context account;
  auto ask = [&account](const std::string& name) {
    return account.read<PasswordParameters>(about<AccountChallenge>(name));
  };
  auto before = ask(arsenal);
  BOOST_TEST(before.salt().size() == actors::salt_bytes);
  BOOST_TEST(before.operations() == actors::default_password_operations);
  BOOST_TEST(before.memory_bytes() == actors::default_password_memory);
  BOOST_TEST(shown(ask(arsenal)) == shown(before));
  BOOST_TEST(ask("en/leeds").salt() != before.salt());
  account.send(create(VIEWER));
  BOOST_TEST(shown(ask(arsenal)) == shown(before));
  account.send(activate(1));
  BOOST_TEST(shown(ask(arsenal)) == shown(cheap()));
  BOOST_TEST(account.send(about<AccountChallenge>("A")).starts_with("invalid-argument: "));
}

BOOST_AUTO_TEST_CASE(a_new_password_takes_the_place_of_the_old_one_and_revokes_tokens) {
  account_context account;
  make_active(account);
  account.send(issue(1));
  BOOST_TEST(account.send(set_password(wrong_proof)) == wrong_password);
  BOOST_TEST(account.send(check(1)) == "ok");
  BOOST_TEST(account.send(set_password(proof)) == "ok");
  BOOST_TEST(account.send(check(1)) == bad_token);
  BOOST_TEST(account.send(issue(2)) == wrong_password);
  BOOST_TEST(account.send(issue(2, new_proof)) == "ok");
  auto challenge = account.read<PasswordParameters>(about<AccountChallenge>(arsenal));
  BOOST_TEST(challenge.salt() == std::string(actors::salt_bytes, 't'));
}

BOOST_AUTO_TEST_CASE(a_password_is_replaced_only_by_a_proper_one) {
  account_context account;
  make_active(account);
  auto message = set_password(proof);
  message.set_new_proof("short");
  BOOST_TEST(account.send(message).starts_with("invalid-argument: "));
  message = set_password("short");
  BOOST_TEST(account.send(message).starts_with("invalid-argument: "));
  message = set_password(proof);
  message.mutable_parameters()->set_memory_bytes(uint64_t{1} << 40);
  BOOST_TEST(account.send(message).starts_with("invalid-argument: "));
  BOOST_TEST(account.send(issue(1)) == "ok");
}

// -- token.issue, token.check, token.revoke -------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_grant_says_what_the_account_may_do_and_for_how_long) {
  account_context account;
  make_active(account, TEAM_OWNER);
  auto grant = account.read<Grant>(issue(7));
  BOOST_TEST(shown(grant)
             == "account: \"en/arsenal\" token: \"" + token_id(7)
                  + "\" issued_ms: 1700000000000 expires_ms: "
                  + std::to_string(noon + default_token_lifetime_ms)
                  + " role: TEAM_OWNER teams: \"arsenal\"");
  BOOST_TEST(shown(account.read<Grant>(check(7))) == shown(grant));
}

BOOST_AUTO_TEST_CASE(a_token_ends_with_its_lifetime) {
  account_context account;
  make_active(account);
  auto request = issue(1);
  request.set_lifetime_ms(1'000);
  account.send(request);
  account.now_ms = noon + 999;
  BOOST_TEST(account.send(check(1)) == "ok");
  account.now_ms = noon + 1'000;
  BOOST_TEST(account.send(check(1)) == bad_token);
  BOOST_TEST(account.send(revoke(1)).starts_with("not-found: "));
}

BOOST_AUTO_TEST_CASE(a_token_lives_for_an_hour_at_most_and_has_an_id_of_its_own) {
  account_context account;
  make_active(account);
  for (auto lifetime : {int64_t{-1}, max_token_lifetime_ms + 1}) {
    auto request = issue(1);
    request.set_lifetime_ms(lifetime);
    BOOST_TEST(account.send(request)
               == "invalid-argument: A token is good for at most 60 minutes.");
  }
  auto request = issue(1);
  request.set_lifetime_ms(max_token_lifetime_ms);
  BOOST_TEST(account.send(request) == "ok");
  BOOST_TEST(account.send(issue(1)).starts_with("conflict: "));
  for (auto* id :
       {"", "1", "0000000000000000000000000000000G", "0000000000000000000000000000000A"}) {
    request.set_token(id);
    BOOST_TEST(account.send(request).starts_with("invalid-argument: "));
  }
}

BOOST_AUTO_TEST_CASE(rights_are_those_of_the_moment) {
  account_context account;
  make_active(account, TEAM_OWNER);
  account.send(issue(1));
  auto update = about<AccountUpdate>(arsenal);
  update.set_role(VIEWER);
  account.send(update);
  auto grant = account.read<Grant>(check(1));
  BOOST_TEST(grant.role() == VIEWER);
  BOOST_TEST(grant.teams_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_revoked_token_is_good_for_nothing) {
  account_context account;
  make_active(account);
  for (int i = 1; i <= 3; ++i)
    account.send(issue(i));
  BOOST_TEST(account.send(revoke(2)) == "ok");
  BOOST_TEST(account.send(check(1)) == "ok");
  BOOST_TEST(account.send(check(2)) == bad_token);
  BOOST_TEST(account.send(revoke(2))
             == "not-found: The account en/arsenal has no open token " + token_id(2)
                  + "; it expired or is revoked.");
  BOOST_TEST(account.send(about<TokenRevoke>(arsenal)) == "ok");
  BOOST_TEST(account.send(check(1)) == bad_token);
  BOOST_TEST(account.send(check(3)) == bad_token);
}

BOOST_AUTO_TEST_CASE(the_oldest_of_too_many_tokens_is_revoked_and_expired_ones_do_not_count) {
  account_context account;
  make_active(account);
  for (int i = 0; i <= max_open_tokens; ++i)
    BOOST_TEST(account.send(issue(i)) == "ok");
  BOOST_TEST(account.send(check(0)) == bad_token);
  BOOST_TEST(account.send(check(1)) == "ok");
  BOOST_TEST(account.state().grants_size() == max_open_tokens);
  account.now_ms += default_token_lifetime_ms;
  account.send(issue(99));
  BOOST_TEST(account.state().grants_size() == 1);
}

// -- wrong passwords ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nobody_learns_from_a_refusal_which_accounts_there_are) {
  account_context active;
  make_active(active);
  account_context invited;
  invited.send(create(VIEWER));
  account_context nobody;
  for (int i = 0; i <= max_failures; ++i) {
    auto said = active.send(issue(1, wrong_proof));
    BOOST_TEST(said.starts_with(i < max_failures ? "unauthenticated: " : "too-many-attempts: "));
    BOOST_TEST(invited.send(issue(1, wrong_proof)) == said);
    BOOST_TEST(nobody.send(issue(1, wrong_proof)) == said);
    BOOST_TEST(nobody.state().failures_ms_size() == active.state().failures_ms_size());
  }
  // A hash that is not there is like no password, not even that of zeros.
  account_context another;
  BOOST_TEST(another.send(issue(1, std::string(actors::proof_bytes, '\0'))) == wrong_password);
}

BOOST_AUTO_TEST_CASE(five_wrong_passwords_lock_an_account_for_a_quarter_of_an_hour) {
  account_context account;
  make_active(account);
  fail_until_locked(account);
  std::string locked = "too-many-attempts: Too many wrong passwords were given for this account; "
                       "try again after 2023-11-14 22:28:20 UTC.";
  BOOST_TEST(account.send(issue(1)) == locked);
  BOOST_TEST(account.send(set_password(proof)) == locked);
  account.now_ms += lock_ms - 1;
  BOOST_TEST(account.send(issue(1)) == locked);
  account.now_ms += 1;
  BOOST_TEST(account.send(issue(1)) == "ok");
}

BOOST_AUTO_TEST_CASE(a_locked_account_is_not_locked_for_longer_by_further_attempts) {
  account_context account;
  make_active(account);
  fail_until_locked(account);
  account.now_ms += lock_ms - 1;
  account.send(issue(1, wrong_proof));
  account.now_ms += 1;
  BOOST_TEST(account.send(issue(1, wrong_proof)) == wrong_password);
  BOOST_TEST(account.send(issue(1)) == "ok");
}

BOOST_AUTO_TEST_CASE(only_wrong_passwords_of_the_last_quarter_of_an_hour_count) {
  account_context account;
  make_active(account);
  for (int i = 0; i < 3 * max_failures; ++i) {
    BOOST_TEST(account.send(issue(1, wrong_proof)) == wrong_password);
    account.now_ms += failure_window_ms / (max_failures - 1);
  }
  BOOST_TEST(account.send(issue(1)) == "ok");
}

BOOST_AUTO_TEST_CASE(a_right_password_forgets_the_wrong_ones) {
  account_context account;
  make_active(account);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < max_failures - 1; ++i)
      BOOST_TEST(account.send(i % 2 ? issue(1, wrong_proof) : issue(2, wrong_proof))
                 == wrong_password);
    BOOST_TEST(account.send(issue(10 + round)) == "ok");
  }
  for (int i = 0; i < max_failures - 1; ++i)
    account.send(set_password(wrong_proof));
  BOOST_TEST(account.send(set_password(proof)) == "ok");
  BOOST_TEST(account.state().failures_ms_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_name_that_no_account_can_have_is_refused_and_not_counted) {
  account_context account;
  for (int i = 0; i < 2 * max_failures; ++i)
    BOOST_TEST(account.send(issue(1, proof, "a/b/c")).starts_with("invalid-argument: "));
  BOOST_TEST(shown(account.state()).empty());
}

// -- an owner's team ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_team_makes_the_account_of_its_owner_with_an_invitation) {
  account_context account;
  account.send(team_message<InfoTeamCreated>());
  BOOST_TEST(details(account)
             == "account: \"en/arsenal\" name: \"Arsenal FC\" role: TEAM_OWNER teams: \"arsenal\" "
                "invitation: 1 league: \"en.1\"");
  BOOST_TEST(account.send(issue(1)) == wrong_password);
  BOOST_TEST(account.send(activate(1)) == "ok");
  BOOST_TEST(account.read<Grant>(issue(1)).teams(0) == "arsenal");
}

BOOST_AUTO_TEST_CASE(an_owner_is_called_as_his_team) {
  account_context account;
  account.send(team_message<InfoTeamCreated>());
  account.send(team_message<InfoTeamUpdated>("en.1", "Arsenal"));
  BOOST_TEST(account.state().rights().name() == "Arsenal");
  account.send(team_message<InfoTeamUpdated>("en.1", "Arsenal"));
  BOOST_TEST(account.recorded == 0u);
}

BOOST_AUTO_TEST_CASE(an_owner_goes_down_and_up_with_his_team) {
  account_context account;
  account.send(team_message<InfoTeamCreated>());
  account.send(activate(1));
  account.send(issue(1));
  account.send(moved<InfoTeamRelegated>("en.2"));
  BOOST_TEST(account.state().league() == "en.2");
  BOOST_TEST(account.state().notices(0) == "en.1 2022-23: Arsenal FC was relegated to en.2.");
  account.send(moved<InfoTeamPromoted>("en.1"));
  BOOST_TEST(account.state().league() == "en.1");
  BOOST_TEST(account.send(check(1)) == "ok");
}

BOOST_AUTO_TEST_CASE(an_owner_whose_team_left_the_pyramid_has_no_rights_until_it_is_back) {
  account_context account;
  account.send(team_message<InfoTeamCreated>());
  account.send(activate(1));
  account.send(issue(1));
  account.send(moved<InfoTeamRelegated>(""));
  BOOST_TEST(details(account).find("league") == std::string::npos);
  BOOST_TEST(account.send(check(1)) == bad_token);
  BOOST_TEST(account.send(issue(2))
             == "forbidden: The account en/arsenal has no rights: its team left the pyramid.");
  BOOST_TEST(account.send(issue(2, wrong_proof)) == wrong_password);
  account.send(team_message<InfoTeamCreated>("en.4", "Arsenal 1886"));
  BOOST_TEST(account.send(check(1)) == bad_token);
  BOOST_TEST(account.send(issue(3)) == "ok");
  BOOST_TEST(account.state().league() == "en.4");
  BOOST_TEST(account.state().rights().name() == "Arsenal 1886");
  BOOST_TEST(account.state().notices_size() == 2);
  BOOST_TEST(account.state().invitation() == 0u);
}

BOOST_AUTO_TEST_CASE(an_owner_without_a_team_has_rights_again_when_he_is_given_another_one) {
  account_context account;
  account.send(team_message<InfoTeamCreated>());
  account.send(activate(1));
  account.send(moved<InfoTeamRelegated>(""));
  auto update = about<AccountUpdate>(arsenal);
  update.add_teams("leeds");
  account.send(update);
  BOOST_TEST(account.read<Grant>(issue(1)).teams(0) == "leeds");
}

BOOST_AUTO_TEST_CASE(an_account_that_an_administrator_made_under_a_teams_name_stays_what_it_is) {
  account_context account;
  make_active(account, SPONSOR);
  account.send(team_message<InfoTeamCreated>());
  BOOST_TEST(details(account)
             == "account: \"en/arsenal\" name: \"Jane\" role: SPONSOR sponsors: \"paper\" active: "
                "true notices: \"en.1: the team Arsenal FC was created; this account has its name "
                "but does not own it.\"");
  account.send(team_message<InfoTeamUpdated>("en.1", "Arsenal"));
  account.send(moved<InfoTeamRelegated>(""));
  account.send(moved<InfoTeamPromoted>("en.1"));
  account.send(transferred<InfoPlayerTransferredIn>("Bukayo Saka"));
  BOOST_TEST(account.state().rights().name() == "Jane");
  BOOST_TEST(account.state().notices_size() == 1);
  BOOST_TEST(account.send(issue(1)) == "ok");
}

BOOST_AUTO_TEST_CASE(a_team_whose_owner_was_there_before_keeps_him) {
  account_context account;
  make_active(account, TEAM_OWNER);
  account.send(team_message<InfoTeamCreated>());
  BOOST_TEST(account.state().league() == "en.1");
  BOOST_TEST(account.send(issue(1)) == "ok");
}

BOOST_AUTO_TEST_CASE(an_owner_hears_of_transfers_and_of_the_newest_things_only) {
  account_context account;
  // From another sender than the team's creation: it may come first.
  account.send(transferred<InfoPlayerTransferredIn>("Bukayo Saka"));
  account.send(team_message<InfoTeamCreated>());
  auto out = transferred<InfoPlayerTransferredOut>("Thierry Henry");
  account.send(out);
  out.clear_other_team();
  account.send(out);
  BOOST_TEST(account.state().notices(0)
             == "en.1 2022-23: Bukayo Saka was transferred in from leeds.");
  BOOST_TEST(account.state().notices(1)
             == "en.1 2022-23: Thierry Henry was transferred out to leeds.");
  BOOST_TEST(account.state().notices(2) == "en.1 2022-23: Thierry Henry was transferred out.");
  for (int i = 0; i < actors::max_notices; ++i)
    account.send(transferred<InfoPlayerTransferredIn>("Player " + std::to_string(i)));
  BOOST_TEST(account.state().notices_size() == actors::max_notices);
  BOOST_TEST(account.state().notices(0).find("Player 0 ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(news_of_a_team_that_was_never_created_make_no_account) {
  account_context account;
  account.send(team_message<InfoTeamUpdated>());
  account.send(moved<InfoTeamRelegated>("en.2"));
  account.send(moved<InfoTeamPromoted>("en.1"));
  BOOST_TEST(account.send(about<AccountGet>(arsenal)).starts_with("not-found: "));
}

// -- on a real node -------------------------------------------------------------------------------

namespace {

/// A clock that a test sets.
class set_clock final : public actors::clock {
public:
  int64_t now_ms() const override { return at; }
  int64_t steady_ms() const override { return actors::system_clock().steady_ms(); }
  int64_t at = noon;
};

/// Sends a command, sends it again, and again after a restart: the same answer, one effect.
template <class Message>
answer thrice(test_node& node, const std::string& id, const Message& message) {
  auto first = node.ask(id, message);
  BOOST_TEST(!first.repeated);
  auto records = node.records("identity/en/arsenal").size();
  auto same = [&](const char* when) {
    auto again = node.ask(id, message);
    BOOST_TEST(again.repeated, id << when);
    BOOST_TEST(again.code == first.code, id << when);
    BOOST_TEST(again.text == first.text, id << when);
    BOOST_TEST(again.body == first.body, id << when);
    BOOST_TEST(node.records("identity/en/arsenal").size() == records, id << when);
  };
  same(" again");
  node.restart();
  same(" after a restart");
  return first;
}

AccountDetails details(test_node& node) {
  return node.read<AccountDetails>(about<AccountGet>(arsenal));
}

std::string data_of(const test_node& node) {
  std::ifstream in{node.data_file(), std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

BOOST_AUTO_TEST_CASE(every_command_has_one_effect_however_often_it_comes_and_survives_a_restart) {
  test_node node;
  BOOST_TEST(thrice(node, "create", create(VIEWER)).ok());
  BOOST_TEST(details(node).invitation() == 1u);
  BOOST_TEST(thrice(node, "invite", about<AccountInvite>(arsenal)).ok());
  BOOST_TEST(details(node).invitation() == 2u);
  BOOST_TEST(thrice(node, "activate", activate(2)).ok());
  BOOST_TEST(details(node).active());
  auto update = about<AccountUpdate>(arsenal);
  update.set_name("Jane Doe");
  BOOST_TEST(thrice(node, "update", update).ok());
  BOOST_TEST(details(node).name() == "Jane Doe");
  BOOST_TEST(thrice(node, "issue", issue(1)).ok());
  BOOST_TEST(node.read<Grant>(check(1)).account() == arsenal);
  BOOST_TEST(thrice(node, "revoke", revoke(1)).ok());
  BOOST_TEST(node.ask("check", check(1)).code == UNAUTHENTICATED);
  BOOST_TEST(thrice(node, "password", set_password(proof)).ok());
  BOOST_TEST(node.ask("old", issue(2)).code == UNAUTHENTICATED);
  BOOST_TEST(node.ask("new", issue(2, new_proof)).ok());
  BOOST_TEST(node.read<PasswordParameters>(about<AccountChallenge>(arsenal)).salt()
             == std::string(actors::salt_bytes, 't'));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_refused_and_counted_once_per_command_over_restarts) {
  set_clock clock;
  test_node node;
  node.client_clock = &clock;
  node.restart();
  node.ask("create", create(VIEWER));
  node.ask("activate", activate(1));
  for (int i = 0; i < max_failures; ++i) {
    auto id = "wrong/" + std::to_string(i);
    BOOST_TEST(thrice(node, id, issue(1, wrong_proof)).code == UNAUTHENTICATED);
  }
  node.restart();
  auto locked = node.ask("right", issue(1));
  BOOST_TEST(locked.code == TOO_MANY_ATTEMPTS);
  BOOST_TEST(!locked.repeated);
  // Refused without a record: the same command is tried anew.
  clock.at += lock_ms;
  BOOST_TEST(node.ask("right", issue(1)).ok());
  clock.at += default_token_lifetime_ms;
  BOOST_TEST(node.ask("check", check(1)).code == UNAUTHENTICATED);
}

BOOST_AUTO_TEST_CASE(a_team_has_an_owners_account_although_the_node_was_stopped_in_between) {
  test_node node;
  BOOST_TEST(node.ask("create", team_create("Arsenal")).ok());
  node.restart();
  BOOST_TEST(node.settle());
  auto account = details(node);
  BOOST_TEST(account.role() == TEAM_OWNER);
  BOOST_TEST(account.league() == "en.1");
  BOOST_TEST(account.invitation() == 1u);
  node.ask("create", team_create("Arsenal"));
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("arsenal");
  update.set_name("Arsenal FC");
  node.ask("update", update);
  node.restart();
  BOOST_TEST(node.settle());
  BOOST_TEST(details(node).name() == "Arsenal FC");
  BOOST_TEST(node.records("identity/en/arsenal").size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_owner_of_a_team_that_a_season_relegated_out_of_the_pyramid_hears_of_it) {
  test_node node;
  auto season = open_season(node);
  play(node, season);
  BOOST_TEST(node.settle());
  int without_rights = 0;
  for (auto* team : {"ash", "birch", "cedar", "elm"}) {
    auto account = node.read<AccountDetails>(about<AccountGet>(std::string{"en/"} + team));
    BOOST_TEST(account.role() == TEAM_OWNER);
    without_rights += account.league().empty() ? 1 : 0;
  }
  BOOST_TEST(without_rights == 1);
}

BOOST_AUTO_TEST_CASE(no_proof_is_in_the_data_file) {
  test_node node;
  auto secret = std::string{"a proof that is nowhere else...."};
  BOOST_TEST_REQUIRE(secret.size() == actors::proof_bytes);
  node.ask("create", create(VIEWER));
  auto activation = activate(1);
  activation.set_proof(secret);
  BOOST_TEST(node.ask("activate", activation).ok());
  BOOST_TEST(node.ask("issue", issue(1, secret)).ok());
  auto almost = secret;
  almost.back() = '!';
  BOOST_TEST(node.ask("wrong", issue(2, almost)).code == UNAUTHENTICATED);
  node.restart();
  auto bytes = data_of(node);
  BOOST_TEST(bytes.find("en/arsenal") != std::string::npos);
  BOOST_TEST(bytes.find(secret.substr(0, 24)) == std::string::npos);
}
