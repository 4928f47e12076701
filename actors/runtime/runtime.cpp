#include "actors/runtime/runtime.hpp"

#include "actors/runtime/local_messages.hpp"
#include "actors/runtime/storage_refusal.hpp"

#include <caf/actor_system.hpp>

#include <array>
#include <thread>

namespace touchline::actors {

namespace {

constexpr std::string_view partitions_key = "partitions";

/// A data directory keeps the number of partitions that it was created with.
tl::expected<void, refusal> check_partitions(storage::lmdb_store& store, uint32_t partitions) {
  auto stored = store.meta(partitions_key);
  if (!stored)
    return tl::unexpected{to_refusal(stored.error())};
  auto wanted = std::to_string(partitions);
  if (!*stored) {
    std::array<storage::write_batch, 1> batch;
    batch[0].put_meta(partitions_key, wanted);
    if (auto done = store.commit(batch); !done)
      return tl::unexpected{to_refusal(done.error())};
  } else if (**stored != wanted) {
    return tl::unexpected<refusal>{{CONFLICT, "The data directory was created with " + **stored
                                                + " partitions and the configuration says " + wanted
                                                + "; set touchline.partitions to " + **stored
                                                + "."}};
  }
  return {};
}

} // namespace

tl::expected<std::unique_ptr<runtime>, refusal> runtime::start(caf::actor_system& system,
                                                               runtime_setup setup) {
  auto store = storage::lmdb_store::open(setup.storage);
  if (!store)
    return tl::unexpected{to_refusal(store.error())};
  if (auto same = check_partitions(**store, setup.options.partitions); !same)
    return tl::unexpected{same.error()};
  std::unique_ptr<runtime> result{new runtime{system, setup}};
  result->own_store_ = std::move(*store);
  result->store_ = result->own_store_.get();
  result->writer_ = std::make_unique<storage::writer>(
    *result->store_,
    [self = result.get()](std::span<const storage::commit_token> tokens,
                          const storage::storage_error* error) {
      self->tell_partitions(tokens, error);
    },
    setup.writer);
  result->own_log_ = std::make_unique<writer_log>(*result->writer_);
  auto& log = *result->own_log_;
  result->host(std::move(setup), log, nullptr);
  return result;
}

std::unique_ptr<runtime> runtime::start(caf::actor_system& system, runtime_setup setup,
                                        replicated_storage storage) {
  std::unique_ptr<runtime> result{new runtime{system, setup}};
  result->store_ = storage.store;
  result->host(std::move(setup), *storage.log, std::move(storage.step_down));
  return result;
}

runtime::runtime(caf::actor_system& system, runtime_setup setup)
  : system_{system},
    kinds_{std::move(setup.kinds)},
    time_{*setup.time},
    routes_{std::make_unique<router>(setup.options.partitions)},
    metrics_{std::make_unique<runtime_metrics>(system)} {}

void runtime::host(runtime_setup setup, commit_log& log, step_down_callback step_down) {
  auto entities = std::make_shared<entity_environment>();
  entities->store = store_;
  entities->kinds = &kinds_;
  entities->time = setup.time;
  entities->options = setup.options;
  entities->node = std::move(setup.node);
  entities->spans = setup.spans;
  entities->before_decision = std::move(setup.before_decision);
  running_ = entities->running;
  partition_environment environment{std::move(entities), &log, routes_.get(), metrics_.get(),
                                    nullptr};
  environment.failures = failures_;
  auto failed = [this](const refusal& why) {
    std::unique_lock guard{mutex_};
    failure_ = why;
  };
  supervisor_ = system_.spawn<supervisor_actor>(
    std::move(environment), supervisor_callbacks{std::move(failed), std::move(step_down)});
}

void runtime::lead(uint32_t index, uint64_t epoch) {
  caf::anon_send(supervisor_, lead_partition{index, epoch});
}

void runtime::follow(uint32_t index, refusal why) {
  caf::anon_send(supervisor_, follow_partition{index, std::move(why)});
}

void runtime::begin_end() {
  caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
}

runtime::~runtime() {
  {
    caf::scoped_actor self{system_};
    self->send_exit(supervisor_, caf::exit_reason::user_shutdown);
    self->wait_for(supervisor_);
  }
  // Partitions and entities that were told to end may still be in the middle of a message.
  while (running_->load() > 0)
    std::this_thread::sleep_for(std::chrono::microseconds{100});
  if (writer_)
    writer_->stop();
}

/// On the writer's thread: the highest ticket of each partition stands for all before it.
void runtime::tell_partitions(std::span<const storage::commit_token> tokens,
                              const storage::storage_error* error) {
  std::array<storage::commit_token, 256> newest{};
  std::vector<uint32_t> touched;
  for (auto token : tokens) {
    auto index = commit_ticket::partition(token);
    if (newest[index] == 0)
      touched.push_back(index);
    newest[index] = token;
  }
  for (auto index : touched) {
    auto token = newest[index];
    auto ticket = commit_ticket::ticket(token);
    commit_notice notice{commit_ticket::incarnation(token), ticket, ticket, {}};
    if (error)
      notice.error = *error;
    if (auto partition = routes_->here(index))
      caf::anon_send(partition, std::move(notice));
  }
}

bool runtime::settle(int64_t timeout_ms) {
  caf::scoped_actor self{system_};
  auto deadline = time_.steady_ms() + timeout_ms;
  uint64_t handled_before = 0;
  bool idle_before = false;
  while (time_.steady_ms() < deadline && !failure()) {
    bool idle = true;
    uint64_t handled = 0;
    for (uint32_t i = 0; i < routes_->partitions(); ++i) {
      auto partition = routes_->at(i);
      idle = idle && partition;
      if (!partition)
        continue;
      self->request(partition, std::chrono::seconds{1}, activity_query{})
        .receive(
          [&](const activity& x) {
            idle = idle && x.idle;
            handled += x.handled;
          },
          [&](const caf::error&) { idle = false; });
    }
    if (idle && idle_before && handled == handled_before)
      return true;
    idle_before = idle;
    handled_before = handled;
    if (!idle)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return false;
}

uint64_t runtime::active_entities() {
  return static_cast<uint64_t>(metrics_->active_entities->value());
}

void runtime::passivate_all() {
  for (uint32_t i = 0; i < routes_->partitions(); ++i)
    if (auto partition = routes_->at(i))
      caf::anon_send(partition, actors::passivate_all{});
  settle(10'000);
  store_->trim();
}

answer runtime::drop_dead_letter(const std::string& id) {
  // A partition that starts, or starts again, is there within its back-off.
  constexpr int64_t patience_ms = 10'000;
  answer result{id, UNAVAILABLE, "The partition of " + id + " is being restarted.", {}, 0, false};
  auto address = id.substr(0, id.rfind('@'));
  auto partition = routes_->find(address);
  for (auto deadline = time_.steady_ms() + patience_ms;
       !partition && time_.steady_ms() < deadline;) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    partition = routes_->find(address);
  }
  if (!partition)
    return result;
  caf::scoped_actor self{system_};
  self->request(partition, std::chrono::seconds{30}, drop_request{id})
    .receive([&result](const answer& x) { result = x; },
             [&result](const caf::error&) {
               result.text = "Dropping " + result.id + " was not confirmed; look it up again.";
             });
  return result;
}

void runtime::fail_entity(const std::string& address) {
  if (auto partition = routes_->find(address))
    caf::anon_send(partition, fail_request{address});
}

void runtime::fail_partition(uint32_t index) {
  if (auto partition = routes_->at(index))
    caf::anon_send(partition, fail_request{});
}

std::optional<refusal> runtime::failure() const {
  std::unique_lock guard{mutex_};
  return failure_;
}

} // namespace touchline::actors
