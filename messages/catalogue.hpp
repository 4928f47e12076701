// The catalogue as data: what messages/catalogue.proto says of itself, by reflection.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
} // namespace google::protobuf

namespace touchline {

/// Synchronous messages answer after the commit with their result, asynchronous ones with
/// "accepted"; reads change nothing.
enum class message_mode { synchronous, asynchronous, read };

/// One receiver of a message, with the recipe of its key.
struct message_receiver {
  std::string context;
  std::string kind;
  std::string key_template;
};

/// A role that may send a message, and about whom: the numbers of Role and About in
/// catalogue_options.proto.
struct message_permission {
  int role = 0;
  int about = 0;
};

/// One message of the catalogue.
struct message_info {
  uint32_t number = 0;
  std::string name;
  message_mode mode = message_mode::asynchronous;
  std::string description;
  std::vector<std::string> senders;
  std::vector<message_receiver> receivers;
  std::vector<std::string> aliases;
  std::string http;
  /// Protobuf type of a successful answer's body; empty for none.
  std::string reply;
  /// Which accounts may send it from outside; no other may.
  std::vector<message_permission> allowed;
  const google::protobuf::Descriptor* descriptor = nullptr;

  /// Whether a context sends it; "outside" for people and programs.
  bool is_sent_by(std::string_view sender) const;
};

/// A chain of messages in the mission's order.
struct message_flow {
  std::string name;
  std::vector<std::string> steps;
};

/// A bounded context.
struct context_info {
  std::string name;
  std::string description;
};

namespace catalogue_data {

/// Every message, in the order of their numbers, which begin with 1.
std::span<const message_info> messages();
std::span<const message_flow> flows();
std::span<const context_info> contexts();

/// The message with this number; nullptr if there is none.
const message_info* find(uint32_t number);
/// The message with this name or alias ("team.create", "info.resultcompleted"); nullptr if there is
/// none.
const message_info* find(std::string_view name);

/// Where a message goes: one address `kind/key` per receiver of the catalogue, keys made of the
/// message's fields. A receiver whose key needs a field that is empty is left out: a team that
/// plays in no season has no fixture manager.
std::vector<std::string> addresses_of(const message_info& info,
                                      const google::protobuf::Message& body);

} // namespace catalogue_data

/// The pyramid that a league belongs to: "england" of "england.2". A league whose key does not end
/// with a point and a number is a pyramid of its own.
std::string_view pyramid_of(std::string_view league);

/// The kind in an address `kind/key`: everything before the first slash.
std::string_view kind_of(std::string_view address);

} // namespace touchline
