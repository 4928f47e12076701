#include "nodes/flow_json.hpp"

#include "messages/catalogue.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

using nlohmann::json;

namespace {

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

json to_json(const flow_counts& counts) {
  auto out = json::object();
  for (auto& [name, x] : counts)
    out[name] = {{"completed", x.by_state[0]},
                 {"running", x.by_state[1]},
                 {"overdue", x.by_state[2]},
                 {"lost_a_step", x.lost}};
  return out;
}

bool is_chosen(const flow_summary& x, const std::string& state, int64_t now_ms) {
  if (state == "lost")
    return !x.lost.empty();
  auto name = name_of(x.state_at(now_ms));
  return state.empty() ? name != "completed" || !x.lost.empty() : name == state;
}

} // namespace

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

std::vector<const flow_summary*> choose_flows(const flows_by_id& flows, const std::string& state,
                                              size_t limit, int64_t now_ms) {
  std::vector<const flow_summary*> out;
  for (auto& [id, x] : flows)
    if (is_chosen(x, state, now_ms))
      out.push_back(&x);
  std::ranges::stable_sort(out, std::ranges::greater{}, &flow_summary::began_ms);
  out.resize(std::min(out.size(), limit));
  return out;
}

json flow_json(const flow_story& story, int64_t now_ms) {
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

json flows_json(const flow_counts& counts, const std::vector<const flow_summary*>& listed,
                int64_t now_ms) {
  json out{{"counts", to_json(counts)}, {"flows", json::array()}};
  for (const auto* x : listed)
    out["flows"].push_back(to_json(*x, now_ms));
  return out;
}

} // namespace touchline::nodes
