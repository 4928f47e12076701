// A server that a benchmark starts, kills, stops for a while and looks at from outside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace touchline::bench {

/// A process of its own, killed when this goes, or by the system when the benchmark dies.
class child_process {
public:
  child_process() = default;

  /// Starts the program `command[0]`, found along PATH. What it writes is appended to `log`. A
  /// program that cannot be started ends at once with status 127.
  child_process(const std::vector<std::string>& command, const std::filesystem::path& log);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&& other) noexcept;
  ~child_process();

  /// Sends a signal. Safe beside another thread that does the same.
  void signal(int number) const;

  /// Kills it, if it lives, and waits for its end.
  void kill();

  /// Whether it has not ended.
  bool running();

  /// Resident memory that belongs to no file, in bytes; 0 when it has ended.
  uint64_t anonymous_bytes() const;

private:
  pid_t pid_ = -1;
};

/// `count` different TCP ports of 127.0.0.1 that nobody listened on a moment ago.
std::vector<uint16_t> free_ports(size_t count);

} // namespace touchline::bench
