// The line that a person edits, with history, completion and hints. One place knows libedit.
#pragma once

#include "nodes/shell/completion.hpp"
#include "nodes/shell/history_file.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace touchline::shell {

/// What a line editor asks of the shell.
struct editor_callbacks {
  std::function<std::string()> prompt;
  std::function<completion(std::string_view line)> complete;
  std::function<std::string(std::string_view line)> hint;
  /// Called several times a second while nobody types: a line to be shown above the one that is
  /// edited; nothing when there is no news.
  std::function<std::optional<std::string>()> idle;
};

/// What a person did.
enum class typed { line, interrupted, end };

/// Edits lines on the terminal of standard input and output.
class line_editor {
public:
  line_editor(editor_callbacks callbacks, history_file history, bool colours);
  line_editor(const line_editor&) = delete;
  line_editor& operator=(const line_editor&) = delete;
  ~line_editor();

  /// Waits for a line: `line` fills `out`, Ctrl-C is `interrupted`, Ctrl-D on an empty line `end`.
  typed read(std::string& out);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace touchline::shell
