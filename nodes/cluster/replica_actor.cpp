#include "nodes/cluster/replica_actor.hpp"

#include "actors/runtime/local_messages.hpp"
#include "actors/runtime/storage_refusal.hpp"
#include "nodes/cluster/failed_reply.hpp"
#include "nodes/shown_metrics.hpp"
#include "storage/layout.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace touchline::cluster {

namespace {

using consensus::effects;
using consensus::server_role;
using storage::urgency;

/// Enough to know that there is room again: more than the pages of a small transaction.
constexpr size_t probe_bytes = size_t{256} << 10;

constexpr std::string_view probe_field = "probe";

storage::read_limits piece_limits(size_t bytes) {
  constexpr size_t max_operations = 8'192;
  return {max_operations, bytes};
}

refusal led_elsewhere(uint32_t partition) {
  return {UNAVAILABLE, "Partition " + std::to_string(partition)
                         + " is not led by this node any more; whether the command took effect is "
                           "unknown, send it again under the same id."};
}

} // namespace

std::vector<std::pair<uint32_t, caf::actor>> replica_table::all() const {
  std::vector<std::pair<uint32_t, caf::actor>> out;
  std::lock_guard guard{mutex_};
  for (uint32_t i = 0; i < replicas_.size(); ++i)
    if (replicas_[i])
      out.emplace_back(i, replicas_[i]);
  return out;
}

storage::submitted replicated_log::submit(uint64_t epoch, storage::write_batch&& batch,
                                          storage::commit_token token) {
  auto partition = actors::commit_ticket::partition(token);
  auto& waiting = queues_->at[partition];
  auto bytes = batch.size_bytes();
  if (waiting.batches >= options_.max_queued_batches
      || (waiting.batches > 0 && waiting.bytes + bytes > options_.max_queued_bytes))
    return storage::submitted::overloaded;
  auto replica = replicas_->at(partition);
  if (!replica)
    return storage::submitted::stopped;
  proposal x{epoch, token, batch.empty() ? std::string{} : batch.encode()};
  ++waiting.batches;
  waiting.bytes += x.batch.size();
  batch.clear();
  caf::anon_send(replica, std::move(x));
  return storage::submitted::queued;
}

void tell_replicas(const replica_table& replicas, std::span<const storage::commit_token> tokens,
                   const storage::storage_error* error, bool journaled) {
  std::array<storage::commit_token, max_partitions> newest{};
  std::vector<uint32_t> touched;
  for (auto token : tokens) {
    // What the node writes for itself bears no token: nobody waits for it.
    if (token == 0)
      continue;
    auto partition = write_token::partition(token);
    if (newest[partition] == 0)
      touched.push_back(partition);
    newest[partition] = token;
  }
  for (auto partition : touched) {
    auto token = newest[partition];
    written_notice notice{
      write_token::generation(token), write_token::number(token), {}, journaled};
    if (error)
      notice.error = *error;
    if (auto replica = replicas.at(partition))
      caf::anon_send(replica, std::move(notice));
  }
}

// -- life -----------------------------------------------------------------------------------------

replica_actor::replica_actor(caf::actor_config& config,
                             std::shared_ptr<const replica_environment> environment,
                             uint32_t partition, uint8_t generation)
  : event_based_actor{config},
    environment_{std::move(environment)},
    options_{environment_->options},
    partition_{partition},
    generation_{generation},
    group_{group_of(partition)},
    mine_{[partition, all = environment_->partitions](std::string_view address) {
      return actors::partition_of(address, all) == partition;
    }} {
  environment_->running->fetch_add(1);
}

caf::behavior replica_actor::make_behavior() {
  load();
  show_gauges();
  delayed_send(caf::actor{this}, std::chrono::milliseconds{options_.upkeep_ms}, upkeep_tick{});
  return {[this](proposal& x) { take_proposal(x); },
          [this](propose_now) {
            proposes_soon_ = false;
            settle();
          },
          [this](const consensus_input& x) { receive(x.bytes); },
          [this](const written_notice& x) { written(x); },
          [this](replica_tick x) { tick(x.number); },
          [this](upkeep_tick) { upkeep(); },
          [this](try_again) { restart("the disk may have room again"); },
          [this](const disk_failure& x) {
            if (!disk_failed_)
              stop({storage::error_code::io_error, x.why});
          },
          [this](peer_lost x) { lost_peer(x.node); },
          [this](stand_now x) {
            if (core_ && core_->term() == x.term
                && core_->role() == consensus::member_role::follower)
              perform(core_->stand_for_election(now()));
            settle();
          },
          [this](cut_log) {
            compact(true);
            settle();
          },
          [this](place_replicas& x) { wanted_ = std::move(x.wanted); },
          [this](hand_over x) { return hand_leadership(x.node); },
          [this](abdicate) { abdicate_now(); },
          [this](dissolve) { dissolve_all(); },
          [this](map_proposal& x) { take_map(x); },
          [this](content_arrived& x) { take_piece(x); },
          [this](const content_request& x) { return give_content(x.query); },
          [this](replica_status_query) { return status(); },
          [this](read_point_query) {
            auto promise = make_response_promise();
            wait_for_content(promise);
            return promise;
          }};
}

