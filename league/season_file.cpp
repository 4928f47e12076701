#include "league/season_file.hpp"

#include "league/located_json.hpp"
#include "league/match_reader.hpp"
#include "league/season_label.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <span>
#include <utility>

namespace touchline::league {

namespace {

using kind = located_json::kind;

// Oddities beyond this many are counted, not told.
constexpr std::size_t most_notes = 100;

// So many cancelled fixtures against different teams make an expulsion; a single one is a match
// that was never made up.
constexpr std::size_t fewest_cancelled = 3;

std::string lowered(std::string_view text) {
  std::string low{text};
  std::transform(low.begin(), low.end(), low.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return low;
}

bool has_any(std::string_view text, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](auto word) { return text.find(word) != std::string_view::npos; });
}

// A match outside the league stage. openfootball says so by `stage` (everything but `Regular`), or
// by the round's name, which then either names a knock-out round in English, German, Italian,
// Spanish or French, or begins with another stage's name and a comma.
bool is_play_off(const season_match& match) {
  static constexpr std::array<std::string_view, 4> league_words{"regular", "league", "hauptrunde",
                                                                "saison"};
  static constexpr std::array<std::string_view, 17> knock_out_words{
    "play",      "final",      "relegation", "aufstieg",     "abstieg",      "promotion",
    "spareggio", "barrage",    "desempate",  "ascenso",      "tiebreak",     "tie-break",
    "decider",   "test match", "round of",   "entscheidung", "qualification"};
  const auto stage = lowered(match.stage);
  if (!stage.empty() && !has_any(stage, league_words))
    return true;
  const auto round = lowered(match.round);
  const auto comma = round.find(',');
  if (comma != std::string::npos && has_any(round.substr(0, comma), league_words))
    return false;
  return has_any(round, knock_out_words);
}

template <class Test>
std::optional<team_index> first_of(const std::vector<season_team>& teams, const Test& test) {
  const auto found = std::find_if(teams.begin(), teams.end(), test);
  if (found == teams.end())
    return std::nullopt;
  return static_cast<team_index>(found - teams.begin());
}

// The one team that passes the test; none if several do.
template <class Test>
std::optional<team_index> only_of(const std::vector<season_team>& teams, const Test& test) {
  return std::count_if(teams.begin(), teams.end(), test) == 1 ? first_of(teams, test)
                                                              : std::nullopt;
}

struct fixture_key {
  team_index home;
  team_index away;

  friend auto operator<=>(const fixture_key&, const fixture_key&) = default;
};

// Builds a season_file step by step; each step leaves the first error and the later ones do nothing
// then.
class season_builder {
public:
  season_builder(std::string_view text, std::string_view file_name)
    : text_{text},
      file_{split_file_name(file_name)} {}

  tl::expected<season_file, import_error> build() {
    const auto document = parse_located_json(text_);
    if (!document)
      return tl::unexpected{import_error{import_code::not_json,
                                         file_.base + ", line "
                                           + std::to_string(document.error().line) + ": the text "
                                           + document.error().what + ".",
                                         0, document.error().line}};
    read_top(*document);
    if (!error_)
      read_matches(*document);
    if (!error_)
      name_teams();
    if (!error_)
      place_matches();
    if (!error_)
      place_play_offs();
    if (error_)
      return tl::unexpected{std::move(*error_)};
    find_expelled();
    finish_label();
    tell_hidden_notes();
    return std::move(season_);
  }

private:
  void fail(import_code code, const std::string& what) {
    if (!error_)
      error_ = import_error{code, file_.base + ": " + what + ".", 0, 0};
  }

  void fail(import_code code, const std::string& what, const named_match& at) {
    if (error_)
      return;
    const auto number = at.match.number;
    const auto line = line_at(text_, at.offset);
    error_ = import_error{code,
                          file_.base + ", match " + std::to_string(number) + " (line "
                            + std::to_string(line) + "): " + what + ".",
                          number, line};
  }

  void note(std::string sentence) {
    if (season_.notes.size() < most_notes)
      season_.notes.push_back(std::move(sentence));
    else
      ++hidden_notes_;
  }

  void tell_hidden_notes() {
    if (hidden_notes_ > 0)
      season_.notes.push_back("There are " + std::to_string(hidden_notes_)
                              + " more oddities of these kinds.");
  }

  // ---- The top of the document ----

