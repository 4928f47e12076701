// Replicas in one place whose disks and network do at once what they are told, unless a test says
// otherwise.
#pragma once

#include "nodes/consensus/core.hpp"
#include "nodes/consensus/message.hpp"
#include "tests/consensus/simulated_disk.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace touchline::consensus {

inline std::shared_ptr<const std::string> bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

inline std::vector<server> voters(std::vector<server_id> ids) {
  std::vector<server> result;
  for (auto id : ids)
    result.push_back({id, server_role::voter});
  return result;
}

class small_group {
public:
  struct replica {
    std::unique_ptr<core> self;
    disk_content disk;
    /// What waits to be reported as durable, while `slow` disks keep it back.
    std::deque<std::pair<uint64_t, uint64_t>> unreported;
    std::vector<snapshot_offer> offers;
  };

  uint64_t now = 1'000;
  /// Who neither sends nor receives.
  std::set<server_id> silent;
  /// Whose writes are not reported.
  std::set<server_id> slow;
  /// Everything that was sent, decoded.
  std::vector<message> sent;
  core_options options;

  explicit small_group(std::vector<server_id> founders) {
    options.election_timeout_ms = 1'000;
    for (auto id : founders) {
      auto newborn = newborn_group(voters(founders));
      auto& disk = replicas_[id].disk;
      disk.hard = newborn.hard;
      disk.log = newborn.entries;
      start(id);
    }
  }

  core& at(server_id id) { return *replicas_.at(id).self; }
  replica& all_of(server_id id) { return replicas_.at(id); }

  /// Begins, or begins again from what is on the disk; an id that is new has an empty one.
  void start(server_id id) {
    auto& home = replicas_[id];
    auto chosen = options;
    chosen.id = id;
    chosen.seed = static_cast<uint32_t>(id);
    home.unreported.clear();
    home.self = std::make_unique<core>(
      chosen, [&home](uint64_t first, uint64_t last, size_t max_bytes, std::vector<entry>& out) {
        size_t size = 0;
        for (auto index = first; index <= last && (size < max_bytes || out.empty()); ++index) {
          out.push_back(home.disk.log.at(index - home.disk.first_index));
          size += out.back().data->size();
        }
        return true;
      });
    carry_out(id, home.self->start(home.disk.stored(), now));
  }

  void carry_out(server_id id, effects&& wishes) {
    auto& home = replicas_.at(id);
    if (wishes.hard)
      home.disk.hard = *wishes.hard;
    if (wishes.truncate_from)
      home.disk.truncate(*wishes.truncate_from);
    if (!wishes.append.empty()) {
      home.disk.append(wishes.first_index, wishes.append);
      home.unreported.emplace_back(wishes.first_index + wishes.append.size() - 1,
                                   wishes.append.back().term);
    }
    if (wishes.install)
      home.offers.push_back(*wishes.install);
    for (auto& each : wishes.messages) {
      sent.push_back(*decode(each.bytes));
      if (!silent.contains(id))
        under_way_.push_back(std::move(each));
    }
    if (!slow.contains(id))
      report(id);
  }

  /// Tells the replica that all of its writes are durable.
  void report(server_id id) {
    auto& home = replicas_.at(id);
    while (!home.unreported.empty()) {
      auto [index, term] = home.unreported.front();
      home.unreported.pop_front();
      carry_out(id, home.self->entries_persisted(index, term, now));
    }
  }

  void deliver() {
    while (!under_way_.empty()) {
      auto next = std::move(under_way_.front());
      under_way_.pop_front();
      if (replicas_.contains(next.to) && !silent.contains(next.to))
        carry_out(next.to, at(next.to).receive(next.bytes, now));
    }
  }

  /// Lets time pass, in steps of 10 ms.
  void pass(uint64_t ms) {
    for (auto end = now + ms; now < end; now += 10) {
      for (auto& [id, home] : replicas_)
        if (now >= home.self->next_timeout_ms())
          carry_out(id, home.self->tick(now));
      deliver();
    }
  }

  /// Until somebody leads; 0 if nobody does within a minute.
  server_id elect() {
    for (int i = 0; i < 6'000; ++i) {
      pass(10);
      for (auto& [id, home] : replicas_)
        if (!silent.contains(id) && home.self->role() == member_role::leader)
          return id;
    }
    return 0;
  }

  bool propose(server_id id, std::string text) {
    auto wishes = at(id).propose({bytes(std::move(text))}, now);
    if (!wishes)
      return false;
    carry_out(id, std::move(*wishes));
    deliver();
    return true;
  }

  bool change(server_id leader, std::vector<server> members) {
    auto wishes = at(leader).change(std::move(members), now);
    if (!wishes)
      return false;
    carry_out(leader, std::move(*wishes));
    deliver();
    return true;
  }

private:
  std::map<server_id, replica> replicas_;
  std::deque<outgoing> under_way_;
};

} // namespace touchline::consensus
