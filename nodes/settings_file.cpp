#include "nodes/settings_file.hpp"

#include "actors/runtime/runtime.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/message.hpp>
#include <caf/pec.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace touchline::nodes {

namespace {

/// What CAF's parser stumbled over, as a part of a sentence.
std::string syntax_error(const caf::error& error) {
  switch (static_cast<caf::pec>(error.code())) {
    case caf::pec::unexpected_eof:
      return "it ends before every brace and bracket is closed";
    case caf::pec::unexpected_character:
      return "there is an unexpected character";
    case caf::pec::unexpected_newline:
      return "something is missing";
    case caf::pec::invalid_escape_sequence:
      return "a backslash is followed by what it cannot escape";
    case caf::pec::timespan_overflow:
    case caf::pec::integer_overflow:
    case caf::pec::integer_underflow:
    case caf::pec::exponent_overflow:
    case caf::pec::exponent_underflow:
      return "a number is out of all bounds";
    case caf::pec::fractional_timespan:
      return "a time has a fraction";
    default:
      return to_string(error);
  }
}

mistake not_in_syntax(const caf::error& error) {
  mistake result;
  std::string column;
  if (const auto& where = error.context(); where.match_elements<int32_t, int32_t>()) {
    // The parser has gone one character further, so that a column of 1 is the end of the line
    // before.
    auto line = where.get_as<int32_t>(0);
    auto column_after = where.get_as<int32_t>(1);
    result.line = static_cast<size_t>(std::max(column_after > 1 ? line : line - 1, 1));
    column = column_after > 1 ? " at column " + std::to_string(column_after - 1)
                              : " at the end of the line";
  }
  result.text = "The configuration is not in CAF's syntax, one entry per line: "
                + syntax_error(error) + column + '.';
  return result;
}

/// What CAF's parser must not be given, as it calls itself for each level.
std::optional<mistake> unreadable(const settings_lines& lines) {
  if (lines.too_deep_line == 0)
    return std::nullopt;
  return mistake{lines.too_deep_line, "",
                 "Lists and sections are nested deeper than "
                   + std::to_string(max_configuration_depth) + " levels.",
                 false};
}

/// What CAF's parser takes without a word and forgets.
std::optional<mistake> swallowed(const settings_lines& lines) {
  if (lines.dotted_line != 0)
    return mistake{lines.dotted_line, "",
                   "A key has a point in it; write the part before it as a section, NAME { ... }.",
                   false};
  if (lines.unclosed_line != 0)
    return mistake{lines.unclosed_line, "",
                   "The configuration is not in CAF's syntax, one entry per line: the section or "
                   "list that begins here is never closed.",
                   false};
  return std::nullopt;
}

tl::expected<std::string, mistake> bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::error_code ignored;
  if (!in || std::filesystem::is_directory(file, ignored))
    return tl::unexpected{
      mistake{0, "", "The configuration cannot be read; name one that exists.", false}};
  std::string text(max_configuration_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > max_configuration_bytes)
    return tl::unexpected{mistake{0, "",
                                  "The configuration has more than "
                                    + std::to_string(max_configuration_bytes) + " bytes.",
                                  false}};
  return text;
}

} // namespace

std::string located(const std::filesystem::path& file, const mistake& what) {
  auto line = what.line == 0 ? std::string{} : ':' + std::to_string(what.line);
  return file.string() + line + ": " + what.text;
}

std::string problem_in(const std::filesystem::path& file, const mistake& what) {
  return "In the configuration " + located(file, what);
}

tl::expected<settings_file, mistake> settings_file::read(const std::filesystem::path& file) {
  // CAF's errors need its meta objects.
  actors::register_message_types();
  auto text = bytes_of(file);
  if (!text)
    return tl::unexpected{text.error()};
  settings_file result;
  result.path_ = file;
  result.lines_ = scan_settings(*text);
  if (auto wrong = unreadable(result.lines_))
    return tl::unexpected{*wrong};
  std::istringstream in{*text};
  auto parsed = caf::actor_system_config::parse_config(in);
  if (!parsed)
    return tl::unexpected{not_in_syntax(parsed.error())};
  result.settings_ = std::move(*parsed);
  // After the parser, which knows better where a brace is missing if it notices at all.
  if (auto wrong = swallowed(result.lines_))
    return tl::unexpected{*wrong};
  for (auto& x : result.lines_.repetitions)
    result.keep({x.line, x.key,
                 x.key + " is set twice; line " + std::to_string(x.first_line) + " has it already.",
                 false});
  return result;
}

std::filesystem::path settings_file::folder() const {
  return std::filesystem::absolute(path_).parent_path();
}

std::filesystem::path settings_file::absolute(const std::filesystem::path& path) const {
  return path.empty() ? path : (folder() / path).lexically_normal();
}

void settings_file::keep(mistake what) {
  if (std::ranges::none_of(mistakes_, [&what](const mistake& x) {
        return x.key == what.key && (!x.warning || what.warning);
      }))
    mistakes_.push_back(std::move(what));
}

void settings_file::refuse(const std::string& key, const std::string& what) {
  refuse_sentence(key, key + ' ' + what + '.');
}

void settings_file::warn(const std::string& key, const std::string& what) {
  keep({line_of(key), key, key + ' ' + what + '.', true});
}

void settings_file::refuse_sentence(const std::string& key, const std::string& sentence) {
  keep({line_of(key), key, sentence, false});
}

void settings_file::add(const std::string& key, const std::string& sentence, bool warning) {
  mistakes_.push_back({line_of(key), key, sentence, warning});
}

size_t settings_file::refused() const {
  return static_cast<size_t>(
    std::ranges::count_if(mistakes_, [](const mistake& x) { return !x.warning; }));
}

bool settings_file::refused(const std::string& key) const {
  return std::ranges::any_of(mistakes_,
                             [&key](const mistake& x) { return !x.warning && x.key == key; });
}

std::vector<mistake> settings_file::mistakes() const {
  auto result = mistakes_;
  std::ranges::stable_sort(result, {}, &mistake::line);
  return result;
}

std::optional<std::string> settings_file::first_problem() const {
  for (auto& x : mistakes())
    if (!x.warning)
      return problem_in(path_, x);
  return std::nullopt;
}

} // namespace touchline::nodes
