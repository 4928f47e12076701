#include "actors/runtime/clock.hpp"
#include "messages/catalogue.hpp"
#include "nodes/commands.hpp"
#include "nodes/stored_flows.hpp"
#include "nodes/stored_state.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using nlohmann::json;
using flows_by_id = std::map<std::string, flow_summary>;

/// "2026-11-22 10:25:52.681", UTC.
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

std::string padded(std::string text, size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string waiting_text(const open_step& x) {
  return x.dead_letter.empty() ? x.message + " to " + x.to
                               : x.message + " to " + x.to + ", dead letter " + x.dead_letter;
}

/// How many flows of each name are in each state.
using flow_counts = std::map<std::string, std::array<uint64_t, 3>>;

flow_counts count_flows(const flows_by_id& flows, int64_t now_ms) {
  flow_counts counts;
  for (auto& flow : catalogue_data::flows())
    counts[flow.name];
  for (auto& [id, flow] : flows) {
    auto state = static_cast<size_t>(flow.state_at(now_ms));
    ++counts[flow_name(flow.message)][state];
    if (flow.completed_season)
      ++counts["Season completed"][state];
  }
  return counts;
}

json to_json(const open_step& x) {
  json out{{"message", x.message},
           {"from", x.from},
           {"to", x.to},
           {"id", x.id},
           {"deadline_ms", x.deadline_ms}};
  if (!x.dead_letter.empty())
    out["dead_letter"] = x.dead_letter;
  return out;
}

json to_json(const flow_summary& x, int64_t now_ms) {
  json out{{"id", x.id},
           {"flow", flow_name(x.message)},
           {"message", x.message},
           {"state", name_of(x.state_at(now_ms))},
           {"began_ms", x.began_ms},
           {"ended_ms", x.ended_ms},
           {"deadline_ms", x.deadline_ms},
           {"handled", x.handled},
           {"waits_for", json::array()}};
  for (auto& step : x.open)
    out["waits_for"].push_back(to_json(step));
  return out;
}

void print_text(const flow_counts& counts, const std::vector<const flow_summary*>& listed,
                int64_t now_ms) {
  std::cout << padded("Flow", 28) << " completed    running    overdue\n";
  for (auto& [name, count] : counts) {
    char line[64];
    std::snprintf(
      line, sizeof line, "%10llu %10llu %10llu\n", static_cast<unsigned long long>(count[0]),
      static_cast<unsigned long long>(count[1]), static_cast<unsigned long long>(count[2]));
    std::cout << padded(name, 28) << line;
  }
  for (const auto* flow : listed) {
    std::cout << '\n'
              << flow->id << "\n  " << flow_name(flow->message) << ", "
              << name_of(flow->state_at(now_ms)) << ", began " << time_text(flow->began_ms)
              << ", handled " << flow->handled << '\n';
    for (auto& step : flow->open)
      std::cout << "  waits for " << waiting_text(step) << '\n';
  }
}

void print_json(const flow_counts& counts, const std::vector<const flow_summary*>& listed,
                int64_t now_ms) {
  json out{{"counts", json::object()}, {"flows", json::array()}};
  for (auto& [name, count] : counts)
    out["counts"][name] = {{"completed", count[0]}, {"running", count[1]}, {"overdue", count[2]}};
  for (const auto* flow : listed)
    out["flows"].push_back(to_json(*flow, now_ms));
  std::cout << out.dump(2) << '\n';
}

/// The flows in a state, the newest first; every state but "completed" when none is named.
std::vector<const flow_summary*> choose(const flows_by_id& flows, const std::string& state,
                                        size_t limit, int64_t now_ms) {
  std::vector<const flow_summary*> out;
  for (auto& [id, flow] : flows) {
    auto name = name_of(flow.state_at(now_ms));
    if (state.empty() ? name != "completed" : name == state)
      out.push_back(&flow);
  }
  std::ranges::stable_sort(out, std::ranges::greater{}, &flow_summary::began_ms);
  out.resize(std::min(out.size(), limit));
  return out;
}

void print_step(const flow_step& x, int64_t began_ms) {
  char since[32];
  std::snprintf(since, sizeof since, "+%lld ms", static_cast<long long>(x.handled_ms - began_ms));
  auto from = x.from.empty() ? std::string{"outside"} : x.from;
  std::cout << time_text(x.handled_ms) << "  " << padded(since, 10) << ' ' << padded(x.node, 10)
            << ' ' << padded(std::string(2 * x.depth, ' ') + x.message, 34) << ' ' << from << " -> "
            << x.at;
  if (!x.dead_letter.empty())
    std::cout << "  set aside as dead letter " << x.dead_letter;
  std::cout << '\n';
}

json to_json(const flow_step& x) {
  json out{{"message", x.message},
           {"from", x.from},
           {"to", x.at},
           {"id", x.id},
           {"causation", x.causation},
           {"position", x.position},
           {"time_ms", x.handled_ms},
           {"node", x.node},
           {"depth", x.depth}};
  if (!x.dead_letter.empty())
    out["dead_letter"] = x.dead_letter;
  return out;
}

} // namespace

int print_flows(const common_options& options, const std::string& state, size_t limit) {
  auto store = open_stored(options.config);
  if (!store)
    return fail(store.error());
  auto flows = read_flows(**store);
  if (!flows)
    return fail(flows.error().text + '.');
  auto now_ms = actors::system_clock().now_ms();
  auto counts = count_flows(*flows, now_ms);
  auto listed = choose(*flows, state, limit, now_ms);
  if (options.format == output_format::json)
    print_json(counts, listed, now_ms);
  else
    print_text(counts, listed, now_ms);
  return std::cout.flush() ? 0 : fail("Standard output cannot be written.");
}

int print_flow(const common_options& options, const std::string& id) {
  auto store = open_stored(options.config);
  if (!store)
    return fail(store.error());
  auto steps = read_flow(**store, id);
  auto open = read_open_steps(**store);
  if (!steps || !open)
    return fail((steps ? open.error() : steps.error()).text + '.');
  if (steps->empty())
    return fail("There is no flow \"" + id + "\"; touchline flows lists them.");
  std::erase_if(*open, [&id](const open_step& x) { return x.correlation != id; });
  if (options.format == output_format::json) {
    json out{{"id", id}, {"steps", json::array()}, {"waits_for", json::array()}};
    for (auto& x : *steps)
      out["steps"].push_back(to_json(x));
    for (auto& x : *open)
      out["waits_for"].push_back(to_json(x));
    std::cout << out.dump(2) << '\n';
  } else {
    for (auto& x : *steps)
      print_step(x, steps->front().handled_ms);
    for (auto& x : *open)
      std::cout << "waits for " << waiting_text(x) << '\n';
  }
  return std::cout.flush() ? 0 : fail("Standard output cannot be written.");
}

} // namespace touchline::nodes
