// A node of this process that is served over HTTP, with accounts of each kind.
#pragma once

#include "nodes/embedded_access.hpp"
#include "nodes/front/front.hpp"
#include "tests/front/http_client.hpp"
#include "tests/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>

namespace touchline::testing {

/// A front with a real node behind it.
class served_node {
public:
  explicit served_node(front::front_configuration config = {}) {
    nodes::configuration node;
    node.data_directory = folder_.path() / "data";
    node.runtime.partitions = 2;
    auto access = nodes::embedded_access::start(node);
    if (!access)
      throw std::runtime_error{access.error().text};
    access_ = std::move(*access);
    config.server.listen.port = 0;
    auto started = front::front::start(*access_, access_->key().value(), config);
    if (!started)
      throw std::runtime_error{started.error().text};
    front_ = std::move(*started);
  }

  uint16_t port() const { return front_->port(); }
  front::front& served() { return *front_; }
  nodes::embedded_access& league() { return *access_; }

  /// An account with a password, made without the front. Returns a token.
  std::string make_account(const std::string& account, Role role,
                           const std::vector<std::string>& teams = {}) {
    constexpr nodes::password_cost cheap{actors::min_password_operations,
                                         actors::min_password_memory};
    actors::client client{access_->system(), access_->routes(), actors::system_clock()};
    auto key = access_->key();
    nodes::authentication door{client, *key, actors::system_clock(), cheap};
    AccountCreate create;
    create.set_account(account);
    create.set_name("Jane");
    create.set_role(role);
    for (auto& team : teams)
      create.add_teams(team);
    client.ask("create/" + account, create);
    auto active = door.activate(nodes::invitation_code(*key, {account, 1}), password);
    auto token = door.log_in(account, password);
    if (!active || !token)
      throw std::runtime_error{active ? token.error().text : active.error().text};
    return *token;
  }

  /// One request on a connection of its own.
  http_reply ask(const std::string& method, const std::string& target, header_list headers = {},
                 const std::string& body = {}) const {
    return http_client{port()}.ask(method, target, headers, body);
  }

  static constexpr const char* password = "correct horse";

private:
  temporary_folder folder_;
  std::unique_ptr<nodes::embedded_access> access_;
  std::unique_ptr<front::front> front_;
};

/// The header that shows a token.
inline std::pair<std::string, std::string> bearer(const std::string& token) {
  return {"Authorization", "Bearer " + token};
}

} // namespace touchline::testing
