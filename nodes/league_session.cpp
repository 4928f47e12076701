#include "nodes/league_session.hpp"

#include "messages/permissions.hpp"

namespace touchline::nodes {

league_session::league_session(std::unique_ptr<league_access> access, const identity_key& key)
  : access_{std::move(access)},
    client_{access_->system(), access_->routes(), actors::system_clock()},
    key_{key},
    door_{client_, key_, actors::system_clock()} {}

tl::expected<std::unique_ptr<league_session>, refusal> league_session::start(
  const common_options& options, const std::string& token) {
  auto access = open_access(options);
  if (!access)
    return tl::unexpected<refusal>{access.error()};
  auto key = (*access)->key();
  if (!key)
    return tl::unexpected<refusal>{key.error()};
  std::unique_ptr<league_session> result{new league_session{std::move(*access), *key}};
  if (token.empty())
    return result;
  auto holder = result->door_.authenticate(token);
  if (!holder)
    return tl::unexpected<refusal>{holder.error()};
  result->holder_ = std::move(*holder);
  return result;
}

answer league_session::ask(const std::string& id,
                           std::shared_ptr<const google::protobuf::Message> body,
                           const message_info& info) {
  if (info.is_sent_by("operations"))
    return {id, UNSUPPORTED, info.name + " is sent by nodes only, not from outside.", {}, 0, false};
  if (holder_)
    if (auto wrong = check_permission(*holder_, info, *body))
      return {id, wrong->code, wrong->text, {}, 0, false};
  answer reply;
  client_.post(id, info.number, std::move(body), [&reply](const answer& x) { reply = x; });
  client_.finish();
  return reply;
}

} // namespace touchline::nodes
