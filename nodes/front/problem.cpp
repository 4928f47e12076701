#include "nodes/front/problem.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace touchline::front {

unsigned http_status(ErrorCode code) {
  const auto* value = ErrorCode_descriptor()->FindValueByNumber(static_cast<int>(code));
  constexpr unsigned internal_error = 500;
  return value ? value->options().GetExtension(error).http_status() : internal_error;
}

std::string_view status_title(unsigned status) {
  struct named {
    unsigned status;
    std::string_view title;
  };
  static constexpr named titles[] = {{200, "OK"},
                                     {201, "Created"},
                                     {202, "Accepted"},
                                     {204, "No Content"},
                                     {304, "Not Modified"},
                                     {400, "Bad Request"},
                                     {401, "Unauthorized"},
                                     {403, "Forbidden"},
                                     {404, "Not Found"},
                                     {405, "Method Not Allowed"},
                                     {408, "Request Timeout"},
                                     {409, "Conflict"},
                                     {413, "Content Too Large"},
                                     {415, "Unsupported Media Type"},
                                     {422, "Unprocessable Content"},
                                     {429, "Too Many Requests"},
                                     {431, "Request Header Fields Too Large"},
                                     {500, "Internal Server Error"},
                                     {501, "Not Implemented"},
                                     {503, "Service Unavailable"},
                                     {504, "Gateway Timeout"},
                                     {507, "Insufficient Storage"}};
  const auto* at = std::ranges::find(titles, status, &named::status);
  return at == std::end(titles) ? "Error" : at->title;
}

http_response response_of(const problem& what) {
  http_response out;
  out.status = what.status == 0 ? http_status(what.code) : what.status;
  auto code = std::string{error_name(what.code)};
  nlohmann::json body{{"type", "urn:touchline:error:" + code},
                      {"title", status_title(out.status)},
                      {"status", out.status},
                      {"detail", what.detail},
                      {"code", code}};
  if (!what.field.empty())
    body["field"] = what.field;
  // What a client sent may be quoted in it and need not be UTF-8.
  out.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  out.set("Content-Type", "application/problem+json");
  out.set("Cache-Control", "no-store");
  constexpr unsigned unauthorized = 401;
  if (out.status == unauthorized)
    out.set("WWW-Authenticate", "Bearer realm=\"touchline\"");
  constexpr int64_t second_ms = 1'000;
  if (what.retry_after_ms > 0 || is_retryable(what.code))
    out.set("Retry-After", std::to_string(std::max<int64_t>(1, (what.retry_after_ms + second_ms - 1)
                                                                 / second_ms)));
  return out;
}

problem problem_of(const refusal& why) {
  problem out;
  out.code = why.code;
  out.detail = why.text;
  return out;
}

} // namespace touchline::front
