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
  /// `from#sequence`, or the command's id when it came from outside.
  std::string id;
  /// The id of the message that caused it.
  std::string causation;
  std::string correlation;
  /// When its flow must have ended, in milliseconds since 1970; 0 for never.
  int64_t deadline_ms = 0;
  /// Id of the dead letter that it is; empty when it waits for its receiver.
  std::string dead_letter;
};

/// A message that was set aside as a dead letter and then dropped: it was never handled.
struct lost_step {
  std::string message;
  std::string to;
  std::string dead_letter;
};

/// How far a flow is: whether anything of it waits, and whether its deadline has passed meanwhile.
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
  /// Messages that were handled; those that were set aside are not.
  uint64_t handled = 0;
  /// Flows of the mission that are a part of it, by name: the last result of a season completes
  /// the season.
  std::vector<std::string> parts;
  std::vector<open_step> open;
  /// A flow that lost a step does not wait for it any more.
  std::vector<lost_step> lost;

  flow_state state_at(int64_t now_ms) const;
};

/// A message that was handled, or set aside.
struct flow_step {
  std::string id;
  std::string causation;
  std::string message;
  /// Empty for outside.
  std::string from;
  std::string at;
  /// Of the record in the receiver's stream.
  uint64_t position = 0;
  int64_t handled_ms = 0;
  std::string node;
  /// Index in the flow's steps of the one that caused it; that is itself when nothing in the flow
  /// did.
  size_t cause = 0;
  /// Steps between it and the beginning of the flow.
  unsigned depth = 0;
  /// Id of the dead letter that it was set aside as.
  std::string dead_letter;
};

/// One flow with its steps.
struct flow_story {
  flow_summary summary;
  /// What the beginning caused, then what that caused, and so on: what one message caused stands
  /// together, in the order in which it was sent.
  std::vector<flow_step> steps;
};

/// All flows of a store, by id. One pass over all records.
storage::result<std::map<std::string, flow_summary>> read_flows(const storage::store& from);

/// One flow; without steps when the store has no such flow. One pass over all records.
storage::result<flow_story> read_flow(const storage::store& from, const std::string& id);

/// Everything that is committed and not handled: messages on their way, and dead letters.
storage::result<std::vector<open_step>> read_open_steps(const storage::store& from);

/// The name of a flow of the mission that a message begins ("Result Added" of result.create); the
/// message's own name when it begins none.
std::string flow_name(const std::string& message);

} // namespace touchline::nodes
