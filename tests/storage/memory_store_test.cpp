// The store of the simulation: a disk that fails as it is told, and otherwise what LMDB does.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "storage/memory_store.hpp"
#include "tests/storage/fixtures.hpp"

#include <random>
#include <string>

using namespace touchline::storage;
using namespace touchline::storage::test;

namespace {

error_code code_of(const result<void>& outcome) {
  BOOST_REQUIRE(!outcome);
  return outcome.error().code;
}

// One random transaction, many of whose batches are wrong.
class random_history {
public:
  explicit random_history(unsigned seed) : random_(seed) {}

  std::vector<write_batch> next(const store& source) {
    std::vector<write_batch> batches(1 + pick(4));
    for (auto& batch : batches) {
      for (auto i = pick(6); i > 0; --i)
        add(batch, source);
      if (pick(40) == 0)
        batch.append("", 1, "nameless");
    }
    return batches;
  }

  std::string address() { return "team/" + std::to_string(pick(5)); }
  std::string group() { return std::to_string(pick(3)); }
  std::size_t pick(std::size_t below) { return random_() % below; }

private:
  void add(write_batch& batch, const store& source) {
    const auto who = address();
    const auto index = 1 + pick(12);
    switch (pick(12)) {
      case 0:
      case 1:
      case 2: // mostly the right position
        batch.append(who, value_of(source.last_position(who)) + (pick(5) == 0 ? pick(4) : 1),
                     std::to_string(pick(2)));
        break;
      case 3:
        batch.put_snapshot(who, index, std::string(pick(300), 's'));
        break;
      case 4:
        batch.put_command(who, "c-" + std::to_string(pick(5)), index);
        break;
      case 5:
        pick(2) == 0 ? batch.set_outbox(who, index) : batch.clear_outbox(who);
        break;
      case 6:
        pick(2) == 0 ? batch.set_deadline(who, index) : batch.clear_deadline(who);
        break;
      case 7:
        pick(2) == 0 ? batch.put_dead_letter(who + "@1", std::string(pick(9), 'l'))
                     : batch.erase_dead_letter(who + "@1");
        break;
      case 8:
        pick(3) == 0 ? batch.erase_log(group(), index, index + pick(5))
                     : batch.put_log(group(), index, std::string(pick(99), 'e'));
        break;
      case 9:
        pick(3) == 0 ? batch.erase_replica(group(), "term")
                     : batch.put_replica(group(), "term", std::string(pick(9), 't'));
        break;
      case 10:
        pick(3) == 0 ? batch.erase_staged(group(), index)
                     : batch.put_staged(group(), index, std::string(pick(9), 'p'));
        break;
      default:
        if (pick(20) == 0)
          batch.merge(std::move(
            value_of(source.erase_content([&](auto address) { return address == who; }, {}, {}))
              .batch));
        break;
    }
  }

  std::mt19937 random_; // NOLINT(cert-msc*) a failure must come again
};

// Everything that can be read, as text.
std::string dump(const store& source) {
  std::string text;
  const auto line = [&text](const auto&... parts) { ((text += parts, text += ' '), ...); };
  const auto visit = [&](std::uint64_t position, std::string_view bytes) {
    line(std::to_string(position), std::string{bytes});
    return true;
  };
  for (const auto& address : value_of(source.addresses("", "", 100))) {
    line(address, std::to_string(value_of(source.last_position(address))));
    if (const auto read = source.read_stream(address, 1, {}, visit); !read)
      line(to_string(read.error().code));
    for (int i = 0; i < 5; ++i)
      line(std::to_string(
        value_of(source.find_command(address, "c-" + std::to_string(i))).value_or(0)));
    if (const auto found = value_of(source.read_snapshot(address)); found)
      line(std::to_string(found->position), found->bytes);
  }
  for (const auto& mark : value_of(source.outbox("", 100)))
    line(mark.address, std::to_string(mark.lowest_position));
  for (const auto& deadline : value_of(source.deadlines("", 100)))
    line(deadline.address, std::to_string(deadline.deadline_ms));
  for (const auto& letter : value_of(source.dead_letters("", 100)))
    line(letter.id, letter.bytes);
  for (const auto& name : value_of(source.groups()))
    line(name, value_of(source.read_replica(name, "term")).value_or("-"));
  for (const std::string group : {"0", "1", "2"}) {
    const auto bounds = value_of(source.log_bounds(group)).value_or(log_range{});
    line(std::to_string(bounds.first), std::to_string(bounds.last));
    if (const auto read = source.read_log(group, bounds.first, {}, visit); !read)
      line(to_string(read.error().code));
    for (std::uint64_t i = 1; i < 20; ++i)
      line(value_of(source.read_staged(group, i)).value_or("-"));
  }
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(memory_store_behaviour)

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_until_there_is_room) {
  memory_store store;
  store.set_disk_full(true);
  BOOST_TEST((code_of(commit(store, record_batch("team/a", 1, "one"))) == error_code::disk_full));
  BOOST_TEST(value_of(store.last_position("team/a")) == 0U);
  store.set_disk_full(false);
  value_of(commit(store, record_batch("team/a", 1, "one")));
  BOOST_TEST(store.transactions() == 1U);
}

BOOST_AUTO_TEST_CASE(a_broken_disk_ends_all_writing_until_it_is_repaired) {
  memory_store store;
  value_of(commit(store, record_batch("team/a", 1, "one")));
  store.set_broken(true);
  const auto batch = record_batch("team/a", 2, "two");
  BOOST_TEST((code_of(commit(store, batch)) == error_code::io_error));
  BOOST_TEST((code_of(commit(store, batch)) == error_code::closed));
  BOOST_TEST(value_of(store.last_position("team/a")) == 1U);
  store.set_broken(false);
  value_of(commit(store, batch));
}

BOOST_AUTO_TEST_CASE(one_commit_fails_if_a_test_wants_it) {
  memory_store store;
  store.fail_next({error_code::disk_full, "only this time"});
  const auto batch = record_batch("team/a", 1, "one");
  BOOST_TEST((code_of(commit(store, batch)) == error_code::disk_full));
  value_of(commit(store, batch));
}

// The same transactions, right and wrong ones, with the same outcome and the same sentences.
BOOST_AUTO_TEST_CASE(random_histories_are_the_same_in_memory_and_on_disk) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const temporary_folder folder;
    auto disk = open_store(folder.path());
    memory_store memory;
    random_history history{seed};
    std::size_t refused = 0;
    for (int transaction = 0; transaction < 120; ++transaction) {
      const auto batches = history.next(*disk);
      const auto one = disk->commit(batches);
      const auto other = memory.commit(batches);
      BOOST_REQUIRE(one.has_value() == other.has_value());
      if (!one) {
        ++refused;
        BOOST_TEST((one.error().code == other.error().code));
        BOOST_TEST(one.error().text == other.error().text);
        BOOST_TEST((one.error().batch == other.error().batch));
      }
      if (transaction % 10 == 0)
        BOOST_TEST(dump(*disk) == dump(memory));
    }
    BOOST_TEST(refused > 0U);
    BOOST_TEST(refused < 120U);
    BOOST_TEST(dump(*disk) == dump(memory));
  }
}

BOOST_AUTO_TEST_SUITE_END()
