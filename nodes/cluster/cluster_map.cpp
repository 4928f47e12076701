#include "nodes/cluster/cluster_map.hpp"

#include <algorithm>
#include <map>

namespace touchline::cluster {

namespace {

Node* find_node(ClusterMap& map, uint32_t id) {
  for (auto& node : *map.mutable_node())
    if (node.id() == id)
      return &node;
  return nullptr;
}

bool is_candidate(const ClusterMap& map, uint32_t id, NodeState state) {
  const auto* node = find_node(map, id);
  return node && node->hosts() && node->state() == state;
}

using load = std::map<uint32_t, int>;

/// Of `among` the one with the least load, the lowest id first.
uint32_t least_loaded(const std::vector<uint32_t>& among, const load& loads) {
  return *std::ranges::min_element(among, {}, [&](uint32_t id) {
    auto at = loads.find(id);
    return std::pair{at == loads.end() ? 0 : at->second, id};
  });
}

/// The nodes that a partition should have, from those that it has.
std::vector<uint32_t> choose(const ClusterMap& map, const Placement& now, size_t wanted,
                             const std::vector<uint32_t>& active,
                             const std::vector<uint32_t>& draining, load& replicas) {
  std::vector<uint32_t> chosen;
  for (auto id : now.node())
    if (is_candidate(map, id, ACTIVE) && chosen.size() < wanted)
      chosen.push_back(id);
  for (const auto* pool : {&active, &draining})
    while (chosen.size() < wanted) {
      std::vector<uint32_t> left;
      for (auto id : *pool)
        if (std::ranges::find(chosen, id) == chosen.end())
          left.push_back(id);
      if (left.empty())
        break;
      // A draining node that has a replica keeps it before another one gets it.
      auto kept = std::ranges::find_if(left, [&](uint32_t id) {
        return pool == &draining && std::ranges::find(now.node(), id) != now.node().end();
      });
      chosen.push_back(kept != left.end() ? *kept : least_loaded(left, replicas));
    }
  for (auto id : chosen)
    ++replicas[id];
  return chosen;
}

/// Moves replicas from nodes that have two more than another one.
void even_out(std::vector<std::vector<uint32_t>>& chosen, const std::vector<uint32_t>& active,
              load& replicas) {
  if (active.empty())
    return;
  auto by_load = [&](uint32_t id) { return std::pair{replicas[id], id}; };
  // Each move shrinks the difference, so this ends; the bound is for the reader.
  for (size_t moves = 0; moves < chosen.size() * active.size(); ++moves) {
    auto least = *std::ranges::min_element(active, {}, by_load);
    auto most = *std::ranges::max_element(active, {}, by_load);
    if (replicas[most] - replicas[least] < 2)
      return;
    auto from = std::ranges::find_if(chosen, [&](auto& nodes) {
      return std::ranges::find(nodes, most) != nodes.end()
             && std::ranges::find(nodes, least) == nodes.end();
    });
    if (from == chosen.end())
      return;
    *std::ranges::find(*from, most) = least;
    --replicas[most];
    ++replicas[least];
  }
}

/// Of a partition, those who may lead, its leader first.
using candidates = std::vector<std::vector<uint32_t>>;

/// A way along which leaderships can be handed on from `from` to a node that leads two less: for
/// each node reached, the partition that it gets. Breadth first; empty when there is none.
std::vector<std::pair<size_t, uint32_t>> way_to_less(const candidates& able, load& leaders,
                                                     uint32_t from) {
  struct step {
    uint32_t node = 0;
    size_t partition = 0;
    size_t before = 0;
  };
  std::vector<step> reached{{from, 0, 0}};
  for (size_t i = 0; i < reached.size(); ++i) {
    if (leaders[reached[i].node] + 2 <= leaders[from]) {
      std::vector<std::pair<size_t, uint32_t>> way;
      for (auto at = i; at != 0; at = reached[at].before)
        way.emplace_back(reached[at].partition, reached[at].node);
      return way;
    }
    for (size_t p = 0; p < able.size(); ++p)
      if (!able[p].empty() && able[p].front() == reached[i].node)
        for (auto other : able[p])
          if (std::ranges::find(reached, other, &step::node) == reached.end())
            reached.push_back({other, p, i});
  }
  return {};
}

/// Puts a leader first in each partition, so that no two nodes differ by more than they must.
void choose_leaders(const ClusterMap& map, std::vector<std::vector<uint32_t>>& chosen) {
  load leaders;
  candidates able;
  for (auto& nodes : chosen) {
    std::ranges::sort(nodes);
    auto& may = able.emplace_back();
    std::ranges::copy_if(nodes, std::back_inserter(may),
                         [&](uint32_t id) { return is_candidate(map, id, ACTIVE); });
    if (may.empty())
      continue;
    auto first = least_loaded(may, leaders);
    ++leaders[first];
    std::iter_swap(may.begin(), std::ranges::find(may, first));
  }
  // Each round makes the leaderships more even, so this ends; the bound is for the reader.
  for (size_t rounds = 0; rounds < chosen.size(); ++rounds) {
    auto found = std::ranges::find_if(leaders, [&](auto& entry) {
      auto way = way_to_less(able, leaders, entry.first);
      for (auto [partition, node] : way) {
        auto& may = able[partition];
        --leaders[may.front()];
        ++leaders[node];
        std::iter_swap(may.begin(), std::ranges::find(may, node));
      }
      return !way.empty();
    });
    if (found == leaders.end())
      break;
  }
  for (size_t i = 0; i < chosen.size(); ++i)
    if (!able[i].empty())
      std::ranges::rotate(chosen[i], std::ranges::find(chosen[i], able[i].front()));
}

std::vector<uint32_t> hosts_in(const ClusterMap& map, NodeState state) {
  std::vector<uint32_t> out;
  for (auto& node : map.node())
    if (node.hosts() && node.state() == state)
      out.push_back(node.id());
  std::ranges::sort(out);
  return out;
}

void remember_removed(ClusterMap& map, const Node& node) {
  constexpr int most = 256;
  auto& removed = *map.mutable_removed();
  if (removed.size() >= most)
    removed.erase(removed.begin());
  removed.Add(consensus::server_id_of(node.id(), node.incarnation()));
}

} // namespace

const Node* find_node(const ClusterMap& map, uint32_t id) {
  for (auto& node : map.node())
    if (node.id() == id)
      return &node;
  return nullptr;
}

bool is_removed(const ClusterMap& map, const Node& node) {
  return std::ranges::find(map.removed(), consensus::server_id_of(node.id(), node.incarnation()))
         != map.removed().end();
}

ClusterMap newborn_map(std::string cluster, uint32_t replicas, uint32_t partitions, Node first,
                       std::string identity_key) {
  ClusterMap map;
  // No two data directories have the same incarnation, and each founds one cluster at most.
  map.set_birth(uint64_t{first.id()} << 32 | first.incarnation());
  map.set_version(1);
  map.set_cluster(std::move(cluster));
  map.set_replicas(replicas);
  map.set_identity_key(std::move(identity_key));
  *map.add_node() = std::move(first);
  for (uint32_t i = 0; i < partitions; ++i)
    map.add_placement();
  place(map);
  return map;
}

tl::expected<ClusterMap, refusal> with_node(ClusterMap map, const Node& node, bool replaced) {
  for (auto& other : map.node())
    if (other.id() != node.id() && other.host() == node.host() && other.port() == node.port())
      return tl::unexpected<refusal>{
        {CONFLICT, "Node " + std::to_string(other.id()) + " has the address " + node.host() + ":"
                     + std::to_string(node.port()) + " already; give every node one of its own."}};
  if (is_removed(map, node))
    return tl::unexpected<refusal>{
      {CONFLICT, "Node " + std::to_string(node.id())
                   + " was removed from the cluster; empty its data directory to let it join as a "
                     "new one."}};
  auto* known = find_node(map, node.id());
  if (!known) {
    *map.add_node() = node;
  } else if (known->incarnation() != node.incarnation() && !replaced) {
    return tl::unexpected<refusal>{
      {CONFLICT, "Node " + std::to_string(node.id())
                   + " is there already, with another data directory; choose another id, or stop "
                     "that node first."}};
  } else {
    if (known->incarnation() != node.incarnation())
      remember_removed(map, *known);
    auto state = known->state();
    auto changed = node;
    changed.set_state(state);
    if (changed.SerializeAsString() == known->SerializeAsString())
      return map;
    *known = changed;
  }
  map.set_version(map.version() + 1);
  place(map);
  return map;
}

tl::expected<ClusterMap, refusal> with_wish(ClusterMap map, const ChangeNode& wish,
                                            const std::function<bool(const Node&)>& is_there) {
  auto* node = find_node(map, wish.node());
  auto name = "Node " + std::to_string(wish.node());
  if (!node)
    return tl::unexpected<refusal>{{NOT_FOUND, name + " is not in the cluster."}};
  auto others = std::ranges::count_if(
    map.node(), [&](auto& x) { return x.id() != wish.node() && x.hosts() && x.state() == ACTIVE; });
  if (wish.wish() != ChangeNode::UNDRAIN && node->hosts() && others == 0)
    return tl::unexpected<refusal>{
      {CONFLICT, name + " is the last one that takes part; let another node join first."}};
  if (wish.wish() == ChangeNode::REMOVE && node->state() == ACTIVE && is_there(*node))
    return tl::unexpected<refusal>{
      {CONFLICT, name + " is there and takes part; drain it first, or stop it."}};
  if (wish.wish() == ChangeNode::REMOVE) {
    remember_removed(map, *node);
    auto* nodes = map.mutable_node();
    nodes->erase(std::ranges::find_if(*nodes, [&](auto& x) { return x.id() == wish.node(); }));
  } else {
    node->set_state(wish.wish() == ChangeNode::DRAIN ? DRAINING : ACTIVE);
  }
  map.set_version(map.version() + 1);
  place(map);
  return map;
}

void place(ClusterMap& map) {
  auto active = hosts_in(map, ACTIVE);
  auto draining = hosts_in(map, DRAINING);
  auto wanted = std::min<size_t>(map.replicas(), active.size() + draining.size());
  load replicas;
  std::vector<std::vector<uint32_t>> chosen;
  for (auto& now : map.placement())
    chosen.push_back(choose(map, now, wanted, active, draining, replicas));
  even_out(chosen, active, replicas);
  choose_leaders(map, chosen);
  for (size_t i = 0; i < chosen.size(); ++i) {
    auto& placement = *map.mutable_placement(static_cast<int>(i));
    placement.clear_node();
    for (auto id : chosen[i])
      placement.add_node(id);
  }
}

std::vector<consensus::server_id> servers_of(const ClusterMap& map, uint32_t partition) {
  std::vector<consensus::server_id> out;
  if (partition >= static_cast<uint32_t>(map.placement_size()))
    return out;
  for (auto id : map.placement(static_cast<int>(partition)).node())
    if (const auto* node = find_node(map, id))
      out.push_back(consensus::server_id_of(id, node->incarnation()));
  return out;
}

} // namespace touchline::cluster
