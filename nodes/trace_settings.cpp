#include "nodes/trace_settings.hpp"

#include <algorithm>

namespace touchline::nodes {

namespace {

/// http:// or https:// and a place behind it, without passwords or queries: it is named in the log.
bool is_endpoint(std::string_view text) {
  for (std::string_view scheme : {"http://", "https://"})
    if (text.starts_with(scheme)) {
      auto rest = text.substr(scheme.size());
      return !rest.empty() && !rest.starts_with('/') && !rest.ends_with('/')
             && std::ranges::none_of(rest, [](char c) {
                  return c <= ' ' || c > '~' || c == '@' || c == '?' || c == '#';
                });
    }
  return false;
}

} // namespace

void read_tracing(settings_section from, trace_settings& out) {
  out.endpoint = from.text_or("endpoint", out.endpoint);
  if (!out.endpoint.empty() && !is_endpoint(out.endpoint))
    from.refuse("endpoint", "must be the address of an OpenTelemetry collector, as in "
                            "\"http://127.0.0.1:4318\"");
  from.optional_part("ratio", out.ratio);
  from.refuse_others();
}

} // namespace touchline::nodes
