#include "nodes/front/cluster_resource.hpp"

#include "messages/record.pb.h"
#include "messages/text.hpp"
#include "nodes/cluster/operator_gate.hpp"
#include "nodes/front/percent_encoding.hpp"
#include "nodes/membership_report.hpp"
#include "nodes/operator_report.hpp"
#include "nodes/record_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace touchline::front {

using nlohmann::json;

namespace {

constexpr std::string_view root = "/v1/cluster/";
constexpr uint32_t usual_rows = 100;

tl::unexpected<problem> wrong(ErrorCode code, std::string detail, std::string field = {}) {
  problem out;
  out.code = code;
  out.detail = std::move(detail);
  out.field = std::move(field);
  return tl::unexpected{std::move(out)};
}

tl::unexpected<problem> no_cluster() {
  return wrong(NOT_FOUND, "This front has a node of its own; there is no cluster to look into.");
}

/// What was stored may not be UTF-8.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string value_or(const std::map<std::string, std::string>& how, const char* name) {
  auto at = how.find(name);
  return at == how.end() ? std::string{} : at->second;
}

tl::expected<uint32_t, problem> limit_of(const std::map<std::string, std::string>& how) {
  auto text = value_or(how, "limit");
  if (text.empty())
    return usual_rows;
  constexpr uint32_t most = 1'000;
  uint32_t out = 0;
  auto end = text.data() + text.size();
  auto [stop, failed] = std::from_chars(text.data(), end, out);
  if (failed != std::errc{} || stop != end || out == 0 || out > most)
    return wrong(INVALID_ARGUMENT, "The limit is a number from 1 to 1000.", "limit");
  return out;
}

} // namespace

/// One of the paths.
struct cluster_resource::view {
  std::string_view name;
  question ask;
  std::span<const std::string_view> parameters;
  int64_t memory_ms;
};

const cluster_resource::view* cluster_resource::find(std::string_view path) {
  using namespace std::string_view_literals;
  static constexpr std::array<std::string_view, 0> none{};
  static constexpr std::array of_actors{"pattern"sv, "after"sv, "limit"sv, "active"sv};
  static constexpr std::array of_letters{"after"sv, "limit"sv};
  static constexpr std::array of_flows{"state"sv, "limit"sv};
  static const std::array views{
    view{"nodes", &cluster_resource::show_nodes, none, cluster_memory_ms},
    view{"partitions", &cluster_resource::show_partitions, none, cluster_memory_ms},
    view{"actors", &cluster_resource::show_actors, of_actors, cluster_memory_ms},
    view{"supervisors", &cluster_resource::show_supervisors, none, cluster_memory_ms},
    view{"dead-letters", &cluster_resource::show_dead_letters, of_letters, cluster_memory_ms},
    view{"flows", &cluster_resource::show_flows, of_flows, cluster_flows_memory_ms}};
  if (!path.starts_with(root))
    return nullptr;
  const auto* at = std::ranges::find(views, path.substr(root.size()), &view::name);
  return at == views.end() ? nullptr : at;
}

cluster_resource::cluster_resource(nodes::league_access& league)
  : league_{league},
    cluster_{dynamic_cast<nodes::cluster_access*>(&league)} {}

std::optional<problem> cluster_resource::check(const Grant& holder) {
  auto why = cluster::check_authority(cluster::authority_of(holder),
                                      cluster::need::look);
  return why ? std::optional{problem_of(*why)} : std::nullopt;
}

http_response cluster_resource::get(const http_request& request, const std::string& token,
                                    int64_t now_ms) {
  const auto& what = *find(request.path);
  auto key = request.path + '?' + request.query;
  auto* known = known_.find(key);
  if (!known || now_ms >= known->until_ms)
    // Asked with the token of whoever came first: the others may see the same.
    known = &known_.put(key, {read(what, request, token, now_ms), now_ms + what.memory_ms});
  return known->response;
}

http_response cluster_resource::read(const view& what, const http_request& request,
                                     const std::string& token, int64_t now_ms) {
  auto given = query_parameters(request.query);
  if (!given) {
    auto why = wrong(INVALID_ARGUMENT, "The query of the URL cannot be decoded.");
    constexpr unsigned bad_request = 400;
    why.value().status = bad_request;
    return response_of(why.value());
  }
  for (auto& [name, value] : *given)
    if (std::ranges::find(what.parameters, name) == what.parameters.end())
      return response_of(
        wrong(INVALID_ARGUMENT, "There is no parameter " + excerpt(name) + " here.", excerpt(name))
          .value());
  auto body = (this->*what.ask)({given->begin(), given->end()}, token, now_ms);
  if (!body)
    return response_of(body.error());
  http_response out;
  out.body = std::move(*body);
  out.set("Content-Type", "application/json");
  out.set("Cache-Control", "no-store");
  return out;
}

