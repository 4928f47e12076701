#include "nodes/season_plan.hpp"

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

} // namespace touchline::nodes
