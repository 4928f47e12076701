#include "nodes/message_fields.hpp"

#include "messages/codec.hpp"
#include "messages/redact.hpp"
#include "messages/text.hpp"
#include "nodes/nearest_name.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <set>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using checked = tl::expected<void, std::string>;

template <class Number>
std::optional<Number> parsed(std::string_view text) {
  Number out{};
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size() ? std::optional{out}
                                                                   : std::nullopt;
}

/// Whether a part of a path is the place of an element.
bool is_place(std::string_view part) {
  return parsed<uint64_t>(part).has_value();
}

tl::unexpected<std::string> wrong_value(const std::string& path, const FieldDescriptor& field,
                                        const std::string& value) {
  return tl::unexpected{path + " is " + describe_value(field) + ", not \"" + excerpt(value)
                        + "\"."};
}

/// The parts of "goals.0.minute".
std::vector<std::string> cut_path(std::string_view path) {
  std::vector<std::string> out;
  for (;;) {
    auto point = path.find('.');
    out.emplace_back(path.substr(0, point));
    if (point == std::string_view::npos)
      return out;
    path.remove_prefix(point + 1);
  }
}

std::string names_of_fields(const Descriptor& type) {
  std::string out;
  for (int i = 0; i < type.field_count(); ++i)
    out += (i == 0 ? "" : ", ") + type.field(i)->name();
  return out.empty() ? "no fields" : out;
}

std::string unknown_field(const Descriptor& type, const std::string& name,
                          const std::string& owner) {
  std::set<std::string> names;
  for (int i = 0; i < type.field_count(); ++i)
    names.insert(type.field(i)->name());
  auto near = nearest_name(name, names);
  return owner + " has no field \"" + excerpt(name) + "\"; "
         + (near ? "did you mean " + *near + "?" : "it has " + names_of_fields(type) + ".");
}

// -- values ---------------------------------------------------------------------------------------

/// Sets a field, or adds to a list, whatever the type of its values is.
template <class Value, class Set, class Add>
bool put(Message& message, const FieldDescriptor& field, const std::optional<Value>& value, Set set,
         Add add) {
  if (!value)
    return false;
  const auto& access = *message.GetReflection();
  if (field.is_repeated())
    (access.*add)(&message, &field, *value);
  else
    (access.*set)(&message, &field, *value);
  return true;
}

std::optional<bool> to_bool(const std::string& text) {
  return text == "true"    ? std::optional{true}
         : text == "false" ? std::optional{false}
                           : std::nullopt;
}

