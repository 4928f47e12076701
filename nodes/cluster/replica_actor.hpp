// One replica of one partition: gives consensus its disk (the node's writer), its network and its
// time, puts what is committed into the content, and begins and ends the life of the partition's
// entities with leadership.
//
// Every handler ends in `settle`: notice a change of role, propose what piled up, apply what was
// committed, set the next tick. It never waits: writes are numbered, and `written` goes on from
// there.
#pragma once

#include "actors/runtime/clock.hpp"
#include "actors/runtime/runtime.hpp"
#include "nodes/cluster/replica_messages.hpp"
#include "nodes/cluster/replica_state.hpp"
#include "storage/writer.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace touchline::cluster {

/// Partitions that a cluster can have at most: their number has 8 bits in tokens.
inline constexpr uint32_t max_partitions = 256;

/// Bounds and intervals of a replica.
struct replica_options {
  /// Time-outs and bounds of consensus; the replica sets `id` and `seed`.
  consensus::core_options core;
  /// Of batches that wait to be proposed, per partition.
  size_t max_queued_batches = 65'536;
  size_t max_queued_bytes = size_t{64} << 20;
  /// Batches that share an entry of the log; one batch may exceed it.
  size_t max_entry_bytes = size_t{1} << 20;
  /// Entries that the leader proposes before the first of them is committed.
  size_t pipeline = 2;
  /// The log is cut when it has more entries, or bytes, than this ...
  uint64_t max_log_entries = 8'192;
  size_t max_log_bytes = size_t{32} << 20;
  /// ... down to so many entries, or more for members that are connected and behind, or fetch
  /// content, up to `max_kept_entries` and `max_kept_log_bytes`.
  uint64_t trailing_entries = 1'024;
  uint64_t max_kept_entries = 65'536;
  size_t max_kept_log_bytes = size_t{256} << 20;
  /// Bytes of one piece of content.
  size_t piece_bytes = size_t{1} << 20;
  /// Effects that wait for the writer; more stay in the log until they do.
  size_t max_applying_bytes = size_t{16} << 20;
  /// What is committed goes into the content when somebody waits for it, or after so long, or when
  /// so many bytes of the log wait. An entity's pages are then written once for many of its
  /// records. 0: at once.
  int64_t apply_delay_ms = 0;
  size_t apply_bytes = size_t{4} << 20;
  /// Patience with a piece of content, in milliseconds.
  int64_t fetch_timeout_ms = 5'000;
  /// How often members, leadership and the length of the log are looked after.
  int64_t upkeep_ms = 200;
  /// After a leader's death the voters stand for election one after another, so far apart.
  int64_t stagger_ms = 30;
  /// Between two attempts to write on a full disk.
  int64_t disk_retry_ms = 1'000;
  /// A preferred leader that is there again takes over after so long.
  int64_t balance_ms = 2'000;
};

/// How a replica reaches the other members of its group. Thread safe.
class replica_network {
public:
  replica_network() = default;
  replica_network(const replica_network&) = delete;
  replica_network& operator=(const replica_network&) = delete;
  virtual ~replica_network() = default;

  /// Sends, or loses.
  virtual void send(uint32_t partition, consensus::outgoing message) = 0;

  /// Asks the leader `from` for a piece of content. The answer, if any, comes as `content_arrived`.
  virtual void ask_content(uint32_t partition, consensus::server_id from, ContentQuery query) = 0;

  /// Whether the node seems to be there.
  virtual bool connected(uint32_t node) const = 0;
};

/// The replicas of a node, by partition; null where it has none. Thread safe.
class replica_table {
public:
  caf::actor at(uint32_t partition) const {
    std::lock_guard guard{mutex_};
    return replicas_[partition];
  }
  void set(uint32_t partition, caf::actor replica) {
    std::lock_guard guard{mutex_};
    std::swap(replicas_[partition], replica);
  }
  std::vector<std::pair<uint32_t, caf::actor>> all() const;

private:
  mutable std::mutex mutex_;
  std::array<caf::actor, max_partitions> replicas_;
};

/// What waits to be proposed, by partition.
struct proposal_queues {
  struct queue {
    std::atomic<size_t> batches = 0;
    std::atomic<size_t> bytes = 0;
  };
  std::array<queue, max_partitions> at;
};

