// Transfers, exhaustively: a transfer manager and its teams exchange their messages in every order
// that delivery in order for each pair allows, with refusals, silence, dead letters and their
// retries at every step, and every state on the way is looked at.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "actors/team_manager/team.hpp"
#include "actors/transfer_manager/transfer_manager.hpp"
#include "messages/catalogue.hpp"
#include "tests/actors/lone_context.hpp"

#include <boost/mpl/list.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_set>

using namespace touchline;
using namespace touchline::testing;
using actors::transfer_manager;

namespace {

constexpr int64_t start_ms = 1'660'000'000'000; // 2022-08-08
constexpr int64_t fee = 700;

// -- teams ----------------------------------------------------------------------------------------

template <class Message>
Message parsed(const std::string& body) {
  Message result;
  if (!result.ParseFromString(body))
    throw std::logic_error{"a message that is none"};
  return result;
}

/// A team as the transfer manager may expect it: it does what it is asked, or says why not.
class model_team {
public:
  explicit model_team(TeamDetails details) : details_{std::move(details)} {}

  const std::string& name() const noexcept { return details_.team(); }
  const TeamDetails& details() const noexcept { return details_; }
  std::string bytes() const { return details_.SerializeAsString(); }

  TransferConfirm take(uint32_t number, const std::string& body) {
    switch (number) {
      case number_of<TransferReserve>:
        return reserve(parsed<TransferReserve>(body));
      case number_of<TransferRelease>:
        return release(parsed<TransferRelease>(body));
      case number_of<TransferSign>:
        return sign(parsed<TransferSign>(body));
      case number_of<TransferPay>:
        return pay(parsed<TransferPay>(body));
      case number_of<TransferCancel>:
        return cancel(parsed<TransferCancel>(body));
      default:
        throw std::logic_error{"a team does not take message " + std::to_string(number)};
    }
  }

private:
  TransferConfirm confirm(const std::string& transfer, TransferStep step) const {
    TransferConfirm result;
    result.set_league("en.1");
    result.set_team(details_.team());
    result.set_transfer(transfer);
    result.set_step(step);
    result.set_team_league(details_.league());
    result.set_season(details_.season());
    return result;
  }

  TransferConfirm refusal(const std::string& transfer, TransferStep step) const {
    auto result = confirm(transfer, step);
    result.set_code(CONFLICT);
    result.set_text("The team cannot do that.");
    return result;
  }

  TeamTransfer* entry_of(const std::string& transfer) {
    auto& all = *details_.mutable_transfers();
    auto at = std::ranges::find(all, transfer, &TeamTransfer::transfer);
    return at == all.end() ? nullptr : &*at;
  }

  void erase_entry(const std::string& transfer) {
    auto& all = *details_.mutable_transfers();
    all.erase(std::ranges::find(all, transfer, &TeamTransfer::transfer));
  }

  auto player_with(const std::string& key) {
    return std::ranges::find(*details_.mutable_squad(), key, &Player::player);
  }

  TransferConfirm reserve(const TransferReserve& x) {
    int64_t held = x.fee().minor_units();
    for (auto& other : details_.transfers())
      held += other.fee().minor_units();
    if (held > details_.balances(0).minor_units())
      return refusal(x.transfer(), RESERVE);
    auto& entry = *details_.add_transfers();
    entry.set_transfer(x.transfer());
    entry.set_step(RESERVE);
    *entry.mutable_fee() = x.fee();
    return confirm(x.transfer(), RESERVE);
  }

  TransferConfirm release(const TransferRelease& x) {
    auto& squad = *details_.mutable_squad();
    auto player = x.player().empty()
                    ? std::ranges::find(squad, x.shirt_number(), &Player::shirt_number)
                    : player_with(x.player());
    if (player == squad.end() || !player->transfer().empty())
      return refusal(x.transfer(), RELEASE);
    auto& entry = *details_.add_transfers();
    entry.set_transfer(x.transfer());
    entry.set_step(RELEASE);
    *entry.mutable_player() = *player;
    squad.erase(player);
    auto result = confirm(x.transfer(), RELEASE);
    *result.mutable_player() = entry.player();
    return result;
  }

