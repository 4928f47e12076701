#include "actors/contexts.hpp"

#include "actors/fixture_manager/fixture_manager.hpp"
#include "actors/fixture_manager/pyramid.hpp"
#include "actors/identity/identity.hpp"
#include "actors/operations/operations.hpp"
#include "actors/runtime/context.hpp"
#include "actors/sponsor_manager/sponsor_manager.hpp"
#include "actors/stats_manager/stats_manager.hpp"
#include "actors/team_manager/team.hpp"
#include "actors/team_manager/team_manager.hpp"
#include "actors/transfer_manager/transfer_manager.hpp"

namespace touchline::actors {

entity_kinds all_contexts() {
  return entity_kinds{{kind_of_context<team_manager>(), kind_of_context<team>(),
                       kind_of_context<fixture_manager>(), kind_of_context<pyramid>(),
                       kind_of_context<stats_manager>(), kind_of_context<sponsor_manager>(),
                       kind_of_context<transfer_manager>(), kind_of_context<identity>(),
                       kind_of_context<audit_trail>()}};
}

} // namespace touchline::actors
