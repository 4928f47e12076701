// The actor of one entity: rebuilds it from snapshot and stream, lets it decide about one message
// after the other, and hands each outcome to its partition. It never waits for the disk.
#pragma once

#include "actors/runtime/clock.hpp"
#include "actors/runtime/entity.hpp"
#include "actors/runtime/options.hpp"
#include "actors/runtime/outbox.hpp"
#include "actors/runtime/span.hpp"
#include "storage/store.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace touchline::actors {

/// What every entity of a node is given.
struct entity_environment {
  storage::store* store = nullptr;
  const entity_kinds* kinds = nullptr;
  const clock* time = nullptr;
  runtime_options options;
  /// Called before each decision; a test makes it throw, as a defect in a handler would.
  std::function<void(const header&, uint32_t number)> before_decision;
  /// Who handled a record, for people.
  std::string node;
  /// Where the spans of handled messages go; null for nowhere.
  span_sink* spans = nullptr;
  /// Entities and partitions that still run: what they were given outlives the last of them.
  std::shared_ptr<std::atomic<int64_t>> running = std::make_shared<std::atomic<int64_t>>(0);
};

/// How the handling of one message ended.
enum class outcome_kind : uint8_t {
  /// There is a record to commit.
  recorded,
  /// A command whose answer was deferred came again: it waits for the answer.
  waiting,
  /// Nothing to record: a read, a refusal, or the first answer again.
  answered,
  /// A message between entities that was handled before.
  duplicate,
  /// A message between entities that would skip another one; it will be delivered again.
  out_of_order,
};

/// The outcome of one message, from the entity's actor to its partition.
struct entity_outcome {
  uint64_t slot = 0;
  uint64_t incarnation = 0;
  outcome_kind kind = outcome_kind::answered;
  /// Position of the record, or of the newest record that the answer rests on.
  uint64_t position = 0;
  answer reply;
  storage::write_batch batch;
  std::vector<delivery> messages;
  /// The message was set aside as this dead letter.
  std::string dead_letter;
  /// The command is recorded, and its answer comes later.
  bool deferred = false;
  /// Answers to commands that were deferred, each with its command's id.
  std::vector<answer> late_answers;
  /// The entity's deadline, when the record changed it; 0 for none any more.
  std::optional<int64_t> deadline_ms;
};

/// Sent when an entity's actor ends because of a failure.
struct entity_failed {
  uint64_t slot = 0;
  uint64_t incarnation = 0;
  ErrorCode code = HANDLER_FAILED;
  std::string text;
  /// It failed before it could take any message: snapshot or stream cannot be used.
  bool while_activating = false;
};

/// Asks an entity's actor to leave memory.
struct passivate_request {};

/// The last words of an entity that leaves memory: its snapshot, if it has anything new.
struct entity_passivated {
  uint64_t slot = 0;
  uint64_t incarnation = 0;
  storage::write_batch batch;
};

/// Asks an entity's actor to write a snapshot, if it has anything new.
struct snapshot_request {};

struct entity_snapshot {
  uint64_t slot = 0;
  uint64_t incarnation = 0;
  storage::write_batch batch;
};

/// Asks an entity's actor to set the next message aside, because its handler failed too often.
struct set_aside_request {
  caf::message content;
  std::string error;
  uint32_t attempts = 0;
};

/// The actor of one entity. Lives within one partition, knows nothing of the others.
class entity_actor : public caf::event_based_actor {
public:
  entity_actor(caf::actor_config& config, std::shared_ptr<const entity_environment> environment,
               const entity_kind& kind, std::string address, uint64_t slot, uint64_t incarnation,
               caf::actor partition);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.entity"; }

private:
  /// A command that was answered, until its record can be found on disk.
  struct answered_command {
    uint64_t position = 0;
    uint64_t hash = 0;
    answer reply;
    /// The answer was deferred and has not come.
    bool open = false;
  };

  // -- coming into memory and leaving it ----------------------------------------------------------

  tl::expected<void, refusal> activate();
  tl::expected<void, refusal> replay(std::string_view record);
  void passivate();
  void write_snapshot();
  void fail(ErrorCode code, std::string text, bool while_activating);
  std::string snapshot() const;

  // -- handling -----------------------------------------------------------------------------------

  void handle(const header& head, uint32_t number, const google::protobuf::Message& body);
  void set_aside(const set_aside_request& request);
  bool is_known(const header& head, uint32_t number, const google::protobuf::Message& body);
  bool is_known_command(const header& head, uint32_t number, const google::protobuf::Message& body);
  tl::expected<std::optional<answered_command>, refusal> find_command(const std::string& id);

  void record(const header& head, uint32_t number, const google::protobuf::Message& body,
              encoded_decision decided);
  void record_dead_letter(const header& head, uint32_t number,
                          const google::protobuf::Message& body, const refusal& why,
                          uint32_t attempts);
  DeadLetter earlier_letter(const header& head) const;
  void add_late_answers(std::vector<deferred_answer> late, Record& record, entity_outcome& outcome);
  void note_deadline(entity_outcome& outcome);
  void commit(const header& head, Record record, entity_outcome outcome);
  void address_messages(const header& head, std::vector<outgoing_message> messages, Record& record,
                        std::vector<delivery>& out) const;
  void respond(outcome_kind kind, answer reply);
  void remember(const std::string& id, answered_command command);

  std::shared_ptr<const entity_environment> environment_;
  const entity_kind& kind_;
  std::string address_;
  uint64_t slot_;
  uint64_t incarnation_;
  caf::actor partition_;

  std::unique_ptr<entity> entity_;
  uint64_t position_ = 0;
  uint64_t snapshot_position_ = 0;
  /// The deadline that is on disk.
  int64_t deadline_ms_ = 0;
  std::map<std::string, uint64_t> inbox_;
  std::unordered_map<std::string, answered_command> recent_;
  /// Keys of `recent_`, oldest first.
  std::deque<const std::string*> recent_order_;
};

} // namespace touchline::actors
