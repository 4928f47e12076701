// `touchline run` as a person starts it: on a terminal its page stays behind the season.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "tests/free_port.hpp"
#include "tests/front/http_client.hpp"
#include "tests/shell/pseudo_terminal.hpp"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <csignal>
#include <sys/socket.h>

using namespace touchline::testing;
using nlohmann::json;

namespace {

/// A configuration of its own, with the page on a port of its own.
struct own_node {
  work_folder folder;
  uint16_t port = free_port();
  std::string config = folder / "touchline.conf";

  own_node() {
    write_file(config, "touchline {\n  data-directory = \"data\"\n  season = \""
                         + project_file("data/2022-23/en.1.json")
                         + "\"\n}\nfront {\n  listen = \"127.0.0.1:" + std::to_string(port)
                         + "\"\n  public-reads = true\n}\n");
  }

  std::vector<std::string> command(std::vector<std::string> more = {}) const {
    std::vector<std::string> out{"run", "--config", config};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }

  std::string where() const {
    return "The page is at http://127.0.0.1:" + std::to_string(port) + "/; Ctrl-C ends.";
  }

  http_reply get(const std::string& path) const { return http_client{port}.ask("GET", path); }
};

const std::string table = "/v1/leagues/english-premier-league/seasons/2022-23/table";

/// Somebody else who listens on a port of loopback.
class other_listener {
public:
  explicit other_listener(uint16_t port)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST_REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
    BOOST_TEST_REQUIRE(::listen(socket_, 1) == 0);
  }
  other_listener(const other_listener&) = delete;
  other_listener& operator=(const other_listener&) = delete;
  ~other_listener() { ::close(socket_); }

private:
  int socket_;
};

} // namespace

BOOST_AUTO_TEST_CASE(on_a_terminal_the_page_is_there_behind_the_season_until_ctrl_c) {
  own_node node;
  pseudo_terminal terminal{node.command()};
  auto shown = terminal.wait_for(node.where());
  BOOST_TEST(shown.find("Manchester City FC") != std::string::npos, shown);
  auto page = node.get("/");
  BOOST_TEST(page.status == 200);
  BOOST_TEST(page.header("content-type").starts_with("text/html"));
  // Nobody has an account there, and nobody needs one to read.
  auto answer = node.get(table);
  BOOST_TEST_REQUIRE(answer.status == 200, answer.body);
  auto rows = json::parse(answer.body)["rows"];
  BOOST_TEST_REQUIRE(rows.size() == 20u);
  BOOST_TEST(rows[0]["name"] == "Manchester City FC");
  BOOST_TEST(rows[0]["points"] == 89);
  BOOST_TEST(http_client{node.port}.ask("POST", "/v1/leagues/en.1/teams", {}, "{}").status == 401);
  terminal.type(ctrl_c);
  BOOST_TEST(terminal.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(a_request_to_terminate_ends_it_as_well) {
  own_node node;
  pseudo_terminal terminal{node.command()};
  terminal.wait_for(node.where());
  terminal.send(SIGTERM);
  BOOST_TEST(terminal.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(a_season_that_takes_its_time_is_seen_and_goes_on_where_ctrl_c_stopped_it) {
  own_node node;
  {
    pseudo_terminal terminal{node.command({"--pace", "4"})};
    terminal.wait_for(node.where());
    terminal.wait_for("3/380");
    BOOST_TEST(node.get(table).status == 200);
    terminal.type(ctrl_c);
    terminal.wait_for("the same command goes on where it was.");
    BOOST_TEST(terminal.wait_for_end() == 130);
  }
  pseudo_terminal terminal{node.command()};
  terminal.wait_for("of 380 results are recorded already");
  terminal.wait_for(node.where());
  terminal.type(ctrl_c);
  BOOST_TEST(terminal.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(a_port_that_somebody_else_has_costs_the_page_and_not_the_season) {
  own_node node;
  other_listener other{node.port};
  pseudo_terminal terminal{node.command()};
  auto why = terminal.wait_for("to have one.");
  BOOST_TEST(why.find("There is no page: The address 127.0.0.1:" + std::to_string(node.port)
                      + " cannot be used: Address already in use.")
               != std::string::npos,
             why);
  terminal.wait_for("Manchester City FC");
  BOOST_TEST(terminal.wait_for_end() == 0);
}

BOOST_AUTO_TEST_CASE(without_a_terminal_it_ends_with_the_season) {
  own_node node;
  auto played = run(node.folder, node.command(), "");
  BOOST_TEST(played.status == 0, played.err);
  BOOST_TEST(played.out.find("Manchester City FC") != std::string::npos);
  BOOST_TEST(played.err.find("The page") == std::string::npos, played.err);
}

BOOST_AUTO_TEST_CASE(a_wrong_section_front_is_said_before_the_season) {
  own_node node;
  write_file(node.config, read_file(node.config) + "\n");
  auto text = read_file(node.config);
  write_file(node.config, text.replace(text.find("public-reads = true"), 19, "public-reads = 7"));
  pseudo_terminal terminal{node.command()};
  terminal.wait_for("public-reads");
  BOOST_TEST(terminal.wait_for_end() == 1);
}
