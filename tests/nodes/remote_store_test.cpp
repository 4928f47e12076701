// Reading a cluster: whatever the stores of several nodes hold, reads through queries give what one
// store with all of it gives.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/runtime/placement.hpp"
#include "nodes/cluster/query_answer.hpp"
#include "nodes/cluster/remote_store.hpp"
#include "nodes/cluster/store_query.hpp"
#include "tests/storage/fixtures.hpp"

#include <functional>
#include <random>

using namespace touchline;
using namespace touchline::nodes;
using storage::test::open_store;
using storage::test::value_of;

namespace {

constexpr std::uint32_t partitions = 7;
constexpr std::size_t nodes_count = 3;

/// Bounds that make pages end everywhere.
constexpr query_bounds small_bounds{300, 5, 11, 2'000};

// -- what is stored -------------------------------------------------------------------------------

/// Draws of a fixed seed: the same on every machine.
class chance {
public:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  std::string bytes(std::size_t most) {
    std::string out(below(most + 1), '\0');
    for (auto& c : out)
      c = static_cast<char>(below(256));
    return out;
  }

private:
  std::mt19937_64 engine_{20'260'801};
};

/// An entity with everything that an entity may have.
std::vector<storage::write_batch> entity(const std::string& address, chance& draw) {
  std::vector<storage::write_batch> out(1);
  auto& batch = out.front();
  auto records = 1 + draw.below(12);
  for (std::uint64_t position = 1; position <= records; ++position) {
    batch.append(address, position, draw.bytes(120));
    batch.put_command(address, "command-" + std::to_string(position), position);
  }
  if (draw.below(2) == 0)
    batch.put_snapshot(address, 1 + draw.below(records), draw.bytes(400));
  if (draw.below(2) == 0)
    batch.set_outbox(address, 1 + draw.below(records));
  if (draw.below(2) == 0)
    batch.set_deadline(address, 1 + draw.below(1'000'000));
  for (std::uint64_t position = 1; position <= draw.below(4); ++position)
    batch.put_dead_letter(address + '@' + std::to_string(position), draw.bytes(200));
  return out;
}

std::vector<std::string> make_addresses() {
  std::vector<std::string> out;
  for (auto* kind : {"team/en", "team/england", "fixture-manager/en.1", "team-manager"})
    for (int i = 0; i < 40; ++i)
      out.push_back(std::string{kind} + "/entity-" + std::to_string(i));
  // Some are the beginning of others.
  out.insert(out.end(), {"team", "team/e", "team/en", "z", "z@1", "z@1@2"});
  return out;
}

/// One store with everything, and some nodes, each partition on two of them.
class cluster {
public:
  cluster() : whole{open_store(folder_ / "whole")} {
    for (std::size_t i = 0; i < nodes_count; ++i)
      nodes_.push_back(open_store(folder_ / ("node-" + std::to_string(i))));
    chance draw;
    std::vector<storage::write_batch> all;
    std::vector<std::vector<storage::write_batch>> parts(nodes_count);
    for (auto& address : make_addresses())
      for (auto& batch : entity(address, draw)) {
        auto leader = node_of(actors::partition_of(address, partitions));
        parts[leader].push_back(batch);
        parts[(leader + 1) % nodes_count].push_back(batch);
        all.push_back(std::move(batch));
      }
    value_of(whole->commit(all));
    for (std::size_t i = 0; i < nodes_count; ++i)
      value_of(nodes_[i]->commit(parts[i]));
  }

  static std::size_t node_of(std::uint32_t partition) { return partition % nodes_count; }
  const storage::store& leader_of(std::uint32_t partition) const {
    return *nodes_[node_of(partition)];
  }

private:
  testing::temporary_folder folder_;
  std::vector<std::unique_ptr<storage::lmdb_store>> nodes_;

public:
  std::unique_ptr<storage::lmdb_store> whole;
};

const cluster& shared_cluster() {
  static const cluster shared;
  return shared;
}

// -- the way there --------------------------------------------------------------------------------

template <class Message>
Message over_the_wire(const Message& message) {
  Message result;
  BOOST_TEST_REQUIRE(result.ParseFromString(message.SerializeAsString()));
  return result;
}

std::size_t payload_of(const StoreReply& reply) {
  std::size_t bytes = 0;
  for (auto& x : reply.stream().records())
    bytes += x.size();
  for (auto& x : reply.list().entries())
    bytes += x.key().size() + x.bytes().size();
  return bytes;
}

int entries_of(const StoreReply& reply) {
  return reply.stream().records_size() + reply.list().entries_size();
}

class channel final : public read_channel {
public:
  explicit channel(const query_bounds& x) : bounds{x} {}

  tl::expected<StoreReply, refusal> ask(std::uint32_t partition, const StoreQuery& query) override {
    ++asked;
    BOOST_TEST_REQUIRE(partition < partitions);
    if (partition == unreachable)
      return tl::unexpected{refusal{UNAVAILABLE, "The partition has no leader."}};
    auto reply = over_the_wire(answer_query(shared_cluster().leader_of(partition),
                                            over_the_wire(query), partition, partitions, bounds));
    BOOST_TEST(entries_of(reply) <= static_cast<int>(bounds.entries));
    BOOST_TEST((entries_of(reply) <= 1 || payload_of(reply) <= bounds.bytes));
    if (spoil)
      spoil(reply);
    return reply;
  }

  query_bounds bounds;
  std::uint32_t unreachable = partitions;
  std::function<void(StoreReply&)> spoil;
  int asked = 0;
};

/// A cluster and both ways to read it.
struct reading {
  explicit reading(const query_bounds& bounds = {}) : way{bounds}, remote{way, partitions} {}

  channel way;
  remote_store remote;
  const storage::store& direct = *shared_cluster().whole;
};

// -- comparing ------------------------------------------------------------------------------------

std::string text_of(const std::string& x) {
  return x;
}
std::string text_of(const storage::outbox_mark& x) {
  return x.address + ' ' + std::to_string(x.lowest_position);
}
std::string text_of(const storage::entity_deadline& x) {
  return x.address + ' ' + std::to_string(x.deadline_ms);
}
std::string text_of(const storage::dead_letter& x) {
  return x.id + ' ' + x.bytes;
}

template <class T>
std::vector<std::string> texts_of(storage::result<std::vector<T>> list) {
  std::vector<std::string> out;
  for (auto& x : value_of(std::move(list)))
    out.push_back(text_of(x));
  return out;
}

/// The records of one read, and how far it came.
std::vector<std::string> read_once(const storage::store& from, const std::string& address,
                                   std::uint64_t position, const storage::read_limits& limits,
                                   std::size_t stop_after) {
  std::vector<std::string> out;
  auto progress = value_of(
    from.read_stream(address, position, limits, [&](std::uint64_t at, std::string_view x) {
      out.push_back(std::to_string(at) + ' ' + std::string{x});
      return out.size() < stop_after;
    }));
  out.push_back("next " + std::to_string(progress.next_position)
                + (progress.at_end ? " at the end" : ""));
  return out;
}

using list_read
  = std::function<std::vector<std::string>(const storage::store&, const std::string&, std::size_t)>;

const std::vector<list_read>& lists() {
  static const std::vector<list_read> all{
    [](auto& from, auto& after, auto limit) { return texts_of(from.outbox(after, limit)); },
    [](auto& from, auto& after, auto limit) { return texts_of(from.deadlines(after, limit)); },
    [](auto& from, auto& after, auto limit) { return texts_of(from.dead_letters(after, limit)); },
    [](auto& from, auto& after, auto limit) { return texts_of(from.addresses({}, after, limit)); },
    [](auto& from, auto& after, auto limit) {
      return texts_of(from.addresses("team/en", after, limit));
    },
    [](auto& from, auto& after, auto limit) {
      return texts_of(from.addresses("nobody", after, limit));
    }};
  return all;
}

const std::vector<query_bounds>& all_bounds() {
  static const std::vector<query_bounds> all{{}, small_bounds, {1, 1, 1, 1}};
  return all;
}

/// The code of a failed read.
template <class T>
storage::error_code code_of(const storage::result<T>& x) {
  BOOST_TEST_REQUIRE(!x.has_value());
  BOOST_TEST(!x.error().text.ends_with('.'), x.error().text);
  return x.error().code;
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(storage::error_code)
BOOST_TEST_DONT_PRINT_LOG_VALUE(StoreReply::AnswerCase)

BOOST_AUTO_TEST_CASE(what_an_entity_has_is_read_from_its_partition) {
  reading x;
  auto addresses = make_addresses();
  addresses.insert(addresses.end(), {"nobody", "", std::string(300, 'a')});
  for (auto& address : addresses) {
    auto stored = value_of(x.direct.read_snapshot(address));
    auto read = value_of(x.remote.read_snapshot(address));
    BOOST_TEST_REQUIRE(read.has_value() == stored.has_value());
    BOOST_TEST((!read || (read->position == stored->position && read->bytes == stored->bytes)));
    auto last = value_of(x.direct.last_position(address));
    BOOST_TEST(value_of(x.remote.last_position(address)) == last);
    for (std::uint64_t position = 0; position <= last + 1; ++position) {
      BOOST_TEST((value_of(x.remote.read_record(address, position))
                  == value_of(x.direct.read_record(address, position))));
      auto id = "command-" + std::to_string(position);
      BOOST_TEST((value_of(x.remote.find_command(address, id))
                  == value_of(x.direct.find_command(address, id))));
      auto letter = address + '@' + std::to_string(position);
      BOOST_TEST((value_of(x.remote.read_dead_letter(letter))
                  == value_of(x.direct.read_dead_letter(letter))));
    }
  }
}

BOOST_AUTO_TEST_CASE(streams_are_read_within_the_limits_of_the_caller) {
  reading x;
  chance draw;
  for (auto& address : make_addresses()) {
    storage::read_limits limits{draw.below(6), draw.below(400)};
    auto from = draw.below(8);
    auto stop_after = 1 + draw.below(8);
    BOOST_TEST(read_once(x.remote, address, from, limits, stop_after)
                 == read_once(x.direct, address, from, limits, stop_after),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(streams_are_read_to_their_end_however_small_the_replies_are) {
  for (auto& bounds : all_bounds()) {
    reading x{bounds};
    for (auto& address : make_addresses())
      BOOST_TEST(storage::test::records_of(x.remote, address)
                   == storage::test::records_of(x.direct, address),
                 boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(lists_are_those_of_all_partitions_in_order) {
  for (auto& bounds : all_bounds()) {
    reading x{bounds};
    for (auto& list : lists())
      for (std::size_t limit : {0u, 1u, 2u, 5u, 6u, 100u, 1'000u, 1'000'000u})
        BOOST_TEST(list(x.remote, {}, limit) == list(x.direct, {}, limit),
                   boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(lists_go_on_behind_any_key) {
  chance draw;
  auto addresses = make_addresses();
  for (auto& bounds : all_bounds()) {
    reading x{bounds};
    for (auto& list : lists())
      for (int i = 0; i < 10; ++i) {
        auto after = addresses[draw.below(addresses.size())] + (draw.below(2) == 0 ? "" : "@1");
        auto limit = 1 + draw.below(20);
        BOOST_TEST(list(x.remote, after, limit) == list(x.direct, after, limit),
                   boost::test_tools::per_element());
      }
  }
}

BOOST_AUTO_TEST_CASE(a_list_asks_each_partition_for_little_more_than_is_wanted) {
  reading x;
  auto found = value_of(x.remote.addresses({}, {}, 1'000));
  BOOST_TEST(found.size() == make_addresses().size());
  BOOST_TEST(x.way.asked == static_cast<int>(partitions));
}

BOOST_AUTO_TEST_CASE(one_reply_has_at_most_4096_entries_and_4_mebibytes) {
  testing::temporary_folder folder;
  auto store = open_store(folder / "store");
  storage::write_batch batch;
  for (std::uint64_t position = 1; position <= 5'000; ++position)
    batch.append("team/a", position, "record");
  for (std::uint64_t position = 1; position <= 10; ++position)
    batch.append("team/b", position, std::string(std::size_t{1} << 20, 'x'));
  batch.append("team/c", 1, std::string(std::size_t{6} << 20, 'x'));
  for (int i = 0; i < 10; ++i)
    batch.put_dead_letter("team/a@" + std::to_string(i), std::string(std::size_t{1} << 20, 'x'));
  value_of(storage::test::commit(*store, batch));
  auto records_of = [&](const char* address) {
    StoreQuery query;
    query.mutable_stream()->set_address(address);
    query.mutable_stream()->set_max_records(1'000'000);
    query.mutable_stream()->set_max_bytes(std::uint64_t{1} << 40);
    return answer_query(*store, query, 0, 1).stream().records_size();
  };
  BOOST_TEST(records_of("team/a") == 4'096);
  BOOST_TEST(records_of("team/b") == 4);
  BOOST_TEST(records_of("team/c") == 1);
  StoreQuery query;
  query.mutable_dead_letters()->set_limit(1'000'000);
  BOOST_TEST(answer_query(*store, query, 0, 1).list().entries_size() == 3);
}

BOOST_AUTO_TEST_CASE(a_query_that_is_none_or_is_about_another_partition_is_invalid) {
  const auto& store = *shared_cluster().whole;
  auto code = [&](const StoreQuery& query, std::uint32_t partition, std::uint32_t of) {
    auto reply = answer_query(store, query, partition, of);
    BOOST_TEST_REQUIRE(reply.has_failure());
    return to_storage_error(reply.failure()).code;
  };
  auto owner = actors::partition_of("team/en", partitions);
  BOOST_TEST((code({}, 0, partitions) == storage::error_code::invalid));
  std::vector<StoreQuery> queries(6);
  queries[0].mutable_snapshot()->set_address("team/en");
  queries[1].mutable_stream()->set_address("team/en");
  queries[2].mutable_record()->set_address("team/en");
  queries[3].mutable_last_position()->set_address("team/en");
  queries[4].mutable_command()->set_address("team/en");
  queries[5].mutable_dead_letter()->set_id("team/en@1");
  for (auto& query : queries) {
    BOOST_TEST(!answer_query(store, query, owner, partitions).has_failure());
    BOOST_TEST((code(query, (owner + 1) % partitions, partitions) == storage::error_code::invalid));
    BOOST_TEST((code(query, partitions, partitions) == storage::error_code::invalid));
    BOOST_TEST((code(query, 0, 0) == storage::error_code::invalid));
  }
}

BOOST_AUTO_TEST_CASE(a_query_of_random_bytes_is_answered_or_refused) {
  chance draw;
  int parsed = 0;
  for (int i = 0; i < 5'000; ++i) {
    StoreQuery query;
    if (!query.ParseFromString(draw.bytes(24)))
      continue;
    ++parsed;
    auto reply = answer_query(*shared_cluster().whole, query, 0, partitions, small_bounds);
    BOOST_TEST((reply.answer_case() != StoreReply::ANSWER_NOT_SET));
  }
  BOOST_TEST(parsed > 0);
}

BOOST_AUTO_TEST_CASE(a_partition_that_does_not_answer_fails_the_reads_that_need_it) {
  reading x;
  x.way.unreachable = actors::partition_of("team/en", partitions);
  auto closed = storage::error_code::closed;
  BOOST_TEST((code_of(x.remote.read_snapshot("team/en")) == closed));
  BOOST_TEST((code_of(x.remote.read_record("team/en", 1)) == closed));
  BOOST_TEST((code_of(x.remote.last_position("team/en")) == closed));
  BOOST_TEST((code_of(x.remote.find_command("team/en", "command-1")) == closed));
  BOOST_TEST((code_of(x.remote.read_dead_letter("team/en@1")) == closed));
  BOOST_TEST(
    (code_of(x.remote.read_stream("team/en", 1, {}, [](auto, auto) { return true; })) == closed));
  BOOST_TEST((code_of(x.remote.outbox({}, 10)) == closed));
  BOOST_TEST((code_of(x.remote.deadlines({}, 10)) == closed));
  BOOST_TEST((code_of(x.remote.dead_letters({}, 10)) == closed));
  BOOST_TEST((code_of(x.remote.addresses({}, {}, 10)) == closed));
  BOOST_TEST(x.remote.outbox({}, 10).error().text == "The partition has no leader");
  x.way.unreachable = (x.way.unreachable + 1) % partitions;
  BOOST_TEST(x.remote.last_position("team/en").has_value());
}

BOOST_AUTO_TEST_CASE(an_error_of_the_store_comes_back_as_it_was) {
  for (auto code : {storage::error_code::in_use, storage::error_code::unwritable,
                    storage::error_code::disk_full, storage::error_code::damaged,
                    storage::error_code::io_error, storage::error_code::too_large,
                    storage::error_code::closed, storage::error_code::incompatible,
                    storage::error_code::out_of_order, storage::error_code::invalid}) {
    reading x;
    x.way.spoil = [code](StoreReply& reply) {
      *reply.mutable_failure() = to_failure({code, "the disk broke"});
    };
    auto failed = x.remote.last_position("team/en");
    BOOST_TEST((code_of(failed) == code));
    BOOST_TEST(failed.error().text == "the disk broke");
  }
  StoreReply::Failure unknown;
  BOOST_TEST((to_storage_error(unknown).code == storage::error_code::io_error));
}

BOOST_AUTO_TEST_CASE(a_reply_that_makes_no_sense_is_an_error_and_never_served) {
  auto fails = [](std::function<void(StoreReply&)> spoil, auto read) {
    reading x{small_bounds};
    x.way.spoil = std::move(spoil);
    BOOST_TEST((code_of(read(x.remote)) == storage::error_code::damaged));
  };
  auto list = [](remote_store& store) { return store.addresses({}, {}, 100); };
  auto stream = [](remote_store& store) {
    return store.read_stream("team/en", 1, {}, [](auto, auto) { return true; });
  };
  fails([](StoreReply& x) { x.Clear(); }, list);
  fails([](StoreReply& x) { x.mutable_value(); }, list);
  fails([](StoreReply& x) { x.mutable_list(); }, stream);
  fails([](StoreReply& x) { x.mutable_value(); },
        [](remote_store& store) { return store.last_position("team/en"); });
  // The same page for ever.
  fails([](StoreReply& x) { x.mutable_list()->Clear(); }, list);
  fails([](StoreReply& x) { x.mutable_stream()->Clear(); }, stream);
  // Another place of the stream.
  fails([](StoreReply& x) { x.mutable_stream()->set_first(2); }, stream);
  // Not in order, or of another partition.
  fails([](StoreReply& x) { x.mutable_list()->mutable_entries()->SwapElements(0, 1); }, list);
  fails([](StoreReply& x) { *x.mutable_list()->add_entries() = x.list().entries(0); }, list);
  fails([](StoreReply& x) { x.mutable_list()->mutable_entries(0)->set_key("elsewhere"); }, list);
  fails([](StoreReply& x) { x.mutable_list()->set_looked_to("a"); }, list);
}

BOOST_AUTO_TEST_CASE(nothing_is_written_and_the_facts_of_a_node_stay_its_own) {
  reading x;
  storage::write_batch batch;
  batch.append("team/new", 1, "record");
  BOOST_TEST((code_of(x.remote.commit({&batch, 1})) == storage::error_code::closed));
  BOOST_TEST((code_of(x.remote.meta("node")) == storage::error_code::closed));
  BOOST_TEST((code_of(x.remote.log_bounds("group")) == storage::error_code::closed));
  BOOST_TEST((code_of(x.remote.read_replica("group", "term")) == storage::error_code::closed));
  BOOST_TEST((code_of(x.remote.groups()) == storage::error_code::closed));
  BOOST_TEST((code_of(x.remote.copy_content({}, {}, {})) == storage::error_code::closed));
  BOOST_TEST((code_of(x.remote.erase_content({}, {}, {})) == storage::error_code::closed));
  BOOST_TEST(x.way.asked == 0);
}
