#include "nodes/resident_memory.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include <malloc.h>

/// jemalloc's, where the program is linked with it (ADR 17).
extern "C" int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value,
                       size_t new_size) __attribute__((weak));

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

void release_free_memory() {
  // Of all arenas: MALLCTL_ARENAS_ALL is 4096.
  if (mallctl)
    mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
  else
    malloc_trim(0);
}

} // namespace touchline::nodes
