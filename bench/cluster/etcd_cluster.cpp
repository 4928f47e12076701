#include "bench/cluster/etcd_cluster.hpp"

#include "bench/cluster/etcd_kv.grpc.pb.h"
#include "bench/cluster/load.hpp"

#include <grpcpp/grpcpp.h>

#include <optional>
#include <thread>

namespace touchline::bench {

namespace {

namespace pb = etcdserverpb;

constexpr auto start_limit = std::chrono::seconds{30};
constexpr auto pause = std::chrono::milliseconds{50};
constexpr auto question_limit = std::chrono::seconds{1};
constexpr auto put_limit = std::chrono::seconds{10};

/// Connections that a load is spread over at most, as several clients would have them.
constexpr size_t max_connections = 8;

/// A connection that shares nothing with others and is tried again soon after it failed: what is
/// measured is the server.
std::shared_ptr<grpc::Channel> connect(const std::string& endpoint) {
  grpc::ChannelArguments options;
  options.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  options.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  // Also the limit of an attempt, which a busy machine must not exceed.
  options.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  options.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  return grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), options);
}

auto deadline_in(steady::duration timeout) {
  return std::chrono::system_clock::now()
         + std::chrono::duration_cast<std::chrono::system_clock::duration>(timeout);
}

pb::PutRequest put_request(int league, uint64_t number) {
  pb::PutRequest x;
  x.set_key(etcd_key(league));
  x.set_value(etcd_value(number));
  return x;
}

/// A put under way.
struct put_call {
  grpc::ClientContext context;
  grpc::Status status;
  pb::PutResponse response;
  std::unique_ptr<grpc::ClientAsyncResponseReader<pb::PutResponse>> reader;
  steady::time_point sent;
};

} // namespace

struct etcd_cluster::connections {
  struct stubs {
    std::unique_ptr<pb::KV::Stub> kv;
    std::unique_ptr<pb::Maintenance::Stub> maintenance;
  };
  std::vector<stubs> to;
  /// Of the last question about a status that was not answered.
  std::string last_error;

  std::optional<pb::StatusResponse> status(uint32_t id) {
    grpc::ClientContext context;
    context.set_deadline(deadline_in(question_limit));
    // A channel makes progress only while a call waits for it.
    context.set_wait_for_ready(true);
    pb::StatusResponse out;
    auto status = to.at(id - 1).maintenance->Status(&context, {}, &out);
    if (status.ok())
      return out;
    last_error = status.error_message();
    return std::nullopt;
  }
};

std::string etcd_key(int league) {
  return "league/" + std::to_string(1'000 + league);
}

std::string etcd_value(uint64_t number) {
  auto out = std::to_string(number);
  out.resize(payload_bytes, 'e');
  return out;
}

etcd_cluster::etcd_cluster(const std::filesystem::path& folder)
  : folder_{folder},
    client_ports_{free_ports(2 * size)},
    peer_ports_{client_ports_.begin() + size, client_ports_.end()},
    connections_{std::make_unique<connections>()} {
  client_ports_.resize(size);
  std::filesystem::create_directories(folder_);
  for (uint32_t id = 1; id <= size; ++id) {
    start(id);
    auto channel = connect(endpoint(id));
    connections_->to.push_back({pb::KV::NewStub(channel), pb::Maintenance::NewStub(channel)});
  }
  if (!wait_until_well(start_limit))
    give_up("etcd did not start: " + connections_->last_error + ". Its logs are in "
            + folder_.string() + "; the Debian package is etcd-server.");
}

etcd_cluster::~etcd_cluster() = default;

std::string etcd_cluster::endpoint(uint32_t id) const {
  return "127.0.0.1:" + std::to_string(client_ports_.at(id - 1));
}

void etcd_cluster::start(uint32_t id) {
  auto name = [](uint32_t x) { return "member-" + std::to_string(x); };
  auto peer
    = [this](uint32_t x) { return "http://127.0.0.1:" + std::to_string(peer_ports_.at(x - 1)); };
  std::string all;
  for (uint32_t x = 1; x <= size; ++x)
    all += (x > 1 ? "," : "") + name(x) + '=' + peer(x);
  auto client = "http://" + endpoint(id);
  member(id) = child_process{{"etcd", "--name", name(id), "--data-dir", folder_ / name(id),
                              "--listen-client-urls", client, "--advertise-client-urls", client,
                              "--listen-peer-urls", peer(id), "--initial-advertise-peer-urls",
                              peer(id), "--initial-cluster", all, "--initial-cluster-state", "new"},
                             folder_ / (name(id) + ".log")};
}

uint32_t etcd_cluster::leader() {
  for (uint32_t id = 1; id <= size; ++id)
    if (auto status = connections_->status(id);
        status && status->leader() != 0 && status->leader() == status->header().member_id())
      return id;
  return 0;
}

bool etcd_cluster::wait_until_well(steady::duration timeout) {
  constexpr uint64_t lag = 64;
  for (auto deadline = steady::now() + timeout; steady::now() < deadline;) {
    std::vector<pb::StatusResponse> found;
    for (uint32_t id = 1; id <= size; ++id)
      if (auto status = connections_->status(id))
        found.push_back(std::move(*status));
    auto [behind, ahead] = std::ranges::minmax_element(found, {}, &pb::StatusResponse::raft_index);
    if (found.size() == size && found.front().leader() != 0
        && std::ranges::all_of(found, [&](auto& x) { return x.leader() == found[0].leader(); })
        && behind->raft_index() + lag >= ahead->raft_index())
      return true;
    std::this_thread::sleep_for(pause);
  }
  return false;
}

bool etcd_cluster::put(uint32_t through, const std::string& key, const std::string& value,
                       steady::duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(deadline_in(timeout));
  pb::PutRequest request;
  request.set_key(key);
  request.set_value(value);
  pb::PutResponse response;
  return connections_->to.at(through - 1).kv->Put(&context, request, &response).ok();
}

load_figures etcd_cluster::measure_puts(size_t clients, steady::duration duration) {
  auto through = leader();
  if (through == 0)
    give_up("etcd has no leader.");
  std::vector<std::unique_ptr<pb::KV::Stub>> stubs;
  for (size_t i = 0; i < std::min(clients, max_connections); ++i) {
    auto channel = connect(endpoint(through));
    channel->WaitForConnected(deadline_in(question_limit));
    stubs.push_back(pb::KV::NewStub(channel));
  }
  grpc::CompletionQueue queue;
  load_watch watch;
  uint64_t number = 0;
  auto send = [&] {
    auto call = std::make_unique<put_call>();
    auto request = put_request(static_cast<int>(number % leagues), number);
    call->context.set_deadline(deadline_in(put_limit));
    call->sent = steady::now();
    call->reader = stubs[number++ % stubs.size()]->AsyncPut(&call->context, request, &queue);
    auto* tag = call.release();
    tag->reader->Finish(&tag->response, &tag->status, tag);
  };
  for (size_t i = 0; i < clients; ++i)
    send();
  auto under_way = clients;
  auto end = steady::now() + duration;
  void* tag = nullptr;
  for (bool complete = false; under_way > 0 && queue.Next(&tag, &complete);) {
    std::unique_ptr<put_call> call{static_cast<put_call*>(tag)};
    complete && call->status.ok() ? watch.acknowledged(call->sent)
                                  : watch.failed(call->status.error_message());
    if (steady::now() < end)
      send();
    else
      --under_way;
  }
  return watch.figures();
}

} // namespace touchline::bench
