#include "messages/catalogue.hpp"
#include "messages/catalogue_document.hpp"
#include "messages/codec.hpp"
#include "messages/redact.hpp"
#include "messages/text.hpp"
#include "nodes/commands.hpp"
#include "nodes/league_access.hpp"
#include "nodes/league_session.hpp"
#include "nodes/message_json.hpp"
#include "nodes/record_json.hpp"

#include <google/protobuf/util/json_util.h>

#include <iostream>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using nlohmann::json;

/// The JSON object of fields given as name=value; a value that is not JSON is text.
tl::expected<json, std::string> fields_to_json(const google::protobuf::Descriptor& type,
                                               const std::vector<std::string>& fields) {
  json object = json::object();
  for (auto& field : fields) {
    auto equals = field.find('=');
    auto name = field.substr(0, equals);
    const auto* known = type.FindFieldByName(name);
    if (equals == std::string::npos || !known)
      return tl::unexpected{"\"" + field + "\" is not NAME=VALUE with a field of " + type.name()
                            + "."};
    auto text = field.substr(equals + 1);
    if (!count_code_points(text))
      return tl::unexpected{"The value of " + name + " is not UTF-8."};
    auto is_text
      = known->type() == google::protobuf::FieldDescriptor::TYPE_STRING && !known->is_repeated();
    auto parsed = is_text ? json(text) : json::parse(text, nullptr, false);
    object[name] = parsed.is_discarded() ? json(text) : parsed;
  }
  return object;
}

tl::expected<std::unique_ptr<google::protobuf::Message>, std::string> make_message(
  const message_info& info, const std::vector<std::string>& fields) {
  auto object = fields_to_json(*info.descriptor, fields);
  if (!object)
    return tl::unexpected{object.error()};
  auto message = parse_message(info.number, {});
  auto done = google::protobuf::util::JsonStringToMessage(object->dump(), message.get());
  if (!done.ok())
    return tl::unexpected{"The fields are not those of a " + info.name + ": "
                          + std::string{done.message()} + "."};
  return message;
}

} // namespace

int send_message(const common_options& options, const std::string& name,
                 const std::vector<std::string>& fields, const std::string& id,
                 const std::string& token) {
  const auto* info = catalogue_data::find(name);
  if (!info)
    return fail("The catalogue has no message \"" + name + "\".");
  if (may_hold_secrets(*info->descriptor))
    return fail(name
                + " carries secrets, and arguments are seen by others; use `touchline account`, "
                  "which reads passwords from the terminal.");
  auto message = make_message(*info, fields);
  if (!message)
    return fail(message.error());
  if (info->mode != message_mode::read && id.empty())
    return fail("A command needs an id of its own: --id ID. Sent again under the same id, it has "
                "no second effect.");
  auto session = league_session::start(options, token);
  if (!session)
    return fail(session.error().text);
  auto reply
    = (*session)->ask(info->mode == message_mode::read ? "read" : id, std::move(*message), *info);
  if (!reply.ok())
    return fail(reply.text);
  (*session)->access().settle(actors::client_options{}.deadline_ms);
  if (auto body = body_of(reply, *info); !body.is_null())
    std::cout << body.dump(2) << '\n';
  else
    std::cout << json{{"id", id}, {"position", reply.position}, {"repeated", reply.repeated}}.dump(
      2) << '\n';
  return 0;
}

int print_catalogue() {
  std::cout << catalogue_document() << std::flush;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

int print_history(const common_options& options, const std::string& address) {
  auto store = open_records(options);
  if (!store)
    return fail(store.error());
  uint64_t next = 1;
  for (;;) {
    auto progress
      = (*store)->read_stream(address, next, {}, [&address](uint64_t, std::string_view bytes) {
          Record record;
          if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
            std::cout << record_json(address, record).dump() << '\n';
          return true;
        });
    if (!progress)
      return fail(progress.error().text + '.');
    if (progress->at_end)
      break;
    next = progress->next_position;
  }
  return next == 1 && (*store)->last_position(address).value_or(0) == 0
           ? fail("There is no entity " + address + ".")
           : 0;
}

} // namespace touchline::nodes