  TransferConfirm sign(const TransferSign& x) {
    auto* entry = entry_of(x.transfer());
    if (!entry || entry->step() != RESERVE)
      return refusal(x.transfer(), SIGN);
    entry->set_step(SIGN);
    auto& player = *details_.add_squad();
    player = x.player();
    if (player.player().empty())
      player.set_player("new");
    player.set_transfer(x.transfer());
    auto result = confirm(x.transfer(), SIGN);
    *result.mutable_player() = player;
    return result;
  }

  TransferConfirm pay(const TransferPay& x) {
    auto buys = x.to_team() == details_.team();
    auto& booked = *details_.add_ledger();
    booked.set_reference(x.transfer());
    booked.mutable_amount()->set_minor_units(buys ? -x.fee().minor_units() : x.fee().minor_units());
    auto& balance = *details_.mutable_balances(0);
    balance.set_minor_units(balance.minor_units() + booked.amount().minor_units());
    for (auto& player : *details_.mutable_squad())
      if (player.transfer() == x.transfer())
        player.clear_transfer();
    erase_entry(x.transfer());
    return confirm(x.transfer(), PAY);
  }

  TransferConfirm cancel(const TransferCancel& x) {
    auto& squad = *details_.mutable_squad();
    if (auto* entry = entry_of(x.transfer())) {
      if (entry->step() == SIGN)
        squad.erase(std::ranges::find(squad, x.transfer(), &Player::transfer));
      if (entry->step() == RELEASE)
        *squad.Add() = entry->player();
      erase_entry(x.transfer());
    }
    return confirm(x.transfer(), CANCEL);
  }

  TeamDetails details_;
};

/// The team-manager's own team.
class real_team {
public:
  explicit real_team(const TeamDetails& details) : name_{details.team()} {
    InfoTeamCreated created;
    created.set_league(details.league());
    created.set_team(details.team());
    created.set_name(details.team());
    *created.mutable_squad() = details.squad();
    *created.mutable_balance() = details.balances(0);
    decide(created);
  }

  /// A team that nobody has created.
  explicit real_team(std::string name) : name_{std::move(name)} {}

  const std::string& name() const noexcept { return name_; }
  const TeamDetails& details() const noexcept { return state_.details(); }
  std::string bytes() const { return state_.SerializeAsString(); }

  TransferConfirm take(uint32_t number, const std::string& body) {
    switch (number) {
      case number_of<TransferReserve>:
        return decide(parsed<TransferReserve>(body)).at(0);
      case number_of<TransferRelease>:
        return decide(parsed<TransferRelease>(body)).at(0);
      case number_of<TransferSign>:
        return decide(parsed<TransferSign>(body)).at(0);
      case number_of<TransferPay>:
        return decide(parsed<TransferPay>(body)).at(0);
      case number_of<TransferCancel>:
        return decide(parsed<TransferCancel>(body)).at(0);
      default:
        throw std::logic_error{"a team does not take message " + std::to_string(number)};
    }
  }

private:
  template <class Message>
  std::vector<TransferConfirm> decide(const Message& message) {
    auto decided = actors::team::decide(state_, message, {});
    if (!decided)
      throw std::logic_error{"a team refuses: " + decided.error().text};
    for (auto& x : decided->events)
      actors::team::apply(state_, x);
    return sent<TransferConfirm>(*decided);
  }

  std::string name_;
  actors::TeamState state_;
};

// -- the world ------------------------------------------------------------------------------------

/// What a team does the first time that it is asked for a step: afterwards it does what it is
/// asked.
enum class manner { does, refuses, sets_aside };

using manners = std::map<std::pair<std::string, TransferStep>, manner>;

struct parcel {
  uint32_t number = 0;
  std::string body;
};

/// transfer.in or transfer.out, whose id is the transfer's.
struct command {
  std::string id;
  std::optional<TransferIn> in;
  std::optional<TransferOut> out;
};

template <class Team>
struct scenario {
  std::string name;
  std::vector<Team> teams;
  std::vector<command> commands;
  manners how;
};

TransferStep step_of(uint32_t number) {
  static const std::map<uint32_t, TransferStep> steps{{number_of<TransferReserve>, RESERVE},
                                                      {number_of<TransferRelease>, RELEASE},
                                                      {number_of<TransferSign>, SIGN},
                                                      {number_of<TransferPay>, PAY},
                                                      {number_of<TransferCancel>, CANCEL}};
  return steps.at(number);
}

/// Whether a transfer may change from one state to the other: never back, and only forward once a
/// side was asked to pay.
bool may_follow(TransferState before, TransferState after) {
  if (before == PAYING)
    return after == PAYING || after == COMPLETED;
  if (before == CANCELLING)
    return after == CANCELLING || after == CANCELLED;
  if (before == COMPLETED || before == CANCELLED)
    return after == before;
  return before <= after;
}

/// A team with everything that is on its way to it and from it.
template <class Team>
struct neighbour {
  Team team;
  std::deque<parcel> to;
  std::deque<TransferConfirm> from;
  std::vector<parcel> dead_letters;
  std::set<TransferStep> asked;
};

/// The transfer manager, its teams, and the messages between them, at one moment.
template <class Team>
class world {
public:
  explicit world(const scenario<Team>& of) : scenario_{&of} {
    for (auto& team : of.teams)
      neighbours_.push_back({team, {}, {}, {}, {}});
    TransferWindow window;
    window.set_name("summer");
    window.set_from("06-10");
    window.set_to("09-01");
    *manager_.mutable_rules()->add_windows() = window;
  }

