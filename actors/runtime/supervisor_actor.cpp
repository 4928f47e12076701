#include "actors/runtime/supervisor_actor.hpp"

#include "actors/runtime/local_messages.hpp"

#include <spdlog/spdlog.h>

namespace touchline::actors {

supervisor_actor::supervisor_actor(caf::actor_config& config, partition_environment environment,
                                   node_failed_callback failed)
  : event_based_actor{config},
    environment_{std::move(environment)},
    options_{environment_.entities->options},
    failed_{std::move(failed)},
    restarts_{options_.partitions_policy},
    children_(environment_.routes->partitions()) {
  environment_.supervisor = caf::actor{this};
  set_down_handler([this](const caf::down_msg& down) {
    for (uint32_t i = 0; i < children_.size(); ++i)
      if (children_[i].running && children_[i].actor.address() == down.source)
        child_ended({i, children_[i].incarnation, UNAVAILABLE, to_string(down.reason)});
  });
}

caf::behavior supervisor_actor::make_behavior() {
  for (uint32_t i = 0; i < children_.size(); ++i)
    start(i);
  return {[this](const partition_failed& x) { child_ended(x); },
          [this](restart_partition x) { start(x.index); }};
}

void supervisor_actor::on_exit() {
  for (uint32_t i = 0; i < children_.size(); ++i) {
    environment_.routes->set(i, nullptr);
    if (children_[i].running)
      send_exit(children_[i].actor, caf::exit_reason::user_shutdown);
  }
  children_.clear();
  environment_.supervisor = nullptr;
}

void supervisor_actor::start(uint32_t index) {
  auto& x = children_[index];
  ++x.incarnation;
  x.running = true;
  x.started_ms = environment_.entities->time->steady_ms();
  x.actor = spawn<partition_actor>(environment_, index, x.incarnation);
  monitor(x.actor);
  environment_.routes->set(index, x.actor);
  send(x.actor, open_partition{});
}

void supervisor_actor::child_ended(const partition_failed& failure) {
  auto& x = children_[failure.index];
  if (!x.running || x.incarnation != failure.incarnation)
    return;
  x.running = false;
  demonitor(x.actor);
  environment_.routes->set(failure.index, nullptr);
  environment_.metrics->partition_restarts->inc();
  auto now = environment_.entities->time->steady_ms();
  if (now - x.started_ms > options_.partitions_policy.period_ms)
    x.failures_in_a_row = 0;
  ++x.failures_in_a_row;
  auto delay = options_.partitions_policy.backoff_max_ms;
  // A full disk is no defect: the node stays, refuses, and tries again until there is room.
  if (failure.code != DISK_FULL) {
    auto allowed = restarts_.note_failure(now, x.failures_in_a_row);
    if (!allowed || failure.code == STORAGE_FAILED) {
      failed_({failure.code, failure.text});
      quit(caf::make_error(caf::sec::runtime_error, failure.text));
      return;
    }
    delay = *allowed;
  }
  spdlog::warn("partition {} failed and is restarted in {} ms: {}", failure.index, delay,
               failure.text);
  delayed_send(caf::actor{this}, std::chrono::milliseconds{delay},
               restart_partition{failure.index});
}

} // namespace touchline::actors