void replica_actor::on_exit() {
  leave_core({UNAVAILABLE, "The node is stopping; send the command again under the same id."});
  environment_->running->fetch_sub(1);
}

void replica_actor::load() {
  auto state = read_replica_state(*environment_->store, group_);
  if (!state) {
    stop(state.error());
    return;
  }
  restarting_ = disk_failed_ = false;
  failure_.clear();
  applied_ = applying_ = state->applied;
  applying_bytes_ = 0;
  awaited_ = 0;
  waits_since_ms_ = 0;
  log_first_ = state->stored.first_index;
  entry_bytes_.assign(state->entry_bytes.begin(), state->entry_bytes.end());
  log_bytes_ = log_bytes_from(log_first_);
  clean_up(*state);
  if (state->install) {
    unpacking_ = unpacking{*state->install, false, state->install->erased, {}, 1};
    unpack();
    return;
  }
  if (state->stored.snapshot && state->stored.snapshot->index > applied_) {
    stop({storage::error_code::damaged,
          "the content of partition " + group_
            + " ends before its log begins; empty the data directory, the node gets everything "
              "from the others again"});
    return;
  }
  start_core(std::move(state->stored));
}

/// What an earlier life left behind: entries behind a gap, pieces of content that were never used.
void replica_actor::clean_up(const replica_state& state) {
  storage::write_batch batch;
  for (auto from = state.leftover_from; from != 0 && from <= state.leftover_to;) {
    auto to = std::min<uint64_t>(state.leftover_to, from + storage::max_erased_entries - 1);
    batch.erase_log(group_, from, to);
    from = to + 1;
  }
  if (!state.install)
    for (uint64_t piece = 1;; ++piece) {
      auto there = environment_->store->read_staged(group_, piece);
      if (!there || !*there)
        break;
      batch.erase_staged(group_, piece);
    }
  // Before anything that the journal gets of the same indexes.
  if (!batch.empty())
    write(std::move(batch), urgency::now, {});
}

void replica_actor::start_core(consensus::stored_state stored) {
  auto options = options_.core;
  options.id = environment_->self;
  options.seed = environment_->seed * 2'654'435'761u + partition_ * 40'503u + 1;
  core_ = std::make_unique<consensus::core>(
    options,
    [this](uint64_t first, uint64_t last, size_t max_bytes, std::vector<consensus::entry>& out) {
      return read_entries(*environment_->store, group_, first, last, max_bytes, out);
    });
  perform(core_->start(std::move(stored), now()));
  settle();
}

void replica_actor::leave_core(const refusal& why) {
  if (std::exchange(leading_, false))
    environment_->runtime->follow(partition_, why);
  core_.reset();
  drop_queue();
  held_.clear();
  backlog_.clear();
  pending_.clear();
  own_entries_.clear();
  own_committed_.clear();
  fetch_.reset();
  unpacking_.reset();
  for (auto& reader : std::exchange(readers_, {}))
    reader.promise.deliver(why);
  floor_ = hold_until_ = durable_write_ = logged_write_ = last_write_;
  tick_at_ms_ = 0;
}

void replica_actor::restart(const std::string& why) {
  spdlog::info("partition {}: the replica begins anew: {}", partition_, why);
  leave_core(led_elsewhere(partition_));
  environment_->writer->forgive(static_cast<uint8_t>(partition_));
  restarting_ = true;
  storage::write_batch batch;
  batch.put_replica(group_, probe_field, std::string(probe_bytes, '\0'));
  write(std::move(batch), urgency::now, {.then = &replica_actor::load});
}

void replica_actor::stop(const storage::storage_error& why) {
  auto first = failure_.empty();
  failure_ = why.text;
  disk_full_ = why.code == storage::error_code::disk_full;
  disk_failed_ = why.code == storage::error_code::io_error;
  restarting_ = false;
  // Where others take over, callers need no room on this disk: they try again.
  auto replicated = core_ && core_->committed_members().voters() > 1;
  auto full = disk_full_ ? advice_on_full_disk : ".";
  leave_core({replicated ? UNAVAILABLE : actors::to_refusal(why).code, why.text + full});
  if (why.code == storage::error_code::disk_full) {
    if (first)
      spdlog::error("partition {}: the replica takes no part until there is room: {}", partition_,
                    why.text);
    delayed_send(caf::actor{this}, std::chrono::milliseconds{options_.disk_retry_ms}, try_again{});
  } else {
    spdlog::error("partition {}: the replica takes no part any more: {}", partition_, why.text);
  }
  tell();
}

// -- consensus ------------------------------------------------------------------------------------

void replica_actor::receive(const std::string& bytes) {
  if (!core_)
    return;
  perform(core_->receive(bytes, now()));
  settle();
}

