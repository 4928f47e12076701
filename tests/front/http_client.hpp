// A client that can misbehave: it sends the bytes that a test gives it, and reads responses by
// Content-Length.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace touchline::testing {

/// A response; `status` is 0 when the connection ended instead.
struct http_reply {
  int status = 0;
  /// By name in lower case.
  std::map<std::string, std::string> headers;
  std::string body;

  std::string header(const std::string& name) const {
    auto at = headers.find(name);
    return at == headers.end() ? std::string{} : at->second;
  }
};

/// A block of server-sent events; one without data has an id, a comment, or both.
struct sent_event {
  std::string id;
  std::string event;
  std::string data;
  std::string comment;
};

using header_list = std::vector<std::pair<std::string, std::string>>;

/// One connection to a port of loopback.
class http_client {
public:
  /// `receive_bytes`: room for what was not read yet; 0 for what the system gives.
  explicit http_client(uint16_t port, int receive_bytes = 0);
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;
  ~http_client();

  /// False when the other end has gone.
  bool send(const std::string& bytes) const;

  /// The next response. Without a body for HEAD.
  http_reply receive(bool is_head = false);

  http_reply ask(const std::string& method, const std::string& target,
                 const header_list& headers = {}, const std::string& body = {});

  /// Asks for a stream and reads the head of the response.
  http_reply follow(const std::string& target, const header_list& headers = {});

  /// The next block of the stream; nothing when it has ended.
  std::optional<sent_event> next_block();

  /// The next block that has data.
  std::optional<sent_event> next_event();

  /// What is left of the stream, until it ends.
  std::string rest_of_stream();

  /// Everything until the other end closes.
  std::string rest();

  /// Sends nothing any more.
  void end_sending() const;

  /// Waits until the other end closes, and throws away what comes before; false when it does not
  /// within a minute.
  bool is_closed();

private:
  bool read_more();
  bool read_chunk();

  int socket_ = -1;
  std::string read_;
  /// Of a stream, without the chunks around it.
  std::string streamed_;
};

/// The value behind a line's name and labels in Prometheus' text; -1 when it is not there.
int64_t metric_in(const std::string& text, const std::string& line);

/// The bytes of a request; a body gets its length, and the type application/json.
std::string request_bytes(const std::string& method, const std::string& target,
                          const header_list& headers = {}, const std::string& body = {});

} // namespace touchline::testing
