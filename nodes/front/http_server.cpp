#include "nodes/front/http_server.hpp"

#include "nodes/front/http_reading.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <optional>
#include <set>
#include <thread>

namespace touchline::front {

namespace {

namespace beast = boost::beast;
namespace net = boost::asio;
namespace http = beast::http;
using tcp = net::ip::tcp;
// With the executor that there is, not any.
using executor_type = net::io_context::executor_type;
using tcp_socket = net::basic_stream_socket<tcp, executor_type>;
using tcp_stream = beast::basic_stream<tcp, executor_type>;
using tcp_acceptor = net::basic_socket_acceptor<tcp, executor_type>;
using steady_timer = net::steady_timer::rebind_executor<executor_type>::other;
using boost::system::error_code;
using milliseconds = std::chrono::milliseconds;

/// Who turns up when there is no room is told so in one packet, if it can be.
constexpr std::string_view no_room
  = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
    "close\r\n\r\n";

/// How long a connection that is to end waits for the other end to end it, in milliseconds: what it
/// still sends must not make the response be lost.
constexpr int64_t linger_ms = 1'000;

/// Room behind the largest request for what was read of the next one.
constexpr size_t spare_bytes = 16 * 1'024;

/// As Boost.Beast writes versions. Before it there were no chunks.
constexpr unsigned http_1_1 = 11;

/// What comes before the body of a response, or before its stream.
std::string head_of(const http_response& x, unsigned version, bool keep_alive) {
  constexpr size_t usual_bytes = 512;
  std::string out;
  out.reserve(usual_bytes);
  auto status = http::obsolete_reason(http::int_to_status(x.status));
  out += version < http_1_1 ? "HTTP/1.0 " : "HTTP/1.1 ";
  out.append(std::to_string(x.status)).append(1, ' ');
  out.append(status.data(), status.size()).append("\r\n");
  for (auto& [name, value] : x.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  if (keep_alive != (version >= http_1_1))
    out += keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  constexpr unsigned no_content = 204;
  constexpr unsigned not_modified = 304;
  if (x.stream)
    out += version < http_1_1 ? "" : "Transfer-Encoding: chunked\r\n";
  else if (x.status != no_content && x.status != not_modified)
    out.append("Content-Length: ").append(std::to_string(x.body.size())).append("\r\n");
  return out += "\r\n";
}

// -- what sessions share --------------------------------------------------------------------------

class any_session {
public:
  virtual ~any_session() = default;
  /// Ends now, or, when a request is being answered, after its response.
  virtual void end(bool at_once) = 0;
};

/// The counters are written by the server's thread alone.
struct counters {
  std::atomic<uint64_t> open = 0;
  std::atomic<uint64_t> accepted = 0;
  std::atomic<uint64_t> turned_away = 0;
  std::atomic<uint64_t> timed_out = 0;
  std::atomic<uint64_t> malformed = 0;
};

/// What a session and the one who writes its stream share.
struct stream_facts {
  std::atomic<size_t> waiting = 0;
  std::atomic<uint64_t> taken = 0;
  std::atomic<bool> ended = false;
};

struct session_environment {
  server_limits limits;
  request_handler handler;
  counters count;
  /// Of the server's thread.
  std::set<any_session*> sessions;
  bool draining = false;
};

// -- one connection -------------------------------------------------------------------------------

template <class Stream>
class session_stream;

/// Reads one request after the other; a client that sends several at once finds their responses in
/// their order. Lives as long as something is under way.
template <class Stream>
class session final : public any_session, public std::enable_shared_from_this<session<Stream>> {
public:
  static constexpr bool is_tls = !std::is_same_v<Stream, tcp_stream>;

  session(session_environment& environment, Stream&& stream)
    : environment_{environment},
      stream_{std::move(stream)},
      timer_{stream_.get_executor()},
      idle_timer_{stream_.get_executor()},
      buffer_{environment.limits.header_bytes + environment.limits.body_bytes + spare_bytes} {
    error_code ignored;
    peer_
      = beast::get_lowest_layer(stream_).socket().remote_endpoint(ignored).address().to_string();
    environment_.sessions.insert(this);
    ++environment_.count.open;
  }

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  ~session() override {
    if (facts_)
      facts_->ended = true;
    environment_.sessions.erase(this);
    --environment_.count.open;
  }

  void begin() {
    if constexpr (is_tls) {
      expire_after(environment_.limits.idle_ms);
      stream_.async_handshake(net::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code wrong) {
                                beast::get_lowest_layer(self->stream_).expires_never();
                                if (!wrong)
                                  self->wait_for_request();
                                else if (wrong == beast::error::timeout)
                                  ++self->environment_.count.timed_out;
                              });
    } else {
      wait_for_request();
    }
  }

  void end(bool at_once) override {
    ending_ = true;
    if (at_once || is_idle_)
      beast::get_lowest_layer(stream_).cancel();
  }

  // -- a response that goes on --------------------------------------------------------------------

  auto executor() { return beast::get_lowest_layer(stream_).get_executor(); }
  const std::shared_ptr<stream_facts>& facts() const { return facts_; }

  void stream_write(std::string bytes) {
    if (facts_->ended || finishing_) {
      facts_->waiting -= bytes.size();
      return;
    }
    pieces_.push_back(std::move(bytes));
    send_piece();
  }

  void stream_finish(std::string last) {
    if (facts_->ended || finishing_)
      return;
    // The piece that is being sent cannot be taken back.
    const size_t kept = is_sending_ ? 1 : 0;
    while (pieces_.size() > kept) {
      facts_->waiting -= pieces_.back().size();
      pieces_.pop_back();
    }
    finishing_ = true;
    if (!last.empty()) {
      facts_->waiting += last.size();
      pieces_.push_back(std::move(last));
    }
    send_piece();
  }

private:
  void expire_after(int64_t ms) {
    beast::get_lowest_layer(stream_).expires_after(milliseconds{ms});
  }

  /// The first byte may take long, the others not.
  void wait_for_request() {
    if (ending_ || (environment_.draining && buffer_.size() == 0))
      return;
    parser_.emplace();
    set_limits(*parser_, environment_.limits);
    if (buffer_.size() > 0)
      return take_bytes();
    is_idle_ = true;
    watch_idleness();
    constexpr size_t first_read = 4'096;
    stream_.async_read_some(buffer_.prepare(first_read),
                            [self = this->shared_from_this()](error_code wrong, size_t bytes) {
                              self->is_idle_ = false;
                              self->buffer_.commit(bytes);
                              if (!wrong)
                                self->take_bytes();
                              else if (self->is_late_)
                                ++self->environment_.count.timed_out;
                            });
  }

  /// One timer for many waits, most of which end long before it.
  void watch_idleness() {
    idle_until_ = steady_timer::clock_type::now() + milliseconds{environment_.limits.idle_ms};
    if (!is_watched_)
      start_idle_timer();
  }

  void start_idle_timer() {
    is_watched_ = true;
    idle_timer_.expires_at(idle_until_);
    // It must not keep alive what has ended.
    idle_timer_.async_wait([session = this->weak_from_this()](error_code) {
      auto self = session.lock();
      if (!self)
        return;
      self->is_watched_ = false;
      if (!self->is_idle_)
        return;
      if (steady_timer::clock_type::now() < self->idle_until_)
        return self->start_idle_timer();
      self->is_late_ = true;
      beast::get_lowest_layer(self->stream_).cancel();
    });
  }

  /// Most requests come as a whole, so that nothing has to wait for the rest.
  void take_bytes() {
    error_code wrong;
    buffer_.consume(parser_->put(buffer_.data(), wrong));
    // Its head first, which says whether its body is read at all.
    if (!wrong && !parser_->is_done()) {
      wrong = check_head(*parser_);
      parser_->eager(true);
      if (!wrong && buffer_.size() > 0)
        buffer_.consume(parser_->put(buffer_.data(), wrong));
    }
    if (wrong && wrong != http::error::need_more)
      return refuse(wrong);
    if (parser_->is_done())
      return handle();
    read_request();
  }

  /// The stream's own timer would close it, and nobody could say why.
  void read_request() {
    beast::get_lowest_layer(stream_).expires_never();
    is_reading_ = true;
    is_late_ = false;
    timer_.expires_after(milliseconds{environment_.limits.request_ms});
    timer_.async_wait([self = this->shared_from_this()](error_code wrong) {
      // A timer that was set anew meanwhile has not expired.
      if (wrong || !self->is_reading_ || self->timer_.expiry() > steady_timer::clock_type::now())
        return;
      self->is_late_ = true;
      beast::get_lowest_layer(self->stream_).cancel();
    });
    http::async_read_header(
      stream_, buffer_, *parser_,
      [self = this->shared_from_this()](error_code wrong, size_t) { self->take_header(wrong); });
  }

  void take_header(error_code wrong) {
    if (!wrong)
      wrong = check_head(*parser_);
    if (wrong)
      return refuse(wrong);
    // A client that asks first whether its body is welcome is told to send it.
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      auto response
        = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
      http::async_write(stream_, *response,
                        [self = this->shared_from_this(), response](error_code failed, size_t) {
                          if (!failed)
                            self->read_body();
                        });
      return;
    }
    read_body();
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](error_code wrong, size_t) {
                       if (wrong)
                         self->refuse(wrong);
                       else
                         self->handle();
                     });
  }

  /// What cannot be read is answered when it came at all, and ends the connection.
  void refuse(error_code wrong) {
    stop_timer();
    if (is_late_)
      wrong = beast::error::timeout;
    if (wrong == beast::error::timeout)
      ++environment_.count.timed_out;
    else if (wrong.category() == http::make_error_code(http::error::bad_method).category()
             && wrong != http::error::end_of_stream && wrong != http::error::partial_message)
      ++environment_.count.malformed;
    else
      return;
    ending_ = true;
    keep_alive_ = false;
    is_head_ = false;
    respond(response_of(problem_of_bytes(wrong)));
  }

  void stop_timer() {
    if (!is_reading_)
      return;
    is_reading_ = false;
    timer_.cancel();
  }

  void handle() {
    stop_timer();
    auto message = parser_->release();
    parser_.reset();
    keep_alive_ = message.keep_alive();
    version_ = message.version();
    is_head_ = message.method() == http::verb::head;
    // Nobody waits for the socket meanwhile; the handler bounds the time.
    environment_.handler(
      to_request(std::move(message), peer_), [self = this->shared_from_this()](http_response out) {
        // The session must not end on another thread.
        auto executor = self->stream_.get_executor();
        net::post(executor,
                  [self, out = std::move(out)]() mutable { self->respond(std::move(out)); });
      });
  }

  /// Sends the head; what follows is written by the one who takes the stream.
  void begin_stream(http_response out) {
    keep_alive_ = false;
    // What waits for a client that does not read waits here, where it is counted, and not in the
    // system, which would take some megabytes.
    constexpr int send_bytes = 64 * 1'024;
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().set_option(
      net::socket_base::send_buffer_size{send_bytes}, ignored);
    is_chunked_ = version_ >= http_1_1;
    head_ = head_of(out, version_, keep_alive_);
    expire_after(environment_.limits.response_ms);
    net::async_write(
      stream_, net::buffer(head_),
      [self = this->shared_from_this(), begun = std::move(out.stream)](error_code wrong, size_t) {
        if (wrong)
          return;
        self->facts_ = std::make_shared<stream_facts>();
        self->watch_for_end();
        begun(std::make_shared<session_stream<Stream>>(self));
      });
  }

  /// A client that listens sends nothing any more; that it closes is found here.
  void watch_for_end() {
    beast::get_lowest_layer(stream_).expires_never();
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(spare_bytes),
                            [self = this->shared_from_this()](error_code wrong, size_t) {
                              if (!wrong && !self->finishing_)
                                self->watch_for_end();
                              else if (wrong)
                                self->end_stream();
                            });
  }

  void end_stream() {
    facts_->ended = true;
    beast::get_lowest_layer(stream_).cancel();
  }

  void send_piece() {
    if (is_sending_ || facts_->ended)
      return;
    if (pieces_.empty()) {
      if (finishing_)
        send_last();
      return;
    }
    is_sending_ = true;
    // The read that waits keeps its own time.
    expire_after(environment_.limits.response_ms);
    auto sent = [self = this->shared_from_this()](error_code wrong, size_t) {
      self->is_sending_ = false;
      self->facts_->waiting -= self->pieces_.front().size();
      self->facts_->taken += self->pieces_.front().size();
      self->pieces_.pop_front();
      if (wrong == beast::error::timeout)
        ++self->environment_.count.timed_out;
      if (wrong)
        return self->end_stream();
      self->send_piece();
    };
    if (is_chunked_)
      net::async_write(stream_, http::make_chunk(net::buffer(pieces_.front())), std::move(sent));
    else
      net::async_write(stream_, net::buffer(pieces_.front()), std::move(sent));
  }

  void send_last() {
    auto sent = [self = this->shared_from_this()](error_code, size_t) {
      self->facts_->ended = true;
      // Its end ends the read that waits; who has to read much yet gets the time to do so.
      self->ending_ = true;
      if constexpr (!is_tls) {
        error_code ignored;
        self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      }
      self->timer_.expires_after(milliseconds{linger_ms});
      self->timer_.async_wait(
        [self](error_code) { beast::get_lowest_layer(self->stream_).cancel(); });
    };
    facts_->ended = true;
    expire_after(environment_.limits.response_ms);
    if (is_chunked_)
      net::async_write(stream_, http::make_chunk_last(), std::move(sent));
    else
      net::post(stream_.get_executor(), [sent] { sent({}, 0); });
  }

  void respond(http_response out) {
    if (out.stream && !is_head_)
      return begin_stream(std::move(out));
    // A server that drains ends its connections with their next response.
    keep_alive_ = keep_alive_ && !ending_ && !environment_.draining;
    head_ = head_of(out, version_, keep_alive_);
    body_ = is_head_ ? std::string{} : std::move(out.body);
    send_response();
  }

  void send_response() {
    size_t sent = 0;
    if constexpr (!is_tls) {
      // Most responses fit into what the system keeps for a socket.
      error_code wrong;
      sent = stream_.socket().write_some(response_from(0), wrong);
      if (wrong && wrong != net::error::would_block && wrong != net::error::try_again)
        return;
      if (sent == head_.size() + body_.size())
        return finish_response();
    }
    expire_after(environment_.limits.response_ms);
    net::async_write(stream_, response_from(sent),
                     [self = this->shared_from_this()](error_code wrong, size_t) {
                       if (wrong == beast::error::timeout)
                         ++self->environment_.count.timed_out;
                       if (wrong)
                         return;
                       beast::get_lowest_layer(self->stream_).expires_never();
                       self->finish_response();
                     });
  }

  /// What has to be sent when so many bytes were.
  std::array<net::const_buffer, 2> response_from(size_t sent) const {
    return {net::buffer(head_) + sent,
            net::buffer(body_) + (sent > head_.size() ? sent - head_.size() : 0)};
  }

  void finish_response() {
    if (keep_alive_)
      wait_for_request();
    else
      close();
  }

  void close() {
    ending_ = true;
    if constexpr (is_tls) {
      expire_after(linger_ms);
      stream_.async_shutdown([self = this->shared_from_this()](error_code) {});
    } else {
      error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      expire_after(linger_ms);
      linger();
    }
  }

  /// Reads what still comes and throws it away, until the other end closes or the time is over.
  void linger() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(spare_bytes),
                            [self = this->shared_from_this()](error_code wrong, size_t) {
                              if (!wrong && !self->environment_.draining)
                                self->linger();
                            });
  }

  session_environment& environment_;
  Stream stream_;
  /// Of the request that is being read.
  steady_timer timer_;
  steady_timer idle_timer_;
  steady_timer::time_point idle_until_;
  beast::flat_buffer buffer_;
  std::optional<request_parser> parser_;
  /// The response that is being sent.
  std::string head_;
  std::string body_;
  std::string peer_;
  unsigned version_ = http_1_1;
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool is_idle_ = false;
  bool is_watched_ = false;
  bool is_reading_ = false;
  bool is_late_ = false;
  bool ending_ = false;
  // Of a stream.
  std::shared_ptr<stream_facts> facts_;
  std::deque<std::string> pieces_;
  bool is_sending_ = false;
  bool is_chunked_ = true;
  bool finishing_ = false;
};

