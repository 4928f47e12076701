#include "nodes/event_export.hpp"

#include "messages/catalogue.hpp"
#include "messages/record.pb.h"
#include "messages/text.hpp"
#include "nodes/cluster/operator_questions.hpp"
#include "nodes/end_signals.hpp"
#include "nodes/league_access.hpp"
#include "nodes/league_event.hpp"
#include "nodes/stored_state.hpp"
#include "nodes/table_format.hpp"
#include "nodes/whole_file.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <limits>
#include <queue>
#include <tuple>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

/// Records that are read ahead, of all entities together, in bytes; and of one of them at least.
constexpr size_t ahead_bytes = size_t{32} << 20;
constexpr size_t min_ahead_bytes = size_t{4} << 10;

/// A record that is read ahead.
struct found_record {
  uint64_t position = 0;
  int64_t handled_ms = 0;
  /// Empty for one that is too large to be kept: it is read again.
  std::string bytes;
};

/// The records of one entity, up to the last one that it had in the beginning.
class entity_records {
public:
  entity_records(const storage::store& from, std::string address, uint64_t last)
    : from_{from},
      address_{std::move(address)},
      last_{last} {}

  const std::string& address() const noexcept { return address_; }
  bool at_end() const noexcept { return ahead_.empty(); }

  /// What orders the next record among all.
  std::tuple<int64_t, std::string_view, uint64_t> place() const {
    return {ahead_.front().handled_ms, address_, ahead_.front().position};
  }

  /// Reads on when nothing is there.
  tl::expected<void, std::string> read(size_t max_bytes) {
    if (!ahead_.empty() || next_ > last_)
      return {};
    bool readable = true;
    storage::read_limits limits;
    limits.max_bytes = max_bytes;
    auto progress
      = from_.read_stream(address_, next_, limits, [&](uint64_t position, std::string_view bytes) {
          Record record;
          readable = record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
          if (!readable || position > last_)
            return false;
          // What the clock of another node said does not put it before what it follows.
          handled_ms_ = std::max(handled_ms_, record.handled_ms());
          ahead_.push_back(
            {position, handled_ms_, bytes.size() > max_bytes ? std::string{} : std::string{bytes}});
          next_ = position + 1;
          return true;
        });
    if (!progress)
      return tl::unexpected{progress.error().text + '.'};
    if (!readable || ahead_.empty())
      return tl::unexpected{"Record " + std::to_string(next_) + " of " + address_
                            + " is unreadable."};
    return {};
  }

  tl::expected<cluster::TailRecord, std::string> take() {
    auto found = std::move(ahead_.front());
    ahead_.pop_front();
    cluster::TailRecord out;
    out.set_address(address_);
    out.set_position(found.position);
    if (found.bytes.empty()) {
      auto again = from_.read_record(address_, found.position);
      if (!again || !*again)
        return tl::unexpected{"Record " + std::to_string(found.position) + " of " + address_
                              + " cannot be read again."};
      found.bytes = std::move(**again);
    }
    out.set_record(std::move(found.bytes));
    return out;
  }

private:
  const storage::store& from_;
  std::string address_;
  uint64_t last_;
  uint64_t next_ = 1;
  int64_t handled_ms_ = std::numeric_limits<int64_t>::min();
  std::deque<found_record> ahead_;
};

/// The entities whose records everybody may read.
tl::expected<std::vector<entity_records>, std::string> find_entities(const storage::store& from) {
  auto all = addresses_with(from, "");
  if (!all)
    return tl::unexpected{all.error()};
  std::vector<entity_records> out;
  for (auto& address : *all) {
    if (!cluster::is_open_kind(kind_of(address)))
      continue;
    auto last = from.last_position(address);
    if (!last)
      return tl::unexpected{last.error().text + '.'};
    if (*last > 0)
      out.emplace_back(from, std::move(address), *last);
  }
  return out;
}

