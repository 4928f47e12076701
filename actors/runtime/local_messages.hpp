// CAF type ids of what entities, partitions and supervisors of one process say to each other. None
// of it can be serialized: it never leaves the process.
#pragma once

#include "actors/runtime/entity_actor.hpp"
#include "actors/runtime/partition_actor.hpp"
#include "actors/runtime/supervisor_actor.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

CAF_BEGIN_TYPE_ID_BLOCK(touchline_local, first_custom_type_id + 20)
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::entity_outcome))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::entity_failed))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::passivate_request))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::entity_passivated))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::set_aside_request))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::commit_notice))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::partition_tick))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::restart_entity))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::activity_query))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::activity))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::fail_request))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::restart_partition))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::passivate_all))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::partition_failed))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::open_partition))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::drop_request))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::resign))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::lead_partition))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::follow_partition))
  CAF_ADD_TYPE_ID(touchline_local, (touchline::actors::acknowledgements))
CAF_END_TYPE_ID_BLOCK(touchline_local)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::entity_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::entity_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::passivate_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::entity_passivated)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::set_aside_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::commit_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::acknowledgements)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::partition_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::restart_entity)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::activity_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::activity)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::fail_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::restart_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::passivate_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::partition_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::open_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::drop_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::resign)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::lead_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touchline::actors::follow_partition)
