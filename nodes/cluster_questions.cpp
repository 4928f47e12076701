#include "nodes/cluster_questions.hpp"

#include "actors/runtime/clock.hpp"
#include "nodes/authentication.hpp"
#include "nodes/certificate_proof.hpp"
#include "nodes/cluster/operator_gate.hpp"
#include "nodes/membership_report.hpp"

#include <fstream>
#include <utility>

namespace touchline::nodes {

using cluster::Reply;
using cluster::Request;

namespace {

template <class T>
operator_answer<T> answer_of(Reply& reply, T value) {
  auto& admin = *reply.mutable_admin();
  operator_answer<T> out{std::move(value), std::move(*admin.mutable_authority()), {}};
  out.unreached.assign(admin.unreached().begin(), admin.unreached().end());
  return out;
}

} // namespace

cluster_questions::cluster_questions(cluster_access& access, std::string claimed)
  : access_{access} {
  who_.set_claimed(std::move(claimed));
}

// -- who asks -------------------------------------------------------------------------------------

tl::expected<void, refusal> cluster_questions::log_in(const std::string& account,
                                                      std::string_view password) {
  auto key = access_.key();
  if (!key)
    return tl::unexpected{key.error()};
  actors::client client{access_.system(), access_.routes(), actors::system_clock()};
  authentication door{client, *key, actors::system_clock()};
  auto token = door.log_in(account, password);
  if (!token)
    return tl::unexpected{token.error()};
  use_token(std::move(*token));
  return {};
}

void cluster_questions::use_token(std::string token) {
  certificate_.reset();
  who_.set_token(std::move(token));
}

tl::expected<void, refusal> cluster_questions::use_certificate(
  const std::filesystem::path& certificate, const std::filesystem::path& key) {
  std::ifstream in{certificate};
  std::string text(max_certificate_bytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.empty())
    return tl::unexpected<refusal>{
      {INVALID_ARGUMENT, "The certificate " + certificate.string() + " cannot be read."}};
  if (auto works = sign_challenge(key, {}); !works)
    return tl::unexpected{works.error()};
  certificate_ = certificate_proof{std::move(text), key};
  who_.clear_token();
  return {};
}

/// Nodes give sessions for themselves: another one wants its own proof.
tl::expected<void, refusal> cluster_questions::prove() {
  Request question;
  question.mutable_admin()->mutable_challenge();
  auto drawn = access_.ask(question);
  if (!drawn)
    return tl::unexpected{drawn.error()};
  const auto& challenge = drawn->admin().challenge().challenge();
  auto signature = sign_challenge(certificate_->key, challenge);
  if (!signature)
    return tl::unexpected{signature.error()};
  Request proof;
  auto& x = *proof.mutable_admin()->mutable_proof();
  x.set_challenge(challenge);
  x.set_certificate(certificate_->certificate);
  x.set_signature(*signature);
  auto session = access_.ask(proof);
  if (!session)
    return tl::unexpected{session.error()};
  who_.set_token(session->admin().session().token());
  return {};
}

tl::expected<Reply, refusal> cluster_questions::ask(Request question) {
  // Between two questions of a proof another node may have become the one that is asked.
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    if (certificate_ && who_.token().empty())
      if (auto proven = prove(); !proven)
        if (proven.error().code != UNAUTHENTICATED || attempt == attempts)
          return tl::unexpected{proven.error()};
    *question.mutable_who() = who_;
    auto reply = access_.ask(question);
    if (reply || !certificate_ || reply.error().code != UNAUTHENTICATED || attempt == attempts)
      return reply;
    who_.clear_token();
  }
}

operator_result<done> cluster_questions::act(Request question) {
  auto is_about_himself = question.admin().has_who_am_i();
  return ask(std::move(question)).map([&](Reply reply) {
    auto out = answer_of(reply, done{});
    // Whoever may act because nobody is an operator has been told so when he came.
    if (!is_about_himself && out.authority.note() == cluster::not_in_the_audit)
      warning_ = out.authority.note();
    return out;
  });
}

std::string cluster_questions::take_warning() {
  return std::exchange(warning_, {});
}

