#include "nodes/authentication.hpp"

#include "messages/account_name.hpp"
#include "nodes/base64.hpp"

#include <charconv>
#include <utility>

#include <sodium.h>

namespace touchline::nodes {

namespace {

constexpr std::string_view token_purpose = "touchline token 1";
constexpr std::string_view invitation_purpose = "touchline invitation 1";
constexpr size_t token_signature_bytes = crypto_auth_BYTES;
/// Short enough to be typed: 22 characters.
constexpr size_t invitation_signature_bytes = 16;

tl::unexpected<refusal> refuse(ErrorCode code, std::string text) {
  return tl::unexpected<refusal>{refusal{code, std::move(text)}};
}

/// The part of a grant that a token carries.
Grant bare(const Grant& grant) {
  Grant result;
  result.set_account(grant.account());
  result.set_token(grant.token());
  result.set_issued_ms(grant.issued_ms());
  result.set_expires_ms(grant.expires_ms());
  return result;
}

tl::unexpected<refusal> not_a_token() {
  return refuse(UNAUTHENTICATED, "This is not a token of this league, or not all of it.");
}

tl::unexpected<refusal> not_an_invitation() {
  return refuse(UNAUTHENTICATED, "This is not an invitation code of this league, or not all of it; "
                                 "it looks like ACCOUNT:NUMBER:SIGNATURE.");
}

std::string signed_invitation(const invitation& x) {
  return x.account + ':' + std::to_string(x.number);
}

std::string new_id() {
  return random_hex(16);
}

template <class Reply>
tl::expected<Reply, refusal> reply_of(const answer& x) {
  Reply reply;
  if (!x.ok())
    return refuse(x.code, x.text);
  if (!reply.ParseFromString(x.body))
    return refuse(DAMAGED, "The answer of the identity context is unreadable.");
  return reply;
}

} // namespace

// -- tokens ---------------------------------------------------------------------------------------

std::string sign_token(const identity_key& key, const Grant& grant) {
  auto content = bare(grant).SerializeAsString();
  return to_base64(content) + '.' + to_base64(key.sign(token_purpose, content));
}

tl::expected<Grant, refusal> read_token(const identity_key& key, std::string_view text,
                                        int64_t now_ms) {
  auto point = text.find('.');
  if (text.size() > max_credential_bytes || point == std::string_view::npos)
    return not_a_token();
  auto content = from_base64(text.substr(0, point));
  auto signature = from_base64(text.substr(point + 1));
  if (!content || !signature
      || !key.verify(token_purpose, *content, *signature, token_signature_bytes))
    return not_a_token();
  Grant grant;
  if (!grant.ParseFromString(*content))
    return not_a_token();
  if (now_ms >= grant.expires_ms())
    return refuse(UNAUTHENTICATED, "The token is expired or revoked; log in again.");
  return bare(grant);
}

// -- invitations ----------------------------------------------------------------------------------

std::string invitation_code(const identity_key& key, const invitation& what) {
  auto content = signed_invitation(what);
  auto signature = key.sign(invitation_purpose, content).substr(0, invitation_signature_bytes);
  return content + ':' + to_base64(signature);
}

tl::expected<invitation, refusal> read_invitation(const identity_key& key, std::string_view code) {
  auto last = code.rfind(':');
  auto first = code.find(':');
  if (code.size() > max_credential_bytes || first == last)
    return not_an_invitation();
  invitation result;
  result.account = code.substr(0, first);
  auto number = code.substr(first + 1, last - first - 1);
  auto [stop, wrong] = std::from_chars(number.data(), number.data() + number.size(), result.number);
  auto signature = from_base64(code.substr(last + 1));
  // What was signed is made again of what was read: there is one code for an invitation.
  if (wrong != std::errc{} || signed_invitation(result) != code.substr(0, last) || !signature
      || !key.verify(invitation_purpose, signed_invitation(result), *signature,
                     invitation_signature_bytes))
    return not_an_invitation();
  return result;
}

// -- through a client -----------------------------------------------------------------------------

tl::expected<std::string, refusal> key_signer::issue(const TokenIssue& what) {
  auto grant = reply_of<Grant>(client_.ask(new_id(), what));
  if (!grant)
    return tl::unexpected<refusal>{grant.error()};
  // Nothing is signed but what was asked for.
  if (grant->account() != what.account() || grant->token() != what.token())
    return refuse(DAMAGED, "The identity context granted something else than was asked for.");
  return sign_token(key_, *grant);
}

tl::expected<Grant, refusal> key_signer::check(std::string_view token) {
  auto shown = read_token(key_, token, time_.now_ms());
  if (!shown)
    return shown;
  TokenCheck check;
  check.set_account(shown->account());
  check.set_token(shown->token());
  return reply_of<Grant>(client_.ask(new_id(), check));
}

tl::expected<std::string, refusal> key_signer::activate(std::string_view code,
                                                        AccountActivate how) {
  auto shown = read_invitation(key_, code);
  if (!shown)
    return tl::unexpected<refusal>{shown.error()};
  how.set_account(shown->account);
  how.set_invitation(shown->number);
  auto reply = client_.ask(new_id(), how);
  if (!reply.ok())
    return refuse(reply.code, reply.text);
  return shown->account;
}

tl::expected<std::string, refusal> key_signer::invitation(const AccountDetails& of) {
  return invitation_code(key_, {of.account(), of.invitation()});
}

authentication::authentication(actors::client& client, credential_signer& signer,
                               const password_cost& cost)
  : client_{client},
    signer_{signer},
    cost_{cost} {}

authentication::authentication(actors::client& client, const identity_key& key,
                               const actors::clock& time, const password_cost& cost)
  : client_{client},
    own_{std::in_place, client, key, time},
    signer_{*own_},
    cost_{cost} {}

tl::expected<std::string, refusal> authentication::prove(const std::string& account,
                                                         std::string_view password) {
  for (auto& wrong : {check_account(account), check_password(password)})
    if (wrong)
      return refuse(INVALID_ARGUMENT, *wrong);
  AccountChallenge challenge;
  challenge.set_account(account);
  auto parameters = reply_of<PasswordParameters>(client_.ask(new_id(), challenge));
  if (!parameters)
    return tl::unexpected<refusal>{parameters.error()};
  return derive_proof(password, *parameters);
}

tl::expected<std::string, refusal> authentication::log_in(const std::string& account,
                                                          std::string_view password,
                                                          int64_t lifetime_ms) {
  auto proof = prove(account, password);
  if (!proof)
    return tl::unexpected<refusal>{proof.error()};
  TokenIssue issue;
  issue.set_account(account);
  issue.set_proof(*proof);
  issue.set_token(random_hex(actors::token_id_digits / 2));
  issue.set_lifetime_ms(lifetime_ms);
  return signer_.issue(issue);
}

tl::expected<Grant, refusal> authentication::authenticate(std::string_view token) {
  return signer_.check(token);
}

tl::expected<std::string, refusal> authentication::activate(std::string_view code,
                                                            std::string_view password) {
  AccountActivate message;
  *message.mutable_parameters() = draw_parameters(cost_);
  auto proof = derive_proof(password, message.parameters());
  if (!proof)
    return tl::unexpected<refusal>{proof.error()};
  message.set_proof(*proof);
  return signer_.activate(code, std::move(message));
}

tl::expected<void, refusal> authentication::set_password(const std::string& account,
                                                         std::string_view password,
                                                         std::string_view new_password) {
  auto proof = prove(account, password);
  if (!proof)
    return tl::unexpected<refusal>{proof.error()};
  AccountSetPassword message;
  message.set_account(account);
  message.set_proof(*proof);
  *message.mutable_parameters() = draw_parameters(cost_);
  auto new_proof = derive_proof(new_password, message.parameters());
  if (!new_proof)
    return tl::unexpected<refusal>{new_proof.error()};
  message.set_new_proof(*new_proof);
  auto reply = client_.ask(new_id(), message);
  if (!reply.ok())
    return refuse(reply.code, reply.text);
  return {};
}

} // namespace touchline::nodes
