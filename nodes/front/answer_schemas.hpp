// The schemas of bodies that are no messages of the catalogue, as OpenAPI 3.1 has them.
#pragma once

#include <nlohmann/json.hpp>

namespace touchline::front {

/// By name: "Problem", "Leagues", "Flow" … What they say is always there, except where a schema
/// does not require it.
nlohmann::json answer_schemas();

} // namespace touchline::front
