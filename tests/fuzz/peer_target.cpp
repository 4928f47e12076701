// Bytes of a peer: messages of consensus, batches, entries of a log, messages of the catalogue.
#include "actors/runtime/runtime.hpp"
#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "messages/text.hpp"
#include "nodes/cluster/cluster.pb.h"
#include "nodes/cluster/network.hpp"
#include "nodes/cluster/replica.pb.h"
#include "nodes/cluster/replica_state.hpp"
#include "nodes/cluster/wire.hpp"
#include "nodes/consensus/membership_encoding.hpp"
#include "nodes/consensus/message.hpp"
#include "storage/layout.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>

namespace touchline::fuzz {

namespace {

using namespace touchline::consensus;

enum choice : uint8_t {
  of_consensus,
  of_batch,
  of_entry,
  of_membership,
  of_snapshot,
  of_catalogue
};

void take_consensus(std::string_view bytes) {
  auto read = decode(bytes);
  must(!read || encode(*read) == bytes, "a message of consensus is written as it was read");
}

void take_membership(std::string_view bytes) {
  auto read = decode_membership(bytes);
  must(!read || encode_membership(*read) == bytes, "a membership is written as it was read");
}

void take_snapshot(std::string_view bytes) {
  if (auto read = cluster::decode_snapshot(bytes))
    must(cluster::decode_snapshot(cluster::encode_snapshot(*read)).has_value(),
         "a snapshot point can be read back");
}

/// As a node does that answers questions about its log.
void take_entry(std::string_view bytes) {
  storage::write_batch batch;
  if (!cluster::append_frames(bytes, batch))
    return;
  must(!batch.error(), "a batch of a peer breaks no bound");
  for (auto& operation : batch.operations()) {
    auto key = batch.key(operation);
    auto parts = storage::split_key(key);
    storage::describe(operation.where, key);
    if (operation.what == storage::write_batch::operation::verb::append) {
      must(parts.suffix.size() == storage::position_bytes, "a record has a position");
      must(storage::open_value(operation.where, key, batch.value(operation)).has_value(),
           "a value's checksum was looked at");
    }
  }
  auto again = storage::write_batch::decode(batch.encode());
  must(again.has_value() && again->encode() == batch.encode(), "a batch can be read back");
}

void take_catalogue(uint32_t number, std::string_view bytes) {
  auto body = parse_message(number, bytes);
  if (!body)
    return;
  const auto& info = *catalogue_data::find(number);
  check_text_fields(*body);
  catalogue_data::addresses_of(info, *body);
  content_hash(number, *body);
  auto again = parse_message(number, stable_bytes(*body));
  must(again && stable_bytes(*again) == stable_bytes(*body), "a message can be read back");
}

/// As the actor of a connection does.
void take_batch(std::string_view bytes) {
  caf::binary_deserializer source{nullptr, bytes.data(), bytes.size()};
  cluster::wire_batch batch;
  if (!source.apply(batch))
    return;
  for (auto& x : batch.consensus)
    take_consensus(x.bytes);
  for (auto& x : batch.messages)
    take_catalogue(x.number, x.body);
  cluster::Reply reply;
  for (auto& x : batch.replies)
    reply.ParseFromString(x.bytes);
  cluster::Request request;
  for (auto& x : batch.requests)
    request.ParseFromString(x.bytes);
  cluster::News news;
  news.ParseFromString(batch.news);
}

// -- seeds ----------------------------------------------------------------------------------------

std::vector<server> members() {
  return {{1, server_role::voter}, {2, server_role::voter}, {3, server_role::standby}};
}

std::string sent(decltype(message::body) body) {
  message out;
  out.to = 1;
  out.from = 2;
  out.term = 3;
  out.version = 1;
  out.body = std::move(body);
  return encode(out);
}

std::string framed_batch() {
  storage::write_batch batch;
  batch.append("team/en.1/ash", 7, "record");
  batch.put_snapshot("team/en.1/ash", 6, "state");
  batch.put_command("team/en.1/ash", "id", 7);
  batch.set_outbox("team/en.1/ash", 7);
  batch.clear_outbox("team/en.1/elm");
  batch.set_deadline("team/en.1/ash", 5'000);
  batch.clear_deadline("team/en.1/elm");
  batch.put_dead_letter("team/en.1/ash@7", "letter");
  batch.erase_dead_letter("team/en.1/ash@6");
  std::string out;
  cluster::add_frame(out, batch.encode());
  cluster::add_frame(out, {});
  return out;
}

std::string a_batch(const std::vector<std::string>& consensus) {
  cluster::wire_batch x;
  x.number = 1;
  for (auto& bytes : consensus)
    x.consensus.push_back({2, 3, bytes});
  TeamUpdate update;
  update.set_league("en.1");
  update.set_team("ash");
  update.set_stadium("New Ground");
  header head;
  head.to = "team/en.1/ash";
  head.id = "1";
  x.messages.push_back({head, number_of<TeamUpdate>, update.SerializeAsString()});
  x.answers.push_back({"id", CONFLICT, "text", "body", 6, true, 7});
  x.acknowledgements.push_back({});
  cluster::Request request;
  request.mutable_admin()->mutable_tail()->set_pattern("team/*");
  x.requests.push_back({8, request.SerializeAsString()});
  cluster::Reply reply;
  reply.mutable_admin()->mutable_tail()->add_record()->set_address("team/en.1/ash");
  x.replies.push_back({9, reply.SerializeAsString()});
  cluster::News news;
  x.news = news.SerializeAsString();
  caf::byte_buffer bytes;
  caf::binary_serializer sink{nullptr, bytes};
  must(sink.apply(x), "a batch can be written");
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

void take(std::string_view input) {
  // CAF has to know the types that it reads, also to say what is wrong with them.
  [[maybe_unused]] static const bool is_ready = [] {
    actors::register_message_types();
    cluster::register_cluster_types();
    return true;
  }();
  switch (take_choice(input)) {
    case of_consensus:
      return take_consensus(input);
    case of_batch:
      return take_batch(input);
    case of_entry:
      return take_entry(input);
    case of_membership:
      return take_membership(input);
    case of_snapshot:
      return take_snapshot(input);
    case of_catalogue:
      return take_catalogue(take_choice(input), input);
    default:
      return;
  }
}

std::vector<std::string> seeds() {
  append_entries entries{4, 2, 3, {}};
  entries.entries.push_back({3, entry_type::command, std::make_shared<const std::string>("text")});
  append_entries change{4, 2, 3, {}};
  change.entries.push_back(
    {3, entry_type::change, std::make_shared<const std::string>(encode_membership(members()))});
  const snapshot_point point{9, 2, {1, members()}};
  std::vector<std::string> consensus{sent(entries),
                                     sent(change),
                                     sent(append_result{4, 5, 1, 2}),
                                     sent(vote_request{4, 2, true, false}),
                                     sent(vote_result{true, true, 1, 2}),
                                     sent(install_snapshot{point}),
                                     sent(timeout_now{4, 2})};
  std::vector<std::string> out;
  for (auto& bytes : consensus)
    out.push_back(chosen(of_consensus, bytes));
  out.push_back(chosen(of_batch, a_batch(consensus)));
  out.push_back(chosen(of_entry, framed_batch()));
  out.push_back(chosen(of_membership, encode_membership(members())));
  out.push_back(chosen(of_snapshot, cluster::encode_snapshot(point)));
  for (auto& info : catalogue_data::messages())
    out.push_back(chosen(of_catalogue, chosen(static_cast<uint8_t>(info.number), "\x0a\x04"
                                                                                 "en.1")));
  return out;
}

} // namespace touchline::fuzz
