// One partition: the unit of order and of failover. It activates and supervises its entities, hands
// them their messages, sends their records to be committed, and lets nothing out before it is
// durable: answers, acknowledgements and the messages of the outbox wait for the commit. Its log is
// behind commit_log: the writer of a node, or a replicated one.
#pragma once

#include "actors/runtime/commit_log.hpp"
#include "actors/runtime/entity_actor.hpp"
#include "actors/runtime/failure_history.hpp"
#include "actors/runtime/inspection.hpp"
#include "actors/runtime/outbox.hpp"
#include "actors/runtime/router.hpp"
#include "actors/runtime/runtime_metrics.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace touchline::actors {

// -- what partitions are told ---------------------------------------------------------------------

/// One acknowledgement: `to` made the messages of `from` up to `sequence` durable.
struct acknowledgement {
  std::string from;
  std::string to;
  uint64_t sequence = 0;
};

template <class Inspector>
bool inspect(Inspector& f, acknowledgement& x) {
  return f.object(x).fields(f.field("from", x.from), f.field("to", x.to),
                            f.field("sequence", x.sequence));
}

/// From another partition.
struct acknowledgements {
  std::vector<acknowledgement> entries;
};

struct partition_tick {};

/// From the supervisor, when notices of its log find the partition: it may begin to recover.
struct open_partition {};

/// From the supervisor: the partition is led elsewhere from now on. It tells everybody who waits,
/// and ends.
struct resign {
  refusal why;
};

/// The back-off of an entity is over.
struct restart_entity {
  uint64_t slot = 0;
};

/// Drops a dead letter of an entity of this partition. Answered with `answer`.
struct drop_request {
  std::string dead_letter;
};

/// Is anything under way? Answered with `activity`.
struct activity_query {};

/// `idle`: nothing waits, nothing is being written, every message is acknowledged. `handled` grows
/// with every message, so that two equal answers in a row mean that nothing happened in between.
struct activity {
  bool idle = false;
  uint64_t handled = 0;
  uint64_t active_entities = 0;
};

/// Makes an entity (or, with an empty address, the partition itself) fail, as a defect would.
struct fail_request {
  std::string address;
};

/// Makes every idle entity leave memory now.
struct passivate_all {};

// -- the actor ------------------------------------------------------------------------------------

/// What every partition of a node is given.
struct partition_environment {
  std::shared_ptr<const entity_environment> entities;
  commit_log* log = nullptr;
  router* routes = nullptr;
  runtime_metrics* metrics = nullptr;
  /// Hears of a partition's failure before its end.
  caf::actor supervisor;
  std::shared_ptr<reported_flows> reported = std::make_shared<reported_flows>();
  std::shared_ptr<failure_history> failures = std::make_shared<failure_history>();
};

/// The actor of one partition. See the head of this file.
class partition_actor : public caf::event_based_actor {
public:
  partition_actor(caf::actor_config& config, partition_environment environment, uint32_t index,
                  uint64_t incarnation, uint64_t epoch);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.partition"; }

private:
  // -- types --------------------------------------------------------------------------------------

  /// Somebody outside who waits for an answer.
  struct caller {
    caf::response_promise promise;
    /// Of the header; repeated in the answer.
    uint64_t request = 0;

    void answer_with(answer reply) {
      reply.request = request;
      promise.deliver(std::move(reply));
    }
    void refuse(const std::string& id, const refusal& why) {
      answer_with({id, why.code, why.text, {}, 0, false});
    }
  };

  /// A message that its entity has not finished.
  struct waiting_message {
    caf::message content;
    /// Pending when somebody outside waits for the answer.
    caller from;
    bool from_outside = false;
    uint32_t attempts = 0;
    /// Why the last attempt failed.
    std::string error;
    std::chrono::steady_clock::time_point arrived = std::chrono::steady_clock::now();
  };

  enum class slot_state : uint8_t { running, passivating, waiting_for_commits, backing_off };

  /// An entity that is in memory, or on its way there or back.
  struct slot {
    uint64_t id = 0;
    std::string address;
    const entity_kind* kind = nullptr;
    slot_state state = slot_state::running;
    caf::actor actor;
    uint64_t incarnation = 0;
    std::deque<waiting_message> waiting;
    /// Records that cannot be read from the store yet.
    size_t unapplied = 0;
    uint64_t committed_position = 0;
    unsigned failures_in_a_row = 0;
    int64_t last_active_ms = 0;
    /// For people: since it came into memory.
    uint64_t handled = 0;
    uint32_t restarts = 0;
    /// An operator has ended its actor.
    bool ended_by_operator = false;
    uint64_t position = 0;
    std::list<uint64_t>::iterator age;
  };

  /// Somebody outside who waits for the answer to a command that was deferred.
  struct waiting_caller {
    caller from;
    /// The tick after which nobody waits any longer: a bound on what is kept, not a deadline.
    uint64_t until_tick = 0;
  };

  /// Something that waits for its ticket to be durable.
  struct in_flight {
    uint64_t ticket = 0;
    uint64_t slot = 0;
    std::string address;
    uint64_t position = 0;
    uint32_t number = 0;
    bool is_record = false;
    /// What a flow waits for when the message was set aside.
    std::optional<overdue_flow> set_aside;
    int64_t flow_deadline_ms = 0;
    /// Id of the dead letter that is one no more: it was handled, or dropped.
    std::string settled_letter;
    caller from;
    bool from_outside = false;
    answer reply;
    std::optional<acknowledgement> acknowledge;
    std::vector<delivery> messages;
    bool deferred = false;
    std::vector<answer> late_answers;
    std::optional<int64_t> deadline_ms;
    std::chrono::steady_clock::time_point arrived;
    /// Ends when this is released.
    std::optional<span> traced;
  };

