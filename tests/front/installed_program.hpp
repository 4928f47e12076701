// Programs of operators that a test runs: real ones, from the system's packages.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>

#include <unistd.h>

namespace touchline::testing {

/// Where a program is; nothing when it is not installed. Also looks where those for administrators
/// are, which not everybody has in PATH.
inline std::optional<std::string> installed_program(const std::string& name) {
  auto* path = std::getenv("PATH"); // NOLINT(concurrency-mt-unsafe): nothing sets it
  std::istringstream folders{(path ? std::string{path} : std::string{}) + ":/usr/sbin:/usr/bin"};
  for (std::string folder; std::getline(folders, folder, ':');) {
    auto file = std::filesystem::path{folder} / name;
    if (::access(file.c_str(), X_OK) == 0)
      return file.string();
  }
  return std::nullopt;
}

} // namespace touchline::testing