/// Hands what is written over to the thread of the sockets. Does not keep the session alive.
template <class Stream>
class session_stream final : public response_stream {
public:
  explicit session_stream(const std::shared_ptr<session<Stream>>& to)
    : session_{to},
      executor_{to->executor()},
      facts_{to->facts()} {}

  void write(std::string bytes) override {
    if (facts_->ended)
      return;
    facts_->waiting += bytes.size();
    net::post(executor_, [session = session_, bytes = std::move(bytes)]() mutable {
      if (auto to = session.lock())
        to->stream_write(std::move(bytes));
    });
  }

  size_t waiting() const override { return facts_->waiting; }
  uint64_t taken() const override { return facts_->taken; }

  void finish(std::string last) override {
    net::post(executor_, [session = session_, last = std::move(last)]() mutable {
      if (auto to = session.lock())
        to->stream_finish(std::move(last));
    });
  }

  bool has_ended() const override { return facts_->ended; }

private:
  std::weak_ptr<session<Stream>> session_;
  executor_type executor_;
  std::shared_ptr<stream_facts> facts_;
};

// -- the server -----------------------------------------------------------------------------------

class beast_server final : public http_server {
public:
  beast_server(const server_options& options, request_handler handler)
    : tls_{net::ssl::context::tls_server},
      acceptor_{io_} {
    environment_.limits = options.limits;
    environment_.handler = std::move(handler);
  }

