#include "nodes/season_plan.hpp"

#include "actors/season_rules.hpp"

namespace touchline::nodes {

std::vector<SponsorCreate> sponsor_messages(const std::vector<sponsor_deal>& deals) {
  std::vector<SponsorCreate> result;
  for (auto& x : deals) {
    auto& message = result.emplace_back();
    message.set_sponsor(x.key);
    message.set_name(x.name);
    message.mutable_amount_per_season()->set_minor_units(x.amount);
    message.mutable_amount_per_season()->set_currency(x.currency);
  }
  return result;
}

std::optional<refusal> check_recorded(const Fixture& recorded, const ResultCreate& planned) {
  auto before = actors::score_text(recorded.score());
  auto now = actors::score_text(planned.score());
  if (before == now)
    return std::nullopt;
  return refusal{CONFLICT, planned.home() + " against " + planned.away() + " is recorded as "
                             + before + ", not " + now
                             + "; a correction is a message of its own, result.correct, and "
                               "another data directory takes another season."};
}

} // namespace touchline::nodes
