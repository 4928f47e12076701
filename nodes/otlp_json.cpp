#include "nodes/otlp_json.hpp"

#include "nodes/program_version.hpp"

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using nlohmann::json;

// Span.SpanKind and Status.StatusCode of opentelemetry/proto/trace/v1/trace.proto.
constexpr int kind_server = 2;
constexpr int kind_consumer = 5;
constexpr int status_error = 2;

/// OpenTelemetry's conventions have a number for this one.
constexpr std::string_view numeric_key = "http.response.status_code";

json attribute(const std::string& key, const std::string& value) {
  return {{"key", key}, {"value", {{key == numeric_key ? "intValue" : "stringValue", value}}}};
}

/// 64 bits are texts in Protobuf's JSON.
json span_json(const actors::span& x) {
  json out{{"traceId", x.trace_id},
           {"spanId", x.span_id},
           {"name", x.name},
           {"kind", x.is_request ? kind_server : kind_consumer},
           {"startTimeUnixNano", std::to_string(x.begin_ns)},
           {"endTimeUnixNano", std::to_string(x.end_ns)},
           {"attributes", json::array()}};
  if (!x.parent_id.empty())
    out["parentSpanId"] = x.parent_id;
  for (auto& [key, value] : x.attributes)
    out["attributes"].push_back(attribute(key, value));
  if (!x.failure.empty())
    out["status"] = {{"code", status_error}, {"message", x.failure}};
  return out;
}

} // namespace

std::string otlp_json(std::span<const actors::span> spans, const std::string& node) {
  auto all = json::array();
  for (auto& x : spans)
    all.push_back(span_json(x));
  json out{{"resourceSpans",
            {{{"resource",
               {{"attributes",
                 {attribute("service.name", "touchline"), attribute("service.instance.id", node),
                  attribute("service.version", program_version())}}}},
              {"scopeSpans", {{{"scope", {{"name", "touchline"}}}, {"spans", std::move(all)}}}}}}}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace touchline::nodes
