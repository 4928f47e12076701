#include "nodes/progress.hpp"

#include "actors/runtime/clock.hpp"

#include <algorithm>

#include <sys/ioctl.h>
#include <unistd.h>

namespace touchline::nodes {

namespace {

constexpr size_t bar_width = 30;
constexpr int64_t redraw_ms = 33;
constexpr uint32_t lines_per_season = 10;

size_t terminal_width(std::FILE* out) {
  winsize size{};
  constexpr size_t usual = 80;
  return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

/// Cuts a line to a width without breaking a UTF-8 sequence; bytes stand for columns, which errs on
/// the short side.
std::string cut(std::string line, size_t width) {
  if (line.size() <= width)
    return line;
  line.resize(width);
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80)
    line.pop_back();
  if (!line.empty() && (static_cast<unsigned char>(line.back()) & 0x80) != 0)
    line.pop_back();
  return line;
}

} // namespace

progress::progress(std::FILE* out) : out_{out}, terminal_{out && isatty(fileno(out)) == 1} {}

void progress::begin(std::string title, uint32_t total, uint32_t done) {
  title_ = std::move(title);
  total_ = total;
  done_ = printed_ = done;
  drawn_ms_ = 0;
  if (!out_ || done == 0)
    return;
  if (done == total)
    std::fprintf(out_, "%s: all %u results are recorded already\n", title_.c_str(), total);
  else
    std::fprintf(out_, "%s: %u of %u results are recorded already\n", title_.c_str(), done, total);
}

void progress::advance(const std::string& match) {
  ++done_;
  if (!out_)
    return;
  if (terminal_)
    draw_bar(match);
  else if (done_ == total_ || (done_ - printed_) * lines_per_season >= total_)
    print_line();
}

void progress::end() {
  if (out_ && terminal_ && drawn_ms_ != 0)
    std::fprintf(out_, "\r\033[K");
  if (out_)
    std::fflush(out_);
}

void progress::draw_bar(const std::string& match) {
  auto now = actors::system_clock().steady_ms();
  if (done_ != total_ && now - drawn_ms_ < redraw_ms)
    return;
  drawn_ms_ = now;
  auto filled = total_ == 0 ? 0 : bar_width * done_ / total_;
  std::string line = "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] "
                     + std::to_string(done_) + '/' + std::to_string(total_) + "  " + match;
  std::fprintf(out_, "\r%s\033[K", cut(std::move(line), terminal_width(out_) - 1).c_str());
  std::fflush(out_);
}

void progress::print_line() {
  printed_ = done_;
  std::fprintf(out_, "%s: %u of %u matches played\n", title_.c_str(), done_, total_);
}

} // namespace touchline::nodes
