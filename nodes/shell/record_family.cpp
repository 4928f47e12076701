// history, flows, flow, dead-letters.
#include "actors/runtime/clock.hpp"
#include "nodes/flow_json.hpp"
#include "nodes/record_json.hpp"
#include "nodes/shell/command_families.hpp"
#include "nodes/shell/flow_drawing.hpp"
#include "nodes/shell/session.hpp"

#include <algorithm>
#include <limits>

namespace touchline::shell {

namespace {

using nlohmann::json;
using result = tl::expected<report, std::string>;

/// Records and flows that a command shows when nothing else is said, and at most.
constexpr uint64_t usual_rows = 100;
constexpr uint64_t max_rows = 100'000;

// -- history --------------------------------------------------------------------------------------

std::vector<std::string> history_row(const json& x) {
  std::string sent;
  if (x.contains("sent"))
    for (auto& message : x["sent"])
      sent += (sent.empty() ? "" : ", ") + cell_text(message["message"]) + " to "
              + cell_text(message["to"]);
  auto from = cell_text(x["from"]);
  return {x["position"].dump(),
          nodes::time_text(x["handled_ms"].get<int64_t>()),
          cell_text(x["node"]),
          cell_text(x["message"]) + (x.contains("dead_letter") ? " (dead letter)" : ""),
          from.empty() ? "outside" : from,
          cell_text(x["correlation"]),
          std::to_string(x["events"].get<int>()),
          sent};
}

text_table history_table() {
  return {{{"Position", true},
           {"Handled (UTC)", false, 12},
           {"Node"},
           {"Message", false, 12},
           {"From", false, 10},
           {"Flow", false, 10},
           {"Events", true},
           {"Sent", false, 10}},
          {}};
}

/// The audit is read by people who look for who did what.
constexpr std::string_view audit_kind = "audit/";

text_table audit_table() {
  return {{{"Position", true},
           {"When (UTC)", false, 12},
           {"Who", false, 8},
           {"Role"},
           {"From", false, 10},
           {"What", false, 12},
           {"Result", false, 8}},
          {}};
}

std::vector<std::string> audit_row(const json& x) {
  auto acted
    = x.contains("facts") ? x["facts"].front().value("acted", json::object()) : json::object();
  return {x["position"].dump(),
          nodes::time_text(x["handled_ms"].get<int64_t>()),
          acted.value("who", "nobody in particular"),
          acted.value("role", ""),
          acted.value("from", ""),
          acted.value("what", cell_text(x["message"])),
          acted.value("result", "")};
}

result show_history(session& with, const invocation& how) {
  const auto& address = how.argument(0);
  auto last = with.store().last_position(address);
  if (!last)
    return tl::unexpected{with.explain(last.error())};
  if (*last == 0)
    return tl::unexpected{"There is no entity " + address + "; `actors " + address
                          + "*` lists those that are."};
  auto limit = std::clamp<uint64_t>(how.number("--limit", usual_rows), 1, max_rows);
  auto to = std::min(how.number("--to", *last), *last);
  // Without a beginning the newest records are shown.
  auto from = std::max<uint64_t>(how.number("--from", to >= limit ? to - limit + 1 : 1), 1);
  auto is_audit = address.starts_with(audit_kind);
  report out{json::array(), is_audit ? audit_table() : history_table()};
  for (auto next = from; next <= to && out.data.size() < limit;) {
    auto progress
      = with.store().read_stream(address, next, {}, [&](uint64_t position, std::string_view bytes) {
          Record record;
          if (position > to || out.data.size() >= limit)
            return false;
          if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            out.data.push_back(nodes::record_json(address, record));
            const auto& line = out.data.back();
            out.table->rows.push_back(is_audit ? audit_row(line) : history_row(line));
          }
          next = position + 1;
          return true;
        });
    if (!progress)
      return tl::unexpected{with.explain(progress.error())};
    if (progress->at_end)
      break;
    next = progress->next_position;
  }
  auto shown_to = from + out.data.size();
  if (from > 1 || shown_to <= *last)
    out.after = "Records " + std::to_string(from) + " to " + std::to_string(shown_to - 1) + " of "
                + std::to_string(*last) + "; --from N, --to N and --limit N show others.\n";
  return out;
}

// -- flows ----------------------------------------------------------------------------------------

std::string waits_for(const nodes::flow_summary& x) {
  std::string out;
  for (auto& step : x.open)
    out += (out.empty() ? "" : ", ") + step.message + " to " + step.to
           + (step.dead_letter.empty() ? "" : " (dead letter)");
  for (auto& step : x.lost)
    out += (out.empty() ? "" : ", ") + std::string{"lost "} + step.message + " to " + step.to;
  return out;
}

std::string counts_text(const nodes::flow_counts& counts) {
  uint64_t completed = 0;
  uint64_t running = 0;
  uint64_t overdue = 0;
  uint64_t lost = 0;
  for (auto& [name, x] : counts) {
    completed += x.by_state[0];
    running += x.by_state[1];
    overdue += x.by_state[2];
    lost += x.lost;
  }
  return std::to_string(completed) + " completed, " + std::to_string(running) + " running, "
         + std::to_string(overdue) + " overdue, " + std::to_string(lost)
         + " lost a step; `flow ID` draws one.\n";
}

result show_flows(session& with, const invocation& how) {
  auto flows = nodes::read_flows(with.store());
  if (!flows)
    return tl::unexpected{with.explain(flows.error())};
  auto now_ms = actors::system_clock().now_ms();
  auto state = how.value("--state");
  if (how.has("--overdue"))
    state = "overdue";
  if (!state.empty() && state != "completed" && state != "running" && state != "overdue"
      && state != "lost")
    return tl::unexpected{
      std::string{"A flow is completed, running or overdue, or it lost a step (lost)."}};
  auto counts = nodes::count_flows(*flows, now_ms);
  auto limit = std::clamp<uint64_t>(how.number("--limit", usual_rows), 1, max_rows);
  auto listed = nodes::choose_flows(*flows, state, limit, now_ms);
  report out{nodes::flows_json(counts, listed, now_ms), text_table{{{"State"},
                                                                    {"Began (UTC)", false, 12},
                                                                    {"Flow", false, 10},
                                                                    {"Id"},
                                                                    {"Waits for", false, 12}},
                                                                   {}}};
  std::vector<std::string> ids;
  for (const auto* x : listed) {
    ids.push_back(x->id);
    out.table->rows.push_back({std::string{name_of(x->state_at(now_ms))},
                               nodes::time_text(x->began_ms), nodes::flow_name(x->message), x->id,
                               waits_for(*x)});
  }
  with.remember(word_kind::flow, std::move(ids));
  out.after = counts_text(counts);
  return out;
}

result show_flow(session& with, const invocation& how) {
  const auto& id = how.argument(0);
  auto story = nodes::read_flow(with.store(), id);
  if (!story)
    return tl::unexpected{with.explain(story.error())};
  if (story->steps.empty())
    return tl::unexpected{"There is no flow \"" + id
                          + "\"; `flows` lists those that wait, `flows "
                            "--state completed` the others."};
  auto now_ms = actors::system_clock().now_ms();
  report out{nodes::flow_json(*story, now_ms)};
  out.before = draw_flow(*story, now_ms, with.options().style);
  return out;
}

// -- dead letters ---------------------------------------------------------------------------------

tl::expected<DeadLetter, std::string> find_letter(session& with, const std::string& id) {
  auto bytes = with.store().read_dead_letter(id);
  if (!bytes)
    return tl::unexpected{with.explain(bytes.error())};
  DeadLetter letter;
  if (!*bytes)
    return tl::unexpected{"There is no dead letter \"" + id + "\"; `dead-letters` lists them."};
  if (!letter.ParseFromString(**bytes))
    return tl::unexpected{"The dead letter " + id + " is unreadable."};
  return letter;
}

result list_letters(session& with, const invocation& how) {
  constexpr size_t page = 64;
  auto limit = std::clamp<uint64_t>(how.number("--limit", usual_rows), 1, max_rows);
  report out{json::array(), text_table{{{"Id"},
                                        {"Message"},
                                        {"From", false, 10},
                                        {"Flow", false, 8},
                                        {"Attempts", true},
                                        {"Error", false, 16}},
                                       {}}};
  std::vector<std::string> ids;
  for (bool more = true; more && ids.size() < limit;) {
    auto letters = with.store().dead_letters(ids.empty() ? std::string{} : ids.back(), page);
    if (!letters)
      return tl::unexpected{with.explain(letters.error())};
    more = letters->size() == page;
    for (auto& x : *letters) {
      DeadLetter letter;
      if (ids.size() == limit)
        break;
      if (!letter.ParseFromString(x.bytes))
        return tl::unexpected{"The dead letter " + x.id + " is unreadable."};
      auto data = nodes::dead_letter_json(letter);
      auto from = cell_text(data["from"]);
      out.table->rows.push_back({x.id, cell_text(data["message"]), from.empty() ? "outside" : from,
                                 cell_text(data["flow"]), data["attempts"].dump(),
                                 cell_text(data["error"])});
      out.data.push_back(std::move(data));
      ids.push_back(x.id);
    }
  }
  if (ids.empty())
    out.after = "No message was set aside.\n";
  else
    out.after = "`dead-letters show ID` prints one, `dead-letters retry ID` sends it again.\n";
  return out;
}

result show_letter(session& with, const invocation& how) {
  auto letter = find_letter(with, how.argument(0));
  if (!letter)
    return tl::unexpected{letter.error()};
  report out{nodes::dead_letter_details(*letter)};
  constexpr int indent = 2;
  out.before = out.data.dump(indent) + '\n';
  return out;
}

result retry_letter(session& with, const invocation& how) {
  auto letter = find_letter(with, how.argument(0));
  if (!letter)
    return tl::unexpected{letter.error()};
  auto reply = with.retry(*letter);
  with.questions().note("dead-letters retry " + how.argument(0),
                        reply.ok() ? "handled" : reply.text);
  if (!reply.ok())
    return tl::unexpected{with.explain({reply.code, reply.text})};
  return sentence("The message is handled; the dead letter is gone.",
                  {{"id", how.argument(0)}, {"handled", true}});
}

result drop_letter(session& with, const invocation& how) {
  if (auto letter = find_letter(with, how.argument(0)); !letter)
    return tl::unexpected{letter.error()};
  auto done = with.questions().drop_dead_letter(how.argument(0));
  if (!done)
    return tl::unexpected{with.explain(done.error())};
  return sentence("The dead letter is dropped; its flow has lost a step.",
                  {{"id", how.argument(0)}, {"dropped", true}});
}

std::string ask_drop(const invocation& how) {
  return "The message in " + how.argument(0) + " is lost for good. Go on?";
}

} // namespace

