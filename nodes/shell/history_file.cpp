#include "nodes/shell/history_file.hpp"

#include "messages/catalogue.hpp"
#include "messages/redact.hpp"
#include "nodes/shell/words.hpp"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace touchline::shell {

namespace {

bool may_be_kept(const std::string& line) {
  if (line.empty() || line.size() > max_history_line_bytes || line.front() == ' '
      || line.find('\n') != std::string::npos)
    return false;
  return std::ranges::none_of(cut_line(line).words, [](auto& word) {
    const auto* info = catalogue_data::find(word.text);
    return info && may_hold_secrets(*info->descriptor);
  });
}

/// Writes a file for its owner alone; whether that was possible.
bool write_private(const std::filesystem::path& path, int flags, const std::string& text) {
  auto file
    = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, S_IRUSR | S_IWUSR);
  if (file < 0)
    return false;
  auto done = ::fchmod(file, S_IRUSR | S_IWUSR) == 0
              && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  return done;
}

std::string variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment.
  const auto* value = std::getenv(name);
  return value ? value : "";
}

} // namespace

std::vector<std::string> history_file::read() const {
  std::deque<std::string> lines;
  size_t count = 0;
  std::ifstream in{path_};
  for (std::string line; std::getline(in, line); ++count) {
    lines.push_back(std::move(line));
    if (lines.size() > max_history_lines)
      lines.pop_front();
  }
  if (count > 2 * max_history_lines) {
    std::string text;
    for (auto& line : lines)
      text += line + '\n';
    auto shorter = path_;
    shorter += ".new";
    std::error_code failed;
    if (write_private(shorter, O_TRUNC, text))
      std::filesystem::rename(shorter, path_, failed);
  }
  return {lines.begin(), lines.end()};
}

void history_file::add(const std::string& line) const {
  if (path_.empty() || !may_be_kept(line))
    return;
  std::error_code failed;
  std::filesystem::create_directories(path_.parent_path(), failed);
  write_private(path_, O_APPEND, line + '\n');
}

std::filesystem::path default_history_path() {
  std::filesystem::path folder = variable("XDG_STATE_HOME");
  // A relative path there is to be ignored (XDG Base Directory Specification).
  if (!folder.is_absolute()) {
    folder = variable("HOME");
    if (!folder.is_absolute())
      return {};
    folder = folder / ".local" / "state";
  }
  return folder / "touchline" / "history";
}

} // namespace touchline::shell
