// Which message a thread works on, so that lines of the log can name its flow.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace touchline {

/// As long as it lives, what its thread logs belongs to a flow.
class log_context {
public:
  explicit log_context(std::string correlation)
    : before_{std::exchange(current(), std::move(correlation))} {}
  log_context(const log_context&) = delete;
  log_context& operator=(const log_context&) = delete;
  ~log_context() { current() = std::move(before_); }

  /// The correlation id of the flow; empty for none.
  static std::string_view correlation() { return current(); }

private:
  static std::string& current() {
    thread_local std::string text;
    return text;
  }

  std::string before_;
};

} // namespace touchline
