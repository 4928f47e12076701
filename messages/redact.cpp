#include "messages/redact.hpp"

#include "messages/catalogue_options.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <set>
#include <vector>

namespace touchline {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool is_secret(const FieldDescriptor& field) {
  return field.options().GetExtension(secret);
}

/// Clears secrets in place; whether there were any.
bool clear_secrets(Message& message) {
  const auto& reflection = *message.GetReflection();
  auto found = !reflection.GetUnknownFields(message).empty();
  reflection.MutableUnknownFields(&message)->Clear();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (is_secret(*field)) {
      reflection.ClearField(&message, field);
      found = true;
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        found |= clear_secrets(*reflection.MutableRepeatedMessage(&message, field, i));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      found |= clear_secrets(*reflection.MutableMessage(&message, field));
    }
  }
  return found;
}

bool any_secret(const Descriptor& type, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second)
    return false;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto& field = *type.field(i);
    if (is_secret(field) || (field.message_type() && any_secret(*field.message_type(), seen)))
      return true;
  }
  return false;
}

} // namespace

redaction redacted(const Message& message) {
  redaction result{std::unique_ptr<Message>{message.New()}, false};
  result.message->CopyFrom(message);
  result.had_secrets = clear_secrets(*result.message);
  return result;
}

bool may_hold_secrets(const Descriptor& type) {
  std::set<const Descriptor*> seen;
  return any_secret(type, seen);
}

} // namespace touchline