  void read_top(const located_json& document) {
    if (document.type != kind::object) {
      fail(import_code::wrong_type, "the file holds " + std::string{document.type_name()}
                                      + "; a season is an object with 'name' and 'matches'");
      return;
    }
    const auto* name = document.find("name");
    if (name == nullptr || name->type == kind::null) {
      fail(import_code::missing_field,
           "'name' is missing, the league and season such as \"English Premier League 2022/23\"");
      return;
    }
    if (name->type != kind::text) {
      fail(import_code::wrong_type,
           "'name' is " + std::string{name->type_name()} + "; it must be a text");
      return;
    }
    if (const auto problem = problem_of_name(name->text)) {
      fail(import_code::bad_name, "'name' " + *problem);
      return;
    }
    const auto [league, label] = split_league_name(trimmed(name->text));
    season_.league = league;
    season_.league_key = slug(league, "league");
    label_ = label;
    if (const auto* season = document.find("season");
        !label_ && season != nullptr && season->type == kind::text)
      label_ = parse_season_label(season->text);
  }

  void read_matches(const located_json& document) {
    const auto* matches = document.find("matches");
    const auto* rounds = document.find("rounds");
    if (matches == nullptr && rounds == nullptr) {
      fail(import_code::missing_field, "'matches' is missing, the array of the season's matches");
      return;
    }
    if (matches != nullptr)
      read_match_array(*matches, "");
    if (rounds != nullptr)
      read_rounds(*rounds);
    if (!error_ && league_.empty())
      fail(import_code::too_few,
           read_ == 0
             ? "'matches' is empty; a season has at least one match"
             : "no match belongs to the league stage; a season has at least one that does");
  }

  // The layout of the first years: matches within rounds.
  void read_rounds(const located_json& rounds) {
    if (rounds.type != kind::array) {
      fail(import_code::wrong_type,
           "'rounds' is " + std::string{rounds.type_name()} + "; it must be an array");
      return;
    }
    for (const auto& round : rounds.items) {
      const auto* name = round.find("name");
      const auto* matches = round.find("matches");
      if (matches == nullptr) {
        fail(import_code::missing_field, "a round lacks 'matches', the array of its matches");
        return;
      }
      const auto has_name = name != nullptr && name->type == kind::text;
      if (const auto problem = has_name ? problem_of_name(name->text) : std::nullopt) {
        fail(import_code::bad_name, "a round's 'name' " + *problem);
        return;
      }
      read_match_array(*matches, has_name ? std::string_view{name->text} : "");
    }
  }

  void read_match_array(const located_json& matches, std::string_view round) {
    if (matches.type != kind::array) {
      fail(import_code::wrong_type,
           "'matches' is " + std::string{matches.type_name()} + "; it must be an array");
      return;
    }
    match_reader reader{text_, file_.base};
    for (const auto& item : matches.items) {
      if (error_)
        return;
      if (++read_ > max_season_matches) {
        fail(import_code::too_many, "there are more than " + std::to_string(max_season_matches)
                                      + " matches; a league of " + std::to_string(max_teams)
                                      + " teams has no more with its play-offs");
        return;
      }
      auto match = reader.read(item, read_, round);
      if (match)
        accept(std::move(*match));
      else
        error_ = std::move(match.error());
    }
  }

  void accept(named_match match) {
    if (name_words(match.home) == name_words(match.away)) {
      fail(import_code::team_against_itself,
           quoted(match.home) + " plays against itself; a match has two different teams", match);
      return;
    }
    (is_play_off(match.match) ? play_offs_ : league_).push_back(std::move(match));
  }

  // ---- Teams ----

  std::size_t place_of(const std::string& name) {
    const auto [found, is_new] = place_of_name_.try_emplace(name, names_.size());
    if (is_new)
      names_.push_back(name);
    return found->second;
  }

  void name_teams() {
    std::vector<named_fixture> fixtures;
    fixtures.reserve(league_.size());
    for (const auto& match : league_) {
      const auto home = place_of(match.home);
      fixtures.emplace_back(home, place_of(match.away));
      if (names_.size() > max_names) {
        fail(import_code::too_many, too_many_teams("more than " + std::to_string(max_names)));
        return;
      }
    }
    const auto club_of = reconcile_names(names_, fixtures);
    std::vector<std::optional<team_index>> team_of_club(names_.size());
    for (std::size_t name = 0; name < names_.size(); ++name) {
      auto& team = team_of_club[club_of[name]];
      if (!team) {
        team = static_cast<team_index>(season_.teams.size());
        season_.teams.push_back({names_[club_of[name]], {}, {}});
      }
      team_of_name_[names_[name]] = *team;
      add_alias(*team, names_[name]);
    }
    if (season_.teams.size() > max_teams)
      fail(import_code::too_many, too_many_teams(std::to_string(season_.teams.size())));
    make_keys();
  }

  static std::string too_many_teams(const std::string& count) {
    return "there are " + count + " teams; a league has " + std::to_string(min_teams) + " to "
           + std::to_string(max_teams);
  }

  void add_alias(team_index team, const std::string& name) {
    auto& into = season_.teams[team];
    if (name == into.name)
      return;
    into.aliases.push_back(name);
    note(quoted(name) + " is read as another spelling of " + quoted(into.name) + ".");
  }

