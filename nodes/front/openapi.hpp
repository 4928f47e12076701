// The interface as a document: OpenAPI 3.1, made of the catalogue.
#pragma once

#include "nodes/front/route_table.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace touchline::front {

/// Every route with its parameters, bodies and responses, and the schemas that they need. `version`
/// is the program's.
nlohmann::json openapi_document(const route_table& routes, const std::string& version);

} // namespace touchline::front
