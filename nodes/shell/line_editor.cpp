#include "nodes/shell/line_editor.hpp"

#include "messages/text.hpp"
#include "nodes/shell/terminal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <utility>

#include <histedit.h>
#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

namespace touchline::shell {

namespace {

/// How often the shell looks for news while nobody types.
constexpr int idle_ms = 250;
/// Candidates that are listed at once.
constexpr size_t max_listed = 100;
constexpr char ctrl_d = '\4';
/// Marks what takes no place on the line, for libedit.
constexpr char invisible = '\1';

/// libedit reads characters by the locale's encoding, and Touchline speaks UTF-8.
void use_utf8() {
  // NOLINTBEGIN(concurrency-mt-unsafe): before any other thread looks at the locale's encoding.
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0)
    std::setlocale(LC_CTYPE, "C.UTF-8");
  // NOLINTEND(concurrency-mt-unsafe)
}

std::string padded(const std::string& text, size_t width) {
  auto length = count_code_points(text).value_or(text.size());
  return text + std::string(width - std::min(width, length), ' ');
}

/// Candidates as a list with meanings, or in columns.
std::string listed(const std::vector<candidate>& candidates, size_t window) {
  constexpr size_t gap = 2;
  auto count = std::min(candidates.size(), max_listed);
  size_t width = 0;
  bool meanings = false;
  for (size_t i = 0; i < count; ++i) {
    width = std::max(width, count_code_points(candidates[i].text).value_or(0));
    meanings = meanings || !candidates[i].meaning.empty();
  }
  auto in_line = meanings ? 1 : std::max<size_t>(1, window / (width + gap));
  std::string out;
  for (size_t i = 0; i < count; ++i) {
    const auto& x = candidates[i];
    auto line_ends = i + 1 == count || (i + 1) % in_line == 0;
    if (meanings)
      out += cut_text(padded(x.text, width + gap) + x.meaning, window - 1) + '\n';
    else
      out += line_ends ? cut_text(x.text, window - 1) + '\n' : padded(x.text, width + gap);
  }
  if (count < candidates.size())
    out += "… and " + std::to_string(candidates.size() - count) + " more\n";
  return out;
}

} // namespace

struct line_editor::state {
  state(editor_callbacks given, history_file kept, bool with_colours)
    : callbacks{std::move(given)},
      file{std::move(kept)},
      colours{with_colours} {}

  editor_callbacks callbacks;
  history_file file;
  bool colours;
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::string prompt;
  std::string hint;
  bool interrupted = false;
  /// Something of this line was typed.
  bool begun = false;

  static state& of(EditLine* editor) {
    void* data = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<state*>(data);
  }

  /// What stands before the cursor.
  std::string before_cursor() const {
    const auto* line = ::el_line(editor);
    return {line->buffer, static_cast<size_t>(line->cursor - line->buffer)};
  }

  void show(const std::string& lines) const {
    std::fputs(lines.c_str(), stdout);
    std::fflush(stdout);
    ::el_set(editor, EL_REFRESH);
  }

  void enter(const std::string& line) const {
    HistEvent event;
    ::history(history, &event, H_ENTER, line.c_str());
  }

  // -- called by libedit --------------------------------------------------------------------------

  static char* prompt_of(EditLine* editor) { return of(editor).prompt.data(); }

  static char* hint_of(EditLine* editor) {
    auto& x = of(editor);
    const auto* line = ::el_line(editor);
    std::string_view text{line->buffer, static_cast<size_t>(line->lastchar - line->buffer)};
    auto hint = x.callbacks.hint(text);
    auto colour = [](const char* code) { return invisible + std::string{code} + invisible; };
    x.hint = hint.empty() ? hint : x.colours ? colour("\033[2m") + hint + colour("\033[0m") : hint;
    return x.hint.data();
  }

  /// Waits for a character, and looks for news meanwhile.
  static int read_character(EditLine* editor, wchar_t* out) {
    auto& x = of(editor);
    std::mbstate_t decoding{};
    for (;;) {
      pollfd entry{STDIN_FILENO, POLLIN, 0};
      auto ready = ::poll(&entry, 1, idle_ms);
      if (ready < 0 && errno != EINTR)
        return -1;
      if (ready < 0)
        continue;
      if (ready == 0) {
        if (auto news = x.callbacks.idle()) {
          x.prompt = x.callbacks.prompt();
          x.show("\r\033[K" + *news + '\n');
        }
        continue;
      }
      char byte = 0;
      if (auto count = ::read(STDIN_FILENO, &byte, 1); count <= 0)
        return count < 0 && errno == EINTR ? -1 : 0;
      // So a terminal that was not edited on tells of Ctrl-D that was typed ahead; later it is
      // Ctrl-Space.
      if (byte == 0 && !std::exchange(x.begun, true))
        byte = ctrl_d;
      x.begun = true;
      if (byte == 0)
        continue;
      auto used = std::mbrtowc(out, &byte, 1, &decoding);
      if (used == static_cast<size_t>(-2))
        continue;
      if (used == static_cast<size_t>(-1)) {
        decoding = {};
        continue;
      }
      return 1;
    }
  }

