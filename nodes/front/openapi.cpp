#include "nodes/front/openapi.hpp"

#include "messages/redact.hpp"
#include "nodes/front/credentials.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <set>

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

/// What the front reads by itself: no message of the catalogue stands for it.
struct own_read {
  const char* path;
  const char* id;
  const char* summary;
};

constexpr std::array own_reads{
  own_read{"/v1/flows/{id}", "flow.get", "What became of a flow: its state and its steps"},
  own_read{"/v1/leagues", "league.list", "The leagues that have a season, with their seasons"},
  own_read{"/v1/leagues/{league}/seasons/{season}/positions", "positions.get",
           "The place and the points of every team after every round"},
  own_read{"/v1/cluster/nodes", "cluster.nodes", "The nodes of the cluster as they see themselves"},
  own_read{"/v1/cluster/partitions", "cluster.partitions",
           "The partitions with their leaders and how far each replica is"},
  own_read{"/v1/cluster/actors", "cluster.actors",
           "Entities by address, a page of them: parameters pattern, after, limit, active"},
  own_read{"/v1/cluster/supervisors", "cluster.supervisors", "Restarts, and the last failures"},
  own_read{"/v1/cluster/dead-letters", "cluster.dead-letters",
           "Messages that were set aside: parameters after, limit"},
  own_read{"/v1/cluster/flows", "cluster.flows",
           "Flows counted by state, and the newest of one state: parameters state, limit"}};

json parameters_in(std::string_view path) {
  auto out = json::array();
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
    out.push_back({{"name", path.substr(open + 1, path.find('}', open) - open - 1)},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}}}});
  return out;
}

json operation_of(const own_read& x) {
  return {{"operationId", x.id},
          {"summary", x.summary},
          {"tags", json::array({"front"})},
          {"parameters", parameters_in(x.path)},
          {"responses",
           {{"200", {{"description", "As of now."}, {"content", content({{"type", "object"}})}}},
            {"default",
             {{"description", "Refused; the body says why."},
              {"content", content(reference("Problem"), "application/problem+json")}}}}},
          {"security", json::array({{{"token", json::array()}}})}};
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
  for (auto& x : own_reads)
    paths[x.path]["get"] = operation_of(x);
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
