// Records as JSON, for people and their programs.
#pragma once

#include "messages/record.pb.h"

#include <nlohmann/json.hpp>

#include <string>

namespace touchline::nodes {

/// What a record says: who caused it, when, in which flow, how many `events` it holds, what they
/// are (`facts`, without secrets), and what it `sent`.
nlohmann::json record_json(const std::string& address, const Record& record);

} // namespace touchline::nodes