  ~beast_server() override { stop(); }

  tl::expected<void, refusal> open(const server_options& options) {
    is_tls_ = !options.certificate.empty();
    error_code wrong;
    if (is_tls_) {
      tls_.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv3
                       | net::ssl::context::no_tlsv1 | net::ssl::context::no_tlsv1_1);
      tls_.use_certificate_chain_file(options.certificate.string(), wrong);
      if (wrong)
        return unusable("The certificate " + options.certificate.string(), wrong);
      tls_.use_private_key_file(options.key.string(), net::ssl::context::pem, wrong);
      if (wrong)
        return unusable("The key " + options.key.string(), wrong);
    }
    auto where = to_string(options.listen);
    tcp::resolver resolver{io_};
    auto found = resolver.resolve(options.listen.host, std::to_string(options.listen.port), wrong);
    if (wrong || found.empty())
      return unusable("The address " + where, wrong);
    tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), wrong);
    if (!wrong)
      acceptor_.set_option(net::socket_base::reuse_address{true}, wrong);
    if (!wrong)
      acceptor_.bind(endpoint, wrong);
    if (!wrong)
      acceptor_.listen(net::socket_base::max_listen_connections, wrong);
    if (wrong)
      return unusable("The address " + where, wrong);
    port_ = acceptor_.local_endpoint().port();
    accept();
    thread_ = std::thread{[this] { io_.run(); }};
    return {};
  }

  uint16_t port() const noexcept override { return port_; }

  bool drain(int64_t timeout_ms) override {
    net::post(io_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      environment_.draining = true;
      for (auto* x : environment_.sessions)
        x->end(false);
    });
    constexpr int64_t step_ms = 5;
    for (int64_t waited_ms = 0; environment_.count.open.load() > 0; waited_ms += step_ms) {
      if (waited_ms >= timeout_ms)
        return false;
      std::this_thread::sleep_for(milliseconds{step_ms});
    }
    return true;
  }

  void stop() override {
    if (!thread_.joinable())
      return;
    net::post(io_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      for (auto* x : environment_.sessions)
        x->end(true);
      io_.stop();
    });
    thread_.join();
  }

  server_statistics statistics() const override {
    const auto& x = environment_.count;
    return {x.open, x.accepted, x.turned_away, x.timed_out, x.malformed};
  }

