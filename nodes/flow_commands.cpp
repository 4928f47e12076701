#include "actors/runtime/clock.hpp"
#include "nodes/commands.hpp"
#include "nodes/flow_json.hpp"
#include "nodes/flow_text.hpp"
#include "nodes/league_access.hpp"
#include "nodes/stored_flows.hpp"

#include <iostream>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

int print_flows(const common_options& options, const std::string& state, size_t limit) {
  auto store = open_records(options);
  if (!store)
    return fail(store.error());
  auto flows = read_flows(**store);
  if (!flows)
    return fail(flows.error().text + '.');
  auto now_ms = actors::system_clock().now_ms();
  auto counts = count_flows(*flows, now_ms);
  auto listed = choose_flows(*flows, state, limit, now_ms);
  if (options.format == output_format::json) {
    std::cout << flows_json(counts, listed, now_ms).dump(2) << '\n';
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
    std::cout << flow_json(*story, now_ms).dump(2) << '\n';
  else
    print_flow_story(std::cout, *story, now_ms);
  return std::cout.flush() ? 0 : fail("Standard output cannot be written.");
}

} // namespace touchline::nodes