/// In the order that effects ask for. Messages that follow a new term or vote wait for it.
void replica_actor::perform(effects fx) {
  if (!core_->failure().empty()) {
    stop({storage::error_code::io_error, core_->failure()});
    return;
  }
  storage::write_batch batch;
  pending_write what;
  if (fx.hard)
    batch.put_replica(group_, vote_field, encode_vote(*fx.hard));
  if (fx.truncate_from) {
    auto last = log_first_ + entry_bytes_.size() - 1;
    for (auto from = *fx.truncate_from; from <= last;) {
      auto to = std::min<uint64_t>(last, from + storage::max_erased_entries - 1);
      batch.erase_log(group_, from, to);
      from = to + 1;
    }
    while (!entry_bytes_.empty() && log_first_ + entry_bytes_.size() > *fx.truncate_from) {
      log_bytes_ -= entry_bytes_.back();
      entry_bytes_.pop_back();
    }
  }
  for (size_t i = 0; i < fx.append.size(); ++i) {
    auto bytes = encode_entry(fx.append[i]);
    batch.put_log(group_, fx.first_index + i, bytes);
    entry_bytes_.push_back(static_cast<uint32_t>(bytes.size()));
    log_bytes_ += bytes.size();
  }
  if (!fx.append.empty()) {
    what.entries_to = fx.first_index + fx.append.size() - 1;
    what.entries_term = fx.append.back().term;
  }
  if (!batch.empty()) {
    what.of_log = true;
    write(std::move(batch), urgency::journal, what);
    // Refused: nothing of this may be said.
    if (!core_)
      return;
    if (fx.hard)
      hold_until_ = last_write_;
  }
  if (fx.install)
    begin_fetch(*fx.install);
  if (fx.messages.empty())
    return;
  if (hold_until_ > logged_write_)
    held_.push_back({hold_until_, std::move(fx.messages)});
  else
    send_messages(std::move(fx.messages));
}

void replica_actor::send_messages(std::vector<consensus::outgoing> messages) {
  for (auto& message : messages)
    environment_->network->send(partition_, std::move(message));
}

void replica_actor::settle() {
  if (!core_)
    return;
  notice_role();
  propose_queued();
  if (core_)
    apply();
  if (core_)
    schedule();
}

void replica_actor::notice_role() {
  auto leads = core_->role() == consensus::member_role::leader;
  if (leading_ && (!leads || core_->term() != leading_term_)) {
    leading_ = false;
    drop_queue();
    own_entries_.clear();
    own_committed_.clear();
    for (auto& reader : std::exchange(readers_, {}))
      reader.promise.deliver(led_elsewhere(partition_));
    environment_->runtime->follow(partition_, led_elsewhere(partition_));
  }
  if (leads && !leading_) {
    leading_ = true;
    leading_term_ = core_->term();
    leading_since_ms_ = preferred_seen_ms_ = environment_->time->steady_ms();
    environment_->runtime->lead(partition_, leading_term_);
  }
  tell();
}

void replica_actor::tell() {
  replica_news news;
  news.partition = partition_;
  news.failure = failure_;
  news.disk_full = disk_full_ && !failure_.empty();
  news.disk_failed = disk_failed_;
  if (core_) {
    news.term = core_->term();
    news.leader = core_->leader();
    const auto& members = core_->committed_members();
    news.expelled = !members.servers.empty() && !members.find(environment_->self);
  }
  if (news.term == told_.term && news.leader == told_.leader && news.expelled == told_.expelled
      && news.failure == told_.failure)
    return;
  told_ = news;
  environment_->tell(news);
}

/// One tick is under way at a time; an earlier one replaces it.
void replica_actor::schedule() {
  auto at = core_->next_timeout_ms();
  auto time = now();
  if (tick_at_ms_ > time && tick_at_ms_ <= at)
    return;
  tick_at_ms_ = std::max(at, time + 1);
  delayed_send(caf::actor{this}, std::chrono::milliseconds{tick_at_ms_ - time},
               replica_tick{++tick_number_});
}

void replica_actor::tick(uint64_t number) {
  if (!core_ || number != tick_number_)
    return;
  tick_at_ms_ = 0;
  perform(core_->tick(now()));
  settle();
}

void replica_actor::take_proposal(proposal& x) {
  if (!leading_ || x.epoch != leading_term_) {
    // Of a leadership that is over: its partition has been told.
    auto& waiting = environment_->queues->at[partition_];
    --waiting.batches;
    waiting.bytes -= x.batch.size();
    return;
  }
  queue_.push_back(std::move(x));
  // What has come by then shares an entry.
  if (!std::exchange(proposes_soon_, true))
    send(caf::actor{this}, propose_now{});
}

void replica_actor::take_map(map_proposal& x) {
  if (!leading_)
    return;
  auto& waiting = environment_->queues->at[partition_];
  waiting.batches += 2;
  waiting.bytes += x.batch.size();
  // Its own ticket is 0: no partition waits for it. The node reads the map in the content: a
  // barrier follows.
  auto token = queue_.empty() ? uint64_t{0} : queue_.back().token;
  queue_.push_back({leading_term_, token, std::move(x.batch)});
  queue_.push_back({leading_term_, token, {}});
  settle();
}

