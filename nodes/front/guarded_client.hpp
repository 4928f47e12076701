// A client with a circuit breaker for each context: one that does not answer slows nobody down who
// asks another one.
#pragma once

#include "nodes/front/async_client.hpp"
#include "nodes/front/circuit_breaker.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace touchline::front {

/// Told an answer, and after how many milliseconds it is worth asking again; 0 for no word on it.
using guarded_callback = std::function<void(const answer&, int64_t retry_after_ms)>;

/// Sends messages to contexts that answer. Thread safe.
class guarded_client {
public:
  /// What reads goes through the one, what changes something through the other; they may be the
  /// same.
  guarded_client(async_client& reads, async_client& commands, const actors::clock& time,
                 const breaker_options& options);

  /// As `async_client::ask`; UNAVAILABLE at once while the breaker of the context is open.
  void ask(std::string id, const message_info& info,
           std::shared_ptr<const google::protobuf::Message> body, guarded_callback done,
           std::string traceparent = {});

  /// Calls `visit` with the name and the breaker of each context that is asked.
  void each(const std::function<void(const std::string&, const circuit_breaker&)>& visit) const;

private:
  async_client& reads_;
  async_client& commands_;
  const actors::clock& time_;
  /// By context; does not change.
  std::map<std::string, std::shared_ptr<circuit_breaker>> breakers_;
};

} // namespace touchline::front
