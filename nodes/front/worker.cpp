#include "nodes/front/worker.hpp"

namespace touchline::front {

worker::worker() : thread_{[this] { run(); }} {}

worker::~worker() {
  {
    std::lock_guard guard{mutex_};
    ending_ = true;
  }
  came_.notify_one();
  thread_.join();
}

bool worker::post(std::function<void()> job) {
  {
    std::lock_guard guard{mutex_};
    if (ending_ || jobs_.size() >= max_waiting_jobs)
      return false;
    jobs_.push_back(std::move(job));
  }
  came_.notify_one();
  return true;
}

void worker::run() {
  std::unique_lock guard{mutex_};
  for (;;) {
    came_.wait(guard, [this] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty())
      return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    guard.unlock();
    job();
    job = nullptr;
    guard.lock();
  }
}

} // namespace touchline::front
