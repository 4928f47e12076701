// What operators see of a real cluster and do to it: compared with what its records and commands
// say.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/client.hpp"
#include "messages/catalogue.hpp"
#include "messages/catalogue.pb.h"
#include "messages/codec.hpp"
#include "nodes/authentication.hpp"
#include "nodes/certificates.hpp"
#include "nodes/cluster_questions.hpp"
#include "nodes/stored_state.hpp"
#include "tests/cluster/real_cluster.hpp"

#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <set>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;
using nodes::cluster_questions;

namespace {

/// A program that is connected to a cluster, and asks for somebody.
class visitor {
public:
  explicit visitor(const real_cluster& cluster, const nodes::tls_files& tls = {}) {
    nodes::connection where;
    where.tls = tls;
    for (uint32_t i = 1; i <= cluster.nodes(); ++i)
      where.nodes.push_back({cluster.host(i), cluster.port(i)});
    auto opened = nodes::connect_access(where, {});
    if (!opened)
      throw std::runtime_error{opened.error().text};
    access_ = std::move(*opened);
    client_ = std::make_unique<actors::client>(access_->system(), access_->routes(),
                                               actors::system_clock());
    questions_ = std::make_unique<cluster_questions>(*access_, "ada@test");
  }

  nodes::cluster_access& access() { return *access_; }
  cluster_questions& questions() { return *questions_; }
  actors::client& client() { return *client_; }

  void create_team(const std::string& league, const std::string& team) {
    TeamCreate create;
    create.set_league(league);
    create.set_team(team);
    create.set_name(team);
    auto made = client_->ask("create/" + league + '/' + team, create);
    BOOST_TEST_REQUIRE(made.ok(), made.text);
  }

