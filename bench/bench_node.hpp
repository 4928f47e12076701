// A node for benchmarks, on a folder of its own that is removed at the end.
#pragma once

#include "nodes/embedded_access.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace touchline::bench {

class scratch_folder {
public:
  scratch_folder() {
    auto name = (std::filesystem::current_path() / "touchline-bench-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

template <class Node>
std::unique_ptr<Node> start(const std::filesystem::path& folder, nodes::configuration config) {
  config.data_directory = folder;
  auto node = Node::start(config);
  if (!node) {
    std::fprintf(stderr, "%s\n", node.error().text.c_str());
    std::exit(1);
  }
  return std::move(*node);
}

inline std::unique_ptr<nodes::embedded_node> start_node(const std::filesystem::path& folder,
                                                        nodes::configuration config = {}) {
  return start<nodes::embedded_node>(folder, std::move(config));
}

/// A node as the commands have it.
inline std::unique_ptr<nodes::embedded_access> start_access(const std::filesystem::path& folder) {
  return start<nodes::embedded_access>(folder, {});
}

inline double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace touchline::bench
