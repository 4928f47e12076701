// Records and dead letters as JSON: what was handled, who caused it, what followed.
#pragma once

#include "messages/record.pb.h"

#include <nlohmann/json.hpp>

#include <string>

namespace touchline::nodes {

/// What a record says: who caused it, when, in which flow, how many `events` it holds, what they
/// are (`facts`, without secrets), and what it `sent`.
nlohmann::json record_json(const std::string& address, const Record& record);

/// A dead letter without the message itself.
nlohmann::json dead_letter_json(const DeadLetter& letter);

/// A dead letter with the message itself, less its secrets.
nlohmann::json dead_letter_details(const DeadLetter& letter);

} // namespace touchline::nodes
