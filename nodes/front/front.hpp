// A front that runs: a league, what it answers, and the sockets.
#pragma once

#include "nodes/front/front_configuration.hpp"
#include "nodes/front/front_service.hpp"
#include "nodes/front/http_server.hpp"
#include "nodes/league_access.hpp"

#include <atomic>
#include <memory>

namespace touchline::front {

/// Serves a league as long as it lives.
class front {
public:
  /// `league` must outlive it, and so must what is around it. `key` is the one of the league's
  /// nodes. One sentence when it cannot listen, or may not as configured.
  static tl::expected<std::unique_ptr<front>, refusal> start(nodes::league_access& league,
                                                             const nodes::identity_key& key,
                                                             const front_configuration& config,
                                                             const front_surroundings& around = {});
  front(const front&) = delete;
  front& operator=(const front&) = delete;
  ~front();

  uint16_t port() const noexcept { return server_->port(); }

  /// Unready first, then without new connections, until every response was taken. False when some
  /// were not.
  bool drain();

private:
  explicit front(const front_configuration& config) : config_{config} {}

  front_configuration config_;
  /// Ends what waits for the league.
  std::shared_ptr<std::atomic<bool>> closing_ = std::make_shared<std::atomic<bool>>(false);
  /// Where requests find the server, which begins before it is known here.
  std::atomic<http_server*> counted_ = nullptr;
  std::unique_ptr<front_service> service_;
  std::unique_ptr<http_server> server_;
};

} // namespace touchline::front
