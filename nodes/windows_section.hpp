// Transfer windows in a configuration file.
#pragma once

#include "messages/catalogue.pb.h"
#include "nodes/settings_section.hpp"

#include <cstddef>
#include <string>

namespace touchline::nodes {

/// Transfer windows that a configuration may set.
inline constexpr size_t max_configured_windows = 8;

/// A day of every year, "MM-DD".
std::string day_of_year(settings_section& from, const std::string& key);

/// The list `windows` of a section, each with name, from and to.
void read_windows(settings_section& from, LeagueRules& out);

} // namespace touchline::nodes
