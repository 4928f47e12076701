// A season that was played elsewhere, posted to be recorded: football.json or CSV, read as
// `touchline season replay` reads a file.
#pragma once

#include "nodes/front/http_message.hpp"
#include "nodes/front/problem.hpp"
#include "nodes/league_access.hpp"
#include "nodes/season_plan.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace touchline::front {

/// What has to be said so that the season of a request is recorded. The parameter `file` is the
/// name that the file would have ("2022-23/en.1.json"): it tells the country and the tier, and for
/// CSV the parameter `name` the league and the season ("English Premier League 2022/23"). The
/// problem names the match or the parameter that is wrong.
tl::expected<nodes::season_plan, problem> read_import(const http_request& request);

/// Rows of CSV (RFC 4180) as football.json: the first names the columns `date`, `home_name` and
/// `away_name`, and if there are such `round`, `time`, `home_goals` and `away_goals`; others are
/// not heeded.
tl::expected<std::string, problem> football_json_of(std::string_view csv, const std::string& name);

/// Records what is not recorded yet, and waits until all of it came to rest. Sent again it goes on
/// where it was. Nothing is changed when a recorded result is another one.
http_response run_import(nodes::league_access& league, nodes::season_plan plan);

} // namespace touchline::front
