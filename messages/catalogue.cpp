#include "messages/catalogue.hpp"

#include "messages/catalogue.pb.h"

#include <algorithm>
#include <unordered_map>

namespace touchline {

namespace {

message_mode mode_of(Mode mode) {
  switch (mode) {
    case SYNCHRONOUS:
      return message_mode::synchronous;
    case READ:
      return message_mode::read;
    default:
      return message_mode::asynchronous;
  }
}

message_info info_of(const google::protobuf::Descriptor* type) {
  const auto& entry = type->options().GetExtension(catalogue);
  message_info info;
  info.number = entry.number();
  info.name = entry.name();
  info.mode = mode_of(entry.mode());
  info.description = entry.description();
  info.senders.assign(entry.sender().begin(), entry.sender().end());
  info.aliases.assign(entry.alias().begin(), entry.alias().end());
  info.http = entry.http();
  info.reply = entry.reply();
  info.descriptor = type;
  for (auto& permission : entry.allow())
    info.allowed.push_back({permission.role(), permission.about()});
  for (auto& receiver : entry.receiver())
    info.receivers.push_back({receiver.context(),
                              receiver.kind().empty() ? receiver.context() : receiver.kind(),
                              receiver.key()});
  return info;
}

struct loaded_catalogue {
  std::vector<message_info> messages;
  std::vector<message_flow> flows;
  std::vector<context_info> contexts;
  std::unordered_map<std::string_view, const message_info*> by_name;

  loaded_catalogue() {
    const auto* file = TeamCreate::descriptor()->file();
    for (int i = 0; i < file->message_type_count(); ++i)
      if (file->message_type(i)->options().HasExtension(catalogue))
        messages.push_back(info_of(file->message_type(i)));
    std::ranges::sort(messages, {}, &message_info::number);
    for (auto& info : messages) {
      by_name.emplace(info.name, &info);
      for (auto& alias : info.aliases)
        by_name.emplace(alias, &info);
    }
    const auto& options = file->options();
    for (int i = 0; i < options.ExtensionSize(flow); ++i) {
      const auto& x = options.GetExtension(flow, i);
      flows.push_back({x.name(), {x.step().begin(), x.step().end()}});
    }
    for (int i = 0; i < options.ExtensionSize(context); ++i) {
      const auto& x = options.GetExtension(context, i);
      contexts.push_back({x.name(), x.description()});
    }
  }
};

const loaded_catalogue& loaded() {
  static const loaded_catalogue instance;
  return instance;
}

/// Appends the value of a string field to `out`; false when it is empty or not there.
bool append_field(const google::protobuf::Message& body, std::string_view name, std::string& out) {
  const auto* field = body.GetDescriptor()->FindFieldByName(std::string{name});
  if (!field || field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING)
    return false;
  std::string scratch;
  const auto& value = body.GetReflection()->GetStringReference(body, field, &scratch);
  out += value;
  return !value.empty();
}

/// Appends what `{expression}` stands for, a field or the pyramid of the league in a field; false
/// when it is empty.
bool append_expression(const google::protobuf::Message& body, std::string_view expression,
                       std::string& out) {
  constexpr std::string_view of_pyramid = ":pyramid";
  if (!expression.ends_with(of_pyramid))
    return append_field(body, expression, out);
  expression.remove_suffix(of_pyramid.size());
  std::string league;
  if (!append_field(body, expression, league))
    return false;
  out += pyramid_of(league);
  return true;
}

/// Fills "{league}/{season}" from the message's fields; false when one of them is empty.
bool append_key(const google::protobuf::Message& body, std::string_view key, std::string& out) {
  while (!key.empty()) {
    auto open = key.find('{');
    out += key.substr(0, open);
    if (open == std::string_view::npos)
      return true;
    auto close = key.find('}', open);
    if (!append_expression(body, key.substr(open + 1, close - open - 1), out))
      return false;
    key.remove_prefix(close + 1);
  }
  return true;
}

} // namespace

bool message_info::is_sent_by(std::string_view sender) const {
  return std::ranges::find(senders, sender) != senders.end();
}

namespace catalogue_data {

std::span<const message_info> messages() {
  return loaded().messages;
}

std::span<const message_flow> flows() {
  return loaded().flows;
}

std::span<const context_info> contexts() {
  return loaded().contexts;
}

const message_info* find(uint32_t number) {
  const auto& all = loaded().messages;
  return number >= 1 && number <= all.size() ? &all[number - 1] : nullptr;
}

const message_info* find(std::string_view name) {
  const auto& names = loaded().by_name;
  auto at = names.find(name);
  return at == names.end() ? nullptr : at->second;
}

std::vector<std::string> addresses_of(const message_info& info,
                                      const google::protobuf::Message& body) {
  std::vector<std::string> result;
  for (auto& receiver : info.receivers) {
    std::string address = receiver.kind + '/';
    if (append_key(body, receiver.key_template, address))
      result.push_back(std::move(address));
  }
  return result;
}

} // namespace catalogue_data

std::string_view pyramid_of(std::string_view league) {
  auto point = league.rfind('.');
  if (point == std::string_view::npos || point == 0 || point + 1 == league.size())
    return league;
  auto tier = league.substr(point + 1);
  auto is_number = std::ranges::all_of(tier, [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? league.substr(0, point) : league;
}

std::string_view kind_of(std::string_view address) {
  return address.substr(0, address.find('/'));
}

} // namespace touchline
