#include "nodes/state_replay.hpp"

#include "actors/contexts.hpp"
#include "messages/catalogue.hpp"
#include "messages/record.pb.h"

#include <algorithm>
#include <utility>

namespace touchline::nodes {

namespace {

refusal read_failed(const storage::storage_error& why) {
  auto damaged = why.code == storage::error_code::damaged;
  return {damaged ? DAMAGED : UNAVAILABLE, why.text + '.'};
}

} // namespace

state_replay::state_replay(const storage::store& from, std::string address, uint64_t until,
                           const actors::entity_kind& kind)
  : from_{from},
    address_{std::move(address)},
    until_{until},
    kind_{kind},
    entity_{kind.create()} {}

tl::expected<std::unique_ptr<state_replay>, refusal> state_replay::begin(const storage::store& from,
                                                                         std::string address,
                                                                         uint64_t until) {
  static const auto kinds = actors::all_contexts();
  const auto* kind = kinds.find(kind_of(address));
  if (!kind)
    return tl::unexpected<refusal>{
      {NOT_FOUND, "There is no kind of entity called \"" + std::string{kind_of(address)} + "\"."}};
  std::unique_ptr<state_replay> out{new state_replay{from, std::move(address), until, *kind}};
  auto snapshot = from.read_snapshot(out->address_);
  if (!snapshot)
    return tl::unexpected{read_failed(snapshot.error())};
  if (*snapshot && (until == 0 || (*snapshot)->position <= until)) {
    EntitySnapshot x;
    if (!x.ParseFromString((*snapshot)->bytes) || !out->entity_->load(x.state()))
      return tl::unexpected{out->damaged()};
    out->position_ = x.position();
  }
  return out;
}

tl::expected<bool, refusal> state_replay::step(size_t max_records) {
  if (until_ > 0 && position_ == until_)
    return true;
  storage::read_limits limits;
  limits.max_records = max_records;
  if (until_ > 0)
    limits.max_records = std::min<uint64_t>(max_records, until_ - position_);
  bool readable = true;
  auto progress = from_.read_stream(address_, position_ + 1, limits,
                                    [&](uint64_t position, std::string_view bytes) {
                                      readable = apply(bytes);
                                      position_ = position;
                                      return readable;
                                    });
  if (!progress)
    return tl::unexpected{read_failed(progress.error())};
  if (!readable)
    return tl::unexpected{damaged()};
  if (until_ > 0 && position_ == until_)
    return true;
  if (progress->at_end && until_ > 0)
    return tl::unexpected<refusal>{{NOT_FOUND, address_ + " has " + std::to_string(position_)
                                                 + " records, not " + std::to_string(until_)
                                                 + "."}};
  return progress->at_end;
}

/// False when it is not a record of this kind of entity.
bool state_replay::apply(std::string_view bytes) {
  Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return false;
  return std::ranges::all_of(record.event(), [this](auto& event) { return entity_->apply(event); });
}

refusal state_replay::damaged() const {
  return {DAMAGED,
          "Snapshot or records of " + address_ + " are not those of a " + kind_.name + "."};
}

} // namespace touchline::nodes
