// Spans as OpenTelemetry's protocol writes them.
#pragma once

#include "actors/runtime/span.hpp"

#include <span>
#include <string>

namespace touchline::nodes {

/// The body of a request to /v1/traces in the JSON form of OTLP
/// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): spans of this node.
std::string otlp_json(std::span<const actors::span> spans, const std::string& node);

} // namespace touchline::nodes
