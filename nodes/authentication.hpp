// Who is there: tokens and invitations, and the way from a password to a token and from a token to
// rights. Nothing that this returns in a refusal repeats a secret.
#pragma once

#include "actors/runtime/client.hpp"
#include "nodes/identity_key.hpp"
#include "nodes/password.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace touchline::nodes {

/// Longest text of a token or an invitation, in bytes.
inline constexpr size_t max_credential_bytes = 512;

/// The text of a token: account, id and times of a grant, and a signature. It says nothing about
/// rights: they are those of the account when the token is shown.
std::string sign_token(const identity_key& key, const Grant& grant);

/// Reads a token: UNAUTHENTICATED unless its signature fits and it is not expired at `now_ms`. The
/// result has the account, the id and the times; whether it is revoked only token.check knows.
tl::expected<Grant, refusal> read_token(const identity_key& key, std::string_view text,
                                        int64_t now_ms);

/// An invitation, as it was read from a code.
struct invitation {
  std::string account;
  uint64_t number = 0;
};

/// What the holder of an account is given to activate it: "ACCOUNT:NUMBER:SIGNATURE".
std::string invitation_code(const identity_key& key, const invitation& what);

/// Reads an invitation code: UNAUTHENTICATED unless its signature fits. Whether it was used only
/// account.activate knows.
tl::expected<invitation, refusal> read_invitation(const identity_key& key, std::string_view code);

/// Who signs what accounts are given: this process with the key of its node, or, for a program that
/// is none, a node of its cluster.
class credential_signer {
public:
  credential_signer() = default;
  credential_signer(const credential_signer&) = delete;
  credential_signer& operator=(const credential_signer&) = delete;
  virtual ~credential_signer() = default;

  /// The text of the token that the identity context grants for a proof.
  virtual tl::expected<std::string, refusal> issue(const TokenIssue& what) = 0;

  /// What the holder of a token may do. A program sends on his behalf from then on.
  virtual tl::expected<Grant, refusal> check(std::string_view token) = 0;

  /// Uses an invitation; `how` has the parameters and the proof of the first password. Returns the
  /// account.
  virtual tl::expected<std::string, refusal> activate(std::string_view code, AccountActivate how)
    = 0;

  /// The code of the open invitation of an account, for whoever may invite it.
  virtual tl::expected<std::string, refusal> invitation(const AccountDetails& of) = 0;
};

/// Signs with a key; what there is to ask is asked through a client. Both outlive it.
class key_signer final : public credential_signer {
public:
  key_signer(actors::client& client, const identity_key& key, const actors::clock& time)
    : client_{client},
      key_{key},
      time_{time} {}

  tl::expected<std::string, refusal> issue(const TokenIssue& what) override;
  tl::expected<Grant, refusal> check(std::string_view token) override;
  tl::expected<std::string, refusal> activate(std::string_view code, AccountActivate how) override;
  tl::expected<std::string, refusal> invitation(const AccountDetails& of) override;

private:
  actors::client& client_;
  const identity_key key_;
  const actors::clock& time_;
};

/// Authenticates through a client; each call waits for its answers.
class authentication {
public:
  authentication(actors::client& client, credential_signer& signer, const password_cost& cost = {});

  /// With the key of this process.
  authentication(actors::client& client, const identity_key& key, const actors::clock& time,
                 const password_cost& cost = {});

  /// The text of a new token, good for `lifetime_ms`, 0 for the default. The same refusal for a
  /// wrong password and for an account that is not there or not activated, after the same work.
  tl::expected<std::string, refusal> log_in(const std::string& account, std::string_view password,
                                            int64_t lifetime_ms = 0);

  /// What the holder of a token may do now.
  tl::expected<Grant, refusal> authenticate(std::string_view token);

  /// Uses an invitation and sets the first password; returns the account.
  tl::expected<std::string, refusal> activate(std::string_view code, std::string_view password);

  /// Replaces a password; all tokens are revoked.
  tl::expected<void, refusal> set_password(const std::string& account, std::string_view password,
                                           std::string_view new_password);

private:
  tl::expected<std::string, refusal> prove(const std::string& account, std::string_view password);

  actors::client& client_;
  std::optional<key_signer> own_;
  credential_signer& signer_;
  password_cost cost_;
};

} // namespace touchline::nodes
