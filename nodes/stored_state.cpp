#include "nodes/stored_state.hpp"

#include "nodes/state_replay.hpp"

namespace touchline::nodes {

tl::expected<void, std::string> check_stored(const configuration& config) {
  std::error_code failed;
  if (std::filesystem::exists(config.data_directory / "data.mdb", failed))
    return {};
  return tl::unexpected{"There is no data in " + config.data_directory.string()
                        + "; name a data directory with --data-dir."};
}

tl::expected<std::unique_ptr<storage::lmdb_store>, std::string> open_stored(
  const configuration& config) {
  if (auto there = check_stored(config); !there)
    return tl::unexpected{there.error()};
  storage::lmdb_options options;
  options.path = config.data_directory;
  auto store = storage::lmdb_store::open(options);
  if (!store)
    return tl::unexpected{store.error().text + '.'};
  return std::move(*store);
}

tl::expected<std::string, std::string> read_state(const storage::store& from,
                                                  const std::string& address) {
  auto replay = state_replay::begin(from, address);
  if (!replay)
    return tl::unexpected{replay.error().text};
  for (;;) {
    auto done = (*replay)->step();
    if (!done)
      return tl::unexpected{done.error().text};
    if (*done)
      return (*replay)->state().save();
  }
}

tl::expected<std::vector<std::string>, std::string> addresses_with(const storage::store& from,
                                                                   const std::string& prefix) {
  constexpr size_t page = 1'000;
  std::vector<std::string> out;
  for (;;) {
    auto found = from.addresses(prefix, out.empty() ? std::string{} : out.back(), page);
    if (!found)
      return tl::unexpected{found.error().text + '.'};
    out.insert(out.end(), found->begin(), found->end());
    if (found->size() < page)
      return out;
  }
}

} // namespace touchline::nodes