void replica_actor::drop_queue() {
  auto& waiting = environment_->queues->at[partition_];
  for (auto& x : queue_) {
    --waiting.batches;
    waiting.bytes -= x.batch.size();
  }
  queue_.clear();
}

void replica_actor::propose_queued() {
  auto& waiting = environment_->queues->at[partition_];
  while (leading_ && !queue_.empty() && own_entries_.size() < options_.pipeline) {
    auto content = std::make_shared<std::string>();
    size_t taken = 0;
    auto barrier = false;
    for (; taken < queue_.size(); ++taken) {
      if (taken > 0 && content->size() + queue_[taken].batch.size() > options_.max_entry_bytes)
        break;
      add_frame(*content, queue_[taken].batch);
      barrier = barrier || queue_[taken].batch.empty();
    }
    auto index = core_->last_index() + 1;
    auto token = queue_[taken - 1].token;
    auto proposed = core_->propose({std::move(content)}, now());
    // While leadership is being transferred nothing is taken; it is tried again at each event.
    if (!proposed)
      return;
    for (size_t i = 0; i < taken; ++i) {
      --waiting.batches;
      waiting.bytes -= queue_.front().batch.size();
      queue_.pop_front();
    }
    own_entries_.push_back({index, token});
    if (barrier)
      awaited_ = index;
    perform(std::move(*proposed));
    if (!core_)
      return;
  }
}

/// The voters stand one after another, in an order that differs between partitions.
void replica_actor::lost_peer(uint32_t node) {
  if (!core_ || core_->role() != consensus::member_role::follower || core_->leader() == 0
      || consensus::node_of(core_->leader()) != node)
    return;
  std::vector<consensus::server_id> voters;
  for (auto& server : core_->members().servers)
    if (server.role == server_role::voter && server.id != core_->leader())
      voters.push_back(server.id);
  auto at = std::ranges::find(voters, environment_->self);
  if (at == voters.end())
    return;
  auto rank = (static_cast<size_t>(at - voters.begin()) + partition_) % voters.size();
  spdlog::info("partition {}: node {}, which led, is gone", partition_, node);
  delayed_send(caf::actor{this},
               std::chrono::milliseconds{options_.stagger_ms * static_cast<int64_t>(rank)},
               stand_now{core_->term()});
}

// -- writing --------------------------------------------------------------------------------------

void replica_actor::write(storage::write_batch batch, urgency when, pending_write what) {
  what.number = ++last_write_;
  pending_.push_back(what);
  auto token = write_token::make(partition_, generation_, what.number);
  if (backlog_.empty()) {
    switch (environment_->writer->submit(std::move(batch), token, when)) {
      case storage::submitted::queued:
        return;
      case storage::submitted::stopped:
        stop({storage::error_code::io_error,
              "storage has stopped: " + environment_->writer->statistics().last_error});
        return;
      case storage::submitted::overloaded:
        break;
    }
  }
  backlog_.push_back({token, std::move(batch), when});
}

void replica_actor::flush_backlog() {
  while (!backlog_.empty()) {
    auto& [token, batch, when] = backlog_.front();
    // What was in no hurry has waited.
    auto result = environment_->writer->submit(std::move(batch), token,
                                               when == urgency::later ? urgency::now : when);
    if (result == storage::submitted::overloaded)
      return;
    if (result == storage::submitted::stopped) {
      stop({storage::error_code::io_error,
            "storage has stopped: " + environment_->writer->statistics().last_error});
      return;
    }
    backlog_.pop_front();
  }
}

void replica_actor::written(const written_notice& notice) {
  if (notice.generation != generation_ || notice.number <= floor_)
    return;
  if (notice.error) {
    stop(*notice.error);
    return;
  }
  uint64_t entries_to = 0;
  uint64_t entries_term = 0;
  for (auto& x : pending_) {
    if (x.number > notice.number)
      break;
    if (!x.of_log || std::exchange(x.is_durable, true) || x.entries_to == 0)
      continue;
    entries_to = x.entries_to;
    entries_term = x.entries_term;
  }
  logged_write_ = std::max(logged_write_, notice.number);
  if (!notice.journaled)
    durable_write_ = std::max(durable_write_, notice.number);
  while (!pending_.empty() && pending_.front().number <= durable_write_) {
    auto x = pending_.front();
    pending_.pop_front();
    if (core_ && x.entries_to > 0)
      core_->entries_readable(x.entries_to, x.entries_term);
    applied_ = std::max(applied_, x.applied);
    applying_bytes_ -= x.effect_bytes;
    if (x.then) {
      (this->*x.then)();
      // It may have begun anew.
      if (pending_.empty() && !core_)
        return;
    }
  }
  if (core_ && entries_to > 0)
    perform(core_->entries_persisted(entries_to, entries_term, now(), false));
  while (core_ && !held_.empty() && held_.front().number <= logged_write_) {
    send_messages(std::move(held_.front().messages));
    held_.pop_front();
  }
  flush_backlog();
  note_applied();
  settle();
}

