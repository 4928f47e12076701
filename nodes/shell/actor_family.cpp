// actors, inspect, at, supervisors, metrics, tail, restart, passivate, log-level, snapshot.
#include "messages/record.pb.h"
#include "nodes/flow_text.hpp"
#include "nodes/operator_report.hpp"
#include "nodes/record_json.hpp"
#include "nodes/shell/command_families.hpp"
#include "nodes/shell/session.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>
#include <sstream>

namespace touchline::shell {

namespace {

using nlohmann::json;
using result = tl::expected<report, std::string>;

constexpr uint64_t usual_rows = 100;
/// Of one answer of the cluster.
constexpr uint64_t page_rows = 1'000;
constexpr uint64_t max_rows = 1'000'000;

/// What is missing in an answer, for people; empty when nothing is.
std::string missing_text(const auto& unreached) {
  std::string out;
  for (auto node : unreached)
    out += (out.empty() ? "Missing is what these nodes know, which do not answer: " : ", ")
           + std::to_string(node);
  return out.empty() ? out : out + ".\n";
}

std::string missing_partitions(const auto& partitions) {
  std::string out;
  for (auto x : partitions)
    out += (out.empty() ? "Missing is what these partitions have, which nobody leads: " : ", ")
           + std::to_string(x);
  return out.empty() ? out : out + ".\n";
}

std::string idle_text(const cluster::ActorRow& x) {
  return x.passive() ? "-" : std::to_string(x.idle_ms() / 1'000) + " s";
}

// -- actors ---------------------------------------------------------------------------------------

std::vector<std::string> row_of(const cluster::ActorRow& x) {
  return {x.address(),
          std::to_string(x.node()),
          std::to_string(x.partition()),
          x.state(),
          std::to_string(x.mailbox()),
          std::to_string(x.handled()),
          std::to_string(x.restarts()),
          std::to_string(x.position()),
          idle_text(x)};
}

result show_actors(session& with, const invocation& how) {
  cluster::ActorsQuery query;
  query.set_pattern(how.argument(0));
  query.set_after(how.value("--after"));
  query.set_active_only(how.has("--active"));
  auto limit = std::clamp<uint64_t>(how.number("--limit", usual_rows), 1, max_rows);
  report out{{{"actors", json::array()}},
             text_table{{{"Address", false, 12},
                         {"Node", true},
                         {"Partition", true},
                         {"State", false, 7},
                         {"Mailbox", true},
                         {"Handled", true},
                         {"Restarts", true},
                         {"Position", true},
                         {"Idle", true}},
                        {}}};
  std::set<uint32_t> unreached;
  std::set<uint32_t> missing;
  for (bool more = true; more && out.table->rows.size() < limit;) {
    query.set_limit(static_cast<uint32_t>(std::min(page_rows, limit - out.table->rows.size())));
    auto page = with.questions().actors(query);
    if (!page)
      return tl::unexpected{with.explain(page.error())};
    for (auto& x : page->value.actor()) {
      out.data["actors"].push_back(nodes::to_json(x));
      out.table->rows.push_back(row_of(x));
    }
    query.set_after(page->value.next());
    more = !page->value.at_end();
    unreached.insert(page->unreached.begin(), page->unreached.end());
    missing.insert(page->value.missing_partition().begin(), page->value.missing_partition().end());
    out.data["next"] = more ? json(page->value.next()) : json();
  }
  out.data["unreached"] = unreached;
  out.data["missing_partitions"] = missing;
  out.after = missing_text(unreached) + missing_partitions(missing);
  if (!out.data["next"].is_null())
    out.after += "There are more: --after " + query.after()
                 + " goes on, --limit N shows more at "
                   "once.\n";
  if (out.table->rows.empty())
    out.after += "No entity is called " + (how.argument(0).empty() ? "*" : how.argument(0))
                 + "; * stands for any text, as in team/*.\n";
  return out;
}

result show_inspection(session& with, const std::string& address, uint64_t position) {
  auto found = with.questions().inspect(address, position);
  if (!found)
    return tl::unexpected{with.explain(found.error())};
  const auto& x = found->value;
  auto state = json::parse(x.state(), nullptr, false);
  report out{{{"address", address},
              {"position", x.position()},
              {"node", x.actor().node()},
              {"partition", x.actor().partition()},
              {"passive", x.actor().passive()},
              {"state", state.is_discarded() ? json(x.state()) : state}}};
  constexpr int indent = 2;
  out.before = address + ", record " + std::to_string(x.position()) + ", partition "
               + std::to_string(x.actor().partition()) + ", on node "
               + std::to_string(x.actor().node()) + (x.actor().passive() ? ", not in memory" : "")
               + '\n' + (state.is_discarded() ? x.state() : state.dump(indent)) + '\n';
  return out;
}

result inspect(session& with, const invocation& how) {
  return show_inspection(with, how.argument(0), 0);
}

result inspect_at(session& with, const invocation& how) {
  if (how.number(1) == 0)
    return tl::unexpected{std::string{"Records are numbered from 1."}};
  return show_inspection(with, how.argument(0), how.number(1));
}

// -- supervisors and metrics ----------------------------------------------------------------------

/// The tree below one node, as people read it.
std::string tree_of(const cluster::NodeSupervisor& node) {
  std::ostringstream out;
  out << "node-" << node.node() << ", " << node.failures() << " failures\n";
  for (auto& x : node.partition()) {
    out << "  partition " << x.partition() << (x.running() ? "" : ", not running") << ", restarted "
        << x.restarts() << " times, its entities " << x.entity_restarts() << " times\n";
    for (auto& kind : x.kind())
      out << "    " << kind.active() << ' ' << kind.kind() << ", restarted " << kind.restarts()
          << " times\n";
  }
  for (auto& x : node.failure())
    out << "  " << nodes::time_text(x.time_ms()) << ' '
        << (x.address().empty() ? "partition " + std::to_string(x.partition()) : x.address())
        << ": " << x.text() << '\n';
  return out.str();
}

result show_supervisors(session& with, const invocation&) {
  auto found = with.questions().supervisors();
  if (!found)
    return tl::unexpected{with.explain(found.error())};
  report out{nodes::supervisors_json(*found)};
  for (auto& node : found->value.node())
    out.before += tree_of(node);
  out.after = missing_text(found->unreached);
  return out;
}

/// Whole numbers without a fraction.
std::string number_text(double value) {
  constexpr double exact = 9e15;
  if (std::floor(value) == value && std::abs(value) < exact)
    return std::to_string(static_cast<int64_t>(value));
  std::ostringstream out;
  out << value;
  return out.str();
}

result show_metrics(session& with, const invocation& how) {
  auto found = with.questions().metrics(how.argument(0));
  if (!found)
    return tl::unexpected{with.explain(found.error())};
  report out{
    {{"metrics", json::array()}, {"unreached", found->unreached}},
    text_table{{{"Name", false, 16}, {"Labels", false, 8}, {"Node", true}, {"Value", true}}, {}}};
  for (auto& x : found->value.metric()) {
    auto labels = json::object();
    std::string text;
    for (auto& label : x.label()) {
      labels[label.name()] = label.value();
      text += (text.empty() ? "" : ",") + label.name() + '=' + label.value();
    }
    out.data["metrics"].push_back(
      {{"name", x.name()}, {"labels", labels}, {"node", x.node()}, {"value", x.value()}});
    out.table->rows.push_back({x.name(), text, std::to_string(x.node()), number_text(x.value())});
  }
  out.after = missing_text(found->unreached);
  if (found->value.cut())
    out.after += "There are more than fit; give a pattern, as in metrics touchline*.\n";
  return out;
}

// -- tail -----------------------------------------------------------------------------------------

report tail_line(const cluster::TailRecord& x) {
  Record record;
  record.ParseFromString(x.record());
  auto data = nodes::record_json(x.address(), record);
  data["address"] = x.address();
  data["partition"] = x.partition();
  auto text = [&data](const char* name) { return cell_text(data[name]); };
  auto from = text("from");
  report out{data};
  out.before = nodes::time_text(record.handled_ms()) + "  " + text("node") + "  " + x.address()
               + " #" + std::to_string(x.position()) + "  " + text("message") + "  from "
               + (from.empty() ? "outside" : from) + "  flow " + text("correlation") + '\n';
  return out;
}

/// Says who is missing whenever that changes, and whom the shell is connected to.
class tail_gaps {
public:
  explicit tail_gaps(session& with) : with_{with} {}

  void note(const nodes::operator_answer<cluster::TailBatch>& batch) {
    if (auto news = with_.news())
      std::cerr << *news << std::endl;
    std::set<uint32_t> unreached{batch.unreached.begin(), batch.unreached.end()};
    std::set<uint32_t> missing{batch.value.missing_partition().begin(),
                               batch.value.missing_partition().end()};
    if (unreached == unreached_ && missing == missing_)
      return;
    auto text = missing_text(unreached) + missing_partitions(missing);
    if (text.empty())
      text = "Everybody answers again; what was committed meanwhile follows.\n";
    with_.show({{{"unreached", unreached}, {"missing_partitions", missing}}, {}, text});
    unreached_ = std::move(unreached);
    missing_ = std::move(missing);
  }

private:
  session& with_;
  std::set<uint32_t> unreached_;
  std::set<uint32_t> missing_;
};

/// Ends at Ctrl-C, or after --count records.
result tail(session& with, const invocation& how) {
  constexpr std::chrono::milliseconds moment{200};
  constexpr uint32_t at_once = 200;
  cluster::TailQuery query;
  query.set_pattern(how.argument(0));
  query.set_limit(at_once);
  auto most = how.number("--count", 0);
  uint64_t shown = 0;
  uint64_t dropped = 0;
  tail_gaps gaps{with};
  auto is_over = [&] { return with.stopped() || (most > 0 && shown >= most); };
  while (!is_over()) {
    auto batch = with.questions().tail(query);
    if (!batch && with.stopped())
      break;
    if (!batch)
      return tl::unexpected{with.explain(batch.error())};
    gaps.note(*batch);
    auto& x = batch->value;
    if (x.dropped() + x.lost_entries() > 0) {
      dropped += x.dropped();
      with.show(sentence("… " + std::to_string(x.dropped())
                           + " records came too fast and are left out"
                           + (x.lost_entries() > 0 ? ", and some whose log was cut already" : ""),
                         {{"dropped", x.dropped()}, {"lost_entries", x.lost_entries()}}));
    }
    for (auto& record : x.record()) {
      if (is_over())
        break;
      with.show(tail_line(record));
      ++shown;
    }
    *query.mutable_cursor() = x.cursor();
    if (static_cast<uint32_t>(x.record_size()) < at_once && !is_over())
      with.pause(moment);
  }
  return sentence(std::to_string(shown) + " records, " + std::to_string(dropped) + " left out.",
                  {{"shown", shown}, {"dropped", dropped}});
}

// -- acting ---------------------------------------------------------------------------------------

result told(session& with, const nodes::operator_result<nodes::done>& done, std::string text,
            json data) {
  if (!done)
    return tl::unexpected{with.explain(done.error())};
  return sentence(std::move(text), std::move(data));
}

result restart(session& with, const invocation& how) {
  const auto& address = how.argument(0);
  return told(with, with.questions().restart(address),
              address + " is ended; its supervisor starts it again from what is stored.",
              {{"address", address}});
}

result passivate(session& with, const invocation& how) {
  const auto& address = how.argument(0);
  return told(with, with.questions().passivate(address),
              address + " leaves memory; the next message brings it back.", {{"address", address}});
}

result set_log_level(session& with, const invocation& how) {
  auto level = how.argument(1) == "warn" ? "warning" : how.argument(1);
  if (std::ranges::find(log_levels, level) == log_levels.end())
    return tl::unexpected{std::string{"A log level is trace, debug, info, warning, error or off."}};
  return told(with, with.questions().set_log_level(how.node(0), level),
              "Node " + std::to_string(how.node(0)) + " logs " + level + " from now on.",
              {{"node", how.node(0)}, {"level", level}});
}

result snapshot(session& with, const invocation&) {
  auto begun = with.questions().snapshot();
  if (!begun)
    return tl::unexpected{with.explain(begun.error())};
  const auto& x = begun->value;
  auto out
    = sentence(std::to_string(x.entities()) + " entities write snapshots, and "
                 + std::to_string(x.logs()) + " logs are cut.",
               {{"entities", x.entities()}, {"logs", x.logs()}, {"unreached", begun->unreached}});
  out.after = missing_text(begun->unreached);
  return out;
}

std::string ask_restart(const invocation& how) {
  return "The actor of " + how.argument(0) + " is ended and started again. Go on?";
}

} // namespace

std::vector<command> actor_family() {
  const parameter address{"ADDRESS", word_kind::address};
  const parameter pattern{"PATTERN", word_kind::pattern, false};
  return {
    {"actors",
     {pattern},
     {{"--active", "", word_kind::text, "only those in memory"},
      {"--limit", "N", word_kind::number, "at most so many (100)"},
      {"--after", "ADDRESS", word_kind::address, "those behind this one"}},
     "The entities: where they are, and what they do",
     "A pattern has * for any text and ? for one byte. Mailbox: messages that wait. Handled: since "
     "it\n"
     "came into memory. Position: its last record. A passive one is not in memory.",
     "actors team/en/*",
     nullptr,
     show_actors},
    {"inspect",
     {address},
     {},
     "The state of an entity as JSON",
     "As of its last record. `at ADDRESS N` shows an earlier one, `history ADDRESS` the records.",
     "inspect team/en/arsenal-fc",
     nullptr,
     inspect},
    {"at",
     {address, {"N", word_kind::number}},
     {},
     "The state of an entity after record N",
     "Made from the records, so that the entity itself notices nothing.",
     "at team/en/arsenal-fc 12",
     nullptr,
     inspect_at},
    {"supervisors",
     {},
     {},
     "The tree of supervisors, restarts and their last causes",
     "",
     "supervisors",
     nullptr,
     show_supervisors},
    {"metrics",
     {{"PATTERN", word_kind::text, false}},
     {},
     "The metrics of every node",
     "",
     "metrics touchline*",
     nullptr,
     show_metrics},
    {"tail",
     {pattern},
     {{"--count", "N", word_kind::number, "end after so many records"}},
     "Records as they are committed, across the cluster, until Ctrl-C",
     "What comes faster than it can be shown is left out and counted.",
     "tail fixture-manager/*",
     nullptr,
     tail},
    {"restart",
     {address},
     {},
     "End an entity's actor; its supervisor starts it again",
     "It comes back from its snapshot and records; messages that wait for it are kept.",
     "restart team/en/arsenal-fc",
     ask_restart,
     restart},
    {"passivate",
     {address},
     {},
     "Let an entity leave memory",
     "",
     "passivate team/en/arsenal-fc",
     nullptr,
     passivate},
    {"log-level",
     {{"NODE", word_kind::node}, {"LEVEL", word_kind::log_level}},
     {},
     "Set what a node logs",
     "trace, debug, info, warning, error or off; until it is set again or the node begins anew.",
     "log-level 2 debug",
     nullptr,
     set_log_level},
    {"snapshot", {}, {}, "Write snapshots and cut the logs now", "", "snapshot", nullptr, snapshot},
  };
}

} // namespace touchline::shell
