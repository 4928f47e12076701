// Holds what the actors have stored of a simulated pyramid against what was played.
#pragma once

#include "nodes/pyramid_configuration.hpp"
#include "nodes/pyramid_model.hpp"
#include "nodes/season_client.hpp"
#include "storage/store.hpp"

#include <tl/expected.hpp>

namespace touchline::nodes {

/// What `audit_store` finds wrong, if anything: what holds at every moment.
tl::expected<void, refusal> check_store(const storage::store& from);

/// Reads all teams and transfers and says what is wrong, if anything, after the last season that
/// the model was told of and before anything of the next one: every squad is the model's, player by
/// player; every team has paid and received the model's fees; every transfer of the model was
/// completed, and there was no other one.
tl::expected<void, refusal> check_outcome(season_client& client,
                                          const pyramid_configuration& config,
                                          const pyramid_model& model);

} // namespace touchline::nodes
