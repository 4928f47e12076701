#include "nodes/front/league_text.hpp"

#include "actors/season_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>

namespace touchline::front {

namespace {

// -- CSV ------------------------------------------------------------------------------------------

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos)
    return text;
  std::string out = "\"";
  for (auto c : text) {
    if (c == '"')
      out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_cell(int64_t number) {
  return std::to_string(number);
}

template <class... Cells>
void add_row(std::string& out, const Cells&... cells) {
  auto first = true;
  auto add = [&](const auto& cell) {
    out += first ? "" : ",";
    out += csv_cell(cell);
    first = false;
  };
  (add(cells), ...);
  out += "\r\n";
}

std::map<std::string, std::string> names_of(const FixtureList& list) {
  std::map<std::string, std::string> out;
  for (auto& x : list.teams())
    out[x.team()] = x.name();
  return out;
}

std::string award_name(Award award) {
  return award == TO_HOME ? "home" : award == TO_AWAY ? "away" : "";
}

// -- calendars ------------------------------------------------------------------------------------

/// "2022-08-05" as "20220805"; empty when it is none.
std::string digits_of(const std::string& text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c >= '0' && c <= '9'; });
  return out;
}

std::string utc_text(int64_t ms) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(
    std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{ms}});
  auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{seconds - day};
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

std::string begin_of(const Fixture& x) {
  constexpr size_t hour_and_minute = 4;
  auto date = digits_of(x.date());
  auto time = digits_of(x.time());
  if (time.size() != hour_and_minute)
    return calendar_line("DTSTART;VALUE=DATE:" + date);
  return calendar_line("DTSTART:" + date + 'T' + time + "00") + calendar_line("DURATION:PT2H");
}

std::string event_of(const FixtureList& list, const Fixture& x,
                     const std::map<std::string, std::string>& names, const std::string& stamp) {
  auto name = [&names](const std::string& team) {
    auto at = names.find(team);
    return at == names.end() || at->second.empty() ? team : at->second;
  };
  auto summary = name(x.home()) + " – " + name(x.away());
  if (x.has_score())
    summary += ' ' + actors::score_text(x.score());
  auto about = list.league_name().empty() ? list.league() : list.league_name();
  return calendar_line("BEGIN:VEVENT")
         + calendar_line("UID:" + list.league() + '/' + list.season() + '/'
                         + std::to_string(x.number()) + "@touchline")
         + calendar_line("DTSTAMP:" + stamp)
         + calendar_line("SEQUENCE:" + std::to_string(x.revision())) + begin_of(x)
         + calendar_line("SUMMARY:" + calendar_text(summary))
         + calendar_line("DESCRIPTION:"
                         + calendar_text(x.round().empty() ? about : about + ", " + x.round()))
         + calendar_line("END:VEVENT");
}

// -- what is accepted -----------------------------------------------------------------------------

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

/// The part of a text up to a mark, which is taken off it.
std::string_view take(std::string_view& text, char mark) {
  auto out = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(out.size() + 1, text.size()));
  return trimmed(out);
}

/// The weight of one range of types: 1 without one.
double weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    auto part = take(parameters, ';');
    if (!part.starts_with("q="))
      continue;
    part.remove_prefix(2);
    double out = 0;
    auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), out);
    return failed == std::errc{} ? out : 0;
  }
  return 1;
}

} // namespace

std::string table_csv(const LeagueTable& table) {
  std::string out = "position,team,name,played,won,drawn,lost,goals_for,goals_against,"
                    "goal_difference,points,deducted\r\n";
  for (auto& x : table.rows())
    add_row(out, x.position(), x.team(), x.name(), x.played(), x.won(), x.drawn(), x.lost(),
            x.goals_for(), x.goals_against(), int64_t{x.goals_for()} - int64_t{x.goals_against()},
            x.points(), x.deducted());
  return out;
}

std::string fixtures_csv(const FixtureList& list, bool played_only) {
  std::string out = "number,round,date,time,home,home_name,away,away_name,home_goals,away_goals,"
                    "award,shootout_home,shootout_away,play_off\r\n";
  auto names = names_of(list);
  for (auto& x : list.fixtures()) {
    if (played_only && !x.has_score())
      continue;
    const auto& score = x.score();
    auto goals = [&x](uint32_t number) { return x.has_score() ? std::to_string(number) : ""; };
    const bool shootout = score.shootout_home() > 0 || score.shootout_away() > 0;
    auto penalties
      = [shootout](uint32_t number) { return shootout ? std::to_string(number) : std::string{}; };
    add_row(out, x.number(), x.round(), x.date(), x.time(), x.home(), names[x.home()], x.away(),
            names[x.away()], goals(score.home()), goals(score.away()), award_name(score.award()),
            penalties(score.shootout_home()), penalties(score.shootout_away()),
            std::string{x.play_off() ? "true" : "false"});
  }
  return out;
}

std::optional<std::string> team_calendar(const FixtureList& list, const std::string& team,
                                         int64_t stamp_ms) {
  auto names = names_of(list);
  auto stamp = utc_text(stamp_ms);
  auto title = names[team].empty() ? team : names[team];
  title += ' ' + list.season();
  auto out = calendar_line("BEGIN:VCALENDAR") + calendar_line("VERSION:2.0")
             + calendar_line("PRODID:-//Touchline//EN") + calendar_line("CALSCALE:GREGORIAN")
             + calendar_line("NAME:" + calendar_text(title))
             + calendar_line("X-WR-CALNAME:" + calendar_text(title));
  constexpr size_t date_digits = 8;
  bool found = false;
  for (auto& x : list.fixtures()) {
    if ((x.home() != team && x.away() != team) || digits_of(x.date()).size() != date_digits)
      continue;
    found = true;
    out += event_of(list, x, names, stamp);
  }
  if (!found)
    return std::nullopt;
  return out + calendar_line("END:VCALENDAR");
}

std::string calendar_text(std::string_view text) {
  std::string out;
  for (auto c : text) {
    if (c == '\\' || c == ';' || c == ',')
      out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) >= ' ' || c == '\t')
      out += c;
  }
  return out;
}

std::string calendar_line(std::string_view line) {
  constexpr size_t longest = 75;
  std::string out;
  // Every part but the first begins with a space.
  for (auto room = longest; line.size() > room; room = longest - 1) {
    auto cut = room;
    auto is_within
      = [&line](size_t at) { return (static_cast<unsigned char>(line[at]) & 0xc0U) == 0x80U; };
    while (cut > 0 && is_within(cut))
      --cut;
    // What is no UTF-8 is cut anywhere.
    if (cut == 0)
      cut = room;
    out.append(line.substr(0, cut)).append("\r\n ");
    line.remove_prefix(cut);
  }
  return out.append(line).append("\r\n");
}

bool prefers_csv(std::string_view accept) {
  double csv = 0;
  double json = 0;
  while (!accept.empty()) {
    auto range = take(accept, ',');
    auto type = take(range, ';');
    if (type == "text/csv")
      csv = weight_of(range);
    else if (type == "application/json")
      json = weight_of(range);
  }
  return csv > json;
}

} // namespace touchline::front