std::vector<command> record_family() {
  const option limit{"--limit", "N", word_kind::number, "at most so many"};
  const parameter letter{"ID", word_kind::dead_letter};
  return {
    {"history",
     {{"ADDRESS", word_kind::address}},
     {{"--from", "N", word_kind::number, "from this record on"},
      {"--to", "N", word_kind::number, "up to this record"},
      limit},
     "The records of an entity: who caused what, when, in which flow",
     "The newest 100 unless told otherwise. `at ADDRESS N` shows the state after record N, `flow "
     "ID`\n"
     "what else belongs to the same flow.",
     "history team/en/arsenal-fc --from 10 --to 20",
     nullptr,
     show_history},
    {"flows",
     {},
     {{"--overdue", "", word_kind::text, "only those beyond their deadline"},
      {"--state", "STATE", word_kind::text, "completed, running, overdue or lost"},
      limit},
     "Flows that run, wait, or lost a step, and what they wait for",
     "A flow is everything that follows from one command. It is overdue when a message of it "
     "waits\n"
     "beyond its deadline. To find out why one is stuck: `flow ID` draws it and says what it "
     "waits\n"
     "for; if that is a dead letter, `dead-letters show ID` has the error; if it is an entity,\n"
     "`inspect ADDRESS` and `partitions` show whether it can work.",
     "flows --overdue",
     nullptr,
     show_flows},
    {"flow",
     {{"ID", word_kind::flow}},
     {},
     "One flow, drawn as a sequence between actors and nodes",
     "Each line is a message: when it was handled and on which node, an arrow from its sender to "
     "its\n"
     "receiver. An arrow that ends in ? is a message that still waits, one that ends in x was set\n"
     "aside as a dead letter.",
     "flow t2",
     nullptr,
     show_flow},
    {"dead-letters",
     {},
     {limit},
     "Messages that were set aside because they could not be handled",
     "A handler that fails three times in a row, or a refusal between entities, makes one. Repair "
     "the\n"
     "cause, then `dead-letters retry ID`; what makes no sense any more, `dead-letters drop ID`.",
     "dead-letters",
     nullptr,
     list_letters},
    {"dead-letters show",
     {letter},
     {},
     "One of them, with the message itself",
     "",
     "dead-letters show team/en/arsenal-fc@7",
     nullptr,
     show_letter},
    {"dead-letters retry",
     {letter},
     {},
     "Send it to its receiver again",
     "It is dropped when it is handled, and stays when it fails again.",
     "dead-letters retry team/en/arsenal-fc@7",
     nullptr,
     retry_letter},
    {"dead-letters drop",
     {letter},
     {},
     "Forget it for good",
     "Its flow has lost a step then, and `flows --state lost` says so.",
     "dead-letters drop team/en/arsenal-fc@7",
     ask_drop,
     drop_letter},
  };
}

} // namespace touchline::shell
