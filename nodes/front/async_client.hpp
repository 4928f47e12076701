// Commands and reads of many callers at once, without a thread that waits: one actor sends them,
// sends again what found no leader, and tells what became of them. Reads that ask the same at the
// same time are sent once.
#pragma once

#include "actors/runtime/client.hpp"
#include "messages/catalogue.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <memory>
#include <string>

namespace touchline::front {

/// Bounds of a client. Times are in milliseconds.
struct async_client_options {
  /// Messages under way; one more is answered with OVERLOADED at once.
  size_t under_way = 4'096;
  /// How long a message is tried before it is answered with DEADLINE_EXCEEDED.
  int64_t request_ms = 10'000;
  /// Of the flow that a command begins.
  int64_t flow_ms = actors::client_options{}.deadline_ms;
  /// Pause before a message is sent again.
  int64_t retry_ms = 20;
};

/// Sends messages. Thread safe.
class async_client {
public:
  async_client(caf::actor_system& system, const actors::router& routes, const actors::clock& time,
               const async_client_options& options = {});
  async_client(const async_client&) = delete;
  async_client& operator=(const async_client&) = delete;

  /// Answers what is under way with UNAVAILABLE.
  ~async_client();

  /// Sends a message under `id`, for the trace of `traceparent` if that is not empty, and returns
  /// at once. `done` is called once, on a thread of the actor system or on this one; it must not
  /// block.
  void ask(std::string id, const message_info& info,
           std::shared_ptr<const google::protobuf::Message> body, actors::answer_callback done,
           std::string traceparent = {});

  size_t under_way() const;

private:
  class desk;

  caf::actor_system& system_;
  std::shared_ptr<desk> desk_;
  caf::actor actor_;
};

} // namespace touchline::front
