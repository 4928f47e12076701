// An entity without its types: state that decides and applies. The runtime knows entities by this;
// a context becomes one through context_entity (context.hpp).
#pragma once

#include "actors/runtime/decision.hpp"

#include <caf/behavior.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::actors {

/// A decision with its events as bytes.
struct encoded_decision {
  std::vector<std::string> events;
  std::vector<outgoing_message> messages;
  std::string reply;
  std::optional<refusal> refused;
  bool deferred = false;
  std::vector<deferred_answer> late_answers;
};

/// State that decides and applies.
class entity {
public:
  entity() = default;
  entity(const entity&) = delete;
  entity& operator=(const entity&) = delete;
  virtual ~entity() = default;

  /// Decides about message `number`; changes nothing that can be seen. What it decides is kept
  /// until `apply_decided` or the next call.
  virtual tl::expected<encoded_decision, refusal> decide(const header& head, uint32_t number,
                                                         const google::protobuf::Message& body)
    = 0;

  /// Applies the events of the last decision.
  virtual void apply_decided() = 0;

  /// Applies an event from the stream; false when the bytes are not one.
  virtual bool apply(std::string_view event) = 0;

  /// The earliest deadline of the state, in milliseconds since 1970; 0 for none.
  virtual int64_t deadline_ms() const = 0;

  /// The state, as the message that it is.
  virtual const google::protobuf::Message& state_message() const = 0;

  /// An event from the stream, as the message that it is; null when the bytes are not one.
  virtual std::unique_ptr<google::protobuf::Message> event_message(std::string_view event) const
    = 0;

  /// The state as bytes.
  virtual std::string save() const = 0;

  /// Takes the state from bytes; false when they are not one.
  virtual bool load(std::string_view bytes) = 0;
};

/// Called with each message that an entity's actor receives.
using message_callback
  = std::function<void(const header&, uint32_t number, const google::protobuf::Message&)>;

/// A kind of entity: how to make one, and what it handles.
struct entity_kind {
  /// The first part of an address: "team-manager".
  std::string name;
  /// Numbers of the messages that it handles.
  std::vector<uint32_t> handles;
  std::unique_ptr<entity> (*create)() = nullptr;
  /// A behavior with one typed handler `(const header&, const M&)` per message.
  caf::behavior (*make_behavior)(message_callback) = nullptr;

  bool can_handle(uint32_t number) const;
};

/// The kinds that a node hosts.
class entity_kinds {
public:
  explicit entity_kinds(std::vector<entity_kind> kinds) : kinds_{std::move(kinds)} {}

  /// The kind with this name; nullptr if it is not hosted.
  const entity_kind* find(std::string_view name) const;

  const std::vector<entity_kind>& all() const noexcept { return kinds_; }

private:
  std::vector<entity_kind> kinds_;
};

} // namespace touchline::actors
