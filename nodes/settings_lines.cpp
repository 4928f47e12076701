#include "nodes/settings_lines.hpp"

#include <algorithm>
#include <cctype>

namespace touchline::nodes {

namespace {

bool is_key_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

/// Goes through a text once. What is open is on a stack of its own, so that a text cannot exhaust
/// that of the program.
class scanner {
public:
  explicit scanner(std::string_view text) : text_{text} { open_.push_back({}); }

  settings_lines scan() {
    while (at_ < text_.size() && found_.too_deep_line == 0)
      step();
    if (open_.size() > 1)
      found_.unclosed_line = open_.back().line;
    return std::move(found_);
  }

private:
  /// A section or a list that is not closed yet. A section waits for a key or for its value.
  struct part {
    std::string path;
    bool list = false;
    size_t entries = 0;
    std::string key;
    size_t line = 0;
  };

  void step() {
    char c = text_[at_];
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '\n') {
      ++line_;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (open_.size() > 1)
        open_.pop_back();
      open_.back().key.clear();
      ++at_;
    } else if (c == '{' || c == '[') {
      begin(c == '[');
      ++at_;
    } else if (c == '"' || c == '\'' || c == '<' || is_key_character(c)) {
      word(c);
    } else {
      ++at_;
    }
  }

  void begin(bool list) {
    // Braces around the whole file are allowed and are no section.
    auto path = open_.size() == 1 && open_.back().key.empty() ? std::string{} : value_path();
    open_.push_back({std::move(path), list, 0, {}, line_});
    // The file itself is not counted.
    if (open_.size() > max_configuration_depth + 1)
      found_.too_deep_line = line_;
  }

  /// The path of the value that begins here; an entry of a list is counted and has its line noted.
  std::string value_path() {
    auto& in = open_.back();
    if (!in.list)
      return in.key;
    auto path = in.path + '[' + std::to_string(++in.entries) + ']';
    found_.of_key.emplace(path, line_);
    return path;
  }

  void word(char first) {
    auto line = line_;
    auto text = is_key_character(first) ? plain() : quoted(first == '<' ? '>' : first);
    if (text.size() > max_scanned_key_bytes)
      text.resize(max_scanned_key_bytes);
    auto& in = open_.back();
    if (in.list) {
      value_path();
    } else if (in.key.empty()) {
      if (at_ < text_.size() && text_[at_] == '.' && found_.dotted_line == 0)
        found_.dotted_line = line;
      in.key = in.path.empty() ? text : in.path + '.' + text;
      auto [at, fresh] = found_.of_key.emplace(in.key, line);
      if (!fresh)
        found_.repetitions.push_back({in.key, line, at->second});
    } else {
      in.key.clear();
    }
  }

  std::string quoted(char mark) {
    std::string result;
    for (++at_; at_ < text_.size() && text_[at_] != mark && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size())
        ++at_;
      result += text_[at_];
    }
    if (at_ < text_.size() && text_[at_] == mark)
      ++at_;
    return result;
  }

  /// A key, or a value without quotes: numbers have points and signs.
  std::string plain() {
    auto begin = at_;
    auto value = open_.back().list || !open_.back().key.empty();
    while (at_ < text_.size()
           && (is_key_character(text_[at_]) || (value && (text_[at_] == '.' || text_[at_] == '+'))))
      ++at_;
    return std::string{text_.substr(begin, at_ - begin)};
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  std::vector<part> open_;
  settings_lines found_;
};

} // namespace

size_t settings_lines::of(std::string key) const {
  while (!key.empty()) {
    if (auto at = of_key.find(key); at != of_key.end())
      return at->second;
    auto end = key.find_last_of(".[");
    key.resize(end == std::string::npos ? 0 : end);
  }
  return 0;
}

settings_lines scan_settings(std::string_view text) {
  return scanner{text}.scan();
}

} // namespace touchline::nodes
