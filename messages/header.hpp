// What travels in front of every message of the catalogue, and the answer that comes back. The two,
// with the messages themselves, are the whole protocol between actors.
#pragma once

#include "messages/catalogue_types.hpp"
#include "messages/error.hpp"
#include "messages/record.pb.h"

#include <caf/type_id.hpp>

#include <cstdint>
#include <string>

namespace touchline {

/// Longest address, in bytes: with a position it is the id of a dead letter, which has at most 240.
inline constexpr size_t max_address_bytes = 200;
/// Longest command id, in bytes.
inline constexpr size_t max_command_id_bytes = 128;
/// Largest message, in bytes of its Protobuf form.
inline constexpr size_t max_message_bytes = 1 << 20;

/// The envelope of a message: where it goes, whose it is, and which flow it belongs to.
struct header {
  /// Address of the receiver: `kind/key`.
  std::string to;
  /// Address of the entity that sent it; empty when it comes from outside.
  std::string from;
  /// Between entities: position of the sender's record and place within it (`position << 16 |
  /// place`), growing for each pair of sender and receiver.
  uint64_t sequence = 0;
  /// Between entities: `sequence` of the message before this one that the receiver has not
  /// acknowledged; 0 for none. The receiver accepts nothing that would skip it.
  uint64_t previous = 0;
  /// From outside: the caller's command id. Sent again under the same id, a command has no second
  /// effect.
  std::string id;
  /// The flow: the id of the command that began it.
  std::string correlation;
  /// The id of the message that caused this one; empty at the beginning of a flow.
  std::string causation;
  /// When the flow began, in milliseconds since 1970. The only time that a decision may know.
  int64_t time_ms = 0;
  /// When the flow must have ended; 0 for never.
  int64_t deadline_ms = 0;
  /// W3C Trace Context of what caused it, as `to_traceparent` writes it; empty when it belongs to
  /// no trace.
  std::string traceparent;
  /// The dead letter that this message was; it is dropped when the message is handled at last.
  std::string dead_letter;
  /// From outside: a number of the sender's own choice that the answer repeats; 0 for none. Not
  /// stored.
  uint64_t request = 0;

  bool from_outside() const noexcept { return from.empty(); }

  /// The id under which others name this message: the command id, or `from#sequence`.
  std::string message_id() const;
};

template <class Inspector>
bool inspect(Inspector& f, header& x) {
  return f.object(x).fields(
    f.field("to", x.to), f.field("from", x.from), f.field("sequence", x.sequence),
    f.field("previous", x.previous), f.field("id", x.id), f.field("correlation", x.correlation),
    f.field("causation", x.causation), f.field("time_ms", x.time_ms),
    f.field("deadline_ms", x.deadline_ms), f.field("traceparent", x.traceparent),
    f.field("dead_letter", x.dead_letter), f.field("request", x.request));
}

/// The durable form of a header, without its receiver.
Cause to_cause(const header& x, uint32_t message);

/// The flow of whatever follows from the message with this header, and that the message caused it.
FlowHeader flow_after(const header& x);

/// The header of a message that is on its way again.
header to_header(const Cause& cause, std::string to);

/// How a message was answered. Released only when everything that it rests on is durable.
struct answer {
  /// Id of the command or read that it answers.
  std::string id;
  ErrorCode code = OK;
  /// One sentence for people when `code` is not OK.
  std::string text;
  /// The reply's Protobuf bytes, of the type that the catalogue names; empty for none.
  std::string body;
  /// Stream position of the record that the answer rests on.
  uint64_t position = 0;
  /// Whether the command had been handled before and this is its first answer again.
  bool repeated = false;
  /// `request` of the header that it answers.
  uint64_t request = 0;

  bool ok() const noexcept { return code == OK; }
};

template <class Inspector>
bool inspect(Inspector& f, answer& x) {
  auto get = [&x] { return static_cast<uint32_t>(x.code); };
  auto set = [&x](uint32_t code) {
    if (!ErrorCode_IsValid(static_cast<int>(code)))
      return false;
    x.code = static_cast<ErrorCode>(code);
    return true;
  };
  return f.object(x).fields(f.field("id", x.id), f.field("code", get, set), f.field("text", x.text),
                            f.field("body", x.body), f.field("position", x.position),
                            f.field("repeated", x.repeated), f.field("request", x.request));
}

} // namespace touchline

CAF_BEGIN_TYPE_ID_BLOCK(touchline_protocol, first_custom_type_id)
  CAF_ADD_TYPE_ID(touchline_protocol, (touchline::header))
  CAF_ADD_TYPE_ID(touchline_protocol, (touchline::answer))
CAF_END_TYPE_ID_BLOCK(touchline_protocol)
