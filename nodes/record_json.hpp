// Records and dead letters as JSON: what was handled, who caused it, what followed.
#pragma once

#include "messages/record.pb.h"

#include <nlohmann/json_fwd.hpp>

namespace touchline::nodes {

/// A record without what its events and messages say.
nlohmann::json record_json(const Record& record);

/// A dead letter without the message itself.
nlohmann::json dead_letter_json(const DeadLetter& letter);

/// A dead letter with the message itself, less its secrets.
nlohmann::json dead_letter_details(const DeadLetter& letter);

} // namespace touchline::nodes
