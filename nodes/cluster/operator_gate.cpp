#include "nodes/cluster/operator_gate.hpp"

#include "messages/account_name.hpp"
#include "nodes/account_roles.hpp"
#include "nodes/password.hpp"

#include <array>
#include <utility>

#include <sodium.h>

namespace touchline::cluster {

namespace {

constexpr std::string_view session_prefix = "session.";
constexpr size_t session_bytes = 32;
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

Authority authority_of(const std::string& name, Role role) {
  Authority out;
  out.set_name(name);
  out.set_role(std::string{nodes::name_of_role(role)});
  out.set_may_act(role == OPERATOR);
  out.set_may_look(role == OPERATOR
                   || (role == LEAGUE_ADMINISTRATOR && pyramid_of_account(name).empty()));
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

tl::expected<Session, refusal> operator_gate::open(const CertificateProof& proof, int64_t now_ms) {
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
  if (order_.size() == max_sessions) {
    sessions_.erase(order_.front());
    order_.pop_front();
  }
  Session out;
  out.set_token(std::string{session_prefix} + nodes::random_hex(session_bytes));
  out.set_expires_ms(now_ms + session_ms);
  sessions_.emplace(out.token(), session{std::move(*holder), out.expires_ms()});
  order_.push_back(out.token());
  return out;
}

bool operator_gate::is_session(std::string_view token) {
  return token.starts_with(session_prefix);
}

tl::expected<Authority, refusal> operator_gate::find(const std::string& token,
                                                     int64_t now_ms) const {
  auto at = sessions_.find(token);
  if (at == sessions_.end() || now_ms >= at->second.until_ms)
    return unauthenticated("The session is over, or was another node's; show the certificate "
                           "again.");
  return authority_of(at->second.holder.name, at->second.holder.role);
}

} // namespace touchline::cluster