  /// Everything that may happen next.
  std::vector<world> next() const {
    std::vector<world> result;
    if (begun_ < scenario_->commands.size())
      branch(result, "command", [](world& x) { x.begin(); });
    if (transfer_manager::deadline_ms(manager_) != 0)
      branch(result, "deadline", [](world& x) { x.pass_deadline(); });
    for (size_t i = 0; i < neighbours_.size(); ++i) {
      auto name = std::to_string(i);
      if (!neighbours_[i].to.empty())
        branch(result, "to " + name, [i](world& x) { x.deliver_to_team(i); });
      if (!neighbours_[i].from.empty())
        branch(result, "from " + name, [i](world& x) { x.deliver_from_team(i); });
      for (size_t j = 0; j < neighbours_[i].dead_letters.size(); ++j)
        branch(result, "retry " + name, [i, j](world& x) { x.retry(i, j); });
    }
    return result;
  }

  /// Equal for worlds in which the same will happen.
  std::string key() const {
    std::string result = std::to_string(begun_);
    auto add
      = [&result](const std::string& part) { result += std::to_string(part.size()) + ':' + part; };
    add(manager_.SerializeAsString());
    for (auto& [id, outcome] : answers_)
      add(id + '=' + outcome);
    for (auto& x : published_)
      add(x);
    for (auto& x : neighbours_) {
      add(x.team.bytes());
      for (auto& y : x.to)
        add(std::to_string(y.number) + y.body);
      result += '|';
      for (auto& y : x.from)
        add(y.SerializeAsString());
      result += '|';
      for (auto& y : x.dead_letters)
        add(std::to_string(y.number) + y.body);
      for (auto& y : x.asked)
        result += std::to_string(y) + ',';
    }
    return result;
  }

  /// What must never be, at any moment; empty when all is well.
  std::string wrong() const {
    if (!wrong_.empty())
      return wrong_;
    for (size_t i = 0; i < begun_; ++i)
      if (auto found = wrong_of_transfer(scenario_->commands[i]); !found.empty())
        return found;
    for (auto& x : scenario_->teams)
      for (auto& player : x.details().squad())
        if (auto found = wrong_of_player(player.player()); !found.empty())
          return found;
    return wrong_of_money();
  }

  /// What must not be when nothing can happen any more.
  std::string wrong_at_end() const {
    if (manager_.open_size() > 0)
      return "a transfer is stuck";
    for (auto& x : neighbours_) {
      if (x.team.details().transfers_size() > 0)
        return "a team still keeps something for a transfer";
      for (auto& player : x.team.details().squad())
        if (!player.transfer().empty())
          return "a player still has to be paid for";
    }
    auto any_completed = manager_.completed() > 0;
    for (size_t i = 0; i < neighbours_.size() && !any_completed; ++i)
      if (shown(sorted(neighbours_[i].team.details()))
          != shown(sorted(scenario_->teams[i].details())))
        return "a cancelled transfer has changed a team";
    return {};
  }

  /// How the transfers stand: "COMPLETED CANCELLED".
  std::string outcome() const {
    std::string result;
    for (auto& x : scenario_->commands)
      result += (result.empty() ? "" : " ") + TransferState_Name(details_of(x.id).state());
    return result;
  }

