#include "nodes/consensus/implementation.hpp"

#include "nodes/consensus/membership_encoding.hpp"

#include <algorithm>
#include <cstring>

namespace touchline::consensus {

namespace {

/// Data of a barrier, C-Raft's and ours.
const auto zeros = std::make_shared<const std::string>(8, '\0');

/// A configuration that the library takes over. Nothing but memory can be missing here.
raft_configuration to_library(const std::vector<server>& servers) {
  raft_configuration result;
  raft_configuration_init(&result);
  for (auto& server : servers)
    if (raft_configuration_add(&result, server.id, std::to_string(server.id).c_str(),
                               static_cast<int>(server.role))
        != 0)
      throw std::bad_alloc{};
  return result;
}

raft_snapshot_metadata to_library(const snapshot_point& point) {
  return {point.index, point.term, to_library(point.members.servers), point.members.index};
}

/// Entries for the library, in one batch that it may free. It looks into changes only; the data of
/// the others stays where it is.
struct library_entries {
  explicit library_entries(const std::vector<entry>& entries) {
    size_t size = 1;
    for (auto& entry : entries)
      if (entry.type == entry_type::change)
        size += entry.data->size();
    batch = static_cast<char*>(raft_malloc(size));
    if (batch == nullptr)
      throw std::bad_alloc{};
    auto* next = batch;
    for (auto& entry : entries) {
      size_t length = entry.type == entry_type::change ? entry.data->size() : 0;
      if (length > 0)
        std::memcpy(next, entry.data->data(), length);
      all.push_back({entry.term, static_cast<raft_entry_type>(entry.type), {next, length}, batch});
      next += length;
    }
  }

