// Flows as the records of all entities tell them: what was handled when and where, and what still
// waits. Reads the store and changes nothing.
#pragma once

#include "messages/record.pb.h"
#include "storage/store.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace touchline::nodes {

/// A message that a committed record sent and that its receiver has not handled, or a dead letter.
struct open_step {
  /// Number and name in the catalogue, and the message's Protobuf bytes.
  uint32_t number = 0;
  std::string message;
  std::string body;
  std::string from;
  std::string to;
  /// `from#sequence`.
  std::string id;
  /// The id of the message that caused it.
  std::string causation;
  std::string correlation;
  /// When its flow must have ended, in milliseconds since 1970; 0 for never.
  int64_t deadline_ms = 0;
  /// Id of the dead letter that it is; empty when it waits for its receiver.
  std::string dead_letter;
};

/// How far a flow is.
enum class flow_state { completed, running, overdue };

/// The name of a state: "overdue".
std::string_view name_of(flow_state state);

/// One flow. Its id is the id of the command that began it.
struct flow_summary {
  std::string id;
  /// What began it, by its name in the catalogue.
  std::string message;
  int64_t began_ms = 0;
  /// When its last message was handled.
  int64_t ended_ms = 0;
  int64_t deadline_ms = 0;
  uint64_t handled = 0;
  /// It completed a season: the mission's flow of that name is a part of it.
  bool completed_season = false;
  std::vector<open_step> open;

  flow_state state_at(int64_t now_ms) const;
};

/// A handled message.
struct flow_step {
  std::string id;
  std::string causation;
  std::string message;
  std::string from;
  std::string at;
  uint64_t position = 0;
  int64_t handled_ms = 0;
  std::string node;
  /// Steps between it and the beginning of the flow.
  unsigned depth = 0;
  std::string dead_letter;
};

/// All flows of a store, by id. One pass over all records.
storage::result<std::map<std::string, flow_summary>> read_flows(const storage::store& from);

/// What a flow handled, each message behind the one that caused it; empty when the store has no
/// such flow. One pass over all records.
storage::result<std::vector<flow_step>> read_flow(const storage::store& from,
                                                  const std::string& id);

/// Everything that is committed and not handled: messages on their way, and dead letters.
storage::result<std::vector<open_step>> read_open_steps(const storage::store& from);

/// The name of a flow of the mission that a message begins ("Result Added" of result.create); the
/// message's own name when it begins none.
std::string flow_name(const std::string& message);

} // namespace touchline::nodes