std::optional<int> to_enum(const FieldDescriptor& field, const std::string& text) {
  auto name = text;
  std::ranges::transform(name, name.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  const auto* value = field.enum_type()->FindValueByName(name);
  return value ? std::optional{value->number()} : std::nullopt;
}

bool put_scalar(Message& message, const FieldDescriptor& field, const std::string& text) {
  using google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(message, field, parsed<int32_t>(text), &Reflection::SetInt32,
                 &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return put(message, field, parsed<int64_t>(text), &Reflection::SetInt64,
                 &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(message, field, parsed<uint32_t>(text), &Reflection::SetUInt32,
                 &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(message, field, parsed<uint64_t>(text), &Reflection::SetUInt64,
                 &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(message, field, parsed<double>(text), &Reflection::SetDouble,
                 &Reflection::AddDouble);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(message, field, parsed<float>(text), &Reflection::SetFloat, &Reflection::AddFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(message, field, to_bool(text), &Reflection::SetBool, &Reflection::AddBool);
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(message, field, to_enum(field, text), &Reflection::SetEnumValue,
                 &Reflection::AddEnumValue);
    case FieldDescriptor::CPPTYPE_STRING:
      return put(message, field, std::optional{text}, &Reflection::SetString,
                 &Reflection::AddString);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return false;
}

/// Adds what a JSON value of a field says to its message.
checked merge_json(Message& message, const FieldDescriptor& field, const std::string& path,
                   const std::string& value) {
  if (!nlohmann::json::accept(value))
    return wrong_value(path, field, value);
  std::unique_ptr<Message> part{message.New()};
  auto done = google::protobuf::util::JsonStringToMessage(
    "{\"" + field.name() + "\":" + value + '}', part.get());
  if (!done.ok())
    return wrong_value(path, field, value);
  message.MergeFrom(*part);
  return {};
}

checked put_value(Message& message, const FieldDescriptor& field, const std::string& path,
                  const std::string& value) {
  auto is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  auto is_list = field.is_repeated() && value.starts_with('[');
  if (is_message || is_list || field.type() == FieldDescriptor::TYPE_BYTES)
    return merge_json(message, field, path,
                      field.type() == FieldDescriptor::TYPE_BYTES && !is_list ? '"' + value + '"'
                                                                              : value);
  if (!field.is_repeated())
    return put_scalar(message, field, value) ? checked{} : wrong_value(path, field, value);
  for (std::string_view left = value;;) {
    auto comma = left.find(',');
    if (!put_scalar(message, field, std::string{left.substr(0, comma)}))
      return wrong_value(path, field, value);
    if (comma == std::string_view::npos)
      return {};
    left.remove_prefix(comma + 1);
  }
}

// -- paths ----------------------------------------------------------------------------------------

/// The element of a list of parts, which is made when it is the next one.
tl::expected<Message*, std::string> element(Message& message, const FieldDescriptor& field,
                                            const std::string& place, const std::string& path) {
  const auto& access = *message.GetReflection();
  auto count = access.FieldSize(message, &field);
  auto index = parsed<uint64_t>(place);
  if (!index || *index > static_cast<uint64_t>(count)
      || *index >= static_cast<uint64_t>(max_list_elements))
    return tl::unexpected{path + " is a list with " + std::to_string(count) + " elements so far: "
                          + field.name() + '.' + std::to_string(count) + " is the next one."};
  if (*index == static_cast<uint64_t>(count))
    access.AddMessage(&message, &field);
  return access.MutableRepeatedMessage(&message, &field, static_cast<int>(*index));
}

/// Puts a value where a path leads to.
checked put_at(Message& root, const message_info& info, const std::string& path,
               const std::string& value) {
  auto parts = cut_path(path);
  auto* message = &root;
  for (size_t i = 0;; ++i) {
    const auto& type = *message->GetDescriptor();
    const auto* field = type.FindFieldByName(parts[i]);
    if (!field)
      return tl::unexpected{unknown_field(type, parts[i], i == 0 ? info.name : path)};
    if (i + 1 == parts.size())
      return put_value(*message, *field, path, value);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      return tl::unexpected{field->name() + " of " + path + " has no parts; it is "
                            + describe_value(*field) + '.'};
    if (!field->is_repeated()) {
      message = message->GetReflection()->MutableMessage(message, field);
      continue;
    }
    auto found = element(*message, *field, parts[++i], path);
    if (!found)
      return tl::unexpected{found.error()};
    message = *found;
    if (i + 1 == parts.size())
      return tl::unexpected{path + " needs a field behind the place, as " + path + '.'
                            + field->message_type()->field(0)->name() + "=…."};
  }
}

checked check_receiver(const message_info& info, const Message& message) {
  if (!catalogue_data::addresses_of(info, message).empty())
    return {};
  std::string all;
  for (auto& name : receiver_fields(info))
    all += (all.empty() ? "" : " ") + name + "=…";
  return tl::unexpected{info.name + " needs " + all + ": these fields say whom it is for."};
}

} // namespace

bool may_be_typed(const message_info& info) {
  return info.is_sent_by("outside") && !may_hold_secrets(*info.descriptor);
}

std::vector<std::string> receiver_fields(const message_info& info) {
  std::vector<std::string> out;
  for (auto& receiver : info.receivers)
    for (std::string_view left = receiver.key_template; left.find('{') != std::string_view::npos;) {
      left.remove_prefix(left.find('{') + 1);
      std::string name{left.substr(0, left.find_first_of(":}"))};
      if (std::ranges::find(out, name) == out.end())
        out.push_back(std::move(name));
    }
  return out;
}

std::string describe_value(const FieldDescriptor& field) {
  auto list = field.is_repeated() ? std::string{"a list, each element "} : std::string{};
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return list + "a whole number";
    case FieldDescriptor::CPPTYPE_UINT32:
      return list + "a whole number from 0 to 4294967295";
    case FieldDescriptor::CPPTYPE_UINT64:
      return list + "a whole number from 0";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return list + "a number";
    case FieldDescriptor::CPPTYPE_BOOL:
      return list + "true or false";
    case FieldDescriptor::CPPTYPE_STRING:
      return list + (field.type() == FieldDescriptor::TYPE_BYTES ? "bytes in base64" : "text");
    case FieldDescriptor::CPPTYPE_ENUM:
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return list + "made of " + names_of_fields(*field.message_type()) + " (" + field.name()
             + (field.is_repeated() ? ".0" : "") + '.' + field.message_type()->field(0)->name()
             + "=…, or JSON)";
  }
  auto names = values_of(field);
  std::string all;
  for (size_t i = 0; i < names.size(); ++i)
    all += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  return list + all;
}

const FieldDescriptor* find_field(const Descriptor& type, std::string_view path) {
  const auto* at = &type;
  const FieldDescriptor* field = nullptr;
  auto parts = cut_path(path);
  for (size_t i = 0; i < parts.size(); ++i) {
    if (field && field->is_repeated() && is_place(parts[i])) {
      if (i + 1 == parts.size())
        return nullptr;
      ++i;
    }
    if (!at)
      return nullptr;
    field = at->FindFieldByName(parts[i]);
    if (!field)
      return nullptr;
    at = field->message_type();
  }
  return field;
}

std::vector<field_choice> fields_at(const Descriptor& type, std::string_view path) {
  const auto* at = &type;
  if (auto point = path.rfind('.'); point != std::string_view::npos) {
    auto owner = path.substr(0, point);
    // A place in a list leads to the parts of its elements.
    if (auto last = owner.rfind('.');
        last != std::string_view::npos && is_place(owner.substr(last + 1)))
      owner = owner.substr(0, last);
    const auto* field = find_field(type, owner);
    at = field ? field->message_type() : nullptr;
  }
  std::vector<field_choice> out;
  for (int i = 0; at && i < at->field_count(); ++i)
    out.push_back({at->field(i)->name(), at->field(i)->message_type() != nullptr});
  return out;
}

std::vector<std::string> values_of(const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL)
    return {"false", "true"};
  std::vector<std::string> out;
  if (const auto* names = field.enum_type())
    for (int i = 0; i < names->value_count(); ++i)
      out.push_back(names->value(i)->name());
  return out;
}

tl::expected<std::unique_ptr<Message>, std::string> make_message(
  const message_info& info, const std::vector<std::string>& fields) {
  auto message = parse_message(info.number, {});
  std::set<std::string> given;
  for (auto& text : fields) {
    if (!count_code_points(text))
      return tl::unexpected{"The field \"" + excerpt(text) + "\" is not UTF-8."};
    auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return tl::unexpected{"\"" + excerpt(text) + "\" is not FIELD=VALUE, as "
                            + info.descriptor->field(0)->name() + "=…; " + info.name + " has "
                            + names_of_fields(*info.descriptor) + '.'};
    auto path = text.substr(0, equals);
    const auto* field = find_field(*info.descriptor, path);
    if (field && !field->is_repeated() && !given.insert(path).second)
      return tl::unexpected{path + " is given twice."};
    if (auto done = put_at(*message, info, path, text.substr(equals + 1)); !done)
      return tl::unexpected{done.error()};
  }
  if (auto known = check_receiver(info, *message); !known)
    return tl::unexpected{known.error()};
  return message;
}

} // namespace touchline::nodes
