#include "messages/header.hpp"

#include "messages/trace_context.hpp"

namespace touchline {

std::string header::message_id() const {
  return from_outside() ? id : from + '#' + std::to_string(sequence);
}

Cause to_cause(const header& x, uint32_t message) {
  Cause cause;
  cause.set_message(message);
  cause.set_id(x.id);
  cause.set_from(x.from);
  cause.set_sequence(x.sequence);
  cause.set_correlation(x.correlation);
  cause.set_causation(x.causation);
  cause.set_time_ms(x.time_ms);
  cause.set_deadline_ms(x.deadline_ms);
  cause.set_traceparent(x.traceparent);
  return cause;
}

FlowHeader flow_after(const header& x) {
  FlowHeader result;
  result.set_correlation(x.correlation);
  result.set_causation(x.message_id());
  result.set_time_ms(x.time_ms);
  result.set_deadline_ms(x.deadline_ms);
  result.set_traceparent(traceparent_after(x.traceparent, x.message_id(), x.to));
  return result;
}

header to_header(const Cause& cause, std::string to) {
  header x;
  x.to = std::move(to);
  x.from = cause.from();
  x.sequence = cause.sequence();
  x.id = cause.id();
  x.correlation = cause.correlation();
  x.causation = cause.causation();
  x.time_ms = cause.time_ms();
  x.deadline_ms = cause.deadline_ms();
  x.traceparent = cause.traceparent();
  return x;
}

} // namespace touchline
