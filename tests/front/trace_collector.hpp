// What stands where operators have an OpenTelemetry collector: takes OTLP over HTTP.
#pragma once

#include "nodes/front/http_server.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace touchline::testing {

/// One span, as it came.
struct collected_span {
  std::string trace_id;
  std::string span_id;
  std::string parent_id;
  std::string name;
  /// Of the process: service.instance.id.
  std::string node;
  int kind = 0;
  uint64_t begin_ns = 0;
  uint64_t end_ns = 0;
  bool failed = false;
  std::map<std::string, std::string> attributes;
};

/// Listens on a free port of loopback as long as it lives.
class trace_collector {
public:
  trace_collector() {
    front::server_options options;
    options.listen.port = 0;
    options.limits.body_bytes = size_t{8} << 20;
    auto started = front::http_server::start(
      options,
      [this](front::http_request request, front::reply_function reply) { reply(take(request)); });
    if (!started)
      throw std::runtime_error{started.error().text};
    server_ = std::move(*started);
  }
  ~trace_collector() { server_->stop(); }

  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  /// What it answers from now on, or only once.
  void answer_with(unsigned status, bool once = false) {
    std::lock_guard guard{mutex_};
    status_ = status;
    once_ = once;
  }

  /// The body of its answers from now on.
  void say(std::string body) {
    std::lock_guard guard{mutex_};
    body_ = std::move(body);
  }

  size_t requests() const {
    std::lock_guard guard{mutex_};
    return requests_;
  }

  /// What was taken, of one trace or of all.
  std::vector<collected_span> spans(const std::string& trace_id = {}) const {
    std::lock_guard guard{mutex_};
    std::vector<collected_span> out;
    for (auto& x : spans_)
      if (trace_id.empty() || x.trace_id == trace_id)
        out.push_back(x);
    return out;
  }

  /// What came and is not as OTLP's JSON has it.
  std::vector<std::string> mistakes() const {
    std::lock_guard guard{mutex_};
    return mistakes_;
  }

private:
  using json = nlohmann::json;

  front::http_response take(const front::http_request& request) {
    std::lock_guard guard{mutex_};
    ++requests_;
    front::http_response out;
    out.status = status_;
    if (request.method != "POST" || request.path != "/v1/traces"
        || request.header("content-type") != "application/json")
      mistakes_.push_back(request.method + ' ' + request.path);
    if (std::exchange(once_, false))
      status_ = 200;
    if (out.status == 200) {
      try {
        read(json::parse(request.body));
      } catch (const std::exception& wrong) {
        mistakes_.push_back(wrong.what() + (": " + request.body));
      }
    }
    out.body = body_;
    out.set("Content-Type", "application/json");
    return out;
  }

  static std::map<std::string, std::string> attributes_of(const json& from) {
    std::map<std::string, std::string> out;
    for (auto& x : from.at("attributes")) {
      auto& value = x.at("value");
      out[x.at("key")] = value.at(value.contains("intValue") ? "intValue" : "stringValue");
    }
    return out;
  }

  void read(const json& body) {
    for (auto& resource : body.at("resourceSpans")) {
      auto of = attributes_of(resource.at("resource"));
      if (of.at("service.name") != "touchline")
        throw std::runtime_error{"another service"};
      for (auto& scope : resource.at("scopeSpans"))
        for (auto& x : scope.at("spans")) {
          collected_span out{x.at("traceId"),
                             x.at("spanId"),
                             x.value("parentSpanId", ""),
                             x.at("name"),
                             of.at("service.instance.id"),
                             x.at("kind"),
                             std::stoull(x.at("startTimeUnixNano").get<std::string>()),
                             std::stoull(x.at("endTimeUnixNano").get<std::string>()),
                             x.contains("status"),
                             attributes_of(x)};
          if (out.trace_id.size() != 32 || out.span_id.size() != 16 || out.end_ns < out.begin_ns)
            throw std::runtime_error{"no span"};
          spans_.push_back(std::move(out));
        }
    }
  }

  mutable std::mutex mutex_;
  unsigned status_ = 200;
  bool once_ = false;
  std::string body_ = "{}";
  size_t requests_ = 0;
  std::vector<collected_span> spans_;
  std::vector<std::string> mistakes_;
  std::unique_ptr<front::http_server> server_;
};

} // namespace touchline::testing