/// The log of the partitions that this node leads: gives their batches to their replicas.
class replicated_log final : public actors::commit_log {
public:
  replicated_log(std::shared_ptr<const replica_table> replicas,
                 std::shared_ptr<proposal_queues> queues, const replica_options& options)
    : replicas_{std::move(replicas)},
      queues_{std::move(queues)},
      options_{options} {}

  storage::submitted submit(uint64_t epoch, storage::write_batch&& batch,
                            storage::commit_token token) override;
  std::string last_error() const override { return "the replica has ended"; }

private:
  std::shared_ptr<const replica_table> replicas_;
  std::shared_ptr<proposal_queues> queues_;
  replica_options options_;
};

/// The token of a replica's write.
struct write_token {
  static constexpr uint64_t make(uint32_t partition, uint8_t generation, uint64_t number) {
    return uint64_t{partition} << 56 | uint64_t{generation} << 48 | (number & 0xffff'ffff'ffff);
  }
  static constexpr uint32_t partition(uint64_t token) { return static_cast<uint32_t>(token >> 56); }
  static constexpr uint8_t generation(uint64_t token) { return token >> 48 & 0xff; }
  static constexpr uint64_t number(uint64_t token) { return token & 0xffff'ffff'ffff; }
};

/// Tells replicas what became of their writes: the listener of a writer that several replicas
/// share.
void tell_replicas(const replica_table& replicas, std::span<const storage::commit_token> tokens,
                   const storage::storage_error* error, bool journaled = false);

/// What every replica of a node is given.
struct replica_environment {
  storage::store* store = nullptr;
  storage::writer* writer = nullptr;
  actors::runtime* runtime = nullptr;
  const actors::clock* time = nullptr;
  std::shared_ptr<replica_network> network;
  std::shared_ptr<proposal_queues> queues;
  replica_options options;
  uint32_t partitions = 1;
  consensus::server_id self = 0;
  uint32_t seed = 1;
  /// Told whenever something changes. Thread safe.
  std::function<void(const replica_news&)> tell;
  std::shared_ptr<std::atomic<int64_t>> running = std::make_shared<std::atomic<int64_t>>(0);
};

/// The actor of one replica. See the head of this file.
class replica_actor : public caf::event_based_actor {
public:
  /// `generation` tells this replica's writes from those of an earlier one of the same partition in
  /// this process.
  replica_actor(caf::actor_config& config, std::shared_ptr<const replica_environment> environment,
                uint32_t partition, uint8_t generation);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.replica"; }

private:
  // -- types --------------------------------------------------------------------------------------

  /// What follows when a write is durable.
  struct pending_write {
    uint64_t number = 0;
    /// Entries of the log: the last of them, and its term.
    uint64_t entries_to = 0;
    uint64_t entries_term = 0;
    /// Of the log, or of a term or vote: durable when the journal has it.
    bool of_log = false;
    bool is_durable = false;
    /// Effects: everything up to this index is in the content.
    uint64_t applied = 0;
    size_t effect_bytes = 0;
    /// A step of something that goes on when it is durable.
    void (replica_actor::*then)() = nullptr;
  };

  struct held_messages {
    /// They may leave when this write, of the log, is durable.
    uint64_t number = 0;
    std::vector<consensus::outgoing> messages;
  };

  /// An entry that this leader proposed: the newest batch in it.
  struct own_entry {
    uint64_t index = 0;
    uint64_t token = 0;
  };

  /// Content on its way from the leader.
  struct fetch {
    consensus::snapshot_offer offer;
    uint64_t term = 0;
    std::string cursor;
    uint64_t pieces = 0;
    uint64_t applied = 0;
    int64_t asked_ms = 0;
  };

  /// Content that is put in the place of what was there before.
  struct unpacking {
    pending_install what;
    /// Nothing is to come: the replica goes for good.
    bool dissolves = false;
    bool erased = false;
    std::string cursor;
    uint64_t next_piece = 1;
  };

  struct waiting_reader {
    uint64_t index = 0;
    caf::response_promise promise;
  };

  // -- life ---------------------------------------------------------------------------------------

  void load();
  void clean_up(const replica_state& state);
  void start_core(consensus::stored_state stored);
  /// Forgets everything and begins anew from the disk, behind what is being written.
  void restart(const std::string& why);
  void stop(const storage::storage_error& why);
  void leave_core(const refusal& why);

