#include "nodes/front/league_list.hpp"

#include "nodes/front/operation_response.hpp"
#include "nodes/front/problem.hpp"

#include <nlohmann/json.hpp>

namespace touchline::front {

using nlohmann::json;

storage::result<std::string> league_list::read() const {
  const std::string kind = "fixture-manager/";
  auto out = json::array();
  // Past all seasons of one league to the next: 0xff is in no address.
  for (std::string after; out.size() < max_listed;) {
    auto first = store_.addresses(kind, after, 1);
    if (!first)
      return tl::unexpected{first.error()};
    if (first->empty())
      break;
    auto league = first->front().substr(kind.size());
    league = league.substr(0, league.find('/'));
    auto prefix = kind + league + '/';
    auto seasons = store_.addresses(prefix, {}, max_listed);
    if (!seasons)
      return tl::unexpected{seasons.error()};
    json entry{{"league", league}, {"seasons", json::array()}};
    for (auto& address : *seasons)
      entry["seasons"].push_back(address.substr(prefix.size()));
    out.push_back(std::move(entry));
    after = prefix + '\xff';
  }
  return json{{"leagues", std::move(out)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

http_response league_list::get(std::string_view if_none_match, int64_t now_ms) {
  if (now_ms >= until_ms_) {
    auto found = read();
    if (!found) {
      problem why;
      why.code = UNAVAILABLE;
      why.detail = "The leagues cannot be read at the moment.";
      return response_of(why);
    }
    known_ = std::move(*found);
    until_ms_ = now_ms + league_list_memory_ms;
  }
  return kept_response(known_, "application/json", if_none_match);
}

} // namespace touchline::front
