#include "nodes/front/openapi.hpp"

#include "messages/catalogue_types.hpp"
#include "messages/redact.hpp"
#include "nodes/front/answer_schemas.hpp"
#include "nodes/front/credentials.hpp"
#include "nodes/front/operation_response.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace touchline::front {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

json reference(const std::string& schema) {
  return {{"$ref", "#/components/schemas/" + schema}};
}

// -- schemas --------------------------------------------------------------------------------------

/// "Tier" of PyramidDetails is "PyramidDetails.Tier".
std::string schema_name(const Descriptor& type) {
  const auto& full = type.full_name();
  const auto& package = type.file()->package();
  return package.empty() ? full : full.substr(package.size() + 1);
}

/// Collects the schemas of messages, and of those in them.
class schema_set {
public:
  explicit schema_set(json& out) : out_{out} {}

  json of_message(const Descriptor& type) {
    auto name = schema_name(type);
    if (out_.contains(name))
      return reference(name);
    // There before its fields, which may hold another one of it.
    out_[name] = json::object();
    out_[name] = of_fields(type, {});
    return reference(name);
  }

  /// The fields of a message but those in `without`.
  json of_fields(const Descriptor& type, const std::set<std::string>& without) {
    json properties = json::object();
    for (int i = 0; i < type.field_count(); ++i) {
      const auto& field = *type.field(i);
      if (!without.contains(field.name()) && !field.options().GetExtension(secret))
        properties[field.name()] = of_field(field);
    }
    return {{"type", "object"}, {"properties", std::move(properties)}};
  }

  json of_field(const FieldDescriptor& field) {
    auto one = of_value(field);
    return field.is_repeated() ? json{{"type", "array"}, {"items", std::move(one)}} : one;
  }

private:
  json of_value(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return {{"type", "integer"}, {"format", "int32"}};
      case FieldDescriptor::CPPTYPE_UINT32:
        return {{"type", "integer"}, {"minimum", 0}};
      // Protobuf's mapping writes them as text and reads both.
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
        return {{"type", json::array({"string", "integer"})}, {"format", "int64"}};
      case FieldDescriptor::CPPTYPE_BOOL:
        return {{"type", "boolean"}};
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return {{"type", "number"}};
      case FieldDescriptor::CPPTYPE_ENUM: {
        json names = json::array();
        for (int i = 0; i < field.enum_type()->value_count(); ++i)
          names.push_back(field.enum_type()->value(i)->name());
        return {{"type", "string"}, {"enum", std::move(names)}};
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return of_message(*field.message_type());
      default:
        break;
    }
    return field.type() == FieldDescriptor::TYPE_BYTES
             ? json{{"type", "string"}, {"contentEncoding", "base64"}}
             : json{{"type", "string"}};
  }

  json& out_;
};

// -- operations -----------------------------------------------------------------------------------

json content(json schema, const char* type = "application/json") {
  return {{type, {{"schema", std::move(schema)}}}};
}

/// The fields that the path gives.
std::set<std::string> path_fields(const route& x) {
  std::set<std::string> out;
  for (auto& part : x.segments)
    if (auto name = parameter_of(part); !name.empty())
      out.emplace(name);
  return out;
}

json parameters_of(const route& x, schema_set& schemas) {
  json out = json::array();
  auto in_path = path_fields(x);
  const auto& type = *x.info->descriptor;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    auto is_path = in_path.contains(field.name());
    if (is_path || (x.method == "GET" && !field.is_repeated()))
      out.push_back({{"name", field.name()},
                     {"in", is_path ? "path" : "query"},
                     {"required", is_path},
                     {"schema", schemas.of_field(field)}});
  }
  if (x.info->mode == message_mode::read)
    out.push_back({{"name", "If-None-Match"},
                   {"in", "header"},
                   {"required", false},
                   {"schema", {{"type", "string"}}}});
  else if (credential_fields(x.info->number).empty())
    out.push_back({{"name", "Idempotency-Key"},
                   {"in", "header"},
                   {"required", false},
                   {"description", "Id of the command: sent again under it, it takes effect once. "
                                   "One is drawn and returned when it is missing."},
                   {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 128}}}});
  return out;
}

