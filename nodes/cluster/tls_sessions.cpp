#include "nodes/cluster/tls_sessions.hpp"

#include "nodes/host_port.hpp"
#include "nodes/openssl_objects.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <spdlog/spdlog.h>

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

namespace touchline::cluster {

namespace {

/// Whoever listens is called now and then only to learn whether it listens, and such a call ends at
/// once. One that lasts longer than this without a word of TLS comes from somebody who speaks
/// something else.
constexpr std::chrono::milliseconds longest_probe{500};

/// What is known of a connection, from its handshake to its end.
struct session {
  std::string address = "a peer";
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  bool called = false;
  bool established = false;
  bool explained = false;
  /// OpenSSL's newest error, in its words.
  std::string error;
};

/// Those that are established, by address. There may be several to one address.
class session_table {
public:
  void add(const std::string& address, certified_peer who) {
    std::lock_guard guard{mutex_};
    sessions_.emplace(address, std::move(who));
  }

  void remove(const std::string& address) {
    std::lock_guard guard{mutex_};
    if (auto at = sessions_.find(address); at != sessions_.end())
      sessions_.erase(at);
  }

  std::optional<certified_peer> find(const std::string& address) const {
    std::lock_guard guard{mutex_};
    auto at = sessions_.find(address);
    return at == sessions_.end() ? std::nullopt : std::optional{at->second};
  }

private:
  mutable std::mutex mutex_;
  std::multimap<std::string, certified_peer> sessions_;
};

/// Lives as long as the process, because CAF's threads end late.
session_table& established_sessions() {
  static auto* table = new session_table;
  return *table;
}

/// The place of a `session` in OpenSSL's objects.
int session_index = -1;

/// Set before any handshake.
tls_failures mode = tls_failures::logged;

class kept_failure {
public:
  void keep(std::string text) {
    std::lock_guard guard{mutex_};
    text_ = std::move(text);
  }
  std::string take() {
    std::lock_guard guard{mutex_};
    return std::exchange(text_, {});
  }

private:
  std::mutex mutex_;
  std::string text_;
};

/// Lives as long as the process, as the sessions do.
kept_failure& newest_failure() {
  static auto* kept = new kept_failure;
  return *kept;
}

session* session_of(const SSL* ssl) {
  return static_cast<session*>(SSL_get_ex_data(ssl, session_index));
}

std::string address_of_peer(const SSL* ssl) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::getpeername(SSL_get_fd(ssl), generic, &size) != 0
      || ::getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(),
                       NI_NUMERICHOST | NI_NUMERICSERV)
           != 0)
    return "a peer";
  return nodes::to_string(
    nodes::host_port{host.data(), static_cast<uint16_t>(std::strtoul(port.data(), nullptr, 10))});
}

std::string newest_error() {
  const auto* text = ERR_reason_error_string(ERR_peek_last_error());
  return text ? text : "";
}

/// OpenSSL keeps errors by thread and expects that they are gone before the next operation. CAF
/// leaves them, and its connections share a thread: a handshake that fails would end every other
/// connection of the process.
long forget_old_errors(BIO* bio, int operation, const char*, size_t, int, long, int result,
                       size_t*) {
  if (operation == BIO_CB_READ)
    ERR_clear_error();
  if (operation == BIO_CB_WRITE && ERR_peek_last_error() != 0) {
    // What is about to be written may be the alert that follows from it.
    reinterpret_cast<session*>(BIO_get_callback_arg(bio))->error = newest_error();
    ERR_clear_error();
  }
  return result;
}

void begin(SSL* ssl) {
  if (session_of(ssl))
    return;
  auto made = std::make_unique<session>();
  made->address = address_of_peer(ssl);
  made->called = SSL_is_server(ssl) == 1;
  if (SSL_set_ex_data(ssl, session_index, made.get()) != 1)
    return;
  for (auto* bio : {SSL_get_rbio(ssl), SSL_get_wbio(ssl)})
    if (bio) {
      BIO_set_callback_arg(bio, reinterpret_cast<char*>(made.get()));
      BIO_set_callback_ex(bio, forget_old_errors);
    }
  static_cast<void>(made.release());
}

