// The contexts that a node hosts.
#pragma once

#include "actors/runtime/entity.hpp"

namespace touchline::actors {

/// Every kind of entity of this version: team-manager and its teams, fixture-manager and its
/// pyramids, stats-manager, sponsor-manager, transfer-manager, identity.
entity_kinds all_contexts();

} // namespace touchline::actors
