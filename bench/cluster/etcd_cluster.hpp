// Three members of etcd on this machine, with its default settings, and puts to them.
#pragma once

#include "bench/cluster/child_process.hpp"
#include "bench/cluster/figures.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace touchline::bench {

/// A cluster of three members, in a folder of its own. What goes wrong while it starts ends the
/// program with a sentence.
class etcd_cluster {
public:
  static constexpr uint32_t size = 3;

  explicit etcd_cluster(const std::filesystem::path& folder);
  ~etcd_cluster();

  /// The process of a member, from 1.
  child_process& member(uint32_t id) { return members_.at(id - 1); }

  /// Starts the member, for the first time or again.
  void start(uint32_t id);

  /// The member that leads; 0 while there is none.
  uint32_t leader();

  /// Waits until all members answer and agree on who leads, and none is more than a few entries
  /// behind. False after `timeout`.
  bool wait_until_well(steady::duration timeout);

  /// Puts a value through a member and waits for the answer. False when it was refused or not
  /// answered within `timeout`.
  bool put(uint32_t through, const std::string& key, const std::string& value,
           steady::duration timeout);

  /// Puts values for `duration` with so many under way at any time, from one thread, all through
  /// the leader, which spares etcd a hop.
  load_figures measure_puts(size_t clients, steady::duration duration);

private:
  struct connections;

  std::string endpoint(uint32_t id) const;

  std::filesystem::path folder_;
  std::vector<uint16_t> client_ports_;
  std::vector<uint16_t> peer_ports_;
  std::array<child_process, size> members_;
  std::unique_ptr<connections> connections_;
};

/// Key and value of a put, of as many bytes as the commands of the other side have.
std::string etcd_key(int league);
std::string etcd_value(uint64_t number);

} // namespace touchline::bench
