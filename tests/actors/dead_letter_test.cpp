// Dead letters on a real node: messages that their handlers could not take, retried and dropped.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/test_node.hpp"

#include <atomic>

using namespace touchline;
using namespace touchline::testing;

namespace {

/// A node whose teams and team manager cannot handle one message as long as they are broken.
class broken_node {
public:
  explicit broken_node(uint32_t number)
    : node{options(), [this, number](const header& head, uint32_t x) {
             if (broken && x == number && head.to.starts_with("team"))
               throw std::runtime_error{"a defect"};
           }} {
    BOOST_TEST(node.ask("create", team_create("Arsenal")).ok());
    node.settle();
  }

  static actors::runtime_options options() {
    auto x = test_node::quick_options();
    x.entities.intensity = 10'000;
    x.partitions_policy.intensity = 1'000;
    return x;
  }

  std::vector<DeadLetter> letters() {
    node.settle();
    std::vector<DeadLetter> result;
    auto stored = node.runtime().store().dead_letters("", 100);
    for (auto& x : *stored)
      BOOST_TEST(result.emplace_back().ParseFromString(x.bytes));
    return result;
  }

  /// The only letter.
  DeadLetter letter() {
    auto all = letters();
    BOOST_TEST_REQUIRE(all.size() == 1u);
    return all.front();
  }

  answer retry(const DeadLetter& x) {
    answer result;
    node.client().retry(x, [&result](const answer& y) { result = y; });
    node.client().finish();
    return result;
  }

  TeamDetails arsenal() { return node.read<TeamDetails>(team_get("arsenal")); }

  /// How often the team recorded facts because of message `number`.
  int effects(uint32_t number) {
    node.settle();
    int result = 0;
    for (auto& x : node.records("team/en/arsenal"))
      result += x.cause().message() == number && x.event_size() > 0 ? 1 : 0;
    return result;
  }

  std::atomic<bool> broken = true;
  test_node node;
};

TeamUpdate new_stadium(const std::string& name, const std::string& team = "arsenal") {
  TeamUpdate x;
  x.set_league("en.1");
  x.set_team(team);
  x.set_stadium(name);
  return x;
}

constexpr auto announced = number_of<InfoTeamUpdated>;

/// Arsenal moved to Highbury, and its team could not be told.
class unannounced_move : public broken_node {
public:
  unannounced_move() : broken_node{announced} {
    BOOST_TEST(node.ask("move", new_stadium("Highbury")).ok());
  }
};

} // namespace

// -- retry ----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_letter_says_what_could_not_be_handled_and_why) {
  unannounced_move x;
  auto letter = x.letter();
  BOOST_TEST(letter.id() == "team/en/arsenal@2");
  BOOST_TEST(letter.to() == "team/en/arsenal");
  BOOST_TEST(letter.cause().message() == announced);
  BOOST_TEST(letter.cause().from() == "team-manager/en");
  BOOST_TEST(letter.cause().correlation() == "move");
  BOOST_TEST(letter.error().find("a defect") != std::string::npos, letter.error());
  BOOST_TEST(letter.attempts() == 3u);
  InfoTeamUpdated body;
  BOOST_TEST(body.ParseFromString(letter.body()));
  BOOST_TEST(body.stadium() == "Highbury");
  BOOST_TEST(x.arsenal().stadium() == "");
}

BOOST_AUTO_TEST_CASE(a_letter_that_is_retried_when_the_fault_is_gone_is_handled_once_and_dropped) {
  unannounced_move x;
  auto letter = x.letter();
  x.broken = false;
  auto done = x.retry(letter);
  BOOST_TEST(done.ok(), done.text);
  BOOST_TEST(x.letters().empty());
  BOOST_TEST(x.arsenal().stadium() == "Highbury");
  BOOST_TEST(x.effects(announced) == 1);
  x.node.restart();
  BOOST_TEST(x.letters().empty());
  BOOST_TEST(x.arsenal().stadium() == "Highbury");
  auto again = x.retry(letter);
  BOOST_TEST(again.ok(), again.text);
  BOOST_TEST(again.repeated);
  BOOST_TEST(x.effects(announced) == 1);
}

