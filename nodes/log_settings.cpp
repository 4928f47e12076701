#include "nodes/log_settings.hpp"

#include "messages/log_context.hpp"

#include <spdlog/formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

constexpr int64_t least_file_bytes = 4'096;
constexpr int64_t most_file_bytes = int64_t{1} << 30;
constexpr int64_t most_files = 100;

/// Called by the thread that logs: it knows which flow it works on.
class json_formatter final : public spdlog::formatter {
public:
  explicit json_formatter(std::string node) : node_{std::move(node)} {}

  void format(const spdlog::details::log_msg& what, spdlog::memory_buf_t& out) override {
    auto level = spdlog::level::to_string_view(what.level);
    auto time_ms
      = std::chrono::duration_cast<std::chrono::milliseconds>(what.time.time_since_epoch()).count();
    auto line = json_line(time_ms, {level.data(), level.size()}, node_,
                          {what.payload.data(), what.payload.size()}, log_context::correlation());
    line += '\n';
    out.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<json_formatter>(node_);
  }

private:
  std::string node_;
};

} // namespace

std::string json_line(int64_t time_ms, std::string_view level, const std::string& node,
                      std::string_view message, std::string_view correlation) {
  constexpr int64_t second_ms = 1'000;
  auto seconds = static_cast<std::time_t>(time_ms / second_ms);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char day[32];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &utc);
  char time[48];
  std::snprintf(time, sizeof time, "%s.%03dZ", day, static_cast<int>(time_ms % second_ms));
  nlohmann::ordered_json out{
    {"time", time}, {"level", level}, {"node", node}, {"message", message}};
  if (!correlation.empty())
    out["correlation"] = correlation;
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void read_log(settings_section from, log_settings& out) {
  auto format = from.text_or("format", "text");
  if (format == "json")
    out.format = log_format::json;
  else if (format != "text")
    from.refuse("format", "must be \"text\" or \"json\"");
  from.optional_path("file", out.file);
  from.optional_number("file-bytes", least_file_bytes, most_file_bytes, out.file_bytes);
  from.optional_number("files", 1, most_files, out.files);
  from.refuse_others();
}

std::string use_log(const log_settings& how, const std::string& node) {
  if (how == log_settings{})
    return {};
  try {
    spdlog::sink_ptr sink;
    if (how.file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(how.file.string(),
                                                                    how.file_bytes, how.files - 1);
    auto logger = std::make_shared<spdlog::logger>("touchline", std::move(sink));
    logger->set_level(spdlog::get_level());
    if (how.format == log_format::json)
      logger->set_formatter(std::make_unique<json_formatter>(node));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
    return {};
  } catch (const spdlog::spdlog_ex& wrong) {
    return "The log " + how.file.string() + " cannot be written: " + wrong.what() + ".";
  }
}

} // namespace touchline::nodes
