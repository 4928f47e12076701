#include "nodes/shell/flow_drawing.hpp"

#include "nodes/flow_text.hpp"

#include <algorithm>
#include <sstream>

namespace touchline::shell {

namespace {

using nodes::flow_step;
using nodes::flow_story;
using nodes::open_step;

/// Characters between two lifelines, one of them the line itself.
constexpr size_t lane = 4;
constexpr size_t time_width = 10;
/// Of the name of the longest message.
constexpr size_t message_width = 26;
const std::string outside = "outside";

/// What an arrow ends in.
constexpr char arrived = '>';
constexpr char waiting = '?';
constexpr char set_aside = 'x';

class flow_picture {
public:
  flow_picture(const flow_story& story, const text_style& style) : story_{story}, style_{style} {
    for (auto& step : story.steps) {
      add(step.from);
      add(step.at);
      node_width_ = std::max(node_width_, step.node.size());
    }
    for (auto& step : story.summary.open) {
      add(step.from);
      add(step.to);
    }
  }

  bool fits() const {
    auto width = time_width + 2 + node_width_ + 2 + actors_.size() * lane + message_width;
    return actors_.size() <= max_lifelines && (style_.width == 0 || width <= style_.width);
  }

  std::string draw() const {
    std::string out;
    for (size_t i = 0; i < actors_.size(); ++i)
      out += padded_left(std::to_string(i + 1), 4) + "  " + actors_[i] + '\n';
    std::string numbers;
    for (size_t i = 0; i < actors_.size(); ++i)
      numbers += padded(std::to_string(i + 1), lane);
    out += '\n'
           + bold(padded("time", time_width) + "  " + padded("node", node_width_) + "  " + numbers
                    + "message",
                  style_)
           + '\n';
    for (auto& step : story_.steps)
      out += line(step);
    for (auto& step : story_.summary.open)
      // A dead letter is a step already.
      if (step.dead_letter.empty())
        out
          += row("", "", arrow(step.from, step.to, waiting), step.message + red("  waits", style_));
    return out;
  }

private:
  static std::string padded(const std::string& text, size_t width) {
    return text + std::string(width - std::min(width, text.size()), ' ');
  }

  static std::string padded_left(const std::string& text, size_t width) {
    return std::string(width - std::min(width, text.size()), ' ') + text;
  }

  static const std::string& name_of(const std::string& actor) {
    return actor.empty() ? outside : actor;
  }

  void add(const std::string& actor) {
    if (std::ranges::find(actors_, name_of(actor)) == actors_.end())
      actors_.push_back(name_of(actor));
  }

  size_t place_of(const std::string& actor) const {
    return static_cast<size_t>(std::ranges::find(actors_, name_of(actor)) - actors_.begin());
  }

  /// The lifelines, with an arrow from one to another.
  std::string arrow(const std::string& from, const std::string& to, char end) const {
    std::string out(actors_.size() * lane, ' ');
    for (size_t i = 0; i < actors_.size(); ++i)
      out[i * lane] = '|';
    auto begin = place_of(from) * lane;
    auto target = place_of(to) * lane;
    if (begin == target) {
      out[begin + 1] = '-';
      out[begin + 2] = end == arrived ? '<' : end;
    } else if (begin < target) {
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin) + 1,
                out.begin() + static_cast<std::ptrdiff_t>(target), '-');
      out[target - 1] = end;
    } else {
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(target) + 1,
                out.begin() + static_cast<std::ptrdiff_t>(begin), '-');
      out[target + 1] = end == arrived ? '<' : end;
    }
    return out;
  }

  std::string row(const std::string& time, const std::string& node, const std::string& lanes,
                  const std::string& text) const {
    return padded(time, time_width) + "  " + padded(node, node_width_) + "  " + lanes + text + '\n';
  }

  std::string line(const flow_step& step) const {
    auto time = '+' + std::to_string(step.handled_ms - story_.summary.began_ms) + " ms";
    auto is_letter = !step.dead_letter.empty();
    auto text = step.message
                + (is_letter ? red("  set aside as dead letter " + step.dead_letter, style_)
                             : std::string{});
    return row(time, step.node, arrow(step.from, step.at, is_letter ? set_aside : arrived), text);
  }

  const flow_story& story_;
  const text_style& style_;
  std::vector<std::string> actors_;
  size_t node_width_ = 6;
};

std::string waits_text(const open_step& step, int64_t now_ms) {
  auto what = "Waits for " + step.to + " to handle " + step.message;
  if (!step.dead_letter.empty())
    return what + ": it is the dead letter " + step.dead_letter + "; `dead-letters show "
           + step.dead_letter + "` says why, then retry or drop it.\n";
  auto late_ms = step.deadline_ms == 0 ? 0 : now_ms - step.deadline_ms;
  return what
         + (late_ms > 0 ? ", " + std::to_string(late_ms / 1'000) + " s beyond its deadline" : "")
         + "; `inspect " + step.to + "` and `partitions` show whether it can.\n";
}

} // namespace

std::string draw_flow(const flow_story& story, int64_t now_ms, const text_style& style) {
  const auto& x = story.summary;
  flow_picture picture{story, style};
  if (!picture.fits()) {
    std::ostringstream out;
    print_flow_story(out, story, now_ms);
    return out.str();
  }
  auto state = std::string{name_of(x.state_at(now_ms))};
  auto out
    = bold(x.id, style) + '\n' + nodes::flow_name(x.message) + ": "
      + (state == "overdue" ? red(state, style) : state) + "; began " + nodes::time_text(x.began_ms)
      + " UTC, last step after " + std::to_string(x.ended_ms - x.began_ms) + " ms, deadline "
      + nodes::time_text(x.deadline_ms) + "\n\n" + picture.draw() + '\n' + std::to_string(x.handled)
      + (x.handled == 1 ? " message" : " messages") + " handled.\n";
  for (auto& step : x.open)
    out += waits_text(step, now_ms);
  for (auto& step : x.lost)
    out += "Lost " + step.message + " to " + step.to + ": its dead letter " + step.dead_letter
           + " was dropped.\n";
  return out;
}

} // namespace touchline::shell
