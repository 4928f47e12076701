#include "nodes/local_session.hpp"

#include "messages/permissions.hpp"

namespace touchline::nodes {

local_session::local_session(std::unique_ptr<embedded_node> node, const identity_key& key)
  : node_{std::move(node)},
    client_{node_->system(), node_->runtime().routes(), actors::system_clock()},
    key_{key},
    door_{client_, key_, actors::system_clock()} {}

tl::expected<std::unique_ptr<local_session>, refusal> local_session::start(
  const configuration& config, const std::string& token) {
  auto node = embedded_node::start(config);
  if (!node)
    return tl::unexpected<refusal>{node.error()};
  auto key = identity_key::open(config.data_directory);
  if (!key)
    return tl::unexpected<refusal>{key.error()};
  std::unique_ptr<local_session> result{new local_session{std::move(*node), *key}};
  if (token.empty())
    return result;
  auto holder = result->door_.authenticate(token);
  if (!holder)
    return tl::unexpected<refusal>{holder.error()};
  result->holder_ = std::move(*holder);
  return result;
}

answer local_session::ask(const std::string& id,
                          std::shared_ptr<const google::protobuf::Message> body,
                          const message_info& info) {
  if (holder_)
    if (auto wrong = check_permission(*holder_, info, *body))
      return {id, wrong->code, wrong->text, {}, 0, false};
  answer reply;
  client_.post(id, info.number, std::move(body), [&reply](const answer& x) { reply = x; });
  client_.finish();
  return reply;
}

} // namespace touchline::nodes
