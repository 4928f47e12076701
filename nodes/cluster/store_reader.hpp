// Reads the store for other processes, on a thread of its own: a long page of a list, or pages of
// the file that have to come from the disk, hold up neither the node nor its replicas.
#pragma once

#include "nodes/cluster/peer_actor.hpp"
#include "nodes/cluster/replica_actor.hpp"

#include <caf/event_based_actor.hpp>

#include <memory>
#include <string>

namespace touchline::cluster {

/// What a process wants to know of the content of a partition; `query` is a StoreQuery. Answered
/// with a Reply: what was committed before the question is in it.
struct store_question {
  uint32_t partition = 0;
  std::string query;
};

/// Questions that wait at most; one more is answered with OVERLOADED.
inline constexpr size_t max_waiting_questions = 1'024;

/// Waits until what was committed can be read here, and reads, one question after another. To be
/// spawned `caf::detached`.
class store_reader : public caf::event_based_actor {
public:
  /// `store` must outlive the actor, which counts itself in `connections->running`.
  store_reader(caf::actor_config& config, std::shared_ptr<const peer_environment> connections,
               std::shared_ptr<const replica_table> replicas, const storage::store& store,
               uint32_t partitions);

  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  caf::result<Reply> serve(const store_question& x);

  std::shared_ptr<const peer_environment> connections_;
  std::shared_ptr<const replica_table> replicas_;
  const storage::store& store_;
  uint32_t partitions_;
  size_t waiting_ = 0;
};

} // namespace touchline::cluster

CAF_BEGIN_TYPE_ID_BLOCK(touchline_store_reader, first_custom_type_id + 368)
  CAF_ADD_TYPE_ID(touchline_store_reader, (touchline::cluster::store_question))
CAF_END_TYPE_ID_BLOCK(touchline_store_reader)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::cluster::store_question)
