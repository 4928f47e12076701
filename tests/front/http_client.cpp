#include "tests/front/http_client.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace touchline::testing {

namespace {

/// Far longer than anything takes.
constexpr int patience_ms = 60'000;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void read_head(const std::string& head, http_reply& out) {
  out.status = std::stoi(head.substr(head.find(' ') + 1));
  auto at = head.find("\r\n");
  while (at != std::string::npos && at + 2 < head.size()) {
    auto end = head.find("\r\n", at + 2);
    auto line = head.substr(at + 2, end - at - 2);
    auto colon = line.find(':');
    auto value = line.substr(std::min(colon + 1, line.size()));
    value.erase(0, value.find_first_not_of(' '));
    out.headers[lower(line.substr(0, colon))] = value;
    at = end;
  }
}

} // namespace

http_client::http_client(uint16_t port, int receive_bytes)
  : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  if (receive_bytes > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error{"nobody listens on the port"};
}

http_client::~http_client() {
  ::close(socket_);
}

bool http_client::send(const std::string& bytes) const {
  for (size_t sent = 0; sent < bytes.size();) {
    auto done = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (done <= 0)
      return false;
    sent += static_cast<size_t>(done);
  }
  return true;
}

bool http_client::read_more() {
  pollfd entry{socket_, POLLIN, 0};
  if (::poll(&entry, 1, patience_ms) <= 0)
    throw std::runtime_error{"the server is silent"};
  char piece[16'384];
  auto bytes = ::recv(socket_, piece, sizeof piece, 0);
  if (bytes <= 0)
    return false;
  read_.append(piece, static_cast<size_t>(bytes));
  return true;
}

http_reply http_client::receive(bool is_head) {
  http_reply out;
  size_t end = std::string::npos;
  while ((end = read_.find("\r\n\r\n")) == std::string::npos)
    if (!read_more())
      return out;
  read_head(read_.substr(0, end), out);
  read_.erase(0, end + 4);
  auto length = is_head || out.header("content-length").empty()
                  ? size_t{0}
                  : std::stoul(out.header("content-length"));
  while (read_.size() < length)
    if (!read_more())
      return {};
  out.body = read_.substr(0, length);
  read_.erase(0, length);
  return out;
}

http_reply http_client::ask(const std::string& method, const std::string& target,
                            const header_list& headers, const std::string& body) {
  send(request_bytes(method, target, headers, body));
  return receive(method == "HEAD");
}

http_reply http_client::follow(const std::string& target, const header_list& headers) {
  send(request_bytes("GET", target, headers));
  // The head has no length; a refusal has.
  return receive();
}

bool http_client::read_chunk() {
  size_t end = std::string::npos;
  while ((end = read_.find("\r\n")) == std::string::npos)
    if (!read_more())
      return false;
  auto length = std::stoul(read_.substr(0, end), nullptr, 16);
  auto all = end + 2 + length + 2;
  while (read_.size() < all)
    if (!read_more())
      return false;
  streamed_ += read_.substr(end + 2, length);
  read_.erase(0, all);
  return length > 0;
}

std::optional<sent_event> http_client::next_block() {
  size_t end = std::string::npos;
  while ((end = streamed_.find("\n\n")) == std::string::npos)
    if (!read_chunk())
      return std::nullopt;
  sent_event out;
  for (size_t at = 0; at <= end;) {
    auto stop = streamed_.find('\n', at);
    auto line = streamed_.substr(at, stop - at);
    auto colon = line.find(": ");
    auto name = line.substr(0, colon);
    auto value = colon == std::string::npos ? std::string{} : line.substr(colon + 2);
    (name == "id"      ? out.id
     : name == "event" ? out.event
     : name == "data"  ? out.data
                       : out.comment)
      += value;
    at = stop + 1;
  }
  streamed_.erase(0, end + 2);
  return out;
}

std::optional<sent_event> http_client::next_event() {
  for (;;) {
    auto block = next_block();
    if (!block || !block->data.empty())
      return block;
  }
}

std::string http_client::rest_of_stream() {
  while (read_chunk())
    continue;
  return std::move(streamed_);
}

std::string http_client::rest() {
  while (read_more())
    continue;
  return std::move(read_);
}

void http_client::end_sending() const {
  ::shutdown(socket_, SHUT_WR);
}

bool http_client::is_closed() {
  pollfd entry{socket_, POLLIN, 0};
  char piece[4'096];
  for (;;) {
    if (::poll(&entry, 1, patience_ms) <= 0)
      return false;
    if (::recv(socket_, piece, sizeof piece, 0) <= 0)
      return true;
  }
}

std::string request_bytes(const std::string& method, const std::string& target,
                          const header_list& headers, const std::string& body) {
  auto out = method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\n";
  bool has_type = false;
  for (auto& [name, value] : headers) {
    out += name + ": " + value + "\r\n";
    has_type = has_type || lower(name) == "content-type";
  }
  if (!body.empty()) {
    if (!has_type)
      out += "Content-Type: application/json\r\n";
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return out + "\r\n" + body;
}

int64_t metric_in(const std::string& text, const std::string& line) {
  auto at = text.find('\n' + line + ' ');
  return at == std::string::npos ? -1 : std::stoll(text.substr(at + line.size() + 2));
}

} // namespace touchline::testing
