#include "messages/account_name.hpp"

#include "messages/catalogue.hpp"
#include "messages/text.hpp"

namespace touchline {

std::optional<std::string> check_account(std::string_view account) {
  auto slash = account.find('/');
  if (slash == std::string_view::npos)
    return check_key("An account's name", account);
  auto pyramid = account.substr(0, slash);
  if (auto wrong = check_key("The pyramid in an account's name", pyramid))
    return wrong;
  if (pyramid_of(pyramid) != pyramid)
    return "An account belongs to a pyramid, not to one of its leagues: "
           + std::string{pyramid_of(pyramid)} + " instead of " + std::string{pyramid} + ".";
  return check_key("An account's name after the slash", account.substr(slash + 1));
}

std::string_view pyramid_of_account(std::string_view account) {
  auto slash = account.find('/');
  return slash == std::string_view::npos ? std::string_view{} : account.substr(0, slash);
}

} // namespace touchline
