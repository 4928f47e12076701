#include "nodes/cluster/store_reader.hpp"

#include "nodes/cluster/failed_reply.hpp"
#include "nodes/cluster/query_answer.hpp"

#include <chrono>
#include <utility>

namespace touchline::cluster {

store_reader::store_reader(caf::actor_config& config,
                           std::shared_ptr<const peer_environment> connections,
                           std::shared_ptr<const replica_table> replicas,
                           const storage::store& store, uint32_t partitions)
  : event_based_actor{config},
    connections_{std::move(connections)},
    replicas_{std::move(replicas)},
    store_{store},
    partitions_{partitions} {
  // The store outlives this actor.
  connections_->running->fetch_add(1);
}

void store_reader::on_exit() {
  connections_->running->fetch_sub(1);
}

caf::behavior store_reader::make_behavior() {
  set_error_handler([](caf::error&) {});
  return {[this](const store_question& x) { return serve(x); }};
}

caf::result<Reply> store_reader::serve(const store_question& x) {
  nodes::StoreQuery query;
  if (!query.ParseFromString(x.query))
    return failed(INVALID_ARGUMENT, "The question about the store is unreadable.");
  if (waiting_ == max_waiting_questions)
    return failed(OVERLOADED,
                  "Too many questions wait for the store of this node; ask again a little later.");
  auto replica = replicas_->at(x.partition);
  if (!replica)
    return failed(UNAVAILABLE,
                  "Partition " + std::to_string(x.partition) + " has left this node; ask again.");
  ++waiting_;
  auto promise = make_response_promise();
  constexpr std::chrono::seconds patience{30};
  request(replica, patience, read_point_query{})
    .then(
      [this, promise, partition = x.partition,
       query = std::move(query)](const refusal& ready) mutable {
        --waiting_;
        if (ready.code != OK) {
          promise.deliver(failed(ready));
          return;
        }
        Reply reply;
        reply.set_store(
          nodes::answer_query(store_, query, partition, partitions_).SerializeAsString());
        promise.deliver(std::move(reply));
      },
      [this, promise](const caf::error&) mutable {
        --waiting_;
        promise.deliver(failed(UNAVAILABLE, "The partition did not answer; ask again."));
      });
  return promise;
}

} // namespace touchline::cluster
