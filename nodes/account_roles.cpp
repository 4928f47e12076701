#include "nodes/account_roles.hpp"

#include <algorithm>

namespace touchline::nodes {

Role role_named(std::string_view name) {
  const auto* at = std::ranges::find(account_roles, name);
  return at == account_roles.end() ? ROLE_UNSPECIFIED
                                   : static_cast<Role>(at - account_roles.begin() + 1);
}

std::string_view name_of_role(Role role) {
  auto place = static_cast<size_t>(role);
  return role > 0 && place <= account_roles.size() ? account_roles[place - 1] : std::string_view{};
}

} // namespace touchline::nodes
