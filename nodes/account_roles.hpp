// The roles of accounts and certificates by name.
#pragma once

#include "messages/catalogue.pb.h"

#include <array>
#include <string_view>

namespace touchline::nodes {

/// Roles as the command line and certificates call them, in the order of Role from 1.
inline constexpr std::array account_roles{"league-administrator", "team-owner", "sponsor", "viewer",
                                          "operator"};

/// The role of that name; ROLE_UNSPECIFIED when none has it.
Role role_named(std::string_view name);

/// The name of a role; empty for ROLE_UNSPECIFIED, and for one that this version does not know.
std::string_view name_of_role(Role role);

} // namespace touchline::nodes
