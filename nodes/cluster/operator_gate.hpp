// Who may look into a cluster and who may act on it, and the sessions of those who proved a
// certificate to this node.
#pragma once

#include "messages/catalogue.pb.h"
#include "messages/error.hpp"
#include "nodes/certificate_proof.hpp"
#include "nodes/cluster/cluster.pb.h"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace touchline::cluster {

/// How long a session of a certificate is good for, and a challenge, in milliseconds.
inline constexpr int64_t session_ms = int64_t{15} * 60'000;
inline constexpr int64_t challenge_ms = 60'000;

/// Sessions that a node keeps; the oldest goes for another one.
inline constexpr size_t max_sessions = 1'024;

/// The note of an authority whose action is done and not recorded.
inline constexpr std::string_view not_in_the_audit
  = "This is not in the audit yet: its partition does not answer.";

/// What a request needs.
enum class need { nothing, look, act };

/// What a request needs of the one on whose behalf it is made; nothing for what every program may
/// ask.
need need_of(const Request& x);

/// A request in words, for the audit: "restart team/en/arsenal-fc".
std::string describe(const Request& x);

/// What a role allows: an operator looks and acts, a league administrator of no pyramid looks.
Authority authority_of(const std::string& name, Role role);

/// Why an authority is not enough, if so: UNAUTHENTICATED for nobody, FORBIDDEN for somebody.
std::optional<refusal> check_authority(const Authority& who, need what);

/// Challenges and sessions of one node. Belongs to one actor.
class operator_gate {
public:
  /// `authority` is the file of the cluster's authority; empty without TLS.
  operator_gate(std::filesystem::path authority, std::string cluster);

  std::string draw_challenge(int64_t now_ms) const;

  /// Opens a session. UNAUTHENTICATED for a challenge that is not this node's or too old, and for
  /// a certificate that is not proven.
  tl::expected<Session, refusal> open(const CertificateProof& proof, int64_t now_ms);

  /// Whether a token is that of a session, here or at another node.
  static bool is_session(std::string_view token);

  /// Whose session it is; UNAUTHENTICATED when it is none of this node, or over.
  tl::expected<Authority, refusal> find(const std::string& token, int64_t now_ms) const;

private:
  struct session {
    nodes::certificate_holder holder;
    int64_t until_ms = 0;
  };

  std::filesystem::path authority_;
  std::string cluster_;
  std::array<unsigned char, 32> key_{};
  std::unordered_map<std::string, session> sessions_;
  /// Tokens, the oldest first.
  std::deque<std::string> order_;
};

} // namespace touchline::cluster
