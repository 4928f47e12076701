// A node and a client within the process of one command, and on whose behalf it sends.
#pragma once

#include "messages/catalogue.hpp"
#include "nodes/authentication.hpp"
#include "nodes/embedded_node.hpp"

#include <memory>
#include <optional>
#include <string>

namespace touchline::nodes {

/// Sends messages as the holder of a token, or, without one, as the local operator, who owns the
/// data directory and may send everything.
class local_session {
public:
  /// Starts a node on the configured data directory. Refuses a token that is not good; an empty
  /// one is none.
  static tl::expected<std::unique_ptr<local_session>, refusal> start(const configuration& config,
                                                                     const std::string& token);

  /// Sends a message under `id` and waits for its answer. FORBIDDEN when the holder of the token
  /// may not send it.
  answer ask(const std::string& id, std::shared_ptr<const google::protobuf::Message> body,
             const message_info& info);

  template <class Message>
  answer ask(const std::string& id, Message body) {
    return ask(id, std::make_shared<const Message>(std::move(body)),
               *catalogue_data::find(number_of<Message>));
  }

  embedded_node& node() noexcept { return *node_; }
  const identity_key& key() const noexcept { return key_; }
  authentication& door() noexcept { return door_; }

private:
  local_session(std::unique_ptr<embedded_node> node, const identity_key& key);

  std::unique_ptr<embedded_node> node_;
  actors::client client_;
  identity_key key_;
  authentication door_;
  /// Of the token; nothing for the local operator.
  std::optional<Grant> holder_;
};

} // namespace touchline::nodes
