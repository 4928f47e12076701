// A league table as lines of text, for comparisons that show what differs.
#pragma once

#include "messages/catalogue.pb.h"

#include <string>
#include <vector>

namespace touchline::testing {

/// "1 ash 2 1 0 1 3-2 3" for each row: position, team, played, won, drawn, lost, goals, points; and
/// " (-4)" for points that were deducted.
inline std::vector<std::string> lines_of(const google::protobuf::RepeatedPtrField<Standing>& rows) {
  std::vector<std::string> result;
  for (auto& x : rows) {
    auto& line = result.emplace_back(std::to_string(x.position()) + ' ' + x.team());
    for (auto count : {x.played(), x.won(), x.drawn(), x.lost()})
      line += ' ' + std::to_string(count);
    line += ' ' + std::to_string(x.goals_for()) + '-' + std::to_string(x.goals_against()) + ' '
            + std::to_string(x.points());
    if (x.deducted() > 0)
      line += " (-" + std::to_string(x.deducted()) + ')';
  }
  return result;
}

} // namespace touchline::testing
