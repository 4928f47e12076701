// One end of a connection between two processes of a cluster. Whatever this process has for the
// other one goes through here: consensus, commands and their answers, messages between entities,
// questions. What piles up while a batch is being put together shares it; a window of batches is
// under way, so that a slow peer costs a bounded buffer and nothing else.
//
// To the rest of the process it looks like the partitions that the other end leads: it takes what
// they take, and answers as they do.
#pragma once

#include "actors/runtime/clock.hpp"
#include "actors/runtime/router.hpp"
#include "messages/catalogue.hpp"
#include "messages/catalogue.pb.h"
#include "nodes/cluster/peer_messages.hpp"
#include "nodes/cluster/replica_actor.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace touchline::cluster {

/// Bounds of a connection.
struct peer_options {
  /// Batches, and bytes in them, that the other end has not confirmed.
  size_t window_batches = 64;
  size_t window_bytes = size_t{8} << 20;
  /// A receipt is sent for so many batches, or bytes in them, at the latest after `receipt_ms`. Far
  /// below the window.
  size_t receipt_batches = 8;
  size_t receipt_bytes = size_t{1} << 20;
  int64_t receipt_ms = 50;
  /// Bytes after which a batch is sent without waiting for more.
  size_t batch_bytes = size_t{512} << 10;
  /// Bytes that wait for the window. Beyond it consensus and messages between entities are lost
  /// here, which they survive; commands and questions are refused as overloaded.
  size_t max_buffered_bytes = size_t{32} << 20;
  /// Commands and questions that wait for the other end.
  size_t max_pending = 65'536;
  /// Patience with the first words of the other end, in milliseconds.
  int64_t handshake_ms = 3'000;
  /// A question that nobody answers fails after so long.
  int64_t request_ms = 60'000;
  /// What a program may do is looked up again after so long: a token that was revoked, and the
  /// first operator of a cluster, bind what comes later than that.
  int64_t rights_ms = 5'000;
  /// What a token allowed is good for so long while the cluster cannot say more.
  int64_t uncertain_ms = 60'000;
  /// Messages, and questions, that wait until it is known what their program may do.
  size_t max_held = 1'024;
};

/// What a connection needs of its process.
struct peer_environment {
  /// The router of the process; null as long as it knows no cluster.
  actors::router* routes = nullptr;
  std::shared_ptr<replica_table> replicas;
  const actors::clock* time = nullptr;
  peer_options options;
  /// Hears of peer_up, peer_down, news_input; answers serve_request; creates replicas.
  caf::actor owner;
  /// The server that consensus messages for a replica that is not there yet may create.
  consensus::server_id self = 0;
  /// The birth of the cluster that this node belongs to; 0 while it belongs to none. What it says
  /// of itself when it connects: a node that seems to belong to none lets others found a cluster.
  std::atomic<uint64_t> birth = 0;
  /// When this process last heard that the cluster has no operators, and therefore asks nobody for
  /// rights; 0 for never, or when it has some.
  mutable std::atomic<int64_t> unguarded_ms = 0;
  std::shared_ptr<std::atomic<int64_t>> running = std::make_shared<std::atomic<int64_t>>(0);
};

/// To the owner: a replica of this partition is spoken to and is not there. The message is lost.
struct missing_replica {
  uint32_t partition = 0;
};

/// The actor of one connection. See the head of this file.
class peer_actor : public caf::event_based_actor {
public:
  /// The end that was called: `who` spoke first, through `remote`.
  peer_actor(caf::actor_config& config, std::shared_ptr<const peer_environment> environment,
             peer_identity who, caf::actor remote);

  /// The end that calls: introduces itself with `hello` to `gateway`.
  peer_actor(caf::actor_config& config, std::shared_ptr<const peer_environment> environment,
             wire_hello hello, caf::actor gateway);

  caf::behavior make_behavior() override;
  void on_exit() override;

