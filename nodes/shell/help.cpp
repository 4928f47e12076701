#include "nodes/shell/help.hpp"

#include "messages/catalogue.hpp"
#include "nodes/message_fields.hpp"
#include "nodes/nearest_name.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace touchline::shell {

namespace {

using nlohmann::json;

/// The commands as the overview puts them together.
struct group {
  const char* title;
  std::vector<const char*> names;
};

const std::array<group, 5>& groups() {
  static const std::array<group, 5> all{{
    {"The cluster",
     {"nodes", "partitions", "actors", "inspect", "at", "supervisors", "metrics", "tail"}},
    {"What happened", {"history", "flows", "flow", "dead-letters", "dead-letters show"}},
    {"The leagues",
     {"leagues", "table", "fixtures", "results", "teams", "team", "squad", "ledger"}},
    {"Acting",
     {"send", "season simulate", "season replay", "dead-letters retry", "dead-letters drop",
      "transfer", "drain", "undrain", "join", "remove", "restart", "passivate", "log-level",
      "snapshot"}},
    {"The shell", {"help", "login", "whoami", "exit"}},
  }};
  return all;
}

constexpr std::string_view stuck
  = "\nA flow is stuck? `flows --overdue` lists those that wait too long, `flow ID` draws one and\n"
    "says what it waits for; `dead-letters show ID` has the error of a message that was set "
    "aside.\n"
    "TAB completes, `help COMMAND` explains, Ctrl-C stops a command, Ctrl-D ends the shell.\n";

report help_messages() {
  report out{json::array(), text_table{{{"Message"}, {"Kind"}, {"What", false, 20}}, {}}};
  for (auto& x : catalogue_data::messages()) {
    if (!nodes::may_be_typed(x))
      continue;
    auto kind = x.mode == message_mode::read ? "read" : "command";
    out.data.push_back({{"message", x.name}, {"kind", kind}, {"description", x.description}});
    out.table->rows.push_back({x.name, kind, x.description});
  }
  return out;
}

report help_message(const message_info& info) {
  report out{{{"message", info.name}, {"description", info.description}, {"fields", json::array()}},
             text_table{{{"Field"}, {"Value", false, 20}}, {}}};
  for (int i = 0; i < info.descriptor->field_count(); ++i) {
    const auto& field = *info.descriptor->field(i);
    auto value = nodes::describe_value(field);
    out.data["fields"].push_back({{"field", field.name()}, {"value", value}});
    out.table->rows.push_back({field.name(), value});
  }
  std::string needs;
  for (auto& name : nodes::receiver_fields(info))
    needs += ' ' + name + "=…";
  out.before = info.name + ": " + info.description + ".\n\n  send " + info.name + needs + " …\n\n";
  return out;
}

report help_command(const command& what) {
  report out{{{"command", what.name},
              {"usage", what.usage()},
              {"summary", what.summary},
              {"help", what.help},
              {"example", what.example}}};
  out.before
    = what.usage() + "\n\n" + what.summary + ".\n" + (what.help.empty() ? "" : what.help + '\n');
  if (!what.options.empty()) {
    text_table options{{{"Option"}, {"What it does"}}, {}};
    for (auto& x : what.options)
      options.rows.push_back({"  " + x.name + (x.value.empty() ? "" : ' ' + x.value), x.help});
    auto text = to_text(options, {});
    out.before += '\n' + text.substr(text.find('\n') + 1);
  }
  if (what.question)
    out.before += "\nIt asks first; a script has to give --yes.\n";
  out.before += "\nExample: " + what.example + '\n';
  return out;
}

/// Commands whose name begins with a word, when there is no command of that name alone.
std::vector<const command*> beginning_with(const command_table& commands,
                                           const std::string& topic) {
  std::vector<const command*> out;
  for (auto& x : commands.all())
    if (x.name.starts_with(topic + ' '))
      out.push_back(&x);
  return out;
}

} // namespace

report help_overview(const command_table& commands) {
  report out{json::array()};
  for (auto& x : commands.all())
    out.data.push_back({{"command", x.name}, {"usage", x.usage()}, {"summary", x.summary}});
  for (auto& group : groups()) {
    out.before += (out.before.empty() ? "" : "\n") + std::string{group.title} + '\n';
    for (const auto* name : group.names)
      if (const auto* x = commands.find(name)) {
        constexpr size_t width = 20;
        out.before += "  " + x->name + std::string(width - std::min(width - 1, x->name.size()), ' ')
                      + x->summary + '\n';
      }
  }
  out.before += stuck;
  return out;
}

tl::expected<report, std::string> help_about(const command_table& commands,
                                             const std::string& topic) {
  if (topic == "messages")
    return help_messages();
  auto longer = beginning_with(commands, topic);
  if (const auto* what = commands.find(topic)) {
    auto out = help_command(*what);
    for (const auto* x : longer)
      out.before += (x == longer.front() ? "\nSee also: " : ", ") + x->name;
    out.before += longer.empty() ? "" : "\n";
    return out;
  }
  if (!longer.empty()) {
    report out{json::array()};
    for (const auto* x : longer) {
      auto one = help_command(*x);
      out.data.push_back(one.data);
      out.before += (out.before.empty() ? "" : "\n") + one.before;
    }
    return out;
  }
  if (const auto* info = catalogue_data::find(topic))
    return help_message(*info);
  return tl::unexpected{commands.unknown(topic)
                        + " `help messages` lists the messages of the catalogue."};
}

} // namespace touchline::shell
