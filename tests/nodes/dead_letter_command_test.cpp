// `touchline dead-letters`, run as a user would: list, show, retry and drop.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/actors/disturbances.hpp"
#include "tests/nodes/process.hpp"

#include <sstream>

#include <nlohmann/json.hpp>

using namespace touchline;
using namespace touchline::testing;
using nlohmann::json;

namespace {

/// A data directory that only the program itself has touched.
class program_data {
public:
  finished run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--data-dir", path()});
    return testing::run(folder_, std::move(arguments));
  }

  /// Sends a message that must be taken.
  void send(const std::string& id, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "send");
    arguments.insert(arguments.end(), {"--id", id});
    auto x = run(std::move(arguments));
    BOOST_TEST_REQUIRE(x.status == 0, x.err);
  }

  std::vector<json> letters() const {
    auto x = run({"dead-letters", "list"});
    BOOST_TEST_REQUIRE(x.status == 0, x.err);
    std::vector<json> result;
    std::istringstream in{x.out};
    for (std::string line; std::getline(in, line);)
      result.push_back(json::parse(line));
    return result;
  }

  json flow(const std::string& id) const {
    auto x = run({"flow", id, "--format", "json"});
    BOOST_TEST_REQUIRE(x.status == 0, x.err);
    return json::parse(x.out);
  }

  std::string path() const { return folder_ / "data"; }

private:
  work_folder folder_;
};

/// A season of two teams, of which the team manager knows none: it cannot relegate the last one.
/// The result that completes the season is "r2".
class unknown_teams : public program_data {
public:
  unknown_teams() {
    send("generate",
         {"fixturelist.generate", "league=en.1", "season=2022-23", "league_name=Test League",
          R"(teams=[{"team":"ash","name":"Ash"},{"team":"elm","name":"Elm"}])", "start=2022-08-01",
          "end=2023-05-31",
          R"(rules={"rule_set":"england","tier":1,"start_year":2022,"relegated":1})"});
    send("r1", result("ash", "elm", 2));
    send("r2", result("elm", "ash", 0));
  }

  static constexpr const char* letter = "team-manager/en@3";

private:
  static std::vector<std::string> result(const std::string& home, const std::string& away,
                                         int home_goals) {
    return {"result.create",  "league=en.1",
            "season=2022-23", "home=" + home,
            "away=" + away,   R"(score={"home":)" + std::to_string(home_goals) + R"(,"away":1})"};
  }
};

void fails(const finished& x, int status, const std::string& sentence) {
  BOOST_TEST(x.status == status, x.err);
  BOOST_TEST(x.out == "");
  BOOST_TEST(x.err.find(sentence) != std::string::npos, x.err);
}

constexpr const char* refusal_text = "The league en.1 has no team \"elm\".";

} // namespace