/// What is asked for, when it is there.
tl::expected<event_filter, std::string> find_filter(const export_request& what,
                                                    const std::vector<entity_records>& entities) {
  event_filter out;
  for (auto& name : what.messages) {
    const auto* info = catalogue_data::find(std::string_view{name});
    if (!info)
      return tl::unexpected{"There is no message " + excerpt(name)
                            + "; `touchline catalogue` has all of them."};
    out.names.insert(info->name);
  }
  auto is_there = [&entities](const std::string& kind, const std::string& key) {
    return std::ranges::any_of(entities, [&](const entity_records& x) {
      return x.address().starts_with(kind)
             && (x.address() + '/').find('/' + key + '/') != std::string::npos;
    });
  };
  if (!what.league.empty() && !is_there("", what.league))
    return tl::unexpected{"There is no league " + excerpt(what.league) + "."};
  if (!what.team.empty() && !is_there("team/", what.team))
    return tl::unexpected{"There is no team " + excerpt(what.team) + "."};
  out.league = what.league;
  out.team = what.team;
  return out;
}

constexpr const char* csv_headings_of_events = "handled_ms,message,address,position,facts\r\n";

std::string csv_line(const league_event& x) {
  auto data = nlohmann::json::parse(x.data);
  return data["handled_ms"].dump() + ',' + x.message + ','
         + csv_field(data["address"].get<std::string>()) + ',' + data["position"].dump() + ','
         + csv_field(data["facts"].dump()) + "\r\n";
}

/// Those with the earliest record first.
struct later {
  bool operator()(const entity_records* left, const entity_records* right) const {
    return left->place() > right->place();
  }
};

/// Writes the events in their order; how many there were.
tl::expected<uint64_t, std::string> write_events(std::vector<entity_records>& entities,
                                                 const event_filter& filter, bool csv,
                                                 whole_file& out, const end_signals& signals) {
  const auto share = std::max(min_ahead_bytes, ahead_bytes / std::max<size_t>(entities.size(), 1));
  std::priority_queue<entity_records*, std::vector<entity_records*>, later> waiting;
  for (auto& x : entities) {
    if (auto read = x.read(share); !read)
      return tl::unexpected{read.error()};
    waiting.push(&x);
  }
  if (auto written = out.write(csv ? csv_headings_of_events : ""); !written)
    return tl::unexpected{written.error()};
  uint64_t count = 0;
  while (!waiting.empty()) {
    auto& next = *waiting.top();
    waiting.pop();
    auto record = next.take();
    if (!record)
      return tl::unexpected{record.error()};
    auto event = event_of(*record, std::numeric_limits<size_t>::max());
    if (event && filter.wants(*event)) {
      ++count;
      if (auto written = out.write(csv ? csv_line(*event) : event->data + '\n'); !written)
        return tl::unexpected{written.error()};
    }
    if (signals.wait(0))
      return tl::unexpected{std::string{"The export was stopped."}};
    if (auto read = next.read(share); !read)
      return tl::unexpected{read.error()};
    if (!next.at_end())
      waiting.push(&next);
  }
  return count;
}

} // namespace

int export_events(const common_options& options, const export_request& what) {
  // So that a file that is not complete is removed.
  const end_signals signals;
  auto out = whole_file::create(what.file, what.force);
  if (!out)
    return fail(out.error());
  auto store = open_records(options);
  if (!store)
    return fail(store.error());
  auto entities = find_entities(**store);
  if (!entities)
    return fail(entities.error());
  auto filter = find_filter(what, *entities);
  if (!filter)
    return fail(filter.error());
  auto count = write_events(*entities, *filter, what.format == "csv", *out, signals);
  if (!count)
    return fail(count.error());
  if (auto finished = out->finish(); !finished)
    return fail(finished.error());
  if (what.file != "-")
    std::fprintf(stderr, "%llu events are in %s.\n", static_cast<unsigned long long>(*count),
                 what.file.c_str());
  return 0;
}

} // namespace touchline::nodes
