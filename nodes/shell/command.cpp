#include "nodes/shell/command.hpp"

#include "messages/text.hpp"
#include "nodes/nearest_name.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

namespace touchline::shell {

namespace {

constexpr std::string_view node_prefix = "node-";
constexpr uint64_t largest_node = 65'535;

using checked = tl::expected<void, std::string>;

std::string in_quotes(const std::string& text) {
  return '"' + excerpt(text) + '"';
}

/// Whether a word is what its place wants; what the name of the place is.
checked check_word(const std::string& text, word_kind kind, const std::string& name) {
  if (!count_code_points(text))
    return tl::unexpected{"The value of " + name + " is not UTF-8."};
  if (kind == word_kind::node && !to_node(text))
    return tl::unexpected{in_quotes(text) + " is no node; " + name
                          + " is its number, as 2 or node-2."};
  auto wants_number = kind == word_kind::number || kind == word_kind::partition;
  if (wants_number && !to_number(text))
    return tl::unexpected{in_quotes(text) + " is no number; " + name
                          + " takes a whole number from 0."};
  return {};
}

class invocation_parser {
public:
  invocation_parser(const command& what, const std::vector<word>& words)
    : what_{what},
      words_{words},
      at_{words_of_name(what)} {}

  tl::expected<invocation, std::string> parse() {
    while (at_ < words_.size()) {
      const auto& text = words_[at_++].text;
      auto done = text.starts_with("--") && text.size() > 2 && !only_arguments_ ? take_option(text)
                                                                                : take(text);
      if (!done)
        return tl::unexpected{done.error()};
    }
    for (size_t i = out_.arguments.size(); i < what_.parameters.size(); ++i)
      if (what_.parameters[i].required)
        return tl::unexpected{what_.name + " needs " + what_.parameters[i].name + ": "
                              + what_.usage() + "; `help " + what_.name + "` has an example."};
    return std::move(out_);
  }

private:
  checked take(const std::string& text) {
    if (text == "--") {
      only_arguments_ = true;
      return {};
    }
    const auto& places = what_.parameters;
    auto place = out_.arguments.size();
    if (place >= places.size() && (places.empty() || !places.back().repeated))
      return tl::unexpected{what_.name + " takes no " + in_quotes(text)
                            + "; it is used so: " + what_.usage() + "."};
    const auto& parameter = places[std::min(place, places.size() - 1)];
    if (auto good = check_word(text, parameter.kind, parameter.name); !good)
      return good;
    out_.arguments.push_back(text);
    return {};
  }

  checked take_option(const std::string& text) {
    auto equals = text.find('=');
    auto name = text.substr(0, equals);
    auto known = std::ranges::find(what_.options, name, &option::name);
    if (known == what_.options.end())
      return tl::unexpected{unknown_option(name)};
    if (known->value.empty()) {
      if (equals != std::string::npos)
        return tl::unexpected{name + " takes no value."};
      out_.options[name] = {};
      return {};
    }
    if (equals == std::string::npos && at_ == words_.size())
      return tl::unexpected{name + " needs a value: " + name + ' ' + known->value + '.'};
    auto value = equals == std::string::npos ? words_[at_++].text : text.substr(equals + 1);
    if (auto good = check_word(value, known->kind, name); !good)
      return good;
    out_.options[name] = std::move(value);
    return {};
  }

  std::string unknown_option(const std::string& name) const {
    std::set<std::string> names;
    for (auto& x : what_.options)
      names.insert(x.name);
    auto near = nodes::nearest_name(name, names);
    return what_.name + " has no option " + in_quotes(name)
           + (near ? "; did you mean " + *near + "?" : "; it is used so: " + what_.usage() + ".");
  }

  const command& what_;
  const std::vector<word>& words_;
  size_t at_;
  bool only_arguments_ = false;
  invocation out_;
};

} // namespace

std::optional<uint64_t> to_number(std::string_view text) {
  uint64_t out = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc{} && end == text.data() + text.size() ? std::optional{out}
                                                                   : std::nullopt;
}

std::optional<uint32_t> to_node(std::string_view text) {
  if (text.starts_with(node_prefix))
    text.remove_prefix(node_prefix.size());
  auto out = to_number(text);
  return out && *out >= 1 && *out <= largest_node ? std::optional{static_cast<uint32_t>(*out)}
                                                  : std::nullopt;
}

// -- invocation -----------------------------------------------------------------------------------

const std::string& invocation::argument(size_t place) const {
  static const std::string none;
  return place < arguments.size() ? arguments[place] : none;
}

const std::string& invocation::value(const std::string& option) const {
  static const std::string none;
  auto at = options.find(option);
  return at == options.end() ? none : at->second;
}

uint32_t invocation::node(size_t place) const {
  return to_node(argument(place)).value_or(0);
}

uint64_t invocation::number(const std::string& option, uint64_t otherwise) const {
  return to_number(value(option)).value_or(otherwise);
}

uint64_t invocation::number(size_t place) const {
  return to_number(argument(place)).value_or(0);
}

// -- commands -------------------------------------------------------------------------------------

std::string command::rest(size_t given) const {
  std::string out;
  for (size_t i = given; i < parameters.size(); ++i) {
    const auto& x = parameters[i];
    auto text = x.name + (x.repeated ? "..." : "");
    out += (out.empty() ? "" : " ") + (x.required ? text : '[' + text + ']');
  }
  for (auto& x : options)
    out += (out.empty() ? "[" : " [") + x.name + (x.value.empty() ? "" : ' ' + x.value) + ']';
  return out;
}

std::string command::usage() const {
  auto all = rest(0);
  return all.empty() ? name : name + ' ' + all;
}

size_t words_of_name(const command& what) {
  return 1 + static_cast<size_t>(std::ranges::count(what.name, ' '));
}

command_table::command_table(std::vector<command> commands) : commands_{std::move(commands)} {
  std::ranges::sort(commands_, {}, &command::name);
}

const command* command_table::find(std::string_view name) const {
  auto at = std::ranges::lower_bound(commands_, name, {}, &command::name);
  return at != commands_.end() && at->name == name ? &*at : nullptr;
}

const command* command_table::find(const std::vector<word>& words) const {
  if (words.empty())
    return nullptr;
  if (words.size() > 1)
    if (const auto* two = find(words[0].text + ' ' + words[1].text))
      return two;
  return find(words[0].text);
}

tl::expected<parsed_command, std::string> command_table::parse(
  const std::vector<word>& words) const {
  const auto* what = find(words);
  if (!what)
    return tl::unexpected{unknown(words.empty() ? "" : words.front().text)};
  return invocation_parser{*what, words}.parse().map([what](auto&& how) {
    return parsed_command{what, std::move(how)};
  });
}

std::string command_table::unknown(const std::string& name) const {
  std::set<std::string> names;
  std::string longer;
  for (auto& x : commands_) {
    names.insert(x.name);
    names.insert(x.name.substr(0, x.name.find(' ')));
    if (x.name.starts_with(name + ' '))
      longer += (longer.empty() ? "" : " or ") + x.name;
  }
  if (!longer.empty())
    return name + " needs another word: " + longer + '.';
  auto near = nodes::nearest_name(name, names);
  return "There is no command " + in_quotes(name)
         + (near ? "; did you mean " + *near + "?" : "; `help` lists the commands.");
}

} // namespace touchline::shell
