// The audit of a cluster: who acted on it, from where, and what came of it; and who its operators
// are. Address: audit/cluster. Its stream is the audit, `history audit/cluster` shows it.
#pragma once

#include "actors/operations/operations.pb.h"
#include "actors/runtime/decision.hpp"

namespace touchline::actors {

/// The address of the audit of a cluster.
inline constexpr std::string_view audit_address = "audit/cluster";

/// Bytes of each text of an audit record; a longer one is cut.
inline constexpr size_t max_audit_text_bytes = 1'024;

/// Operators that the audit knows by name; further ones are only in the stream.
inline constexpr int max_known_operators = 4'096;

/// The kind "audit" of the context "operations".
struct audit_trail {
  static constexpr std::string_view kind = "audit";
  using state = AuditState;
  using event = AuditEvent;
  using messages = message_list<AuditRecord, OperatorAppointed, AuditGet>;

  static decided<event> decide(const state&, const AuditRecord&, const header&);
  static decided<event> decide(const state&, const OperatorAppointed&, const header&);
  static decided<event> decide(const state&, const AuditGet&, const header&);

  static void apply(state&, const event&);
};

} // namespace touchline::actors