BOOST_AUTO_TEST_CASE(a_retried_message_stays_in_its_flow) {
  unannounced_move x;
  auto letter = x.letter();
  x.broken = false;
  x.retry(letter);
  auto record = x.node.records("team/en/arsenal").back();
  BOOST_TEST(record.cause().message() == announced);
  BOOST_TEST(record.cause().correlation() == "move");
}

BOOST_AUTO_TEST_CASE(a_letter_survives_restarts_and_is_retried_later) {
  unannounced_move x;
  x.letter();
  x.node.restart();
  x.broken = false;
  x.node.restart();
  BOOST_TEST(x.retry(x.letter()).ok());
  BOOST_TEST(x.arsenal().stadium() == "Highbury");
  BOOST_TEST(x.letters().empty());
}

BOOST_AUTO_TEST_CASE(a_retry_that_fails_keeps_the_letter_and_counts_its_attempts) {
  unannounced_move x;
  auto first = x.letter();
  auto failed = x.retry(first);
  BOOST_TEST(failed.code == HANDLER_FAILED);
  auto second = x.letter();
  BOOST_TEST(second.id() == first.id());
  BOOST_TEST(second.body() == first.body());
  BOOST_TEST(second.cause().SerializeAsString() == first.cause().SerializeAsString());
  BOOST_TEST(second.attempts() > first.attempts());
  x.node.restart();
  BOOST_TEST(x.retry(x.letter()).code == HANDLER_FAILED);
  BOOST_TEST(x.letter().attempts() > second.attempts());
  BOOST_TEST(x.effects(announced) == 0);
}

BOOST_AUTO_TEST_CASE(a_retry_after_one_that_failed_is_a_new_attempt) {
  unannounced_move x;
  BOOST_TEST(x.retry(x.letter()).code == HANDLER_FAILED);
  x.broken = false;
  auto done = x.retry(x.letter());
  BOOST_TEST(done.ok(), done.text);
  BOOST_TEST(!done.repeated);
  BOOST_TEST(x.arsenal().stadium() == "Highbury");
  BOOST_TEST(x.letters().empty());
  BOOST_TEST(x.effects(announced) == 1);
}

BOOST_AUTO_TEST_CASE(nothing_but_its_own_message_is_sent_under_the_id_of_a_letter) {
  unannounced_move x;
  const auto letter = x.letter();
  x.broken = false;
  // What a program would send that has learned the letter's id.
  auto other_body = letter;
  InfoTeamUpdated message;
  BOOST_TEST_REQUIRE(message.ParseFromString(letter.body()));
  message.set_stadium("Somewhere else");
  other_body.set_body(message.SerializeAsString());
  auto other_message = letter;
  other_message.mutable_cause()->set_message(number_of<TransferReserve>);
  other_message.clear_body();
  auto other_receiver = letter;
  other_receiver.set_to("team/en/chelsea");
  for (auto& lie : {other_body, other_message, other_receiver}) {
    auto refused = x.retry(lie);
    BOOST_TEST(!refused.ok());
    BOOST_TEST(refused.text.find("dead letter") != std::string::npos, refused.text);
  }
  BOOST_TEST(x.letters().size() == 1u);
  BOOST_TEST(x.retry(letter).ok());
}

BOOST_AUTO_TEST_CASE(two_who_retry_the_same_letter_at_once_have_one_effect) {
  unannounced_move x;
  auto letter = x.letter();
  x.broken = false;
  int ok = 0;
  auto count = [&ok](const answer& y) {
    BOOST_TEST(y.ok(), y.text);
    ++ok;
  };
  {
    auto other = x.node.another_client();
    x.node.client().retry(letter, count);
    other->retry(letter, count);
    x.node.client().finish();
    other->finish();
  }
  BOOST_TEST(ok == 2);
  BOOST_TEST(x.effects(announced) == 1);
  BOOST_TEST(x.letters().empty());
}