  /// A record that is committed and cannot be read from the store yet.
  struct unapplied_record {
    uint64_t ticket = 0;
    uint64_t slot = 0;
  };

  /// A deadline that an entity has set.
  struct set_deadline {
    int64_t deadline_ms = 0;
    /// When the entity is told, or told again.
    int64_t due_ms = 0;
  };

  // -- beginning and end --------------------------------------------------------------------------

  void recover();
  tl::expected<void, storage::storage_error> recover_outbox();
  tl::expected<void, storage::storage_error> recover_messages_of(const storage::outbox_mark& mark);
  tl::expected<void, storage::storage_error> recover_deadlines();
  tl::expected<void, storage::storage_error> recover_letters();
  void fail_upward(ErrorCode code, const std::string& text);

  // -- messages in --------------------------------------------------------------------------------

  void receive(caf::message content);
  std::optional<refusal> check_command(const header& head, uint32_t number,
                                       const google::protobuf::Message& body) const;
  void deliver_to_entity(const header& head, waiting_message message);
  void hand_over(slot& to, const waiting_message& message);

  // -- outcomes -----------------------------------------------------------------------------------

  void finish(entity_outcome& outcome);
  void submit(storage::write_batch batch);
  void flush_backlog();
  void committed(const commit_notice& notice);
  static bool is_about_letter(const in_flight& entry);
  bool may_be_released(const in_flight& entry) const;
  void note_applied();
  void open();
  void note_letters(const header& head, const entity_outcome& outcome, in_flight& entry) const;
  std::optional<span> begin_span(const header& head, const in_flight& entry) const;
  void measure(in_flight& entry) const;
  void release(in_flight entry, std::vector<acknowledgement>& acknowledgements);
  void send_ready();
  void send_again();
  void dispatch(std::vector<delivery> messages);
  void send_acknowledgements(std::vector<acknowledgement> entries);
  void take_acknowledgements(const acknowledgements& x);
  void count(uint32_t number, const answer& reply);

  // -- answers that come later, deadlines ---------------------------------------------------------

  void answer_one(caller& from, answer reply);
  void keep_waiting(const std::string& address, const std::string& id, caller from);
  void answer_late(const std::string& address, answer reply);
  void give_up_waiting();
  void change_deadline(const std::string& address, int64_t deadline_ms);
  void tell_deadlines();
  void report_overdue();
  caf::response_promise drop_dead_letter(const std::string& id);

  // -- entities -----------------------------------------------------------------------------------

  slot* find_slot(uint64_t id);
  slot* find_slot(const std::string& address);
  slot& activate(const std::string& address, const entity_kind& kind);
  void start(slot& x);
  void touch(slot& x);
  void entity_ended(const entity_failed& failure);
  void fail_activation(slot& x, const entity_failed& failure);
  void restart_when_possible(slot& x);
  void restarted(uint64_t slot_id);
  /// False when the entity is busy.
  bool passivate(slot& x);
  void passivate_idle();
  void passivated(entity_passivated& last);
  void forget(slot& x);
  void take_snapshot(entity_snapshot& x);

  // -- for operators ------------------------------------------------------------------------------

  entity_row row_of(const slot& x) const;
  caf::result<entity_rows> rows(const entity_rows_query& query) const;
  census take_census() const;
  answer restart_entity_now(const std::string& address);
  answer passivate_now(const std::string& address);
  uint64_t snapshot_entities();

  // -- upkeep -------------------------------------------------------------------------------------

  void tick();
  void update_marks();
  void show_gauges(const std::array<int64_t, 3>& values);
  activity current_activity();
  int64_t now_ms() const;

  partition_environment environment_;
  const runtime_options& options_;
  uint32_t index_;
  uint64_t incarnation_;
  /// The leadership in which this life began.
  uint64_t epoch_;
  bool open_ = false;
  bool failed_ = false;

  std::unordered_map<uint64_t, slot> slots_;
  std::unordered_map<std::string, uint64_t> slots_by_address_;
  /// Slots by their last activity, oldest first.
  std::list<uint64_t> ages_;
  uint64_t next_slot_ = 1;
  uint64_t next_incarnation_ = 1;

  uint64_t last_ticket_ = 0;
  uint64_t durable_ticket_ = 0;
  uint64_t applied_ticket_ = 0;
  /// The last barrier that was set for somebody who asked.
  uint64_t barrier_ticket_ = 0;
  std::deque<in_flight> in_flight_;
  std::deque<unapplied_record> unapplied_;
  /// Batches that the log had no room for.
  std::deque<std::pair<uint64_t, storage::write_batch>> backlog_;
  outbox outbox_;
  letter_deadlines letters_;
  /// Callers whose command was deferred, by address and command id.
  std::unordered_map<std::string, std::vector<waiting_caller>> deferred_;
  std::unordered_map<std::string, set_deadline> deadlines_;
  /// Entities by when they are told of their deadline.
  std::set<std::pair<int64_t, std::string>> due_;
  restart_tracker restarts_;

  size_t commands_ = 0;
  size_t waiting_ = 0;
  uint64_t handled_ = 0;
  uint64_t ticks_ = 0;
  int64_t started_ms_ = 0;
  /// What the gauges show of this partition.
  std::array<int64_t, 3> shown_{};
  /// Messages that arrived before the partition was open.
  std::deque<waiting_message> early_;
};

} // namespace touchline::actors
