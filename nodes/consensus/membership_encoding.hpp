// The bytes of a change of membership in the log. They are C-Raft's, as it decodes them itself, but
// it does so without looking where the bytes end: nothing reaches it that this has not decoded.
#pragma once

#include "nodes/consensus/core.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::consensus {

/// Members of a group, voters and others.
constexpr size_t max_members = 64;

/// Whether these can be a membership: 1 to `max_members`, ids above 0 and in order, a voter.
bool is_membership(const std::vector<server>& servers);

/// The bytes of an entry of type change. `servers` is a membership.
std::string encode_membership(const std::vector<server>& servers);

/// The members in the bytes of an entry; nothing if they are not exactly what `encode_membership`
/// gives.
std::optional<std::vector<server>> decode_membership(std::string_view bytes);

} // namespace touchline::consensus
