// What the front answers: the messages of the catalogue under /v1, flows, and what operators' tools
// ask. Knows nothing of sockets.
#pragma once

#include "nodes/front/cluster_resource.hpp"
#include "nodes/front/event_hub.hpp"
#include "nodes/front/flow_resource.hpp"
#include "nodes/front/front_configuration.hpp"
#include "nodes/front/front_metrics.hpp"
#include "nodes/front/gatekeeper.hpp"
#include "nodes/front/guarded_client.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/front/kept_texts.hpp"
#include "nodes/front/league_list.hpp"
#include "nodes/front/operation_response.hpp"
#include "nodes/front/request_trace.hpp"
#include "nodes/front/route_table.hpp"
#include "nodes/front/worker.hpp"
#include "nodes/league_access.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace touchline::front {

/// What a front finds in its process.
struct front_surroundings {
  /// The actor system of the node that it is beside of, if any, whose metrics it gives as well.
  caf::actor_system* node = nullptr;
  /// How commands leave that node: for its own partitions no connection is between, for others they
  /// share the connections of the nodes. Null to go the way of the league. What is read goes that
  /// way always: answers are written out on its threads, and not on those of the node.
  const actors::router* routes = nullptr;
  trace_target traces = {};
};

/// Answers requests, each at once or when the league has answered. Thread safe; never blocks.
class front_service {
public:
  /// `league` must outlive it. `key` is the league's, `version` the program's.
  front_service(nodes::league_access& league, const nodes::identity_key& key,
                const front_configuration& config, const std::string& version,
                const front_surroundings& around = {});
  front_service(const front_service&) = delete;
  front_service& operator=(const front_service&) = delete;

  /// Answers what is under way.
  ~front_service();

  void handle(http_request request, reply_function reply);

  /// Where the connections are counted, for the metrics.
  void watch(std::function<server_statistics()> server) { server_ = std::move(server); }

  /// From now on /readyz says that a load balancer must look elsewhere; requests are answered as
  /// before.
  void begin_drain() { draining_ = true; }

  /// Tells the clients of streams to connect elsewhere.
  void end_streams() { events_.end_all(); }

private:
  struct exchange;
  using shared_exchange = std::shared_ptr<exchange>;

  /// What is served beside the messages of the catalogue.
  struct own_route {
    /// "GET" answers HEAD as well.
    const char* method;
    path_pattern path;
    /// For the metrics.
    const char* operation;
    void (front_service::*handle)(const shared_exchange& x);
  };

  static std::vector<own_route> own_routes();
  bool handle_own(const shared_exchange& x);

  // -- what operators ask -------------------------------------------------------------------------

  void serve_liveness(const shared_exchange& x);
  void serve_readiness(const shared_exchange& x);
  void serve_metrics(const shared_exchange& x);
  void serve_document(const shared_exchange& x);
  void serve_cluster(const shared_exchange& x);

  // -- what people and programs ask ---------------------------------------------------------------

  void serve_page(const shared_exchange& x);
  void serve_flow(const shared_exchange& x);
  void serve_league_list(const shared_exchange& x);
  void serve_events(const shared_exchange& x);
  void open_stream(const shared_exchange& x);
  template <class Message>
  void serve_as(const shared_exchange& x, rendering how);
  void serve_positions(const shared_exchange& x);
  void serve_table_csv(const shared_exchange& x);
  void serve_fixtures_csv(const shared_exchange& x);
  void serve_results_csv(const shared_exchange& x);
  void serve_calendar(const shared_exchange& x);
  void serve_import(const shared_exchange& x);
  void begin_import(const shared_exchange& x);
  void handle_message(const shared_exchange& x);
  std::string caller_of(const exchange& x, const std::optional<std::string>& token);
  bool is_welcome(exchange& x, const std::optional<std::string>& token);
  void authorize(const shared_exchange& x, std::function<void()> then);
  void begin_message(const shared_exchange& x);
  void ask(const shared_exchange& x, std::string id);
  void finish_message(const shared_exchange& x, const answer& reply, int64_t retry_after_ms);
  void finish_read(const shared_exchange& x, const answer& reply);
  void finish_with_stamp(const shared_exchange& x, const answer& reply);
  void begin_credentials(const shared_exchange& x);
  void run_on(worker& who, const shared_exchange& x, std::function<http_response()> job);

  nodes::league_access& league_;
  const nodes::identity_key key_;
  const actors::clock& time_;
  const front_configuration config_;
  const route_table routes_;
  const std::vector<own_route> own_routes_;
  const std::string openapi_;
  const trace_target traces_;
  front_metrics metrics_;
  rate_limiter limiter_;
  std::function<server_statistics()> server_;
  std::atomic<bool> draining_ = false;
  std::unique_ptr<async_client> reads_;
  /// Null where both go the same way.
  std::unique_ptr<async_client> commands_;
  guarded_client guarded_;
  kept_texts texts_;
  gatekeeper gate_;
  flow_resource flows_;
  cluster_resource cluster_;
  league_list leagues_;
  event_hub events_;
  std::unique_ptr<worker> flow_reader_;
  std::unique_ptr<worker> password_worker_;
  std::unique_ptr<worker> importer_;
};

} // namespace touchline::front
