#include "nodes/consensus/core.hpp"
#include "nodes/consensus/membership_encoding.hpp"

#include <algorithm>
#include <iterator>

namespace touchline::consensus {

const server* membership::find(server_id id) const {
  auto found = std::ranges::find(servers, id, &server::id);
  return found == servers.end() ? nullptr : &*found;
}

size_t membership::voters() const {
  return static_cast<size_t>(std::ranges::count(servers, server_role::voter, &server::role));
}

stored_state newborn_group(std::vector<server> members) {
  std::ranges::sort(members, {}, &server::id);
  stored_state result;
  result.hard.term = 1;
  result.entries.push_back(
    {1, entry_type::change, std::make_shared<const std::string>(encode_membership(members))});
  return result;
}

namespace {

/// Removing entries that are still to be written is not writing them.
void merge_truncation(effects& into, uint64_t index) {
  auto kept = index <= into.first_index ? 0 : index - into.first_index;
  if (!into.append.empty() && kept >= into.append.size())
    return;
  into.append.resize(into.append.empty() ? 0 : kept);
  if (into.append.empty())
    into.truncate_from = into.truncate_from ? std::min(*into.truncate_from, index) : index;
}

} // namespace

void effects::merge(effects&& later) {
  if (later.hard)
    hard = later.hard;
  if (later.truncate_from)
    merge_truncation(*this, *later.truncate_from);
  if (append.empty()) {
    first_index = later.first_index;
    append = std::move(later.append);
  } else {
    std::ranges::move(later.append, std::back_inserter(append));
  }
  std::ranges::move(later.messages, std::back_inserter(messages));
  if (later.install) {
    truncate_from.reset();
    append.clear();
    install = std::move(later.install);
  }
  state_changed = state_changed || later.state_changed;
}

std::string_view to_string(propose_error error) {
  switch (error) {
    case propose_error::not_leader:
      return "This replica does not lead its group; ask the leader.";
    case propose_error::change_in_progress:
      return "The group is not ready for a change of membership yet; try again.";
    case propose_error::invalid:
      return "The wish makes no sense: nothing to do, an unknown server, no voter left, or more "
             "than "
             "one server changes.";
  }
  return "Unknown error.";
}

} // namespace touchline::consensus
