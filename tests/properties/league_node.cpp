#include "tests/properties/league_node.hpp"

#include "messages/codec.hpp"
#include "tests/properties/league_model.hpp"

#include <algorithm>

namespace touchline::testing {

namespace {

/// Failures are what these tests are about: no supervisor gives up.
actors::runtime_options patient_options() {
  auto x = test_node::quick_options();
  x.snapshot_every = 5;
  x.redelivery_ms = 20;
  x.entities.intensity = 1'000'000;
  x.partitions_policy.intensity = 1'000'000;
  return x;
}

/// The entities of the league, and each team.
std::string address_of(int where) {
  const std::vector<std::string> managers{"team-manager/en",
                                          "transfer-manager/en",
                                          "sponsor-manager/en",
                                          "fixture-manager/en.1/2022-23",
                                          "stats-manager/en.1/2022-23",
                                          "pyramid/en",
                                          "fixture-manager/en.2/2022-23",
                                          "team-manager/en"};
  auto place = static_cast<size_t>(where);
  return place < managers.size() ? managers[place]
                                 : "team/en/" + team_key(where - static_cast<int>(managers.size()));
}

uint64_t position_of(const DeadLetter& letter) {
  return std::stoull(letter.id().substr(letter.id().rfind('@') + 1));
}

} // namespace

// -- what breaks ----------------------------------------------------------------------------------

void breakage::put(const fault& what) {
  std::lock_guard guard{mutex_};
  what_ = what;
  failures_.clear();
}

bool breakage::lasts() const {
  std::lock_guard guard{mutex_};
  return what_.times == fails_always;
}

test_node::fault breakage::seam() {
  return [this](const header& head, uint32_t number) {
    std::lock_guard guard{mutex_};
    if (what_.times == 0 || catalogue_data::find(number)->name != what_.message)
      return;
    if (failures_[head.to + '<' + head.message_id()]++ < what_.times)
      throw std::runtime_error{"broken"};
  };
}

// -- sending --------------------------------------------------------------------------------------

league_node::league_node() : node_{patient_options(), breakage_.seam(), clock_} {
  node_.client_options.retry_ms = 2;
  node_.restart();
}

std::string league_node::send(uint32_t number,
                              std::shared_ptr<const google::protobuf::Message> body) {
  auto id = std::to_string(sent_.size() + 1);
  sent_[id] = {number, std::move(body), std::nullopt, std::nullopt};
  post(id);
  return id;
}

void league_node::post(const std::string& id) {
  auto& x = sent_.at(id);
  node_.client().post(id, x.number, x.body, [this, id](const answer& reply) { take(id, reply); });
}

void league_node::send_twins(const std::vector<std::string>& ids) {
  twin_ = node_.another_client();
  for (auto& id : ids)
    twin_->post(id, sent_.at(id).number, sent_.at(id).body,
                [this, id](const answer& reply) { take(id, reply); });
}

void league_node::send_again(const std::string& id) {
  auto& x = sent_.at(id);
  node_.client().post(id, x.number, x.body, [this, id](const answer& again) {
    auto& first = *sent_.at(id).recorded;
    if (!again.repeated || again.code != first.code || again.body != first.body
        || again.position != first.position)
      throw disagreement{"The command " + id
                         + " was answered otherwise when it was sent again: " + again.text};
  });
}

/// Of two callers one may be refused before the command is recorded for the other.
void league_node::take(const std::string& id, const answer& x) {
  auto& sent = sent_.at(id);
  if (x.code == DEADLINE_EXCEEDED && x.position == 0)
    throw disagreement{"The command " + id + " was not answered in time."};
  if (!x.ok() && x.code != HANDLER_FAILED) {
    if (!sent.outcome && !sent.recorded)
      sent.outcome = x;
    return;
  }
  if (sent.recorded && (sent.recorded->body != x.body || sent.recorded->position != x.position))
    throw disagreement{"The command " + id + " was recorded twice."};
  sent.recorded = x;
  if (x.ok())
    sent.outcome = x;
  else if (sent.outcome && !sent.outcome->ok())
    sent.outcome.reset();
}

// -- what happens ---------------------------------------------------------------------------------

void league_node::disturb(disturbance what, int patience, int where) {
  for (int i = 0; i < patience && what != disturbance::none; ++i)
    node_.client().wait();
  switch (what) {
    case disturbance::none:
      break;
    case disturbance::restart:
      restart();
      break;
    case disturbance::fail_entity:
      node_.runtime().fail_entity(address_of(where));
      break;
    case disturbance::fail_partition:
      node_.runtime().fail_partition(static_cast<uint32_t>(where % 2));
      break;
    case disturbance::passivate:
      node_.runtime().passivate_all();
      break;
    case disturbance::leap:
      clock_.leap();
      break;
  }
}

void league_node::restart() {
  twin_.reset();
  node_.restart();
  for (auto& [id, x] : sent_)
    if (!x.outcome && !x.recorded)
      post(id);
}

void league_node::drain() {
  for (auto* caller : {&node_.client(), twin_.get()})
    while (caller && caller->in_flight() > 0) {
      auto before = caller->in_flight();
      caller->wait();
      if (caller->in_flight() == before)
        break;
    }
}

void league_node::settle() {
  constexpr int quiet_enough = 3;
  auto under_way = [this] { return node_.client().in_flight() + (twin_ ? twin_->in_flight() : 0); };
  for (int quiet = 0; quiet < quiet_enough; ++quiet) {
    auto before = under_way();
    if (!node_.settle())
      throw disagreement{"The node does not come to rest."};
    drain();
    if (under_way() == 0)
      break;
    if (under_way() < before)
      quiet = 0;
  }
  if (twin_ && twin_->in_flight() == 0)
    twin_.reset();
}

// -- mending --------------------------------------------------------------------------------------

bool league_node::all_known() const {
  return std::ranges::all_of(sent_, [](auto& x) { return x.second.outcome.has_value(); });
}

bool league_node::is_whole() {
  return !breakage_.lasts() && letters().empty() && all_known();
}

/// In the order in which an operator would take them: entity by entity, the oldest first.
std::vector<DeadLetter> league_node::letters() {
  std::vector<DeadLetter> result;
  auto all = store().dead_letters({}, 1'000).value();
  for (auto& stored : all)
    result.emplace_back().ParseFromString(stored.bytes);
  std::ranges::sort(result, {}, [](auto& x) { return std::pair{x.to(), position_of(x)}; });
  return result;
}

void league_node::mend() {
  constexpr int most_rounds = 50;
  breakage_.put({});
  settle();
  for (int i = 0; i < most_rounds && !is_whole(); ++i) {
    for (auto& letter : letters())
      retry(letter);
    settle();
  }
  if (is_whole())
    return;
  std::string what;
  for (auto& letter : letters())
    what += " Dead letter " + letter.id() + ": " + letter.error();
  for (auto& [id, x] : sent_)
    if (!x.outcome)
      what += " No answer to " + id + ".";
  throw disagreement{"The node cannot be mended." + what};
}

void league_node::retry(const DeadLetter& letter) {
  node_.client().retry(letter, [this, letter](const answer& x) { take_retry(letter, x); });
}

/// A command may be refused when it is retried. What an entity sent may not.
void league_node::take_retry(const DeadLetter& letter, const answer& x) {
  const auto& cause = letter.cause();
  if (x.code == HANDLER_FAILED)
    return;
  if (!cause.from().empty() && !x.ok())
    throw disagreement{"The dead letter " + letter.id()
                       + " was refused when it was retried: " + x.text};
  if (!cause.from().empty() || !sent_.contains(cause.id()))
    return;
  sent_.at(cause.id()).outcome = x;
  if (!x.ok() && node_.runtime().drop_dead_letter(letter.id()).ok())
    dropped_.insert(letter.id());
}

} // namespace touchline::testing
