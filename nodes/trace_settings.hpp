// Where a process sends its traces.
#pragma once

#include "nodes/settings_section.hpp"

#include <string>

namespace touchline::nodes {

/// The section `touchline.tracing` of a configuration.
struct trace_settings {
  /// Of an OpenTelemetry collector, without the path /v1/traces; empty for no traces.
  std::string endpoint;
  /// Which part of the requests that bring no `traceparent` begins a trace that is kept, 0 to 1.
  double ratio = 0.01;

  friend bool operator==(const trace_settings&, const trace_settings&) = default;
};

/// Reads the section; mistakes are kept by the file.
void read_tracing(settings_section from, trace_settings& out);

} // namespace touchline::nodes
