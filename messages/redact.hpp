// Messages without their secrets, for whatever is printed, logged or set aside.
#pragma once

#include <memory>

namespace google::protobuf {
class Descriptor;
class Message;
} // namespace google::protobuf

namespace touchline {

/// A copy of a message without its secrets.
struct redaction {
  std::unique_ptr<google::protobuf::Message> message;
  /// Whether there was any secret in it.
  bool had_secrets = false;
};

/// Copies a message and clears every field with the option (secret), in the messages in it as
/// well, and whatever this version does not know: it may be a secret of the next one.
redaction redacted(const google::protobuf::Message& message);

/// Whether messages of this type, or messages in them, have a field with the option (secret).
bool may_hold_secrets(const google::protobuf::Descriptor& type);

} // namespace touchline