private:
  static tl::unexpected<refusal> unusable(const std::string& what, const error_code& wrong) {
    return tl::unexpected<refusal>{
      {UNAVAILABLE, what + " cannot be used: " + wrong.message() + '.'}};
  }

  void accept() {
    acceptor_.async_accept([this](error_code wrong, tcp_socket socket) {
      if (!acceptor_.is_open())
        return;
      if (wrong)
        return pause();
      greet(std::move(socket));
      accept();
    });
  }

  /// Without descriptors there is nothing to accept: a moment later there may be some.
  void pause() {
    constexpr int64_t pause_ms = 50;
    pause_.expires_after(milliseconds{pause_ms});
    pause_.async_wait([this](error_code wrong) {
      if (!wrong && acceptor_.is_open())
        accept();
    });
  }

  void greet(tcp_socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    socket.non_blocking(true, ignored);
    if (environment_.count.open >= environment_.limits.connections) {
      ++environment_.count.turned_away;
      if (!is_tls_)
        socket.write_some(net::buffer(no_room.data(), no_room.size()), ignored);
      return;
    }
    ++environment_.count.accepted;
    tcp_stream stream{std::move(socket)};
    if (is_tls_)
      std::make_shared<session<beast::ssl_stream<tcp_stream>>>(
        environment_, beast::ssl_stream<tcp_stream>{std::move(stream), tls_})
        ->begin();
    else
      std::make_shared<session<tcp_stream>>(environment_, std::move(stream))->begin();
  }

  // Before the context of the sockets, whose end ends the sessions.
  session_environment environment_;
  net::ssl::context tls_;
  net::io_context io_{1};
  /// A request that is being answered needs the thread, although nothing waits for a socket.
  net::executor_work_guard<net::io_context::executor_type> work_{io_.get_executor()};
  tcp_acceptor acceptor_;
  steady_timer pause_{io_};
  std::thread thread_;
  uint16_t port_ = 0;
  bool is_tls_ = false;
};

} // namespace

tl::expected<std::unique_ptr<http_server>, refusal> http_server::start(
  const server_options& options, request_handler handler) {
  auto server = std::make_unique<beast_server>(options, std::move(handler));
  if (auto opened = server->open(options); !opened)
    return tl::unexpected{opened.error()};
  return server;
}

} // namespace touchline::front
