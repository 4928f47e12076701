// What became of a flow, for /v1/flows/ID.
#pragma once

#include "nodes/front/http_message.hpp"
#include "nodes/front/recent_table.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <string>

namespace touchline::front {

/// Flows whose answer is remembered, and for how long, in milliseconds: finding one reads every
/// record there is.
inline constexpr size_t max_remembered_flows = 256;
inline constexpr int64_t flow_memory_ms = 1'000;

/// Reads flows from the records. Of one thread; waits for the store.
class flow_resource {
public:
  explicit flow_resource(const storage::store& store) : store_{store} {}

  /// Its state ("running", "completed", "overdue"), what was handled, what it waits for, and what
  /// it lost. 404 when no record names it. `now_ms` is since 1970.
  http_response get(const std::string& id, int64_t now_ms);

private:
  struct remembered {
    http_response response;
    int64_t read_ms = 0;
  };

  const storage::store& store_;
  recent_table<remembered> known_{max_remembered_flows};
};

} // namespace touchline::front
