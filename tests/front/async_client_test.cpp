// Reads that ask the same at the same time are sent once, and nobody is answered with what was
// there before he asked.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/runtime.hpp"
#include "nodes/front/async_client.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <future>
#include <vector>

using namespace touchline;

namespace {

using reads = std::vector<std::future<answer>>;

/// The only partition is this test: it sees what is asked, and answers when it likes.
struct fixture {
  caf::actor_system_config config = [] {
    actors::register_message_types();
    return caf::actor_system_config{};
  }();
  caf::actor_system system{config};
  caf::scoped_actor partition{system};
  actors::router routes{1};
  front::async_client_options options{.request_ms = 60'000};
  std::unique_ptr<front::async_client> client;

  fixture() {
    routes.set(0, caf::actor_cast<caf::actor>(partition));
    start();
  }

  ~fixture() { routes.set(0, nullptr); }

  void start() {
    client = std::make_unique<front::async_client>(system, routes, actors::system_clock(), options);
  }

  template <class Message>
  std::future<answer> ask(Message x) const {
    auto done = std::make_shared<std::promise<answer>>();
    client->ask("id", *catalogue_data::find(number_of<Message>),
                std::make_shared<Message>(std::move(x)),
                [done](const answer& y) { done->set_value(y); });
    return done->get_future();
  }

  static LeagueTableGet table_of(const std::string& league) {
    LeagueTableGet x;
    x.set_league(league);
    x.set_season("2022-23");
    return x;
  }

  /// The next question, and who asks it.
  template <class Message>
  std::pair<header, caf::strong_actor_ptr> next() {
    std::pair<header, caf::strong_actor_ptr> out;
    partition->receive([&](const header& head, const Message&) {
      out = {head, partition->current_sender()};
    });
    return out;
  }

  void reply(const std::pair<header, caf::strong_actor_ptr>& to, uint64_t position) {
    answer x;
    x.id = to.first.id;
    x.request = to.first.request;
    x.position = position;
    partition->send(caf::actor_cast<caf::actor>(to.second), x);
  }

  /// All that was asked up to now has been looked at: nothing overtakes.
  void settle() {
    auto mark = ask(table_of("mark"));
    reply(next<LeagueTableGet>(), 0);
    mark.get();
  }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_same_reads_are_sent_once_but_not_with_one_that_was_sent_before,
                        fixture) {
  auto first = ask(table_of("a"));
  auto sent = next<LeagueTableGet>();
  reads later;
  for (int i = 0; i < 5; ++i)
    later.push_back(ask(table_of("a")));
  settle();
  BOOST_TEST(!partition->has_next_message());
  reply(sent, 1);
  BOOST_TEST(first.get().position == 1u);
  reply(next<LeagueTableGet>(), 2);
  for (auto& x : later)
    BOOST_TEST(x.get().position == 2u);
  BOOST_TEST(!partition->has_next_message());
  BOOST_TEST(client->under_way() == 0u);
}

BOOST_FIXTURE_TEST_CASE(other_reads_and_commands_are_sent_at_once, fixture) {
  auto a = ask(table_of("a"));
  auto sent_a = next<LeagueTableGet>();
  auto b = ask(table_of("b"));
  auto sent_b = next<LeagueTableGet>();
  BOOST_TEST(sent_b.first.to != sent_a.first.to);
  TeamCreate team;
  team.set_league("a");
  team.set_name("Ash");
  reads created;
  created.push_back(ask(team));
  auto first = next<TeamCreate>();
  created.push_back(ask(team));
  auto second = next<TeamCreate>();
  reply(sent_b, 2);
  reply(sent_a, 1);
  reply(first, 3);
  reply(second, 4);
  BOOST_TEST(a.get().position == 1u);
  BOOST_TEST(b.get().position == 2u);
  BOOST_TEST(created[0].get().position == 3u);
  BOOST_TEST(created[1].get().position == 4u);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_shared_and_the_next_read_is_sent_anew, fixture) {
  auto first = ask(table_of("a"));
  auto sent = next<LeagueTableGet>();
  auto second = ask(table_of("a"));
  settle();
  answer refusal;
  refusal.code = NOT_FOUND;
  refusal.request = sent.first.request;
  partition->send(caf::actor_cast<caf::actor>(sent.second), refusal);
  BOOST_TEST(first.get().code == NOT_FOUND);
  reply(next<LeagueTableGet>(), 7);
  BOOST_TEST(second.get().position == 7u);
}

BOOST_FIXTURE_TEST_CASE(whoever_waits_for_the_same_is_told_when_it_took_too_long, fixture) {
  options.request_ms = 1;
  start();
  reads all;
  for (int i = 0; i < 20; ++i)
    all.push_back(ask(table_of("a")));
  for (auto& x : all)
    BOOST_TEST(x.get().code == DEADLINE_EXCEEDED);
  BOOST_TEST(client->under_way() == 0u);
}

BOOST_FIXTURE_TEST_CASE(whoever_waits_for_the_same_is_told_that_the_client_ends, fixture) {
  reads all;
  all.push_back(ask(table_of("a")));
  next<LeagueTableGet>();
  for (int i = 0; i < 5; ++i)
    all.push_back(ask(table_of("a")));
  client.reset();
  for (auto& x : all)
    BOOST_TEST(x.get().code == UNAVAILABLE);
}

BOOST_FIXTURE_TEST_CASE(a_partition_that_drops_its_promise_costs_that_message_only, fixture) {
  options.request_ms = 3'000;
  start();
  auto careless = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](const header&, const LeagueTableGet&) { self->make_response_promise(); }};
  });
  routes.set(0, careless);
  auto lost = ask(table_of("a"));
  BOOST_TEST_REQUIRE((lost.wait_for(std::chrono::seconds{20}) == std::future_status::ready));
  BOOST_TEST(lost.get().code == DEADLINE_EXCEEDED);
  routes.set(0, caf::actor_cast<caf::actor>(partition));
  auto other = ask(table_of("b"));
  reply(next<LeagueTableGet>(), 7);
  BOOST_TEST_REQUIRE((other.wait_for(std::chrono::seconds{20}) == std::future_status::ready));
  BOOST_TEST(other.get().position == 7u);
  caf::anon_send_exit(careless, caf::exit_reason::user_shutdown);
}

BOOST_FIXTURE_TEST_CASE(names_that_make_no_address_are_refused_at_once, fixture) {
  auto refused = ask(table_of(std::string(max_address_bytes, 'x')));
  BOOST_TEST_REQUIRE((refused.wait_for(std::chrono::seconds{20}) == std::future_status::ready));
  auto why = refused.get();
  BOOST_TEST(why.code == INVALID_ARGUMENT);
  BOOST_TEST(why.text.find("address of more than 200 bytes") != std::string::npos, why.text);
  BOOST_TEST(!partition->has_next_message());
}
