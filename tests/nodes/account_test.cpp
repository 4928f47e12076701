// Accounts as a user has them: the real program, a process for each command.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/password.hpp"
#include "tests/nodes/process.hpp"

#include <algorithm>

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>
#include <pty.h>
#include <sys/stat.h>
#include <termios.h>

using namespace touchline::testing;
using nlohmann::json;

namespace {

const std::string password = "correct horse";
const std::string wrong_password = "correct horsf";

/// A data directory, and everything that the program ever said about it.
class league {
public:
  finished operator()(std::vector<std::string> arguments,
                      const std::optional<std::string>& input = {}) {
    arguments.insert(arguments.end(), {"--data-dir", folder / "data"});
    auto x = run(folder, std::move(arguments), input);
    said += x.out + x.err;
    return x;
  }

  /// The one line that a command prints.
  std::string line(std::vector<std::string> arguments,
                   const std::optional<std::string>& input = {}) {
    auto x = (*this)(std::move(arguments), input);
    BOOST_TEST_REQUIRE(x.status == 0, x.err);
    BOOST_TEST(std::ranges::count(x.out, '\n') == 1, x.out);
    return x.out.substr(0, x.out.find('\n'));
  }

  /// The sentence with which a command is refused.
  std::string refusal(std::vector<std::string> arguments,
                      const std::optional<std::string>& input = {}) {
    auto x = (*this)(std::move(arguments), input);
    BOOST_TEST(x.status == 1);
    BOOST_TEST(x.out.empty(), x.out);
    BOOST_TEST(std::ranges::count(x.err, '\n') == 1, x.err);
    return x.err;
  }

  /// An account with the password, and a token of it in a file.
  std::string make(const std::string& account, std::vector<std::string> rights) {
    rights.insert(rights.begin(), {"account", "create", account});
    auto code = line(std::move(rights));
    BOOST_TEST((*this)({"account", "activate", code}, password + '\n').status == 0);
    return log_in(account);
  }

  std::string log_in(const std::string& account) {
    auto name = account;
    std::ranges::replace(name, '/', '-');
    auto file = folder / ("token-of-" + name);
    auto x = (*this)({"account", "login", account, "--token-file", file}, password + '\n');
    BOOST_TEST_REQUIRE(x.status == 0, x.err);
    return file;
  }

  /// The bytes of all files of the data directory.
  std::string data() const {
    std::string bytes;
    for (auto& entry : std::filesystem::recursive_directory_iterator{folder / "data"})
      if (entry.is_regular_file())
        bytes += read_file(entry.path());
    return bytes;
  }

  work_folder folder;
  std::string said;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The proof of a password, as the program derives it.
std::string proof_of(league& program, const std::string& account, const std::string& word) {
  auto x = program({"send", "account.challenge", "account=" + account});
  touchline::PasswordParameters parameters;
  BOOST_TEST_REQUIRE(google::protobuf::util::JsonStringToMessage(x.out, &parameters).ok());
  auto proof = touchline::nodes::derive_proof(word, parameters);
  BOOST_TEST_REQUIRE(proof.has_value());
  return *proof;
}

/// The program on a terminal of its own.
class terminal {
public:
  explicit terminal(const std::vector<std::string>& arguments) {
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (auto& x : arguments)
      argv.push_back(const_cast<char*>(x.c_str()));
    argv.push_back(nullptr);
    pid_ = forkpty(&master_, nullptr, nullptr, nullptr);
    if (pid_ == 0) {
      execv(argv[0], argv.data());
      _exit(127);
    }
  }
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;
  ~terminal() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(master_);
  }

  /// Reads until the text was shown; false when the program ends before.
  bool shows(const std::string& text) {
    while (!contains(screen.substr(seen_), text))
      if (!read_some())
        return false;
    seen_ = screen.size();
    return true;
  }