// -- content --------------------------------------------------------------------------------------

/// The log has what is committed: it goes into the content late and together, unless somebody wants
/// to read it, or an entity that comes to life does.
bool replica_actor::apply_is_due() const {
  return options_.apply_delay_ms == 0 || !readers_.empty()
         || (awaited_ > applying_ && awaited_ <= core_->commit_index())
         || apply_turn(environment_->time->steady_ms()) != apply_turn(waits_since_ms_);
}

/// Turns are as long as `apply_delay_ms` and begin at another time in each partition, and on each
/// node: they share disks.
int64_t replica_actor::apply_turn(int64_t time_ms) const {
  constexpr int64_t nodes = 3;
  auto share = options_.apply_delay_ms / environment_->partitions;
  auto node = static_cast<int64_t>(consensus::node_of(environment_->self)) % nodes;
  return (time_ms + partition_ * share + node * share / nodes) / options_.apply_delay_ms;
}

/// Effects go with the next entries that are written, or a moment later.
void replica_actor::apply() {
  if (core_->installing() || unpacking_)
    return;
  if (applying_ == core_->commit_index())
    waits_since_ms_ = 0;
  else if (waits_since_ms_ == 0)
    waits_since_ms_ = environment_->time->steady_ms();
  auto due = applying_ < core_->commit_index() && apply_is_due();
  while (due && applying_ < core_->commit_index()
         && applying_bytes_ < options_.max_applying_bytes) {
    auto entries = core_->entries(applying_ + 1, core_->commit_index(), options_.max_entry_bytes);
    if (entries.empty()) {
      stop({storage::error_code::io_error, "entry " + std::to_string(applying_ + 1)
                                             + " of partition " + group_
                                             + ", which is committed, cannot be read"});
      return;
    }
    storage::write_batch batch;
    // Readers wait for the next transaction, or a moment: theirs would hold up commands.
    auto hurry = awaited_ > applying_;
    for (auto& entry : entries) {
      ++applying_;
      if (entry.type != consensus::entry_type::command)
        continue;
      if (auto added = append_frames(*entry.data, batch); !added) {
        stop({added.error().code, "entry " + std::to_string(applying_) + " of partition " + group_
                                    + " is damaged: " + added.error().text});
        return;
      }
    }
    batch.put_replica(group_, applied_field, encode_applied(applying_));
    pending_write what;
    what.applied = applying_;
    what.effect_bytes = batch.size_bytes();
    applying_bytes_ += what.effect_bytes;
    write(std::move(batch), hurry ? urgency::now : urgency::later, what);
    if (!core_)
      return;
  }
  tell_partition();
}

/// Own entries up to the commit index will survive.
void replica_actor::tell_partition() {
  uint64_t token = 0;
  while (!own_entries_.empty() && own_entries_.front().index <= core_->commit_index()) {
    token = std::max(token, own_entries_.front().token);
    own_committed_.push_back(own_entries_.front());
    own_entries_.pop_front();
  }
  if (token == 0)
    return;
  if (auto partition = environment_->runtime->routes().here(partition_))
    send(partition,
         actors::commit_notice{
           actors::commit_ticket::incarnation(token), actors::commit_ticket::ticket(token), 0, {}});
  propose_queued();
}

void replica_actor::note_applied() {
  uint64_t token = 0;
  while (!own_committed_.empty() && own_committed_.front().index <= applied_) {
    token = std::max(token, own_committed_.front().token);
    own_committed_.pop_front();
  }
  if (token != 0)
    if (auto partition = environment_->runtime->routes().here(partition_)) {
      auto ticket = actors::commit_ticket::ticket(token);
      send(partition,
           actors::commit_notice{actors::commit_ticket::incarnation(token), ticket, ticket, {}});
    }
  std::erase_if(readers_, [this](waiting_reader& reader) {
    if (reader.index > applied_)
      return false;
    reader.promise.deliver(refusal{OK, {}});
    return true;
  });
}

size_t replica_actor::log_bytes_from(uint64_t index) const {
  size_t bytes = 0;
  for (auto i = std::max(index, log_first_) - log_first_; i < entry_bytes_.size(); ++i)
    bytes += entry_bytes_[static_cast<size_t>(i)];
  return bytes;
}

/// The first entry that somebody may still want.
uint64_t replica_actor::kept_from() const {
  auto last_of = [this](uint64_t entries) { return applied_ - std::min(applied_, entries) + 1; };
  auto from = last_of(std::min(options_.trailing_entries, options_.max_kept_entries));
  auto keep
    = [&, least = std::max(log_first_, last_of(options_.max_kept_entries))](uint64_t index) {
        if (index < from && index >= least && log_bytes_from(index) <= options_.max_kept_log_bytes)
          from = index;
      };
  if (!leading_)
    return from;
  for (auto& server : core_->members().servers)
    if (server.id != environment_->self
        && environment_->network->connected(consensus::node_of(server.id)))
      if (auto match = core_->match_index(server.id); match > 0)
        keep(match + 1);
  constexpr int64_t fetching_ms = 10'000;
  if (served_from_ > 0 && environment_->time->steady_ms() - served_ms_ < fetching_ms)
    keep(served_from_ + 1);
  return from;
}

