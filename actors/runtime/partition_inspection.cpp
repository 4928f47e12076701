// How a partition answers what an operator asks and tells it.
#include "actors/runtime/local_messages.hpp"
#include "messages/address_pattern.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace touchline::actors {

entity_row partition_actor::row_of(const slot& x) const {
  constexpr std::array states{"running", "passivating", "waiting-for-commits", "backing-off"};
  return {x.address,
          states[static_cast<size_t>(x.state)],
          static_cast<uint32_t>(x.waiting.size()),
          x.handled,
          x.restarts,
          x.position,
          now_ms() - x.last_active_ms};
}

/// Before it is open the store may lack what an earlier life committed: it knows nobody yet.
caf::result<entity_rows> partition_actor::rows(const entity_rows_query& query) const {
  if (!open_)
    return caf::make_error(caf::sec::runtime_error, "the partition is not open yet");
  entity_rows out;
  if (!query.address.empty()) {
    if (auto at = slots_by_address_.find(query.address); at != slots_by_address_.end())
      out.rows.push_back(row_of(slots_.at(at->second)));
    return out;
  }
  std::vector<const slot*> found;
  for (auto& [id, x] : slots_)
    if (x.address > query.after && fits_pattern(query.pattern, x.address))
      found.push_back(&x);
  auto count = std::min(found.size(), query.limit);
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(count), {},
                            [](const slot* x) -> const std::string& { return x->address; });
  for (size_t i = 0; i < count; ++i)
    out.rows.push_back(row_of(*found[i]));
  return out;
}

census partition_actor::take_census() const {
  census out;
  for (auto& [id, x] : slots_)
    ++out.active[x.kind->name];
  out.up_ms = now_ms() - started_ms_;
  return out;
}

partition_actor::slot* partition_actor::find_slot(const std::string& address) {
  auto at = slots_by_address_.find(address);
  return at == slots_by_address_.end() ? nullptr : find_slot(at->second);
}

answer partition_actor::restart_entity_now(const std::string& address) {
  auto* x = find_slot(address);
  if (!x || !x->actor)
    return {{}, NOT_FOUND, address + " is not running: it comes into memory with its next message.",
            {}, 0,         false};
  // What it has sent before its end comes first.
  x->ended_by_operator = true;
  send_exit(x->actor, caf::exit_reason::kill);
  return {{}, OK, {}, {}, x->position, false};
}

answer partition_actor::passivate_now(const std::string& address) {
  auto* x = find_slot(address);
  if (!x)
    return {{}, NOT_FOUND, address + " is not in memory.", {}, 0, false};
  if (!passivate(*x))
    return {{}, UNAVAILABLE, address + " is busy; try again.", {}, 0, false};
  return {{}, OK, {}, {}, x->position, false};
}

uint64_t partition_actor::snapshot_entities() {
  uint64_t asked = 0;
  for (auto& [id, x] : slots_)
    if (x.state == slot_state::running && x.actor) {
      send(x.actor, snapshot_request{});
      ++asked;
    }
  return asked;
}

} // namespace touchline::actors