  void make_keys() {
    std::set<std::string> used;
    for (auto& team : season_.teams) {
      const auto key = team_key(team.name);
      team.key = key;
      for (auto copy = 2; !used.insert(team.key).second; ++copy)
        team.key = key + "-" + std::to_string(copy);
    }
  }

  // ---- Matches ----

  void place_matches() {
    std::map<fixture_key, std::size_t> places;
    for (auto& named : league_) {
      auto& match = named.match;
      match.home = team_of_name_.at(named.home);
      match.away = team_of_name_.at(named.away);
      const auto [found, is_new]
        = places.try_emplace({match.home, match.away}, season_.matches.size());
      if (is_new)
        season_.matches.push_back(std::move(match));
      else if (!settle_twice(season_.matches[found->second], named))
        return;
    }
    for (const auto& match : season_.matches)
      if (match.awarded_level())
        note("Match " + std::to_string(match.number)
             + " was awarded with a level score; it counts as won by "
             + quoted(season_.teams[match.away].name)
             + ", the visitors, because the hosts answer for their ground.");
    // A replay takes the place of the match that it replaces; the file's order comes back here.
    std::sort(season_.matches.begin(), season_.matches.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
  }

  // The same fixture again: fine where one entry only says that the match did not take place then.
  bool settle_twice(season_match& first, named_match& again) {
    auto& second = again.match;
    const auto moved = [](const season_match& match) {
      return match.status != match_status::none && !match.counts();
    };
    const auto same_plan = first.date == second.date && first.status == second.status;
    const auto is_clear = first.counts() != second.counts()
                          || (!first.counts() && (moved(first) || moved(second) || same_plan));
    if (!is_clear) {
      fail(import_code::duplicate_fixture,
           quoted(again.home) + " against " + quoted(again.away) + " is match "
             + std::to_string(first.number)
             + " already; the league stage has each fixture once, or again only after it was not "
               "played",
           again);
      return false;
    }
    const auto takes_second = second.counts() || (!first.counts() && moved(first) && !same_plan);
    const auto dropped = takes_second ? first.number : second.number;
    const auto kept = takes_second ? second.number : first.number;
    note("Match " + std::to_string(dropped) + ", " + quoted(again.home) + " against "
         + quoted(again.away) + ", has no score that counts and is left out for match "
         + std::to_string(kept) + ", the same fixture.");
    if (takes_second)
      first = std::move(second);
    return true;
  }

  void place_play_offs() {
    for (auto& named : play_offs_) {
      const auto home = index_of(named.home);
      const auto away = index_of(named.away);
      if (!home || !away) {
        fail(import_code::too_many,
             "there are more than " + std::to_string(max_teams)
               + " teams from elsewhere in the play-offs",
             named);
        return;
      }
      named.match.home = *home;
      named.match.away = *away;
      season_.play_offs.push_back(std::move(named.match));
    }
  }

  std::optional<team_index> index_of(const std::string& name) {
    if (const auto known = team_of_name_.find(name); known != team_of_name_.end())
      return known->second;
    const auto words = telling_words(name);
    for (std::size_t team = 0; team < season_.teams.size(); ++team)
      if (telling_words(season_.teams[team].name) == words)
        return static_cast<team_index>(team);
    auto& guests = season_.guests;
    auto guest = std::find(guests.begin(), guests.end(), name);
    if (guest == guests.end() && guests.size() == max_teams)
      return std::nullopt;
    if (guest == guests.end())
      guest = guests.insert(guests.end(), name);
    return static_cast<team_index>(season_.teams.size()
                                   + static_cast<std::size_t>(guest - guests.begin()));
  }

  // ---- What the whole tells ----

  void find_expelled() {
    std::array<std::size_t, max_teams> fixtures{};
    std::array<std::size_t, max_teams> struck{};
    std::size_t all_struck = 0;
    auto has_begun = false;
    for (const auto& match : season_.matches) {
      const auto is_struck
        = match.status == match_status::cancelled || match.status == match_status::annulled;
      has_begun = has_begun || match.counts();
      all_struck += is_struck ? 1 : 0;
      for (const auto team : {match.home, match.away}) {
        ++fixtures[team];
        struck[team] += is_struck ? 1 : 0;
      }
    }
    for (std::size_t team = 0; team < season_.teams.size(); ++team) {
      const auto whole_season = struck[team] == fixtures[team];
      const auto rest_of_it
        = struck[team] >= fewest_cancelled && struck[team] == all_struck && !waits(team);
      if (has_begun && (whole_season || rest_of_it)) {
        season_.expelled.push_back(static_cast<team_index>(team));
        note(quoted(season_.teams[team].name)
             + " is read as expelled: its fixtures were cancelled, no others were.");
      }
    }
  }

  // Whether a team has a match ahead that nobody has called off.
  bool waits(std::size_t team) const {
    return std::any_of(
      season_.matches.begin(), season_.matches.end(), [&](const season_match& match) {
        const auto is_struck
          = match.status == match_status::cancelled || match.status == match_status::annulled;
        return (match.home == team || match.away == team) && !match.counts() && !is_struck;
      });
  }

  void finish_label() {
    const auto by_year
      = [](const season_match& a, const season_match& b) { return a.date.year < b.date.year; };
    const auto [first, last]
      = std::minmax_element(season_.matches.begin(), season_.matches.end(), by_year);
    if (!label_)
      label_ = file_.season;
    if (!label_)
      label_ = label_of_years(first->date.year, last->date.year);
    season_.season = label_->text;
    season_.start_year = label_->start_year;
    season_.country
      = file_.country.empty() ? std::string{country_of_league(season_.league)} : file_.country;
    season_.tier = file_.tier ? *file_.tier : tier_of_league(season_.league);
  }

  std::string_view text_;
  file_name_parts file_;
  std::optional<season_label> label_;
  std::size_t read_ = 0;
  std::vector<named_match> league_;
  std::vector<named_match> play_offs_;
  std::vector<std::string> names_; // every spelling of the league stage, in the order of the file
  std::map<std::string, std::size_t> place_of_name_;
  std::map<std::string, team_index> team_of_name_;
  std::size_t hidden_notes_ = 0;
  season_file season_;
  std::optional<import_error> error_;
};

} // namespace

std::string_view to_string(import_code code) noexcept {
  switch (code) {
    case import_code::too_large:
      return "too_large";
    case import_code::not_json:
      return "not_json";
    case import_code::missing_field:
      return "missing_field";
    case import_code::wrong_type:
      return "wrong_type";
    case import_code::bad_name:
      return "bad_name";
    case import_code::bad_date:
      return "bad_date";
    case import_code::bad_score:
      return "bad_score";
    case import_code::bad_goal:
      return "bad_goal";
    case import_code::team_against_itself:
      return "team_against_itself";
    case import_code::duplicate_fixture:
      return "duplicate_fixture";
    case import_code::too_many:
      return "too_many";
    case import_code::too_few:
      return "too_few";
    case import_code::unknown_rule_set:
      return "unknown_rule_set";
    case import_code::unknown_team:
      return "unknown_team";
    case import_code::bad_deduction:
      return "bad_deduction";
  }
  return "unknown";
}

std::string calendar_date::to_string() const {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", year, month, day);
  return text.data();
}

std::optional<team_index> season_file::find_team(std::string_view name) const {
  name = trimmed(name);
  const auto words = telling_words(name);
  const auto is_called = [&](const season_team& team) {
    return team.name == name
           || std::find(team.aliases.begin(), team.aliases.end(), name) != team.aliases.end();
  };
  const auto is_told_by
    = [&](const season_team& team) { return telling_words(team.name) == words; };
  const auto is_short_for
    = [&](const season_team& team) { return may_abbreviate(name, team.name); };
  if (const auto found = first_of(teams, is_called))
    return found;
  if (first_of(teams, is_told_by))
    return only_of(teams, is_told_by);
  return only_of(teams, is_short_for);
}

const std::string& season_file::team_name(team_index team) const {
  return team < teams.size() ? teams[team].name : guests.at(team - teams.size());
}

std::vector<result> season_file::results() const {
  std::vector<result> played;
  played.reserve(matches.size());
  for (const auto& match : matches)
    if (match.counts())
      played.push_back(match.as_result());
  return played;
}

std::size_t season_file::unplayed() const {
  const auto is_out = [&](team_index team) {
    return std::find(expelled.begin(), expelled.end(), team) != expelled.end();
  };
  return static_cast<std::size_t>(
    std::count_if(matches.begin(), matches.end(), [&](const season_match& match) {
      return !match.counts() && !is_out(match.home) && !is_out(match.away);
    }));
}

std::optional<import_error> refuse_size(std::uintmax_t bytes, std::string_view file_name) {
  if (bytes <= max_season_file_bytes)
    return std::nullopt;
  return import_error{import_code::too_large,
                      split_file_name(file_name).base + " has " + std::to_string(bytes)
                        + " bytes; a season has at most " + std::to_string(max_season_file_bytes)
                        + ".",
                      0, 0};
}

tl::expected<season_file, import_error> parse_season(std::string_view json,
                                                     std::string_view file_name) {
  if (auto refused = refuse_size(json.size(), file_name))
    return tl::unexpected{std::move(*refused)};
  return season_builder{json, file_name}.build();
}

} // namespace touchline::league
