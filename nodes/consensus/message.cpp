#include "nodes/consensus/message.hpp"

#include "nodes/consensus/membership_encoding.hpp"

#include <type_traits>

namespace touchline::consensus {

namespace {

constexpr uint8_t format = 1;

class byte_writer {
public:
  explicit byte_writer(size_t expected) { out_.reserve(expected); }

  template <class T>
  void number(T value) {
    for (size_t i = 0; i < sizeof value; ++i)
      out_ += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xff);
  }

  void bytes(std::string_view what) {
    number(static_cast<uint32_t>(what.size()));
    out_ += what;
  }

  std::string take() { return std::move(out_); }

private:
  std::string out_;
};

/// Reads until something does not fit; from then on every value is 0 and `good` false.
class byte_reader {
public:
  explicit byte_reader(std::string_view in) : in_{in} {}

  template <class T>
  T number(T highest = static_cast<T>(~T{0})) {
    if (in_.size() < sizeof(T))
      return fail<T>();
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof(T); ++i)
      value |= uint64_t{static_cast<unsigned char>(in_[i])} << (8 * i);
    in_.remove_prefix(sizeof(T));
    return value <= highest ? static_cast<T>(value) : fail<T>();
  }

  bool flag() { return number<uint8_t>(1) != 0; }
  uint64_t position() { return number<uint64_t>(max_position); }

  std::string_view bytes() {
    auto size = number<uint32_t>();
    if (size > in_.size())
      return fail<std::string_view>();
    auto result = in_.substr(0, size);
    in_.remove_prefix(size);
    return result;
  }

  bool good() const { return good_; }
  bool done() const { return good_ && in_.empty(); }

  template <class T>
  T fail() {
    good_ = false;
    in_ = {};
    return T{};
  }

private:
  std::string_view in_;
  bool good_ = true;
};

void put(byte_writer& out, const append_entries& body) {
  out.number(body.prev_index);
  out.number(body.prev_term);
  out.number(body.leader_commit);
  out.number(static_cast<uint32_t>(body.entries.size()));
  for (auto& entry : body.entries) {
    out.number(entry.term);
    out.number(static_cast<uint8_t>(entry.type));
    out.bytes(*entry.data);
  }
}

void put(byte_writer& out, const append_result& body) {
  out.number(body.rejected);
  out.number(body.last_index);
  out.number(body.features);
  out.number(body.capacity);
}

void put(byte_writer& out, const vote_request& body) {
  out.number(body.last_index);
  out.number(body.last_term);
  out.number(static_cast<uint8_t>(body.disrupt_leader));
  out.number(static_cast<uint8_t>(body.pre_vote));
}

void put(byte_writer& out, const vote_result& body) {
  out.number(static_cast<uint8_t>(body.granted));
  out.number(static_cast<uint8_t>(body.pre_vote));
  out.number(body.features);
  out.number(body.capacity);
}

void put(byte_writer& out, const install_snapshot& body) {
  out.number(body.point.index);
  out.number(body.point.term);
  out.number(body.point.members.index);
  out.bytes(encode_membership(body.point.members.servers));
}

void put(byte_writer& out, const timeout_now& body) {
  out.number(body.last_index);
  out.number(body.last_term);
}

entry take_entry(byte_reader& in) {
  entry result;
  result.term = in.position();
  result.type = static_cast<entry_type>(in.number<uint8_t>(uint8_t{3}));
  auto data = in.bytes();
  bool known = result.type >= entry_type::command;
  if (!known || result.term == 0 || (result.type == entry_type::change && !decode_membership(data)))
    return in.fail<entry>();
  result.data = std::make_shared<const std::string>(data);
  return result;
}

void take(byte_reader& in, append_entries& body) {
  body.prev_index = in.position();
  body.prev_term = in.position();
  body.leader_commit = in.position();
  auto count = in.number<uint32_t>(uint32_t{max_entries_per_message});
  for (uint32_t i = 0; i < count && in.good(); ++i)
    body.entries.push_back(take_entry(in));
}

void take(byte_reader& in, append_result& body) {
  body.rejected = in.position();
  body.last_index = in.position();
  body.features = in.number<uint16_t>();
  body.capacity = in.number<uint16_t>();
}

void take(byte_reader& in, vote_request& body) {
  body.last_index = in.position();
  body.last_term = in.position();
  body.disrupt_leader = in.flag();
  body.pre_vote = in.flag();
}

void take(byte_reader& in, vote_result& body) {
  body.granted = in.flag();
  body.pre_vote = in.flag();
  body.features = in.number<uint16_t>();
  body.capacity = in.number<uint16_t>();
}

void take(byte_reader& in, install_snapshot& body) {
  body.point.index = in.position();
  body.point.term = in.position();
  body.point.members.index = in.position();
  if (auto servers = decode_membership(in.bytes()))
    body.point.members.servers = std::move(*servers);
  else
    in.fail<int>();
}

void take(byte_reader& in, timeout_now& body) {
  body.last_index = in.position();
  body.last_term = in.position();
}

/// Makes the alternative with this number the message's body and reads it.
template <size_t Number = 0>
void take_body(byte_reader& in, size_t number, message& into) {
  if constexpr (Number < std::variant_size_v<decltype(into.body)>) {
    if (number == Number)
      take(in, into.body.template emplace<Number>());
    else
      take_body<Number + 1>(in, number, into);
  } else {
    in.fail<int>();
  }
}

size_t expected_size(const message& what) {
  constexpr size_t of_head = 64;
  constexpr size_t of_entry = 16;
  size_t result = of_head;
  if (auto* append = std::get_if<append_entries>(&what.body))
    for (auto& entry : append->entries)
      result += entry.data->size() + of_entry;
  return result;
}

} // namespace

std::string encode(const message& what) {
  byte_writer out{expected_size(what)};
  out.number(format);
  out.number(static_cast<uint8_t>(what.body.index()));
  out.number(what.version);
  out.number(what.to);
  out.number(what.from);
  out.number(what.term);
  std::visit([&](auto& body) { put(out, body); }, what.body);
  return out.take();
}

std::optional<message> decode(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.number<uint8_t>() != format)
    return std::nullopt;
  message result;
  auto number = in.number<uint8_t>();
  result.version = in.number<uint8_t>();
  result.to = in.number<uint64_t>();
  result.from = in.number<uint64_t>();
  result.term = in.position();
  take_body(in, number, result);
  if (!in.done() || result.to == 0 || result.from == 0)
    return std::nullopt;
  return result;
}

} // namespace touchline::consensus
