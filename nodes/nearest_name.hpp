// What somebody who mistyped a name probably meant.
#pragma once

#include <optional>
#include <set>
#include <string>

namespace touchline::nodes {

/// The name that differs least from `typed`: by at most a third of its letters, one at least, each
/// inserted, removed, replaced or swapped with its neighbour (the restricted Damerau-Levenshtein
/// distance). Nothing when all are further away.
std::optional<std::string> nearest_name(const std::string& typed,
                                        const std::set<std::string>& names);

} // namespace touchline::nodes