/// The content is the snapshot: what has been applied may go from the log.
void replica_actor::compact(bool at_once) {
  if (!core_ || core_->installing() || unpacking_ || applied_ < log_first_)
    return;
  auto applied_entries = applied_ - log_first_ + 1;
  if (!at_once && applied_entries <= options_.max_log_entries
      && log_bytes_ <= options_.max_log_bytes)
    return;
  auto from = kept_from();
  // By bytes the trailing entries may be too many as well.
  while (from <= applied_ && log_bytes_from(from) > options_.max_kept_log_bytes)
    from += (applied_ - from) / 2 + 1;
  if (from <= log_first_ + (at_once ? 0 : options_.trailing_entries / 4))
    return;
  effects fx;
  auto point = core_->compact(applied_, applied_ + 1 - std::min(from, applied_ + 1), now(), fx);
  perform(std::move(fx));
  if (!core_ || !point)
    return;
  storage::write_batch batch;
  batch.put_replica(group_, snapshot_field, encode_snapshot(*point));
  auto first = core_->first_index();
  for (auto at = log_first_; at < first;) {
    auto to = std::min<uint64_t>(first - 1, at + storage::max_erased_entries - 1);
    batch.erase_log(group_, at, to);
    at = to + 1;
  }
  for (; log_first_ < first && !entry_bytes_.empty(); ++log_first_) {
    log_bytes_ -= entry_bytes_.front();
    entry_bytes_.pop_front();
  }
  log_first_ = first;
  write(std::move(batch), urgency::later, {});
}

void replica_actor::begin_fetch(const consensus::snapshot_offer& offer) {
  spdlog::info("partition {}: fetches the content from node {}", partition_,
               consensus::node_of(offer.from));
  fetch_ = fetch{offer, core_->term(), {}, 0, 0, 0};
  ask_piece();
}

void replica_actor::ask_piece() {
  fetch_->asked_ms = environment_->time->steady_ms();
  ContentQuery query;
  query.set_cursor(fetch_->cursor);
  query.set_term(fetch_->term);
  environment_->network->ask_content(partition_, fetch_->offer.from, std::move(query));
}

void replica_actor::take_piece(content_arrived& x) {
  if (!fetch_ || unpacking_ || x.cursor != fetch_->cursor)
    return;
  auto& piece = *x.reply.mutable_content();
  // An answer to an earlier fetch, which may have begun before what this one needs.
  if (x.reply.has_content()
      && piece.applied() < std::max(fetch_->applied, fetch_->offer.point.index))
    return;
  if (x.reply.code() != 0 || !x.reply.has_content()) {
    restart("the content could not be fetched: " + x.reply.text());
    return;
  }
  if (auto sound = storage::write_batch::decode(piece.operations()); !sound) {
    restart("a piece of the content is damaged: " + sound.error().text);
    return;
  }
  if (fetch_->pieces == 0)
    fetch_->applied = piece.applied();
  storage::write_batch batch;
  batch.put_staged(group_, ++fetch_->pieces, piece.operations());
  fetch_->cursor = piece.cursor();
  if (!piece.at_end()) {
    write(std::move(batch), urgency::later, {});
    if (fetch_)
      ask_piece();
    return;
  }
  // With this the fetched content counts, and the log does not.
  pending_install what{fetch_->offer.point, fetch_->applied, fetch_->pieces, false};
  batch.put_replica(group_, install_field, encode_install(what));
  batch.put_replica(group_, snapshot_field, encode_snapshot(what.point));
  auto last = log_first_ + entry_bytes_.size();
  for (auto at = log_first_; at < last;) {
    auto to = std::min<uint64_t>(last - 1, at + storage::max_erased_entries - 1);
    batch.erase_log(group_, at, to);
    at = to + 1;
  }
  entry_bytes_.clear();
  log_bytes_ = 0;
  log_first_ = what.point.index + 1;
  unpacking_ = unpacking{what, false, false, {}, 1};
  fetch_.reset();
  write(std::move(batch), urgency::now, {.then = &replica_actor::unpack});
}