BOOST_AUTO_TEST_CASE(one_who_retries_the_same_letter_twice_at_once_has_one_effect) {
  unannounced_move x;
  auto letter = x.letter();
  x.broken = false;
  int answers = 0;
  for (int i = 0; i < 2; ++i)
    x.node.client().retry(letter, [&answers](const answer&) { ++answers; });
  x.node.client().finish();
  BOOST_TEST(answers == 2);
  BOOST_TEST(x.effects(announced) == 1);
  BOOST_TEST(x.letters().empty());
}

BOOST_AUTO_TEST_CASE(letters_at_the_same_position_of_two_teams_can_be_retried_at_once) {
  unannounced_move x;
  BOOST_TEST(x.node.ask("chelsea", team_create("Chelsea")).ok());
  BOOST_TEST(x.node.ask("second move", new_stadium("Stamford Bridge", "chelsea")).ok());
  auto letters = x.letters();
  BOOST_TEST_REQUIRE(letters.size() == 2u);
  x.broken = false;
  for (auto& letter : letters)
    x.node.client().retry(letter, [](const answer& y) { BOOST_TEST(y.ok(), y.text); });
  x.node.client().finish();
  BOOST_TEST(x.letters().empty());
  BOOST_TEST(x.arsenal().stadium() == "Highbury");
  BOOST_TEST(x.node.read<TeamDetails>(team_get("chelsea")).stadium() == "Stamford Bridge");
}

