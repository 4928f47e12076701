// Which leagues and seasons there are, for /v1/leagues.
#pragma once

#include "nodes/front/http_message.hpp"
#include "storage/store.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace touchline::front {

/// Leagues, and seasons of one, that are listed.
inline constexpr std::size_t max_listed = 512;

/// How long a list is given again, in milliseconds.
inline constexpr int64_t league_list_memory_ms = 1'000;

/// Reads the list from the addresses of what is stored. Of one thread; waits for the store.
class league_list {
public:
  explicit league_list(const storage::store& store) : store_{store} {}

  /// `{"leagues":[{"league":…,"seasons":[…]}]}`, both by name: the newest season is the last.
  /// `now_ms` is since 1970.
  http_response get(std::string_view if_none_match, int64_t now_ms);

private:
  storage::result<std::string> read() const;

  const storage::store& store_;
  std::string known_;
  int64_t until_ms_ = 0;
};

} // namespace touchline::front