/// One step: a piece of what was there before goes, or a piece of what was fetched comes.
void replica_actor::unpack() {
  auto& x = *unpacking_;
  storage::write_batch batch;
  if (!x.erased) {
    auto piece
      = environment_->store->erase_content(mine_, x.cursor, piece_limits(options_.piece_bytes));
    if (!piece) {
      stop(piece.error());
      return;
    }
    batch = std::move(piece->batch);
    x.cursor = piece->next_cursor;
    x.erased = x.what.erased = piece->at_end;
    // From here on a restart goes on with the pieces: those in their place are staged no more.
    if (x.erased && !x.dissolves)
      batch.put_replica(group_, install_field, encode_install(x.what));
  } else if (x.dissolves) {
    auto last = log_first_ + entry_bytes_.size();
    for (auto at = log_first_; at < last;) {
      auto to = std::min<uint64_t>(last - 1, at + storage::max_erased_entries - 1);
      batch.erase_log(group_, at, to);
      at = to + 1;
    }
    for (auto field : {vote_field, snapshot_field, applied_field, install_field, probe_field})
      batch.erase_replica(group_, field);
    write(std::move(batch), urgency::now, {.then = &replica_actor::dissolved});
    return;
  } else if (x.next_piece <= x.what.pieces) {
    auto bytes = environment_->store->read_staged(group_, x.next_piece);
    if (!bytes) {
      stop(bytes.error());
      return;
    }
    // One that is not there was put in its place before a crash.
    if (*bytes)
      if (auto added = batch.append_encoded(**bytes); !added) {
        stop(added.error());
        return;
      }
    batch.erase_staged(group_, x.next_piece++);
  } else {
    batch.put_replica(group_, applied_field, encode_applied(x.what.applied));
    batch.erase_replica(group_, install_field);
    write(std::move(batch), urgency::now, {.then = &replica_actor::unpacked});
    return;
  }
  batch.put_replica(group_, probe_field, {});
  write(std::move(batch), urgency::now, {.then = &replica_actor::unpack});
}

void replica_actor::unpacked() {
  auto what = std::exchange(unpacking_, std::nullopt)->what;
  applied_ = applying_ = what.applied;
  spdlog::info("partition {}: has the content up to entry {}", partition_, applied_);
  if (core_) {
    perform(core_->snapshot_installed(what.point, now()));
    settle();
  } else {
    load();
  }
}

/// Everything goes: the content first, then the log and what the replica knows of itself, of which
/// a restart in between would begin with a group that does not know this server.
void replica_actor::dissolve_all() {
  spdlog::info("partition {}: the replica leaves this node", partition_);
  leave_core({UNAVAILABLE, "Partition " + group_ + " has left this node."});
  unpacking_ = unpacking{{}, true, false, {}, 1};
  unpack();
}

void replica_actor::dissolved() {
  replica_news news;
  news.partition = partition_;
  news.dissolved = true;
  show_gauges(true);
  environment_->tell(news);
  quit();
}

/// How far the replica is; a follower's lag is what it lacks of the leader's.
void replica_actor::show_gauges(bool is_gone) const {
  auto show = [&](const char* name, const char* help, uint64_t value) {
    nodes::show_gauge(system(), partition_, name, help, is_gone ? 0 : value);
  };
  show("replica-commit-index",
       "Entries of the log that are committed, as far as the replica knows.",
       core_ ? core_->commit_index() : 0);
  show("replica-applied-index", "Entries of the log that can be read here.", applied_);
  show("replica-log-bytes", "Bytes of the log that are kept.", log_bytes_);
}

Reply replica_actor::give_content(const ContentQuery& query) {
  if (!leading_ || core_->term() != query.term())
    return failed(UNAVAILABLE, "this node does not lead the partition, or in another term");
  if (query.cursor().empty())
    served_from_ = applied_;
  served_ms_ = environment_->time->steady_ms();
  auto applied = applied_;
  auto piece
    = environment_->store->copy_content(mine_, query.cursor(), piece_limits(options_.piece_bytes));
  if (!piece)
    return failed(actors::to_refusal(piece.error()).code, piece.error().text);
  Reply reply;
  auto& out = *reply.mutable_content();
  out.set_operations(piece->batch.encode());
  out.set_cursor(piece->next_cursor);
  out.set_at_end(piece->at_end);
  out.set_applied(applied);
  return reply;
}

void replica_actor::wait_for_content(caf::response_promise promise) {
  constexpr size_t max_readers = 1'024;
  if (!leading_ || core_->term_of(core_->commit_index()) != core_->term()) {
    promise.deliver(led_elsewhere(partition_));
    return;
  }
  if (applied_ >= core_->commit_index()) {
    promise.deliver(refusal{OK, {}});
    return;
  }
  if (readers_.size() >= max_readers) {
    promise.deliver(refusal{OVERLOADED, "Too many readers wait for partition " + group_
                                          + "; ask again a little later."});
    return;
  }
  readers_.push_back({core_->commit_index(), std::move(promise)});
  // What is on its way lazily goes now.
  storage::write_batch hurry;
  hurry.put_replica(group_, probe_field, {});
  write(std::move(hurry), urgency::now, {});
  settle();
}

// -- members --------------------------------------------------------------------------------------

void replica_actor::upkeep() {
  delayed_send(caf::actor{this}, std::chrono::milliseconds{options_.upkeep_ms}, upkeep_tick{});
  show_gauges();
  flush_backlog();
  if (fetch_ && environment_->time->steady_ms() - fetch_->asked_ms > options_.fetch_timeout_ms)
    restart("node " + std::to_string(consensus::node_of(fetch_->offer.from))
            + " does not send its content");
  if (!core_)
    return;
  if (log_bytes_from(applying_ + 1) >= options_.apply_bytes)
    awaited_ = core_->commit_index();
  compact();
  if (core_)
    reconcile();
  settle();
}

