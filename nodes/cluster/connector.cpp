#include "nodes/cluster/connector.hpp"

#include "nodes/cluster/tls_sessions.hpp"
#include "nodes/host_port.hpp"

#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/scoped_actor.hpp>

#include <spdlog/spdlog.h>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace touchline::cluster {

namespace {

/// A connection that lived so long was one.
constexpr int64_t lived_ms = 5'000;

/// Waits until a connection that was begun is there; the reason when it is not.
std::string finish_connecting(int descriptor, int timeout_ms) {
  pollfd entry{descriptor, POLLOUT, 0};
  if (::poll(&entry, 1, timeout_ms) <= 0)
    return "no answer within " + std::to_string(timeout_ms) + " ms";
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? std::string{} : std::strerror(error);
}

/// Whether somebody listens there: empty, or why not. Never waits longer than `timeout_ms` for one
/// address, whatever the network swallows.
std::string probe(const node_address& where, int timeout_ms) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto port = std::to_string(where.port);
  if (auto failed = ::getaddrinfo(where.host.c_str(), port.c_str(), &hints, &found); failed != 0)
    return ::gai_strerror(failed);
  std::string why = "no address";
  for (auto* x = found; x && !why.empty(); x = x->ai_next) {
    auto descriptor = ::socket(x->ai_family, x->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
      continue;
    why.clear();
    if (::connect(descriptor, x->ai_addr, x->ai_addrlen) != 0)
      why = errno == EINPROGRESS ? finish_connecting(descriptor, timeout_ms) : std::strerror(errno);
    ::close(descriptor);
  }
  ::freeaddrinfo(found);
  return why;
}

} // namespace

tl::expected<caf::actor, std::string> reach(caf::actor_system& system, const node_address& where,
                                            const connector_options& options) {
  if (auto why = probe(where, static_cast<int>(options.connect_ms)); !why.empty())
    return tl::unexpected{why};
  auto manager
    = options.tls ? system.openssl_manager().actor_handle() : system.middleman().actor_handle();
  static_cast<void>(take_tls_failure());
  caf::scoped_actor self{system};
  tl::expected<caf::actor, std::string> result = tl::unexpected{std::string{}};
  self
    ->request(manager, std::chrono::milliseconds{2 * options.connect_ms}, caf::connect_atom_v,
              where.host, where.port)
    .receive(
      [&](const caf::node_id&, const caf::strong_actor_ptr& there, const std::set<std::string>&) {
        if (there)
          result = caf::actor_cast<caf::actor>(there);
        else
          result = tl::unexpected{std::string{"it is no node of Touchline"}};
      },
      [&](const caf::error& why) {
        auto reason = take_tls_failure();
        result = tl::unexpected{
          !reason.empty()
            ? "no connection with TLS, one of the certificates does not fit: " + reason
          : options.tls
            ? "no connection with TLS, perhaps one of the certificates does not fit ("
                + to_string(why) + ")"
            : "it does not answer as a node does; perhaps it wants TLS (" + to_string(why) + ")"};
      });
  return result;
}

connector::connector(caf::actor_system& system, std::shared_ptr<const peer_environment> environment,
                     std::shared_ptr<const peer_table> peers, wire_hello hello,
                     const connector_options& options)
  : system_{system},
    environment_{std::move(environment)},
    peers_{std::move(peers)},
    hello_{std::move(hello)},
    options_{options} {}

connector::~connector() {
  std::vector<std::unique_ptr<target>> targets;
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
    targets = std::move(targets_);
  }
  changed_.notify_all();
  for (auto& x : targets)
    x->thread.join();
}

void connector::connect_to(const std::vector<node_address>& addresses) {
  {
    std::lock_guard guard{mutex_};
    for (auto& x : targets_)
      x->wanted = std::ranges::find(addresses, x->where) != addresses.end();
  }
  for (auto& address : addresses)
    add(address);
  changed_.notify_all();
}

void connector::add(const node_address& address) {
  std::lock_guard guard{mutex_};
  if (stopping_)
    return;
  for (auto& x : targets_)
    if (x->where == address) {
      x->wanted = true;
      return;
    }
  auto& x = *targets_.emplace_back(std::make_unique<target>());
  x.where = address;
  x.thread = std::thread{[this, &x] { hold(x); }};
}

std::string connector::last_error() const {
  std::lock_guard guard{mutex_};
  return last_error_;
}

/// True when it is time to go on, false when the target is not wanted any more.
bool connector::pause(const target& x, int64_t ms) {
  std::unique_lock guard{mutex_};
  changed_.wait_for(guard, std::chrono::milliseconds{ms}, [&] { return stopping_ || !x.wanted; });
  return !stopping_ && x.wanted;
}

void connector::note(const node_address& where, const std::string& error) {
  std::lock_guard guard{mutex_};
  auto text = nodes::to_string(nodes::host_port{where.host, where.port}) + ": " + error;
  if (std::exchange(last_error_, text) != text)
    spdlog::debug("no connection to {}", text);
}

void connector::hold(target& x) {
  constexpr int64_t idle_ms = 100;
  auto backoff = options_.backoff_min_ms;
  for (;;) {
    {
      // One that is not wanted sleeps: it may be wanted again.
      std::unique_lock guard{mutex_};
      changed_.wait(guard, [&] { return stopping_ || x.wanted; });
      if (stopping_)
        return;
    }
    if (x.where.node != 0 && peers_->at(x.where.node)) {
      pause(x, idle_ms);
      continue;
    }
    auto began = environment_->time->steady_ms();
    auto connected = try_once(x);
    if (connected && environment_->time->steady_ms() - began > lived_ms)
      backoff = options_.backoff_min_ms;
    pause(x, backoff);
    backoff = std::min(2 * backoff, options_.backoff_max_ms);
  }
}

/// Connects and stays until the connection has ended; false when there was none.
bool connector::try_once(const target& x) {
  auto gateway = reach(system_, x.where, options_);
  if (!gateway) {
    note(x.where, gateway.error());
    return false;
  }
  caf::scoped_actor self{system_};
  auto peer = self->spawn<peer_actor, caf::monitored>(environment_, hello_, std::move(*gateway));
  for (bool ended = false; !ended;) {
    constexpr std::chrono::milliseconds step{100};
    self->receive(
      [&](const caf::down_msg& down) {
        ended = true;
        note(x.where, to_string(down.reason));
      },
      caf::after(step) >> [] {});
    std::unique_lock guard{mutex_};
    if (stopping_ || !x.wanted) {
      guard.unlock();
      self->send_exit(peer, caf::exit_reason::user_shutdown);
    }
  }
  return true;
}

} // namespace touchline::cluster
