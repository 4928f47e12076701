// Between the catalogue's words for a season and those of league/: team keys there, team indexes
// here.
#pragma once

#include "league/rules.hpp"
#include "league/table.hpp"
#include "messages/catalogue.pb.h"

#include <tl/expected.hpp>

#include <optional>
#include <string>

namespace touchline::actors {

using team_refs = google::protobuf::RepeatedPtrField<TeamRef>;

/// The place of a team in a season's list; nothing if it is not there.
std::optional<league::team_index> index_of_team(const team_refs& teams, const std::string& team);

/// Whether a team was put out of the competition: its results are annulled.
bool is_expelled(const SeasonRules& rules, const std::string& team);

/// The rules of a season for league/, or one sentence: an unknown rule set, a team that is not in
/// the list, a deduction out of bounds.
tl::expected<league::rules, std::string> to_league_rules(const SeasonRules& rules,
                                                         const team_refs& teams);

/// "2-1", "0-0 (awarded to the visitors)", or "1-1 (4-2 on penalties)".
std::string score_text(const Score& score);

/// The words of league/ as a sentence of ours: a capital letter first, a full stop last.
std::string as_sentence(std::string text);

/// A result for league/.
league::result to_league_result(league::team_index home, league::team_index away,
                                const Score& score);

/// Rows of a table for the catalogue.
void add_standings(const std::vector<league::standing>& rows, const team_refs& teams,
                   google::protobuf::RepeatedPtrField<Standing>& out);

} // namespace touchline::actors
