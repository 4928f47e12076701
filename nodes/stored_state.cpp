#include "nodes/stored_state.hpp"

#include "actors/contexts.hpp"
#include "actors/runtime/entity.hpp"
#include "messages/catalogue.hpp"
#include "messages/record.pb.h"

namespace touchline::nodes {

namespace {

/// Applies a record; false when it is not one of this kind of entity.
bool apply_record(actors::entity& entity, std::string_view bytes) {
  Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return false;
  for (auto& event : record.event())
    if (!entity.apply(event))
      return false;
  return true;
}

} // namespace

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
  static const auto kinds = actors::all_contexts();
  const auto* kind = kinds.find(kind_of(address));
  if (!kind)
    return tl::unexpected{"There is no kind of entity called \"" + std::string{kind_of(address)}
                          + "\"."};
  auto entity = kind->create();
  auto snapshot = from.read_snapshot(address);
  if (!snapshot)
    return tl::unexpected{snapshot.error().text + '.'};
  uint64_t next = 1;
  bool readable = true;
  if (*snapshot) {
    EntitySnapshot x;
    readable = x.ParseFromString((*snapshot)->bytes) && entity->load(x.state());
    next = x.position() + 1;
  }
  for (bool at_end = false; readable && !at_end;) {
    auto progress = from.read_stream(address, next, {}, [&](uint64_t, std::string_view bytes) {
      readable = apply_record(*entity, bytes);
      return readable;
    });
    if (!progress)
      return tl::unexpected{progress.error().text + '.'};
    next = progress->next_position;
    at_end = progress->at_end;
  }
  if (!readable)
    return tl::unexpected{"Snapshot or records of " + address + " are not those of a " + kind->name
                          + "."};
  return entity->save();
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
