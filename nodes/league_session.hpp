// The client of one command, and on whose behalf it sends.
#pragma once

#include "messages/catalogue.hpp"
#include "nodes/authentication.hpp"
#include "nodes/commands.hpp"
#include "nodes/league_access.hpp"

#include <memory>
#include <optional>
#include <string>

namespace touchline::nodes {

/// Sends messages as the holder of a token, or, without one, as the operator, who owns the data
/// directory or a client certificate of the cluster and may send everything.
class league_session {
public:
  /// Opens what the options name. Refuses a token that is not good; an empty one is none.
  static tl::expected<std::unique_ptr<league_session>, refusal> start(const common_options& options,
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

  league_access& access() noexcept { return *access_; }
  credential_signer& signer() noexcept { return *signer_; }
  authentication& door() noexcept { return *door_; }

private:
  explicit league_session(std::unique_ptr<league_access> access);

  std::unique_ptr<league_access> access_;
  actors::client client_;
  std::unique_ptr<credential_signer> signer_;
  std::optional<authentication> door_;
  /// Of the token; nothing for the operator.
  std::optional<Grant> holder_;
};

} // namespace touchline::nodes
