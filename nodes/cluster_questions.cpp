#include "nodes/cluster_questions.hpp"

#include "actors/runtime/clock.hpp"
#include "nodes/authentication.hpp"
#include "nodes/cluster/operator_gate.hpp"
#include "nodes/membership_report.hpp"

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

tl::expected<Grant, refusal> grant_of(const tl::expected<cluster::Authority, refusal>& whom) {
  if (!whom)
    return tl::unexpected{whom.error()};
  Grant grant;
  grant.ParseFromString(whom->grant());
  return grant;
}

} // namespace

cluster_questions::cluster_questions(cluster_access& access, std::string claimed)
  : access_{access} {
  who_.set_claimed(std::move(claimed));
}

// -- who asks -------------------------------------------------------------------------------------

tl::expected<Grant, refusal> cluster_questions::log_in(const std::string& account,
                                                       std::string_view password) {
  actors::client client{access_.system(), access_.routes(), actors::system_clock()};
  auto signer = access_.signer(client);
  if (!signer)
    return tl::unexpected{signer.error()};
  authentication door{client, **signer};
  auto token = door.log_in(account, password);
  if (!token)
    return tl::unexpected{token.error()};
  return door.authenticate(*token);
}

tl::expected<Grant, refusal> cluster_questions::use_token(const std::string& token) {
  return grant_of(access_.use_token(token));
}

tl::expected<Grant, refusal> cluster_questions::use_certificate(
  const std::filesystem::path& certificate, const std::filesystem::path& key) {
  return grant_of(access_.use_certificate(certificate, key));
}

tl::expected<Reply, refusal> cluster_questions::ask(Request question) {
  *question.mutable_who() = who_;
  return access_.ask(question);
}

operator_result<done> cluster_questions::act(Request question) {
  auto is_about_himself = question.admin().has_who_am_i();
  auto is_action = cluster::need_of(question) == cluster::need::act;
  auto what = is_action ? cluster::describe(question) : std::string{};
  auto reply = ask(std::move(question));
  if (!reply) {
    // A node records what it did or refused; that nobody could do it is told by who gives it up.
    if (is_action && reply.error().code == UNAVAILABLE)
      note(what, "UNAVAILABLE: " + reply.error().text);
    return tl::unexpected{reply.error()};
  }
  auto out = answer_of(*reply, done{});
  // Whoever may act because nobody is an operator has been told so when he came.
  if (!is_about_himself && out.authority.note() == cluster::not_in_the_audit)
    warning_ = out.authority.note();
  return out;
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
