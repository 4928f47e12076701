// HTTP/1.1 on sockets: reads requests within bounds, hands them on, writes responses. Boost.Beast
// is known to its source and to http_reading.hpp.
#pragma once

#include "messages/error.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/host_port.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace touchline::front {

/// Bounds of what clients may do to a server. Times are in milliseconds.
struct server_limits {
  /// Connections at the same time; one more is answered with 503 and closed.
  size_t connections = 1'024;
  /// The request line and the headers of a request, in bytes; 431 beyond it.
  size_t header_bytes = 16 * 1'024;
  /// The body of a request; 413 beyond it. A message has at most a mebibyte in Protobuf's form.
  size_t body_bytes = size_t{2} << 20;
  /// For a connection without a request, and for TLS to be established.
  int64_t idle_ms = 60'000;
  /// From a request's first byte to its last; 408 beyond it.
  int64_t request_ms = 15'000;
  /// For a response to be taken.
  int64_t response_ms = 15'000;
};

struct server_options {
  /// A port of 0 is any that is free.
  nodes::host_port listen{"127.0.0.1", 8'080};
  /// In PEM format; without them there is no TLS.
  std::filesystem::path certificate;
  std::filesystem::path key;
  server_limits limits;
};

/// What a server has seen. Grows, but for `open`.
struct server_statistics {
  uint64_t open = 0;
  uint64_t accepted = 0;
  /// For want of room.
  uint64_t turned_away = 0;
  uint64_t timed_out = 0;
  /// Requests that could not be read.
  uint64_t malformed = 0;
};

/// Listens on one address, on one thread of its own.
class http_server {
public:
  /// Listens at once. One sentence when the address is not to be had or a file is unusable.
  static tl::expected<std::unique_ptr<http_server>, refusal> start(const server_options& options,
                                                                   request_handler handler);

  http_server() = default;
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;
  virtual ~http_server() = default;

  /// Where it listens.
  virtual uint16_t port() const noexcept = 0;

  /// Takes no new connection, ends those that ask nothing, and waits for the others to get their
  /// response, for at most `timeout_ms`. False when it did not come.
  virtual bool drain(int64_t timeout_ms) = 0;

  /// Ends every connection. The handler is not called any more when this returns; a response that
  /// comes later goes nowhere, and may come as long as the server exists.
  virtual void stop() = 0;

  virtual server_statistics statistics() const = 0;
};

} // namespace touchline::front
