// What a program asks a cluster on behalf of an operator, one function for each question: a shell
// and its tests use them, and know nothing of how nodes find the answers.
#pragma once

#include "messages/error.hpp"
#include "nodes/cluster/cluster.pb.h"
#include "nodes/cluster/connect_access.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace touchline::nodes {

/// An answer, with whom the cluster took the asking one for and the nodes that did not answer.
template <class T>
struct operator_answer {
  T value;
  cluster::Authority authority;
  /// Nodes that are known and did not answer: what they know is missing.
  std::vector<uint32_t> unreached;
};

template <class T>
using operator_result = tl::expected<operator_answer<T>, refusal>;

/// Nothing but that it was done.
struct done {};

/// Asks as somebody. Every question goes to one node, which asks the others; when that node dies,
/// the next question goes to another one. Refusals: UNAUTHENTICATED and FORBIDDEN say who may,
/// NOT_FOUND that there is no such entity or node, UNAVAILABLE that nobody answered within the
/// deadline of `cluster_access`. Belongs to one thread at a time.
class cluster_questions {
public:
  /// `claimed` is how the audit calls the user and machine of this program: "ada@laptop". `access`
  /// outlives it.
  cluster_questions(cluster_access& access, std::string claimed);

  // -- who asks -----------------------------------------------------------------------------------

  // Each takes whatever else this program sends to the cluster for the same one's.

  /// Logs in with a password and asks as the account from now on. After about fifteen minutes the
  /// token is over: UNAUTHENTICATED, log in again.
  tl::expected<Grant, refusal> log_in(const std::string& account, std::string_view password);

  /// Asks as the holder of a token of an account.
  tl::expected<Grant, refusal> use_token(const std::string& token);

  /// Asks as the one that a certificate names; its private key proves it. Both are PEM files. Fails
  /// when they cannot be read.
  tl::expected<Grant, refusal> use_certificate(const std::filesystem::path& certificate,
                                               const std::filesystem::path& key);

  /// Asks with a token from now on, and nothing else: what this program sends besides goes on as it
  /// was. For who asks for many.
  void ask_with(std::string token) { who_.set_token(std::move(token)); }

  /// Whom the cluster takes the asking one for, and what he may.
  operator_result<done> who_am_i();

  /// What other requests carry, so that they are recorded as the same program's.
  cluster::Credential credential() const { return who_; }

  // -- looking ------------------------------------------------------------------------------------

  /// A page of entities by address; `query.after` is `next` of the page before.
  operator_result<cluster::ActorsPage> actors(const cluster::ActorsQuery& query);

  /// The state of an entity, now or (`position` > 0) after that record.
  operator_result<cluster::Inspection> inspect(const std::string& address, uint64_t position = 0);

  operator_result<cluster::SupervisorTree> supervisors();

  /// Metrics whose name fits the pattern, of every node, by name, labels and node.
  operator_result<cluster::Metrics> metrics(const std::string& pattern);

  /// What was committed since `query.cursor`; go on with the cursors of the answer. Answered at
  /// once: ask again after a moment.
  operator_result<cluster::TailBatch> tail(const cluster::TailQuery& query);

  // -- acting: each is recorded in the audit (history audit/cluster) ------------------------------

  /// Ends the actor of an entity as a defect would; its supervisor starts it again. NOT_FOUND when
  /// it is not in memory.
  operator_result<done> restart(const std::string& address);

  /// Makes an entity leave memory, with a snapshot. UNAVAILABLE when it is busy.
  operator_result<done> passivate(const std::string& address);

  /// Sets what a node logs: trace, debug, info, warning, error, off.
  operator_result<done> set_log_level(uint32_t node, const std::string& level);

  /// Every entity in memory writes a snapshot, and every node cuts its logs. Begun when this
  /// returns.
  operator_result<cluster::SnapshotBegun> snapshot();

  /// Changes of the cluster, checked and recorded.
  operator_result<done> change_node(uint32_t node, cluster::ChangeNode::Wish wish);
  operator_result<done> transfer(uint32_t partition, uint32_t node);
  operator_result<done> drop_dead_letter(const std::string& id);

  /// Records something that was done by other means, as sending a message: in the words of this
  /// program.
  operator_result<done> note(const std::string& what, const std::string& result);

  /// What the one who acted should know of the last actions, if anything: that one is not in the
  /// audit. Once.
  std::string take_warning();

private:
  tl::expected<cluster::Reply, refusal> ask(cluster::Request question);
  operator_result<done> act(cluster::Request question);

  cluster_access& access_;
  cluster::Credential who_;
  std::string warning_;
};

} // namespace touchline::nodes
