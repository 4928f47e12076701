#include "tests/properties/stored_streams.hpp"

#include "actors/contexts.hpp"
#include "actors/runtime/entity.hpp"
#include "messages/catalogue.hpp"
#include "messages/codec.hpp"
#include "messages/header.hpp"
#include "messages/record.pb.h"
#include "nodes/stored_state.hpp"

#include <google/protobuf/message.h>

#include <cctype>
#include <map>
#include <memory>
#include <set>

namespace touchline::testing {

namespace {

constexpr size_t page = 1'000;

using streams = std::map<std::string, std::vector<Record>>;
using complaints = std::vector<std::string>;

streams read_streams(const storage::store& store) {
  streams result;
  std::string after;
  for (;;) {
    auto addresses = store.addresses({}, after, page).value();
    for (auto& address : addresses) {
      auto& records = result[address];
      for (bool at_end = false; !at_end;)
        at_end = store
                   .read_stream(address, records.size() + 1, {},
                                [&records](uint64_t, std::string_view bytes) {
                                  return records.emplace_back().ParseFromArray(
                                    bytes.data(), static_cast<int>(bytes.size()));
                                })
                   .value()
                   .at_end;
    }
    if (addresses.size() < page)
      return result;
    after = addresses.back();
  }
}

std::string name_of(const std::string& address, const Record& record) {
  const auto* info = catalogue_data::find(record.cause().message());
  return address + '@' + std::to_string(record.position()) + " (" + (info ? info->name : "?") + ')';
}

// -- one stream -----------------------------------------------------------------------------------

void check_positions(const std::string& address, const std::vector<Record>& records,
                     complaints& out) {
  uint64_t expected = 0;
  for (auto& record : records)
    if (record.position() != ++expected)
      out.push_back(name_of(address, record) + " is in place " + std::to_string(expected) + '.');
}

/// A command is recorded once, and what was deferred is answered once.
void check_commands(const std::string& address, const std::vector<Record>& records,
                    complaints& out) {
  std::set<std::string> known;
  std::map<std::string, int> open;
  for (auto& record : records) {
    for (auto& late : record.late_answer())
      if (--open[late.id()] != 0)
        out.push_back(name_of(address, record) + " answers " + late.id() + ", which is not open.");
    if (!record.cause().from().empty())
      continue;
    if (!known.insert(record.cause().id()).second)
      out.push_back(name_of(address, record) + " handles the command " + record.cause().id()
                    + " again.");
    if (record.deferred())
      ++open[record.cause().id()];
  }
  for (auto& [id, count] : open)
    if (count > 0)
      out.push_back("The command " + id + " to " + address + " was never answered.");
}

/// The state of an entity as text: its bytes have their maps in any order.
std::string state_text(const std::string& address, const std::string& bytes) {
  std::string name = "touchline.actors.";
  bool capital = true;
  for (auto c : kind_of(address)) {
    if (c != '-')
      name += capital ? static_cast<char>(std::toupper(c)) : c;
    capital = c == '-';
  }
  const auto* type
    = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name + "State");
  std::unique_ptr<google::protobuf::Message> state{
    google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
  return state->ParseFromString(bytes) ? state->ShortDebugString() : "unreadable";
}

/// The state that all events make, one after the other, without any snapshot.
void check_state(const storage::store& store, const std::string& address,
                 const std::vector<Record>& records, complaints& out) {
  static const auto kinds = actors::all_contexts();
  auto entity = kinds.find(kind_of(address))->create();
  for (auto& record : records)
    for (auto& event : record.event())
      if (!entity->apply(event))
        out.push_back(name_of(address, record) + " holds an unreadable event.");
  auto stored = nodes::read_state(store, address);
  if (!stored || state_text(address, *stored) != state_text(address, entity->save()))
    out.push_back("The snapshot of " + address + " is not what its stream makes.");
}

// -- from one to the other ------------------------------------------------------------------------

/// What one entity sent to another.
struct sent_message {
  uint64_t sequence = 0;
  uint32_t number = 0;
  std::string cause;
  std::string correlation;
};

using pairs = std::map<std::pair<std::string, std::string>, std::vector<sent_message>>;

/// Each message of a record goes to all receivers of the catalogue, once.
void check_receivers(const std::string& address, const Record& record, complaints& out) {
  static const auto kinds = actors::all_contexts();
  std::map<std::pair<uint32_t, std::string>, std::multiset<std::string>> receivers;
  for (auto& x : record.outgoing())
    receivers[{x.message(), x.body()}].insert(x.to());
  for (auto& [message, to] : receivers) {
    const auto& info = *catalogue_data::find(message.first);
    auto body = parse_message(message.first, message.second);
    std::multiset<std::string> expected;
    for (auto& receiver : catalogue_data::addresses_of(info, *body))
      if (const auto* kind = kinds.find(kind_of(receiver)); kind && kind->can_handle(info.number))
        expected.insert(receiver);
    if (to != expected)
      out.push_back(name_of(address, record) + " sends " + info.name
                    + " to others than the catalogue names, or twice.");
  }
}

pairs sent_in(const streams& all, complaints& out) {
  pairs result;
  for (auto& [address, records] : all)
    for (auto& record : records) {
      check_receivers(address, record, out);
      auto cause = to_header(record.cause(), address).message_id();
      for (int i = 0; i < record.outgoing_size(); ++i) {
        const auto& sent = record.outgoing(i);
        // What follows when a deadline passes belongs to the flow whose deadline it was.
        const auto& flow = sent.flow();
        result[{address, sent.to()}].push_back(
          {record.position() << 16 | static_cast<uint64_t>(i), sent.message(),
           sent.has_flow() ? flow.causation() : cause,
           sent.has_flow() ? flow.correlation() : record.cause().correlation()});
      }
    }
  return result;
}

/// What was sent from one to the other is what was handled there, in the same order.
void check_pair(const std::pair<std::string, std::string>& pair,
                const std::vector<sent_message>& sent, const std::vector<Record>& handled_there,
                complaints& out) {
  auto next = sent.begin();
  for (auto& record : handled_there) {
    const auto& cause = record.cause();
    if (cause.from() != pair.first)
      continue;
    if (next == sent.end() || next->sequence != cause.sequence() || next->number != cause.message()
        || next->cause != cause.causation() || next->correlation != cause.correlation()) {
      out.push_back(name_of(pair.second, record) + " handles #" + std::to_string(cause.sequence())
                    + " of " + pair.first + ", which was not the next one that it sent.");
      return;
    }
    ++next;
  }
  if (next != sent.end())
    out.push_back("#" + std::to_string(next->sequence) + " ("
                  + catalogue_data::find(next->number)->name + ") of " + pair.first
                  + " was not handled by " + pair.second + '.');
}

void check_pairs(const streams& all, complaints& out) {
  auto sent = sent_in(all, out);
  for (auto& [address, records] : all)
    for (auto& record : records)
      if (!record.cause().from().empty())
        sent[{record.cause().from(), address}];
  const std::vector<Record> nothing;
  for (auto& [pair, messages] : sent) {
    auto receiver = all.find(pair.second);
    check_pair(pair, messages, receiver == all.end() ? nothing : receiver->second, out);
  }
}

// -- dead letters ---------------------------------------------------------------------------------

std::set<std::string> open_letters(const storage::store& store) {
  std::set<std::string> result;
  auto letters = store.dead_letters({}, page).value();
  for (auto& letter : letters)
    result.insert(letter.id);
  return result;
}

/// What was set aside is open, was dropped, or was handled by one retry. `gone` are those dropped.
void check_letters(const storage::store& store, const streams& all,
                   const std::set<std::string>& gone, complaints& out) {
  auto open = open_letters(store);
  for (auto& [address, records] : all) {
    std::map<std::string, int> handled;
    for (auto& record : records)
      if (!record.dead_letter().empty())
        handled.emplace(record.dead_letter(), 0);
      else if (const auto& id = record.cause().id(); id.starts_with("retry/"))
        ++handled[address + '@' + id.substr(6, id.find('/', 6) - 6)];
    for (auto& [letter, times] : handled)
      if (times + (open.contains(letter) ? 1 : 0) + (gone.contains(letter) ? 1 : 0) != 1)
        out.push_back("The dead letter " + letter + " was handled " + std::to_string(times)
                      + " times and is " + (open.contains(letter) ? "open." : "gone."));
  }
}

} // namespace

std::vector<std::string> check_streams(const storage::store& store,
                                       const std::set<std::string>& dropped) {
  complaints out;
  auto all = read_streams(store);
  for (auto& [address, records] : all) {
    check_positions(address, records, out);
    check_commands(address, records, out);
    check_state(store, address, records, out);
  }
  check_pairs(all, out);
  check_letters(store, all, dropped, out);
  return out;
}

} // namespace touchline::testing
