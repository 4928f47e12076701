#include "messages/catalogue.hpp"
#include "messages/catalogue_document.hpp"
#include "messages/redact.hpp"
#include "nodes/commands.hpp"
#include "nodes/league_access.hpp"
#include "nodes/league_session.hpp"
#include "nodes/message_fields.hpp"
#include "nodes/message_json.hpp"
#include "nodes/record_json.hpp"

#include <iostream>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

using nlohmann::json;

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
