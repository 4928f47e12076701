#include "nodes/front/front.hpp"

#include "nodes/program_version.hpp"

#include <thread>

namespace touchline::front {

tl::expected<std::unique_ptr<front>, refusal> front::start(nodes::league_access& league,
                                                           const nodes::identity_key& key,
                                                           const front_configuration& config,
                                                           const front_surroundings& around) {
  if (auto why = check_exposure(config))
    return tl::unexpected<refusal>{{INVALID_ARGUMENT, *why}};
  std::unique_ptr<front> out{new front{config}};
  league.stop_waiting_when([closing = out->closing_] { return closing->load(); });
  out->service_
    = std::make_unique<front_service>(league, key, config, nodes::program_version(), around);
  out->service_->watch([&server = out->counted_] {
    auto* found = server.load();
    return found ? found->statistics() : server_statistics{};
  });
  auto server = http_server::start(
    config.server, [service = out->service_.get()](http_request request, reply_function reply) {
      service->handle(std::move(request), std::move(reply));
    });
  if (!server)
    return tl::unexpected{server.error()};
  out->server_ = std::move(*server);
  out->counted_ = out->server_.get();
  return out;
}

front::~front() {
  *closing_ = true;
  if (server_)
    server_->stop();
  // What is under way is answered into the server, which must be there.
  service_.reset();
}

bool front::drain() {
  service_->begin_drain();
  std::this_thread::sleep_for(std::chrono::milliseconds{config_.unready_ms});
  service_->end_streams();
  return server_->drain(config_.drain_ms);
}

} // namespace touchline::front
