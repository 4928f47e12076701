#include "nodes/consensus/core.hpp"

#include "nodes/consensus/implementation.hpp"
#include "nodes/consensus/membership_encoding.hpp"

#include <algorithm>
#include <limits>

namespace touchline::consensus {

namespace {

/// Commands in one proposal.
constexpr size_t max_commands = max_entries_per_message;

/// What `state_changed` is about.
struct outlook {
  explicit outlook(const raft& library)
    : state{library.state},
      term{library.current_term},
      transferee{raft_transferee(&library)} {
    // nop
  }

  friend bool operator==(const outlook&, const outlook&) = default;

  unsigned short state;
  uint64_t term;
  server_id transferee;
};

/// Whether one server was added as a standby, promoted, or removed, and not the leader. A leader
/// that goes, or a voter that becomes a standby, may hold the only copy of the change that says so:
/// others then wait for its vote, and it cannot be elected.
bool is_one_step(const std::vector<server>& from, const std::vector<server>& to, server_id leader) {
  size_t steps = 0;
  for (auto& server : to) {
    auto before = std::ranges::find(from, server.id, &server::id);
    auto role_before = before == from.end() ? std::nullopt : std::optional{before->role};
    if (role_before == server.role)
      continue;
    bool joins = !role_before && server.role == server_role::standby;
    bool promoted = role_before == server_role::standby;
    if (!joins && !promoted)
      return false;
    ++steps;
  }
  for (auto& server : from)
    if (std::ranges::find(to, server.id, &server::id) == to.end()) {
      if (server.id == leader)
        return false;
      ++steps;
    }
  return steps == 1;
}

/// Why a replica cannot start from this; empty if it can.
std::string flaw_of(const stored_state& stored) {
  auto& entries = stored.entries;
  if (stored.hard.term == 0 && (stored.hard.vote != 0 || stored.snapshot || !entries.empty()))
    return "The stored term is missing.";
  if (stored.snapshot
      && (stored.snapshot->index == 0 || stored.snapshot->term == 0
          || !is_membership(stored.snapshot->members.servers)
          || stored.snapshot->members.index > stored.snapshot->index))
    return "The stored snapshot is none.";
  auto first_allowed = stored.snapshot ? stored.snapshot->index + 1 : 1;
  if (!entries.empty()
      && (stored.first_index == 0 || stored.first_index > first_allowed
          || (!stored.snapshot && entries.front().type != entry_type::change)))
    return "The stored log has a gap.";
  uint64_t term = 1;
  for (auto& entry : entries) {
    if (entry.term < term || entry.term > stored.hard.term)
      return "The terms of the stored log do not grow.";
    term = entry.term;
    if (entry.type == entry_type::change && (!entry.data || !decode_membership(*entry.data)))
      return "A stored change of membership cannot be read.";
  }
  return {};
}

/// A log that ends before the snapshot, or differs from it, is one that a crash left behind.
bool is_left_behind(const stored_state& stored) {
  if (!stored.snapshot || stored.entries.empty())
    return false;
  auto end = stored.first_index + stored.entries.size();
  if (end <= stored.snapshot->index)
    return true;
  return stored.first_index <= stored.snapshot->index
         && stored.entries[stored.snapshot->index - stored.first_index].term
              != stored.snapshot->term;
}

} // namespace

core::core(const core_options& options, entry_reader reader)
  : impl_{std::make_unique<implementation>(options, std::move(reader))} {
  // nop
}

core::~core() = default;

// -- events ---------------------------------------------------------------------------------------

effects core::start(stored_state stored, uint64_t now_ms) {
  effects out;
  auto& self = *impl_;
  self.advance(now_ms);
  if (self.started)
    return out;
  self.started = true;
  if (auto flaw = flaw_of(stored); !flaw.empty()) {
    self.fail(std::move(flaw));
    return out;
  }
  if (is_left_behind(stored)) {
    out.truncate_from = stored.first_index;
    stored.entries.clear();
  }
  if (stored.entries.empty())
    stored.first_index = stored.snapshot ? stored.snapshot->index + 1 : 1;
  self.hard = stored.hard;
  if (stored.snapshot) {
    self.snapshot = *stored.snapshot;
    self.members.reset(stored.snapshot->members);
  }
  self.log.reset(self.snapshot.index, self.snapshot.term, stored.first_index, stored.entries);
  for (size_t i = 0; i < stored.entries.size(); ++i)
    if (auto& entry = stored.entries[i];
        entry.type == entry_type::change && stored.first_index + i > self.members.newest().index)
      self.members.add({stored.first_index + i, *decode_membership(*entry.data)});
  self.committed_change = self.members.before_newest().index;
  self.reach_term_of(self.snapshot, out);
  // F5: the library would let a sole voter lead in the term that it crashed in.
  if (self.is_sole_voter()) {
    self.hard = {self.hard.term + 1, self.options.id};
    out.hard = self.hard;
  }
  self.step_start(stored.snapshot ? &*stored.snapshot : nullptr, stored.first_index, stored.entries,
                  out);
  self.settle(out);
  out.state_changed = true;
  return out;
}

effects core::receive(std::string_view bytes, uint64_t now_ms) {
  effects out;
  auto& self = *impl_;
  self.advance(now_ms);
  if (!self.usable())
    return out;
  auto incoming = decode(bytes);
  auto judgement = incoming ? filter(*incoming, self.facts(*incoming)) : verdict::malformed;
  if (judgement == verdict::malformed)
    ++self.malformed;
  if (judgement != verdict::pass)
    return out;
  outlook before{self.library};
  auto leader_before = self.leader();
  self.answers_stale_term = incoming->term < self.library.current_term;
  self.install_from = incoming->from;
  self.commit_change_before(*incoming, out);
  if (std::holds_alternative<vote_request>(incoming->body))
    self.step_vote_request(*incoming, out);
  else
    self.step_receive(*incoming, out);
  self.answers_stale_term = false;
  self.note_leader(*incoming);
  self.settle(out);
  out.state_changed = before != outlook{self.library} || leader_before != self.leader();
  return out;
}

effects core::tick(uint64_t now_ms) {
  effects out;
  auto& self = *impl_;
  self.advance(now_ms);
  if (!self.usable() || raft_timeout(&self.library) > self.now)
    return out;
  outlook before{self.library};
  if (!self.renew_term_of_sole_voter(out))
    self.step_timeout(out);
  self.settle(out);
  out.state_changed = before != outlook{self.library};
  return out;
}

effects core::entries_persisted(uint64_t index, uint64_t term, uint64_t now_ms, bool readable) {
  effects out;
  auto& self = *impl_;
  if (readable)
    entries_readable(index, term);
  self.advance(now_ms);
  if (!self.usable() || self.offer || !self.writes.completed(index, term)
      || index <= self.library.last_stored || index > self.log.last()
      || self.log.term_of(index) != term)
    return out;
  outlook before{self.library};
  raft_event event{};
  event.type = RAFT_PERSISTED_ENTRIES;
  event.persisted_entries.index = index;
  self.must(event, out);
  self.settle(out);
  out.state_changed = before != outlook{self.library};
  return out;
}

void core::entries_readable(uint64_t index, uint64_t term) {
  impl_->log.note_readable(index, term);
}

effects core::snapshot_installed(const snapshot_point& point, uint64_t now_ms) {
  effects out;
  auto& self = *impl_;
  self.advance(now_ms);
  if (!self.usable() || !self.offer)
    return out;
  auto offered = self.offer->point;
  if (point.index < offered.index || !is_membership(point.members.servers)) {
    self.fail("The state that was installed is not the one that was offered.");
    return out;
  }
  self.offer.reset();
  self.writes.clear();
  self.snapshot = point;
  self.members.reset(point.members);
  self.committed_change = std::max(self.committed_change, point.members.index);
  self.commit_index = std::max(self.commit_index, point.index);
  if (point.index == offered.index && point.term == offered.term) {
    self.step_installed(point, out);
  } else {
    self.reopen_at(point, out);
  }
  self.settle(out);
  out.state_changed = true;
  return out;
}

std::optional<snapshot_point> core::compact(uint64_t index, uint64_t trailing, uint64_t now_ms,
                                            effects& out) {
  auto& self = *impl_;
  self.advance(now_ms);
  if (!self.usable() || self.offer || index > self.commit_index || index > self.library.last_stored
      || index <= self.log.snapshot_index() || index > self.log.last())
    return std::nullopt;
  trailing = std::min<uint64_t>(trailing, std::numeric_limits<unsigned>::max());
  if (index <= trailing || index - trailing < self.log.first())
    return std::nullopt;
  snapshot_point point{index, self.log.term_of(index), self.members.at(index)};
  self.snapshot = point;
  self.log.compact(index, index - trailing + 1);
  self.members.compact(index);
  self.step_compacted(point, trailing, out);
  self.settle(out);
  if (!self.failure.empty())
    return std::nullopt;
  return point;
}

// -- wishes, of the leader ------------------------------------------------------------------------

tl::expected<effects, propose_error> core::propose(
  std::vector<std::shared_ptr<const std::string>> commands, uint64_t now_ms) {
  auto& self = *impl_;
  self.advance(now_ms);
  effects out;
  if (!self.may_submit())
    return tl::unexpected{propose_error::not_leader};
  if (commands.size() > max_commands || std::ranges::count(commands, nullptr) > 0)
    return tl::unexpected{propose_error::invalid};
  if (commands.empty())
    return out;
  std::vector<entry> entries;
  for (auto& command : commands)
    entries.push_back({self.library.current_term, entry_type::command, std::move(command)});
  if (self.step_submit(entries, out) != 0)
    return tl::unexpected{propose_error::not_leader};
  self.settle(out);
  return out;
}

tl::expected<effects, propose_error> core::change(std::vector<server> wanted, uint64_t now_ms) {
  auto& self = *impl_;
  self.advance(now_ms);
  effects out;
  if (!self.may_submit())
    return tl::unexpected{propose_error::not_leader};
  if (!self.own_term_committed() || self.library.configuration_uncommitted_index != 0
      || self.library.leader_state.promotee_id != 0)
    return tl::unexpected{propose_error::change_in_progress};
  std::ranges::sort(wanted, {}, &server::id);
  if (!is_membership(wanted) || !is_one_step(members().servers, wanted, id()))
    return tl::unexpected{propose_error::invalid};
  auto data = std::make_shared<const std::string>(encode_membership(wanted));
  outlook before{self.library};
  if (self.step_submit({{self.library.current_term, entry_type::change, std::move(data)}}, out)
      != 0)
    return tl::unexpected{propose_error::change_in_progress};
  self.settle(out);
  out.state_changed = before != outlook{self.library};
  return out;
}

effects core::catch_up(server_id id, uint64_t now_ms) {
  auto& self = *impl_;
  self.advance(now_ms);
  effects out;
  auto* member = members().find(id);
  if (!self.may_submit() || member == nullptr || member->role != server_role::standby
      || id == self.options.id || self.library.leader_state.promotee_id != 0
      || catch_up_of(id) == catch_up_state::running)
    return out;
  raft_event event{};
  event.type = RAFT_CATCH_UP;
  event.catch_up.server_id = id;
  self.must(event, out);
  // The library looks only when the standby acknowledges something new.
  if (self.usable() && match_index(id) == last_index())
    self.append_barrier(out);
  self.settle(out);
  return out;
}

catch_up_state core::catch_up_of(server_id id) const {
  int status = RAFT_CATCH_UP_NONE;
  if (!impl_->usable() || raft_catch_up(&impl_->library, id, &status) != 0)
    return catch_up_state::none;
  switch (status) {
    case RAFT_CATCH_UP_RUNNING:
      return catch_up_state::running;
    case RAFT_CATCH_UP_ABORTED:
      return catch_up_state::aborted;
    case RAFT_CATCH_UP_FINISHED:
      return catch_up_state::finished;
    default:
      return catch_up_state::none;
  }
}

tl::expected<effects, propose_error> core::transfer(server_id to, uint64_t now_ms) {
  auto& self = *impl_;
  self.advance(now_ms);
  effects out;
  if (!self.may_submit())
    return tl::unexpected{propose_error::not_leader};
  raft_event event{};
  event.type = RAFT_TRANSFER;
  event.transfer.server_id = to;
  if (self.step(event, out) != 0)
    return tl::unexpected{propose_error::invalid};
  self.settle(out);
  out.state_changed = true;
  return out;
}

effects core::stand_for_election(uint64_t now_ms) {
  auto& self = *impl_;
  self.advance(now_ms);
  effects out;
  if (!self.usable() || self.leader() == 0)
    return out;
  outlook before{self.library};
  self.successor_of = {self.leader(), self.library.current_term};
  self.settle(out);
  out.state_changed = before != outlook{self.library};
  return out;
}

// -- facts ----------------------------------------------------------------------------------------

member_role core::role() const {
  return impl_->role();
}

uint64_t core::term() const {
  return impl_->library.current_term;
}

server_id core::leader() const {
  return impl_->leader();
}

server_id core::id() const {
  return impl_->options.id;
}

uint64_t core::readable_index() const {
  return impl_->log.readable();
}

uint64_t core::commit_index() const {
  return impl_->commit_index;
}

uint64_t core::first_index() const {
  return impl_->log.first();
}

uint64_t core::last_index() const {
  return impl_->log.last();
}

uint64_t core::term_of(uint64_t index) const {
  return index == 0 ? 0 : impl_->log.term_of(index);
}

const membership& core::members() const {
  return impl_->members.newest();
}

const membership& core::committed_members() const {
  return impl_->committed_members();
}

uint64_t core::match_index(server_id id) const {
  raft_index result = 0;
  return raft_match_index(&impl_->library, id, &result) == 0 ? result : 0;
}

bool core::installing() const {
  return impl_->offer.has_value();
}

uint64_t core::next_timeout_ms() const {
  if (!impl_->usable())
    return std::numeric_limits<uint64_t>::max();
  return std::max<uint64_t>(raft_timeout(&impl_->library), impl_->now + 1);
}

std::vector<entry> core::entries(uint64_t first, uint64_t last, size_t max_bytes) const {
  return impl_->log.read(first, last, max_bytes);
}

uint64_t core::malformed() const {
  return impl_->malformed;
}

const std::string& core::failure() const {
  return impl_->failure;
}

} // namespace touchline::consensus
