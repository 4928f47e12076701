#include "nodes/cluster/operator_gate.hpp"

#include "messages/account_name.hpp"
#include "nodes/account_roles.hpp"
#include "nodes/base64.hpp"

#include <array>
#include <utility>

#include <sodium.h>

namespace touchline::cluster {

namespace {

constexpr std::string_view session_prefix = "session.";
constexpr std::string_view session_purpose = "touchline session 1";
constexpr size_t max_session_bytes = 1'024;
constexpr size_t time_bytes = 8;
constexpr size_t nonce_bytes = 16;
constexpr size_t drawn_bytes = time_bytes + nonce_bytes;

tl::unexpected<refusal> unauthenticated(std::string why) {
  return tl::unexpected<refusal>{{UNAUTHENTICATED, std::move(why)}};
}

unsigned char* bytes_of(std::string& x) {
  return reinterpret_cast<unsigned char*>(x.data());
}

const unsigned char* bytes_of(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

} // namespace

// -- what is asked --------------------------------------------------------------------------------

need need_of(const Request& x) {
  switch (x.kind_case()) {
    case Request::kChange:
      return need::act;
    case Request::kPassivate:
      return need::look;
    case Request::kPartition:
      return x.partition().has_transfer()
                 || x.partition().about_case() == PartitionQuery::kDropDeadLetter
               ? need::act
               : need::nothing;
    case Request::kAdmin:
      switch (x.admin().question_case()) {
        case AdminRequest::kActors:
        case AdminRequest::kInspect:
        case AdminRequest::kSupervisors:
        case AdminRequest::kMetrics:
          return need::look;
        case AdminRequest::kTail:
          return x.admin().tail().open_only() ? need::nothing : need::look;
        case AdminRequest::kOrder:
        case AdminRequest::kLogLevel:
        case AdminRequest::kSnapshot:
          return need::act;
        default:
          return need::nothing;
      }
    default:
      return need::nothing;
  }
}

bool is_for_nodes(std::string_view address) {
  return address.starts_with("cluster/");
}

bool is_for_operators(std::string_view address) {
  return address.starts_with("identity/");
}

std::string entity_of(const nodes::StoreQuery& x) {
  using query = nodes::StoreQuery;
  switch (x.read_case()) {
    case query::kSnapshot:
      return x.snapshot().address();
    case query::kStream:
      return x.stream().address();
    case query::kRecord:
      return x.record().address();
    case query::kLastPosition:
      return x.last_position().address();
    case query::kCommand:
      return x.command().address();
    case query::kDeadLetter:
      return x.dead_letter().id();
    default:
      return {};
  }
}

std::string describe(const Request& x) {
  constexpr std::array wishes{"drain", "undrain", "remove"};
  if (x.has_change())
    return std::string{wishes.at(static_cast<size_t>(x.change().wish()))} + " node "
           + std::to_string(x.change().node());
  if (x.has_partition()) {
    const auto& about = x.partition();
    return about.has_transfer() ? "transfer partition " + std::to_string(about.partition())
                                    + " to node " + std::to_string(about.transfer().to())
                                : "drop dead letter " + about.drop_dead_letter();
  }
  const auto& admin = x.admin();
  switch (admin.question_case()) {
    case AdminRequest::kOrder:
      return (admin.order().what() == EntityOrder::RESTART ? "restart " : "passivate ")
             + admin.order().address();
    case AdminRequest::kLogLevel:
      return "log level of node " + std::to_string(admin.log_level().node()) + ": "
             + admin.log_level().level();
    case AdminRequest::kSnapshot:
      return "snapshot";
    case AdminRequest::kNote:
      return admin.note().what();
    default:
      return "question " + std::to_string(admin.question_case());
  }
}

// -- who asks -------------------------------------------------------------------------------------

Authority authority_of(const Grant& who) {
  Authority out;
  out.set_name(who.account());
  out.set_role(std::string{nodes::name_of_role(who.role())});
  out.set_may_act(who.role() == OPERATOR);
  out.set_may_look(
    who.role() == OPERATOR
    || (who.role() == LEAGUE_ADMINISTRATOR && pyramid_of_account(who.account()).empty()));
  out.set_grant(who.SerializeAsString());
  return out;
}

std::optional<refusal> check_authority(const Authority& who, need what) {
  if (what == need::nothing || (what == need::look && who.may_look())
      || (what == need::act && who.may_act()))
    return std::nullopt;
  if (who.name().empty())
    return refusal{UNAUTHENTICATED,
                   "Only operators may do this; log in with an operator's account, or show a "
                   "certificate of one."};
  return refusal{FORBIDDEN, who.name() + " is "
                              + (who.role().empty() ? "without a role" : "a " + who.role())
                              + " and may not do this; it takes the role operator."};
}

// -- sessions -------------------------------------------------------------------------------------

Session sign_session(const nodes::identity_key& key, const nodes::certificate_holder& holder,
                     int64_t expires_ms) {
  SessionContent content;
  content.set_name(holder.name);
  content.set_role(static_cast<uint32_t>(holder.role));
  content.set_expires_ms(expires_ms);
  auto bytes = content.SerializeAsString();
  Session out;
  out.set_token(std::string{session_prefix} + nodes::to_base64(bytes) + '.'
                + nodes::to_base64(key.sign(session_purpose, bytes)));
  out.set_expires_ms(expires_ms);
  return out;
}

bool is_session(std::string_view token) {
  return token.starts_with(session_prefix);
}

tl::expected<nodes::certificate_holder, refusal> read_session(const nodes::identity_key& key,
                                                              std::string_view token,
                                                              int64_t now_ms) {
  auto none = [] { return unauthenticated("This is no session of this cluster."); };
  auto point = token.rfind('.');
  if (token.size() > max_session_bytes || !is_session(token) || point < session_prefix.size())
    return none();
  auto bytes
    = nodes::from_base64(token.substr(session_prefix.size(), point - session_prefix.size()));
  auto signature = nodes::from_base64(token.substr(point + 1));
  SessionContent content;
  if (!bytes || !signature || !key.verify(session_purpose, *bytes, *signature, crypto_auth_BYTES)
      || !content.ParseFromString(*bytes) || !Role_IsValid(static_cast<int>(content.role())))
    return none();
  if (now_ms >= content.expires_ms())
    return unauthenticated("The session is over; show the certificate again.");
  return nodes::certificate_holder{content.name(), static_cast<Role>(content.role())};
}

operator_gate::operator_gate(std::filesystem::path authority, std::string cluster)
  : authority_{std::move(authority)},
    cluster_{std::move(cluster)} {
  randombytes_buf(key_.data(), key_.size());
}

/// When it was drawn, chance, and a signature of both: nothing has to be remembered.
std::string operator_gate::draw_challenge(int64_t now_ms) const {
  std::string out(drawn_bytes + crypto_auth_BYTES, '\0');
  for (size_t i = 0; i < time_bytes; ++i)
    out[i] = static_cast<char>(static_cast<uint64_t>(now_ms) >> (8 * i));
  randombytes_buf(out.data() + time_bytes, nonce_bytes);
  crypto_auth(bytes_of(out) + drawn_bytes, bytes_of(out), drawn_bytes, key_.data());
  return out;
}

tl::expected<Session, refusal> operator_gate::open(const CertificateProof& proof,
                                                   const nodes::identity_key& key,
                                                   int64_t now_ms) const {
  std::string_view challenge = proof.challenge();
  if (challenge.size() != drawn_bytes + crypto_auth_BYTES
      || crypto_auth_verify(bytes_of(challenge) + drawn_bytes, bytes_of(challenge), drawn_bytes,
                            key_.data())
           != 0)
    return unauthenticated("The challenge is not one of this node; ask for another one.");
  uint64_t drawn_ms = 0;
  for (size_t i = 0; i < time_bytes; ++i)
    drawn_ms |= uint64_t{static_cast<unsigned char>(challenge[i])} << (8 * i);
  if (now_ms - static_cast<int64_t>(drawn_ms) > challenge_ms)
    return unauthenticated("The challenge is too old; ask for another one.");
  auto holder
    = nodes::check_proof(authority_, cluster_, proof.certificate(), challenge, proof.signature());
  if (!holder)
    return tl::unexpected{holder.error()};
  return sign_session(key, *holder, now_ms + session_ms);
}

} // namespace touchline::cluster