operator_result<done> cluster_questions::who_am_i() {
  Request question;
  question.mutable_admin()->set_who_am_i(true);
  return act(std::move(question));
}

// -- looking --------------------------------------------------------------------------------------

operator_result<cluster::ActorsPage> cluster_questions::actors(const cluster::ActorsQuery& query) {
  Request question;
  *question.mutable_admin()->mutable_actors() = query;
  return ask(std::move(question)).map([](Reply reply) {
    return answer_of(reply, std::move(*reply.mutable_admin()->mutable_actors()));
  });
}

operator_result<cluster::Inspection> cluster_questions::inspect(const std::string& address,
                                                                uint64_t position) {
  Request question;
  question.mutable_admin()->mutable_inspect()->set_address(address);
  question.mutable_admin()->mutable_inspect()->set_position(position);
  return ask(std::move(question)).map([](Reply reply) {
    return answer_of(reply, std::move(*reply.mutable_admin()->mutable_inspection()));
  });
}

operator_result<cluster::SupervisorTree> cluster_questions::supervisors() {
  Request question;
  question.mutable_admin()->set_supervisors(true);
  return ask(std::move(question)).map([](Reply reply) {
    return answer_of(reply, std::move(*reply.mutable_admin()->mutable_supervisors()));
  });
}

operator_result<cluster::Metrics> cluster_questions::metrics(const std::string& pattern) {
  Request question;
  question.mutable_admin()->mutable_metrics()->set_pattern(pattern);
  return ask(std::move(question)).map([](Reply reply) {
    return answer_of(reply, std::move(*reply.mutable_admin()->mutable_metrics()));
  });
}

operator_result<cluster::TailBatch> cluster_questions::tail(const cluster::TailQuery& query) {
  Request question;
  *question.mutable_admin()->mutable_tail() = query;
  return ask(std::move(question)).map([](Reply reply) {
    return answer_of(reply, std::move(*reply.mutable_admin()->mutable_tail()));
  });
}

// -- acting ---------------------------------------------------------------------------------------

operator_result<done> cluster_questions::restart(const std::string& address) {
  Request question;
  question.mutable_admin()->mutable_order()->set_what(cluster::EntityOrder::RESTART);
  question.mutable_admin()->mutable_order()->set_address(address);
  return act(std::move(question));
}

operator_result<done> cluster_questions::passivate(const std::string& address) {
  Request question;
  question.mutable_admin()->mutable_order()->set_what(cluster::EntityOrder::PASSIVATE);
  question.mutable_admin()->mutable_order()->set_address(address);
  return act(std::move(question));
}

operator_result<done> cluster_questions::set_log_level(uint32_t node, const std::string& level) {
  Request question;
  question.mutable_admin()->mutable_log_level()->set_node(node);
  question.mutable_admin()->mutable_log_level()->set_level(level);
  return act(std::move(question));
}

operator_result<cluster::SnapshotBegun> cluster_questions::snapshot() {
  Request question;
  question.mutable_admin()->mutable_snapshot();
  return ask(std::move(question)).map([](Reply reply) {
    return answer_of(reply, std::move(*reply.mutable_admin()->mutable_snapshot()));
  });
}

operator_result<done> cluster_questions::change_node(uint32_t node,
                                                     cluster::ChangeNode::Wish wish) {
  return act(change_question(wish, node));
}

operator_result<done> cluster_questions::transfer(uint32_t partition, uint32_t node) {
  return act(transfer_question(partition, node));
}

operator_result<done> cluster_questions::drop_dead_letter(const std::string& id) {
  Request question;
  question.mutable_partition()->set_drop_dead_letter(id);
  question.mutable_partition()->set_partition(
    access_.routes().index_of(id.substr(0, id.rfind('@'))));
  return act(std::move(question));
}

operator_result<done> cluster_questions::note(const std::string& what, const std::string& result) {
  Request question;
  question.mutable_admin()->mutable_note()->set_what(what);
  question.mutable_admin()->mutable_note()->set_result(result);
  return act(std::move(question));
}

} // namespace touchline::nodes
