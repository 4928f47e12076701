// Whole groups under everything that goes wrong, from seeds: TOUCHLINE_SEEDS=N runs N of them,
// TOUCHLINE_SEED=K only that one.
#include "tests/consensus/simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

using namespace touchline::consensus;

namespace {

uint64_t number_in(const char* variable, uint64_t otherwise) {
  auto* text = std::getenv(variable); // NOLINT(concurrency-mt-unsafe)
  return text != nullptr ? std::stoull(text) : otherwise;
}

} // namespace

BOOST_AUTO_TEST_CASE(groups_keep_what_was_committed_whatever_goes_wrong) {
  auto only = number_in("TOUCHLINE_SEED", 0);
  auto first = only != 0 ? only : 1;
  auto last = only != 0 ? only : number_in("TOUCHLINE_SEEDS", 300);
  simulation_result all;
  for (auto seed = first; seed <= last; ++seed) {
    auto result = simulation{seed}.run();
    BOOST_TEST(result.violation.empty(), "seed " << seed << ", " << result.violation
                                                 << "; TOUCHLINE_SEED=" << seed << " repeats it");
    all.committed += result.committed;
    all.acknowledged += result.acknowledged;
    all.terms_with_leader += result.terms_with_leader;
    all.crashes += result.crashes;
    all.disk_errors += result.disk_errors;
    all.installs += result.installs;
    all.compactions += result.compactions;
    all.transfers += result.transfers;
    all.changes += result.changes;
    all.stood += result.stood;
  }
  BOOST_TEST_MESSAGE("committed " << all.committed << ", acknowledged " << all.acknowledged
                                  << ", terms " << all.terms_with_leader << ", crashes "
                                  << all.crashes << ", disk errors " << all.disk_errors
                                  << ", installs " << all.installs << ", compactions "
                                  << all.compactions << ", transfers " << all.transfers
                                  << ", changes " << all.changes << ", stood " << all.stood);
  if (only != 0)
    return;
  // A simulation in which nothing happens proves nothing.
  auto seeds = last - first + 1;
  BOOST_TEST(all.acknowledged > 20 * seeds);
  BOOST_TEST(all.crashes > seeds);
  BOOST_TEST(all.installs > seeds / 10);
  BOOST_TEST(all.compactions > seeds);
  BOOST_TEST(all.changes > seeds);
  BOOST_TEST(all.transfers > seeds / 2);
  BOOST_TEST(all.disk_errors > seeds / 10);
}

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_run_again) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    auto once = simulation{seed}.run();
    auto again = simulation{seed}.run();
    BOOST_TEST(once.trace == again.trace);
    BOOST_TEST(once.committed == again.committed);
    BOOST_TEST(once.trace != simulation{seed + 100}.run().trace);
  }
}
