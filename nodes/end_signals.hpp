// SIGINT and SIGTERM, as something to wait for.
#pragma once

namespace touchline::nodes {

/// Blocks the two in this thread and in all that it begins later.
class end_signals {
public:
  end_signals();
  end_signals(const end_signals&) = delete;
  end_signals& operator=(const end_signals&) = delete;
  ~end_signals();

  /// True when one has come within `timeout_ms`.
  bool wait(int timeout_ms) const;

private:
  int descriptor_ = -1;
};

} // namespace touchline::nodes
