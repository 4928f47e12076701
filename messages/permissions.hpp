// Which account may send which message about whom: the table in the catalogue, and the one place
// that reads it.
#pragma once

#include "messages/catalogue.hpp"
#include "messages/catalogue_types.hpp"
#include "messages/error.hpp"

#include <optional>

namespace touchline {

/// Why the account of a grant may not send a message, if so: FORBIDDEN. `what` must be the
/// catalogue's entry of `body`. What the message is about is read from its fields `league`,
/// `pyramid`, `team`, `sponsor` and `account`; a message that says nothing is about nobody's own.
/// For a league administrator, leagues and pyramids named in parts of the message count as well.
/// A message that no permission names is for nobody.
std::optional<refusal> check_permission(const Grant& who, const message_info& what,
                                        const google::protobuf::Message& body);

} // namespace touchline