  const std::string& trace() const noexcept { return trace_; }

private:
  template <class Change>
  void branch(std::vector<world>& out, const std::string& name, const Change& how) const {
    out.push_back(*this);
    auto& after = out.back();
    after.trace_ += name + "; ";
    how(after);
    for (size_t i = 0; i < begun_; ++i) {
      auto& id = scenario_->commands[i].id;
      if (!may_follow(details_of(id).state(), after.details_of(id).state()))
        after.wrong_ = "a transfer went from " + TransferState_Name(details_of(id).state()) + " to "
                       + TransferState_Name(after.details_of(id).state());
    }
  }

  // -- what happens -------------------------------------------------------------------------------

  /// Every command has a deadline of its own: their order is that of the ids.
  static header head_of(const std::string& id) {
    header head;
    head.id = id;
    head.time_ms = start_ms + id.back();
    return head;
  }

  static actors::decided<actors::TransferManagerEvent> decide(
    const actors::TransferManagerState& now, const command& x) {
    return x.in ? transfer_manager::decide(now, *x.in, head_of(x.id))
                : transfer_manager::decide(now, *x.out, head_of(x.id));
  }

  void begin() {
    const auto& x = scenario_->commands[begun_++];
    take(decide(manager_, x));
  }

  void pass_deadline() {
    DeadlinePassed message;
    message.set_key("en");
    message.set_deadline_ms(transfer_manager::deadline_ms(manager_));
    take(transfer_manager::decide(manager_, message, {}));
  }

  void deliver_from_team(size_t i) {
    auto message = neighbours_[i].from.front();
    neighbours_[i].from.pop_front();
    take(transfer_manager::decide(manager_, message, {}));
  }

  void deliver_to_team(size_t i) {
    auto& x = neighbours_[i];
    auto message = x.to.front();
    x.to.pop_front();
    auto step = step_of(message.number);
    auto how = manner::does;
    if (x.asked.insert(step).second)
      if (auto at = scenario_->how.find({x.team.name(), step}); at != scenario_->how.end())
        how = at->second;
    if (how == manner::sets_aside)
      x.dead_letters.push_back(message);
    else if (how == manner::refuses)
      x.from.push_back(refusal_of(message, x.team.name()));
    else
      x.from.push_back(x.team.take(message.number, message.body));
  }

  void retry(size_t i, size_t j) {
    auto& x = neighbours_[i];
    auto message = x.dead_letters[j];
    x.dead_letters.erase(x.dead_letters.begin() + static_cast<std::ptrdiff_t>(j));
    x.from.push_back(x.team.take(message.number, message.body));
  }

  static TransferConfirm refusal_of(const parcel& x, const std::string& by) {
    // The first three fields of all steps are the same.
    auto asked = parsed<TransferCancel>(x.body);
    TransferConfirm result;
    result.set_league(asked.league());
    result.set_team(by);
    result.set_transfer(asked.transfer());
    result.set_step(step_of(x.number));
    result.set_code(CONFLICT);
    result.set_text("We will not.");
    return result;
  }

  void take(const actors::decided<actors::TransferManagerEvent>& decided) {
    if (!decided) {
      wrong_ = "the transfer manager refuses: " + decided.error().text;
      return;
    }
    for (auto& x : decided->events)
      transfer_manager::apply(manager_, x);
    for (auto& x : decided->messages)
      post(x);
    for (auto& x : decided->late_answers)
      if (!answers_.emplace(x.command, error_name(x.outcome.code)).second)
        wrong_ = "a command is answered twice";
  }

  void post(const actors::outgoing_message& x) {
    const auto& info = *catalogue_data::find(x.number);
    if (info.name.starts_with("info.")) {
      published_.insert(info.name + ' ' + x.body->ShortDebugString());
      return;
    }
    for (auto& address : catalogue_data::addresses_of(info, *x.body)) {
      auto at = std::ranges::find_if(
        neighbours_, [&address](auto& y) { return address == "team/en/" + y.team.name(); });
      if (at == neighbours_.end())
        wrong_ = "a message goes to " + address;
      else
        at->to.push_back({x.number, x.body->SerializeAsString()});
    }
  }

  // -- what must hold -----------------------------------------------------------------------------

