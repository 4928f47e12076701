// What operators see of the cluster, for /v1/cluster/…: what the shell shows, from the same places.
#pragma once

#include "nodes/cluster_questions.hpp"
#include "nodes/flow_json.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/front/recent_table.hpp"
#include "nodes/league_access.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace touchline::front {

/// How long an answer is given again, in milliseconds: several pages that look at the same thing
/// ask the cluster once. Flows are read from all records there are.
inline constexpr int64_t cluster_memory_ms = 500;
inline constexpr int64_t cluster_flows_memory_ms = 5'000;

/// Looks into the cluster. Of one thread; waits for the cluster.
class cluster_resource {
public:
  explicit cluster_resource(nodes::league_access& league);

  /// Why the holder of a grant may not look, if so: it takes what the shell's questions take.
  static std::optional<problem> check(const Grant& holder);

  /// The answer to a request of somebody who may look, who showed this token. Its path is
  /// /v1/cluster/ and nodes, partitions, actors, supervisors, dead-letters or flows. `now_ms` is
  /// since 1970.
  http_response get(const http_request& request, const std::string& token, int64_t now_ms);

private:
  struct remembered {
    http_response response;
    int64_t until_ms = 0;
  };
  using parameters = std::map<std::string, std::string>;
  using result = tl::expected<std::string, problem>;
  using question = result (cluster_resource::*)(const parameters&, const std::string&, int64_t);

  struct view;
  static const view* find(std::string_view path);

  http_response read(const view& what, const http_request& request, const std::string& token,
                     int64_t now_ms);
  tl::expected<nodes::cluster_questions, problem> questions(const std::string& token) const;
  tl::expected<std::vector<cluster::NodeStatus>, problem> statuses(int64_t now_ms);

  result show_nodes(const parameters&, const std::string&, int64_t now_ms);
  result show_partitions(const parameters&, const std::string&, int64_t now_ms);
  result show_actors(const parameters& how, const std::string& token, int64_t);
  result show_supervisors(const parameters&, const std::string& token, int64_t);
  result show_dead_letters(const parameters& how, const std::string&, int64_t);
  result show_flows(const parameters& how, const std::string&, int64_t now_ms);

  nodes::league_access& league_;
  /// Null when the front has a node of its own.
  nodes::cluster_access* cluster_;
  std::vector<cluster::NodeStatus> statuses_;
  int64_t statuses_until_ms_ = 0;
  nodes::flows_by_id flows_;
  int64_t flows_until_ms_ = 0;
  recent_table<remembered> known_{64};
};

} // namespace touchline::front
