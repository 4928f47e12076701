#include "league/located_json.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

namespace touchline::league {

namespace {

using kind = located_json::kind;

// Tells its owner how far the parser has read, which nlohmann's SAX events do not.
class counting_iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  counting_iterator(const char* at, const char** seen) noexcept : at_{at}, seen_{seen} {}

  reference operator*() const noexcept { return *at_; }

  counting_iterator& operator++() noexcept {
    *seen_ = at_++;
    return *this;
  }

  counting_iterator operator++(int) noexcept {
    auto before = *this;
    ++*this;
    return before;
  }

  friend bool operator==(const counting_iterator& a, const counting_iterator& b) noexcept {
    return a.at_ == b.at_;
  }

private:
  const char* at_;
  const char** seen_;
};

class tree_builder : public nlohmann::json_sax<nlohmann::json> {
public:
  explicit tree_builder(std::string_view text) noexcept : text_{text}, seen_{text.data()} {}

  const char** seen() noexcept { return &seen_; }

  bool null() override { return add(kind::null) != nullptr; }

  bool boolean(bool value) override {
    auto* added = add(kind::boolean);
    if (added != nullptr)
      added->truth = value;
    return added != nullptr;
  }

  bool number_integer(number_integer_t value) override {
    auto* added = add(kind::whole);
    if (added != nullptr)
      added->number = value;
    return added != nullptr;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX))
      return add(kind::real) != nullptr;
    return number_integer(static_cast<number_integer_t>(value));
  }

  bool number_float(number_float_t, const string_t&) override { return add(kind::real) != nullptr; }

  bool string(string_t& value) override {
    auto* added = add(kind::text);
    if (added != nullptr)
      added->text = std::move(value);
    return added != nullptr;
  }

  bool binary(binary_t&) override { return refuse("holds binary data, which JSON has not"); }

  bool start_object(std::size_t) override { return open(kind::object); }

  bool key(string_t& name) override {
    auto& fields = open_.back()->fields;
    const auto same = [&](const auto& field) { return field.name == name; };
    if (std::any_of(fields.begin(), fields.end(), same))
      return refuse("names the same field twice in one object, where each may come once");
    if (fields.size() == max_json_fields)
      return refuse("has an object with more than " + std::to_string(max_json_fields)
                    + " fields, where a season needs a few");
    fields.push_back({std::move(name), {}});
    return true;
  }

  bool end_object() override {
    open_.pop_back();
    return true;
  }

  bool start_array(std::size_t) override { return open(kind::array); }

  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // The library's own text quotes raw input; only the kind of error is taken from it.
    const std::string_view said = error.what();
    if (said.find("UTF-8") != std::string_view::npos
        || said.find("surrogate") != std::string_view::npos)
      return refuse("is not UTF-8, which JSON must be");
    if (said.find("overflow") != std::string_view::npos)
      return refuse("holds a number that is too large to be one");
    if (said.find("unexpected end of input") != std::string_view::npos)
      return refuse("is not JSON: it ends in the middle");
    return refuse("is not JSON: there is a character that cannot stand there");
  }

  tl::expected<located_json, json_problem> result(bool complete) {
    if (complete)
      return std::move(root_);
    return tl::unexpected{std::move(problem_)};
  }

private:
  std::size_t offset() const noexcept { return static_cast<std::size_t>(seen_ - text_.data()); }

  bool refuse(std::string what) {
    problem_ = {std::move(what), line_at(text_, offset())};
    return false;
  }

  located_json* add(kind type) {
    if (++values_ > max_json_values) {
      refuse("holds more than " + std::to_string(max_json_values)
             + " values, where a season has some thousands");
      return nullptr;
    }
    auto* added = &root_;
    if (!open_.empty()) {
      auto& parent = *open_.back();
      added
        = parent.type == kind::array ? &parent.items.emplace_back() : &parent.fields.back().value;
    }
    added->type = type;
    added->offset = offset();
    return added;
  }

  bool open(kind type) {
    if (open_.size() == max_json_depth)
      return refuse("is nested deeper than " + std::to_string(max_json_depth)
                    + " levels, where a season needs six");
    auto* added = add(type);
    if (added != nullptr)
      open_.push_back(added);
    return added != nullptr;
  }

  std::string_view text_;
  const char* seen_;
  std::size_t values_ = 0;
  located_json root_;
  // Pointers stay good: a value's siblings are only added after it is closed.
  std::vector<located_json*> open_;
  json_problem problem_;
};

} // namespace

const located_json* located_json::find(std::string_view name) const noexcept {
  for (const auto& [field, value] : fields)
    if (field == name)
      return &value;
  return nullptr;
}

std::string_view located_json::type_name() const noexcept {
  switch (type) {
    case kind::null:
      return "null";
    case kind::boolean:
      return "true or false";
    case kind::whole:
    case kind::real:
      return "a number";
    case kind::text:
      return "a text";
    case kind::array:
      return "an array";
    case kind::object:
      return "an object";
  }
  return "unknown";
}

tl::expected<located_json, json_problem> parse_located_json(std::string_view text) {
  if (text.empty())
    return tl::unexpected{json_problem{"is empty, where JSON was expected", 1}};
  tree_builder builder{text};
  const counting_iterator first{text.data(), builder.seen()};
  const counting_iterator last{text.data() + text.size(), builder.seen()};
  const auto complete = nlohmann::json::sax_parse(first, last, &builder);
  return builder.result(complete);
}

std::size_t line_at(std::string_view text, std::size_t offset) noexcept {
  const auto before = text.substr(0, offset);
  return static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
}

} // namespace touchline::league
