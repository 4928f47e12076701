// A record of a league as everybody may see it, and who wants to.
#pragma once

#include "nodes/cluster/cluster.pb.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace touchline::nodes {

/// The facts of a live event, in bytes of JSON; larger ones are left out, as can be read at the
/// entity.
inline constexpr size_t max_fact_bytes = size_t{64} << 10;

/// One message that an entity handled.
struct league_event {
  /// In the catalogue: "result.create".
  std::string message;
  /// JSON on one line.
  std::string data;
  /// Every text that it names: keys of leagues and teams among others.
  std::set<std::string, std::less<>> named;
};

/// The event of a record; nothing for one that cannot be read, and for one without facts. Facts of
/// more than `max_facts` bytes are left out.
std::optional<league_event> event_of(const cluster::TailRecord& x,
                                     size_t max_facts = max_fact_bytes);

/// Which events a client wants; empty for all.
struct event_filter {
  std::string league;
  std::string team;
  /// Of messages.
  std::set<std::string, std::less<>> names;

  bool wants(const league_event& x) const;
};

/// The event as server-sent events have it (WHATWG HTML, 9.2), with the id that a client goes on
/// from.
std::string event_text(const league_event& x, const std::string& id);

} // namespace touchline::nodes
