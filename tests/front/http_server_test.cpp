// The server on real sockets, with clients that send what they should not.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/front/http_server.hpp"
#include "tests/front/http_client.hpp"

#include <future>
#include <memory>
#include <thread>

using namespace touchline;
using namespace touchline::front;
using namespace touchline::testing;

namespace {

/// Answers with what it was asked.
void echo(http_request request, const reply_function& reply) {
  http_response out;
  out.body = request.method + ' ' + request.path + '?' + request.query + ' ' + request.body;
  reply(std::move(out));
}

std::unique_ptr<http_server> serve(const server_limits& limits = {},
                                   request_handler handler = echo) {
  server_options options;
  options.listen.port = 0;
  options.limits = limits;
  auto server = http_server::start(options, std::move(handler));
  BOOST_TEST_REQUIRE(server.has_value());
  return std::move(*server);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_connection_answers_one_request_after_the_other) {
  auto server = serve();
  http_client client{server->port()};
  for (int i = 0; i < 3; ++i) {
    auto reply = client.ask("POST", "/a?b=c", {}, "{}");
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.body == "POST /a?b=c {}");
  }
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_their_order) {
  auto server = serve();
  http_client client{server->port()};
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += request_bytes("GET", "/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 50; ++i)
    BOOST_TEST(client.receive().body == "GET /" + std::to_string(i) + "? ");
}

BOOST_AUTO_TEST_CASE(a_head_has_the_length_and_no_body) {
  auto server = serve();
  http_client client{server->port()};
  auto reply = client.ask("HEAD", "/x");
  BOOST_TEST(reply.header("content-length") == std::to_string(std::string{"HEAD /x? "}.size()));
  BOOST_TEST(client.ask("GET", "/y").body == "GET /y? ");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused_and_ends_the_connection) {
  auto server = serve();
  for (auto* bytes : {"\r\n\r\nnonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                      "\x16\x03\x01\x02\x01\x01\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
                      "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                      "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    http_client client{server->port()};
    client.send(bytes);
    auto reply = client.receive();
    BOOST_TEST(reply.status == 400, bytes << " was answered with " << reply.status);
    BOOST_TEST(reply.header("content-type") == "application/problem+json");
    BOOST_TEST(client.is_closed());
  }
  BOOST_TEST(server->statistics().malformed == 7);
}

BOOST_AUTO_TEST_CASE(a_body_without_its_length_is_refused_however_it_comes) {
  auto server = serve();
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (auto& body : {std::string{"5\r\nhello\r\n0\r\n\r\n"}, std::string{"zz\r\n"}}) {
    http_client client{server->port()};
    client.send(head + body);
    auto reply = client.receive();
    BOOST_TEST(reply.status == 411);
    BOOST_TEST(reply.body.find("Content-Length") != std::string::npos, reply.body);
    BOOST_TEST(client.is_closed());
  }
  // A trailer in pieces ended the process.
  http_client slow{server->port()};
  for (char c : head + "0\r\n{\"tline\r\nIdempotency-Key: o\r\n\r\n") {
    if (!slow.send(std::string(1, c)))
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  BOOST_TEST(slow.receive().status == 411);
  http_client client{server->port()};
  BOOST_TEST(client.ask("GET", "/y").body == "GET /y? ");
}

BOOST_AUTO_TEST_CASE(too_large_headers_and_bodies_are_refused) {
  server_limits limits;
  limits.header_bytes = 2'048;
  limits.body_bytes = 4'096;
  auto server = serve(limits);
  {
    http_client client{server->port()};
    client.send("GET / HTTP/1.1\r\nX: " + std::string(8'192, 'x') + "\r\n\r\n");
    BOOST_TEST(client.receive().status == 431);
    BOOST_TEST(client.is_closed());
  }
  {
    http_client client{server->port()};
    client.send(request_bytes("POST", "/", {}, std::string(5'000, 'x')));
    BOOST_TEST(client.receive().status == 413);
    BOOST_TEST(client.is_closed());
  }
  http_client client{server->port()};
  BOOST_TEST(client.ask("POST", "/", {}, std::string(4'096, 'x')).status == 200);
}

BOOST_AUTO_TEST_CASE(a_request_that_does_not_end_in_time_is_answered_with_408) {
  server_limits limits;
  limits.request_ms = 200;
  auto server = serve(limits);
  http_client slow{server->port()};
  slow.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n1");
  BOOST_TEST(slow.receive().status == 408);
  BOOST_TEST(slow.is_closed());
  http_client slower{server->port()};
  slower.send("GET / HT");
  BOOST_TEST(slower.receive().status == 408);
  BOOST_TEST(server->statistics().timed_out == 2);
}

BOOST_AUTO_TEST_CASE(a_connection_that_asks_nothing_is_closed) {
  server_limits limits;
  limits.idle_ms = 100;
  auto server = serve(limits);
  http_client silent{server->port()};
  BOOST_TEST(silent.receive().status == 0);
}

BOOST_AUTO_TEST_CASE(a_truncated_request_is_not_handled) {
  std::atomic<int> handled = 0;
  auto server = serve({}, [&handled](http_request request, const reply_function& reply) {
    ++handled;
    echo(std::move(request), reply);
  });
  auto whole = request_bytes("POST", "/", {}, "0123456789");
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    http_client client{server->port()};
    client.send(whole.substr(0, bytes));
    client.end_sending();
    BOOST_TEST(client.is_closed());
  }
  BOOST_TEST(handled == 0);
}

BOOST_AUTO_TEST_CASE(one_connection_too_many_is_turned_away) {
  server_limits limits;
  limits.connections = 2;
  auto server = serve(limits);
  http_client first{server->port()};
  http_client second{server->port()};
  BOOST_TEST(first.ask("GET", "/").status == 200);
  BOOST_TEST(second.ask("GET", "/").status == 200);
  http_client third{server->port()};
  auto reply = third.receive();
  BOOST_TEST(reply.status == 503);
  BOOST_TEST(reply.header("retry-after") == "1");
  BOOST_TEST(server->statistics().turned_away == 1);
}

BOOST_AUTO_TEST_CASE(a_server_that_drains_answers_what_it_has_been_asked) {
  std::promise<reply_function> asked;
  auto server = serve(
    {}, [&asked](const http_request&, reply_function reply) { asked.set_value(std::move(reply)); });
  http_client idle{server->port()};
  http_client busy{server->port()};
  busy.send(request_bytes("GET", "/"));
  auto reply = asked.get_future().get();
  auto drained = std::async(std::launch::async, [&server] { return server->drain(60'000); });
  BOOST_TEST(idle.is_closed());
  http_response out;
  out.body = "late";
  reply(std::move(out));
  // It keeps its connection.
  reply = nullptr;
  auto received = busy.receive();
  BOOST_TEST(received.body == "late");
  BOOST_TEST(received.header("connection") == "close");
  BOOST_TEST(busy.is_closed());
  BOOST_TEST(drained.get());
  BOOST_CHECK_THROW(http_client{server->port()}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_response_that_comes_after_the_end_goes_nowhere) {
  std::promise<reply_function> asked;
  auto server = serve(
    {}, [&asked](const http_request&, reply_function reply) { asked.set_value(std::move(reply)); });
  http_client client{server->port()};
  client.send(request_bytes("GET", "/"));
  auto reply = asked.get_future().get();
  server->stop();
  reply({});
  reply = nullptr;
  server.reset();
  BOOST_TEST(client.is_closed());
}

// -- responses that go on -------------------------------------------------------------------------

namespace {

/// Serves a stream that the test writes.
struct streaming_server {
  std::promise<std::shared_ptr<response_stream>> begun;
  std::unique_ptr<http_server> server
    = serve({}, [this](const http_request&, const reply_function& reply) {
        http_response out;
        out.stream = [this](std::shared_ptr<response_stream> x) { begun.set_value(std::move(x)); };
        reply(std::move(out));
      });
};

} // namespace

BOOST_AUTO_TEST_CASE(a_response_goes_on_until_it_is_finished) {
  streaming_server x;
  http_client client{x.server->port()};
  auto head = client.follow("/");
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("transfer-encoding") == "chunked");
  BOOST_TEST(head.header("connection") == "close");
  auto stream = x.begun.get_future().get();
  for (int i = 0; i < 100; ++i)
    stream->write("data: " + std::to_string(i) + "\n\n");
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(client.next_event()->data == std::to_string(i));
  stream->finish("data: last\n\n");
  BOOST_TEST(client.next_event()->data == "last");
  BOOST_TEST(!client.next_event().has_value());
  BOOST_TEST(client.is_closed());
  BOOST_TEST(stream->has_ended());
  stream->write("data: late\n\n");
}

BOOST_AUTO_TEST_CASE(a_stream_without_chunks_is_for_old_clients) {
  streaming_server x;
  http_client client{x.server->port()};
  client.send("GET / HTTP/1.0\r\n\r\n");
  auto stream = x.begun.get_future().get();
  stream->finish("data: last\n\n");
  auto head = client.receive();
  BOOST_TEST(head.header("transfer-encoding").empty());
  BOOST_TEST(client.rest() == "data: last\n\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_ends_its_stream) {
  streaming_server x;
  auto client = std::make_unique<http_client>(x.server->port());
  client->follow("/");
  auto stream = x.begun.get_future().get();
  BOOST_TEST(!stream->has_ended());
  client.reset();
  while (!stream->has_ended())
    std::this_thread::yield();
  while (x.server->statistics().open > 0)
    std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_client_that_does_not_read_is_counted_and_can_be_thrown_away) {
  streaming_server x;
  http_client client{x.server->port(), 4'096};
  client.follow("/");
  auto stream = x.begun.get_future().get();
  const auto piece = "data: " + std::string(10'000, 'x') + "\n\n";
  constexpr size_t much = 1'000'000;
  for (size_t sent = 0; sent < much; sent += piece.size())
    stream->write(piece);
  BOOST_TEST(stream->waiting() > much / 2);
  stream->finish("data: last\n\n");
  size_t seen = 0;
  std::string last;
  while (auto event = client.next_event()) {
    last = event->data;
    ++seen;
  }
  BOOST_TEST(last == "last");
  BOOST_TEST(seen < much / piece.size() / 2);
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_leaves_its_streams_harmless) {
  streaming_server x;
  http_client client{x.server->port()};
  client.follow("/");
  auto stream = x.begun.get_future().get();
  x.server->stop();
  stream->write("data: late\n\n");
  stream.reset();
  x.server.reset();
  BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_refused_in_a_sentence) {
  auto server = serve();
  server_options options;
  options.listen.port = server->port();
  auto second = http_server::start(options, echo);
  BOOST_TEST_REQUIRE(!second.has_value());
  BOOST_TEST(second.error().text.find(std::to_string(server->port())) != std::string::npos);
  options.listen.port = 0;
  options.certificate = "/nowhere/certificate.pem";
  options.key = "/nowhere/key.pem";
  BOOST_TEST(!http_server::start(options, echo).has_value());
}
