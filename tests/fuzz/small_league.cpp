#include "tests/fuzz/small_league.hpp"

#include "actors/contexts.hpp"
#include "messages/codec.hpp"
#include "messages/text.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <google/protobuf/text_format.h>

#include <deque>
#include <utility>

namespace touchline::fuzz {

namespace {

using google::protobuf::Message;

/// Messages of one flow that are followed.
constexpr size_t max_steps = 200;

/// When everything happens, in milliseconds since 1970.
constexpr int64_t now_ms = 1'660'000'000'000;

constexpr const char* founding[][2] = {
  {"league.configure", "league: 'en.1' rules { squad_min: 1 squad_max: 30 windows { name: 'always' "
                       "from: '01-01' to: '12-31' } }"},
  {"team.create", "league: 'en.1' team: 'ash' name: 'Ash' balance { minor_units: 1000 currency: "
                  "'GBP' } squad { name: 'A' position: 'GK' shirt_number: 1 } "
                  "squad { name: 'B' position: 'DF' shirt_number: 2 }"},
  {"team.create", "league: 'en.1' team: 'elm' name: 'Elm' balance { minor_units: 1000 currency: "
                  "'GBP' } squad { name: 'C' position: 'GK' shirt_number: 1 }"},
  {"sponsor.create", "league: 'en.1' sponsor: 'paper' name: 'Paper' amount_per_season { "
                     "minor_units: 1003 currency: 'GBP' }"},
  {"fixturelist.generate",
   "league: 'en.1' season: '2022-23' league_name: 'Test' start: '2022-08-01' end: '2023-05-31' "
   "teams { team: 'ash' name: 'Ash' } teams { team: 'elm' name: 'Elm' } rules { rule_set: "
   "'england' tier: 1 start_year: 2022 relegated: 1 }"},
  {"result.create", "league: 'en.1' season: '2022-23' home: 'ash' away: 'elm' score { home: 2 "
                    "away: 1 }"},
  {"account.create", "account: 'en/ash' name: 'Keeper' role: VIEWER"}};

struct step {
  header head;
  uint32_t number = 0;
  std::shared_ptr<const Message> body;
};

const actors::entity_kinds& kinds() {
  static const auto all = actors::all_contexts();
  return all;
}

} // namespace

small_league::small_league() {
  for (auto& [name, text] : founding) {
    const auto& info = *catalogue_data::find(std::string_view{name});
    std::unique_ptr<Message> body{
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(info.descriptor)->New()};
    must(google::protobuf::TextFormat::ParseFromString(text, body.get()),
         "the founding is written as Protobuf's text");
    run(states_, info, *body);
  }
  must(states_.size() > 5, "the league was founded");
}

void small_league::take(const message_info& info, const Message& body) const {
  auto all = states_;
  run(all, info, body);
}

void small_league::run(states& all, const message_info& info, const Message& body) {
  std::deque<step> waiting;
  auto send = [&waiting](const header& head, uint32_t number, std::shared_ptr<const Message> what) {
    for (auto& to : catalogue_data::addresses_of(*catalogue_data::find(number), *what)) {
      auto addressed = head;
      addressed.to = to;
      waiting.push_back({std::move(addressed), number, what});
    }
  };
  header first;
  first.id = first.correlation = "fuzz";
  first.time_ms = now_ms;
  send(first, info.number, parse_message(info.number, stable_bytes(body)));
  for (size_t steps = 0; !waiting.empty() && steps < max_steps; ++steps) {
    auto [head, number, what] = std::move(waiting.front());
    waiting.pop_front();
    const auto* kind = kinds().find(kind_of(head.to));
    if (!kind || !kind->can_handle(number))
      continue;
    auto before = all.find(head.to) == all.end() ? std::string{} : all.find(head.to)->second;
    auto entity = kind->create();
    must(entity->load(before), "a state can be read back");
    auto decided = entity->decide(head, number, *what);
    must(entity->save() == before, "deciding changes nothing");
    if (!decided)
      continue;
    auto again = kind->create();
    must(again->load(before), "a state can be read back");
    for (auto& event : decided->events)
      must(again->apply(event), "an event can be read back");
    entity->apply_decided();
    auto after = entity->save();
    must(again->save() == after, "what was recorded makes the state that was decided");
    if (!after.empty())
      all[head.to] = after;
    header next;
    next.from = head.to;
    next.sequence = steps + 1;
    next.correlation = head.correlation;
    next.causation = head.message_id();
    next.time_ms = now_ms;
    for (auto& x : decided->messages) {
      must(!check_text_fields(*x.body), "the text that is sent on is UTF-8");
      auto bytes = stable_bytes(*x.body);
      std::shared_ptr<const Message> arrived = parse_message(x.number, bytes);
      must(arrived != nullptr, "a message that is sent on can be read");
      send(next, x.number, std::move(arrived));
    }
  }
}

} // namespace touchline::fuzz