  void create_teams(const std::string& league, int count) {
    for (int i = 0; i < count; ++i)
      create_team(league, "team-" + std::to_string(i));
    BOOST_TEST_REQUIRE(access_->settle(30'000));
  }

  /// An account that has a password.
  void create_account(const std::string& account, Role role, const std::string& password) {
    AccountCreate create;
    create.set_account(account);
    create.set_name("Somebody");
    create.set_role(role);
    auto made = client_->ask("account/" + account, create);
    BOOST_TEST_REQUIRE(made.ok(), made.text);
    AccountDetails details;
    BOOST_TEST_REQUIRE(details.ParseFromString(made.body));
    auto signer = access_->signer(*client_);
    BOOST_TEST_REQUIRE(signer.has_value());
    auto code = (*signer)->invitation(details);
    BOOST_TEST_REQUIRE(code.has_value(), code.error().text);
    nodes::authentication door{*client_, **signer};
    auto active = door.activate(*code, password);
    BOOST_TEST_REQUIRE(active.has_value(), active.error().text);
    BOOST_TEST_REQUIRE(access_->settle(30'000));
  }

private:
  std::unique_ptr<nodes::cluster_access> access_;
  std::unique_ptr<actors::client> client_;
  std::unique_ptr<cluster_questions> questions_;
};

template <class T>
T value_of(nodes::operator_result<T> x) {
  BOOST_TEST_REQUIRE(x.has_value(), x.error().text);
  return std::move(x->value);
}

template <class T>
void is_refused(const nodes::operator_result<T>& x, ErrorCode code) {
  BOOST_TEST_REQUIRE(!x.has_value());
  BOOST_TEST(x.error().code == code, x.error().text);
  BOOST_TEST(x.error().text.ends_with('.'), x.error().text);
}

/// All pages as one, each of at most `limit` entities.
std::vector<cluster::ActorRow> all_actors(visitor& who, const std::string& pattern,
                                          uint32_t limit) {
  std::vector<cluster::ActorRow> out;
  cluster::ActorsQuery query;
  query.set_pattern(pattern);
  query.set_limit(limit);
  for (;;) {
    cluster::ActorsPage page;
    // While a leadership moves nobody speaks for its partition, and the page says so.
    BOOST_TEST_REQUIRE(eventually([&] {
      page = value_of(who.questions().actors(query));
      return page.missing_partition_size() == 0;
    }));
    BOOST_TEST(static_cast<uint32_t>(page.actor_size()) <= limit);
    // Whoever was only asked is in memory and has no records: the audit, for one.
    for (auto& x : page.actor())
      if (x.position() > 0)
        out.push_back(x);
    if (page.at_end())
      return out;
    query.set_after(page.next());
  }
}

std::vector<std::string> addresses_of(const std::vector<cluster::ActorRow>& rows) {
  std::vector<std::string> out;
  for (auto& x : rows)
    out.push_back(x.address());
  return out;
}

cluster::ActorRow row(visitor& who, const std::string& address) {
  return value_of(who.questions().inspect(address)).actor();
}

/// What commands of this process find in their environment, as long as it lives.
class token_in_environment {
public:
  explicit token_in_environment(const std::string& token) {
    ::setenv("TOUCHLINE_TOKEN", token.c_str(), 1);
  }
  token_in_environment(const token_in_environment&) = delete;
  token_in_environment& operator=(const token_in_environment&) = delete;
  ~token_in_environment() { ::unsetenv("TOUCHLINE_TOKEN"); }
};

/// The token of an account that the program itself asks for.
std::string token_of(const real_cluster& cluster, const std::string& account,
                     const std::string& password) {
  auto x = run(work_folder{}, cluster.connected({"account", "login", account}), password + '\n');
  BOOST_TEST_REQUIRE(x.status == 0, x.err);
  return x.out.substr(0, x.out.find('\n'));
}

/// The answer to a message that is sent to another entity than its content says.
template <class Message>
ErrorCode answer_to_misaddressed(visitor& who, const std::string& to, const Message& body) {
  header head;
  head.to = to;
  head.id = "misaddressed/" + to;
  head.request = 1;
  caf::scoped_actor self{who.access().system()};
  auto way = who.access().routes().find(to);
  BOOST_TEST_REQUIRE(!!way);
  caf::actor_cast<caf::abstract_actor*>(way)->enqueue(
    caf::make_mailbox_element(caf::actor_cast<caf::strong_actor_ptr>(self->address()),
                              caf::make_message_id(), {},
                              to_caf_message(std::move(head), number_of<Message>, body)),
    nullptr);
  auto out = OK;
  self->receive([&out](const answer& x) { out = x.code; },
                caf::after(cluster_patience) >> [] { BOOST_TEST(false, "no answer came"); });
  return out;
}

/// What the audit says was done, in order: "restart team/x/y: ok".
std::vector<std::string> audited(const real_cluster& cluster) {
  std::vector<std::string> out;
  for (auto& record : cluster.history("audit/cluster"))
    for (auto& fact : record.value("facts", json::array()))
      if (fact.contains("acted"))
        out.push_back(fact["acted"].value("what", "") + ": " + fact["acted"].value("result", ""));
  return out;
}

/// Goes on from the cursors, until `enough` says so.
struct follower {
  explicit follower(visitor& who, const std::string& pattern, uint32_t limit = 1'000) : who_{who} {
    query_.set_pattern(pattern);
    query_.set_limit(limit);
    step();
  }

  void step() {
    auto batch = value_of(who_.questions().tail(query_));
    for (auto& x : batch.record())
      seen.push_back(x.address() + '@' + std::to_string(x.position()));
    dropped += batch.dropped();
    lost += batch.lost_entries();
    *query_.mutable_cursor() = batch.cursor();
  }

  std::vector<std::string> seen;
  uint64_t dropped = 0;
  uint64_t lost = 0;

private:
  visitor& who_;
  cluster::TailQuery query_;
};

} // namespace

BOOST_AUTO_TEST_CASE(pages_name_every_entity_once_and_in_order_in_memory_or_not) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  who.create_teams("pages", 23);
  auto stored = nodes::addresses_with(who.access().store(), "");
  BOOST_TEST_REQUIRE(stored.has_value());
  std::erase_if(*stored, [](auto& x) { return x.starts_with("cluster/"); });
  for (uint32_t limit : {1U, 7U, 1'000U})
    BOOST_TEST(addresses_of(all_actors(who, "", limit)) == *stored,
               boost::test_tools::per_element());
  std::vector<cluster::ActorRow> teams;
  // Where a leadership moves, entities leave memory, and come back with their next message.
  BOOST_TEST_REQUIRE(eventually([&] {
    for (int i = 10; i < 20; ++i) {
      TeamGet look;
      look.set_league("pages");
      look.set_team("team-" + std::to_string(i));
      if (!who.client().ask("look", look).ok())
        return false;
    }
    teams = all_actors(who, "team/pages/*-1?", 4);
    return std::ranges::none_of(teams, [](auto& x) { return x.passive(); });
  }));
  BOOST_TEST(teams.size() == 10u);
  for (auto& x : teams) {
    BOOST_TEST(!x.passive());
    BOOST_TEST(x.kind() == "team");
    // More when a message came twice.
    BOOST_TEST(x.handled() >= 1u);
    BOOST_TEST(x.position() == 1u);
    BOOST_TEST(x.mailbox() == 0u);
  }
  // Leaders may move between the two looks.
  BOOST_TEST(eventually([&] {
    return std::ranges::all_of(all_actors(who, "team/pages/*-1?", 4),
                               [&](auto& x) { return x.node() == cluster.leader(x.partition()); });
  }));
  who.access().passivate_all();
  BOOST_TEST(eventually([&] {
    return std::ranges::all_of(all_actors(who, "team/*", 1'000),
                               [](auto& x) { return x.passive() && x.position() == 1; });
  }));
  BOOST_TEST(addresses_of(all_actors(who, "", 5)) == *stored, boost::test_tools::per_element());
  cluster::ActorsQuery active;
  active.set_active_only(true);
  active.set_pattern("team/*");
  BOOST_TEST(value_of(who.questions().actors(active)).actor_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_state_is_shown_as_it_is_and_as_it_was) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  who.create_team("states", "rovers");
  const std::string address = "team/states/rovers";
  for (int i = 1; i <= 3; ++i) {
    TeamUpdate update;
    update.set_league("states");
    update.set_team("rovers");
    update.set_name("Rovers " + std::to_string(i));
    BOOST_TEST(who.client().ask("update/" + std::to_string(i), update).ok());
  }
  BOOST_TEST_REQUIRE(who.access().settle(30'000));
  auto now = value_of(who.questions().inspect(address));
  auto last = who.access().store().last_position(address).value();
  BOOST_TEST(now.position() == last);
  BOOST_TEST(now.actor().position() == last);
  BOOST_TEST(eventually([&] {
    auto where = value_of(who.questions().inspect(address)).actor();
    return where.node() == cluster.leader(where.partition());
  }));
  BOOST_TEST(json::parse(now.state()).dump().find("Rovers 3") != std::string::npos, now.state());
  auto then = value_of(who.questions().inspect(address, last - 1));
  BOOST_TEST(then.position() == last - 1);
  BOOST_TEST(then.state().find("Rovers 2") != std::string::npos, then.state());
  BOOST_TEST(then.state().find("Rovers 3") == std::string::npos, then.state());
  // Also when it is not in memory, with a snapshot behind the position.
  BOOST_TEST(who.questions().passivate(address).has_value());
  BOOST_TEST(eventually([&] { return row(who, address).passive(); }));
  BOOST_TEST(value_of(who.questions().inspect(address)).state() == now.state());
  BOOST_TEST(value_of(who.questions().inspect(address, last - 1)).state() == then.state());
  is_refused(who.questions().inspect(address, last + 1), NOT_FOUND);
  is_refused(who.questions().inspect("team/states/nobody"), NOT_FOUND);
  is_refused(who.questions().inspect("nothing/like/it"), NOT_FOUND);
}

BOOST_AUTO_TEST_CASE(an_entity_is_restarted_goes_on_and_its_supervisors_say_so) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  who.create_teams("restarts", 3);
  const std::string address = "team/restarts/team-1";
  BOOST_TEST_REQUIRE(who.questions().restart(address).has_value());
  BOOST_TEST(eventually([&] {
    auto x = row(who, address);
    return x.restarts() == 1 && x.state() == "running";
  }));
  TeamUpdate update;
  update.set_league("restarts");
  update.set_team("team-1");
  update.set_name("Another");
  BOOST_TEST(who.client().ask("update", update).ok());
  BOOST_TEST(who.access().settle(30'000));
  BOOST_TEST(value_of(who.questions().inspect(address)).state().find("Another")
             != std::string::npos);
  cluster::SupervisorTree tree;
  // While a leadership moves nobody runs its partition.
  BOOST_TEST(eventually([&] {
    tree = value_of(who.questions().supervisors());
    auto running = std::accumulate(tree.node().begin(), tree.node().end(), 0,
                                   [](int sum, auto& x) { return sum + x.partition_size(); });
    return running == 4;
  }));
  BOOST_TEST(tree.node_size() == 3);
  std::set<uint32_t> partitions;
  uint64_t restarts = 0;
  uint64_t teams = 0;
  bool named = false;
  for (auto& node : tree.node()) {
    for (auto& x : node.partition()) {
      BOOST_TEST(x.running());
      BOOST_TEST(partitions.insert(x.partition()).second);
      restarts += x.entity_restarts();
      for (auto& kind : x.kind())
        teams += kind.kind() == "team" ? kind.active() : 0;
    }
    for (auto& x : node.failure())
      named
        = named
          || (x.address() == address && x.text() == "an operator restarts it" && x.time_ms() > 0);
  }
  BOOST_TEST(partitions.size() == 4u);
  BOOST_TEST(restarts == 1u);
  BOOST_TEST(teams == 3u);
  BOOST_TEST(named);
  is_refused(who.questions().restart("team/restarts/nobody"), NOT_FOUND);
  auto actions = audited(cluster);
  BOOST_TEST_REQUIRE(actions.size() == 2u);
  BOOST_TEST(actions[0] == "restart " + address + ": ok");
  BOOST_TEST(actions[1].starts_with("restart team/restarts/nobody: NOT_FOUND"), actions[1]);
}

BOOST_AUTO_TEST_CASE(metrics_of_every_node_levels_of_its_log_and_snapshots) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  who.create_teams("metrics", 5);
  std::set<uint32_t> nodes;
  double records = 0;
  const auto found = value_of(who.questions().metrics("touchline_records*"));
  for (auto& x : found.metric()) {
    BOOST_TEST(x.name() == "touchline_records_total");
    nodes.insert(x.node());
    records += x.value();
  }
  BOOST_TEST(nodes.size() == 3u);
  BOOST_TEST(records >= 10);
  auto labelled = value_of(who.questions().metrics("touchline_messages_handled_total"));
  BOOST_TEST(std::ranges::any_of(labelled.metric(), [](auto& x) {
    return x.label_size() == 1 && x.label(0).name() == "message"
           && x.label(0).value() == "team.create" && x.value() > 0;
  }));
  BOOST_TEST(value_of(who.questions().metrics("caf_*")).metric_size() > 0);
  BOOST_TEST(value_of(who.questions().metrics("nothing*")).metric_size() == 0);
  for (uint32_t node : {1U, 2U, 3U})
    BOOST_TEST(who.questions().set_log_level(node, "debug").has_value());
  is_refused(who.questions().set_log_level(2, "loud"), INVALID_ARGUMENT);
  is_refused(who.questions().set_log_level(9, "debug"), NOT_FOUND);
  auto begun = value_of(who.questions().snapshot());
  BOOST_TEST(begun.entities() >= 5u);
  BOOST_TEST(begun.logs() == 12u);
  BOOST_TEST(eventually([&] {
    auto stored = who.access().store().read_snapshot("team/metrics/team-0");
    return stored && *stored && (*stored)->position == 1;
  }));
  BOOST_TEST(row(who, "team/metrics/team-0").passive() == false);
}

BOOST_AUTO_TEST_CASE(a_tail_sees_every_record_once_also_when_leaders_change) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  who.create_teams("before", 2);
  follower tail{who, "team/tail/*"};
  who.create_teams("tail", 10);
  BOOST_TEST(eventually([&] {
    tail.step();
    return tail.seen.size() == 10;
  }));
  auto partition = who.access().routes().index_of("team/tail/team-0");
  auto to = cluster.leader(partition) % 3 + 1;
  BOOST_TEST(who.questions().transfer(partition, to).has_value());
  BOOST_TEST(eventually([&] { return cluster.leader(partition) == to; }));
  auto killed = to % 3 + 1;
  cluster.kill(killed);
  for (int i = 10; i < 20; ++i)
    who.create_team("tail", "team-" + std::to_string(i));
  BOOST_TEST(eventually([&] {
    tail.step();
    return tail.seen.size() >= 20;
  }));
  std::set<std::string> expected;
  for (int i = 0; i < 20; ++i)
    expected.insert("team/tail/team-" + std::to_string(i) + "@1");
  BOOST_TEST(tail.seen.size() == 20u);
  BOOST_TEST((std::set<std::string>(tail.seen.begin(), tail.seen.end()) == expected));
  BOOST_TEST(tail.dropped == 0u);
  BOOST_TEST(tail.lost == 0u);
  // The dead node is named, and the others speak for it.
  auto tree = who.questions().supervisors();
  BOOST_TEST_REQUIRE(tree.has_value());
  BOOST_TEST(tree->unreached == std::vector<uint32_t>{killed}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_tail_that_cannot_take_everything_says_how_much_it_left_out) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  follower tail{who, "*/busy*", 4};
  who.create_teams("busy", 30);
  auto total = [&] {
    uint64_t out = 0;
    for (auto& x : all_actors(who, "*/busy*", 1'000))
      out += x.position();
    return out;
  }();
  tail.step();
  BOOST_TEST(eventually([&] {
    tail.step();
    return tail.seen.size() + tail.dropped == total;
  }));
  BOOST_TEST(tail.dropped > 0u);
}

BOOST_AUTO_TEST_CASE(anybody_is_an_operator_until_there_is_one) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  auto before = who.questions().who_am_i();
  BOOST_TEST_REQUIRE(before.has_value());
  BOOST_TEST(before->authority.may_act());
  BOOST_TEST(before->authority.note().find("Anybody") != std::string::npos);
  BOOST_TEST(who.questions().set_log_level(1, "info").has_value());
  who.create_account("en/fan", VIEWER, "another horse battery");
  who.create_account("chief", OPERATOR, "correct horse battery");
  is_refused(who.questions().set_log_level(1, "info"), UNAUTHENTICATED);
  is_refused(who.questions().supervisors(), UNAUTHENTICATED);
  // What programs without accounts do to the cluster is for operators as well now.
  BOOST_TEST(cluster.ask({"nodes", "drain", "3"}).status != 0);
  visitor fan{cluster};
  BOOST_TEST(fan.questions().log_in("en/fan", "another horse battery").has_value());
  is_refused(fan.questions().set_log_level(1, "info"), FORBIDDEN);
  // What he did by other means he may tell, and it is told as it was.
  BOOST_TEST(fan.questions().note("send by a fan", "ok").has_value());
  BOOST_TEST(fan.questions().note("\033[31m" + std::string(3'000'000, 'x'), "ok").has_value());
  visitor chief{cluster};
  BOOST_TEST(!chief.questions().log_in("chief", "a wrong password").has_value());
  auto in = chief.questions().log_in("chief", "correct horse battery");
  BOOST_TEST_REQUIRE(in.has_value(), in.error().text);
  auto authority = chief.questions().who_am_i();
  BOOST_TEST_REQUIRE(authority.has_value());
  BOOST_TEST(authority->authority.name() == "chief");
  BOOST_TEST(authority->authority.role() == "operator");
  BOOST_TEST(authority->authority.note() == "");
  BOOST_TEST(chief.questions().set_log_level(1, "info").has_value());
  BOOST_TEST(chief.questions().note("send team.create", "ok").has_value());
  token_in_environment as_chief{token_of(cluster, "chief", "correct horse battery")};
  auto actions = audited(cluster);
  auto has = [&](const std::string& what) {
    return std::ranges::any_of(actions, [&](auto& x) { return x.starts_with(what); });
  };
  BOOST_TEST(has("log level of node 1: info: ok"));
  BOOST_TEST(has("log level of node 1: info: UNAUTHENTICATED"));
  BOOST_TEST(has("log level of node 1: info: FORBIDDEN"));
  BOOST_TEST(has("drain node 3: UNAUTHENTICATED"));
  BOOST_TEST(has("send team.create: ok"));
  BOOST_TEST(has("send by a fan: ok"));
  BOOST_TEST(has("?[31mxxx"));
  auto last = cluster.history("audit/cluster").back()["facts"][0]["acted"];
  BOOST_TEST(last["who"] == "chief");
  BOOST_TEST(last["role"] == "operator");
  BOOST_TEST(last["from"].get<std::string>().starts_with("ada@test through node "));
}

BOOST_AUTO_TEST_CASE(roles_bind_whatever_a_program_sends_and_reads) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  who.create_team("rights", "before");
  who.create_account("rights/fan", VIEWER, "another horse battery");
  who.create_account("boss", LEAGUE_ADMINISTRATOR, "horse another battery");
  who.create_account("chief", OPERATOR, "correct horse battery");
  TeamCreate team;
  team.set_league("rights");
  team.set_team("after");
  team.set_name("After");
  TeamGet look;
  look.set_league("rights");
  look.set_team("before");
  AccountCreate own;
  own.set_account("mallory");
  own.set_name("Mallory");
  own.set_role(OPERATOR);
  // At every node, also for those that were there before the first operator.
  auto is_nobody = [&](visitor& x) {
    for (int i = 0; i < 8; ++i) {
      own.set_account("mallory-" + std::to_string(i));
      if (x.client().ask("own/" + std::to_string(i), own).code != UNAUTHENTICATED)
        return false;
    }
    return x.client().ask("read/a", look).code == UNAUTHENTICATED
           && x.client().ask("team/a", team).code == UNAUTHENTICATED
           && !x.access().store().last_position("team/rights/before").has_value();
  };
  BOOST_TEST(eventually([&] {
    visitor nobody{cluster};
    return is_nobody(nobody) && is_nobody(who);
  }));
  cluster::Request question;
  question.set_map(true);
  auto map = who.access().ask(question);
  BOOST_TEST_REQUIRE(map.has_value());
  BOOST_TEST(map->map().node_size() == 3);
  BOOST_TEST(map->map().identity_key() == "");
  question.mutable_partition()->mutable_content();
  for (uint32_t i = 0; i < 4; ++i)
    BOOST_TEST(who.access().ask_partition(i, question).error().code == FORBIDDEN);
  question.mutable_admin()->set_invitation("rights/fan");
  BOOST_TEST(who.access().ask(question).error().code == UNAUTHENTICATED);

  visitor fan{cluster};
  BOOST_TEST_REQUIRE(fan.questions().log_in("rights/fan", "another horse battery").has_value());
  auto seen = fan.client().ask("read/b", look);
  BOOST_TEST(seen.ok(), seen.text);
  BOOST_TEST(fan.client().ask("team/b", team).code == FORBIDDEN);
  BOOST_TEST(!fan.access().store().last_position("team/rights/before").has_value());

  // What he may send about himself he may not send to others.
  TokenRevoke revoke;
  revoke.set_account("rights/fan");
  BOOST_TEST(answer_to_misaddressed(fan, "identity/chief", revoke) == INVALID_ARGUMENT);
  // Asking whom the cluster takes him for changes nothing.
  auto himself = fan.questions().who_am_i();
  BOOST_TEST_REQUIRE(himself.has_value());
  BOOST_TEST(himself->authority.name() == "rights/fan");
  BOOST_TEST(fan.client().ask("team/d", team).code == FORBIDDEN);

  visitor boss{cluster};
  BOOST_TEST_REQUIRE(boss.questions().log_in("boss", "horse another battery").has_value());
  BOOST_TEST(boss.access().store().last_position("team/rights/before").has_value());
  BOOST_TEST(!boss.access().store().last_position("identity/chief").has_value());
  BOOST_TEST(!boss.access().store().read_snapshot("cluster/map").has_value());
  // Who administers leagues makes no operators, and takes nobody's place.
  own.set_account("mallory");
  BOOST_TEST(boss.client().ask("own/boss", own).code == FORBIDDEN);
  AccountUpdate up;
  up.set_account("boss");
  up.set_role(OPERATOR);
  BOOST_TEST(boss.client().ask("up/boss", up).code == FORBIDDEN);
  AccountInvite invite;
  invite.set_account("chief");
  BOOST_TEST(boss.client().ask("invite/boss", invite).code == FORBIDDEN);

  // Nodes that come back know him as well.
  visitor chief{cluster};
  auto in = chief.questions().log_in("chief", "correct horse battery");
  BOOST_TEST_REQUIRE(in.has_value(), in.error().text);
  BOOST_TEST(in->account() == "chief");
  // The key is for nodes, and the last operator stays one.
  BOOST_TEST(!chief.access().store().read_snapshot("cluster/map").has_value());
  BOOST_TEST(chief.client().ask("invite/chief", invite).code == FORBIDDEN);
  up.set_account("chief");
  up.clear_role();
  up.set_suspended(true);
  BOOST_TEST(chief.client().ask("up/chief", up).code == FORBIDDEN);
  cluster.kill(2);
  cluster.start(2);
  auto made = chief.client().ask("team/c", team);
  BOOST_TEST(made.ok(), made.text);
  BOOST_TEST(chief.access().store().last_position("identity/chief").has_value());
  BOOST_TEST(cluster.ask({"history", "team/rights/after"}).err.find("log in") != std::string::npos);
  token_in_environment as_chief{token_of(cluster, "chief", "correct horse battery")};
  BOOST_TEST(cluster.history("team/rights/after").size() == 1);
  // Who is suspended is nobody at once.
  AccountUpdate end;
  end.set_account("rights/fan");
  end.set_suspended(true);
  BOOST_TEST_REQUIRE(chief.client().ask("end", end).ok());
  BOOST_TEST(eventually([&] { return fan.client().ask("read/c", look).code == UNAUTHENTICATED; }));
}

BOOST_AUTO_TEST_CASE(a_program_cannot_write_the_audit_itself) {
  real_cluster cluster;
  cluster.start_all();
  visitor who{cluster};
  AuditRecord lie;
  lie.set_who("chief");
  lie.set_what("nothing at all");
  auto refused = who.client().ask("lie", lie);
  BOOST_TEST(refused.code == UNSUPPORTED, refused.text);
  BOOST_TEST(cluster.ask({"history", "audit/cluster"}).status != 0);
}

BOOST_AUTO_TEST_CASE(a_certificate_proves_who_asks_at_every_node) {
  work_folder certificates;
  nodes::certificate_request request;
  request.folder = certificates.path();
  request.cluster = "trial";
  request.nodes = {1, 2, 3};
  request.clients = {"plain"};
  BOOST_TEST_REQUIRE(nodes::make_certificates(request).has_value());
  request.nodes.clear();
  request.clients = {"ada"};
  request.role = "operator";
  BOOST_TEST_REQUIRE(nodes::make_certificates(request).has_value());
  auto tls_of = [&](const std::string& name) {
    return nodes::tls_files{certificates / "ca.pem", certificates / (name + ".pem"),
                            certificates / (name + ".key")};
  };
  auto plain = tls_of("client-plain");
  real_cluster cluster{{.cluster_lines = "  tls {\n    ca = \"" + (certificates / "ca.pem")
                                         + "\"\n    certificate = \""
                                         + (certificates / "node-{id}.pem") + "\"\n    key = \""
                                         + (certificates / "node-{id}.key") + "\"\n  }\n",
                        .client = plain}};
  cluster.start_all();
  visitor who{cluster, plain};
  who.create_account("chief", OPERATOR, "correct horse battery");
  is_refused(who.questions().supervisors(), UNAUTHENTICATED);
  BOOST_TEST(who.questions().use_certificate(plain.certificate, plain.key).has_value());
  is_refused(who.questions().supervisors(), FORBIDDEN);
  auto ada = tls_of("client-ada");
  // Somebody else's certificate with one's own key.
  auto stolen = who.questions().use_certificate(ada.certificate, plain.key);
  BOOST_TEST_REQUIRE(!stolen.has_value());
  BOOST_TEST(stolen.error().code == UNAUTHENTICATED, stolen.error().text);
  visitor nobody{cluster, plain};
  is_refused(nobody.questions().supervisors(), UNAUTHENTICATED);
  BOOST_TEST(who.questions().use_certificate(ada.certificate, ada.key).has_value());
  auto known = who.questions().who_am_i();
  BOOST_TEST_REQUIRE(known.has_value(), known.error().text);
  BOOST_TEST(known->authority.name() == "client-ada");
  BOOST_TEST(known->authority.may_act());
  BOOST_TEST(who.questions().set_log_level(2, "info").has_value());
  cluster.kill(known->authority.node());
  auto after = who.questions().who_am_i();
  BOOST_TEST_REQUIRE(after.has_value(), after.error().text);
  BOOST_TEST(after->authority.name() == "client-ada");
  BOOST_TEST(after->authority.node() != known->authority.node());
}