json body_schema(const route& x, schema_set& schemas) {
  auto fields = credential_fields(x.info->number);
  if (fields.empty())
    return schemas.of_fields(*x.info->descriptor, path_fields(x));
  json properties = json::object();
  json required = json::array();
  for (auto& field : fields) {
    properties[field.name] = {{"type", field.type}, {"description", field.description}};
    if (field.required)
      required.push_back(field.name);
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

/// Headers of a response that programs go on with.
json headers(const std::vector<std::pair<const char*, const char*>>& described) {
  json out = json::object();
  for (auto& [name, description] : described)
    out[name] = {{"description", description}, {"schema", {{"type", "string"}}}};
  return out;
}

json refused() {
  return {{"description", "Refused; the body says why."},
          {"content", content(reference("Problem"), "application/problem+json")}};
}

json not_modified() {
  return {{"description", "As If-None-Match says."}};
}

/// What is there in the place of the catalogue's answer, or beside it.
json answer_schema(const message_info& info, schema_set& schemas) {
  // A token comes as text, not as the grant that it stands for.
  if (info.number == number_of<TokenIssue>)
    return reference("Token");
  if (!credential_fields(info.number).empty())
    return reference("Holder");
  const auto* type = info.descriptor->file()->FindMessageTypeByName(info.reply);
  if (!type)
    return reference("Committed");
  if (info.number != number_of<AccountCreate> && info.number != number_of<AccountInvite>)
    return schemas.of_message(*type);
  auto out = schemas.of_fields(*type, {});
  out["properties"]["invitation_code"]
    = {{"type", "string"}, {"description", "For the holder, to activate the account with."}};
  return out;
}

json read_responses(const message_info& info, schema_set& schemas) {
  json read{{"description", "As of now."},
            {"headers", headers({{"ETag", "For If-None-Match."},
                                 {"Touchline-Position", "The record that it rests on."}})},
            {"content", content(answer_schema(info, schemas))}};
  // By Accept.
  if (info.number == number_of<LeagueTableGet> || info.number == number_of<FixtureListGet>)
    read["content"]["text/csv"] = {{"schema", {{"type", "string"}}}};
  return {{"200", std::move(read)}, {"304", not_modified()}, {"default", refused()}};
}

json command_responses(const route& x, const route_table& routes, schema_set& schemas) {
  json done{{"description", "Committed."}, {"content", content(answer_schema(*x.info, schemas))}};
  if (!credential_fields(x.info->number).empty())
    return {{"200", std::move(done)}, {"default", refused()}};
  done["headers"] = headers({{"Idempotency-Key", "Of the request, or the one that was drawn."},
                             {"Idempotency-Replayed", "true when it had taken effect before."}});
  const auto* status = "200";
  if (x.info->mode == message_mode::asynchronous) {
    status = "202";
    done["description"] = "Committed; the flow's URL tells what becomes of it.";
    done["content"] = content(reference("Accepted"));
    done["headers"].update(headers({{"Location", "The flow."}}));
  } else if (find_made(x, routes)) {
    status = "201";
    done["headers"].update(headers({{"Location", "Where to read what was made."}}));
  }
  return {{status, std::move(done)}, {"default", refused()}};
}

json operation_of(const route& x, const route_table& routes, schema_set& schemas) {
  const auto& info = *x.info;
  json out{{"operationId", info.name},
           {"summary", info.description},
           {"tags", json::array({info.receivers.front().context})},
           {"parameters", parameters_of(x, schemas)},
           {"responses", info.mode == message_mode::read ? read_responses(info, schemas)
                                                         : command_responses(x, routes, schemas)}};
  if (info.mode != message_mode::read && x.method != "DELETE")
    out["requestBody"] = {{"required", !credential_fields(info.number).empty()},
                          {"content", content(body_schema(x, schemas))}};
  // Without a permission in the catalogue it needs no token: the password is in the body.
  out["security"]
    = info.allowed.empty() ? json::array() : json::array({{{"token", json::array()}}});
  return out;
}

// -- beside the catalogue -------------------------------------------------------------------------

struct own_parameter {
  const char* name;
  /// "path", "query" or "header".
  const char* in;
  const char* description;
  const char* type = "string";
};

/// A GET that is no message of the catalogue; a POST when something is posted.
struct own_operation {
  const char* id;
  const char* path;
  const char* summary;
  const char* content_type;
  /// The schema of JSON; null for what is text.
  const char* schema;
  std::vector<own_parameter> parameters;
  /// Types of what is posted.
  std::vector<const char*> posted = {};
};

std::vector<own_operation> cluster_operations() {
  const own_parameter after{"after", "query", "What the page before ended with: `next`"};
  const own_parameter limit{"limit", "query", "How many at most, 1 to 1000", "integer"};
  return {{"cluster.nodes",
           "/v1/cluster/nodes",
           "The nodes of the cluster as they see themselves",
           "application/json",
           "ClusterNodes",
           {}},
          {"cluster.partitions",
           "/v1/cluster/partitions",
           "The partitions with their leaders and how far each replica is",
           "application/json",
           "ClusterPartitions",
           {}},
          {"cluster.actors",
           "/v1/cluster/actors",
           "Entities by address, a page of them",
           "application/json",
           "ClusterActors",
           {{"pattern", "query", "Only addresses like it, as in team/*"},
            {"active", "query", "true for those in memory only"},
            after,
            limit}},
          {"cluster.supervisors",
           "/v1/cluster/supervisors",
           "Restarts, and the last failures",
           "application/json",
           "ClusterSupervisors",
           {}},
          {"cluster.dead-letters",
           "/v1/cluster/dead-letters",
           "Messages that were set aside, a page of them",
           "application/json",
           "ClusterDeadLetters",
           {after, limit}},
          {"cluster.flows",
           "/v1/cluster/flows",
           "Flows counted by state, and the newest of one state",
           "application/json",
           "ClusterFlows",
           {{"state", "query",
             "running, completed, overdue or lost; without it, all but those that completed"},
            limit}}};
}

std::vector<own_operation> league_operations() {
  const own_parameter match{"If-None-Match", "header", "304 when it names the ETag"};
  return {{"flow.get",
           "/v1/flows/{id}",
           "What became of a flow: its state and its steps",
           "application/json",
           "Flow",
           {{"id", "path", "Of the command that began it"}}},
          {"league.list",
           "/v1/leagues",
           "The leagues that have a season, with their seasons",
           "application/json",
           "Leagues",
           {match}},
          {"events.follow",
           "/v1/events",
           "What is committed, as server-sent events",
           "text/event-stream",
           nullptr,
           {{"league", "query", "Only what names the league"},
            {"team", "query", "Only what names the team"},
            {"message", "query", "Only messages with these names, with commas between them"},
            {"Last-Event-ID", "header", "Of the last event that was seen: goes on behind it"}}},
          {"season.import",
           "/v1/imports",
           "Record a season that was played elsewhere",
           "application/json",
           "Import",
           {{"file", "query", "The name of the file, as 2022-23/en.1.json"},
            {"name", "query", "Of CSV: the league and the season"}},
           {"application/json", "text/csv"}}};
}

/// What is made of a season's table and fixtures.
std::vector<own_operation> season_operations() {
  const own_parameter league{"league", "path", "Its key"};
  const own_parameter season{"season", "path", "Its key, as in 2022-23"};
  const own_parameter match{"If-None-Match", "header", "304 when it names the ETag"};
  return {{"positions.get",
           "/v1/leagues/{league}/seasons/{season}/positions",
           "The place and the points of every team after every round",
           "application/json",
           "Positions",
           {league, season, match}},
          {"table.csv",
           "/v1/leagues/{league}/seasons/{season}/table.csv",
           "The league table",
           "text/csv",
           nullptr,
           {league, season, match}},
          {"fixtures.csv",
           "/v1/leagues/{league}/seasons/{season}/fixtures.csv",
           "The fixture list, with the results so far",
           "text/csv",
           nullptr,
           {league, season, match}},
          {"results.csv",
           "/v1/leagues/{league}/seasons/{season}/results.csv",
           "The fixtures that were played",
           "text/csv",
           nullptr,
           {league, season, match}},
          {"fixtures.ics",
           "/v1/leagues/{league}/seasons/{season}/teams/{team}/fixtures.ics",
           "The fixtures of a team as a calendar",
           "text/calendar",
           nullptr,
           {league, season, {"team", "path", "Its key"}, match}}};
}

std::vector<own_operation> own_operations() {
  auto out = league_operations();
  std::ranges::move(season_operations(), std::back_inserter(out));
  std::ranges::move(cluster_operations(), std::back_inserter(out));
  return out;
}

json document_of(const own_operation& x) {
  json parameters = json::array();
  for (auto& parameter : x.parameters)
    parameters.push_back({{"name", parameter.name},
                          {"in", parameter.in},
                          {"required", std::string_view{parameter.in} == "path"},
                          {"description", parameter.description},
                          {"schema", {{"type", parameter.type}}}});
  json answer{{"description", x.summary},
              {"content",
               content(x.schema ? reference(x.schema) : json{{"type", "string"}}, x.content_type)}};
  json responses{{"200", std::move(answer)}, {"default", refused()}};
  auto keeps = [](const own_parameter& y) { return std::string_view{y.name} == "If-None-Match"; };
  if (std::ranges::any_of(x.parameters, keeps)) {
    responses["200"]["headers"] = headers({{"ETag", "For If-None-Match."}});
    responses["304"] = not_modified();
  }
  json out{{"operationId", x.id},
           {"summary", x.summary},
           {"tags", json::array({"front"})},
           {"parameters", std::move(parameters)},
           {"responses", std::move(responses)},
           {"security", json::array({{{"token", json::array()}}})}};
  for (auto* type : x.posted)
    out["requestBody"]["content"][type]["schema"]
      = type == std::string_view{"text/csv"} ? json{{"type", "string"}} : reference("Season");
  return out;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return text;
}

} // namespace

json openapi_document(const route_table& routes, const std::string& version) {
  auto schemas = answer_schemas();
  schema_set collected{schemas};
  json paths = json::object();
  for (auto& x : routes.routes())
    paths[x.path][lower(x.method)] = operation_of(x, routes, collected);
  for (auto& x : own_operations())
    paths[x.path][x.posted.empty() ? "get" : "post"] = document_of(x);
  json tags = json::array();
  for (auto& context : catalogue_data::contexts())
    tags.push_back({{"name", context.name}, {"description", context.description}});
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Touchline"},
            {"description", "Football leagues. Field names are those of messages/catalogue.proto."},
            {"version", version}}},
          {"servers", json::array({{{"url", "/"}}})},
          {"tags", std::move(tags)},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", std::move(schemas)},
            {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

} // namespace touchline::front
