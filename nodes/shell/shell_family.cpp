// help, login, whoami, exit; and all families put together.
#include "nodes/password_input.hpp"
#include "nodes/shell/command_families.hpp"
#include "nodes/shell/help.hpp"
#include "nodes/shell/session.hpp"

#include <algorithm>
#include <iterator>

namespace touchline::shell {

namespace {

using result = tl::expected<report, std::string>;

result help(session&, const invocation& how) {
  if (how.arguments.empty())
    return help_overview(all_commands());
  auto topic = how.argument(0);
  for (size_t i = 1; i < how.arguments.size(); ++i)
    topic += ' ' + how.argument(i);
  return help_about(all_commands(), topic);
}

result login(session& with, const invocation& how) {
  auto password = nodes::read_password("Password of " + how.argument(0) + ": ");
  if (!password)
    return tl::unexpected{password.error()};
  if (auto done = with.log_in(how.argument(0), *password); !done)
    return tl::unexpected{done.error()};
  return sentence("Logged in as " + with.account() + ", for 15 minutes.",
                  {{"account", with.account()}});
}

result whoami(session& with, const invocation&) {
  auto who = with.questions().who_am_i();
  if (!who)
    return tl::unexpected{with.explain(who.error())};
  const auto& x = who->authority;
  auto name = x.name().empty() ? std::string{"nobody in particular"} : x.name();
  auto may = x.may_act() ? "may look and act" : x.may_look() ? "may look" : "may do nothing here";
  return sentence(name + (x.role().empty() ? "" : ", " + x.role()) + ": " + may + '.'
                    + (x.note().empty() ? "" : ' ' + x.note()),
                  {{"name", x.name()},
                   {"role", x.role()},
                   {"may_look", x.may_look()},
                   {"may_act", x.may_act()},
                   {"node", with.node()},
                   {"cluster", with.cluster()}});
}

/// The loop of the shell knows it by its name.
result leave(session&, const invocation&) {
  return report{nlohmann::json::object()};
}

std::vector<command> shell_family() {
  return {
    {"help",
     {{"TOPIC", word_kind::command, false, true}},
     {},
     "The commands, or one of them, or a message",
     "`help messages` lists the messages that can be sent, `help MESSAGE` the fields of one.",
     "help flows",
     nullptr,
     help},
    {"login",
     {{"ACCOUNT"}},
     {},
     "Ask as an account from now on",
     "The password is asked for and not shown. After 15 minutes it is asked for again.",
     "login en/arsenal-fc",
     nullptr,
     login},
    {"whoami",
     {},
     {},
     "As whom the cluster takes you, and what you may",
     "",
     "whoami",
     nullptr,
     whoami},
    {"exit", {}, {}, "End the shell", "Ctrl-D does the same.", "exit", nullptr, leave},
  };
}

command_table make_table() {
  std::vector<command> all;
  for (auto family :
       {cluster_family, record_family, league_family, action_family, actor_family, shell_family}) {
    auto some = family();
    std::ranges::move(some, std::back_inserter(all));
  }
  for (auto& x : all)
    if (x.question)
      x.options.push_back({"--yes", "", word_kind::text, "do it without asking"});
  return command_table{std::move(all)};
}

} // namespace

const command_table& all_commands() {
  static const auto table = make_table();
  return table;
}

} // namespace touchline::shell
