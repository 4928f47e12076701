// Entities of every context without actors and without a disk: decides what a message would change.
#pragma once

#include "messages/catalogue.hpp"
#include "messages/header.hpp"

#include <map>
#include <string>

namespace touchline::fuzz {

/// A league "en.1" with two teams, a season and results, which never changes.
class small_league {
public:
  small_league();

  /// Lets everything happen that a command from outside brings about, and forgets it. The process
  /// ends when a refusal has changed something, when what was recorded makes another state than
  /// what was decided, or when a message that follows cannot be sent.
  void take(const message_info& info, const google::protobuf::Message& body) const;

private:
  /// States by address, as bytes.
  using states = std::map<std::string, std::string, std::less<>>;

  static void run(states& all, const message_info& info, const google::protobuf::Message& body);

  states states_;
};

} // namespace touchline::fuzz
