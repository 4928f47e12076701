#include "nodes/front/answer_schemas.hpp"

#include <set>
#include <string>
#include <utility>

namespace touchline::front {

namespace {

using nlohmann::json;

// -- parts of schemas -----------------------------------------------------------------------------

json text(const char* description = nullptr) {
  json out{{"type", "string"}};
  if (description)
    out["description"] = description;
  return out;
}

json number(const char* description = nullptr) {
  json out{{"type", "integer"}};
  if (description)
    out["description"] = description;
  return out;
}

json flag() {
  return {{"type", "boolean"}};
}

json list_of(json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

json map_of(json values) {
  return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}

json or_null(const char* type, const char* description) {
  return {{"type", json::array({type, "null"})}, {"description", description}};
}

/// All of its fields are there, those in `at_times` only sometimes.
json object_of(json fields, const std::set<std::string>& at_times = {}) {
  json required = json::array();
  for (auto& [name, schema] : fields.items())
    if (!at_times.contains(name))
      required.push_back(name);
  return {{"type", "object"}, {"required", std::move(required)}, {"properties", std::move(fields)}};
}

// -- answers to commands --------------------------------------------------------------------------

json problem_schema() {
  auto out = object_of({{"type", text()},
                        {"title", text()},
                        {"status", number()},
                        {"detail", text()},
                        {"code", text()},
                        {"field", text()}},
                       {"field"});
  out["description"] = "RFC 9457; `code` is that of shell and logs, `field` what is wrong.";
  return out;
}

json accepted_schema() {
  return object_of({{"id", text()}, {"flow", text("Where to see what became of it.")}});
}

json token_schema() {
  return object_of({{"account", text()},
                    {"token", text("Goes into Authorization, behind Bearer.")},
                    {"token_type", text()},
                    {"id", text("To revoke it by.")},
                    {"expires_ms", number("Milliseconds since 1970.")}});
}

/// football.json, of which other fields are not read.
json season_schema() {
  auto score = object_of(
    {{"ft", {{"type", "array"}, {"items", number()}, {"minItems", 2}, {"maxItems", 2}}}}, {"ft"});
  auto match = object_of({{"date", text()},
                          {"team1", text()},
                          {"team2", text()},
                          {"round", text()},
                          {"time", text()},
                          {"score", std::move(score)}},
                         {"round", "time", "score"});
  return object_of(
    {{"name", text("Premier League 2022/23")}, {"matches", list_of(std::move(match))}});
}

json import_schema() {
  return object_of({{"league", text()},
                    {"season", text()},
                    {"teams", number()},
                    {"fixtures", number()},
                    {"results_now", number("Recorded by this request.")},
                    {"results_before", number("Found as they were recorded before.")},
                    {"table", text("Where the table is.")}});
}

// -- leagues --------------------------------------------------------------------------------------

json leagues_schema() {
  return object_of(
    {{"leagues", list_of(object_of({{"league", text()}, {"seasons", list_of(text())}}))}});
}

json positions_schema() {
  auto round = object_of({{"name", text()}, {"results", number()}, {"fixtures", number()}});
  auto team = object_of({{"team", text()},
                         {"name", text()},
                         {"positions", list_of(number("After each round."))},
                         {"points", list_of(number("After each round."))}});
  return object_of({{"league", text()},
                    {"season", text()},
                    {"season_rounds", number()},
                    {"rounds", list_of(std::move(round))},
                    {"teams", list_of(std::move(team))}});
}

json flow_schema() {
  json step{{"message", text()}, {"to", text()}, {"dead_letter", text("Empty for none.")}};
  return object_of({{"id", text()},
                    {"message", text("What began it.")},
                    {"state", {{"type", "string"}, {"enum", {"completed", "running", "overdue"}}}},
                    {"began_ms", number("Milliseconds since 1970, as the next two.")},
                    {"ended_ms", number()},
                    {"deadline_ms", number()},
                    {"handled", number("Messages.")},
                    {"parts", list_of(text("A flow that is a part of it."))},
                    {"waits_for", list_of(object_of(step))},
                    {"lost", list_of(object_of(step))},
                    {"steps", list_of(object_of({{"message", text()},
                                                 {"at", text()},
                                                 {"from", text()},
                                                 {"cause", number("Index of a step.")},
                                                 {"handled_ms", number()},
                                                 {"node", text()},
                                                 {"dead_letter", text("Empty for none.")}}))}});
}

// -- the cluster ----------------------------------------------------------------------------------

json replica_schema() {
  return object_of({{"partition", number()},
                    {"role", text()},
                    {"term", number()},
                    {"leader", number("Id of a node; 0 for nobody.")},
                    {"first_index", number()},
                    {"last_index", number()},
                    {"commit_index", number()},
                    {"applied_index", number()},
                    {"log_bytes", number()},
                    {"installing", flag()},
                    {"voters", list_of(number())},
                    {"standbys", list_of(number())},
                    {"failure", text()}},
                   {"failure"});
}

json nodes_schema() {
  auto node = object_of({{"node", number()},
                         {"address", text()},
                         {"state", text()},
                         {"roles", list_of(text())},
                         {"version", text()},
                         {"uptime_ms", number()},
                         {"load_permille", number()},
                         {"memory_bytes", number()},
                         {"disk_bytes", number()},
                         {"connected", list_of(number())},
                         {"unhealthy", text("Why it is.")},
                         {"counters", map_of(number())},
                         {"replicas", list_of(replica_schema())}},
                        {"unhealthy", "counters"});
  return object_of({{"nodes", list_of(std::move(node))}, {"known", list_of(number())}});
}

json partitions_schema() {
  auto partition = object_of({{"partition", number()},
                              {"leader", or_null("integer", "Id of a node.")},
                              {"lag", number("Entries.")},
                              {"last_snapshot", number()},
                              {"silent", list_of(number("A node that has a replica."))},
                              {"replicas", map_of(replica_schema())}});
  return object_of({{"partitions", list_of(std::move(partition))}});
}

json actors_schema() {
  auto actor = object_of({{"address", text()},
                          {"kind", text()},
                          {"node", number()},
                          {"partition", number()},
                          {"passive", flag()},
                          {"state", text()},
                          {"mailbox", number()},
                          {"handled", number()},
                          {"restarts", number()},
                          {"position", number()},
                          {"idle_ms", number()}});
  return object_of({{"actors", list_of(std::move(actor))},
                    {"next", or_null("string", "For `after`; null for the last page.")},
                    {"unreached", list_of(number())},
                    {"missing_partitions", list_of(number())}});
}

json supervisors_schema() {
  auto kind = object_of({{"kind", text()}, {"active", number()}, {"restarts", number()}});
  auto partition = object_of({{"partition", number()},
                              {"running", flag()},
                              {"restarts", number()},
                              {"entity_restarts", number()},
                              {"up_ms", number()},
                              {"kinds", list_of(std::move(kind))}});
  auto failure = object_of(
    {{"time_ms", number()}, {"partition", number()}, {"address", text()}, {"cause", text()}});
  auto node = object_of({{"node", number()},
                         {"failures", number()},
                         {"partitions", list_of(std::move(partition))},
                         {"last_failures", list_of(std::move(failure))}});
  return object_of({{"nodes", list_of(std::move(node))}, {"unreached", list_of(number())}});
}

json dead_letters_schema() {
  auto letter = object_of({{"id", text()},
                           {"to", text()},
                           {"message", text()},
                           {"from", text()},
                           {"command", text()},
                           {"flow", text()},
                           {"deadline_ms", number()},
                           {"error", text()},
                           {"attempts", number()}});
  return object_of({{"dead_letters", list_of(std::move(letter))},
                    {"next", or_null("string", "For `after`; null for the last page.")}});
}

json flows_schema() {
  json lost{{"message", text()}, {"to", text()}, {"dead_letter", text()}};
  auto open = lost;
  for (const auto* name : {"from", "id", "causation"})
    open[name] = text();
  open["deadline_ms"] = number();
  auto flow = object_of({{"id", text()},
                         {"flow", text()},
                         {"parts", list_of(text())},
                         {"message", text()},
                         {"state", text()},
                         {"began_ms", number()},
                         {"ended_ms", number()},
                         {"deadline_ms", number()},
                         {"handled", number()},
                         {"waits_for", list_of(object_of(std::move(open), {"dead_letter"}))},
                         {"lost", list_of(object_of(std::move(lost)))}});
  auto counts = object_of({{"completed", number()},
                           {"running", number()},
                           {"overdue", number()},
                           {"lost_a_step", number()}});
  return object_of({{"counts", map_of(std::move(counts))}, {"flows", list_of(std::move(flow))}});
}

} // namespace

json answer_schemas() {
  return {{"Problem", problem_schema()},
          {"Accepted", accepted_schema()},
          {"Committed", object_of({{"id", text("Of the command.")}})},
          {"Holder", object_of({{"account", text()}})},
          {"Token", token_schema()},
          {"Season", season_schema()},
          {"Import", import_schema()},
          {"Leagues", leagues_schema()},
          {"Positions", positions_schema()},
          {"Flow", flow_schema()},
          {"ClusterNodes", nodes_schema()},
          {"ClusterPartitions", partitions_schema()},
          {"ClusterActors", actors_schema()},
          {"ClusterSupervisors", supervisors_schema()},
          {"ClusterDeadLetters", dead_letters_schema()},
          {"ClusterFlows", flows_schema()}};
}

} // namespace touchline::front
