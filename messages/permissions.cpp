#include "messages/permissions.hpp"

#include "messages/account_name.hpp"
#include "messages/catalogue.pb.h"
#include "messages/catalogue_options.pb.h"
#include "messages/text.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <vector>

namespace touchline {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// The value of a text field; empty when there is no such field.
std::string text_of(const Message& body, const char* name) {
  const auto* field = body.GetDescriptor()->FindFieldByName(name);
  if (!field || field->type() != FieldDescriptor::TYPE_STRING || field->is_repeated())
    return {};
  return body.GetReflection()->GetString(body, field);
}

bool contains(const google::protobuf::RepeatedPtrField<std::string>& keys, const std::string& key) {
  return std::ranges::find(keys, key) != keys.end();
}

/// Collects the pyramids that a message, or a part of it, names.
void add_pyramids(const Message& body, std::vector<std::string>& out) {
  if (auto league = text_of(body, "league"); !league.empty())
    out.emplace_back(pyramid_of(league));
  if (auto pyramid = text_of(body, "pyramid"); !pyramid.empty())
    out.push_back(std::move(pyramid));
  if (auto account = text_of(body, "account"); !account.empty())
    out.emplace_back(pyramid_of_account(account));
  const auto& reflection = *body.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(body, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      continue;
    if (!field->is_repeated())
      add_pyramids(reflection.GetMessage(body, field), out);
    else
      for (int i = 0; i < reflection.FieldSize(body, field); ++i)
        add_pyramids(reflection.GetRepeatedMessage(body, field, i), out);
  }
}

bool is_about_own_league(const std::string& account, const Message& body) {
  if (account.find('/') == std::string::npos)
    return !account.empty();
  auto own = pyramid_of_account(account);
  std::vector<std::string> named;
  add_pyramids(body, named);
  return !named.empty() && std::ranges::all_of(named, [own](auto& x) { return x == own; });
}

bool is_in_own_pyramid(const std::string& account, const Message& body) {
  auto own = pyramid_of_account(account);
  return !own.empty() && pyramid_of(text_of(body, "league")) == own;
}

/// Whether every team that the message names is one of the account's: a transfer moves players and
/// money of both.
bool is_about_own_teams(const Grant& who, const Message& body) {
  for (const auto* field : {"from_team", "to_team"})
    if (auto other = text_of(body, field); !other.empty() && !contains(who.teams(), other))
      return false;
  return contains(who.teams(), text_of(body, "team"));
}

bool is_about_own(const Grant& who, int about, const Message& body) {
  switch (about) {
    case ANYONE:
      return true;
    case OWN_LEAGUE:
      return is_about_own_league(who.account(), body);
    case OWN_TEAM:
      return is_in_own_pyramid(who.account(), body) && is_about_own_teams(who, body);
    case OWN_SPONSOR:
      return is_in_own_pyramid(who.account(), body)
             && contains(who.sponsors(), text_of(body, "sponsor"));
    case OWN_ACCOUNT:
      return !who.account().empty() && text_of(body, "account") == who.account();
    default:
      return false;
  }
}

std::string_view own_name(int about) {
  switch (about) {
    case OWN_LEAGUE:
      return "leagues and accounts of its own pyramid";
    case OWN_TEAM:
      return "its own teams";
    case OWN_SPONSOR:
      return "its own sponsors";
    default:
      return "itself";
  }
}

std::string_view role_name(int role) {
  switch (role) {
    case LEAGUE_ADMINISTRATOR:
      return "a league administrator";
    case TEAM_OWNER:
      return "a team owner";
    case SPONSOR:
      return "a sponsor";
    case VIEWER:
      return "a viewer";
    case OPERATOR:
      return "an operator";
    default:
      return "without a role";
  }
}

} // namespace

/// Operators, and accounts of no pyramid, are made and changed by operators, or they would be no
/// more than the next administrator lets them be.
bool is_about_operators(const Grant& who, const message_info& what, const Message& body) {
  const auto* role = body.GetDescriptor()->FindFieldByName("role");
  if (role && role->cpp_type() == FieldDescriptor::CPPTYPE_ENUM && !role->is_repeated()
      && body.GetReflection()->GetEnumValue(body, role) == OPERATOR)
    return true;
  auto account = text_of(body, "account");
  return what.mode != message_mode::read && !account.empty() && account != who.account()
         && pyramid_of_account(account).empty();
}

/// An operator who suspends or demotes himself, or ends his password with an invitation, may be the
/// last one, and nobody could undo it.
bool ends_own_office(const Grant& who, const Message& body) {
  if (who.role() != OPERATOR || text_of(body, "account") != who.account())
    return false;
  const auto* update = dynamic_cast<const AccountUpdate*>(&body);
  return dynamic_cast<const AccountInvite*>(&body) != nullptr
         || (update
             && (update->suspended()
                 || (update->role() != ROLE_UNSPECIFIED && update->role() != OPERATOR)));
}

std::optional<refusal> check_permission(const Grant& who, const message_info& what,
                                        const Message& body) {
  if (ends_own_office(who, body))
    return refusal{FORBIDDEN,
                   "An operator neither suspends, demotes nor invites himself: he might be "
                   "the last one. Another one does."};
  if (who.role() != OPERATOR && is_about_operators(who, what, body))
    return refusal{FORBIDDEN, "The account " + excerpt(who.account()) + " may not send " + what.name
                                + " about operators and accounts of no pyramid; it takes the role "
                                  "operator."};
  std::string allowed;
  for (auto& permission : what.allowed) {
    if (permission.role != who.role() || who.role() == ROLE_UNSPECIFIED)
      continue;
    if (is_about_own(who, permission.about, body))
      return std::nullopt;
    allowed += allowed.empty() ? "" : ", or about ";
    allowed += own_name(permission.about);
  }
  auto subject = "The account " + excerpt(who.account());
  if (allowed.empty())
    return refusal{FORBIDDEN, subject + " is " + std::string{role_name(who.role())}
                                + " and may not send " + what.name + "."};
  return refusal{FORBIDDEN, subject + " may send " + what.name + " about " + allowed + " only."};
}

} // namespace touchline
