// What a configuration file says about a cluster: its nodes, their addresses, times and bounds. The
// keys are those of config/cluster-3.conf.
#pragma once

#include "nodes/settings_section.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::nodes {

/// Nodes of a cluster.
inline constexpr size_t max_cluster_nodes = 64;
/// Replicas of a partition.
inline constexpr uint32_t max_replicas = 7;
/// Replicas of a partition when a file says nothing and there are as many nodes.
inline constexpr uint32_t default_replicas = 3;
/// The highest id of a node; the lowest is 1.
inline constexpr uint32_t max_node_id = 65'535;

/// "node-1": how people see a node, and the common name in its certificate.
std::string node_name(uint32_t id);

/// A pattern with the id of a node in the place of each {id}.
std::string with_node_id(std::string pattern, uint32_t node);

/// One node of a cluster.
struct node_configuration {
  /// 1 to 65535, unique in the cluster.
  uint32_t id = 0;
  /// Where the other nodes reach it: a name, or an IPv4 or IPv6 address without brackets.
  std::string host;
  uint16_t port = 0;
  /// Absolute.
  std::filesystem::path data_directory;
  /// The role "league": it has replicas of partitions.
  bool hosts_partitions = true;
  /// The role "front": it serves HTTP, when the file has a section `front` (docs/front.md).
  bool front = true;

  std::string name() const { return node_name(id); }
  /// "127.0.0.1:7401", or "[::1]:7401".
  std::string address() const;

  friend bool operator==(const node_configuration&, const node_configuration&) = default;
};

/// Certificates for the connections between nodes, in PEM. Paths are absolute; "{id}" in the last
/// two stands for the id of a node.
struct tls_configuration {
  std::filesystem::path ca;
  std::filesystem::path certificate;
  std::filesystem::path key;

  std::filesystem::path certificate_of(uint32_t node) const;
  std::filesystem::path key_of(uint32_t node) const;

  friend bool operator==(const tls_configuration&, const tls_configuration&) = default;
};

/// Bounds of what a node holds for another one.
struct cluster_limits {
  /// Messages, and their bytes, that are on their way to another node and not acknowledged.
  uint32_t window_messages = 256;
  size_t window_bytes = size_t{8} << 20;
  /// Bytes of log entries in one message to a replica.
  size_t append_bytes = size_t{2} << 20;
  /// Entries that a partition's log keeps for replicas that are behind; one that is further behind
  /// gets the content.
  uint32_t kept_entries = 65'536;
  /// Bytes of entries that a replica keeps in memory for others that are behind.
  size_t cached_bytes = size_t{16} << 20;
  /// Length of the journal that a data directory gets: appends are durable there before LMDB has
  /// them. 0: none. See `storage/redo_journal.hpp`.
  size_t journal_bytes = size_t{8} << 20;
  /// Bytes of content in one message when a replica gets it as a whole.
  size_t chunk_bytes = size_t{1} << 20;

  friend bool operator==(const cluster_limits&, const cluster_limits&) = default;
};

/// A cluster. The defaults are those of config/cluster-3.conf.
struct cluster_configuration {
  /// A key (see `check_key`). Nodes of another cluster are turned away.
  std::string name;
  /// Of each partition. 1 to `max_replicas`.
  uint32_t replicas = 1;
  /// 1 to `max_cluster_nodes`, in the order of the file.
  std::vector<node_configuration> nodes;
  /// A replica that hears nothing of its leader for one to two times so long stands for election.
  int64_t election_timeout_ms = 400;
  /// How often a leader and a connection show that they are there.
  int64_t heartbeat_ms = 80;
  /// How long a replica may take to get the content as a whole before it is offered again.
  int64_t install_timeout_ms = 30'000;
  /// A peer that shows no sign of life for so long is gone; a connection that is not established
  /// within it has failed.
  int64_t connection_timeout_ms = 1'000;
  /// The delay before a lost connection is tried again doubles from the first to the second.
  int64_t reconnect_min_ms = 50;
  int64_t reconnect_max_ms = 2'000;
  /// How long a request from outside that brings no deadline is tried, over changes of leaders.
  int64_t request_deadline_ms = 30'000;
  /// How long a node that was asked to stop may take to hand over what it leads and end.
  int64_t drain_timeout_ms = 20'000;
  cluster_limits limits;
  std::optional<tls_configuration> tls;
  /// Listen beyond loopback without TLS: everybody on the network may read and write.
  bool unsafe_plain_text_beyond_loopback = false;

  /// The node with this id; nullptr if there is none.
  const node_configuration* find(uint32_t id) const;
};

/// True for 127.0.0.0/8, ::1 and localhost: what other machines do not reach.
bool is_loopback(std::string_view host);

/// True for an IPv4 or IPv6 address, without brackets.
bool is_ip_address(const std::string& host);

/// True for an IP address, and for what may be a host's name.
bool is_host(const std::string& host);

/// Reads the section `cluster`; what is wrong with it is kept by the file. A node that has no data
/// directory gets "node-ID" below `data_directory`. `unsafe_plain_text` stands for
/// unsafe-plain-text-beyond-loopback in the file.
cluster_configuration read_cluster(settings_file& file, const std::filesystem::path& data_directory,
                                   bool unsafe_plain_text);

} // namespace touchline::nodes
