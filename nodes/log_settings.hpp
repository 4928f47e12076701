// Where a process writes its log, and how.
#pragma once

#include "nodes/settings_section.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace touchline::nodes {

/// Lines for people, or JSON values for machines, one each line: `time` (RFC 3339, UTC), `level`,
/// `node`, `message`, and `correlation` when the line is about a flow.
enum class log_format { text, json };

/// The section `touchline.log` of a configuration.
struct log_settings {
  log_format format = log_format::text;
  /// Empty for standard error. {id} stands for the id of a cluster's node.
  std::filesystem::path file;
  /// Then FILE becomes FILE.1, FILE.1 becomes FILE.2, and the last one goes.
  size_t file_bytes = size_t{10} << 20;
  size_t files = 5;

  friend bool operator==(const log_settings&, const log_settings&) = default;
};

/// Reads the section; mistakes are kept by the file.
void read_log(settings_section from, log_settings& out);

/// Logs so from now on, as the node of this name. One sentence when the file cannot be written.
std::string use_log(const log_settings& how, const std::string& node);

/// One line: what `log_format::json` makes of a message. Bytes that are no UTF-8 are replaced.
std::string json_line(int64_t time_ms, std::string_view level, const std::string& node,
                      std::string_view message, std::string_view correlation);

} // namespace touchline::nodes