void establish(const SSL* ssl) {
  auto* known = session_of(ssl);
  if (!known || known->established)
    return;
  known->established = true;
  certified_peer who;
  if (nodes::certificate_object certificate{SSL_get1_peer_certificate(ssl)})
    who = {nodes::subject_field(*certificate, NID_commonName),
           nodes::subject_field(*certificate, NID_organizationName)};
  established_sessions().add(known->address, std::move(who));
}

void explain(const SSL* ssl, const std::string& text) {
  auto* known = session_of(ssl);
  if (known && std::exchange(known->explained, true))
    return;
  if (mode == tls_failures::kept)
    newest_failure().keep("it " + text);
  else
    spdlog::warn("{} {}", known ? known->address : address_of_peer(ssl), text);
}

/// Alerts are how the two ends of a handshake tell each other why it ends.
void note_alert(const SSL* ssl, bool ours, int value) {
  std::string reason = SSL_alert_desc_string_long(value);
  auto* known = session_of(ssl);
  if (auto verified = SSL_get_verify_result(ssl); verified != X509_V_OK)
    reason += std::string{" ("} + X509_verify_cert_error_string(verified) + ')';
  else if (ours && known && !known->error.empty())
    reason += " (" + known->error + ')';
  explain(ssl, (ours ? "was turned away by TLS: " : "ended the TLS handshake: ") + reason);
}

/// What OpenSSL tells while it shakes hands.
void note(const SSL* ssl, int where, int value) {
  if ((where & SSL_CB_HANDSHAKE_START) != 0)
    begin(const_cast<SSL*>(ssl));
  else if ((where & SSL_CB_HANDSHAKE_DONE) != 0)
    establish(ssl);
  else if ((where & SSL_CB_ALERT) != 0 && SSL_is_init_finished(ssl) == 0)
    note_alert(ssl, (where & SSL_CB_WRITE) != 0, value);
  else if (where == SSL_CB_ACCEPT_EXIT && value <= 0 && ERR_peek_last_error() != 0)
    // Bytes that are no TLS are answered with none.
    explain(ssl, std::string{"was turned away: it speaks without TLS, or with one that this node "
                             "does not know ("}
                   + newest_error() + ')');
}

/// With the end of a connection.
void forget(void* parent, void* data, CRYPTO_EX_DATA*, int, long, void*) {
  std::unique_ptr<session> known{static_cast<session*>(data)};
  if (!known)
    return;
  const auto* ssl = static_cast<SSL*>(parent);
  for (auto* bio : {SSL_get_rbio(ssl), SSL_get_wbio(ssl)})
    if (bio)
      BIO_set_callback_ex(bio, nullptr);
  if (known->established)
    established_sessions().remove(known->address);
  else if (known->called && !known->explained
           && std::chrono::steady_clock::now() - known->began > longest_probe)
    spdlog::warn("{} was turned away: it called without TLS, or did not answer", known->address);
}

/// CAF makes a context for each connection and gives nobody a chance to prepare it; OpenSSL tells
/// whoever keeps data with contexts of each new one.
void prepare(void* context, void*, CRYPTO_EX_DATA*, int, long, void*) {
  auto* made = static_cast<SSL_CTX*>(context);
  SSL_CTX_set_info_callback(made, note);
  // Processes that are killed end their connections without a word. What CAF sends has its length.
  SSL_CTX_set_options(made, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

} // namespace

void watch_tls_sessions(tls_failures how) {
  static std::once_flag once;
  std::call_once(once, [how] {
    mode = how;
    session_index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, forget);
    SSL_CTX_get_ex_new_index(0, nullptr, prepare, nullptr, nullptr);
  });
}

std::string take_tls_failure() {
  return newest_failure().take();
}

std::optional<certified_peer> certified_peer_at(const std::string& ip, uint16_t port) {
  return established_sessions().find(nodes::to_string(nodes::host_port{ip, port}));
}

} // namespace touchline::cluster
