#include "actors/runtime/clock.hpp"
#include "messages/catalogue.hpp"
#include "nodes/commands.hpp"
#include "nodes/flow_text.hpp"
#include "nodes/league_access.hpp"
#include "nodes/stored_flows.hpp"

#include <algorithm>
#include <iostream>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using nlohmann::json;
using flows_by_id = std::map<std::string, flow_summary>;

/// The flows of the mission are counted as a part of another flow as well.
flow_counts count_flows(const flows_by_id& flows, int64_t now_ms) {
  flow_counts counts;
  for (auto& known : catalogue_data::flows())
    counts[known.name];
  for (auto& [id, x] : flows) {
    auto names = x.parts;
    names.push_back(flow_name(x.message));
    for (auto& name : names) {
      ++counts[name].by_state[static_cast<size_t>(x.state_at(now_ms))];
      counts[name].lost += x.lost.empty() ? 0u : 1u;
    }
  }
  return counts;
}

// -- JSON -----------------------------------------------------------------------------------------

json to_json(const open_step& x) {
  json out{{"message", x.message}, {"from", x.from},           {"to", x.to},
           {"id", x.id},           {"causation", x.causation}, {"deadline_ms", x.deadline_ms}};
  if (!x.dead_letter.empty())
    out["dead_letter"] = x.dead_letter;
  return out;
}

json to_json(const lost_step& x) {
  return {{"message", x.message}, {"to", x.to}, {"dead_letter", x.dead_letter}};
}

json to_json(const flow_summary& x, int64_t now_ms) {
  json out{{"id", x.id},
           {"flow", flow_name(x.message)},
           {"parts", x.parts},
           {"message", x.message},
           {"state", name_of(x.state_at(now_ms))},
           {"began_ms", x.began_ms},
           {"ended_ms", x.ended_ms},
           {"deadline_ms", x.deadline_ms},
           {"handled", x.handled},
           {"waits_for", json::array()},
           {"lost", json::array()}};
  for (auto& step : x.open)
    out["waits_for"].push_back(to_json(step));
  for (auto& step : x.lost)
    out["lost"].push_back(to_json(step));
  return out;
}

/// Steps are counted from 1; the one that nothing in the flow caused has no "caused_by".
json to_json(const flow_story& story, int64_t now_ms) {
  auto out = to_json(story.summary, now_ms);
  out["steps"] = json::array();
  for (size_t i = 0; i < story.steps.size(); ++i) {
    const auto& x = story.steps[i];
    json step{{"step", i + 1},
              {"message", x.message},
              {"from", x.from},
              {"to", x.at},
              {"id", x.id},
              {"causation", x.causation},
              {"position", x.position},
              {"time_ms", x.handled_ms},
              {"node", x.node},
              {"depth", x.depth}};
    if (x.cause != i)
      step["caused_by"] = x.cause + 1;
    if (!x.dead_letter.empty())
      step["dead_letter"] = x.dead_letter;
    out["steps"].push_back(std::move(step));
  }
  return out;
}

json to_json(const flow_counts& counts) {
  auto out = json::object();
  for (auto& [name, x] : counts)
    out[name] = {{"completed", x.by_state[0]},
                 {"running", x.by_state[1]},
                 {"overdue", x.by_state[2]},
                 {"lost_a_step", x.lost}};
  return out;
}

// -- choosing -------------------------------------------------------------------------------------

bool is_chosen(const flow_summary& x, const std::string& state, int64_t now_ms) {
  if (state == "lost")
    return !x.lost.empty();
  auto name = name_of(x.state_at(now_ms));
  return state.empty() ? name != "completed" || !x.lost.empty() : name == state;
}

/// The newest first.
std::vector<const flow_summary*> choose(const flows_by_id& flows, const std::string& state,
                                        size_t limit, int64_t now_ms) {
  std::vector<const flow_summary*> out;
  for (auto& [id, x] : flows)
    if (is_chosen(x, state, now_ms))
      out.push_back(&x);
  std::ranges::stable_sort(out, std::ranges::greater{}, &flow_summary::began_ms);
  out.resize(std::min(out.size(), limit));
  return out;
}

} // namespace

int print_flows(const common_options& options, const std::string& state, size_t limit) {
  auto store = open_records(options);
  if (!store)
    return fail(store.error());
  auto flows = read_flows(**store);
  if (!flows)
    return fail(flows.error().text + '.');
  auto now_ms = actors::system_clock().now_ms();
  auto counts = count_flows(*flows, now_ms);
  auto listed = choose(*flows, state, limit, now_ms);
  if (options.format == output_format::json) {
    json out{{"counts", to_json(counts)}, {"flows", json::array()}};
    for (const auto* x : listed)
      out["flows"].push_back(to_json(*x, now_ms));
    std::cout << out.dump(2) << '\n';
  } else {
    print_flow_list(std::cout, counts, listed, now_ms);
  }
  return std::cout.flush() ? 0 : fail("Standard output cannot be written.");
}

int print_flow(const common_options& options, const std::string& id) {
  auto store = open_records(options);
  if (!store)
    return fail(store.error());
  auto story = read_flow(**store, id);
  if (!story)
    return fail(story.error().text + '.');
  if (story->steps.empty())
    return fail("There is no flow \"" + id + "\"; touchline flows lists them.");
  auto now_ms = actors::system_clock().now_ms();
  if (options.format == output_format::json)
    std::cout << to_json(*story, now_ms).dump(2) << '\n';
  else
    print_flow_story(std::cout, *story, now_ms);
  return std::cout.flush() ? 0 : fail("Standard output cannot be written.");
}

} // namespace touchline::nodes