  char* batch = nullptr;
  std::vector<raft_entry> all;
};

} // namespace

// -- life -----------------------------------------------------------------------------------------

core::implementation::implementation(const core_options& chosen, entry_reader entries_of_disk)
  : options{chosen},
    address{std::to_string(chosen.id)},
    log{std::move(entries_of_disk)} {
  options.max_inflight_entries
    = std::clamp<uint32_t>(options.max_inflight_entries, 1, max_entries_per_message);
  open();
}

core::implementation::~implementation() {
  close();
}

void core::implementation::open() {
  library = {};
  if (raft_init(&library, nullptr, nullptr, options.id, address.c_str()) != 0)
    throw std::bad_alloc{};
  // The library's own tracer formats every line, into one buffer of all threads.
  library.tracer = nullptr;
  raft_seed(&library, options.seed);
  raft_set_election_timeout(&library, options.election_timeout_ms);
  raft_set_heartbeat_timeout(&library, options.heartbeat_ms);
  raft_set_install_snapshot_timeout(&library, options.install_timeout_ms);
  raft_set_pre_vote(&library, true);
  raft_set_max_inflight_entries(&library, options.max_inflight_entries);
}

void core::implementation::close() {
  raft_close(&library, nullptr);
}

void core::implementation::reopen_at(const snapshot_point& point, effects& out) {
  close();
  open();
  snapshot = point;
  leader_term = 0;
  reach_term_of(point, out);
  log.reset(point.index, point.term, point.index + 1, {});
  step_start(&point, point.index + 1, {}, out);
}

void core::implementation::reach_term_of(const snapshot_point& point, effects& out) {
  if (point.term <= hard.term)
    return;
  hard = {point.term, 0};
  out.hard = hard;
}

void core::implementation::advance(uint64_t now_ms) {
  now = std::max(now, now_ms);
}

void core::implementation::fail(std::string reason) {
  if (failure.empty())
    failure = std::move(reason);
}

// -- questions ------------------------------------------------------------------------------------

member_role core::implementation::role() const {
  switch (library.state) {
    case RAFT_LEADER:
      return member_role::leader;
    case RAFT_CANDIDATE:
      return member_role::candidate;
    default:
      return member_role::follower;
  }
}

uint64_t core::implementation::library_leader() const {
  return library.state == RAFT_FOLLOWER ? library.follower_state.current_leader.id : 0;
}

server_id core::implementation::leader() const {
  if (library.state == RAFT_LEADER)
    return options.id;
  return leader_term == library.current_term ? library_leader() : 0;
}

bool core::implementation::is_voter() const {
  auto* self = members.newest().find(options.id);
  return self != nullptr && self->role == server_role::voter;
}

bool core::implementation::is_sole_voter() const {
  return is_voter() && members.newest().voters() == 1;
}

bool core::implementation::may_submit() const {
  return usable() && library.state == RAFT_LEADER && raft_transferee(&library) == 0;
}

bool core::implementation::own_term_committed() const {
  return commit_index != 0 && log.term_of(commit_index) == library.current_term;
}

const membership& core::implementation::committed_members() const {
  return members.at(std::max(commit_index, committed_change));
}

// -- steps ----------------------------------------------------------------------------------------

int core::implementation::step(raft_event& event, effects& out, const std::vector<entry>* entries,
                               uint64_t first_index) {
  event.time = now;
  event.capacity = 0;
  raft_update update{};
  auto result = raft_step(&library, &event, &update);
  if (result == 0)
    collect(update, out, entries, first_index);
  return result;
}

void core::implementation::must(raft_event& event, effects& out, const std::vector<entry>* entries,
                                uint64_t first_index) {
  if (auto result = step(event, out, entries, first_index); result != 0)
    fail(std::string{"The consensus library stopped this replica: "} + raft_strerror(result) + '.');
}

void core::implementation::step_start(const snapshot_point* point, uint64_t first,
                                      const std::vector<entry>& entries, effects& out) {
  raft_event event{};
  event.type = RAFT_START;
  event.start.term = hard.term;
  event.start.voted_for = hard.vote;
  event.start.start_index = first;
  raft_snapshot_metadata metadata{};
  if (point != nullptr) {
    metadata = to_library(*point);
    event.start.metadata = &metadata;
  }
  // Unlike everywhere else, the library frees both the array and the batch when it fails.
  void* batch = nullptr;
  if (!entries.empty()) {
    library_entries converted{entries};
    batch = converted.batch;
    auto size = entries.size() * sizeof(raft_entry);
    event.start.entries = static_cast<raft_entry*>(raft_malloc(size));
    if (event.start.entries == nullptr)
      throw std::bad_alloc{};
    std::memcpy(event.start.entries, converted.all.data(), size);
    event.start.n_entries = static_cast<unsigned>(entries.size());
  }
  must(event, out);
  if (failure.empty()) {
    raft_free(batch);
    raft_free(event.start.entries);
  }
}

void core::implementation::step_receive(message& incoming, effects& out) {
  raft_event event{};
  event.type = RAFT_RECEIVE;
  raft_message converted{};
  auto sender = std::to_string(incoming.from);
  converted.server_id = incoming.from;
  converted.server_address = sender.c_str();
  event.receive.message = &converted;
  if (auto* append = std::get_if<append_entries>(&incoming.body)) {
    converted.type = RAFT_APPEND_ENTRIES;
    std::optional<library_entries> all;
    if (!append->entries.empty())
      all.emplace(append->entries);
    converted.append_entries = {incoming.version,
                                incoming.term,
                                append->prev_index,
                                append->prev_term,
                                append->leader_commit,
                                all ? all->all.data() : nullptr,
                                static_cast<unsigned>(append->entries.size())};
    return must(event, out, &append->entries, append->prev_index + 1);
  }
  if (auto* result = std::get_if<append_result>(&incoming.body)) {
    converted.type = RAFT_APPEND_ENTRIES_RESULT;
    converted.append_entries_result = {incoming.version,   incoming.term,    result->rejected,
                                       result->last_index, result->features, result->capacity};
  } else if (auto* request = std::get_if<vote_request>(&incoming.body)) {
    converted.type = RAFT_REQUEST_VOTE;
    converted.request_vote
      = {incoming.version,   incoming.term,           incoming.from,    request->last_index,
         request->last_term, request->disrupt_leader, request->pre_vote};
  } else if (auto* vote = std::get_if<vote_result>(&incoming.body)) {
    converted.type = RAFT_REQUEST_VOTE_RESULT;
    converted.request_vote_result = {incoming.version, incoming.term,  vote->granted,
                                     vote->pre_vote,   vote->features, vote->capacity};
  } else if (auto* install = std::get_if<install_snapshot>(&incoming.body)) {
    converted.type = RAFT_INSTALL_SNAPSHOT;
    auto& point = install->point;
    converted.install_snapshot = {incoming.version,
                                  incoming.term,
                                  point.index,
                                  point.term,
                                  to_library(point.members.servers),
                                  point.members.index,
                                  {nullptr, 0}};
  } else if (auto* now_or_never = std::get_if<timeout_now>(&incoming.body)) {
    converted.type = RAFT_TIMEOUT_NOW;
    converted.timeout_now
      = {incoming.version, incoming.term, now_or_never->last_index, now_or_never->last_term};
  }
  must(event, out);
}

void core::implementation::step_timeout(effects& out) {
  raft_event event{};
  // F10: the library would go on with new terms, and disrupt leaders, until it wins.
  if (library.state == RAFT_CANDIDATE) {
    library.candidate_state.in_pre_vote = true;
    library.candidate_state.disrupt_leader = false;
  }
  event.type = RAFT_TIMEOUT;
  must(event, out);
}

int core::implementation::step_submit(const std::vector<entry>& entries, effects& out) {
  library_entries converted{entries};
  raft_event event{};
  event.type = RAFT_SUBMIT;
  event.submit.entries = converted.all.data();
  event.submit.n = static_cast<unsigned>(converted.all.size());
  auto result = step(event, out, &entries, log.last() + 1);
  if (result != 0)
    raft_free(converted.batch);
  return result;
}

void core::implementation::step_configuration(uint64_t index, effects& out) {
  auto& change = members.at(index);
  if (change.index != index)
    return fail("The consensus library names a change of membership that is not in the log.");
  committed_change = std::max(committed_change, index);
  raft_event event{};
  event.type = RAFT_CONFIGURATION;
  event.configuration.index = index;
  event.configuration.conf = to_library(change.servers);
  must(event, out);
}

void core::implementation::step_compacted(const snapshot_point& point, uint64_t trailing,
                                          effects& out) {
  raft_event event{};
  event.type = RAFT_SNAPSHOT;
  event.snapshot.metadata = to_library(point);
  event.snapshot.trailing = static_cast<unsigned>(trailing);
  must(event, out);
}

void core::implementation::step_installed(const snapshot_point& point, effects& out) {
  raft_event event{};
  event.type = RAFT_PERSISTED_SNAPSHOT;
  event.persisted_snapshot.metadata = to_library(point);
  event.persisted_snapshot.last = true;
  must(event, out);
}

// -- what an event is followed by -----------------------------------------------------------------

void core::implementation::settle(effects& out) {
  if (!failure.empty())
    return;
  commit_index = std::max<uint64_t>(commit_index, library.commit_index);
  apply_committed_change(out);
  begin_term_with_barrier(out);
  stand_if_waiting(out);
  commit_index = std::max<uint64_t>(commit_index, library.commit_index);
  apply_committed_change(out);
  log.evict(library.last_stored, options.max_cached_bytes);
}

void core::implementation::apply_committed_change(effects& out) {
  auto pending = library.configuration_uncommitted_index;
  // The first entry is the same everywhere, hence committed.
  if (usable() && !offer && pending != 0 && (pending <= commit_index || pending == 1))
    step_configuration(pending, out);
}

/// The library does so itself, but only if entries of older terms are not committed.
void core::implementation::begin_term_with_barrier(effects& out) {
  if (!may_submit() || log.term_of(log.last()) == library.current_term)
    return;
  append_barrier(out);
}

void core::implementation::append_barrier(effects& out) {
  if (auto result = step_submit({{library.current_term, entry_type::barrier, zeros}}, out);
      result != 0)
    fail(std::string{"A leader could not append a barrier: "} + raft_strerror(result) + '.');
}

void core::implementation::stand_if_waiting(effects& out) {
  if (!successor_of || !usable())
    return;
  auto [dead, term] = *successor_of;
  if (library.state != RAFT_FOLLOWER || library.current_term != term || library_leader() != dead
      || offer || !is_voter() || is_sole_voter()) {
    successor_of.reset();
    return;
  }
  if (library.last_stored < log.last())
    return;
  successor_of.reset();
  // As if the leader had handed over: voters then do not ask whether they still believe in it.
  message handover{options.id, dead, term, 0, timeout_now{log.last(), log.term_of(log.last())}};
  step_receive(handover, out);
}

bool core::implementation::renew_term_of_sole_voter(effects& out) {
  if (library.state != RAFT_FOLLOWER || !is_sole_voter() || offer
      || library.last_stored < log.last()
      || (sole_voter_term == library.current_term && library.voted_for == options.id))
    return false;
  message own_request{options.id, options.id, library.current_term + 1, 2,
                      vote_request{log.last(), log.term_of(log.last()), true, false}};
  step_receive(own_request, out);
  sole_voter_term = library.current_term;
  return true;
}

// -- parts of receiving ---------------------------------------------------------------------------

replica_facts core::implementation::facts(const message& incoming) const {
  replica_facts result;
  result.id = options.id;
  result.role = role();
  result.term = library.current_term;
  result.commit_index = commit_index;
  result.installing = offer.has_value();
  result.sole_voter = is_sole_voter();
  if (library.state == RAFT_CANDIDATE)
    result.in_pre_vote = library.candidate_state.in_pre_vote;
  raft_index match = 0;
  if (raft_match_index(&library, incoming.from, &match) == 0)
    result.match_index = match;
  result.log = &log;
  return result;
}

void core::implementation::commit_change_before(const message& incoming, effects& out) {
  auto* append = std::get_if<append_entries>(&incoming.body);
  auto pending = library.configuration_uncommitted_index;
  if (append == nullptr || append->entries.empty() || offer || pending == 0
      || library.state == RAFT_LEADER || incoming.term < library.current_term
      || append->entries.front().type != entry_type::change || pending > append->prev_index
      || log.term_of(append->prev_index) != append->prev_term)
    return;
  step_configuration(pending, out);
}

/// Who was promoted may not know yet, and be the one whose vote is missing; so whoever is asked
/// answers as a voter. The library does not notice either when a standby's leader is gone.
void core::implementation::step_vote_request(message& incoming, effects& out) {
  if (is_voter() || library.state != RAFT_FOLLOWER)
    return step_receive(incoming, out);
  auto& request = std::get<vote_request>(incoming.body);
  request.disrupt_leader
    = request.disrupt_leader || now - leader_heard_at >= options.election_timeout_ms;
  auto real = library.configuration;
  std::vector<raft_server> pretended(real.servers, real.servers + real.n);
  std::erase_if(pretended, [this](auto& server) { return server.id == options.id; });
  pretended.push_back({options.id, address.data(), RAFT_VOTER});
  library.configuration = {pretended.data(), static_cast<unsigned>(pretended.size())};
  step_receive(incoming, out);
  library.configuration = real;
}

void core::implementation::note_leader(const message& incoming) {
  bool from_leader = std::holds_alternative<append_entries>(incoming.body)
                     || std::holds_alternative<install_snapshot>(incoming.body);
  if (from_leader && incoming.term == library.current_term) {
    leader_term = incoming.term;
    leader_heard_at = now;
  }
  if (successor_of && successor_of->first == incoming.from)
    successor_of.reset();
}

// -- what the library answers ---------------------------------------------------------------------

void core::implementation::collect(const raft_update& update, effects& out,
                                   const std::vector<entry>* entries, uint64_t first_index) {
  effects found;
  if (hard.term != library.current_term || hard.vote != library.voted_for) {
    hard = {library.current_term, library.voted_for};
    found.hard = hard;
  }
  if ((update.flags & (RAFT_UPDATE_ENTRIES)) != 0)
    collect_entries(update, found, entries, first_index);
  if ((update.flags & (RAFT_UPDATE_MESSAGES)) != 0)
    for (unsigned i = 0; i < update.messages.n; ++i)
      collect_message(update.messages.batch[i], found);
  if ((update.flags & (RAFT_UPDATE_SNAPSHOT)) != 0)
    collect_install(update, found);
  out.merge(std::move(found));
}

void core::implementation::collect_entries(const raft_update& update, effects& out,
                                           const std::vector<entry>* entries,
                                           uint64_t first_index) {
  raft_free(update.entries.batch[0].batch);
  auto index = update.entries.index;
  if (index <= log.last()) {
    if (index <= commit_index)
      return fail("A leader wants to replace entries that are committed.");
    out.truncate_from = index;
    log.truncate(index);
    members.truncate(index);
    writes.truncated(index);
  }
  out.first_index = index;
  for (unsigned i = 0; i < update.entries.n; ++i) {
    auto& from = update.entries.batch[i];
    auto type = static_cast<entry_type>(from.type);
    // Only the library's own barrier is in no list of ours.
    auto data = zeros;
    if (entries != nullptr)
      data = entries->at(index + i - first_index).data;
    if (type == entry_type::change)
      members.add({index + i, decode_membership(*data).value_or(std::vector<server>{})});
    out.append.push_back({from.term, type, std::move(data)});
  }
  log.append(out.append);
  writes.add(index, log.last(), log.term_of(log.last()));
}

void core::implementation::collect_message(const raft_message& outgoing, effects& out) {
  // Only what a replica says to itself is not meant for others.
  if (outgoing.server_id == options.id)
    return;
  message shell;
  shell.from = options.id;
  shell.to = outgoing.server_id;
  switch (outgoing.type) {
    case RAFT_APPEND_ENTRIES:
      return collect_entries_message(outgoing.append_entries, shell, out);
    case RAFT_APPEND_ENTRIES_RESULT: {
      auto& from = outgoing.append_entries_result;
      shell.term = from.term;
      shell.version = from.version;
      shell.body = append_result{from.rejected, from.last_log_index, from.features, from.capacity};
      break;
    }
    case RAFT_REQUEST_VOTE: {
      auto& from = outgoing.request_vote;
      shell.term = from.term;
      shell.version = from.version;
      shell.body
        = vote_request{from.last_log_index, from.last_log_term, from.disrupt_leader, from.pre_vote};
      break;
    }
    case RAFT_REQUEST_VOTE_RESULT: {
      auto& from = outgoing.request_vote_result;
      shell.term = from.term;
      shell.version = from.version;
      shell.body = vote_result{from.vote_granted, from.pre_vote, from.features, from.capacity};
      break;
    }
    case RAFT_INSTALL_SNAPSHOT:
      shell.term = outgoing.install_snapshot.term;
      shell.version = outgoing.install_snapshot.version;
      shell.body = install_snapshot{snapshot};
      break;
    case RAFT_TIMEOUT_NOW: {
      auto& from = outgoing.timeout_now;
      shell.term = from.term;
      shell.version = from.version;
      shell.body = timeout_now{from.last_log_index, from.last_log_term};
      break;
    }
  }
  filter_answer(shell, answers_stale_term, library.current_term);
  send(shell, out);
}

/// The library counts entries, not bytes, and cannot take a change that is not first: so what it
/// sends as one message may become several.
void core::implementation::collect_entries_message(const raft_append_entries& append,
                                                   message& shell, effects& out) {
  shell.term = append.term;
  shell.version = append.version;
  append_entries body{append.prev_log_index, append.prev_log_term, append.leader_commit, {}};
  auto last = append.prev_log_index + append.n_entries;
  do {
    if (body.prev_index < last) {
      auto entries = log.read(body.prev_index + 1, last, options.max_message_bytes);
      if (entries.empty())
        return fail("Entries of the log could not be read back from the disk.");
      auto change = std::find_if(entries.begin() + 1, entries.end(),
                                 [](auto& entry) { return entry.type == entry_type::change; });
      entries.erase(change, entries.end());
      body.entries = std::move(entries);
    }
    auto next = body.prev_index + body.entries.size();
    shell.body = std::move(body);
    send(shell, out);
    body = {next, log.term_of(next), append.leader_commit, {}};
  } while (body.prev_index < last);
}

void core::implementation::collect_install(const raft_update& update, effects& out) {
  auto& metadata = update.snapshot.metadata;
  snapshot_point point{metadata.index, metadata.term, {metadata.configuration_index, {}}};
  for (unsigned i = 0; i < metadata.configuration.n; ++i) {
    auto& from = metadata.configuration.servers[i];
    point.members.servers.push_back({from.id, static_cast<server_role>(from.role)});
  }
  auto configuration = metadata.configuration;
  raft_configuration_close(&configuration);
  raft_free(update.snapshot.chunk.base);
  offer = snapshot_offer{install_from, point};
  out.install = offer;
  log.reset(point.index, point.term, point.index + 1, {});
  writes.clear();
}

void core::implementation::send(const message& what, effects& out) {
  out.messages.push_back({what.to, encode(what)});
}

} // namespace touchline::consensus
