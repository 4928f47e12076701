// What a node's configuration file says. The syntax is CAF's; the keys are those of
// config/default.conf.
#pragma once

#include "actors/runtime/options.hpp"
#include "messages/catalogue.pb.h"
#include "nodes/cluster/cluster_configuration.hpp"
#include "nodes/log_settings.hpp"
#include "nodes/trace_settings.hpp"

#include <caf/settings.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace touchline::nodes {

/// A deal that a replayed or simulated season begins with.
struct sponsor_deal {
  std::string key;
  std::string name;
  /// Per season, in minor units of the currency.
  int64_t amount = 0;
  std::string currency;

  friend bool operator==(const sponsor_deal&, const sponsor_deal&) = default;
};

/// Squads of any size up to 64, and the two transfer windows of most of Europe's leagues.
LeagueRules default_rules();

/// A node's configuration. The defaults are those of config/default.conf.
struct configuration {
  std::filesystem::path data_directory = "touchline-data";
  /// What the node is called in the records of what it handled.
  std::string node = "node-1";
  /// The season that `touchline run` plays; empty for none.
  std::filesystem::path season;
  actors::runtime_options runtime;
  std::vector<sponsor_deal> sponsors{
    {"title-sponsor", "Kestrel Assurance", 9'750'000'001, "GBP"},
    {"kit-sponsor", "Harrow & Pike Outfitters", 1'234'567'890, "GBP"}};
  /// Squad sizes and transfer windows of the leagues that are replayed or simulated.
  LeagueRules rules = default_rules();
  /// The cluster that the file describes, if any. Other settings hold for each of its nodes.
  std::optional<cluster_configuration> cluster;
  /// Where the process logs.
  log_settings log;
  /// Where it sends its traces.
  trace_settings tracing;
  /// What the file says to CAF itself.
  caf::settings caf;
};

/// Reads all sections but `pyramid`; what is wrong with them is kept by the file.
/// `unsafe_plain_text` stands for cluster.unsafe-plain-text-beyond-loopback in the file.
configuration read_configuration(settings_file& file, bool unsafe_plain_text = false);

/// Reads a configuration file; relative paths in it are relative to its folder. Its section
/// `pyramid`, if any, is for `read_pyramid`. One sentence with its line for the first mistake: no
/// such file, not the syntax, an unknown key, a value of the wrong type or out of bounds.
tl::expected<configuration, std::string> read_configuration(const std::filesystem::path& path);

} // namespace touchline::nodes
