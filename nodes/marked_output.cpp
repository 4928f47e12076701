#include "nodes/marked_output.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <unistd.h>

namespace touchline::nodes {

void patient_output::add(std::string_view mark, std::string_view line) {
  if (closed_)
    return;
  if (buffer_.size() + mark.size() + line.size() > max_waiting_output_bytes) {
    ++left_out_;
    return;
  }
  if (left_out_ > 0) {
    buffer_.append(mark).append("(" + std::to_string(left_out_)
                                + " lines were left out, as nobody read them)\n");
    left_out_ = 0;
  }
  buffer_.append(mark).append(line).append("\n");
}

void patient_output::write_some() {
  // A pipe that takes bytes takes so many without blocking.
  auto written = ::write(descriptor_, buffer_.data(), std::min<size_t>(buffer_.size(), PIPE_BUF));
  if (written > 0) {
    buffer_.erase(0, static_cast<size_t>(written));
  } else if (written < 0 && errno != EINTR && errno != EAGAIN) {
    closed_ = true;
    buffer_.clear();
  }
}

void patient_output::finish(int patience_ms) {
  while (waiting()) {
    pollfd ready{descriptor_, POLLOUT, 0};
    auto found = ::poll(&ready, 1, patience_ms);
    if (found == 0 || (found < 0 && errno != EINTR))
      return;
    if (found > 0)
      write_some();
  }
}

marked_lines::marked_lines(std::string mark, patient_output& out)
  : mark_{std::move(mark)},
    out_{&out} {}

void marked_lines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    auto end = bytes.find('\n');
    auto room = max_marked_line_bytes - line_.size();
    if (end != std::string_view::npos && end <= room) {
      line_.append(bytes.substr(0, end));
      end_line();
      bytes.remove_prefix(end + 1);
    } else if (room == 0) {
      end_line();
    } else {
      auto part = bytes.substr(0, room);
      line_.append(part);
      bytes.remove_prefix(part.size());
    }
  }
}

void marked_lines::end() {
  if (!line_.empty())
    end_line();
}

void marked_lines::end_line() {
  out_->add(mark_, line_);
  line_.clear();
}

} // namespace touchline::nodes
