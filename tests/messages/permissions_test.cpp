// Every pair of role and message, about one's own and about somebody else's.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "messages/permissions.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <array>
#include <map>
#include <memory>
#include <vector>

using namespace touchline;

namespace {

/// About whom each role may send a message: "any", "league", "team", "sponsor", "self", or nothing.
struct expected_row {
  std::string message;
  std::array<std::vector<std::string>, 4> by_role;

  /// An operator may do in every league what its administrators may.
  const std::vector<std::string>& of(size_t role) const;
};

using about = std::vector<std::string>;

const about nobody;
const about any{"any"};
const about league{"league"};
const about self{"self"};
const about league_or_self{"league", "self"};

const std::vector<std::string>& expected_row::of(size_t role) const {
  if (role < by_role.size())
    return by_role[role];
  const auto& administrator = by_role[0];
  return administrator.empty() || administrator == self ? administrator : any;
}

/// Administrator, owner, sponsor, viewer. What contexts send to one another is nobody's.
const std::vector<expected_row> table{
  {"fixturelist.generate", {league, nobody, nobody, nobody}},
  {"info.fixturecompleted", {}},
  {"info.playertransferredin", {}},
  {"info.playertransferredout", {}},
  {"info.seasoncompleted", {}},
  {"info.teamcreated", {}},
  {"info.teamupdated", {}},
  {"info.fixturelistgenerated", {}},
  {"leaguetable.updatedata", {}},
  {"leaguetable.updateresults", {}},
  {"leaguetable.updatestats", {}},
  {"player.add", {league, about{"team"}, nobody, nobody}},
  {"player.delete", {league, about{"team"}, nobody, nobody}},
  {"player.update", {league, about{"team"}, nobody, nobody}},
  {"result.create", {league, nobody, nobody, nobody}},
  {"sponsor.create", {league, nobody, nobody, nobody}},
  {"sponsor.distribute", {}},
  {"sponsor.update", {league, nobody, about{"sponsor"}, nobody}},
  {"team.create", {league, nobody, nobody, nobody}},
  {"team.relegate", {}},
  {"team.update", {league, about{"team"}, nobody, nobody}},
  {"transfer.in", {league, about{"team"}, nobody, nobody}},
  {"transfer.out", {league, about{"team"}, nobody, nobody}},
  {"info.teamrelegated", {}},
  {"team.promote", {}},
  {"info.teampromoted", {}},
  {"result.correct", {league, nobody, nobody, nobody}},
  {"leaguetable.get", {any, any, any, any}},
  {"stats.get", {any, any, any, any}},
  {"fixturelist.get", {any, any, any, any}},
  {"team.get", {any, any, any, any}},
  {"team.list", {any, any, any, any}},
  {"sponsor.list", {any, any, any, any}},
  {"league.configure", {league, nobody, nobody, nobody}},
  {"info.leagueconfigured", {}},
  {"squad.add", {}},
  {"squad.update", {}},
  {"squad.remove", {}},
  {"squad.changed", {}},
  {"transfer.reserve", {}},
  {"transfer.release", {}},
  {"transfer.sign", {}},
  {"transfer.pay", {}},
  {"transfer.cancel", {}},
  {"transfer.confirm", {}},
  {"transfer.get", {any, any, any, any}},
  {"transfer.list", {any, any, any, any}},
  {"deadline.passed", {}},
  {"sponsor.pay", {}},
  {"pyramid.create", {league, nobody, nobody, nobody}},
  {"pyramid.get", {any, any, any, any}},
  {"account.create", {league, nobody, nobody, nobody}},
  {"account.update", {league, nobody, nobody, nobody}},
  {"account.invite", {league, nobody, nobody, nobody}},
  {"account.activate", {}},
  {"account.setpassword", {self, self, self, self}},
  {"account.challenge", {}},
  {"account.get", {league_or_self, self, self, self}},
  {"token.issue", {}},
  {"token.revoke", {league_or_self, self, self, self}},
  {"token.check", {}},
  {"audit.record", {}},
  {"operator.appointed", {}},
  {"audit.get", {}},
};

/// Whom a message is about, seen from the account "en/me", which has the team "mine" and the
/// sponsor "mine".
struct subject {
  bool own_pyramid;
  bool own_team;
  bool own_sponsor;
  bool own_account;
};

std::vector<subject> all_subjects() {
  std::vector<subject> result;
  for (unsigned i = 0; i < 16; ++i)
    result.push_back({(i & 1) != 0, (i & 2) != 0, (i & 4) != 0, (i & 8) != 0});
  return result;
}

void set(google::protobuf::Message& message, const char* name, const std::string& value) {
  if (const auto* field = message.GetDescriptor()->FindFieldByName(name))
    message.GetReflection()->SetString(&message, field, value);
}

std::unique_ptr<google::protobuf::Message> make(const message_info& info, const subject& whom) {
  std::unique_ptr<google::protobuf::Message> result{
    google::protobuf::MessageFactory::generated_factory()->GetPrototype(info.descriptor)->New()};
  std::string pyramid = whom.own_pyramid ? "en" : "es";
  set(*result, "league", pyramid + ".2");
  set(*result, "pyramid", pyramid);
  set(*result, "team", whom.own_team ? "mine" : "theirs");
  set(*result, "sponsor", whom.own_sponsor ? "mine" : "theirs");
  set(*result, "account", pyramid + (whom.own_account ? "/me" : "/somebody"));
  return result;
}

bool is_about(const std::string& what, const subject& whom) {
  return what == "any" || (what == "league" && whom.own_pyramid)
         || (what == "team" && whom.own_pyramid && whom.own_team)
         || (what == "sponsor" && whom.own_pyramid && whom.own_sponsor)
         || (what == "self" && whom.own_pyramid && whom.own_account);
}

Grant holder(Role role, const std::string& account = "en/me") {
  Grant result;
  result.set_account(account);
  result.set_role(role);
  if (role == TEAM_OWNER)
    result.add_teams("mine");
  if (role == SPONSOR)
    result.add_sponsors("mine");
  return result;
}

constexpr std::array roles{LEAGUE_ADMINISTRATOR, TEAM_OWNER, SPONSOR, VIEWER, OPERATOR};

bool may(const Grant& who, const google::protobuf::Message& body) {
  const auto* info
    = catalogue_data::find(body.GetDescriptor()->options().GetExtension(catalogue).number());
  auto wrong = check_permission(who, *info, body);
  BOOST_TEST((!wrong || wrong->code == FORBIDDEN));
  return !wrong;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_table_names_every_message_of_the_catalogue) {
  std::map<std::string, int> rows;
  for (auto& row : table)
    ++rows[row.message];
  for (auto& message : catalogue_data::messages())
    BOOST_TEST(rows[message.name] == 1, message.name);
  BOOST_TEST(table.size() == catalogue_data::messages().size());
}

BOOST_AUTO_TEST_CASE(every_role_may_send_every_message_about_whom_the_table_says_and_nobody_else) {
  int allowed = 0;
  for (auto& row : table)
    for (size_t i = 0; i < roles.size(); ++i)
      for (auto& whom : all_subjects()) {
        const auto& info = *catalogue_data::find(row.message);
        auto expected = false;
        for (auto& what : row.of(i))
          expected = expected || is_about(what, whom);
        // Nobody could give the last one another password.
        if (roles[i] == OPERATOR && row.message == "account.invite")
          expected = expected && !is_about("self", whom);
        auto wrong = check_permission(holder(roles[i]), info, *make(info, whom));
        BOOST_TEST(!wrong == expected,
                   row.message << " by " << Role_Name(roles[i]) << ": own pyramid "
                               << whom.own_pyramid << ", team " << whom.own_team << ", sponsor "
                               << whom.own_sponsor << ", account " << whom.own_account);
        allowed += wrong ? 0 : 1;
      }
  BOOST_TEST(allowed > 500);
}

BOOST_AUTO_TEST_CASE(an_administrator_of_no_pyramid_may_do_everywhere_what_others_do_in_theirs) {
  for (auto& row : table)
    for (auto& whom : all_subjects()) {
      const auto& info = *catalogue_data::find(row.message);
      auto body = make(info, whom);
      auto expected = std::ranges::find(row.by_role[0], "league") != row.by_role[0].end()
                      || row.by_role[0] == any;
      BOOST_TEST(!check_permission(holder(LEAGUE_ADMINISTRATOR, "boss"), info, *body) == expected,
                 row.message);
      // No name is all that it takes to be nobody.
      BOOST_TEST(!check_permission(holder(LEAGUE_ADMINISTRATOR, ""), info, *body)
                   == (row.by_role[0] == any),
                 row.message);
    }
}

BOOST_AUTO_TEST_CASE(operators_are_made_and_changed_by_operators_alone_and_none_ends_himself) {
  auto boss = holder(LEAGUE_ADMINISTRATOR, "boss");
  auto chief = holder(OPERATOR, "chief");
  AccountCreate create;
  create.set_account("en/jane");
  create.set_role(OPERATOR);
  BOOST_TEST(!may(boss, create));
  BOOST_TEST(may(chief, create));
  create.set_role(VIEWER);
  BOOST_TEST(may(boss, create));
  AccountUpdate update;
  update.set_account("chief");
  BOOST_TEST(!may(boss, update));
  BOOST_TEST(may(chief, update));
  update.set_role(VIEWER);
  BOOST_TEST(!may(chief, update));
  update.clear_role();
  update.set_suspended(true);
  BOOST_TEST(!may(chief, update));
  update.set_account("other-chief");
  BOOST_TEST(may(chief, update));
  AccountInvite invite;
  invite.set_account("chief");
  BOOST_TEST(!may(boss, invite));
  BOOST_TEST(!may(chief, invite));
  invite.set_account("other-chief");
  BOOST_TEST(may(chief, invite));
  TokenRevoke revoke;
  revoke.set_account("chief");
  BOOST_TEST(!may(boss, revoke));
  AccountGet get;
  get.set_account("chief");
  BOOST_TEST(may(boss, get));
}

BOOST_AUTO_TEST_CASE(an_account_without_a_role_may_nothing) {
  for (auto& message : catalogue_data::messages())
    for (auto& whom : all_subjects())
      for (auto role : {ROLE_UNSPECIFIED, static_cast<Role>(6)})
        BOOST_TEST(check_permission(holder(role), message, *make(message, whom)).has_value());
}

BOOST_AUTO_TEST_CASE(an_administrator_of_a_pyramid_makes_accounts_of_that_pyramid_only) {
  auto administrator = holder(LEAGUE_ADMINISTRATOR);
  AccountCreate create;
  for (auto* theirs : {"es/jane", "boss", "eng/jane", "e/jane", "", "/jane", "en"}) {
    create.set_account(theirs);
    BOOST_TEST(!may(administrator, create), theirs);
  }
  create.set_account("en/jane");
  BOOST_TEST(may(administrator, create));
}

BOOST_AUTO_TEST_CASE(leagues_named_in_parts_of_a_message_are_an_administrators_as_well) {
  auto administrator = holder(LEAGUE_ADMINISTRATOR);
  PyramidCreate pyramid;
  pyramid.set_pyramid("en");
  pyramid.add_tiers()->set_league("en.1");
  BOOST_TEST(may(administrator, pyramid));
  pyramid.add_tiers()->set_league("es.1");
  BOOST_TEST(!may(administrator, pyramid));
  FixtureListGenerate list;
  list.set_league("en.1");
  BOOST_TEST(may(administrator, list));
  list.mutable_rules()->set_pyramid("es");
  BOOST_TEST(!may(administrator, list));
  list.mutable_rules()->set_pyramid("en");
  BOOST_TEST(may(administrator, list));
}

BOOST_AUTO_TEST_CASE(a_message_that_names_nobody_is_about_nobodys_own) {
  for (auto role : {LEAGUE_ADMINISTRATOR, TEAM_OWNER, SPONSOR, VIEWER})
    for (auto& message : catalogue_data::messages()) {
      std::unique_ptr<google::protobuf::Message> body{
        google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(message.descriptor)
          ->New()};
      auto anyone = message.mode == message_mode::read && message.name != "account.get";
      if (!anyone)
        BOOST_TEST(check_permission(holder(role), message, *body).has_value(), message.name);
    }
}

BOOST_AUTO_TEST_CASE(an_owner_of_a_team_is_not_that_of_its_namesake_elsewhere) {
  TeamUpdate update;
  update.set_team("mine");
  for (auto* theirs : {"es.1", "en", "en.1.2", "en/mine", "", "en.x"}) {
    update.set_league(theirs);
    BOOST_TEST(may(holder(TEAM_OWNER), update) == (std::string{theirs} == "en"), theirs);
  }
  update.set_league("en.5");
  BOOST_TEST(may(holder(TEAM_OWNER), update));
  BOOST_TEST(!may(holder(TEAM_OWNER, "me"), update));
}

BOOST_AUTO_TEST_CASE(an_owner_moves_players_and_money_of_his_own_teams_only) {
  TransferIn buy;
  buy.set_league("en.1");
  buy.set_team("mine");
  BOOST_TEST(may(holder(TEAM_OWNER), buy));
  buy.set_from_team("theirs");
  BOOST_TEST(!may(holder(TEAM_OWNER), buy));
  buy.set_from_team("mine");
  BOOST_TEST(may(holder(TEAM_OWNER), buy));
  TransferOut sell;
  sell.set_league("en.1");
  sell.set_team("mine");
  BOOST_TEST(may(holder(TEAM_OWNER), sell));
  sell.set_to_team("theirs");
  BOOST_TEST(!may(holder(TEAM_OWNER), sell));
  BOOST_TEST(may(holder(LEAGUE_ADMINISTRATOR), sell));
}

BOOST_AUTO_TEST_CASE(the_refusal_says_what_the_account_may_do) {
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("theirs");
  auto text = [](Role role, const google::protobuf::Message& body, const char* name) {
    return check_permission(holder(role), *catalogue_data::find(name), body)->text;
  };
  BOOST_TEST(text(TEAM_OWNER, update, "team.update")
             == "The account en/me may send team.update about its own teams only.");
  BOOST_TEST(text(VIEWER, update, "team.update")
             == "The account en/me is a viewer and may not send team.update.");
  AccountGet get;
  get.set_account("es/me");
  BOOST_TEST(text(LEAGUE_ADMINISTRATOR, get, "account.get")
             == "The account en/me may send account.get about leagues and accounts of its own "
                "pyramid, or about itself only.");
}
