// The errors of the storage room in the words of the catalogue's list.
#pragma once

#include "messages/error.hpp"
#include "storage/error.hpp"

namespace touchline::actors {

/// The code and the sentence of a storage error.
refusal to_refusal(const storage::storage_error& error);

} // namespace touchline::actors
