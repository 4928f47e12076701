// How many seasons one core plays with the rules and the match model alone, without actors and
// without a disk: 20 generated teams, 380 drawn results, counted and ranked by the rules of
// England. Usage: season_monte_carlo [SEASONS [SEED]]. Prints a line for people and a line of JSON.
// The checksum depends on every rank of every season, so that nothing can be optimized away, and is
// the same on every machine.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "league/counter_draw.hpp"
#include "league/fixture_list.hpp"
#include "league/generator.hpp"
#include "league/match_model.hpp"
#include "league/rules.hpp"
#include "league/table.hpp"

namespace league = touchline::league;

namespace {

constexpr std::uint32_t team_count = 20;
constexpr std::uint64_t max_seasons = 1'000'000'000;

struct outcome {
  double elapsed_seconds = 0;
  double core_seconds = 0; // less than elapsed when other processes want the core
  std::uint64_t checksum = 0;
  std::uint64_t goals = 0;
};

/// Everything that one simulated season needs, made once.
class simulation {
public:
  simulation(const league::match_model& model, std::vector<league::fixture> fixtures,
             league::rules by, std::uint64_t seed)
    : fixtures_{std::move(fixtures)},
      rules_{std::move(by)},
      sampler_{model, fixtures_, seed},
      table_{team_count},
      scores_(fixtures_.size()),
      order_(team_count) {
    // nop
  }

  outcome run(std::uint64_t seasons) {
    outcome result;
    const auto start = std::chrono::steady_clock::now();
    const auto core_start = std::clock();
    for (std::uint64_t season = 0; season < seasons; ++season)
      play(season, result);
    const auto elapsed = std::chrono::steady_clock::now() - start;
    result.elapsed_seconds = std::chrono::duration<double>(elapsed).count();
    result.core_seconds = static_cast<double>(std::clock() - core_start) / CLOCKS_PER_SEC;
    return result;
  }

private:
  void play(std::uint64_t season, outcome& into) {
    sampler_.sample(season, scores_);
    table_.clear(team_count);
    for (std::size_t match = 0; match < scores_.size(); ++match) {
      const auto goals = scores_[match];
      table_.add(
        {fixtures_[match].home, fixtures_[match].away, goals.home_goals, goals.away_goals});
      into.goals += std::uint64_t{goals.home_goals} + goals.away_goals;
    }
    const auto ranked = table_.order(rules_, order_);
    for (std::size_t place = 0; place < ranked; ++place)
      into.checksum = into.checksum * 31 + order_[place];
    into.checksum = league::mix64(into.checksum);
  }

  std::vector<league::fixture> fixtures_;
  league::rules rules_;
  league::season_sampler sampler_;
  league::table table_;
  std::vector<league::scoreline> scores_;
  std::vector<league::team_index> order_;
};

void report(const outcome& result, std::uint64_t seasons, std::size_t matches) {
  const auto count = static_cast<double>(seasons);
  const auto played = count * static_cast<double>(matches);
  const auto per_second = count / result.core_seconds;
  const auto nanoseconds = result.core_seconds / played * 1e9;
  const auto goals = static_cast<double>(result.goals) / played;
  std::printf(
    "season_monte_carlo: %.0f seasons/s on one core (%llu seasons of %zu matches in %.2f s "
    "of its time, %.2f s elapsed; %.1f ns a match)\n",
    per_second, static_cast<unsigned long long>(seasons), matches, result.core_seconds,
    result.elapsed_seconds, nanoseconds);
  std::printf("{\"bench\":\"season_monte_carlo\",\"seasons\":%llu,\"matches\":%zu,"
              "\"core_seconds\":%.6f,\"elapsed_seconds\":%.6f,\"seasons_per_second\":%.0f,"
              "\"nanoseconds_per_match\":%.2f,\"goals_per_match\":%.4f,"
              "\"checksum\":\"%016llx\"}\n",
              static_cast<unsigned long long>(seasons), matches, result.core_seconds,
              result.elapsed_seconds, per_second, nanoseconds, goals,
              static_cast<unsigned long long>(result.checksum));
}

int fail(const std::string& why) {
  std::cerr << "season_monte_carlo: " << why << '\n';
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  const std::uint64_t seasons = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  if (seasons == 0 || seasons > max_seasons)
    return fail("the number of seasons must be from 1 to " + std::to_string(max_seasons));
  const auto fixtures
    = league::generate_fixture_list({team_count, seed, 2022y / 8 / 5, 2023y / 5 / 28});
  if (!fixtures)
    return fail(fixtures.error());
  std::vector<league::team_strength> strengths;
  for (std::uint32_t team = 0; team < team_count; ++team)
    strengths.push_back(league::generate_strength(seed, team));
  const auto model = league::match_model::make(std::move(strengths));
  if (!model)
    return fail(model.error());
  const auto england = league::rule_set("england", 1, 2022);
  if (!england)
    return fail(england.error());
  simulation simulated{*model, *fixtures, *england, seed};
  report(simulated.run(seasons), seasons, fixtures->size());
  return 0;
}
