// What nodes say to each other arrives whole: a field that is left out of a message is 0 at the
// other end, and a node that seems to belong to no cluster lets another one found a second.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/runtime.hpp"
#include "nodes/cluster/network.hpp"
#include "nodes/cluster/wire.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/scoped_actor.hpp>

using namespace touchline;
using namespace touchline::cluster;

namespace {

template <class T>
T over_the_wire(caf::actor_system& system, const T& x) {
  caf::byte_buffer bytes;
  caf::binary_serializer sink{system, bytes};
  BOOST_TEST_REQUIRE(sink.apply(x));
  caf::binary_deserializer source{system, bytes};
  T out;
  BOOST_TEST_REQUIRE(source.apply(out));
  BOOST_TEST(source.remaining() == 0u);
  return out;
}

std::unique_ptr<caf::actor_system_config> with_types() {
  actors::register_message_types();
  register_cluster_types();
  return nodes::make_caf_config({}, 0);
}

struct fixture {
  std::unique_ptr<caf::actor_system_config> config = with_types();
  caf::actor_system system{*config};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_greeting_arrives_with_every_field, fixture) {
  auto x = over_the_wire(system, wire_hello{7, "1.2.3", "trial", 2, 3, 12, 5'000'000'001, nullptr});
  BOOST_TEST(x.protocol == 7u);
  BOOST_TEST(x.version == "1.2.3");
  BOOST_TEST(x.cluster == "trial");
  BOOST_TEST(x.node == 2u);
  BOOST_TEST(x.incarnation == 3u);
  BOOST_TEST(x.partitions == 12u);
  BOOST_TEST(x.birth == 5'000'000'001u);
}

BOOST_FIXTURE_TEST_CASE(an_answer_to_a_greeting_arrives_with_every_field, fixture) {
  auto x
    = over_the_wire(system, wire_welcome{"no", "1.2.3", "trial", 2, 3, 12, 5'000'000'001, nullptr});
  BOOST_TEST(x.refused == "no");
  BOOST_TEST(x.version == "1.2.3");
  BOOST_TEST(x.cluster == "trial");
  BOOST_TEST(x.node == 2u);
  BOOST_TEST(x.incarnation == 3u);
  BOOST_TEST(x.partitions == 12u);
  BOOST_TEST(x.birth == 5'000'000'001u);
}

BOOST_FIXTURE_TEST_CASE(a_batch_arrives_with_every_part, fixture) {
  wire_batch x;
  x.number = 1;
  x.consensus = {{2, 3, "consensus"}};
  x.messages.push_back({});
  x.messages[0].head.to = "team-manager/a";
  x.messages[0].head.request = 4;
  x.messages[0].number = 5;
  x.messages[0].body = "body";
  x.answers.push_back({"id", CONFLICT, "text", "body", 6, true, 7});
  x.acknowledgements.push_back({});
  x.requests = {{8, "request"}};
  x.replies = {{9, "reply"}};
  x.news = "news";
  auto y = over_the_wire(system, x);
  BOOST_TEST(y.number == 1u);
  BOOST_TEST_REQUIRE(y.consensus.size() == 1u);
  BOOST_TEST(y.consensus[0].partition == 2u);
  BOOST_TEST(y.consensus[0].to == 3u);
  BOOST_TEST(y.consensus[0].bytes == "consensus");
  BOOST_TEST_REQUIRE(y.messages.size() == 1u);
  BOOST_TEST(y.messages[0].head.to == "team-manager/a");
  BOOST_TEST(y.messages[0].head.request == 4u);
  BOOST_TEST(y.messages[0].number == 5u);
  BOOST_TEST(y.messages[0].body == "body");
  BOOST_TEST_REQUIRE(y.answers.size() == 1u);
  BOOST_TEST(y.answers[0].id == "id");
  BOOST_TEST(y.answers[0].text == "text");
  BOOST_TEST(y.answers[0].request == 7u);
  BOOST_TEST(y.acknowledgements.size() == 1u);
  BOOST_TEST_REQUIRE(y.requests.size() == 1u);
  BOOST_TEST(y.requests[0].number == 8u);
  BOOST_TEST(y.requests[0].bytes == "request");
  BOOST_TEST_REQUIRE(y.replies.size() == 1u);
  BOOST_TEST(y.replies[0].number == 9u);
  BOOST_TEST(y.replies[0].bytes == "reply");
  BOOST_TEST(y.news == "news");
}
