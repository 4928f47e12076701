// What is logged during a test.
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace touchline::testing {

/// Takes everything that is logged, as long as it lives.
class captured_log {
public:
  captured_log() : before_{spdlog::default_logger()} {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("captured", lines_));
  }
  captured_log(const captured_log&) = delete;
  captured_log& operator=(const captured_log&) = delete;
  ~captured_log() { spdlog::set_default_logger(before_); }

  /// Lines that have `part` in them.
  size_t count(const std::string& part) const { return lines_->count(part); }

private:
  class line_sink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    size_t count(const std::string& part) {
      std::lock_guard guard{mutex_};
      return static_cast<size_t>(std::ranges::count_if(
        lines_, [&part](auto& x) { return x.find(part) != std::string::npos; }));
    }

  private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      lines_.emplace_back(message.payload.data(), message.payload.size());
    }
    void flush_() override {}

    std::vector<std::string> lines_;
  };

  std::shared_ptr<line_sink> lines_ = std::make_shared<line_sink>();
  std::shared_ptr<spdlog::logger> before_;
};

} // namespace touchline::testing
