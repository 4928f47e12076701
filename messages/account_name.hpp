// What accounts are called: "PYRAMID/NAME", and "NAME" when an account belongs to no pyramid.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace touchline {

/// What is wrong with the name of an account, if anything: one key, or two with a slash between
/// them of which the first is a pyramid ("en", not the league "en.1").
std::optional<std::string> check_account(std::string_view account);

/// The pyramid that an account belongs to; empty when it belongs to none.
std::string_view pyramid_of_account(std::string_view account);

} // namespace touchline
