// From bytes to a request, without a socket. Boost.Beast, which takes long to compile, is known to
// what includes this.
#pragma once

#include "nodes/front/http_message.hpp"
#include "nodes/front/http_server.hpp"
#include "nodes/front/problem.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>

namespace touchline::front {

/// Takes the bytes of one request.
using request_parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// Bounds what a parser takes. Before its first byte.
void set_limits(request_parser& parser, const server_limits& limits);

/// What is wrong with a request whose head was read, before its body is: a body comes with its
/// length. Boost.Beast 1.74 ends the process when the trailer of a chunked one comes in pieces, and
/// a server may ask for the length (RFC 9112, 6.3).
boost::system::error_code check_head(const request_parser& parser);

/// What was read, as the front sees it. `peer` is the address of the other end.
http_request to_request(boost::beast::http::request<boost::beast::http::string_body>&& read,
                        const std::string& peer);

/// What is wrong with bytes that are no request.
problem problem_of_bytes(const boost::system::error_code& wrong);

} // namespace touchline::front
