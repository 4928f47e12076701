// Fits the match model's parameters to real seasons, and checks that the defaults of
// league/match_model.hpp and league/generator.hpp are the fitted ones. Usage: match_model_fit
// SEASON.json... with the season files that the defaults were fitted to: those of a top division in
// tests/data/seasons but 2020-21's, played in empty stadiums. Prints a line for each season and one
// for all; ends with 1 when the defaults are off, and with 2 without a complete season.
//
// Method. For each season, the maximum likelihood of independent Poisson goals with attack, defence
// and home advantage (Maher, "Modelling association football scores", Statistica Neerlandica 36,
// 1982) by cyclic substitution. Over all seasons: the mean of log(home advantage), weighted by
// matches; one rho, by maximum likelihood over the low scorelines of all matches at their fitted
// rates (Dixon and Coles 1997); the spread of the strengths, as the variance of their estimated
// logarithms less the sampling variance, 1 / goals; and the away goals of average teams, as the
// mean away goals of all matches less the factor e^((attack spread^2 + defence spread^2) / 2) that
// log-normal strengths add to a mean.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "league/generator.hpp"
#include "league/match_model.hpp"
#include "league/season_file.hpp"

namespace league = touchline::league;

namespace {

struct played_match {
  std::size_t home;
  std::size_t away;
  double home_goals;
  double away_goals;
};

struct season {
  std::size_t teams = 0;
  std::vector<played_match> matches;
};

struct fit {
  double away_goals = 1;
  double home_advantage = 1;
  std::vector<double> attack;
  std::vector<double> defence;
  std::vector<double> scored;
  std::vector<double> conceded;
};

struct low_score {
  double home_rate;
  double away_rate;
  int home_goals;
  int away_goals;
};

/// What all seasons add up to.
struct totals {
  double matches = 0;
  double away_goals = 0;
  double log_home_advantage = 0;
  double teams = 0;
  double attack_square = 0;
  double defence_square = 0;
  double attack_times_defence = 0;
  std::vector<low_score> low_scores;
};

std::optional<season> read_season(const char* path) {
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto read = league::parse_season(text, path);
  if (!read)
    return std::nullopt;
  season result;
  result.teams = read->teams.size();
  for (const auto& match : read->results())
    result.matches.push_back({match.home, match.away, static_cast<double>(match.home_goals),
                              static_cast<double>(match.away_goals)});
  return result;
}

bool is_complete(const season& played) {
  return played.teams > 1 && played.matches.size() == played.teams * (played.teams - 1);
}

/// Scales the values so that their logarithms have mean 0; returns the factor taken out.
double center(std::vector<double>& values) {
  auto sum = 0.0;
  for (const auto value : values)
    sum += std::log(value);
  const auto factor = std::exp(sum / static_cast<double>(values.size()));
  for (auto& value : values)
    value /= factor;
  return factor;
}

/// One round of substitution: each parameter gets the value that makes expected and observed goals
/// equal.
void improve(const season& played, fit& current) {
  std::vector<double> attack(played.teams);
  for (const auto& match : played.matches) {
    attack[match.home] += current.away_goals * current.home_advantage * current.defence[match.away];
    attack[match.away] += current.away_goals * current.defence[match.home];
  }
  for (std::size_t team = 0; team < played.teams; ++team)
    current.attack[team] = current.scored[team] / attack[team];
  std::vector<double> defence(played.teams);
  for (const auto& match : played.matches) {
    defence[match.away] += current.away_goals * current.home_advantage * current.attack[match.home];
    defence[match.home] += current.away_goals * current.attack[match.away];
  }
  for (std::size_t team = 0; team < played.teams; ++team)
    current.defence[team] = current.conceded[team] / defence[team];
  current.away_goals *= center(current.attack) * center(current.defence);
  auto at_home = 0.0;
  auto expected = 0.0;
  for (const auto& match : played.matches) {
    at_home += match.home_goals;
    expected += current.away_goals * current.attack[match.home] * current.defence[match.away];
  }
  current.home_advantage = at_home / expected;
}

fit fit_season(const season& played) {
  fit result;
  result.attack.assign(played.teams, 1);
  result.defence.assign(played.teams, 1);
  result.scored.assign(played.teams, 0);
  result.conceded.assign(played.teams, 0);
  for (const auto& match : played.matches) {
    result.scored[match.home] += match.home_goals;
    result.scored[match.away] += match.away_goals;
    result.conceded[match.home] += match.away_goals;
    result.conceded[match.away] += match.home_goals;
  }
  for (auto round = 0; round < 200; ++round)
    improve(played, result);
  return result;
}

void collect_low_scores(const season& played, const fit& fitted, std::vector<low_score>& into) {
  for (const auto& match : played.matches)
    if (match.home_goals < 2 && match.away_goals < 2)
      into.push_back({fitted.away_goals * fitted.home_advantage * fitted.attack[match.home]
                        * fitted.defence[match.away],
                      fitted.away_goals * fitted.attack[match.away] * fitted.defence[match.home],
                      static_cast<int>(match.home_goals), static_cast<int>(match.away_goals)});
}

double log_likelihood(const std::vector<low_score>& scores, double rho) {
  auto sum = 0.0;
  for (const auto& score : scores) {
    auto tau = 1 - rho;
    if (score.home_goals == 0)
      tau = score.away_goals == 0 ? 1 - score.home_rate * score.away_rate * rho
                                  : 1 + score.home_rate * rho;
    else if (score.away_goals == 0)
      tau = 1 + score.away_rate * rho;
    sum += std::log(std::max(tau, 1e-9));
  }
  return sum;
}

/// The maximum of a concave function by ternary search.
double fit_rho(const std::vector<low_score>& scores) {
  auto low = -0.2;
  auto high = 0.1;
  for (auto step = 0; step < 100; ++step) {
    const auto left = low + (high - low) / 3;
    const auto right = high - (high - low) / 3;
    if (log_likelihood(scores, left) < log_likelihood(scores, right))
      low = left;
    else
      high = right;
  }
  return (low + high) / 2;
}

void add_strengths(const fit& fitted, totals& into) {
  for (std::size_t team = 0; team < fitted.attack.size(); ++team) {
    const auto attack = std::log(fitted.attack[team]);
    const auto defence = -std::log(fitted.defence[team]);
    into.attack_square += attack * attack - 1 / fitted.scored[team];
    into.defence_square += defence * defence - 1 / fitted.conceded[team];
    into.attack_times_defence += attack * defence;
    into.teams += 1;
  }
}

void add_season(const char* path, totals& into) {
  const auto played = read_season(path);
  if (!played || !is_complete(*played)) {
    std::printf("%s: skipped, not a complete double round robin\n", path);
    return;
  }
  const auto fitted = fit_season(*played);
  std::vector<low_score> low_scores;
  collect_low_scores(*played, fitted, low_scores);
  add_strengths(fitted, into);
  const auto matches = static_cast<double>(played->matches.size());
  into.matches += matches;
  for (const auto& match : played->matches)
    into.away_goals += match.away_goals;
  into.log_home_advantage += matches * std::log(fitted.home_advantage);
  into.low_scores.insert(into.low_scores.end(), low_scores.begin(), low_scores.end());
  std::printf("%s: away goals %.4f, home advantage %.4f, rho %.4f\n", path, fitted.away_goals,
              fitted.home_advantage, fit_rho(low_scores));
}

/// Says so when a default is further than rounding to three digits from its fitted value.
bool is_fitted(const char* what, double standing, double fitted) {
  std::printf("all: %s %.4f\n", what, fitted);
  if (std::abs(standing - fitted) <= 0.0006)
    return true;
  std::cerr << "match_model_fit: " << what << " is " << standing << " in the project but " << fitted
            << " when fitted\n";
  return false;
}

bool defaults_are_fitted(const totals& all) {
  const league::match_parameters defaults;
  const auto attack = std::sqrt(all.attack_square / all.teams);
  const auto defence = std::sqrt(all.defence_square / all.teams);
  const auto correlation = all.attack_times_defence / all.teams / attack / defence;
  const auto away_goals
    = all.away_goals / all.matches / std::exp((attack * attack + defence * defence) / 2);
  auto right = is_fitted("away goals", defaults.away_goals, away_goals);
  right &= is_fitted("home advantage", defaults.home_advantage,
                     std::exp(all.log_home_advantage / all.matches));
  right &= is_fitted("rho", defaults.low_score_correction, fit_rho(all.low_scores));
  right &= is_fitted("spread of attack", league::attack_spread, attack);
  right &= is_fitted("spread of defence", league::defence_spread, defence);
  right
    &= is_fitted("correlation of attack and defence", league::strength_correlation, correlation);
  return right;
}

} // namespace

int main(int argc, char** argv) {
  totals all;
  for (auto argument = 1; argument < argc; ++argument)
    add_season(argv[argument], all);
  if (all.matches == 0) {
    std::cerr << "match_model_fit: name at least one complete season file\n";
    return 2;
  }
  return defaults_are_fitted(all) ? 0 : 1;
}
