#include "nodes/front/http_reading.hpp"

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

namespace touchline::front {

namespace beast = boost::beast;
namespace http = beast::http;

void set_limits(request_parser& parser, const server_limits& limits) {
  parser.header_limit(static_cast<uint32_t>(limits.header_bytes));
  parser.body_limit(limits.body_bytes);
}

boost::system::error_code check_head(const request_parser& parser) {
  return parser.chunked() ? make_error_code(http::error::bad_transfer_encoding)
                          : boost::system::error_code{};
}

http_request to_request(http::request<http::string_body>&& read, const std::string& peer) {
  http_request out;
  out.method = std::string{read.method_string()};
  auto target = std::string_view{read.target().data(), read.target().size()};
  auto question = target.find('?');
  out.path = std::string{target.substr(0, question)};
  if (question != std::string_view::npos)
    out.query = std::string{target.substr(question + 1)};
  for (auto& field : read) {
    auto name = std::string{field.name_string()};
    for (auto& c : name)
      c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    auto& value = out.headers[name];
    if (!value.empty())
      value += ", ";
    value.append(field.value().data(), field.value().size());
  }
  out.body = std::move(read.body());
  out.peer = peer;
  return out;
}

problem problem_of_bytes(const boost::system::error_code& wrong) {
  problem out;
  constexpr unsigned bad_request = 400;
  out.status = bad_request;
  out.detail = "This is no request of HTTP/1.1 (" + wrong.message() + ").";
  if (wrong == http::error::header_limit) {
    constexpr unsigned header_too_large = 431;
    out.status = header_too_large;
    out.code = TOO_LARGE;
    out.detail = "The headers of the request are too large.";
  } else if (wrong == http::error::body_limit) {
    out.status = 0;
    out.code = TOO_LARGE;
    out.detail = "The body of the request is too large.";
  } else if (wrong == http::error::bad_transfer_encoding) {
    constexpr unsigned length_required = 411;
    out.status = length_required;
    out.code = UNSUPPORTED;
    out.detail = "A body needs its length in Content-Length; Transfer-Encoding is not taken.";
  } else if (wrong == beast::error::timeout) {
    constexpr unsigned request_timeout = 408;
    out.status = request_timeout;
    out.code = DEADLINE_EXCEEDED;
    out.detail = "The request did not come to its end in time.";
  }
  return out;
}

} // namespace touchline::front
