#include "nodes/front/operation_response.hpp"

#include "nodes/front/message_body.hpp"
#include "nodes/front/percent_encoding.hpp"
#include "nodes/front/problem.hpp"

#include <nlohmann/json.hpp>

#include <xxhash.h>

#include <algorithm>
#include <cstdio>

namespace touchline::front {

namespace {

using google::protobuf::Message;

constexpr unsigned created = 201;
constexpr unsigned accepted = 202;
constexpr unsigned not_modified = 304;

/// Of the type that the catalogue names; null for none.
std::unique_ptr<Message> body_of_answer(const message_info& info, const answer& reply) {
  const auto* type = info.descriptor->file()->FindMessageTypeByName(info.reply);
  if (!type)
    return nullptr;
  std::unique_ptr<Message> out{
    google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
  return out->ParseFromString(reply.body) ? std::move(out) : nullptr;
}

/// A text field of a message; empty when there is none.
std::string text_field(const Message* from, const std::string& name) {
  using google::protobuf::FieldDescriptor;
  const auto* field = from ? from->GetDescriptor()->FindFieldByName(name) : nullptr;
  if (!field || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING)
    return {};
  return from->GetReflection()->GetString(*from, field);
}

bool has_parameter(const route& x, std::string_view name) {
  return std::ranges::any_of(x.segments,
                             [&](const std::string& part) { return parameter_of(part) == name; });
}

/// The path with its parameters filled from the answer and the message; empty when one is missing.
std::string filled(const route& x, const Message* body, const Message& message) {
  std::string out;
  for (auto& part : x.segments) {
    auto name = std::string{parameter_of(part)};
    auto value = text_field(body, name);
    if (value.empty())
      value = text_field(&message, name);
    if (!name.empty() && value.empty())
      return {};
    out += '/' + (name.empty() ? part : percent_encoded(value));
  }
  return out;
}

std::string etag_of(std::string_view body) {
  char text[24];
  auto hash = XXH3_64bits(body.data(), body.size());
  auto length
    = std::snprintf(text, sizeof text, "\"%016llx\"", static_cast<unsigned long long>(hash));
  return {text, static_cast<size_t>(length)};
}

http_response of_read(const answered_operation& x, std::string_view if_none_match) {
  auto text = x.text ? tl::expected<std::string, problem>{*x.text} : text_of_read(x);
  if (!text)
    return response_of(text.error());
  auto out = kept_response(std::move(*text), x.shown ? x.shown->content_type : "application/json",
                           if_none_match);
  // How fresh it is: what the entity had recorded, all of it committed.
  out.set("Touchline-Position", std::to_string(x.reply.position));
  return out;
}

} // namespace

const route* find_made(const route& x, const route_table& routes) {
  if (x.method != "POST")
    return nullptr;
  for (auto& other : routes.routes()) {
    auto last = parameter_of(other.segments.back());
    if (other.method == "GET" && !last.empty() && !has_parameter(x, last)
        && other.info->receivers.front().context == x.info->receivers.front().context)
      return &other;
  }
  return nullptr;
}

std::string flow_url(const std::string& id) {
  return "/v1/flows/" + percent_encoded(id);
}

http_response kept_response(std::string body, std::string content_type,
                            std::string_view if_none_match) {
  http_response out;
  auto etag = etag_of(body);
  if (names_etag(if_none_match, etag)) {
    out.status = not_modified;
  } else {
    out.body = std::move(body);
    out.set("Content-Type", std::move(content_type));
  }
  out.set("ETag", std::move(etag));
  out.set("Cache-Control", "private, no-cache");
  out.set("Vary", "Accept, Authorization");
  return out;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    auto part = if_none_match.substr(0, if_none_match.find(','));
    if_none_match.remove_prefix(std::min(part.size() + 1, if_none_match.size()));
    while (part.starts_with(' '))
      part.remove_prefix(1);
    while (part.ends_with(' '))
      part.remove_suffix(1);
    if (part.starts_with("W/"))
      part.remove_prefix(2);
    if (part == etag || part == "*")
      return true;
  }
  return false;
}

tl::expected<std::string, problem> text_of_read(const answered_operation& x) {
  auto body = body_of_answer(*x.what.info, x.reply);
  if (!x.shown)
    return body ? message_json(*body) : "{}";
  if (!body)
    return tl::unexpected{problem_of({DAMAGED, "The answer is unreadable."})};
  return x.shown->text(*body, x.stamp_ms);
}

http_response response_of(const answered_operation& x, const route_table& routes,
                          std::string_view if_none_match) {
  const auto& info = *x.what.info;
  if (info.mode == message_mode::read)
    return of_read(x, if_none_match);
  auto body = body_of_answer(info, x.reply);
  http_response out;
  out.set("Idempotency-Key", x.reply.id);
  out.set("Cache-Control", "no-store");
  if (x.reply.repeated)
    out.set("Idempotency-Replayed", "true");
  if (info.mode == message_mode::asynchronous) {
    out.status = accepted;
    out.set("Location", flow_url(x.reply.id));
    out.body = nlohmann::json{{"id", x.reply.id}, {"flow", flow_url(x.reply.id)}}.dump();
  } else {
    if (const auto* made = find_made(x.what, routes)) {
      out.status = created;
      out.set("Location", filled(*made, body.get(), x.message));
    }
    out.body = body ? message_json(*body) : nlohmann::json{{"id", x.reply.id}}.dump();
  }
  out.set("Content-Type", "application/json");
  return out;
}

} // namespace touchline::front
