#include "nodes/front/event_request.hpp"

#include "messages/catalogue.hpp"
#include "messages/text.hpp"
#include "nodes/front/percent_encoding.hpp"

namespace touchline::front {

namespace {

tl::unexpected<problem> wrong(std::string detail, std::string field) {
  problem out;
  out.detail = std::move(detail);
  out.field = std::move(field);
  return tl::unexpected{std::move(out)};
}

tl::expected<void, problem> take_names(std::string_view value, nodes::event_filter& out) {
  while (!value.empty()) {
    auto name = value.substr(0, value.find(','));
    value.remove_prefix(std::min(name.size() + 1, value.size()));
    const auto* info = catalogue_data::find(name);
    if (!info)
      return wrong("There is no message " + excerpt(name) + ", see docs/catalogue.md.", "message");
    if (out.names.size() >= max_event_names)
      return wrong("A filter names at most " + std::to_string(max_event_names) + " messages.",
                   "message");
    out.names.insert(info->name);
  }
  return {};
}

tl::expected<void, problem> take_key(const std::string& name, const std::string& value,
                                     std::string& out) {
  if (auto why = check_key("The " + name, value))
    return wrong(*why, name);
  out = value;
  return {};
}

} // namespace

tl::expected<event_request, problem> read_event_request(const http_request& request) {
  event_request out;
  auto parameters = query_parameters(request.query);
  if (!parameters)
    return wrong("The query of the URL cannot be decoded.", {});
  for (auto& [name, value] : *parameters) {
    auto taken
      = name == "league" ? take_key(name, value, out.filter.league)
        : name == "team" ? take_key(name, value, out.filter.team)
        : name == "message"
          ? take_names(value, out.filter)
          : tl::expected<void, problem>{wrong("There is no parameter " + excerpt(name)
                                                + " here; there are league, team and message.",
                                              excerpt(name))};
    if (!taken)
      return tl::unexpected{taken.error()};
  }
  if (auto id = request.header("last-event-id"); !id.empty()) {
    out.from = event_cursor::parse(id);
    if (!out.from)
      return wrong("This is no id of an event; leave it out to begin now.", "Last-Event-ID");
  }
  return out;
}

} // namespace touchline::front
