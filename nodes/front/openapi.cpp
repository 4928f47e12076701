#include "nodes/front/openapi.hpp"

#include "messages/catalogue_types.hpp"
#include "messages/redact.hpp"
#include "nodes/front/credentials.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
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

json problem_schema() {
  return {{"type", "object"},
          {"description", "RFC 9457; `code` is that of shell and logs, `field` what is wrong."},
          {"required", {"type", "title", "status", "detail", "code"}},
          {"properties",
           {{"type", {{"type", "string"}}},
            {"title", {{"type", "string"}}},
            {"status", {{"type", "integer"}}},
            {"detail", {{"type", "string"}}},
            {"code", {{"type", "string"}}},
            {"field", {{"type", "string"}}}}}};
}

json accepted_schema() {
  return {{"type", "object"},
          {"required", {"id", "flow"}},
          {"properties",
           {{"id", {{"type", "string"}}},
            {"flow", {{"type", "string"}, {"description", "Where to see what became of it."}}}}}};
}

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

json responses_of(const route& x, schema_set& schemas) {
  const auto& info = *x.info;
  json out{{"default",
            {{"description", "Refused; the body says why."},
             {"content", content(reference("Problem"), "application/problem+json")}}}};
  if (info.mode == message_mode::asynchronous) {
    out["202"] = {{"description", "Committed; the flow's URL tells what becomes of it."},
                  {"content", content(reference("Accepted"))}};
    return out;
  }
  const auto* type = info.descriptor->file()->FindMessageTypeByName(info.reply);
  // A token comes as text, not as the grant that it stands for.
  auto schema = type && credential_fields(info.number).empty() ? schemas.of_message(*type)
                                                               : json{{"type", "object"}};
  out["200"] = {{"description", info.mode == message_mode::read ? "As of now." : "Committed."},
                {"content", content(schema)}};
  // By Accept.
  if (info.number == number_of<LeagueTableGet> || info.number == number_of<FixtureListGet>)
    out["200"]["content"]["text/csv"] = {{"schema", {{"type", "string"}}}};
  if (info.mode == message_mode::read)
    out["304"] = {{"description", "As If-None-Match says."}};
  else if (x.method == "POST")
    out["201"] = {{"description", "Committed; Location says where to read what was made."},
                  {"content", content(schema)}};
  return out;
}

json operation_of(const route& x, schema_set& schemas) {
  const auto& info = *x.info;
  json out{{"operationId", info.name},
           {"summary", info.description},
           {"tags", json::array({info.receivers.front().context})},
           {"parameters", parameters_of(x, schemas)},
           {"responses", responses_of(x, schemas)}};
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
};

/// A GET that is no message of the catalogue; a POST when something is posted.
struct own_operation {
  const char* id;
  const char* path;
  const char* summary;
  const char* content_type;
  std::vector<own_parameter> parameters;
  /// Types of what is posted.
  std::vector<const char*> posted = {};
};

std::vector<own_operation> cluster_operations() {
  const own_parameter after{"after", "query", "What the page before ended with: `next`"};
  const own_parameter limit{"limit", "query", "How many at most, 1 to 1000"};
  return {{"cluster.nodes",
           "/v1/cluster/nodes",
           "The nodes of the cluster as they see themselves",
           "application/json",
           {}},
          {"cluster.partitions",
           "/v1/cluster/partitions",
           "The partitions with their leaders and how far each replica is",
           "application/json",
           {}},
          {"cluster.actors",
           "/v1/cluster/actors",
           "Entities by address, a page of them",
           "application/json",
           {{"pattern", "query", "Only addresses like it, as in team/*"},
            {"active", "query", "true for those in memory only"},
            after,
            limit}},
          {"cluster.supervisors",
           "/v1/cluster/supervisors",
           "Restarts, and the last failures",
           "application/json",
           {}},
          {"cluster.dead-letters",
           "/v1/cluster/dead-letters",
           "Messages that were set aside, a page of them",
           "application/json",
           {after, limit}},
          {"cluster.flows",
           "/v1/cluster/flows",
           "Flows counted by state, and the newest of one state",
           "application/json",
           {{"state", "query",
             "running, completed, overdue or lost; without it, all but those that completed"},
            limit}}};
}

std::vector<own_operation> league_operations() {
  const own_parameter league{"league", "path", "Its key"};
  const own_parameter season{"season", "path", "Its key, as in 2022-23"};
  const own_parameter match{"If-None-Match", "header", "304 when it names the ETag"};
  return {{"flow.get",
           "/v1/flows/{id}",
           "What became of a flow: its state and its steps",
           "application/json",
           {{"id", "path", "Of the command that began it"}}},
          {"league.list",
           "/v1/leagues",
           "The leagues that have a season, with their seasons",
           "application/json",
           {match}},
          {"positions.get",
           "/v1/leagues/{league}/seasons/{season}/positions",
           "The place and the points of every team after every round",
           "application/json",
           {league, season, match}},
          {"events.follow",
           "/v1/events",
           "What is committed, as server-sent events",
           "text/event-stream",
           {{"league", "query", "Only what names the league"},
            {"team", "query", "Only what names the team"},
            {"message", "query", "Only messages with these names, with commas between them"},
            {"Last-Event-ID", "header", "Of the last event that was seen: goes on behind it"}}},
          {"table.csv",
           "/v1/leagues/{league}/seasons/{season}/table.csv",
           "The league table",
           "text/csv",
           {league, season, match}},
          {"fixtures.csv",
           "/v1/leagues/{league}/seasons/{season}/fixtures.csv",
           "The fixture list, with the results so far",
           "text/csv",
           {league, season, match}},
          {"results.csv",
           "/v1/leagues/{league}/seasons/{season}/results.csv",
           "The fixtures that were played",
           "text/csv",
           {league, season, match}},
          {"fixtures.ics",
           "/v1/leagues/{league}/seasons/{season}/teams/{team}/fixtures.ics",
           "The fixtures of a team as a calendar",
           "text/calendar",
           {league, season, {"team", "path", "Its key"}, match}},
          {"season.import",
           "/v1/imports",
           "Record a season that was played elsewhere",
           "application/json",
           {{"file", "query", "The name of the file, as 2022-23/en.1.json"},
            {"name", "query", "Of CSV: the league and the season"}},
           {"application/json", "text/csv"}}};
}

std::vector<own_operation> own_operations() {
  auto out = league_operations();
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
                          {"schema", {{"type", "string"}}}});
  auto schema = [](std::string_view type) {
    return json{{"type", type == "application/json" ? "object" : "string"}};
  };
  json out{
    {"operationId", x.id},
    {"summary", x.summary},
    {"tags", json::array({"front"})},
    {"parameters", std::move(parameters)},
    {"responses",
     {{"200",
       {{"description", x.summary}, {"content", content(schema(x.content_type), x.content_type)}}},
      {"default",
       {{"description", "Refused; the body says why."},
        {"content", content(reference("Problem"), "application/problem+json")}}}}},
    {"security", json::array({{{"token", json::array()}}})}};
  for (auto* type : x.posted)
    out["requestBody"]["content"][type] = {{"schema", schema(type)}};
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
  json schemas{{"Problem", problem_schema()}, {"Accepted", accepted_schema()}};
  schema_set collected{schemas};
  json paths = json::object();
  for (auto& x : routes.routes())
    paths[x.path][lower(x.method)] = operation_of(x, collected);
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