/// One step at a time towards the wanted members, then towards the wanted leader.
void replica_actor::reconcile() {
  if (!leading_ || wanted_.empty() || core_->members().index > core_->commit_index()
      || core_->term_of(core_->commit_index()) != core_->term())
    return;
  if (!add_or_promote() && !remove_or_hand_over())
    prefer_leader();
}

bool replica_actor::add_or_promote() {
  auto members = core_->members().servers;
  for (auto id : wanted_) {
    auto at = std::ranges::find(members, id, &consensus::server::id);
    if (at == members.end()) {
      if (!environment_->network->connected(consensus::node_of(id)))
        continue;
      members.push_back({id, server_role::standby});
      change(std::move(members));
      return true;
    }
    if (at->role == server_role::voter)
      continue;
    switch (core_->catch_up_of(id)) {
      case consensus::catch_up_state::finished:
        at->role = server_role::voter;
        change(std::move(members));
        break;
      case consensus::catch_up_state::running:
        break;
      default:
        perform(core_->catch_up(id, now()));
    }
    return true;
  }
  return false;
}

bool replica_actor::remove_or_hand_over() {
  auto members = core_->members().servers;
  auto is_wanted = [this](auto& x) { return std::ranges::find(wanted_, x.id) != wanted_.end(); };
  // Nobody goes before everybody who is to come is there.
  auto there = std::ranges::count_if(
    members, [&](auto& x) { return x.role == server_role::voter && is_wanted(x); });
  if (static_cast<size_t>(there) < wanted_.size())
    return false;
  for (size_t i = 0; i < members.size(); ++i) {
    if (is_wanted(members[i]))
      continue;
    if (members[i].id == environment_->self) {
      hand_leadership(0);
      return true;
    }
    members.erase(members.begin() + static_cast<ptrdiff_t>(i));
    change(std::move(members));
    return true;
  }
  return false;
}

void replica_actor::change(std::vector<consensus::server> members) {
  std::ranges::sort(members, {}, &consensus::server::id);
  if (auto changed = core_->change(std::move(members), now()))
    perform(std::move(*changed));
}

/// A preferred leader that has caught up for a while takes over.
void replica_actor::prefer_leader() {
  auto preferred = wanted_.front();
  auto time = environment_->time->steady_ms();
  if (preferred == environment_->self
      || !environment_->network->connected(consensus::node_of(preferred))
      || core_->match_index(preferred) + options_.core.max_inflight_entries < core_->last_index()) {
    preferred_seen_ms_ = time;
    return;
  }
  if (time - preferred_seen_ms_ < options_.balance_ms)
    return;
  preferred_seen_ms_ = time;
  hand_leadership(consensus::node_of(preferred));
}

refusal replica_actor::hand_leadership(uint32_t node) {
  if (!leading_)
    return {UNAVAILABLE, "This node does not lead partition " + group_ + "."};
  consensus::server_id to = 0;
  uint64_t furthest = 0;
  for (auto& server : core_->members().servers) {
    auto at = consensus::node_of(server.id);
    if (server.role != server_role::voter || server.id == environment_->self
        || !environment_->network->connected(at) || (node != 0 && at != node))
      continue;
    auto wanted = std::ranges::find(wanted_, server.id) != wanted_.end();
    if (auto match = core_->match_index(server.id) + (wanted ? 1 : 0); match >= furthest) {
      furthest = match;
      to = server.id;
    }
  }
  if (to == 0)
    return {UNAVAILABLE, node == 0 ? "No other voter of partition " + group_ + " is connected."
                                   : "Node " + std::to_string(node)
                                       + " is no connected voter of partition " + group_ + "."};
  auto begun = core_->transfer(to, now());
  if (!begun)
    return {UNAVAILABLE, std::string{consensus::to_string(begun.error())}};
  perform(std::move(*begun));
  settle();
  return {OK, {}};
}

void replica_actor::abdicate_now() {
  if (leading_ && hand_leadership(0).code != OK)
    restart("its entities fail again and again");
}

ReplicaStatus replica_actor::status() const {
  ReplicaStatus out;
  out.set_partition(partition_);
  out.set_failure(failure_);
  out.set_applied_index(applied_);
  out.set_log_bytes(log_bytes_);
  out.set_installing(fetch_ || unpacking_);
  out.set_role("stopped");
  if (!core_)
    return out;
  constexpr std::array roles{"follower", "candidate", "leader"};
  out.set_role(roles[static_cast<size_t>(core_->role())]);
  out.set_term(core_->term());
  out.set_leader(consensus::node_of(core_->leader()));
  out.set_first_index(core_->first_index());
  out.set_last_index(core_->last_index());
  out.set_commit_index(core_->commit_index());
  out.set_readable_index(core_->readable_index());
  for (auto& server : core_->committed_members().servers)
    server.role == server_role::voter ? out.add_voters(consensus::node_of(server.id))
                                      : out.add_standbys(consensus::node_of(server.id));
  return out;
}

} // namespace touchline::cluster
