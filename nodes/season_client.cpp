#include "nodes/season_client.hpp"

#include "messages/catalogue.hpp"
#include "messages/codec.hpp"

#include <string_view>
#include <utility>

namespace touchline::nodes {

namespace {

/// How long all flows may take to come to rest, in milliseconds. A process that is stopped
/// meanwhile loses this time.
constexpr int64_t rest_deadline_ms = 600'000;

} // namespace

std::string command_id(const std::string& scope, uint32_t number,
                       const google::protobuf::Message& message) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto hash = content_hash(number, message);
  auto id = scope + '/' + catalogue_data::find(number)->name + '/';
  for (int shift = 60; shift >= 0; shift -= 4)
    id += digits[hash >> shift & 0xf];
  return id;
}

season_client::season_client(league_access& access, const actors::client_options& options)
  : access_{access},
    client_{access.system(), access.routes(), actors::system_clock(), options} {}

void season_client::fail(refusal why) {
  if (!failed_)
    failed_ = std::move(why);
}

void season_client::wait() {
  while (!failed_ && client_.in_flight() > 0) {
    client_.wait();
    if (!failed_)
      failed_ = access_.failure();
  }
}

tl::expected<void, refusal> season_client::finish() {
  wait();
  client_.abandon();
  if (auto why = std::exchange(failed_, std::nullopt))
    return tl::unexpected{std::move(*why)};
  return {};
}

tl::expected<void, refusal> season_client::settle() {
  if (auto done = finish(); !done)
    return done;
  if (access_.settle(rest_deadline_ms))
    return {};
  if (auto why = access_.failure())
    return tl::unexpected{*why};
  return tl::unexpected{
    refusal{DEADLINE_EXCEEDED, "The season's messages did not come to rest within "
                                 + std::to_string(rest_deadline_ms / 1000)
                                 + " seconds; run it again, nothing that was recorded is lost."}};
}

} // namespace touchline::nodes
