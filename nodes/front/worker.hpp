// A thread for the few things that take long or wait: passwords, and reading the records of flows.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace touchline::front {

/// Jobs that wait for a worker; one more is refused.
inline constexpr std::size_t max_waiting_jobs = 32;

/// Runs jobs one after the other.
class worker {
public:
  worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// Runs what waits, and ends.
  ~worker();

  /// False when too many wait: the job is not run. A job must not throw.
  bool post(std::function<void()> job);

private:
  void run();

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

} // namespace touchline::front
