// Who may look into a cluster and who may act on it, and the sessions of those who proved a
// certificate.
#pragma once

#include "messages/catalogue.pb.h"
#include "messages/error.hpp"
#include "nodes/certificate_proof.hpp"
#include "nodes/cluster/cluster.pb.h"
#include "nodes/cluster/store_query.pb.h"
#include "nodes/identity_key.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace touchline::cluster {

/// How long a session of a certificate is good for, and a challenge, in milliseconds.
inline constexpr int64_t session_ms = int64_t{15} * 60'000;
inline constexpr int64_t challenge_ms = 60'000;

/// The note of an authority whose action is done and not recorded.
inline constexpr std::string_view not_in_the_audit
  = "This is not in the audit yet: its partition does not answer.";

/// What a request needs.
enum class need { nothing, look, act };

/// What a request needs of the one on whose behalf it is made; nothing for what every program may
/// ask.
need need_of(const Request& x);

/// Whether what is stored of an entity is for nodes alone: the map of the cluster, which has the
/// key.
bool is_for_nodes(std::string_view address);

/// Whether the records of an entity are shown to nobody but operators: those of accounts. Others
/// who may look see their states without secrets.
bool is_for_operators(std::string_view address);

/// The entity that a question about the store reads; empty for one that lists.
std::string entity_of(const nodes::StoreQuery& x);

/// A request in words, for the audit: "restart team/en/arsenal-fc".
std::string describe(const Request& x);

/// What a role allows: an operator looks and acts, a league administrator of no pyramid looks.
Authority authority_of(const Grant& who);

/// Why an authority is not enough, if so: UNAUTHENTICATED for nobody, FORBIDDEN for somebody.
std::optional<refusal> check_authority(const Authority& who, need what);

/// A session that every node of the cluster believes, because its key signs it: of the holder of a
/// certificate, or of a node's own front.
Session sign_session(const nodes::identity_key& key, const nodes::certificate_holder& holder,
                     int64_t expires_ms);

/// Whether a token is that of a session.
bool is_session(std::string_view token);

/// Whose session it is; UNAUTHENTICATED when it is none of this cluster, or over.
tl::expected<nodes::certificate_holder, refusal> read_session(const nodes::identity_key& key,
                                                              std::string_view token,
                                                              int64_t now_ms);

/// Challenges of one node. Belongs to one actor.
class operator_gate {
public:
  /// `authority` is the file of the cluster's authority; empty without TLS.
  operator_gate(std::filesystem::path authority, std::string cluster);

  std::string draw_challenge(int64_t now_ms) const;

  /// Opens a session. UNAUTHENTICATED for a challenge that is not this node's or too old, and for
  /// a certificate that is not proven.
  tl::expected<Session, refusal> open(const CertificateProof& proof, const nodes::identity_key& key,
                                      int64_t now_ms) const;

private:
  std::filesystem::path authority_;
  std::string cluster_;
  std::array<unsigned char, 32> key_{};
};

} // namespace touchline::cluster
