#include "nodes/cluster/tls_log.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <spdlog/spdlog.h>

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <mutex>
#include <string>

namespace touchline::cluster {

namespace {

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
  return std::string{host.data()} + ':' + port.data();
}

/// Alerts are how the two ends of a handshake tell each other why it ends.
void note(const SSL* ssl, int where, int value) {
  if ((where & SSL_CB_ALERT) == 0 || SSL_is_init_finished(ssl) != 0)
    return;
  std::string reason = SSL_alert_desc_string_long(value);
  if (auto verified = SSL_get_verify_result(ssl); verified != X509_V_OK)
    reason += std::string{" ("} + X509_verify_cert_error_string(verified) + ')';
  if ((where & SSL_CB_WRITE) != 0)
    spdlog::warn("{} was turned away by TLS: {}", address_of_peer(ssl), reason);
  else
    spdlog::warn("{} ended the TLS handshake: {}", address_of_peer(ssl), reason);
}

/// CAF makes a context for each connection and gives nobody a chance to prepare it; OpenSSL tells
/// whoever keeps data with contexts of each new one.
void prepare(void* context, void*, CRYPTO_EX_DATA*, int, long, void*) {
  SSL_CTX_set_info_callback(static_cast<SSL_CTX*>(context), note);
}

} // namespace

void log_refused_certificates() {
  static std::once_flag once;
  std::call_once(once, [] { SSL_CTX_get_ex_new_index(0, nullptr, prepare, nullptr, nullptr); });
}

} // namespace touchline::cluster
