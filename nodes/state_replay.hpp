// Rebuilds the state of an entity from what is stored, a few records at a time: nobody who serves
// others is kept from it by a long stream.
#pragma once

#include "actors/runtime/entity.hpp"
#include "messages/error.hpp"
#include "storage/store.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace touchline::nodes {

/// One entity on its way to a position. `from` outlives it.
class state_replay {
public:
  /// Records that one step applies by default.
  static constexpr size_t step_records = 512;

  /// To find the state as it was after record `until` (0 for the last one): begins with the newest
  /// snapshot, or with nothing when that is of a later record. NOT_FOUND for an unknown kind.
  static tl::expected<std::unique_ptr<state_replay>, refusal> begin(const storage::store& from,
                                                                    std::string address,
                                                                    uint64_t until = 0);

  /// Applies at most `max_records` records; true when there are no more to apply. DAMAGED when
  /// they are not those of such an entity, NOT_FOUND when the stream ends before `until`.
  tl::expected<bool, refusal> step(size_t max_records = step_records);

  const actors::entity& state() const noexcept { return *entity_; }
  /// Of the last record that was applied; 0 for none.
  uint64_t position() const noexcept { return position_; }
  const std::string& address() const noexcept { return address_; }

private:
  state_replay(const storage::store& from, std::string address, uint64_t until,
               const actors::entity_kind& kind);

  bool apply(std::string_view record);
  refusal damaged() const;

  const storage::store& from_;
  std::string address_;
  uint64_t until_;
  const actors::entity_kind& kind_;
  std::unique_ptr<actors::entity> entity_;
  uint64_t position_ = 0;
};

} // namespace touchline::nodes
