#include "nodes/front/message_body.hpp"

#include "messages/header.hpp"
#include "messages/redact.hpp"
#include "messages/text.hpp"
#include "nodes/front/percent_encoding.hpp"
#include "nodes/password.hpp"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace touchline::front {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

tl::unexpected<problem> wrong(unsigned status, std::string detail, std::string field = {}) {
  problem out;
  out.status = status;
  out.detail = std::move(detail);
  out.field = std::move(field);
  return tl::unexpected{std::move(out)};
}

template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number value{};
  auto end = text.data() + text.size();
  auto [stop, failed] = std::from_chars(text.data(), end, value);
  return failed == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

// -- the body, as most have it --------------------------------------------------------------------

/// Larger ones are left to Protobuf, which builds no tree of them.
constexpr size_t max_plain_bytes = 64 * 1'024;

/// A number as Protobuf's JSON has it, in digits or in a text of digits.
template <class Number>
std::optional<Number> plain_number(const nlohmann::json& from) {
  std::string text;
  if (from.is_number_integer())
    text = from.dump();
  else if (from.is_string())
    text = from.get_ref<const std::string&>();
  const size_t digits = text.starts_with('-') ? 1 : 0;
  // Zeros in front are Protobuf's to judge.
  return text.size() > 1 && text[digits] == '0' ? std::nullopt : number_in<Number>(text);
}

bool take_object(const nlohmann::json& from, Message& out);

/// Sets a field, or adds to it when it is repeated. False for what is left to Protobuf.
bool take_value(const nlohmann::json& from, Message& out, const FieldDescriptor& field) {
  const auto& access = *out.GetReflection();
  using google::protobuf::Reflection;
  auto number = [&](auto value, auto set, auto add) {
    if (value)
      (access.*(field.is_repeated() ? add : set))(&out, &field, *value);
    return value.has_value();
  };
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      if (!from.is_string())
        return false;
      field.is_repeated() ? access.AddString(&out, &field, from.get<std::string>())
                          : access.SetString(&out, &field, from.get<std::string>());
      return true;
    case FieldDescriptor::TYPE_BOOL:
      return number(from.is_boolean() ? std::optional{from.get<bool>()} : std::nullopt,
                    &Reflection::SetBool, &Reflection::AddBool);
    case FieldDescriptor::TYPE_UINT32:
      return number(plain_number<uint32_t>(from), &Reflection::SetUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::TYPE_INT32:
      return number(plain_number<int32_t>(from), &Reflection::SetInt32, &Reflection::AddInt32);
    case FieldDescriptor::TYPE_UINT64:
      return number(plain_number<uint64_t>(from), &Reflection::SetUInt64, &Reflection::AddUInt64);
    case FieldDescriptor::TYPE_INT64:
      return number(plain_number<int64_t>(from), &Reflection::SetInt64, &Reflection::AddInt64);
    case FieldDescriptor::TYPE_MESSAGE:
      return take_object(from, field.is_repeated() ? *access.AddMessage(&out, &field)
                                                   : *access.MutableMessage(&out, &field));
    default:
      return false;
  }
}

bool take_object(const nlohmann::json& from, Message& out) {
  const auto& type = *out.GetDescriptor();
  if (!from.is_object() || !type.full_name().starts_with("touchline."))
    return false;
  for (auto& [name, value] : from.items()) {
    const auto* field = type.FindFieldByName(name);
    if (!field || field->is_map() || field->containing_oneof()
        || field->is_repeated() != value.is_array())
      return false;
    if (!field->is_repeated()) {
      if (!take_value(value, out, *field))
        return false;
      continue;
    }
    for (auto& element : value)
      if (!take_value(element, out, *field))
        return false;
  }
  return true;
}

/// Protobuf's own way takes several times as long. It knows more forms, and what is wrong.
bool take_plain(const std::string& body, Message& out) {
  if (take_object(nlohmann::json::parse(body, nullptr, false), out))
    return true;
  out.Clear();
  return false;
}

// -- the body -------------------------------------------------------------------------------------

/// The field in Protobuf's words: "INVALID_ARGUMENT:(player) wge: Cannot find field.", or
/// "INVALID_ARGUMENT:(player.position): ...".
std::string field_in(std::string_view words) {
  if (auto at = words.find(": Cannot find field"); at != std::string_view::npos) {
    auto name = words.substr(0, at);
    auto before = name.find_last_of(" :");
    return std::string{name.substr(before == std::string_view::npos ? 0 : before + 1)};
  }
  auto open = words.find('(');
  auto close = words.find(')', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos)
    return {};
  return std::string{words.substr(open + 1, close - open - 1)};
}

tl::expected<void, problem> parse_body(const std::string& body, Message& out) {
  if (body.empty())
    return {};
  if (body.size() <= max_plain_bytes && take_plain(body, out))
    return {};
  auto done = google::protobuf::util::JsonStringToMessage(body, &out);
  if (done.ok())
    return {};
  constexpr unsigned bad_request = 400;
  if (!nlohmann::json::accept(body))
    return wrong(bad_request, "The body is no JSON.");
  auto words = done.ToString();
  auto field = field_in(words);
  return wrong(
    0,
    field.empty()
      ? "The body is no " + out.GetDescriptor()->name() + " in Protobuf's JSON: " + excerpt(words)
      : "The field " + excerpt(field) + " of the body is unknown, or not of " + "its type.",
    excerpt(field));
}

