#include "nodes/league_event.hpp"

#include "messages/record.pb.h"
#include "nodes/record_json.hpp"

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using nlohmann::json;

/// Longer texts are no keys.
constexpr size_t max_named_bytes = 64;

void add_text(const std::string& text, std::set<std::string, std::less<>>& out) {
  if (!text.empty() && text.size() <= max_named_bytes)
    out.insert(text);
}

void add_texts(const json& from, std::set<std::string, std::less<>>& out) {
  if (from.is_string())
    add_text(from.get_ref<const std::string&>(), out);
  if (!from.is_structured())
    return;
  for (auto& part : from)
    add_texts(part, out);
}

/// The parts of "fixture-manager/en.1/2022-23" behind its kind.
void add_keys(std::string_view address, std::set<std::string, std::less<>>& out) {
  for (auto slash = address.find('/'); slash != std::string_view::npos; slash = address.find('/')) {
    address.remove_prefix(slash + 1);
    add_text(std::string{address.substr(0, address.find('/'))}, out);
  }
}

bool is_about(const league_event& x, const std::string& key) {
  return key.empty() || x.named.contains(key);
}

} // namespace

std::optional<league_event> event_of(const cluster::TailRecord& x, size_t max_facts) {
  Record record;
  if (!record.ParseFromString(x.record()) || record.event().empty())
    return std::nullopt;
  auto all = record_json(x.address(), record);
  auto facts = all.find("facts");
  if (facts == all.end())
    return std::nullopt;
  league_event out;
  out.message = all["message"].get<std::string>();
  add_keys(x.address(), out.named);
  for (auto& sent : record.outgoing())
    add_keys(sent.to(), out.named);
  add_texts(*facts, out.named);
  // Ids of commands and flows are their senders' own, and say how to get their answers.
  json data{{"address", x.address()},
            {"position", x.position()},
            {"message", out.message},
            {"handled_ms", record.handled_ms()}};
  auto text = facts->dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() <= max_facts)
    data["facts"] = std::move(*facts);
  else
    data["facts_left_out_bytes"] = text.size();
  out.data = data.dump(-1, ' ', false, json::error_handler_t::replace);
  return out;
}

bool event_filter::wants(const league_event& x) const {
  return is_about(x, league) && is_about(x, team) && (names.empty() || names.contains(x.message));
}

std::string event_text(const league_event& x, const std::string& id) {
  return "id: " + id + "\nevent: " + x.message + "\ndata: " + x.data + "\n\n";
}

} // namespace touchline::nodes