  const TransferDetails& details_of(const std::string& id) const {
    for (auto& x : manager_.open())
      if (x.details().transfer() == id)
        return x.details();
    for (auto& x : manager_.closed())
      if (x.transfer() == id)
        return x;
    static const TransferDetails none;
    return none;
  }

  /// How often a team has booked the fee of a transfer.
  std::ptrdiff_t bookings(const TeamDetails& team, const std::string& id) const {
    return std::ranges::count(team.ledger(), id, &LedgerEntry::reference);
  }

  bool is_side(const TeamDetails& team, const TransferDetails& x) const {
    return team.team() == x.from_team() || team.team() == x.to_team();
  }

  std::string wrong_of_transfer(const command& x) const {
    const auto& details = details_of(x.id);
    auto state = details.state();
    auto again = decide(manager_, x);
    if (again || again.error().code != ALREADY_EXISTS)
      return "the same command again is taken";
    auto expected = state == COMPLETED ? 1 : 0;
    for (auto& y : neighbours_) {
      auto booked = bookings(y.team.details(), x.id);
      if (booked > (state == PAYING || state == COMPLETED ? 1 : 0))
        return "a fee was booked too early or too often";
      if (booked < (is_side(y.team.details(), details) ? expected : 0))
        return "a fee was not booked";
    }
    auto answer = answers_.find(x.id);
    auto certain = state == CANCELLING || state == CANCELLED || state == COMPLETED;
    if (certain != (answer != answers_.end()))
      return certain ? "a command is not answered" : "a command is answered too early";
    if (certain && (answer->second == "ok") != (state == COMPLETED))
      return "a command is answered with " + answer->second;
    return wrong_of_publications(details);
  }

  std::string wrong_of_publications(const TransferDetails& details) const {
    auto mention = "transfer: \"" + details.transfer() + "\"";
    std::multiset<std::string> names;
    for (auto& x : published_)
      if (x.find(mention) != std::string::npos)
        names.insert(x.substr(0, x.find(' ')));
    std::multiset<std::string> expected;
    if (details.state() == COMPLETED && !details.to_team().empty())
      expected.insert("info.playertransferredin");
    if (details.state() == COMPLETED && !details.from_team().empty())
      expected.insert("info.playertransferredout");
    return names == expected ? "" : "the wrong messages were published";
  }

  /// A player of one of the squads at the beginning is in one squad, or let go for a transfer, or
  /// sold to outside the league.
  std::string wrong_of_player(const std::string& key) const {
    int squads = 0;
    int released = 0;
    int sold = 0;
    for (auto& x : neighbours_) {
      squads
        += static_cast<int>(std::ranges::count(x.team.details().squad(), key, &Player::player));
      for (auto& entry : x.team.details().transfers())
        released += entry.player().player() == key && entry.step() == RELEASE ? 1 : 0;
    }
    for (size_t i = 0; i < begun_; ++i) {
      const auto& details = details_of(scenario_->commands[i].id);
      auto leaves = details.to_team().empty() && details.player().player() == key;
      sold += leaves && (details.state() == PAYING || details.state() == COMPLETED) ? 1 : 0;
    }
    if (squads > 1)
      return key + " is in two squads";
    if (squads == 0 && released + sold == 0)
      return key + " is nowhere";
    return sold > 0 && squads > 0 ? key + " was sold and is still there" : "";
  }

  std::string wrong_of_money() const {
    int64_t created = 0;
    for (size_t i = 0; i < neighbours_.size(); ++i) {
      const auto& details = neighbours_[i].team.details();
      auto balance = balance_of(details);
      int64_t booked = 0;
      int64_t held = 0;
      for (auto& x : details.ledger())
        if (x.reference().starts_with("transfer-"))
          booked += x.amount().minor_units();
      for (auto& x : details.transfers())
        held += x.fee().minor_units();
      if (balance != balance_of(scenario_->teams[i].details()) + booked)
        return "a balance is not what was booked";
      if (held > balance || balance < 0)
        return "more is spoken for than there is";
      created += booked;
    }
    // Of transfers that are being paid one side may have booked, and the other one not.
    for (auto& x : manager_.open())
      for (auto& y : neighbours_)
        if (bookings(y.team.details(), x.details().transfer()) > 0)
          created += y.team.details().team() == x.details().to_team() ? fee : -fee;
    for (auto& x : manager_.outside())
      created += x.minor_units();
    return created == 0 ? "" : "money came or went: " + std::to_string(created);
  }

