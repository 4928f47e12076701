// Brings the output of several processes into one stream, line by line, each with its origin.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace touchline::nodes {

/// Bytes of a line that is passed on as one; a longer one becomes several.
inline constexpr size_t max_marked_line_bytes = size_t{16} << 10;

/// Bytes that wait for a reader who is slow; beyond them lines are left out, and counted.
inline constexpr size_t max_waiting_output_bytes = size_t{1} << 20;

/// A file descriptor that is written to without ever waiting for it.
class patient_output {
public:
  /// The descriptor stays the caller's, and its flags stay as they are: others may share it.
  explicit patient_output(int descriptor) : descriptor_{descriptor} {}

  int descriptor() const noexcept { return descriptor_; }

  /// Takes a line without its end. Leaves it out when too much waits already.
  void add(std::string_view mark, std::string_view line);

  bool waiting() const noexcept { return !closed_ && !buffer_.empty(); }

  /// To be called when poll finds that the descriptor takes bytes, or is in error: writes as much
  /// as a pipe takes at once. When nobody reads any more, everything is dropped from then on.
  void write_some();

  /// Writes what waits, as long as the reader takes it within `patience_ms`.
  void finish(int patience_ms);

private:
  int descriptor_;
  std::string buffer_;
  size_t left_out_ = 0;
  bool closed_ = false;
};

/// Cuts the output of one process into lines.
class marked_lines {
public:
  /// `mark` stands before every line.
  marked_lines(std::string mark, patient_output& out);

  /// Takes what the process wrote, wherever it begins and ends.
  void feed(std::string_view bytes);

  /// The process writes no more: a line without an end is one.
  void end();

private:
  void end_line();

  std::string mark_;
  patient_output* out_;
  std::string line_;
};

} // namespace touchline::nodes
