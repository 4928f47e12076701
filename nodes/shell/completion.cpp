#include "nodes/shell/completion.hpp"

#include "messages/catalogue.hpp"
#include "nodes/message_fields.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

namespace touchline::shell {

namespace {

/// Puts the candidates for one word together.
class completer {
public:
  completer(const command_table& commands, name_source& names, std::vector<std::string> before,
            std::string typed)
    : commands_{commands},
      names_{names},
      before_{std::move(before)},
      typed_{std::move(typed)} {}

  std::vector<candidate> run() {
    std::vector<word> words;
    for (auto& text : before_)
      words.push_back({text, 0, 0});
    what_ = commands_.find(words);
    // A name of two words is still one that is being typed.
    if (before_.size() < 2)
      offer_commands();
    if (what_)
      offer_arguments();
    std::ranges::sort(out_, {}, &candidate::text);
    auto [first, last] = std::ranges::unique(out_, {}, &candidate::text);
    out_.erase(first, last);
    return std::move(out_);
  }

private:
  void offer(const std::string& text, const std::string& meaning = {}, bool whole = true) {
    if (text.starts_with(typed_))
      out_.push_back({text, meaning, whole});
  }

  /// The word of a command's name in the place that is being typed.
  void offer_commands() {
    for (auto& x : commands_.all()) {
      auto space = x.name.find(' ');
      auto first = x.name.substr(0, space);
      if (before_.empty())
        offer(first, space == std::string::npos ? x.summary : "");
      else if (before_.front() == first && space != std::string::npos)
        offer(x.name.substr(space + 1), x.summary);
    }
  }

  void offer_arguments() {
    auto given = std::vector<std::string>(
      before_.begin() + static_cast<std::ptrdiff_t>(words_of_name(*what_)), before_.end());
    std::vector<std::string> places;
    const option* waiting = nullptr;
    for (auto& text : given) {
      if (std::exchange(waiting, nullptr))
        continue;
      auto known = std::ranges::find(what_->options, text, &option::name);
      if (known != what_->options.end() && !known->value.empty())
        waiting = &*known;
      else if (!text.starts_with("--"))
        places.push_back(text);
    }
    if (waiting)
      return offer_kind(waiting->kind, places);
    if (typed_.starts_with("--"))
      for (auto& x : what_->options)
        if (std::ranges::find(given, x.name) == given.end())
          offer(x.name, x.help);
    const auto& parameters = what_->parameters;
    if (places.size() < parameters.size())
      offer_kind(parameters[places.size()].kind, places);
    else if (!parameters.empty() && parameters.back().repeated)
      offer_kind(parameters.back().kind, places);
  }

  void offer_kind(word_kind kind, const std::vector<std::string>& places) {
    if (kind == word_kind::command)
      return offer_topics();
    if (kind == word_kind::message)
      return offer_messages();
    if (kind == word_kind::field)
      return places.empty() ? void() : offer_fields(places);
    if (kind == word_kind::log_level)
      for (const auto* x : log_levels)
        offer(x);
    std::string league;
    for (size_t i = 0; i < std::min(places.size(), what_->parameters.size()); ++i)
      if (what_->parameters[i].kind == word_kind::league)
        league = places[i];
    for (auto& name : names_.names(kind, typed_, league))
      // An address is typed a part at a time.
      offer(name, {}, !name.ends_with('/'));
  }

  void offer_topics() {
    for (auto& x : commands_.all())
      offer(x.name.substr(0, x.name.find(' ')), words_of_name(x) > 1 ? "" : x.summary);
    offer_messages();
  }

  void offer_messages() {
    for (auto& x : catalogue_data::messages())
      if (nodes::may_be_typed(x))
        offer(x.name, x.description);
  }

  void offer_fields(const std::vector<std::string>& places) {
    const auto* info = catalogue_data::find(places.front());
    if (!info)
      return;
    auto equals = typed_.find('=');
    if (equals != std::string::npos)
      return offer_values(*info, typed_.substr(0, equals + 1), places);
    auto point = typed_.rfind('.');
    auto owner = point == std::string::npos ? std::string{} : typed_.substr(0, point + 1);
    for (auto& x : nodes::fields_at(*info->descriptor, typed_)) {
      auto is_given = std::ranges::any_of(
        places, [&](auto& place) { return place.starts_with(owner + x.name + '='); });
      if (!is_given)
        offer(owner + x.name + (x.has_parts ? "." : "="), {}, false);
    }
  }

  void offer_values(const message_info& info, const std::string& name_and_equals,
                    const std::vector<std::string>& places) {
    auto path = name_and_equals.substr(0, name_and_equals.size() - 1);
    const auto* field = nodes::find_field(*info.descriptor, path);
    if (!field)
      return;
    for (auto& value : nodes::values_of(*field))
      offer(name_and_equals + value);
    auto kind = kind_of_field(path.substr(path.rfind('.') + 1));
    if (kind == word_kind::text)
      return;
    std::string league;
    for (auto& place : places)
      if (place.starts_with("league="))
        league = place.substr(place.find('=') + 1);
    for (auto& name : names_.names(kind, typed_.substr(name_and_equals.size()), league))
      offer(name_and_equals + name);
  }

  static word_kind kind_of_field(std::string_view name) {
    if (name == "league" || name == "to_league")
      return word_kind::league;
    if (name == "season")
      return word_kind::season;
    if (name == "team" || name == "from_team" || name == "to_team" || name == "home"
        || name == "away")
      return word_kind::team;
    return word_kind::text;
  }

  const command_table& commands_;
  name_source& names_;
  std::vector<std::string> before_;
  std::string typed_;
  const command* what_ = nullptr;
  std::vector<candidate> out_;
};

} // namespace

completion complete(std::string_view line, const command_table& commands, name_source& names) {
  auto cut = cut_line(line);
  completion out;
  out.from = line.size();
  std::string typed;
  if (cut.in_word) {
    typed = cut.words.back().text;
    out.from = cut.words.back().begin;
    cut.words.pop_back();
  }
  std::vector<std::string> before;
  for (auto& x : cut.words)
    before.push_back(std::move(x.text));
  out.candidates = completer{commands, names, std::move(before), std::move(typed)}.run();
  return out;
}

std::string common_beginning(const std::vector<candidate>& candidates) {
  if (candidates.empty())
    return {};
  auto out = candidates.front().text;
  for (auto& x : candidates) {
    auto end = std::ranges::mismatch(out, x.text).in1;
    out.erase(end, out.end());
  }
  // No character is cut in two.
  while (!out.empty() && out.size() < candidates.front().text.size()
         && (static_cast<unsigned char>(candidates.front().text[out.size()]) & 0xc0U) == 0x80U)
    out.pop_back();
  return out;
}

std::string hint(std::string_view line, const command_table& commands) {
  auto cut = cut_line(line);
  const auto* what = commands.find(cut.words);
  if (!what || cut.in_word || cut.open_quote != 0)
    return {};
  size_t given = 0;
  for (size_t i = words_of_name(*what); i < cut.words.size(); ++i)
    if (!cut.words[i].text.starts_with("--"))
      ++given;
  if (what->name == "send" && given > 0)
    if (const auto* info = catalogue_data::find(cut.words[1].text)) {
      std::string out;
      for (auto& name : nodes::receiver_fields(*info))
        if (std::ranges::none_of(cut.words,
                                 [&](auto& x) { return x.text.starts_with(name + '='); }))
          out += (out.empty() ? "" : " ") + name + "=…";
      return out;
    }
  return what->rest(given);
}

} // namespace touchline::shell
