#include "nodes/front/front.hpp"

#include "nodes/program_version.hpp"

#include <thread>

namespace touchline::front {

tl::expected<std::unique_ptr<front>, refusal> front::start(nodes::league_access& league,
                                                           const front_configuration& config) {
  if (auto why = check_exposure(config))
    return tl::unexpected<refusal>{{INVALID_ARGUMENT, *why}};
  auto key = league.key();
  if (!key)
    return tl::unexpected{key.error()};
  std::unique_ptr<front> out{new front{config}};
  out->service_ = std::make_unique<front_service>(league, *key, config, nodes::program_version());
  auto server = http_server::start(
    config.server, [service = out->service_.get()](http_request request, reply_function reply) {
      service->handle(std::move(request), std::move(reply));
    });
  if (!server)
    return tl::unexpected{server.error()};
  out->server_ = std::move(*server);
  return out;
}

front::~front() {
  if (server_)
    server_->stop();
  // What is under way is answered into the server, which must be there.
  service_.reset();
}

bool front::drain() {
  service_->begin_drain();
  std::this_thread::sleep_for(std::chrono::milliseconds{config_.unready_ms});
  return server_->drain(config_.drain_ms);
}

} // namespace touchline::front