// -- path and query -------------------------------------------------------------------------------

/// Sets a field from text; false when it is not of its type.
bool set_field(Message& message, const FieldDescriptor& field, const std::string& text) {
  const auto& access = *message.GetReflection();
  auto set = [&](auto value, auto setter) {
    if (value)
      (access.*setter)(&message, &field, *value);
    return value.has_value();
  };
  using google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      access.SetString(&message, &field, text);
      return field.type() == FieldDescriptor::TYPE_STRING;
    case FieldDescriptor::CPPTYPE_UINT32:
      return set(number_in<uint32_t>(text), &Reflection::SetUInt32);
    case FieldDescriptor::CPPTYPE_INT32:
      return set(number_in<int32_t>(text), &Reflection::SetInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return set(number_in<uint64_t>(text), &Reflection::SetUInt64);
    case FieldDescriptor::CPPTYPE_INT64:
      return set(number_in<int64_t>(text), &Reflection::SetInt64);
    case FieldDescriptor::CPPTYPE_BOOL:
      access.SetBool(&message, &field, text == "true");
      return text == "true" || text == "false";
    default:
      return false;
  }
}

/// What a field of the body says, to be compared with the path.
std::string text_of(const Message& message, const FieldDescriptor& field) {
  const auto& access = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return access.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(access.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(access.GetUInt64(message, &field));
    default:
      return {};
  }
}

tl::expected<void, problem> take_parameter(Message& message, const std::string& name,
                                           const std::string& value, const char* where) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  if (!field || field->is_repeated())
    return wrong(0, "There is no parameter " + excerpt(name) + " here.", excerpt(name));
  if (message.GetReflection()->HasField(message, field) && text_of(message, *field) != value)
    return wrong(
      0, "The field " + excerpt(name) + " is another one in the " + where + " than in the body.",
      excerpt(name));
  if (!set_field(message, *field, value))
    return wrong(0, '"' + excerpt(value) + "\" is no value of " + excerpt(name) + '.',
                 excerpt(name));
  return {};
}

} // namespace

tl::expected<void, problem> check_content_type(const http_request& request) {
  auto type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' '))
    type.remove_suffix(1);
  if (request.body.empty() || type == "application/json")
    return {};
  constexpr unsigned unsupported_media_type = 415;
  return wrong(unsupported_media_type, "A body must be application/json.", "Content-Type");
}

tl::expected<std::shared_ptr<Message>, problem> read_message(const route_match& where,
                                                             const http_request& request) {
  const auto& info = *where.found->info;
  std::shared_ptr<Message> out{
    MessageFactory::generated_factory()->GetPrototype(info.descriptor)->New()};
  auto parameters = query_parameters(request.query);
  constexpr unsigned bad_request = 400;
  if (where.malformed || !parameters)
    return wrong(bad_request, "The path or the query of the URL cannot be decoded.");
  const bool is_read = info.mode == message_mode::read;
  if (!is_read) {
    if (auto type = check_content_type(request); !type)
      return tl::unexpected{type.error()};
    if (auto parsed = parse_body(request.body, *out); !parsed)
      return tl::unexpected{parsed.error()};
    if (!parameters->empty())
      return wrong(0, "The fields of a command belong into its body.",
                   excerpt(parameters->front().first));
  }
  for (auto& [name, value] : where.fields)
    if (auto taken = take_parameter(*out, name, value, "path"); !taken)
      return tl::unexpected{taken.error()};
  for (auto& [name, value] : *parameters)
    if (auto taken = take_parameter(*out, name, value, "query"); !taken)
      return tl::unexpected{taken.error()};
  // Other nodes could not read it, and could not say why.
  if (auto why = check_text_fields(*out))
    return wrong(0, *why);
  return out;
}

tl::expected<std::string, problem> command_id(const http_request& request) {
  auto at = request.headers.find("idempotency-key");
  constexpr size_t drawn_bytes = 16;
  if (at == request.headers.end())
    return nodes::random_hex(drawn_bytes);
  std::string_view id = at->second;
  if (id.size() >= 2 && id.starts_with('"') && id.ends_with('"'))
    id = id.substr(1, id.size() - 2);
  auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
  if (id.empty() || id.size() > max_command_id_bytes || !std::ranges::all_of(id, is_visible))
    return wrong(0, "An Idempotency-Key has 1 to 128 visible characters of ASCII.",
                 "Idempotency-Key");
  return std::string{id};
}

std::string message_json(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string out;
  auto print = [&](const Message& x) {
    return google::protobuf::util::MessageToJsonString(x, &out, options).ok();
  };
  auto done = may_hold_secrets(*message.GetDescriptor()) ? print(*redacted(message).message)
                                                         : print(message);
  return done ? out : "{}";
}

} // namespace touchline::front
