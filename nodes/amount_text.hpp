// Amounts of money for people.
#pragma once

#include "messages/catalogue.pb.h"

#include <string>

namespace touchline::nodes {

/// "12.50 GBP" of 1250 minor units: every currency is shown with two decimals.
std::string amount_text(const Money& x);

} // namespace touchline::nodes