tl::expected<nodes::cluster_questions, problem> cluster_resource::questions(
  const std::string& token) const {
  if (!cluster_)
    return no_cluster();
  nodes::cluster_questions out{*cluster_, "front"};
  out.ask_with(token);
  return out;
}

/// Two of the views are of the same answers.
tl::expected<std::vector<cluster::NodeStatus>, problem> cluster_resource::statuses(int64_t now_ms) {
  if (!cluster_)
    return no_cluster();
  if (now_ms >= statuses_until_ms_) {
    statuses_ = nodes::read_statuses(*cluster_);
    statuses_until_ms_ = now_ms + cluster_memory_ms;
  }
  if (statuses_.empty())
    return wrong(UNAVAILABLE, "No node of the cluster answers.");
  return statuses_;
}

cluster_resource::result cluster_resource::show_nodes(const parameters&, const std::string&,
                                                      int64_t now_ms) {
  return statuses(now_ms).map([this](const std::vector<cluster::NodeStatus>& found) {
    return text_of(nodes::nodes_json(found, nodes::read_known_nodes(*cluster_)));
  });
}

cluster_resource::result cluster_resource::show_partitions(const parameters&, const std::string&,
                                                           int64_t now_ms) {
  return statuses(now_ms).map([this](const std::vector<cluster::NodeStatus>& found) {
    auto replicas = nodes::replicas_of(found);
    // One of which no node that answers has a replica is there all the same.
    for (uint32_t i = 0; i < league_.routes().partitions(); ++i)
      replicas[i];
    return text_of({{"partitions", nodes::partitions_json(replicas)}});
  });
}

cluster_resource::result cluster_resource::show_actors(const parameters& how,
                                                       const std::string& token, int64_t) {
  auto limit = limit_of(how);
  auto ask = questions(token);
  if (!limit || !ask)
    return tl::unexpected{limit ? ask.error() : limit.error()};
  cluster::ActorsQuery query;
  query.set_pattern(value_or(how, "pattern"));
  query.set_after(value_or(how, "after"));
  query.set_limit(*limit);
  query.set_active_only(value_or(how, "active") == "true");
  auto page = ask->actors(query);
  if (!page)
    return tl::unexpected{problem_of(page.error())};
  return text_of(nodes::actors_json(*page));
}

cluster_resource::result cluster_resource::show_supervisors(const parameters&,
                                                            const std::string& token, int64_t) {
  auto ask = questions(token);
  if (!ask)
    return tl::unexpected{ask.error()};
  auto tree = ask->supervisors();
  if (!tree)
    return tl::unexpected{problem_of(tree.error())};
  return text_of(nodes::supervisors_json(*tree));
}

cluster_resource::result cluster_resource::show_dead_letters(const parameters& how,
                                                             const std::string&, int64_t) {
  auto limit = limit_of(how);
  if (!limit)
    return tl::unexpected{limit.error()};
  auto letters = league_.store().dead_letters(value_or(how, "after"), *limit);
  if (!letters)
    return wrong(UNAVAILABLE, "The dead letters cannot be read at the moment.");
  json out{{"dead_letters", json::array()}, {"next", nullptr}};
  for (auto& x : *letters) {
    DeadLetter letter;
    if (letter.ParseFromString(x.bytes))
      out["dead_letters"].push_back(nodes::dead_letter_json(letter));
  }
  if (letters->size() == *limit)
    out["next"] = letters->back().id;
  return text_of(out);
}

cluster_resource::result cluster_resource::show_flows(const parameters& how, const std::string&,
                                                      int64_t now_ms) {
  auto limit = limit_of(how);
  if (!limit)
    return tl::unexpected{limit.error()};
  if (now_ms >= flows_until_ms_) {
    auto flows = nodes::read_flows(league_.store());
    if (!flows)
      return wrong(UNAVAILABLE, "The records cannot be read at the moment.");
    flows_ = std::move(*flows);
    flows_until_ms_ = now_ms + cluster_flows_memory_ms;
  }
  auto counts = nodes::count_flows(flows_, now_ms);
  auto listed = nodes::choose_flows(flows_, value_or(how, "state"), *limit, now_ms);
  return text_of(nodes::flows_json(counts, listed, now_ms));
}

} // namespace touchline::front
