// A request and its response as the front sees them. The library that reads and writes them on
// sockets stays behind http_server.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace touchline::front {

/// What a client asks.
struct http_request {
  std::string method;
  /// As it was sent, percent-encoded, without the query.
  std::string path;
  /// Behind the question mark, percent-encoded.
  std::string query;
  /// By name in lower case; a header that comes several times is one, its values with commas
  /// between them (RFC 9110, 5.2).
  std::map<std::string, std::string, std::less<>> headers;
  std::string body;
  /// The address of the other end, without its port.
  std::string peer;

  /// The value of a header; empty when it is not there.
  std::string_view header(std::string_view name) const {
    auto at = headers.find(name);
    return at == headers.end() ? std::string_view{} : std::string_view{at->second};
  }
};

/// A response that goes on: what is written to it is sent as it comes. Thread safe; calls do not
/// wait. It ends when the client closes, does not take what it is sent, or the server ends.
class response_stream {
public:
  response_stream() = default;
  response_stream(const response_stream&) = delete;
  response_stream& operator=(const response_stream&) = delete;
  virtual ~response_stream() = default;

  /// Sends bytes behind those that wait already. They are lost when the stream has ended.
  virtual void write(std::string bytes) = 0;

  /// Bytes that wait for the client.
  virtual size_t waiting() const = 0;

  /// Bytes that were handed to the system for the client: grows as long as it reads.
  virtual uint64_t taken() const = 0;

  /// Throws away what waits, sends `last`, and ends the connection.
  virtual void finish(std::string last) = 0;

  /// True once nothing is sent any more.
  virtual bool has_ended() const = 0;
};

/// Takes the stream of a response whose head was sent. Called on the server's thread.
using stream_callback = std::function<void(std::shared_ptr<response_stream>)>;

/// What it is answered.
struct http_response {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// When there is one, the response has no body of its own but goes on as a stream.
  stream_callback stream = {};

  /// In place of a header of the same name, if there is one.
  void set(std::string name, std::string value) {
    for (auto& [key, old] : headers)
      if (key == name) {
        old = std::move(value);
        return;
      }
    headers.emplace_back(std::move(name), std::move(value));
  }

  /// The value of a header, whose name must be spelt as it was set; empty when it is not there.
  std::string_view header(std::string_view name) const {
    for (auto& [key, value] : headers)
      if (key == name)
        return value;
    return {};
  }
};

/// Takes the response to one request: called once, on any thread.
using reply_function = std::function<void(http_response)>;

/// Answers a request, at once or later; must not block. Called on the server's thread.
using request_handler = std::function<void(http_request, reply_function)>;

} // namespace touchline::front
