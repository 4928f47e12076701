#pragma once

// Club names as files spell them: keys for addresses, comparison without regard to accents,
// punctuation or words such as FC, and the decision that two spellings within one file are one
// club.

#include "league/rules.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace touchline::league {

/// The words of a name: lower case, Latin letters without their accents, split at everything that
/// is neither letter nor digit. Letters of other scripts are kept as they are.
std::vector<std::string> name_words(std::string_view name);

/// The words that tell a club from others: without words for what kind of club it is (FC, AFC,
/// Calcio ...), numbers, and articles. All words, if nothing else is left.
std::vector<std::string> telling_words(std::string_view name);

/// A name as a key: its words joined by hyphens, ASCII only; `fallback` if nothing is left.
std::string slug(std::string_view name, std::string_view fallback);

/// The key of a team of that name, at most 60 bytes: its slug; with eight digits of a hash where
/// nothing, or too much, is left of the name.
std::string team_key(std::string_view name);

/// True if `shorter` may be a short form of `longer`: each of its words, in order, is one of the
/// other's, or begins it with at least three letters, or is made of the initials of some of its
/// neighbouring words, or is a nickname on a short list. Never true for a club and its own
/// reserves.
bool may_abbreviate(std::string_view shorter, std::string_view longer);

/// The most spellings that reconcile_names() takes: two for each team of the largest league.
inline constexpr std::size_t max_names = 2 * max_teams;

/// A fixture between two entries of a list of names.
using named_fixture = std::pair<std::size_t, std::size_t>;

/// Finds spellings of one club in a season's list of names.
///
/// Two names are one club when they have the same words, or when they share no fixture with each
/// other and, in this order,
/// 1. their telling words are the same, and together they meet nobody twice at home or twice away;
/// 2. one may abbreviate the other, no third name fits as well, together they meet nobody twice at
///    home or twice away, and with all such pairs joined the fixtures are a full double round
///    robin; if they are not, none of these pairs is joined.
///
/// @param names distinct names, at most max_names
/// @param fixtures home and away as places in `names`; the same one may come several times
/// @returns for each name the place of the name that stands for its club: the one with most
/// fixtures, the first among equals
std::vector<std::size_t> reconcile_names(std::span<const std::string> names,
                                         std::span<const named_fixture> fixtures);

} // namespace touchline::league
