#include "nodes/config_check.hpp"

#include "nodes/certificate_check.hpp"
#include "nodes/front/front_configuration.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>

namespace touchline::nodes {

namespace {

using nlohmann::ordered_json;

/// What says which certificates there have to be: as long as a part of it is wrong, nobody knows.
constexpr std::array certificate_keys{"cluster.name", "cluster.tls", "cluster.tls.ca",
                                      "cluster.tls.certificate", "cluster.tls.key"};

/// Of the certificates, the key of the setting that names the file.
const char* key_of(certificate_finding::file where) {
  switch (where) {
    case certificate_finding::file::ca:
      return "cluster.tls.ca";
    case certificate_finding::file::key:
      return "cluster.tls.key";
    default:
      return "cluster.tls.certificate";
  }
}

std::string counted(size_t number, const std::string& one) {
  return std::to_string(number) + ' ' + one + (number == 1 ? "" : "s");
}

std::string protection(const cluster_configuration& cluster) {
  if (cluster.tls)
    return "TLS";
  auto local = std::ranges::all_of(cluster.nodes, [](auto& x) { return is_loopback(x.host); });
  return local ? "plain text on loopback" : "plain text beyond loopback";
}

std::vector<std::string> roles_of(const node_configuration& node) {
  std::vector<std::string> result;
  if (node.front)
    result.emplace_back("front");
  if (node.hosts_partitions)
    result.emplace_back("league");
  return result;
}

int teams_of(const pyramid_configuration& pyramid) {
  int result = 0;
  for (auto& tier : pyramid.pyramid.tiers())
    result += tier.teams_size();
  return result;
}

// -- for people -----------------------------------------------------------------------------------

void print_cluster(const configuration& config) {
  const auto& cluster = *config.cluster;
  std::cout << "Cluster " << cluster.name << ": " << counted(cluster.nodes.size(), "node") << ", "
            << counted(config.runtime.partitions, "partition") << ", "
            << counted(cluster.replicas, "replica") << " of each, " << protection(cluster) << ".\n";
  for (auto& node : cluster.nodes) {
    std::cout << "  " << node.name() << "  " << node.address();
    auto separator = "  ";
    for (auto& role : roles_of(node)) {
      std::cout << separator << role;
      separator = ", ";
    }
    std::cout << "  " << node.data_directory.string() << '\n';
  }
}

void print_text(const std::filesystem::path& file, const checked_configuration& checked) {
  for (auto x : checked.mistakes) {
    if (x.warning)
      x.text = "Warning: " + x.text;
    std::cout << located(file, x) << '\n';
  }
  if (!checked.usable()) {
    auto warnings = std::ranges::count_if(checked.mistakes, &mistake::warning);
    auto number = checked.mistakes.size() - static_cast<size_t>(warnings);
    std::cout << counted(number, "mistake") << ".\n";
    return;
  }
  if (checked.config->cluster)
    print_cluster(*checked.config);
  else
    std::cout << "A node with " << counted(checked.config->runtime.partitions, "partition")
              << " that keeps its state in " << checked.config->data_directory.string() << ".\n";
  if (checked.pyramid)
    std::cout << "Pyramid " << checked.pyramid->pyramid.pyramid() << ": "
              << counted(static_cast<size_t>(checked.pyramid->pyramid.tiers_size()), "tier") << ", "
              << counted(static_cast<size_t>(teams_of(*checked.pyramid)), "team") << ".\n";
}

// -- for machines ---------------------------------------------------------------------------------

ordered_json to_json(const configuration& config) {
  const auto& cluster = *config.cluster;
  ordered_json nodes = ordered_json::array();
  for (auto& node : cluster.nodes)
    nodes.push_back({{"id", node.id},
                     {"host", node.host},
                     {"port", node.port},
                     {"dataDirectory", node.data_directory.string()},
                     {"roles", roles_of(node)}});
  return {{"name", cluster.name},
          {"partitions", config.runtime.partitions},
          {"replicas", cluster.replicas},
          {"tls", cluster.tls.has_value()},
          {"nodes", std::move(nodes)}};
}

void print_json(const std::filesystem::path& file, const checked_configuration& checked) {
  ordered_json mistakes = ordered_json::array();
  for (auto& x : checked.mistakes)
    mistakes.push_back({{"line", x.line},
                        {"key", x.key},
                        {"severity", x.warning ? "warning" : "mistake"},
                        {"text", x.text}});
  ordered_json result{
    {"file", file.string()}, {"usable", checked.usable()}, {"mistakes", std::move(mistakes)}};
  if (checked.usable() && checked.config->cluster)
    result["cluster"] = to_json(*checked.config);
  if (checked.usable() && !checked.config->cluster)
    result["node"] = {{"partitions", checked.config->runtime.partitions},
                      {"dataDirectory", checked.config->data_directory.string()}};
  if (checked.usable() && checked.pyramid)
    result["pyramid"] = {{"key", checked.pyramid->pyramid.pyramid()},
                         {"tiers", checked.pyramid->pyramid.tiers_size()},
                         {"teams", teams_of(*checked.pyramid)}};
  std::cout << result.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

} // namespace

bool checked_configuration::usable() const {
  return config && std::ranges::all_of(mistakes, &mistake::warning);
}

void check_certificates(settings_file& file, const cluster_configuration& cluster,
                        const std::vector<uint32_t>& nodes) {
  if (!cluster.tls)
    return;
  std::vector<std::string> said;
  for (auto& node : cluster.nodes) {
    // A node whose id could not be read has none.
    auto wanted = nodes.empty() || std::ranges::find(nodes, node.id) != nodes.end();
    if (node.id == 0 || !wanted)
      continue;
    certificate_files files{cluster.tls->ca, cluster.tls->certificate_of(node.id),
                            cluster.tls->key_of(node.id)};
    for (auto& x : check_certificate(files, node.name(), cluster.name)) {
      // What is wrong with the authority is found with each node.
      if (std::ranges::find(said, x.text) != said.end())
        continue;
      said.push_back(x.text);
      file.add(key_of(x.where), x.text, x.warning);
    }
  }
}

checked_configuration check_configuration(const std::filesystem::path& path,
                                          const std::vector<uint32_t>& nodes) {
  checked_configuration result;
  auto file = settings_file::read(path);
  if (!file) {
    result.mistakes.push_back(file.error());
    return result;
  }
  result.config = read_configuration(*file);
  if (result.config->cluster) {
    for (auto id : nodes)
      if (!result.config->cluster->find(id))
        file->add("cluster.nodes", "cluster.nodes has no node " + std::to_string(id) + '.', false);
    if (std::ranges::none_of(certificate_keys,
                             [&file](const char* key) { return file->refused(key); }))
      check_certificates(*file, *result.config->cluster, nodes);
  }
  auto served = front::read_front(*file);
  if (served && result.config->cluster)
    front::check_fronts(*file, *result.config->cluster);
  if (file->settings().contains("pyramid"))
    result.pyramid = read_pyramid(*file);
  result.mistakes = file->mistakes();
  return result;
}

int print_configuration_check(const std::filesystem::path& file, const std::vector<uint32_t>& nodes,
                              output_format format) {
  auto checked = check_configuration(file, nodes);
  if (format == output_format::json)
    print_json(file, checked);
  else
    print_text(file, checked);
  return checked.usable() ? 0 : 1;
}

} // namespace touchline::nodes
