#include "nodes/flow_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ostream>

namespace touchline::nodes {

namespace {

/// Of "2026-11-22".
constexpr size_t day_bytes = 10;

std::string padded(std::string text, size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string right(const std::string& text, size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string counted(uint64_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

std::string names_of(const flow_summary& x) {
  auto result = flow_name(x.message);
  std::string before;
  for (auto& part : x.parts)
    if (std::exchange(before, part) != part)
      result += ", " + part;
  return result;
}

std::string waiting_text(const open_step& x) {
  auto what = "waits for " + x.message + " to " + x.to;
  return x.dead_letter.empty() ? what : what + ", dead letter " + x.dead_letter;
}

std::string lost_text(const lost_step& x) {
  return "lost " + x.message + " to " + x.to + ": its dead letter " + x.dead_letter
         + " was dropped";
}

/// What became of a step that was set aside.
std::string aside_text(const flow_story& story, const std::string& letter) {
  for (auto& x : story.summary.open)
    if (x.dead_letter == letter)
      return "set aside as dead letter " + letter + "; it waits to be retried or dropped";
  for (auto& x : story.summary.lost)
    if (x.dead_letter == letter)
      return "set aside as dead letter " + letter + "; it was dropped";
  return "set aside as dead letter " + letter + "; it was handled later";
}

size_t widest(const std::vector<flow_step>& steps, const std::string flow_step::*what) {
  size_t result = 0;
  for (auto& x : steps)
    result = std::max(result, (x.*what).size());
  return result;
}

void print_heading(std::ostream& out, const flow_summary& x, int64_t now_ms) {
  out << x.id << '\n'
      << names_of(x) << ": " << name_of(x.state_at(now_ms)) << "\nbegan " << time_text(x.began_ms)
      << " UTC, last step after " << x.ended_ms - x.began_ms << " ms, deadline "
      << time_text(x.deadline_ms) << '\n';
}

} // namespace

std::string time_text(int64_t ms) {
  if (ms == 0)
    return "-";
  using namespace std::chrono;
  sys_time<milliseconds> time{milliseconds{ms}};
  auto day = floor<days>(time);
  year_month_day date{day};
  hh_mm_ss clock{time - day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02ld:%02ld:%02lld.%03lld",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<long>(clock.hours().count()),
                static_cast<long>(clock.minutes().count()),
                static_cast<long long>(clock.seconds().count()),
                static_cast<long long>(clock.subseconds().count()));
  return text;
}

void print_flow_list(std::ostream& out, const flow_counts& counts,
                     const std::vector<const flow_summary*>& listed, int64_t now_ms) {
  constexpr size_t name = 26;
  constexpr size_t number = 12;
  out << padded("Flow", name) << right("completed", number) << right("running", number)
      << right("overdue", number) << right("lost a step", number) << '\n';
  for (auto& [flow, count] : counts) {
    out << padded(flow, name);
    for (auto x : count.by_state)
      out << right(std::to_string(x), number);
    out << right(std::to_string(count.lost), number) << '\n';
  }
  if (!listed.empty())
    out << "\nstate      began (UTC)              flow                       id\n";
  for (const auto* x : listed) {
    out << padded(std::string{name_of(x->state_at(now_ms))}, 11)
        << padded(time_text(x->began_ms), 25) << padded(flow_name(x->message), name) << ' ' << x->id
        << '\n';
    for (auto& step : x->open)
      out << "           " << waiting_text(step) << '\n';
    for (auto& step : x->lost)
      out << "           " << lost_text(step) << '\n';
  }
}

void print_flow_story(std::ostream& out, const flow_story& story, int64_t now_ms) {
  const auto& [summary, steps] = story;
  print_heading(out, summary, now_ms);
  auto node = std::max<size_t>(4, widest(steps, &flow_step::node));
  auto message = std::max<size_t>(7, widest(steps, &flow_step::message));
  out << "\nstep    by  time          " << padded("node", node) << "  "
      << padded("message", message) << "  handled by\n";
  std::string day;
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto& x = steps[i];
    auto time = time_text(x.handled_ms);
    if (auto date = time.substr(0, day_bytes); std::exchange(day, date) != date)
      out << "            " << date << '\n';
    out << right(std::to_string(i + 1), 4)
        << right(x.cause == i ? "" : std::to_string(x.cause + 1), 6) << "  "
        << padded(time.substr(std::min(time.size(), day_bytes + 1)), 12) << "  "
        << padded(x.node, node) << "  " << padded(x.message, message) << "  " << x.at << '\n';
    if (!x.dead_letter.empty())
      out << "            " << aside_text(story, x.dead_letter) << '\n';
  }
  out << '\n' << counted(summary.handled, "message") << " handled\n";
  for (auto& x : summary.open)
    out << waiting_text(x) << '\n';
  for (auto& x : summary.lost)
    out << lost_text(x) << '\n';
}

} // namespace touchline::nodes