  static int64_t balance_of(const TeamDetails& x) {
    return x.balances().empty() ? 0 : x.balances(0).minor_units();
  }

  static TeamDetails sorted(TeamDetails x) {
    std::ranges::sort(*x.mutable_squad(), {}, &Player::player);
    return x;
  }

  const scenario<Team>* scenario_;
  actors::TransferManagerState manager_;
  std::vector<neighbour<Team>> neighbours_;
  size_t begun_ = 0;
  std::map<std::string, std::string> answers_;
  std::multiset<std::string> published_;
  std::string wrong_;
  std::string trace_;
};

/// Walks through everything that can happen, and returns how it can end. The test case ends with
/// the way to the first state that must not be.
template <class Team>
std::set<std::string> explore(const scenario<Team>& of, size_t* states = nullptr) {
  std::set<std::string> outcomes;
  std::unordered_set<std::string> seen;
  std::vector<world<Team>> open{world<Team>{of}};
  seen.insert(open.back().key());
  while (!open.empty()) {
    auto now = std::move(open.back());
    open.pop_back();
    auto next = now.next();
    auto wrong = now.wrong();
    if (wrong.empty() && next.empty())
      wrong = now.wrong_at_end();
    if (!wrong.empty())
      BOOST_FAIL(of.name << ": " << wrong << ", after " << now.trace());
    if (next.empty())
      outcomes.insert(now.outcome());
    for (auto& x : next)
      if (seen.insert(x.key()).second)
        open.push_back(std::move(x));
  }
  if (states)
    *states += seen.size();
  return outcomes;
}

// -- scenarios ------------------------------------------------------------------------------------

Money pounds(int64_t minor_units) {
  Money result;
  result.set_minor_units(minor_units);
  result.set_currency("GBP");
  return result;
}

TeamDetails team_details(const std::string& team, const std::string& player) {
  TeamDetails result;
  result.set_league("en.1");
  result.set_team(team);
  result.set_season("2022-23");
  *result.add_balances() = pounds(1'000);
  auto& first = *result.add_squad();
  first.set_player(player);
  first.set_name("The " + player);
  first.set_position("FW");
  first.set_shirt_number(9);
  return result;
}

command move(const std::string& id, const std::string& from, const std::string& to,
             const std::string& player) {
  TransferIn x;
  x.set_league("en.1");
  x.set_team(to);
  x.set_from_team(from);
  x.mutable_player()->set_player(player);
  x.mutable_player()->set_shirt_number(10);
  *x.mutable_fee() = pounds(fee);
  return {"transfer-" + id, x, {}};
}

command move_in(const std::string& id, const std::string& to) {
  auto result = move(id, "", to, "");
  auto& player = *result.in->mutable_player();
  player.set_name("New");
  player.set_position("GK");
  player.set_date_of_birth("2000-02-29");
  return result;
}

command move_out(const std::string& id, const std::string& from, const std::string& to) {
  TransferOut x;
  x.set_league("en.1");
  x.set_team(from);
  x.set_to_team(to);
  x.set_shirt_number(9);
  *x.mutable_fee() = pounds(fee);
  return {"transfer-" + id, {}, x};
}

/// A seller, ash, and a buyer, elm.
template <class Team>
std::vector<Team> two_teams() {
  return {Team{team_details("ash", "ann")}, Team{team_details("elm", "eve")}};
}

template <class Team>
std::vector<Team> three_teams() {
  auto result = two_teams<Team>();
  result.push_back(Team{team_details("oak", "olga")});
  return result;
}

/// One step of one team that may go wrong.
struct question {
  std::string team;
  TransferStep step;
};

const std::vector<question> questions{{"elm", RESERVE}, {"ash", RELEASE}, {"elm", SIGN},
                                      {"elm", PAY},     {"ash", PAY},     {"elm", CANCEL},
                                      {"ash", CANCEL}};

/// Every combination of manners, each step done, refused where it may be, or set aside and retried.
std::vector<manners> all_manners(const std::vector<question>& steps) {
  std::vector<manners> result{{}};
  for (auto& x : steps) {
    auto without = result;
    for (auto how : {manner::sets_aside, manner::refuses}) {
      if (how == manner::refuses && (x.step == PAY || x.step == CANCEL))
        continue;
      for (auto with : without) {
        with[{x.team, x.step}] = how;
        result.push_back(std::move(with));
      }
    }
  }
  return result;
}

std::string text_of(const manners& how) {
  std::string result;
  for (auto& [step, x] : how)
    result += ' ' + step.first + (x == manner::refuses ? " refuses " : " sets aside ")
              + TransferStep_Name(step.second);
  return result;
}

bool refuses(const manners& how) {
  return std::ranges::any_of(how, [](auto& x) { return x.second == manner::refuses; });
}

using outcomes = std::set<std::string>;

/// Explores one transfer with every combination of manners of the sides that take part in it.
template <class Team>
void explore_all(const command& x, const std::vector<question>& steps) {
  size_t states = 0;
  for (auto& how : all_manners(steps)) {
    scenario<Team> one{x.id + text_of(how), two_teams<Team>(), {x}, how};
    auto expected = refuses(how) ? outcomes{"CANCELLED"} : outcomes{"CANCELLED", "COMPLETED"};
    BOOST_TEST(explore(one, &states) == expected, one.name);
  }
  BOOST_TEST_MESSAGE(x.id << ": " << states << " states");
  BOOST_TEST(states > 100);
}

std::vector<question> questions_of(const std::string& team) {
  auto result = questions;
  std::erase_if(result, [&team](auto& x) { return x.team != team; });
  return result;
}

} // namespace

using all_teams = boost::mpl::list<model_team, real_team>;

BOOST_TEST_SPECIALIZED_COLLECTION_COMPARE(std::set<std::string>)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_move_between_teams_holds_in_every_order_and_with_every_failure,
                              Team, all_teams) {
  explore_all<Team>(move("between", "ash", "elm", "ann"), questions);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_move_that_the_seller_begins_holds_as_well, Team, all_teams) {
  explore_all<Team>(move_out("away", "ash", "elm"), questions);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_player_from_outside_comes_in_every_order_and_with_every_failure,
                              Team, all_teams) {
  explore_all<Team>(move_in("in", "elm"), questions_of("elm"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_player_leaves_the_league_in_every_order_and_with_every_failure,
                              Team, all_teams) {
  explore_all<Team>(move_out("out", "ash", ""), questions_of("ash"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_two_teams_that_want_one_player_one_gets_him_at_most, Team,
                              all_teams) {
  scenario<Team> two{"two buyers",
                     three_teams<Team>(),
                     {move("1", "ash", "elm", "ann"), move("2", "ash", "oak", "ann")},
                     {}};
  BOOST_TEST(explore(two)
             == (outcomes{"CANCELLED CANCELLED", "CANCELLED COMPLETED", "COMPLETED CANCELLED"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_team_that_can_pay_one_of_two_players_gets_one_at_most, Team,
                              all_teams) {
  scenario<Team> two{"two sellers",
                     three_teams<Team>(),
                     {move("1", "ash", "elm", "ann"), move("2", "oak", "elm", "olga")},
                     {}};
  BOOST_TEST(explore(two)
             == (outcomes{"CANCELLED CANCELLED", "CANCELLED COMPLETED", "COMPLETED CANCELLED"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_teams_that_exchange_players_are_in_nobodys_way, Team, all_teams) {
  scenario<Team> two{"exchange",
                     two_teams<Team>(),
                     {move("1", "ash", "elm", "ann"), move("2", "elm", "ash", "eve")},
                     {}};
  BOOST_TEST(explore(two)
             == (outcomes{"CANCELLED CANCELLED", "CANCELLED COMPLETED", "COMPLETED CANCELLED",
                          "COMPLETED COMPLETED"}));
}

BOOST_AUTO_TEST_CASE(a_transfer_to_or_from_a_team_that_does_not_exist_is_cancelled) {
  auto elsewhere = [](const std::string& team, bool buys) {
    auto teams = two_teams<real_team>();
    teams.push_back(real_team{team});
    auto x = buys ? move("1", "ash", team, "ann") : move("1", team, "elm", "ann");
    return scenario<real_team>{"nobody " + team, std::move(teams), {x}, {}};
  };
  BOOST_TEST(explore(elsewhere("oak", true)) == outcomes{"CANCELLED"});
  BOOST_TEST(explore(elsewhere("oak", false)) == outcomes{"CANCELLED"});
}
