#include "nodes/shell/shell.hpp"

#include "nodes/password_input.hpp"
#include "nodes/shell/command_families.hpp"
#include "nodes/shell/line_editor.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/terminal.hpp"

#include <iostream>

#include <termios.h>
#include <unistd.h>

namespace touchline::shell {

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int interrupted = 130;

/// Yes or no from the terminal; Ctrl-C and the end of input are no.
bool ask(const std::string& question) {
  // What was typed, or pasted, before the question is no answer to it.
  ::tcflush(STDIN_FILENO, TCIFLUSH);
  std::cout << question << " [y/N] " << std::flush;
  std::string line;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';)
    line += c;
  return line == "y" || line == "Y" || line == "yes";
}

/// Runs commands in a session.
class shell {
public:
  explicit shell(session& with) : with_{with} {}

  /// `where` stands before the sentence about a failure: "line 3: ".
  bool run_line(const std::string& line, const std::string& where = {}) {
    with_.set_style({window_width(STDOUT_FILENO).value_or(0), has_colours(STDOUT_FILENO)});
    interruption::forget();
    auto went_well = run(line, where);
    interrupted_ = interruption::noted();
    // What is looked up between commands is not to end early.
    interruption::forget();
    return went_well;
  }

  bool over() const noexcept { return over_; }

  /// Whether Ctrl-C was pressed during the last command.
  bool interrupted() const noexcept { return interrupted_; }

  void tell_news() {
    if (auto news = with_.news())
      std::cerr << *news << '\n';
  }

private:
  bool run(const std::string& line, const std::string& where) {
    auto words = split_words(line);
    if (!words)
      return tell(where + words.error());
    if (words->empty())
      return true;
    tell_news();
    auto parsed = all_commands().parse(*words);
    if (!parsed)
      return tell(where + parsed.error());
    if (auto agreed = agree(*parsed); !agreed)
      return tell(where + agreed.error());
    auto result = parsed->what->run(with_, parsed->how);
    // Of what failed there is another sentence.
    if (auto warning = with_.questions().take_warning(); result && !warning.empty())
      std::cerr << where << warning << '\n';
    over_ = parsed->what->name == "exit";
    if (!result)
      return tell(where + result.error());
    if (!over_)
      with_.show(*result);
    return std::cout || tell("Standard output cannot be written.");
  }

  /// Whether what cannot be undone may be done; one sentence when not.
  tl::expected<void, std::string> agree(const parsed_command& x) const {
    if (!x.what->question || with_.options().yes || x.how.has("--yes"))
      return {};
    auto question = x.what->question(x.how);
    if (!with_.options().interactive)
      return tl::unexpected{
        x.what->name + " asks first, and nobody is here to answer: give --yes. (" + question + ')'};
    if (ask(question))
      return {};
    return tl::unexpected{std::string{"Nothing was done."}};
  }

  bool tell(const std::string& sentence) const {
    if (with_.options().interactive)
      std::cerr << red(sentence, {0, has_colours(STDERR_FILENO)}) << '\n' << std::flush;
    else
      nodes::fail(sentence);
    return false;
  }

  session& with_;
  bool over_ = false;
  bool interrupted_ = false;
};

int run_commands(shell& commands, const shell_request& request) {
  auto status = done;
  for (auto& line : request.commands) {
    if (!commands.run_line(line))
      status = failed;
    if (commands.interrupted())
      return interrupted;
    if (commands.over() || (status != done && !request.keep_going))
      break;
  }
  return status;
}

/// The lines of standard input, byte by byte: `login` reads a password between them.
int run_script(shell& commands, const shell_request& request) {
  auto status = done;
  std::string line;
  uint64_t number = 0;
  for (bool more = true; more && !commands.over();) {
    char c = 0;
    auto count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 || interruption::noted())
      return interrupted;
    more = count == 1;
    if (more && c != '\n') {
      // Of one that is too long, enough is kept to say so.
      if (line.size() <= max_line_bytes)
        line += c;
      continue;
    }
    ++number;
    if (!commands.run_line(line, "line " + std::to_string(number) + ": "))
      status = failed;
    line.clear();
    if (commands.interrupted())
      return interrupted;
    if (status != done && !request.keep_going)
      break;
  }
  return status;
}

std::string prompt_of(const session& with) {
  auto node = with.node() == 0 ? std::string{"no node"} : nodes::node_name(with.node());
  return (with.cluster().empty() ? "touchline" : with.cluster()) + '/' + node + "> ";
}

void greet(session& with) {
  std::cout << "Connected to " << nodes::node_name(with.node()) << " of the cluster "
            << with.cluster() << '.';
  if (auto who = with.questions().who_am_i(); who && !who->authority.note().empty())
    std::cout << ' ' << who->authority.note();
  std::cout << " `help` lists the commands, TAB completes them.\n" << std::flush;
}

int run_terminal(shell& commands, session& with) {
  editor_callbacks callbacks;
  callbacks.prompt = [&with] { return prompt_of(with); };
  callbacks.complete
    = [&with](std::string_view line) { return complete(line, all_commands(), with); };
  callbacks.hint = [](std::string_view line) { return hint(line, all_commands()); };
  callbacks.idle = [&with] { return with.news(); };
  line_editor editor{std::move(callbacks), history_file{default_history_path()},
                     has_colours(STDOUT_FILENO)};
  greet(with);
  auto status = done;
  std::string line;
  for (auto what = editor.read(line); what != typed::end && !commands.over();
       what = editor.read(line)) {
    if (what == typed::interrupted)
      continue;
    status = commands.run_line(line) ? done : failed;
    if (commands.over())
      break;
    commands.tell_news();
  }
  return status;
}

/// As whom to ask, from the command line.
tl::expected<void, std::string> log_in(session& with, const shell_request& request) {
  if (!request.token.empty())
    return with.use_token(request.token);
  if (request.user.empty())
    return {};
  auto password = nodes::read_password("Password of " + request.user + ": ");
  if (!password)
    return tl::unexpected{password.error()};
  return with.log_in(request.user, *password);
}

} // namespace

int run_shell(const nodes::common_options& common, const shell_request& request) {
  interruption noted;
  session_options options;
  options.format = common.format;
  options.interactive = request.commands.empty() && nodes::input_is_terminal();
  options.yes = request.yes;
  auto with = session::open(common, options);
  if (!with)
    return nodes::fail(with.error());
  if (auto in = log_in(**with, request); !in)
    return nodes::fail(in.error());
  shell commands{**with};
  if (options.interactive)
    return run_terminal(commands, **with);
  return request.commands.empty() ? run_script(commands, request) : run_commands(commands, request);
}

} // namespace touchline::shell