  void type(const std::string& text) {
    BOOST_TEST(write(master_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  bool echoes() const {
    termios state{};
    tcgetattr(master_, &state);
    return (state.c_lflag & ECHO) != 0;
  }

  /// Exit status; 128 and the signal when it was killed.
  int wait() {
    while (read_some())
      continue;
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string screen;

private:
  bool read_some() {
    char bytes[4'096];
    auto count = read(master_, bytes, sizeof bytes);
    if (count <= 0)
      return false;
    screen.append(bytes, static_cast<size_t>(count));
    return true;
  }

  int master_ = -1;
  pid_t pid_ = -1;
  size_t seen_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(nothing_secret_is_on_the_disk_or_on_the_screen) {
  league program;
  program.make("en/boss", {"--role", "league-administrator"});
  auto token = program.line({"account", "login", "en/boss"}, password + '\n');
  auto proof = proof_of(program, "en/boss", password);
  auto wrong_proof = proof_of(program, "en/boss", wrong_password);
  program.said.erase(program.said.find(token), token.size());
  program.refusal({"account", "login", "en/boss"}, wrong_password + '\n');
  program({"account", "show", "en/boss"});
  program({"history", "identity/en/boss"});
  program({"dead-letters"});
  program({"account", "password", "en/boss"}, password + "\nanother password\n");
  program.refusal({"account", "password", "en/boss"}, wrong_password + "\nanother password\n");
  auto data = program.data();
  BOOST_TEST(contains(data, "en/boss"));
  for (auto& secret :
       {password, wrong_password, std::string{"another password"}, proof, wrong_proof, token,
        token.substr(0, token.find('.')), token.substr(token.find('.') + 1)}) {
    BOOST_TEST(!contains(data, secret), "a secret is in the data directory");
    BOOST_TEST(!contains(program.said, secret), "a secret is on the screen");
  }
}

BOOST_AUTO_TEST_CASE(a_token_sends_as_its_account_and_the_local_operator_as_nobody) {
  league program;
  auto boss = program.make("en/boss", {"--role", "league-administrator"});
  auto create = [](const std::string& league, const std::string& name) {
    return std::vector<std::string>{"send",         "team.create", "league=" + league,
                                    "name=" + name, "--id",        league + name};
  };
  auto as = [](std::vector<std::string> arguments, const std::string& token) {
    arguments.insert(arguments.end(), {"--token-file", token});
    return arguments;
  };
  BOOST_TEST(program(as(create("en.1", "Arsenal"), boss)).status == 0);
  BOOST_TEST(contains(program.refusal(as(create("es.1", "Sevilla"), boss)),
                      "The account en/boss may send team.create about leagues and accounts of its "
                      "own pyramid only."));
  BOOST_TEST(program(create("es.1", "Sevilla")).status == 0);
  BOOST_TEST(program(create("en.1", "Leeds")).status == 0);
  auto code = program.line({"account", "invite", "en/arsenal", "--token-file", boss});
  BOOST_TEST(contains(program.refusal({"account", "invite", "es/sevilla", "--token-file", boss}),
                      "own pyramid"));
  BOOST_TEST(program({"account", "activate", code}, password + '\n').status == 0);
  auto owner = program.log_in("en/arsenal");
  std::vector<std::string> update{
    "send", "team.update", "league=en.1", "team=arsenal", "name=Arsenal FC", "--id", "update"};
  BOOST_TEST(program(as(update, owner)).status == 0);
  update[3] = "team=leeds";
  BOOST_TEST(contains(program.refusal(as(update, owner)), "about its own teams only"));
  BOOST_TEST(contains(program.refusal(as(create("en.1", "Chelsea"), owner)),
                      "is a team owner and may not send team.create"));
  BOOST_TEST(program(as({"send", "team.list", "league=es.1"}, owner)).status == 0);
  auto shown = json::parse(program({"account", "show", "en/arsenal", "--token-file", owner}).out);
  BOOST_TEST(shown["name"] == "Arsenal FC");
}

BOOST_AUTO_TEST_CASE(a_token_may_be_in_the_environment_and_a_bad_one_is_never_the_local_operator) {
  league program;
  auto file = program.make("en/jane", {"--role", "viewer"});
  std::vector<std::string> show{"account", "show", "en/jane"};
  setenv("TOUCHLINE_TOKEN", read_file(file).substr(0, read_file(file).find('\n')).c_str(), 1);
  auto own = program(show);
  auto other = program({"account", "show", "en/boss"});
  setenv("TOUCHLINE_TOKEN", "forged", 1);
  auto forged = program(show);
  unsetenv("TOUCHLINE_TOKEN");
  BOOST_TEST(own.status == 0, own.err);
  BOOST_TEST(contains(other.err, "about itself only"));
  BOOST_TEST(contains(forged.err, "not a token"));
  BOOST_TEST(!contains(forged.err, "forged"));
  show.insert(show.end(), {"--token-file", program.folder / "token"});
  BOOST_TEST(contains(program.refusal(show), "cannot be read"));
  write_file(program.folder / "token", "\n");
  BOOST_TEST(contains(program.refusal(show), "is empty"));
  write_file(program.folder / "token", std::string(10'000, 'x'));
  BOOST_TEST(contains(program.refusal(show), "too long"));
}

BOOST_AUTO_TEST_CASE(a_token_file_is_for_its_owner_alone_and_ends_with_its_revocation) {
  league program;
  write_file(program.folder / "token-of-en-jane", "an older one");
  chmod((program.folder / "token-of-en-jane").c_str(), 0644);
  auto file = program.make("en/jane", {"--role", "viewer", "--name", "Jane Doe"});
  struct stat about {};
  stat(file.c_str(), &about);
  BOOST_TEST((about.st_mode & 07777) == 0600u);
  std::vector<std::string> show{"account", "show", "en/jane", "--token-file", file};
  BOOST_TEST(json::parse(program(show).out)["name"] == "Jane Doe");
  BOOST_TEST(program({"account", "revoke", "en/jane"}).status == 0);
  BOOST_TEST(contains(program.refusal(show), "log in again"));
  program.log_in("en/jane");
  BOOST_TEST(program(show).status == 0);
  BOOST_TEST(program({"account", "update", "en/jane", "--suspend"}).status == 0);
  BOOST_TEST(contains(program.refusal(show), "log in again"));
  auto renamed = program({"account", "update", "en/jane", "--name", "Jane"});
  BOOST_TEST(json::parse(renamed.out)["suspended"] == true);
  BOOST_TEST(
    contains(program.refusal({"account", "login", "en/jane"}, password + '\n'), "is suspended"));
  program({"account", "update", "en/jane", "--restore"});
  program.log_in("en/jane");
  BOOST_TEST(program(show).status == 0);
}

BOOST_AUTO_TEST_CASE(five_wrong_passwords_lock_an_account_whatever_process_they_were_given_to) {
  league program;
  program.make("en/jane", {"--role", "viewer"});
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(program.refusal({"account", "login", "en/jane"}, wrong_password + '\n')
               == "touchline: The account or its password is wrong.\n");
  BOOST_TEST(contains(program.refusal({"account", "login", "en/jane"}, password + '\n'),
                      "Too many wrong passwords were given for this account; try again after 2"));
  BOOST_TEST(program.refusal({"account", "login", "en/nobody"}, password + '\n')
             == "touchline: The account or its password is wrong.\n");
}

BOOST_AUTO_TEST_CASE(secrets_are_not_taken_from_arguments_nor_repeated) {
  league program;
  for (auto* message : {"token.issue", "account.activate", "account.setpassword"}) {
    auto said = program.refusal(
      {"send", message, "account=en/jane", "proof=c2VjcmV0", "secret=hunter22", "--id", "1"});
    BOOST_TEST(contains(said, "use `touchline account`"), said);
    BOOST_TEST(!contains(said, "hunter22"));
    BOOST_TEST(!contains(said, "c2VjcmV0"));
  }
  BOOST_TEST(!std::filesystem::exists(program.folder / "data"));
  BOOST_TEST(program({"account", "login", "en/jane", password}).status == 2);
  BOOST_TEST(
    contains(program.refusal({"account", "login", "en/jane"}, ""), "There is no password"));
  auto said = program.refusal({"account", "login", "en/jane"}, "short\n");
  BOOST_TEST(contains(said, "8 to 1024 bytes"));
  BOOST_TEST(contains(program.refusal({"account", "login", "en/jane"}, std::string(2'000, 'x')),
                      "at most 1024 bytes"));
}

BOOST_AUTO_TEST_CASE(an_invitation_code_is_good_once_and_not_in_another_league) {
  league program;
  auto code = program.line({"account", "create", "en/jane", "--role", "viewer", "--id", "1"});
  BOOST_TEST(program.line({"account", "create", "en/jane", "--role", "viewer", "--id", "1"})
             == code);
  league other;
  other.line({"account", "create", "en/jane", "--role", "viewer"});
  BOOST_TEST(contains(other.refusal({"account", "activate", code}, password),
                      "not an invitation code of this league"));
  BOOST_TEST(program({"account", "activate", code}, password).status == 0);
  BOOST_TEST(contains(program.refusal({"account", "activate", code}, password), "used or void"));
  BOOST_TEST(contains(program.refusal({"account", "create", "en/jane", "--role", "viewer"}),
                      "There is an account en/jane already."));
}

BOOST_AUTO_TEST_CASE(a_key_file_that_others_can_read_stops_the_command) {
  league program;
  program.make("en/jane", {"--role", "viewer"});
  chmod((program.folder / "data/identity.key").c_str(), 0644);
  BOOST_TEST(contains(program.refusal({"account", "login", "en/jane"}, password + '\n'),
                      "may be read or written by others"));
}

BOOST_AUTO_TEST_CASE(a_password_that_is_typed_is_not_shown) {
  league program;
  auto code = program.line({"account", "create", "en/jane", "--role", "viewer"});
  auto data = program.folder / "data";
  {
    terminal typed{{"account", "activate", code, "--data-dir", data}};
    BOOST_TEST_REQUIRE(typed.shows("New password: "), typed.screen);
    BOOST_TEST(!typed.echoes());
    typed.type(password + '\n');
    BOOST_TEST_REQUIRE(typed.shows("The same again: "), typed.screen);
    typed.type(wrong_password + '\n');
    BOOST_TEST(typed.wait() == 1);
    BOOST_TEST(contains(typed.screen, "are not the same"));
    BOOST_TEST(!contains(typed.screen, "horse"));
  }
  {
    terminal typed{{"account", "activate", code, "--data-dir", data}};
    BOOST_TEST_REQUIRE(typed.shows("New password: "), typed.screen);
    typed.type(password + '\n');
    BOOST_TEST_REQUIRE(typed.shows("The same again: "), typed.screen);
    typed.type(password + '\n');
    BOOST_TEST(typed.wait() == 0);
    BOOST_TEST(!contains(typed.screen, "horse"));
  }
  terminal typed{{"account", "login", "en/jane", "--data-dir", data}};
  BOOST_TEST_REQUIRE(typed.shows("Password of en/jane: "), typed.screen);
  typed.type(password + '\n');
  BOOST_TEST(typed.wait() == 0);
  BOOST_TEST(contains(typed.screen, "."));
  BOOST_TEST(!contains(typed.screen, "horse"));
}

BOOST_AUTO_TEST_CASE(an_interrupted_password_leaves_the_terminal_as_it_was) {
  work_folder folder;
  terminal typed{{"account", "login", "en/jane", "--data-dir", folder / "data"}};
  BOOST_TEST_REQUIRE(typed.shows("Password of en/jane: "), typed.screen);
  typed.type("corr\x03");
  BOOST_TEST(typed.wait() == 128 + SIGINT);
  BOOST_TEST(typed.echoes());
}
