// The commands of a script as messages of the catalogue.
#pragma once

#include "messages/catalogue.pb.h"
#include "messages/catalogue_types.hpp"
#include "tests/properties/league_model.hpp"

#include <memory>

namespace touchline::testing {

/// A message of the catalogue.
struct catalogue_message {
  uint32_t number = 0;
  std::shared_ptr<const google::protobuf::Message> body;
};

/// Key of a tier's league: "en.1" of tier 0.
std::string league_key(int tier);

/// The pyramid "en" as the model begins.
PyramidCreate founding_of(const league_model& model);

/// A team as the model begins: with its capital and its first squad, whose keys it makes itself.
TeamCreate founding_of(const league_model& model, const std::string& team);

/// The squad sizes and transfer windows of the model.
LeagueConfigure rules_of(const league_model& model);

/// `match` is the pair that a result is for, `season` its season. Players and leagues are named as
/// the model knows them.
catalogue_message message_of(const command& x, const league_model& model, const pairing& match,
                             const std::string& season);

/// A result: `Message` is ResultCreate or ResultCorrect.
template <class Message>
Message result_of(int tier, const std::string& season, const pairing& match, const goals& score) {
  Message result;
  result.set_league(league_key(tier));
  result.set_season(season);
  result.set_home(match.first);
  result.set_away(match.second);
  result.mutable_score()->set_home(score.first);
  result.mutable_score()->set_away(score.second);
  return result;
}

/// The number that somebody who is bought or sold shall wear; 0 for his own, or any.
uint32_t wanted_shirt(const command& x);

} // namespace touchline::testing