BOOST_AUTO_TEST_CASE(a_retry_during_failures_has_one_effect) {
  using failure = std::function<void(actors::runtime&)>;
  const std::vector<failure> failures{
    [](actors::runtime& y) { y.fail_entity("team/en/arsenal"); },
    [](actors::runtime& y) { y.fail_partition(0); },
    [](actors::runtime& y) { y.fail_partition(1); },
  };
  for (auto& fail : failures) {
    unannounced_move x;
    auto letter = x.letter();
    x.broken = false;
    answer done;
    fail(x.node.runtime());
    x.node.client().retry(letter, [&done](const answer& y) { done = y; });
    fail(x.node.runtime());
    x.node.client().finish();
    BOOST_TEST(done.ok(), done.text);
    BOOST_TEST(x.letters().empty());
    BOOST_TEST(x.effects(announced) == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_command_that_failed_is_retried_and_its_own_id_keeps_its_first_answer) {
  broken_node x{number_of<TeamUpdate>};
  BOOST_TEST(x.node.ask("move", new_stadium("Highbury")).code == HANDLER_FAILED);
  x.broken = false;
  BOOST_TEST(x.retry(x.letter()).ok());
  BOOST_TEST(x.letters().empty());
  x.node.settle();
  BOOST_TEST(x.arsenal().stadium() == "Highbury");
  auto again = x.node.ask("move", new_stadium("Highbury"));
  BOOST_TEST(again.code == HANDLER_FAILED);
  BOOST_TEST(again.repeated);
}

BOOST_AUTO_TEST_CASE(a_command_that_waits_for_a_letter_is_answered_when_that_is_retried) {
  broken_node x{number_of<SquadAdd>};
  std::vector<answer> answers;
  x.node.client().post("add", player_add("Saka", 7),
                       [&answers](const answer& y) { answers.push_back(y); });
  for (int i = 0; i < 1'000 && x.letters().empty(); ++i)
    x.node.client().wait();
  BOOST_TEST(answers.empty());
  x.broken = false;
  x.retry(x.letter());
  BOOST_TEST_REQUIRE(answers.size() == 1u);
  BOOST_TEST(answers[0].ok(), answers[0].text);
  BOOST_TEST(x.arsenal().squad_size() == 1);
}

// -- a message that is refused, not failed --------------------------------------------------------

namespace {

/// Chelsea is unknown when its move is asked for, so that the manager refuses.
DeadLetter unknown_team(broken_node& x) {
  auto teams = std::vector<std::string>{"arsenal", "chelsea"};
  x.node.ask("generate", fixture_list(teams));
  x.node.ask("r/1", result_create("arsenal", "chelsea", 1, 0));
  x.node.ask("r/2", result_create("chelsea", "arsenal", 0, 1));
  auto letter = x.letter();
  BOOST_TEST(letter.to() == "team-manager/en");
  BOOST_TEST(letter.cause().message() == number_of<TeamRelegate>);
  BOOST_TEST(letter.attempts() == 1u);
  return letter;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_letter_that_is_refused_again_stays_and_counts_its_attempts) {
  broken_node x{0};
  auto first = unknown_team(x);
  auto refused = x.retry(first);
  BOOST_TEST(refused.code == NOT_FOUND);
  auto second = x.letter();
  BOOST_TEST(second.id() == first.id());
  BOOST_TEST(second.attempts() == 2u);
  BOOST_TEST(x.node.ask("chelsea", team_create("Chelsea")).ok());
  auto done = x.retry(x.letter());
  BOOST_TEST(done.ok(), done.text);
  BOOST_TEST(x.letters().empty());
  BOOST_TEST(x.node.read<Teams>(team_list()).former_size() == 1);
}

// -- drop -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_letter_that_is_dropped_is_gone_for_good) {
  unannounced_move x;
  auto letter = x.letter();
  auto dropped = x.node.runtime().drop_dead_letter(letter.id());
  BOOST_TEST(dropped.ok(), dropped.text);
  BOOST_TEST(x.letters().empty());
  x.node.restart();
  BOOST_TEST(x.letters().empty());
  auto second = x.node.runtime().drop_dead_letter(letter.id());
  BOOST_TEST(second.code == NOT_FOUND);
  BOOST_TEST(second.text != "");
  BOOST_TEST(x.arsenal().stadium() == "");
}

BOOST_AUTO_TEST_CASE(what_was_never_a_letter_cannot_be_dropped) {
  unannounced_move x;
  for (const char* id : {"", "@", "team/en/arsenal", "team/en/arsenal@1", "team/en/nobody@1",
                         "team/en/arsenal@2@2", "nothing"})
    BOOST_TEST(x.node.runtime().drop_dead_letter(id).code == NOT_FOUND, id);
  BOOST_TEST(x.node.runtime().drop_dead_letter(std::string(10'000, 'x')).code == NOT_FOUND);
  BOOST_TEST(x.letters().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_letter_that_was_dropped_is_not_retried) {
  unannounced_move x;
  auto letter = x.letter();
  x.broken = false;
  BOOST_TEST(x.node.runtime().drop_dead_letter(letter.id()).ok());
  BOOST_TEST(x.retry(letter).code == NOT_FOUND);
  BOOST_TEST(x.effects(announced) == 0);
  BOOST_TEST(x.letters().empty());
}

BOOST_AUTO_TEST_CASE(one_letter_is_dropped_and_the_others_stay) {
  unannounced_move x;
  BOOST_TEST(x.node.ask("again", new_stadium("Emirates Stadium")).ok());
  auto letters = x.letters();
  BOOST_TEST_REQUIRE(letters.size() == 2u);
  BOOST_TEST(x.node.runtime().drop_dead_letter(letters[0].id()).ok());
  BOOST_TEST(x.letter().id() == letters[1].id());
  x.broken = false;
  BOOST_TEST(x.retry(x.letter()).ok());
  BOOST_TEST(x.arsenal().stadium() == "Emirates Stadium");
}

BOOST_AUTO_TEST_CASE(a_letter_whose_secrets_were_not_kept_cannot_be_retried) {
  unannounced_move x;
  auto letter = x.letter();
  letter.set_redacted(true);
  x.broken = false;
  BOOST_TEST(x.retry(letter).code == CONFLICT);
  BOOST_TEST(x.effects(announced) == 0);
}
