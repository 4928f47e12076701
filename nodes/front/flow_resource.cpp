#include "nodes/front/flow_resource.hpp"

#include "messages/text.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/stored_flows.hpp"

#include <nlohmann/json.hpp>

namespace touchline::front {

namespace {

using nlohmann::json;

json to_json(const nodes::flow_story& story, int64_t now_ms) {
  const auto& x = story.summary;
  json out{{"id", x.id},
           {"message", x.message},
           {"state", std::string{nodes::name_of(x.state_at(now_ms))}},
           {"began_ms", x.began_ms},
           {"ended_ms", x.ended_ms},
           {"deadline_ms", x.deadline_ms},
           {"handled", x.handled},
           {"parts", x.parts},
           {"waits_for", json::array()},
           {"lost", json::array()},
           {"steps", json::array()}};
  for (auto& step : x.open)
    out["waits_for"].push_back(
      {{"message", step.message}, {"to", step.to}, {"dead_letter", step.dead_letter}});
  for (auto& step : x.lost)
    out["lost"].push_back(
      {{"message", step.message}, {"to", step.to}, {"dead_letter", step.dead_letter}});
  for (auto& step : story.steps)
    out["steps"].push_back({{"message", step.message},
                            {"at", step.at},
                            {"from", step.from},
                            {"cause", step.cause},
                            {"handled_ms", step.handled_ms},
                            {"node", step.node},
                            {"dead_letter", step.dead_letter}});
  return out;
}

http_response read(const storage::store& store, const std::string& id, int64_t now_ms) {
  auto story = nodes::read_flow(store, id);
  problem why;
  if (!story) {
    why.code = UNAVAILABLE;
    why.detail = "The records cannot be read at the moment.";
    return response_of(why);
  }
  if (story->steps.empty() && story->summary.open.empty() && story->summary.lost.empty()) {
    why.code = NOT_FOUND;
    why.detail = "No record belongs to a flow with the id \"" + excerpt(id) + "\".";
    return response_of(why);
  }
  http_response out;
  out.body = to_json(*story, now_ms).dump(-1, ' ', false, json::error_handler_t::replace);
  out.set("Content-Type", "application/json");
  out.set("Cache-Control", "no-store");
  return out;
}

} // namespace

http_response flow_resource::get(const std::string& id, int64_t now_ms) {
  auto* known = known_.find(id);
  if (!known || now_ms - known->read_ms >= flow_memory_ms)
    known = &known_.put(id, {read(store_, id, now_ms), now_ms});
  return known->response;
}

} // namespace touchline::front
