#include "nodes/front/credentials.hpp"

#include "messages/text.hpp"
#include "nodes/front/message_body.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace touchline::front {

namespace {

using nlohmann::json;

constexpr std::array token_fields{
  credential_field{"password", "string", true, "The account's"},
  credential_field{"lifetime_ms", "integer", false, "How long the token is to be good for"}};
constexpr std::array activation_fields{
  credential_field{"invitation", "string", true, "The code that the account's holder was given"},
  credential_field{"password", "string", true, "The first one"}};
constexpr std::array password_fields{
  credential_field{"password", "string", true, "The present one"},
  credential_field{"new_password", "string", true, "The next one"}};

problem wrong(ErrorCode code, std::string detail, std::string field = {}) {
  problem out;
  out.code = code;
  out.detail = std::move(detail);
  out.field = std::move(field);
  return out;
}

http_response done(const json& body) {
  http_response out;
  out.body = body.dump();
  out.set("Content-Type", "application/json");
  out.set("Cache-Control", "no-store");
  return out;
}

/// With the id of the token, by which it is revoked: to others its text says nothing.
http_response issue_token(const std::string& account, const json& body, nodes::authentication& door,
                          const nodes::identity_key& key) {
  auto token = door.log_in(account, body["password"].get<std::string>(),
                           body.value("lifetime_ms", int64_t{0}));
  if (!token)
    return response_of(problem_of(token.error()));
  // Read as of long ago, before it expires.
  auto grant = nodes::read_token(key, *token, 0);
  return grant ? done({{"account", account},
                       {"token", *token},
                       {"token_type", "Bearer"},
                       {"id", grant->token()},
                       {"expires_ms", grant->expires_ms()}})
               : response_of(problem_of(grant.error()));
}

http_response activate(const std::string& account, const json& body, nodes::authentication& door) {
  auto code = body["invitation"].get<std::string>();
  // The code begins with the account that it is for.
  if (code.substr(0, code.find(':')) != account)
    return response_of(
      wrong(UNAUTHENTICATED, "This is no invitation to this account.", "invitation"));
  auto activated = door.activate(code, body["password"].get<std::string>());
  return activated ? done({{"account", *activated}}) : response_of(problem_of(activated.error()));
}

http_response set_password(const std::string& account, const json& body,
                           nodes::authentication& door) {
  auto set = door.set_password(account, body["password"].get<std::string>(),
                               body["new_password"].get<std::string>());
  return set ? done({{"account", account}}) : response_of(problem_of(set.error()));
}

} // namespace

std::span<const credential_field> credential_fields(uint32_t number) {
  if (number == number_of<TokenIssue>)
    return token_fields;
  if (number == number_of<AccountActivate>)
    return activation_fields;
  if (number == number_of<AccountSetPassword>)
    return password_fields;
  return {};
}

tl::expected<json, problem> read_credentials(uint32_t number, const http_request& request) {
  auto fields = credential_fields(number);
  if (auto type = check_content_type(request); !type)
    return tl::unexpected{type.error()};
  auto body = json::parse(request.body, nullptr, false);
  if (!body.is_object()) {
    auto why = wrong(INVALID_ARGUMENT, "The body is no JSON object.");
    constexpr unsigned bad_request = 400;
    why.status = bad_request;
    return tl::unexpected{std::move(why)};
  }
  for (auto& [name, value] : body.items()) {
    const auto* known = std::ranges::find(fields, name, &credential_field::name).base();
    if (known == fields.data() + fields.size())
      return tl::unexpected{
        wrong(INVALID_ARGUMENT, "There is no field " + excerpt(name) + " here.", excerpt(name))};
    if (known->type == std::string_view{"string"} ? !value.is_string() : !value.is_number_integer())
      return tl::unexpected{
        wrong(INVALID_ARGUMENT, name + " must be of the type " + known->type + '.', name)};
  }
  for (auto& x : fields)
    if (x.required && !body.contains(x.name))
      return tl::unexpected{
        wrong(INVALID_ARGUMENT, std::string{x.name} + " must be there.", x.name)};
  return body;
}

http_response run_credential_operation(uint32_t number, const std::string& account,
                                       const http_request& request, nodes::authentication& door,
                                       const nodes::identity_key& key) {
  auto body = read_credentials(number, request);
  if (!body)
    return response_of(body.error());
  if (number == number_of<TokenIssue>)
    return issue_token(account, *body, door, key);
  if (number == number_of<AccountActivate>)
    return activate(account, *body, door);
  return set_password(account, *body, door);
}

} // namespace touchline::front
