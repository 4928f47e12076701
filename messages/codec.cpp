#include "messages/codec.hpp"

#include "messages/catalogue.hpp"

#include <array>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <xxhash.h>

namespace touchline {

namespace {

/// What has to be known of a message type at run time, one line of a table per type.
struct message_type {
  std::unique_ptr<google::protobuf::Message> (*create)();
  caf::message (*wrap)(header, const google::protobuf::Message&);
  const google::protobuf::Message* (*view)(const caf::message&);
};

template <class Message>
constexpr message_type type_of() {
  return {
    []() -> std::unique_ptr<google::protobuf::Message> { return std::make_unique<Message>(); },
    [](header head, const google::protobuf::Message& body) {
      return caf::make_message(std::move(head), static_cast<const Message&>(body));
    },
    [](const caf::message& x) -> const google::protobuf::Message* {
      return &x.get_as<Message>(1);
    }};
}

template <class... Messages>
constexpr std::array<message_type, sizeof...(Messages)> types_of(message_list<Messages...>) {
  return {type_of<Messages>()...};
}

constexpr auto types = types_of(catalogue_messages{});

const message_type* find_type(uint32_t number) {
  return number >= 1 && number <= types.size() ? &types[number - 1] : nullptr;
}

} // namespace

std::unique_ptr<google::protobuf::Message> parse_message(uint32_t number, std::string_view bytes) {
  const auto* type = find_type(number);
  if (!type)
    return nullptr;
  auto result = type->create();
  if (!result->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return nullptr;
  return result;
}

caf::message to_caf_message(header head, uint32_t number, const google::protobuf::Message& body) {
  return find_type(number)->wrap(std::move(head), body);
}

std::string stable_bytes(const google::protobuf::Message& x) {
  std::string out;
  {
    google::protobuf::io::StringOutputStream stream{&out};
    google::protobuf::io::CodedOutputStream coded{&stream};
    coded.SetSerializationDeterministic(true);
    x.SerializeToCodedStream(&coded);
  }
  return out;
}

uint64_t content_hash(uint32_t number, const google::protobuf::Message& body) {
  auto bytes = stable_bytes(body);
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), number);
}

uint32_t number_of_message(const caf::message& x) {
  auto types_in = x.types();
  if (types_in.size() != 2 || types_in[0] != caf::type_id_v<header>)
    return 0;
  constexpr auto first = caf::id_block::touchline_catalogue::begin;
  auto id = types_in[1];
  return id >= first && id < first + types.size() ? static_cast<uint32_t>(id - first) + 1 : 0;
}

const google::protobuf::Message* body_of_message(const caf::message& x) {
  const auto* type = find_type(number_of_message(x));
  return type ? type->view(x) : nullptr;
}

} // namespace touchline
