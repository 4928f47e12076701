#include "messages/catalogue_document.hpp"

#include "messages/catalogue.hpp"
#include "messages/catalogue_options.pb.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>

namespace touchline {

namespace {

using google::protobuf::FieldDescriptor;

constexpr std::string_view introduction
  = "# The catalogue\n\n"
    "Every message of Touchline, as `messages/catalogue.proto` describes it. This document is made "
    "from there by\n`touchline catalogue > docs/catalogue.md`, and a test fails when it is not "
    "current.\n\n"
    "S: synchronous, answered after the commit with the result. A: asynchronous, answered after "
    "the "
    "commit with\n\"accepted\" and the id. R: a read, which changes nothing. A receiver is an "
    "address "
    "`kind/key`, its key made of the\nmessage's fields; `{league:pyramid}` is the pyramid that the "
    "league belongs to.\n";

std::string_view letter_of(message_mode mode) {
  return mode == message_mode::synchronous ? "S" : mode == message_mode::asynchronous ? "A" : "R";
}

/// Texts with a separator between them.
template <class Range>
std::string joined(const Range& texts, std::string_view separator) {
  std::string result;
  for (auto& x : texts)
    result.append(result.empty() ? std::string_view{} : separator).append(x);
  return result;
}

std::string code(const std::string& text) {
  return '`' + text + '`';
}

std::string receivers_of(const message_info& message) {
  std::vector<std::string> addresses;
  for (auto& x : message.receivers)
    addresses.push_back(code(x.kind + '/' + x.key_template));
  return joined(addresses, "<br>");
}

std::string type_of(const FieldDescriptor& field) {
  std::string name = field.type_name();
  if (field.type() == FieldDescriptor::TYPE_MESSAGE)
    name = field.message_type()->name();
  if (field.type() == FieldDescriptor::TYPE_ENUM)
    name = field.enum_type()->name();
  return field.is_repeated() ? name + " list" : name;
}

std::string fields_of(const google::protobuf::Descriptor& type) {
  std::vector<std::string> fields;
  for (int i = 0; i < type.field_count(); ++i)
    fields.push_back(type.field(i)->name() + " (" + type_of(*type.field(i)) + ')');
  return joined(fields, ", ");
}

std::string messages_section() {
  std::string out = "\n## Messages\n\n| Name | Description | Mode | Senders | Receivers |\n"
                    "| --- | --- | --- | --- | --- |\n";
  for (auto& x : catalogue_data::messages()) {
    auto names = code(x.name);
    for (auto& alias : x.aliases)
      names += ", also " + code(alias);
    out += "| " + names + " | " + x.description + " | ";
    out.append(letter_of(x.mode)).append(" | ");
    out += joined(x.senders, ", ") + " | " + receivers_of(x) + " |\n";
  }
  return out;
}

std::string flows_section() {
  std::string out = "\n## Flows\n\n| Name | Messages |\n| --- | --- |\n";
  for (auto& flow : catalogue_data::flows()) {
    out += "| " + flow.name + " |";
    for (size_t i = 0; i < flow.steps.size(); ++i)
      out += ' ' + std::to_string(i + 1) + ". " + code(flow.steps[i]);
    out += " |\n";
  }
  return out;
}

bool receives(const message_info& message, const std::string& context) {
  return std::ranges::find(message.receivers, context, &message_receiver::context)
         != message.receivers.end();
}

std::string contexts_section() {
  std::string out = "\n## Contexts\n\n| Name | Description | Sends | Receives |\n"
                    "| --- | --- | --- | --- |\n";
  for (auto& context : catalogue_data::contexts()) {
    std::vector<std::string> sent;
    std::vector<std::string> received;
    for (auto& message : catalogue_data::messages()) {
      if (message.is_sent_by(context.name))
        sent.push_back(code(message.name));
      if (receives(message, context.name))
        received.push_back(code(message.name));
    }
    out += "| " + context.name + " | " + context.description + " | " + joined(sent, ", ") + " | "
           + joined(received, ", ") + " |\n";
  }
  return out;
}

std::string_view words_of(int about) {
  switch (about) {
    case ANYONE:
      return "all";
    case OWN_LEAGUE:
      return "own pyramid";
    case OWN_TEAM:
      return "own teams";
    case OWN_SPONSOR:
      return "own sponsors";
    case OWN_ACCOUNT:
      return "own account";
    default:
      return "";
  }
}

std::string permissions_section() {
  constexpr std::array roles{LEAGUE_ADMINISTRATOR, TEAM_OWNER, SPONSOR, VIEWER, OPERATOR};
  std::string out = "\n## Who may send what\n\n"
                    "About whom an account may send a message that comes from outside; an empty "
                    "cell: not at all.\n\n"
                    "| Message | HTTP | League administrator | Team owner | Sponsor | Viewer | "
                    "Operator |\n"
                    "| --- | --- | --- | --- | --- | --- | --- |\n";
  for (auto& message : catalogue_data::messages()) {
    if (!message.is_sent_by("outside"))
      continue;
    out += "| " + code(message.name) + " | " + (message.http.empty() ? "" : code(message.http))
           + " |";
    for (auto role : roles) {
      auto at = std::ranges::find(message.allowed, role, &message_permission::role);
      auto words = at == message.allowed.end() ? std::string_view{} : words_of(at->about);
      out.append(" ").append(words).append(words.empty() ? "|" : " |");
    }
    out += '\n';
  }
  return out;
}

std::string fields_section() {
  std::string out = "\n## Fields\n\n| Message | Fields | Answer |\n| --- | --- | --- |\n";
  for (auto& message : catalogue_data::messages())
    out += "| " + code(message.name) + " | " + fields_of(*message.descriptor) + " | "
           + (message.reply.empty() ? "" : message.reply) + " |\n";
  return out;
}

} // namespace

std::string catalogue_document() {
  return std::string{introduction} + messages_section() + flows_section() + contexts_section()
         + permissions_section() + fields_section();
}

} // namespace touchline
