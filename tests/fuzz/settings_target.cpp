// What people write: configuration files, and lines of the shell.
#include "messages/address_pattern.hpp"
#include "messages/catalogue.hpp"
#include "messages/text.hpp"
#include "nodes/configuration.hpp"
#include "nodes/front/front_configuration.hpp"
#include "nodes/host_port.hpp"
#include "nodes/message_fields.hpp"
#include "nodes/pyramid_configuration.hpp"
#include "nodes/settings_file.hpp"
#include "nodes/shell/command.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace touchline::fuzz {

namespace {

enum choice : uint8_t { of_configuration, of_line, of_words };

void take_configuration(std::string_view text) {
  static const int memory = ::memfd_create("touchline.conf", MFD_CLOEXEC);
  static const auto path = "/proc/self/fd/" + std::to_string(memory);
  must(::ftruncate(memory, 0) == 0
         && ::pwrite(memory, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
       "a file in memory can be written");
  auto file = nodes::settings_file::read(path);
  if (!file) {
    must(!file.error().text.empty(), "a mistake is a sentence");
    return;
  }
  nodes::read_configuration(*file);
  front::read_front(*file, 2);
  if (file->settings().contains("pyramid"))
    nodes::read_pyramid(*file);
  for (auto& x : file->mistakes())
    must(!x.text.empty(), "a mistake is a sentence");
  file->first_problem();
}

/// A shell with a command for every kind of word.
const shell::command_table& commands() {
  using shell::word_kind;
  static const shell::command_table all{
    {{"send",
      {{"MESSAGE", word_kind::message}, {"FIELD", word_kind::field, false, true}},
      {{"--id", "ID", word_kind::text, ""}},
      "",
      "",
      ""},
     {"history",
      {{"ADDRESS", word_kind::address}},
      {{"--limit", "N", word_kind::number, ""}},
      "",
      "",
      ""},
     {"transfer",
      {{"PARTITION", word_kind::partition}, {"NODE", word_kind::node}},
      {{"--yes", "", word_kind::text, ""}},
      "",
      "",
      ""},
     {"dead-letters", {}, {}, "", "", ""},
     {"dead-letters retry", {{"ID", word_kind::dead_letter}}, {}, "", "", ""},
     {"log-level", {{"NODE", word_kind::node}, {"LEVEL", word_kind::log_level}}, {}, "", "", ""},
     {"actors", {{"PATTERN", word_kind::pattern, false}}, {}, "", "", ""}}};
  return all;
}

void take_line(std::string_view line) {
  auto cut = shell::cut_line(line);
  for (auto& x : cut.words)
    must(x.begin < x.end && x.end <= line.size(), "a word is in the line");
  auto words = shell::split_words(line);
  if (!words)
    return;
  for (auto& x : *words) {
    auto again = shell::split_words(shell::as_word(x.text));
    must(again && again->size() == 1 && again->front().text == x.text,
         "a word that was quoted is read as it was");
  }
  auto parsed = commands().parse(*words);
  if (!parsed) {
    must(!parsed.error().empty(), "a refusal is a sentence");
    return;
  }
  const auto& how = parsed->how;
  if (parsed->what->name == "history")
    how.number("--limit", 1);
  if (parsed->what->name == "transfer")
    how.node(1);
  if (parsed->what->name != "send")
    return;
  const auto* info = catalogue_data::find(std::string_view{how.argument(0)});
  if (!info || !nodes::may_be_typed(*info))
    return;
  auto message = nodes::make_message(*info, {how.arguments.begin() + 1, how.arguments.end()});
  if (message)
    catalogue_data::addresses_of(*info, **message);
  else
    must(!message.error().empty(), "a refusal is a sentence");
}

void take_words(std::string_view text) {
  auto half = text.substr(0, text.find('\n'));
  auto rest = text.substr(std::min(text.size(), half.size() + 1));
  fits_pattern(half.substr(0, max_pattern_bytes), rest);
  must(fits_pattern({}, rest), "the empty pattern fits everything");
  if (auto where = nodes::parse_host_port(half)) {
    auto again = nodes::parse_host_port(to_string(*where));
    must(again && *again == *where, "an address is written as it is read");
  }
  nodes::parse_host_ports(half);
  shell::to_number(half);
  shell::to_node(half);
  must(count_code_points(excerpt(text)).has_value(), "an excerpt is UTF-8");
}

} // namespace

void take(std::string_view input) {
  switch (take_choice(input)) {
    case of_configuration:
      return take_configuration(input);
    case of_line:
      return take_line(input);
    case of_words:
      return take_words(input);
    default:
      return;
  }
}

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  for (auto* name : {"default", "cluster-3", "england"})
    out.push_back(chosen(of_configuration, project_file("config/" + std::string{name} + ".conf")));
  out.push_back(chosen(of_configuration, "touchline {\n  partitions = 2\n  node = \"a\"\n}\n"));
  for (auto* line :
       {"send result.create league=en.1 season=2022-23 home=a away=b score.home=2 "
        "goals.0.minute=12",
        "send team.create league=en.1 team=ash name=\"The \\\"Ash\\\"\" squad='[{\"name\":\"A\"}]'",
        "send transfer.in league=en.1 team=a fee='{\"minor_units\":5,\"currency\":\"GBP\"}' --id t",
        "send account.create account=en/jane role=VIEWER teams=a,b", "history team/en/a --limit=10",
        "transfer 3 node-2 --yes", "dead-letters retry a@7 # a comment", "log-level 2 debug",
        "actors team/*/a?"})
    out.push_back(chosen(of_line, line));
  for (auto* text : {"*a?b*\nxaxbx", "[::1]:7401\n", "league.example.org:7401,127.0.0.1:1\n"})
    out.push_back(chosen(of_words, text));
  return out;
}

} // namespace touchline::fuzz
