#include "actors/runtime/supervisor_actor.hpp"

#include "actors/runtime/local_messages.hpp"

#include <spdlog/spdlog.h>

namespace touchline::actors {

supervisor_actor::supervisor_actor(caf::actor_config& config, partition_environment environment,
                                   supervisor_callbacks callbacks)
  : event_based_actor{config},
    environment_{std::move(environment)},
    options_{environment_.entities->options},
    callbacks_{std::move(callbacks)},
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
  if (!callbacks_.step_down)
    for (uint32_t i = 0; i < children_.size(); ++i)
      lead(i, 0);
  return {[this](const partition_failed& x) { child_ended(x); },
          [this](const lead_partition& x) { lead(x.index, x.epoch); },
          [this](const follow_partition& x) { follow(x.index, x.why); },
          [this](restart_partition x) {
            if (children_[x.index].epoch && children_[x.index].incarnation == x.incarnation)
              start(x.index);
          }};
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

void supervisor_actor::lead(uint32_t index, uint64_t epoch) {
  auto& x = children_[index];
  if (x.epoch == epoch)
    return;
  follow(index, {UNAVAILABLE, "Partition " + std::to_string(index) + " begins anew."});
  x.epoch = epoch;
  x.failures_in_a_row = 0;
  start(index);
}

void supervisor_actor::follow(uint32_t index, const refusal& why) {
  auto& x = children_[index];
  x.epoch.reset();
  if (!std::exchange(x.running, false))
    return;
  demonitor(x.actor);
  environment_.routes->set(index, nullptr);
  send(x.actor, resign{why});
  x.actor = nullptr;
}

void supervisor_actor::start(uint32_t index) {
  auto& x = children_[index];
  ++x.incarnation;
  x.running = true;
  x.started_ms = environment_.entities->time->steady_ms();
  x.actor = spawn<partition_actor>(environment_, index, x.incarnation, *x.epoch);
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
  environment_.failures->note(
    {environment_.entities->time->now_ms(), failure.index, {}, failure.text});
  auto now = environment_.entities->time->steady_ms();
  if (now - x.started_ms > options_.partitions_policy.period_ms)
    x.failures_in_a_row = 0;
  ++x.failures_in_a_row;
  auto delay = options_.partitions_policy.backoff_max_ms;
  // A full disk is no defect: the node stays, refuses, and tries again until there is room.
  if (failure.code != DISK_FULL) {
    auto allowed = restarts_.note_failure(now, x.failures_in_a_row);
    if (!allowed && failure.code != STORAGE_FAILED && callbacks_.step_down
        && callbacks_.step_down(failure.index)) {
      spdlog::error("partition {} fails again and again and is handed to another node: {}",
                    failure.index, failure.text);
      x.epoch.reset();
      return;
    }
    if (!allowed || failure.code == STORAGE_FAILED) {
      callbacks_.failed({failure.code, failure.text});
      quit(caf::make_error(caf::sec::runtime_error, failure.text));
      return;
    }
    delay = *allowed;
  }
  spdlog::warn("partition {} failed and is restarted in {} ms: {}", failure.index, delay,
               failure.text);
  delayed_send(caf::actor{this}, std::chrono::milliseconds{delay},
               restart_partition{failure.index, x.incarnation});
}

} // namespace touchline::actors
