// Shows how far a season is: a bar on a terminal, plain lines otherwise.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace touchline::nodes {

/// Writes progress to a stream. Belongs to one thread.
class progress {
public:
  /// `out` is standard error in the program; nullptr for silence.
  explicit progress(std::FILE* out);

  /// A season of `total` matches begins, `done` of which are recorded already.
  void begin(std::string title, uint32_t total, uint32_t done);

  /// One more match was played.
  void advance(const std::string& match);

  /// The season is over, or was broken off.
  void end();

private:
  void draw_bar(const std::string& match);
  void print_line();

  std::FILE* out_;
  bool terminal_;
  std::string title_;
  uint32_t total_ = 0;
  uint32_t done_ = 0;
  uint32_t printed_ = 0;
  int64_t drawn_ms_ = 0;
};

} // namespace touchline::nodes
