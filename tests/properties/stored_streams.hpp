// What must hold for the records of all entities together, whatever was handled, failed or was
// stopped in between.
#pragma once

#include "storage/store.hpp"

#include <set>
#include <string>
#include <vector>

namespace touchline::testing {

/// Checks all records of a node that has nothing under way; one sentence for each thing that is
/// wrong. Each message that a record sent was addressed to each receiver that the catalogue names,
/// once, and was handled there once, in its order, within its flow, or is a dead letter; a dead
/// letter was retried with success once, or is still one, or is among the `dropped` ones; each
/// command has one record, and one answer; each entity's snapshot is what its whole stream makes of
/// it.
std::vector<std::string> check_streams(const storage::store& store,
                                       const std::set<std::string>& dropped);

} // namespace touchline::testing
