#include "nodes/windows_section.hpp"

#include "actors/calendar.hpp"
#include "messages/text.hpp"

namespace touchline::nodes {

std::string day_of_year(settings_section& from, const std::string& key) {
  auto text = from.text(key);
  if (!actors::parse_month_day(text))
    from.refuse(key, R"(must be a day of every year, "MM-DD", not ")" + excerpt(text) + '"');
  return text;
}

void read_windows(settings_section& from, LeagueRules& out) {
  auto windows = from.sections("windows");
  if (windows.size() > max_configured_windows)
    from.refuse("windows",
                "must be at most " + std::to_string(max_configured_windows) + " transfer windows");
  for (auto& x : windows) {
    auto& window = *out.add_windows();
    window.set_name(x.text("name"));
    if (auto wrong = check_name("a window's name", window.name()))
      x.refuse("name", "is not usable: " + wrong->substr(0, wrong->find_last_not_of('.') + 1));
    window.set_from(day_of_year(x, "from"));
    window.set_to(day_of_year(x, "to"));
    x.refuse_others();
  }
}

} // namespace touchline::nodes
