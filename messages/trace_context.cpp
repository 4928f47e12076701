#include "messages/trace_context.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>

namespace touchline {

namespace {

// "00-" trace "-" span "-" flags
constexpr size_t trace_at = 3;
constexpr size_t trace_digits = 32;
constexpr size_t span_at = trace_at + trace_digits + 1;
constexpr size_t span_digits = 16;
constexpr size_t flags_at = span_at + span_digits + 1;
constexpr size_t total = flags_at + 2;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
    text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && std::ranges::any_of(text, [](char c) { return c != '0'; });
}

unsigned value_of(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

} // namespace

std::optional<trace_context> read_traceparent(std::string_view text) {
  if (text.size() < total || text[2] != '-' || text[span_at - 1] != '-'
      || text[flags_at - 1] != '-')
    return std::nullopt;
  auto version = text.substr(0, 2);
  if (!is_hex(version) || version == "ff")
    return std::nullopt;
  if (version == "00" ? text.size() != total : text.size() > total && text[total] != '-')
    return std::nullopt;
  auto trace = text.substr(trace_at, trace_digits);
  auto span = text.substr(span_at, span_digits);
  auto flags = text.substr(flags_at, 2);
  if (!is_id(trace) || !is_id(span) || !is_hex(flags))
    return std::nullopt;
  return trace_context{std::string{trace}, std::string{span}, (value_of(flags[1]) & 1U) != 0};
}

std::string to_traceparent(const trace_context& x) {
  return "00-" + x.trace_id + '-' + x.span_id + (x.sampled ? "-01" : "-00");
}

bool is_traceparent(std::string_view text) {
  auto x = read_traceparent(text);
  return x && to_traceparent(*x) == text;
}

bool is_sampled(std::string_view traceparent) noexcept {
  return !traceparent.empty() && traceparent.back() == '1';
}

std::string span_of(std::string_view traceparent, std::string_view message_id,
                    std::string_view address) {
  std::string named{traceparent.substr(trace_at, flags_at - 1 - trace_at)};
  named.append(1, '\0').append(message_id).append(1, '\0').append(address);
  auto hash = XXH3_64bits(named.data(), named.size());
  char out[span_digits + 1];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(hash == 0 ? 1 : hash));
  return out;
}

std::string traceparent_after(std::string_view traceparent, std::string_view message_id,
                              std::string_view address) {
  std::string out{traceparent};
  if (out.size() == total)
    out.replace(span_at, span_digits, span_of(traceparent, message_id, address));
  return out;
}

} // namespace touchline
