#include "nodes/resident_memory.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

namespace touchline::nodes {

namespace {

/// A figure of /proc/self/status, which is in KiB.
double status_mib(const std::string& name) {
  constexpr double kib_per_mib = 1024;
  std::ifstream in{"/proc/self/status"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name + ':'))
      return std::strtod(line.c_str() + name.size() + 1, nullptr) / kib_per_mib;
  return 0;
}

} // namespace

double resident_mib() {
  return status_mib("VmRSS");
}

double anonymous_mib() {
  return status_mib("RssAnon");
}

} // namespace touchline::nodes