BOOST_AUTO_TEST_CASE(a_message_that_was_refused_between_entities_is_listed) {
  unknown_teams x;
  for (auto& arguments :
       std::vector<std::vector<std::string>>{{"dead-letters"}, {"dead-letters", "list"}}) {
    auto listed = x.run(arguments);
    BOOST_TEST(listed.status == 0);
    BOOST_TEST(listed.err == "");
    BOOST_TEST(std::ranges::count(listed.out, '\n') == 1);
    auto letter = json::parse(listed.out);
    BOOST_TEST(letter["id"] == unknown_teams::letter);
    BOOST_TEST(letter["to"] == "team-manager/en");
    BOOST_TEST(letter["message"] == "team.relegate");
    BOOST_TEST(letter["from"] == "fixture-manager/en.1/2022-23");
    BOOST_TEST(letter["flow"] == "r2");
    BOOST_TEST(letter["error"] == refusal_text);
    BOOST_TEST(letter["attempts"] == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_letter_is_shown_with_its_message) {
  unknown_teams x;
  auto shown = x.run({"dead-letters", "show", unknown_teams::letter});
  BOOST_TEST(shown.status == 0, shown.err);
  auto letter = json::parse(shown.out);
  BOOST_TEST(letter["error"] == refusal_text);
  BOOST_TEST(letter["redacted"] == false);
  BOOST_TEST(letter["body"]["league"] == "en.1");
  BOOST_TEST(letter["body"]["season"] == "2022-23");
  BOOST_TEST(letter["body"]["team"] == "elm");
  BOOST_TEST(letter["body"]["position"] == 2);
}

BOOST_AUTO_TEST_CASE(a_letter_is_the_step_that_its_flow_waits_for) {
  unknown_teams x;
  auto flow = x.flow("r2");
  BOOST_TEST(flow["state"] == "running");
  BOOST_TEST_REQUIRE(flow["waits_for"].size() == 1u);
  BOOST_TEST(flow["waits_for"][0]["message"] == "team.relegate");
  BOOST_TEST(flow["waits_for"][0]["dead_letter"] == unknown_teams::letter);
  auto text = x.run({"flow", "r2"}).out;
  BOOST_TEST(text.find("            set aside as dead letter team-manager/en@3; it waits to be "
                       "retried or dropped\n")
               != std::string::npos,
             text);
  BOOST_TEST(text.ends_with("waits for team.relegate to team-manager/en, dead letter "
                            "team-manager/en@3\n"),
             text);
}

BOOST_AUTO_TEST_CASE(a_retry_that_is_refused_again_fails_and_keeps_the_letter) {
  unknown_teams x;
  for (int attempts = 2; attempts < 4; ++attempts) {
    fails(x.run({"dead-letters", "retry", unknown_teams::letter}), 1, refusal_text);
    auto letters = x.letters();
    BOOST_TEST_REQUIRE(letters.size() == 1u);
    BOOST_TEST(letters[0]["attempts"] == attempts);
    BOOST_TEST(letters[0]["id"] == unknown_teams::letter);
  }
}

BOOST_AUTO_TEST_CASE(a_letter_that_is_retried_when_its_reason_is_gone_completes_its_flow) {
  unknown_teams x;
  x.send("elm", {"team.create", "league=en.1", "team=elm", "name=Elm"});
  auto retried = x.run({"dead-letters", "retry", unknown_teams::letter});
  BOOST_TEST(retried.status == 0, retried.err);
  BOOST_TEST(json::parse(retried.out) == (json{{"id", unknown_teams::letter}, {"handled", true}}));
  BOOST_TEST(x.letters().empty());
  auto flow = x.flow("r2");
  BOOST_TEST(flow["state"] == "completed");
  BOOST_TEST(flow["waits_for"].empty());
  BOOST_TEST(flow["lost"].empty());
  auto text = x.run({"flow", "r2"}).out;
  BOOST_TEST(text.find("set aside as dead letter team-manager/en@3; it was handled later\n")
               != std::string::npos,
             text);
  auto teams = x.run({"send", "team.list", "league=en.1"});
  BOOST_TEST(json::parse(teams.out)["former"][0]["team"] == "elm");
  fails(x.run({"dead-letters", "retry", unknown_teams::letter}), 1,
        "There is no dead letter \"team-manager/en@3\"; touchline dead-letters lists them.");
}

BOOST_AUTO_TEST_CASE(a_letter_that_is_dropped_is_gone_and_its_flow_has_lost_a_step) {
  unknown_teams x;
  auto dropped = x.run({"dead-letters", "drop", unknown_teams::letter});
  BOOST_TEST(dropped.status == 0, dropped.err);
  BOOST_TEST(json::parse(dropped.out) == (json{{"id", unknown_teams::letter}, {"dropped", true}}));
  BOOST_TEST(x.letters().empty());
  auto flow = x.flow("r2");
  BOOST_TEST(flow["state"] == "completed");
  BOOST_TEST(flow["lost"]
             == (json::array({{{"message", "team.relegate"},
                               {"to", "team-manager/en"},
                               {"dead_letter", unknown_teams::letter}}})));
  for (auto& arguments :
       std::vector<std::vector<std::string>>{{"flows"}, {"flows", "--state", "lost"}}) {
    auto listed = x.run(arguments);
    BOOST_TEST(listed.out.find("           lost team.relegate to team-manager/en: its dead letter "
                               "team-manager/en@3 was dropped\n")
                 != std::string::npos,
               listed.out);
  }
  auto listed = x.run({"flows", "--state", "lost", "--format", "json"});
  auto document = json::parse(listed.out);
  BOOST_TEST(document["flows"].size() == 1u);
  BOOST_TEST(document["counts"]["Season completed"]["lost_a_step"] == 1);
  BOOST_TEST(document["counts"]["Season completed"]["completed"] == 1);
}

BOOST_AUTO_TEST_CASE(unknown_letters_are_said_to_be_unknown) {
  unknown_teams x;
  for (std::string id : {"team-manager/en@2", "team-manager/en", "nothing", ""}) {
    fails(x.run({"dead-letters", "show", id}), 1, "There is no dead letter");
    fails(x.run({"dead-letters", "retry", id}), 1, "There is no dead letter");
    fails(x.run({"dead-letters", "drop", id}), 1, "There is no dead letter");
  }
  BOOST_TEST(x.letters().size() == 1u);
}

BOOST_AUTO_TEST_CASE(without_a_data_directory_nothing_is_made) {
  program_data x;
  for (auto& arguments : std::vector<std::vector<std::string>>{{"dead-letters"},
                                                               {"dead-letters", "list"},
                                                               {"dead-letters", "show", "x"},
                                                               {"dead-letters", "retry", "x"},
                                                               {"dead-letters", "drop", "x"}}) {
    fails(x.run(arguments), 1, "There is no data in " + x.path());
    BOOST_TEST(!std::filesystem::exists(x.path()));
  }
}

BOOST_AUTO_TEST_CASE(a_data_directory_in_use_is_refused) {
  test_node node;
  BOOST_TEST(node.ask("ash", team_create("ash")).text == "");
  work_folder folder;
  auto data = node.data_file().parent_path().string();
  for (auto& arguments : std::vector<std::vector<std::string>>{{"dead-letters"},
                                                               {"dead-letters", "show", "x"},
                                                               {"dead-letters", "retry", "x"},
                                                               {"dead-letters", "drop", "x"}}) {
    auto with_data = arguments;
    with_data.insert(with_data.end(), {"--data-dir", data});
    fails(run(folder, with_data), 1, "is in use by process " + std::to_string(getpid()));
  }
}

// -- secrets --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_letter_of_an_account_shows_no_secret_and_cannot_be_retried) {
  const std::string secret = "a proof of 32 bytes, as it may be";
  stumbling_block block;
  test_node node{test_node::quick_options(), block.seam()};
  block.put(number_of<AccountActivate>);
  AccountActivate activation;
  activation.set_account("en/ash");
  activation.set_invitation(7);
  activation.set_proof(secret);
  BOOST_TEST(node.ask("activate", activation).code == HANDLER_FAILED);
  node.stop();
  work_folder folder;
  auto data = node.data_file().parent_path().string();
  BOOST_TEST(read_file(node.data_file()).find(secret) == std::string::npos);
  auto command = [&](const std::string& verb, const std::string& id) {
    return run(folder, {"dead-letters", verb, id, "--data-dir", data});
  };
  auto listed = run(folder, {"dead-letters", "--data-dir", data});
  auto id = json::parse(listed.out)["id"].get<std::string>();
  BOOST_TEST(id == "identity/en/ash@1");
  auto shown = command("show", id);
  BOOST_TEST(shown.status == 0, shown.err);
  auto letter = json::parse(shown.out);
  BOOST_TEST(letter["redacted"] == true);
  BOOST_TEST(letter["body"]["account"] == "en/ash");
  BOOST_TEST(!letter["body"].contains("proof"), letter.dump());
  for (auto& text : {listed.out, listed.err, shown.out, shown.err})
    BOOST_TEST(text.find(secret) == std::string::npos);
  fails(command("retry", id), 1,
        "held secrets, which are not kept; its sender has to send the message again.");
  BOOST_TEST(command("drop", id).status == 0);
  BOOST_TEST(run(folder, {"dead-letters", "--data-dir", data}).out == "");
}
