// What a command of the shell is: its name, what it takes, how it explains itself, what it does.
// Everything that can be said about a command without running it is read from here: help,
// completion, and the checks of what was typed.
#pragma once

#include "nodes/shell/report.hpp"
#include "nodes/shell/words.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::shell {

class session;

/// What a word stands for: how it is checked and completed.
enum class word_kind {
  text,
  number,
  command,
  message,
  /// field=value of the message before it.
  field,
  address,
  node,
  partition,
  league,
  season,
  team,
  flow,
  dead_letter,
  log_level,
  file,
  pattern,
};

/// What a `log_level` may be.
inline constexpr std::array log_levels{"trace", "debug", "info", "warning", "error", "off"};

/// An argument in its place.
struct parameter {
  /// As in help: "ADDRESS".
  std::string name;
  word_kind kind = word_kind::text;
  bool required = true;
  /// Takes all words that are left.
  bool repeated = false;
};

/// An option: --limit 10, or --limit=10.
struct option {
  /// With its hyphens.
  std::string name;
  /// What it takes, as in help; empty for one that takes nothing.
  std::string value;
  word_kind kind = word_kind::text;
  std::string help;
};

/// A command as it was typed. Everything in it has been checked against the command's parameters
/// and options.
struct invocation {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> options;

  /// The argument in a place, from 0; empty when it was not given.
  const std::string& argument(size_t place) const;
  bool has(const std::string& option) const { return options.contains(option); }
  /// The value of an option; empty when it was not given.
  const std::string& value(const std::string& option) const;
  /// Of an argument or option whose kind is a number.
  uint32_t node(size_t place) const;
  uint64_t number(const std::string& option, uint64_t otherwise) const;
  uint64_t number(size_t place) const;
};

/// One command.
struct command {
  /// One word or two: "dead-letters retry".
  std::string name;
  std::vector<parameter> parameters;
  std::vector<option> options;
  /// One line, without a full stop.
  std::string summary;
  /// More lines for `help NAME`; may be empty.
  std::string help;
  std::string example;
  /// What it does that cannot be undone, as a sentence with its question mark; nullptr when it does
  /// no such thing.
  std::string (*question)(const invocation&) = nullptr;
  tl::expected<report, std::string> (*run)(session&, const invocation&) = nullptr;

  /// "history ADDRESS [--from N]".
  std::string usage() const;
  /// What is still to come when so many arguments were given: "[--from N]".
  std::string rest(size_t given) const;
};

/// A command that was typed, checked.
struct parsed_command {
  const command* what = nullptr;
  invocation how;
};

/// The commands of a shell, by name.
class command_table {
public:
  explicit command_table(std::vector<command> commands);

  std::span<const command> all() const noexcept { return commands_; }

  /// The command whose name the words begin with, the longest; nullptr for none.
  const command* find(const std::vector<word>& words) const;

  const command* find(std::string_view name) const;

  /// The command that words are; one sentence that says what would be right when they are none.
  tl::expected<parsed_command, std::string> parse(const std::vector<word>& words) const;

  /// A sentence about a name that no command has.
  std::string unknown(const std::string& name) const;

private:
  std::vector<command> commands_;
};

/// How many words the name of a command has.
size_t words_of_name(const command& what);

/// A whole number in decimal digits; nothing for anything else.
std::optional<uint64_t> to_number(std::string_view text);

/// A node as people write it: "2" or "node-2".
std::optional<uint32_t> to_node(std::string_view text);

} // namespace touchline::shell
