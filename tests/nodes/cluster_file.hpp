// A small cluster as a configuration file has it.
#pragma once

#include "nodes/config_check.hpp"
#include "tests/nodes/process.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace touchline::testing {

inline const std::string small_cluster = R"(cluster {
  name = "trial"
  nodes = [
    {
      id = 1,
      host = "127.0.0.1",
      port = 7401
    },
    {
      id = 2,
      host = "127.0.0.1",
      port = 7402
    },
    {
      id = 3,
      host = "127.0.0.1",
      port = 7403
    }
  ]
  # settings
}
)";

/// A text with the first place of one part replaced by another.
inline std::string changed(std::string text, const std::string& part, const std::string& by) {
  auto at = text.find(part);
  if (at == std::string::npos)
    throw std::logic_error{"there is no " + part};
  return text.replace(at, part.size(), by);
}

/// The small cluster with more settings.
inline std::string with_settings(const std::string& settings) {
  return changed(small_cluster, "  # settings\n", settings);
}

inline nodes::checked_configuration check_text(const std::string& text,
                                               const std::vector<uint32_t>& ids = {}) {
  work_folder folder;
  write_file(folder / "cluster.conf", text);
  return nodes::check_configuration(folder / "cluster.conf", ids);
}

/// What a check says, "LINE: TEXT" each, warnings with a W before.
inline std::vector<std::string> said(const nodes::checked_configuration& checked) {
  std::vector<std::string> result;
  for (auto& x : checked.mistakes)
    result.push_back((x.warning ? "W" : "") + std::to_string(x.line) + ": " + x.text);
  return result;
}

} // namespace touchline::testing
