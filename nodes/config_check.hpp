// All that can be said about a configuration file without running anything.
#pragma once

#include "nodes/configuration.hpp"
#include "nodes/pyramid_configuration.hpp"
#include "nodes/settings_file.hpp"
#include "nodes/table_format.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace touchline::nodes {

/// What a file says and what is wrong with it.
struct checked_configuration {
  /// In the order of their lines.
  std::vector<mistake> mistakes;
  /// Nothing when the file could not be parsed.
  std::optional<configuration> config;
  /// Of a file with such a section.
  std::optional<pyramid_configuration> pyramid;

  /// True when there is nothing but warnings.
  bool usable() const;
};

/// Reads all sections of a file, and looks for the certificates of the nodes named; of all when
/// none is.
checked_configuration check_configuration(const std::filesystem::path& path,
                                          const std::vector<uint32_t>& nodes);

/// Has the file keep what is wrong with the certificates of these nodes, if the cluster has any.
void check_certificates(settings_file& file, const cluster_configuration& cluster,
                        const std::vector<uint32_t>& nodes);

/// Prints every mistake, or what the file describes. Returns 0 when it is usable, else 1.
int print_configuration_check(const std::filesystem::path& file, const std::vector<uint32_t>& nodes,
                              output_format format);

} // namespace touchline::nodes
