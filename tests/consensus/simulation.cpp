#include "tests/consensus/simulation.hpp"

#include "nodes/consensus/membership_encoding.hpp"

#include <algorithm>
#include <cstring>

namespace touchline::consensus {

namespace {

constexpr size_t places = 5;
constexpr uint64_t chaos_ms = 30'000;
constexpr uint64_t longest_ms = 120'000;
constexpr uint64_t down_at_most_ms = 1'500;
constexpr size_t commands_in_compaction = 12;

std::shared_ptr<const std::string> bytes_of(uint64_t command, size_t padding) {
  std::string bytes(sizeof command + padding, 'x');
  std::memcpy(bytes.data(), &command, sizeof command);
  return std::make_shared<const std::string>(std::move(bytes));
}

uint64_t command_of(const std::string& bytes) {
  uint64_t command = 0;
  std::memcpy(&command, bytes.data(), std::min(bytes.size(), sizeof command));
  return command;
}

} // namespace

simulation::simulation(uint64_t seed) : random_{seed} {
  for (size_t place = 0; place < places; ++place)
    nodes_.push_back(std::make_unique<node>(loop_, random_, place));
  std::vector<server> founders;
  auto count = std::vector<size_t>{1, 3, 3, 5}[random_.below(4)];
  for (size_t place = 0; place < count; ++place)
    founders.push_back({server_id_of(static_cast<uint32_t>(place + 1), 1), server_role::voter});
  auto newborn = newborn_group(founders);
  for (auto& founder : founders) {
    auto& home = *nodes_[node_of(founder.id) - 1];
    home.id = founder.id;
    home.incarnation = 1;
    home.disk.content.hard = newborn.hard;
    home.disk.content.log = newborn.entries;
    proposed_.insert(founder.id);
  }
}

simulation_result simulation::run() {
  for (auto& each : nodes_)
    if (each->id != 0)
      start(*each);
  auto stop = [this] { return !result_.violation.empty() || settled_; };
  work();
  disturb();
  run_membership();
  loop_.run(chaos_ms, stop);
  heal();
  loop_.run(longest_ms, stop);
  if (result_.violation.empty())
    check_end();
  for (auto& each : nodes_)
    each->replica.reset();
  result_.committed = committed_.size();
  result_.acknowledged = acknowledged_.size();
  result_.terms_with_leader = leaders_.size();
  return result_;
}

// -- life of a node -------------------------------------------------------------------------------

core_options simulation::options_of(const node& where) {
  core_options options;
  options.id = where.id;
  options.seed = static_cast<uint32_t>(random_.next());
  options.election_timeout_ms = 300;
  options.heartbeat_ms = 60;
  options.install_timeout_ms = 2'000;
  options.max_inflight_entries = static_cast<uint32_t>(random_.between(1, 32));
  options.max_message_bytes = random_.between(1, 200);
  options.max_cached_bytes = random_.between(0, 400);
  return options;
}

entry_reader simulation::reader_of(node& where) {
  return [&where](uint64_t first, uint64_t last, size_t max_bytes, std::vector<entry>& out) {
    auto& content = where.disk.content;
    size_t bytes = 0;
    for (auto index = first; index <= last; ++index) {
      if (index < content.first_index || index - content.first_index >= content.log.size())
        return false;
      auto& found = content.log[index - content.first_index];
      bytes += found.data->size();
      if (bytes > max_bytes && !out.empty())
        return true;
      out.push_back(found);
    }
    return true;
  };
}

void simulation::start(node& where) {
  ++where.life;
  auto& content = where.disk.content;
  where.disk.broken = false;
  where.disk.failed = [this, &where] { disk_failed(where); };
  where.state = content.state;
  where.at_snapshot.reset();
  where.compacting = false;
  where.replica = std::make_unique<core>(options_of(where), reader_of(where));
  auto stored = content.stored();
  for (auto& each : stored.entries)
    if (each.type != entry_type::change && random_.per_mille(500))
      each.data.reset();
  carry_out(where, where.replica->start(std::move(stored), clock_of(where)));
}

void simulation::stop(node& where) {
  ++where.life;
  where.replica.reset();
  where.disk.crash();
  where.waiting.clear();
  where.completions.clear();
}

void simulation::crash(node& where) {
  if (!where.replica)
    return;
  ++result_.crashes;
  auto dead = where.id;
  stop(where);
  announce_death(dead);
  auto life = where.life;
  loop_.after(random_.between(1, down_at_most_ms), [this, &where, life] {
    if (!where.replica && where.life == life && where.id != 0)
      start(where);
  });
}

/// A replica whose disk fails stops at once; its disk is repaired later.
void simulation::disk_failed(node& where) {
  ++result_.disk_errors;
  crash(where);
}

void simulation::later(node& where, uint64_t delay_ms, std::function<void()> what) {
  loop_.after(delay_ms, [&where, life = where.life, what = std::move(what)] {
    if (where.replica && where.life == life)
      what();
  });
}

// -- what a replica wants -------------------------------------------------------------------------

void simulation::carry_out(node& where, effects&& wishes) {
  if (!where.replica->failure().empty())
    return violated(where.replica->failure());
  if (wishes.hard)
    where.disk.write(
      simulated_disk::kind::hard,
      [hard = *wishes.hard](disk_content& content) { content.hard = hard; },
      [this, &where] {
        if (where.replica)
          check(where);
      });
  write_log(where, wishes);
  if (!wishes.messages.empty()) {
    if (where.disk.hard_pending())
      where.disk.after_hard(
        [this, &where, messages = std::move(wishes.messages)] { send(where, messages); });
    else
      send(where, std::move(wishes.messages));
  }
  if (wishes.install) {
    ++result_.installs;
    where.disk.discard_log();
    where.compacting = false;
    fetch(where, *wishes.install, 5);
  }
  check(where);
  apply(where);
  schedule_tick(where);
}

void simulation::write_log(node& where, effects& wishes) {
  if (!wishes.truncate_from && wishes.append.empty())
    return;
  auto change = [from = wishes.truncate_from, first = wishes.first_index,
                 entries = wishes.append](disk_content& content) {
    if (from)
      content.truncate(*from);
    if (!entries.empty())
      content.append(first, entries);
  };
  std::function<void()> done;
  if (!wishes.append.empty())
    done = [this, &where, index = wishes.first_index + wishes.append.size() - 1,
            term = wishes.append.back().term] {
      if (where.completions.empty())
        later(where, random_.below(2), [this, &where] { report_writes(where); });
      where.completions.emplace_back(index, term);
    };
  where.disk.write(simulated_disk::kind::log, std::move(change), std::move(done));
}

void simulation::report_writes(node& where) {
  auto done = std::exchange(where.completions, {});
  if (random_.per_mille(500))
    done.erase(done.begin(), done.end() - 1);
  auto life = where.life;
  for (auto [index, term] : done)
    if (where.replica && where.life == life)
      carry_out(where, where.replica->entries_persisted(index, term, clock_of(where)));
}

void simulation::send(node& from, std::vector<outgoing> messages) {
  for (auto& message : messages) {
    trace(message.to);
    trace(message.bytes);
    auto copies = 1 + (random_.per_mille(repeat_per_mille_) ? 1 : 0);
    for (int copy = 0; copy < copies; ++copy) {
      size_t to_place = node_of(message.to) - 1;
      if (random_.per_mille(loss_per_mille_) || cut_.contains({from.place, to_place}))
        continue;
      auto delay = random_.between(1, 6);
      if (random_.per_mille(late_per_mille_))
        delay = random_.between(1, 2'500);
      loop_.after(delay, [this, to = message.to, bytes = message.bytes] { deliver(to, bytes); });
    }
  }
}

void simulation::deliver(server_id to, const std::string& bytes) {
  auto* target = node_of(to) == 0 ? nullptr : nodes_[node_of(to) - 1].get();
  if (target == nullptr || !target->replica || target->id != to)
    return;
  carry_out(*target, target->replica->receive(bytes, clock_of(*target)));
  if (target->replica && target->replica->malformed() > 0)
    violated("a correct member's message was called malformed");
}

void simulation::schedule_tick(node& where) {
  if (!where.replica)
    return;
  auto number = ++where.tick_number;
  auto due = where.replica->next_timeout_ms();
  auto clock = clock_of(where);
  later(where, due > clock ? due - clock : 1, [this, &where, number] {
    if (number == where.tick_number)
      carry_out(where, where.replica->tick(clock_of(where)));
  });
}

void simulation::apply(node& where) {
  auto& replica = *where.replica;
  while (!replica.installing() && result_.violation.empty()) {
    auto end = std::min(replica.commit_index(), replica.last_index());
    if (where.state.index >= end)
      break;
    auto found = replica.entries(where.state.index + 1, end, 100);
    if (found.empty())
      return violated("committed entries cannot be read");
    for (auto& each : found)
      apply_entry(where, where.state.index + 1, each);
  }
  if (where.state.index >= where.disk.content.state.index + commands_in_compaction
      && random_.per_mille(300))
    compact(where);
}

void simulation::apply_entry(node& where, uint64_t index, const entry& what) {
  check_commit(index, what);
  where.state.index = index;
  where.state.term = what.term;
  if (what.type == entry_type::change)
    where.state.members = {index, *decode_membership(*what.data)};
  if (what.type == entry_type::command)
    where.state.commands.push_back(command_of(*what.data));
  auto waiting = where.waiting.find(index);
  if (waiting == where.waiting.end())
    return;
  if (waiting->second.first == what.term)
    acknowledged_.emplace(waiting->second.second, index);
  where.waiting.erase(waiting);
}

void simulation::compact(node& where) {
  if (where.compacting || where.replica->installing())
    return;
  where.compacting = true;
  auto state = where.state;
  where.disk.write(
    simulated_disk::kind::other, [state](disk_content& content) { content.state = state; },
    [this, &where, state] {
      if (!where.replica || !where.compacting)
        return;
      where.compacting = false;
      effects wishes;
      auto point = where.replica->compact(state.index, random_.below(6), clock_of(where), wishes);
      if (point) {
        ++result_.compactions;
        if (point->term != state.term || point->members != state.members)
          violated("the snapshot point differs from the state");
        where.at_snapshot = state;
        where.disk.write(
          simulated_disk::kind::other,
          [point = *point, first = where.replica->first_index()](disk_content& content) {
            content.snapshot = point;
            content.remove_before(first);
          },
          {});
      }
      carry_out(where, std::move(wishes));
    });
}

/// Asks the sender for its state, sometimes exactly that of the offer.
void simulation::fetch(node& where, const snapshot_offer& offer, int attempts) {
  later(where, random_.between(2, 60), [this, &where, offer, attempts] {
    auto* source = home_of(offer.from);
    if (source != nullptr && source->replica && !source->replica->installing()
        && !cut_.contains({source->place, where.place})) {
      if (source->at_snapshot && source->at_snapshot->index == offer.point.index
          && random_.per_mille(500))
        return install(where, *source->at_snapshot);
      if (source->state.index >= offer.point.index)
        return install(where, source->state);
    }
    if (attempts > 0)
      fetch(where, offer, attempts - 1);
    else
      crash(where);
  });
}

void simulation::install(node& where, machine_state state) {
  snapshot_point point{state.index, state.term, state.members};
  where.disk.write(
    simulated_disk::kind::other,
    [point, state](disk_content& content) {
      content.snapshot = point;
      content.state = state;
      content.log.clear();
      content.first_index = point.index + 1;
    },
    [this, &where, point, state] {
      where.state = state;
      carry_out(where, where.replica->snapshot_installed(point, clock_of(where)));
    });
}

// -- what goes on, and wrong ----------------------------------------------------------------------

void simulation::work() {
  loop_.after(random_.between(1, 40), [this] { work(); });
  auto& where = some_node();
  if (where.replica && where.replica->role() == member_role::leader)
    propose(where);
  if (!calm_)
    return;
  // All is well again when everybody agrees, twice in a row with something new in between.
  if (converged())
    settled_ = true;
}

void simulation::propose(node& where) {
  std::vector<std::shared_ptr<const std::string>> commands;
  auto first = next_command_;
  for (auto count = random_.between(1, 4); count > 0; --count)
    commands.push_back(bytes_of(next_command_++, random_.below(60)));
  auto index = where.replica->last_index() + 1;
  auto term = where.replica->term();
  auto count = commands.size();
  auto wishes = where.replica->propose(std::move(commands), clock_of(where));
  if (!wishes)
    return;
  for (size_t i = 0; i < count; ++i)
    where.waiting[index + i] = {term, first + i};
  carry_out(where, std::move(*wishes));
}

void simulation::disturb() {
  if (calm_)
    return;
  loop_.after(random_.between(20, 500), [this] { disturb(); });
  if (random_.per_mille(400))
    disturb_network();
  else
    disturb_node();
}

void simulation::disturb_network() {
  switch (random_.below(6)) {
    case 0:
      cut_.insert({random_.below(places), random_.below(places)});
      break;
    case 1: {
      auto alone = random_.below(places);
      for (size_t other = 0; other < places; ++other) {
        cut_.insert({alone, other});
        cut_.insert({other, alone});
      }
      break;
    }
    case 2: {
      auto half = random_.between(1, places - 1);
      for (size_t i = 0; i < half; ++i)
        for (size_t j = half; j < places; ++j) {
          cut_.insert({i, j});
          cut_.insert({j, i});
        }
      break;
    }
    case 3:
      loss_per_mille_ = random_.below(200);
      repeat_per_mille_ = random_.below(200);
      late_per_mille_ = random_.below(150);
      break;
    default:
      cut_.clear();
  }
}

void simulation::disturb_node() {
  auto& where = some_node();
  switch (random_.below(8)) {
    case 0:
      return crash(where);
    case 1:
      where.clock_offset += static_cast<int64_t>(random_.below(3'000)) - 1'000;
      return schedule_tick(where);
    case 2:
      where.disk.broken = where.replica != nullptr && random_.per_mille(500);
      return;
    case 3:
      where.disk.slowest_ms = random_.per_mille(300) ? random_.between(50, 600) : 3;
      return;
    case 4:
      // A false alarm must do no harm.
      return announce_death(some_node().id);
    case 5:
      if (auto* leader = some_leader()) {
        auto to = random_.per_mille(500) ? 0 : some_node().id;
        if (auto wishes = leader->replica->transfer(to, clock_of(*leader))) {
          ++result_.transfers;
          carry_out(*leader, std::move(*wishes));
        }
      }
      return;
    default:
      // Most of the time somebody leads: what hits that one is what matters.
      if (auto* leader = some_leader(); leader != nullptr && random_.per_mille(300))
        crash(*leader);
  }
}

void simulation::announce_death(server_id dead) {
  uint64_t rank = 0;
  for (auto& each : nodes_) {
    if (!each->replica || each->id == dead || each->replica->leader() != dead)
      continue;
    later(*each, 3 + 15 * rank++, [this, where = each.get(), dead] {
      if (where->replica->leader() != dead)
        return;
      ++result_.stood;
      carry_out(*where, where->replica->stand_for_election(clock_of(*where)));
    });
  }
}

void simulation::run_membership() {
  if (calm_)
    return;
  loop_.after(random_.between(50, 400), [this] { run_membership(); });
  if (auto* leader = some_leader())
    change_members(*leader);
}

void simulation::change_members(node& leader) {
  auto servers = leader.replica->members().servers;
  auto standby = std::ranges::find(servers, server_role::standby, &server::role);
  if (standby == servers.end() || random_.per_mille(100))
    return join_or_leave(leader);
  switch (leader.replica->catch_up_of(standby->id)) {
    case catch_up_state::running:
      return;
    case catch_up_state::finished: {
      standby->role = server_role::voter;
      if (auto wishes = leader.replica->change(servers, clock_of(leader))) {
        ++result_.changes;
        carry_out(leader, std::move(*wishes));
      }
      return;
    }
    default:
      carry_out(leader, leader.replica->catch_up(standby->id, clock_of(leader)));
  }
}

void simulation::join_or_leave(node& leader) {
  auto servers = leader.replica->members().servers;
  auto& where = some_node();
  auto member = std::ranges::find(servers, where.id, &server::id);
  if (where.id != 0 && member != servers.end()) {
    if (random_.per_mille(250))
      member->role = member->role == server_role::voter ? server_role::standby : server_role::voter;
    else
      servers.erase(member);
  } else {
    if (where.id == 0 || may_be_wiped(where)) {
      stop(where);
      where.disk.content = {};
      where.id = server_id_of(static_cast<uint32_t>(where.place + 1), ++where.incarnation);
      start(where);
    }
    servers.push_back({where.id, server_role::standby});
  }
  auto wishes = leader.replica->change(servers, clock_of(leader));
  if (!wishes)
    return;
  proposed_.insert(where.id);
  ++result_.changes;
  carry_out(leader, std::move(*wishes));
}

void simulation::heal() {
  calm_ = true;
  cut_.clear();
  loss_per_mille_ = repeat_per_mille_ = late_per_mille_ = 0;
  for (auto& each : nodes_) {
    each->disk.broken = false;
    each->disk.slowest_ms = 3;
    if (!each->replica && each->id != 0)
      start(*each);
  }
}

// -- checks ---------------------------------------------------------------------------------------

void simulation::violated(const std::string& what) {
  if (result_.violation.empty())
    result_.violation = "after " + std::to_string(loop_.now()) + " ms: " + what;
}

void simulation::check(node& where) {
  auto& replica = *where.replica;
  // A term that is not durable is known to nobody else: its only voter may begin it again.
  if (replica.role() != member_role::leader || where.disk.hard_pending())
    return;
  auto [known, fresh] = leaders_.try_emplace(replica.term(), std::pair{where.id, where.life});
  if (!fresh && known->second != std::pair{where.id, where.life})
    violated("two lead in term " + std::to_string(replica.term()));
}

void simulation::check_commit(uint64_t index, const entry& what) {
  if (index > committed_.size() + 1)
    return violated("entry " + std::to_string(index) + " is applied before its predecessor");
  if (index == committed_.size() + 1) {
    committed_.push_back(what);
    return;
  }
  auto& known = committed_[index - 1];
  if (known.term != what.term || known.type != what.type || *known.data != *what.data)
    violated("the committed entry " + std::to_string(index) + " differs between replicas");
}

bool simulation::converged() const {
  const membership* members = nullptr;
  uint64_t end = 0;
  for (auto& each : nodes_)
    if (each->replica && each->replica->role() == member_role::leader
        && each->replica->commit_index() >= end) {
      members = &each->replica->members();
      end = each->replica->commit_index();
    }
  if (members == nullptr || end == 0 || end != committed_.size())
    return false;
  return std::ranges::all_of(members->servers, [&](auto& server) {
    auto& home = *nodes_[node_of(server.id) - 1];
    return home.id == server.id && home.replica && home.state.index == end
           && home.replica->members() == *members && home.replica->committed_members() == *members
           && home.replica->leader() != 0;
  });
}

void simulation::check_end() {
  if (!settled_)
    return violated("the members do not agree in the end" + described());
  std::map<uint64_t, uint64_t> places_of;
  for (size_t i = 0; i < committed_.size(); ++i) {
    if (committed_[i].type != entry_type::command)
      continue;
    if (!places_of.emplace(command_of(*committed_[i].data), i + 1).second)
      violated("a command was committed twice");
  }
  for (auto [command, index] : acknowledged_) {
    auto found = places_of.find(command);
    if (found == places_of.end() || found->second != index)
      violated("the acknowledged command " + std::to_string(command) + " is lost");
  }
  for (auto& each : nodes_) {
    if (!each->replica || each->state.index == 0)
      continue;
    size_t next = 0;
    for (size_t i = 0; i < each->state.index; ++i)
      if (committed_[i].type == entry_type::command) {
        if (next >= each->state.commands.size()
            || each->state.commands[next] != command_of(*committed_[i].data))
          return violated("a replica's state is not that of the log");
        ++next;
      }
    if (next != each->state.commands.size())
      return violated("a replica's state has more than the log");
  }
}

/// Every node in one line, for people who look for a mistake.
std::string simulation::described() const {
  std::string out;
  for (auto& each : nodes_) {
    if (!each->replica) {
      out += "\n  node " + std::to_string(each->place) + " is down";
      continue;
    }
    auto& replica = *each->replica;
    out += "\n  node " + std::to_string(each->place) + '/' + std::to_string(each->incarnation)
           + ": role " + std::to_string(static_cast<int>(replica.role())) + ", term "
           + std::to_string(replica.term()) + ", log " + std::to_string(replica.first_index())
           + ".." + std::to_string(replica.last_index()) + ", commit "
           + std::to_string(replica.commit_index()) + ", applied "
           + std::to_string(each->state.index) + (replica.installing() ? ", installing" : "")
           + ", leader " + std::to_string(node_of(replica.leader())) + ", members of "
           + std::to_string(replica.members().index) + ':';
    for (auto& server : replica.members().servers)
      out += ' ' + std::to_string(node_of(server.id) - 1) + '/'
             + std::to_string(static_cast<uint32_t>(server.id))
             + (server.role == server_role::voter ? "" : "s");
  }
  return out;
}

// -- helpers --------------------------------------------------------------------------------------

uint64_t simulation::clock_of(const node& where) const {
  constexpr uint64_t beginning = 1'000'000;
  return beginning + loop_.now() + static_cast<uint64_t>(where.clock_offset);
}

simulation::node* simulation::home_of(server_id id) {
  auto number = node_of(id);
  if (number == 0 || number > places || nodes_[number - 1]->id != id)
    return nullptr;
  return nodes_[number - 1].get();
}

simulation::node* simulation::some_leader() {
  std::vector<node*> found;
  for (auto& each : nodes_)
    if (each->replica && each->replica->role() == member_role::leader)
      found.push_back(each.get());
  return found.empty() ? nullptr : found[random_.below(found.size())];
}

simulation::node& simulation::some_node() {
  return *nodes_[random_.below(places)];
}

/// Only a server that nobody can count on any more may lose its disk.
bool simulation::may_be_wiped(const node& where) const {
  if (!proposed_.contains(where.id))
    return true;
  return std::ranges::all_of(nodes_, [&](auto& each) {
    return each->id == 0 || each.get() == &where
           || (each->replica && each->replica->members().find(where.id) == nullptr
               && each->replica->committed_members().find(where.id) == nullptr);
  });
}

void simulation::trace(uint64_t what) {
  constexpr uint64_t prime = 0x100000001b3;
  result_.trace = (result_.trace ^ what ^ loop_.now() << 32) * prime;
}

void simulation::trace(const std::string& bytes) {
  for (auto byte : bytes)
    trace(static_cast<unsigned char>(byte));
}

} // namespace touchline::consensus