  const char* name() const override { return "touchline.peer"; }

private:
  /// A command of this process that the other end has not answered.
  struct pending_command {
    caf::strong_actor_ptr sender;
    uint64_t request = 0;
    std::string id;
    int64_t until_ms = 0;
  };

  struct pending_request {
    caf::response_promise promise;
    int64_t until_ms = 0;
  };

  /// What the program at the other end may do.
  struct rights {
    bool known = false;
    /// Everything: it acts for an operator, or there are none.
    bool all = false;
    bool look = false;
    Grant grant;
    /// When it was certain, and when it was asked for last.
    int64_t learned_ms = 0;
    int64_t asked_ms = 0;
  };

  void greet();
  void welcomed(const wire_welcome& x);
  void enter(const caf::actor& remote);
  void begin(caf::actor remote);
  void end(const std::string& why);

  // -- out ----------------------------------------------------------------------------------------

  void forward(const caf::message& content);
  void refuse(const caf::strong_actor_ptr& to, const header& head, const refusal& why);
  void answer_out(answer& x);
  void acknowledge_out(const actors::acknowledgements& x);
  caf::result<Reply> ask(const peer_request& x);
  bool has_room(size_t bytes) const;
  void added(size_t bytes);
  void flush();

  // -- in -----------------------------------------------------------------------------------------

  bool is_from_other_end();
  void take(wire_batch& x);
  void take_consensus(wire_consensus& x);
  void take_message(wire_message& x);
  void take_answer(answer& x);
  void take_request(wire_call& x);
  void take_reply(const wire_call& x);

  // -- what a program may do ----------------------------------------------------------------------

  bool must_wait_for_rights();
  void renew_rights();
  void introduce(const Credential& who);
  void learn_rights();
  void release_held();
  void refuse_held(const std::string& why);
  void learned(const std::string& token, const Reply& reply);
  std::optional<refusal> check_message(const header& head, const message_info& info,
                                       const google::protobuf::Message& body) const;
  std::optional<refusal> check_own_account(const message_info& info,
                                           const google::protobuf::Message& body) const;
  std::optional<refusal> check_question(const Request& x) const;
  void serve(uint64_t number, serve_request question);
  void respond(uint64_t number, const Reply& reply);
  void note_received(uint64_t number, size_t bytes);
  void send_receipt();
  void receipt(uint64_t number);
  void expire();

  int64_t now_ms() const { return environment_->time->steady_ms(); }

  std::shared_ptr<const peer_environment> environment_;
  const peer_options& options_;
  peer_identity who_;
  wire_hello hello_;
  caf::actor gateway_;
  caf::actor remote_;
  bool active_ = false;
  /// The other end called.
  bool is_called_ = false;

  wire_batch batch_;
  size_t batch_bytes_ = 0;
  bool flush_queued_ = false;
  uint64_t last_batch_ = 0;
  /// Sizes of the batches that are not confirmed, the first of them numbered `last_batch_ + 1 -
  /// size()`.
  std::deque<size_t> under_way_;
  size_t under_way_bytes_ = 0;

  /// What came and has no receipt yet.
  uint64_t received_ = 0;
  uint64_t receipted_ = 0;
  size_t unreceipted_bytes_ = 0;
  bool receipt_queued_ = false;

  uint64_t last_token_ = 0;
  std::unordered_map<uint64_t, pending_command> commands_;
  std::unordered_map<uint64_t, pending_request> requests_;

  /// On whose behalf the program at the other end sends, as it said last.
  Credential shown_;
  rights rights_;
  bool learning_ = false;
  /// What came before its rights are known, in order.
  std::vector<wire_message> held_messages_;
  std::vector<wire_call> held_calls_;
};

} // namespace touchline::cluster

CAF_BEGIN_TYPE_ID_BLOCK(touchline_peer_owner, first_custom_type_id + 355)
  CAF_ADD_TYPE_ID(touchline_peer_owner, (touchline::cluster::missing_replica))
CAF_END_TYPE_ID_BLOCK(touchline_peer_owner)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::missing_replica)