  // -- consensus ----------------------------------------------------------------------------------

  void receive(const std::string& bytes);
  void perform(consensus::effects fx);
  void send_messages(std::vector<consensus::outgoing> messages);
  void settle();
  void notice_role();
  void tell();
  void schedule();
  void tick(uint64_t number);
  void propose_queued();
  void take_proposal(proposal& x);
  void take_map(map_proposal& x);
  void drop_queue();
  void lost_peer(uint32_t node);

  // -- writing ------------------------------------------------------------------------------------

  void write(storage::write_batch batch, storage::urgency when, pending_write what);
  void flush_backlog();
  void written(const written_notice& notice);

  // -- content ------------------------------------------------------------------------------------

  bool apply_is_due() const;
  int64_t apply_turn(int64_t time_ms) const;
  void apply();
  void tell_partition();
  void note_applied();
  /// `at_once`: also when it is not too long.
  void compact(bool at_once = false);
  uint64_t kept_from() const;
  void begin_fetch(const consensus::snapshot_offer& offer);
  void ask_piece();
  void take_piece(content_arrived& x);
  void begin_unpacking();
  void unpack();
  void unpacked();
  void dissolve_all();
  void dissolved();
  Reply give_content(const ContentQuery& query);
  void wait_for_content(caf::response_promise promise);

  // -- members ------------------------------------------------------------------------------------

  void upkeep();
  void show_gauges(bool is_gone = false) const;
  void reconcile();
  bool add_or_promote();
  bool remove_or_hand_over();
  void abdicate_now();
  void change(std::vector<consensus::server> members);
  void prefer_leader();
  refusal hand_leadership(uint32_t node);
  ReplicaStatus status() const;

  uint64_t now() const { return static_cast<uint64_t>(environment_->time->steady_ms()); }
  size_t log_bytes_from(uint64_t index) const;

  std::shared_ptr<const replica_environment> environment_;
  const replica_options& options_;
  uint32_t partition_;
  uint8_t generation_;
  std::string group_;
  storage::address_filter mine_;

  std::unique_ptr<consensus::core> core_;
  std::string failure_;
  bool disk_full_ = false;
  bool disk_failed_ = false;
  bool restarting_ = false;

  bool leading_ = false;
  uint64_t leading_term_ = 0;
  int64_t leading_since_ms_ = 0;
  replica_news told_;
  uint64_t tick_number_ = 0;
  uint64_t tick_at_ms_ = 0;

  std::deque<proposal> queue_;
  bool proposes_soon_ = false;
  std::deque<own_entry> own_entries_;
  std::deque<own_entry> own_committed_;

  /// Writes up to `durable_write_` are durable and can be read; those of the log up to
  /// `logged_write_` are durable.
  uint64_t last_write_ = 0;
  uint64_t durable_write_ = 0;
  uint64_t logged_write_ = 0;
  /// Writes up to this one belong to an earlier life.
  uint64_t floor_ = 0;
  std::deque<pending_write> pending_;
  /// Writes that the writer had no room for, in order.
  struct unwritten {
    uint64_t token = 0;
    storage::write_batch batch;
    storage::urgency when = storage::urgency::now;
  };
  std::deque<unwritten> backlog_;
  std::deque<held_messages> held_;
  uint64_t hold_until_ = 0;

  /// What is in the content, durably, and what is on its way there.
  uint64_t applied_ = 0;
  uint64_t applying_ = 0;
  size_t applying_bytes_ = 0;
  /// Somebody waits for the content up to here.
  uint64_t awaited_ = 0;
  /// Since when something that is committed waits to be put into the content; 0 for never.
  int64_t waits_since_ms_ = 0;
  /// Sizes of the entries in the log, from `log_first_`.
  uint64_t log_first_ = 1;
  std::deque<uint32_t> entry_bytes_;
  size_t log_bytes_ = 0;

  std::optional<fetch> fetch_;
  std::optional<unpacking> unpacking_;
  int64_t served_ms_ = 0;
  uint64_t served_from_ = 0;
  std::vector<waiting_reader> readers_;

  std::vector<consensus::server_id> wanted_;
  int64_t preferred_seen_ms_ = 0;
};

} // namespace touchline::cluster
