// Who sends a request: bearer tokens (RFC 6750) of the identity context.
#pragma once

#include "nodes/authentication.hpp"
#include "nodes/front/guarded_client.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/front/recent_table.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace touchline::front {

/// Grants that are remembered.
inline constexpr size_t max_remembered_grants = 4'096;

/// Told the grant of a token, or why there is none.
using grant_callback = std::function<void(tl::expected<Grant, problem>)>;

/// Checks tokens. Thread safe.
class gatekeeper {
public:
  /// A grant is remembered for `remember_ms`, so that not every read asks two entities: so long may
  /// a token that was revoked elsewhere still do. 0 to ask for every request.
  gatekeeper(guarded_client& client, const nodes::identity_key& key, const actors::clock& time,
             int64_t remember_ms);

  /// The token that a request shows; nothing when it shows none.
  static std::optional<std::string> token_of(const http_request& request);

  /// The account of a token whose signature is good, whether or not it was revoked; nothing else.
  std::optional<std::string> account_of(const std::string& token);

  /// What the holder of a token may do. `done` is called at once or later, on any thread.
  void authenticate(const std::string& token, grant_callback done);

  /// Tokens of the account are looked at anew.
  void forget(const std::string& account);

private:
  /// What a token says, whether or not it was revoked; its signature is checked the first time.
  tl::expected<Grant, refusal> read(const std::string& token);

  struct remembered {
    Grant grant;
    int64_t until_ms = 0;
  };

  guarded_client& client_;
  const nodes::identity_key& key_;
  const actors::clock& time_;
  const int64_t remember_ms_;
  std::mutex mutex_;
  /// By the token's text.
  recent_table<remembered> grants_{max_remembered_grants};
  /// Tokens whose signatures are good.
  recent_table<Grant> read_{max_remembered_grants};
};

} // namespace touchline::front
