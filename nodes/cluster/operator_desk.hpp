// Serves operators on one node: finds out who asks, asks the other nodes and makes one answer of
// theirs, has things done, and records who did them. Everything takes place next to the node's own
// actor, on a thread of its own that gives way to the others: who serves the league goes on with
// its work.
//
// A program asks one node, which checks who it is. What that node asks of the others is trusted as
// it is: they have proved to each other that they are nodes of the cluster.
#pragma once

#include "actors/runtime/inspection.hpp"
#include "nodes/cluster/node_actor.hpp"
#include "nodes/cluster/operator_gate.hpp"
#include "nodes/state_replay.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace touchline::cluster {

/// Patience of the desk with other nodes and with entities, in milliseconds.
inline constexpr int64_t node_patience_ms = 5'000;
inline constexpr int64_t entity_patience_ms = 5'000;

/// An action that is not in the audit after so long is answered nevertheless; recording it is tried
/// for `audit_patience_ms`.
inline constexpr int64_t audit_wait_ms = 2'000;
inline constexpr int64_t audit_patience_ms = 60'000;

/// Questions that a desk works on at the same time; more are refused as overloaded.
inline constexpr size_t max_desk_tasks = 256;

/// Attempts and notes of those who may not act that a desk records in the audit per minute; the
/// others are only logged.
inline constexpr size_t max_audited_refusals = 30;

/// The actor of a node that serves operators. See the head of this file.
class operator_desk : public caf::event_based_actor {
public:
  operator_desk(caf::actor_config& config, std::shared_ptr<node_environment> environment,
                caf::actor node);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.desk"; }

private:
  using reply_callback = std::function<void(Reply)>;
  using answer_callback = std::function<void(const answer&)>;

  /// A request on its way through the desk.
  struct task {
    serve_request request;
    caf::response_promise promise;
    ClusterMap map;
    Authority authority;
    bool open = true;
  };
  using task_ptr = std::shared_ptr<task>;

  /// A message to an entity that is not answered.
  struct entity_question {
    std::string to;
    caf::message content;
    int64_t until_ms = 0;
    int64_t again_ms = 0;
    answer_callback done;
  };

  /// Answers of several actors.
  struct round {
    size_t open = 1;
    std::vector<Reply> replies;
    std::vector<uint32_t> unreached;
    std::function<void(round&)> then;

    void done() {
      if (--open == 0)
        then(*this);
    }
  };

  // -- who asks -----------------------------------------------------------------------------------

  caf::result<Reply> serve(serve_request& x);
  void admit(const task_ptr& x);
  void admit_account(const task_ptr& x);
  void admit_nobody(const task_ptr& x);
  void admitted(const task_ptr& x);
  void introduce(const task_ptr& x);

  // -- the answer ---------------------------------------------------------------------------------

  void perform(const task_ptr& x);
  void gather(const task_ptr& x);
  void to_leader(const task_ptr& x, uint32_t partition);
  void to_node(const task_ptr& x, const caf::actor& peer);
  void to_own_node(const task_ptr& x);
  void finish(const task_ptr& x, Reply reply);
  void deliver(const task_ptr& x, Reply reply);
  void audit(const task_ptr& x, const Reply& reply, const std::function<void(bool)>& then);

  // -- what this node knows -----------------------------------------------------------------------

  void find_here(const AdminRequest& x, const reply_callback& then);
  void list_here(const ActorsQuery& query, const reply_callback& then);
  void supervisors_here(const reply_callback& then);
  void add_partition(NodeSupervisor& out, uint32_t partition, const actors::census* found) const;
  void inspect_here(const InspectQuery& query, const reply_callback& then);
  void replay(const std::shared_ptr<nodes::state_replay>& state, const reply_callback& then);
  void add_row(const std::shared_ptr<nodes::state_replay>& state, const reply_callback& then);
  void tail_here(const TailQuery& query, const reply_callback& then);
  void order_here(const EntityOrder& order, const reply_callback& then);
  void snapshot_here(const reply_callback& then);
  Reply set_log_level(const LogLevel& x) const;
  std::vector<uint32_t> led() const;

  // -- entities -----------------------------------------------------------------------------------

  template <class Message>
  void ask_entity(const std::string& id, const Message& message, int64_t patience_ms,
                  answer_callback then);
  void send_question(uint64_t number);
  void take_answer(const answer& x);
  void chase();

  int64_t now_ms() const { return environment_->time->steady_ms(); }
  actors::router& routes() const { return environment_->runtime->routes(); }
  uint32_t self_id() const { return environment_->self.id(); }

  std::shared_ptr<node_environment> environment_;
  std::shared_ptr<const peer_environment> connections_;
  caf::actor node_;
  operator_gate gate_;
  size_t tasks_ = 0;
  std::unordered_map<uint64_t, entity_question> questions_;
  uint64_t last_question_ = 0;
  bool chasing_ = false;
  int64_t refusals_since_ms_ = 0;
  size_t refusals_ = 0;
};

} // namespace touchline::cluster