  static unsigned char on_tab(EditLine* editor, int) {
    auto& x = of(editor);
    auto line = x.before_cursor();
    auto found = x.callbacks.complete(line);
    if (found.candidates.empty())
      return CC_REFRESH_BEEP;
    auto text = common_beginning(found.candidates);
    auto only = found.candidates.size() == 1;
    auto replacement = text.empty() ? text : as_word(text);
    if (only && found.candidates.front().whole)
      replacement += ' ';
    auto typed = line.substr(found.from);
    if (replacement == typed || (!only && text.empty())) {
      std::fputc('\n', stdout);
      x.show(listed(found.candidates, window_width(STDOUT_FILENO).value_or(usual_width)));
      return CC_NORM;
    }
    ::el_deletestr(editor, static_cast<int>(count_code_points(typed).value_or(0)));
    ::el_insertstr(editor, replacement.c_str());
    return CC_REFRESH;
  }

  /// A space ends a word: now there may be a hint.
  static unsigned char on_space(EditLine* editor, int) {
    ::el_insertstr(editor, " ");
    return CC_REFRESH;
  }

  static unsigned char on_interrupt(EditLine* editor, int) {
    of(editor).interrupted = true;
    return CC_EOF;
  }

  static unsigned char on_suspend(EditLine* editor, int) {
    ::el_set(editor, EL_PREP_TERM, 0);
    static_cast<void>(std::raise(SIGTSTP));
    ::el_set(editor, EL_PREP_TERM, 1);
    return CC_REDISPLAY;
  }

  void bind(const char* key, const char* name, unsigned char (*function)(EditLine*, int)) const {
    ::el_set(editor, EL_ADDFN, name, name, function);
    ::el_set(editor, EL_BIND, key, name, nullptr);
  }
};

line_editor::line_editor(editor_callbacks callbacks, history_file history, bool colours)
  : state_{std::make_unique<state>(std::move(callbacks), std::move(history), colours)} {
  use_utf8();
  auto& x = *state_;
  x.editor = ::el_init("touchline", stdin, stdout, stderr);
  x.history = ::history_init();
  HistEvent event;
  ::history(x.history, &event, H_SETSIZE, static_cast<int>(max_history_lines));
  ::history(x.history, &event, H_SETUNIQUE, 1);
  for (auto& line : x.file.read())
    x.enter(line);
  ::el_set(x.editor, EL_CLIENTDATA, &x);
  // It puts the terminal right before a signal ends the program, and follows the window's size.
  ::el_set(x.editor, EL_SIGNAL, 1);
  ::el_set(x.editor, EL_EDITOR, "emacs");
  ::el_set(x.editor, EL_HIST, ::history, x.history);
  ::el_set(x.editor, EL_PROMPT_ESC, &state::prompt_of, invisible);
  ::el_set(x.editor, EL_RPROMPT_ESC, &state::hint_of, invisible);
  ::el_set(x.editor, EL_GETCFN, &state::read_character);
  x.bind("^I", "touchline-complete", &state::on_tab);
  x.bind(" ", "touchline-space", &state::on_space);
  x.bind("^C", "touchline-interrupt", &state::on_interrupt);
  x.bind("^Z", "touchline-suspend", &state::on_suspend);
  ::el_set(x.editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  ::el_set(x.editor, EL_BIND, "^W", "ed-delete-prev-word", nullptr);
  // While a line is edited the keys themselves arrive, not signals.
  ::el_set(x.editor, EL_SETTY, "-d", "-isig", nullptr);
}

line_editor::~line_editor() {
  ::el_end(state_->editor);
  ::history_end(state_->history);
}

typed line_editor::read(std::string& out) {
  auto& x = *state_;
  x.interrupted = x.begun = false;
  x.prompt = x.callbacks.prompt();
  // Before the prompt is shown: libedit would do it after, and a Ctrl-C in between would be a
  // signal.
  ::el_set(x.editor, EL_PREP_TERM, 1);
  int count = 0;
  const auto* line = ::el_gets(x.editor, &count);
  if (x.interrupted) {
    std::fputs("^C\n", stdout);
    std::fflush(stdout);
    return typed::interrupted;
  }
  if (!line || count <= 0) {
    std::fputs("\n", stdout);
    std::fflush(stdout);
    return typed::end;
  }
  out.assign(line, static_cast<size_t>(count));
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r'))
    out.pop_back();
  if (!out.empty()) {
    x.enter(out);
    x.file.add(out);
  }
  return typed::line;
}

} // namespace touchline::shell
