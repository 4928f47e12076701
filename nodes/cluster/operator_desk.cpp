#include "nodes/cluster/operator_desk.hpp"

#include "actors/operations/operations.hpp"
#include "actors/runtime/local_messages.hpp"
#include "messages/account_name.hpp"
#include "messages/codec.hpp"
#include "messages/permissions.hpp"
#include "messages/text.hpp"
#include "nodes/authentication.hpp"
#include "nodes/cluster/cluster_configuration.hpp"
#include "nodes/cluster/failed_reply.hpp"
#include "nodes/cluster/node_metrics.hpp"
#include "nodes/cluster/operator_questions.hpp"
#include "nodes/message_json.hpp"
#include "nodes/password.hpp"

#include <caf/send.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace touchline::cluster {

namespace {

constexpr int64_t chase_ms = 50;
constexpr int64_t send_again_ms = 1'000;

Reply no_leader(uint32_t partition) {
  return failed(UNAVAILABLE, "Partition " + std::to_string(partition)
                               + " has no leader that this node reaches: an election is under "
                                 "way, or no majority of its replicas is there.");
}

/// A node that is alone has no address: nobody reaches it.
bool is_on_loopback(const ClusterMap& map) {
  return std::ranges::all_of(
    map.node(), [](auto& node) { return node.host().empty() || nodes::is_loopback(node.host()); });
}

/// The address of the entity that a question is about; empty for none.
std::string address_of(const AdminRequest& x) {
  if (x.has_inspect())
    return x.inspect().address();
  return x.has_order() ? x.order().address() : std::string{};
}

std::string wrong_with(const AdminRequest& x) {
  if (x.has_actors())
    return check_pattern(x.actors().pattern());
  if (x.has_metrics())
    return check_pattern(x.metrics().pattern());
  if (x.has_tail())
    return check_pattern(x.tail().pattern());
  return {};
}

/// What programs say of themselves, as it may be kept and shown: short, and no control characters.
std::string on_record(std::string text) {
  auto is_utf8 = count_code_points(text).has_value();
  for (auto& x : text) {
    auto byte = static_cast<unsigned char>(x);
    if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_utf8))
      x = '?';
  }
  if (text.size() <= actors::max_audit_text_bytes)
    return text;
  // Between two characters.
  auto end = actors::max_audit_text_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return text.substr(0, end);
}

/// On Linux this is about the calling thread alone. What fails is no harm.
void give_way() {
  constexpr int behind_the_others = 10;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), behind_the_others);
}

} // namespace

operator_desk::operator_desk(caf::actor_config& config,
                             std::shared_ptr<node_environment> environment, caf::actor node)
  : event_based_actor{config},
    environment_{std::move(environment)},
    connections_{environment_->connections},
    node_{std::move(node)},
    gate_{environment_->authority_file, environment_->cluster} {
  // The store outlives this actor.
  connections_->running->fetch_add(1);
}

caf::behavior operator_desk::make_behavior() {
  give_way();
  set_error_handler([](caf::error&) {});
  return {[this](serve_request& x) { return serve(x); },
          [this](const answer& x) { take_answer(x); }};
}

void operator_desk::on_exit() {
  node_ = nullptr;
  questions_.clear();
  waiting_for_operators_.clear();
  connections_->running->fetch_sub(1);
}

// -- who asks -------------------------------------------------------------------------------------

caf::result<Reply> operator_desk::serve(serve_request& x) {
  // Connections learn what they may do in passing, and keep nobody from asking for more.
  auto most = x.body.admin().has_who_am_i() ? max_introductions : max_desk_tasks;
  if (tasks_ >= most)
    return failed(OVERLOADED, "Too many operators ask this node; ask again a little later.");
  if (auto wrong = wrong_with(x.body.admin()); !wrong.empty())
    return failed(INVALID_ARGUMENT, wrong);
  ++tasks_;
  auto it = std::make_shared<task>();
  it->request = std::move(x);
  it->promise = make_response_promise();
  // Another node has asked who asks.
  if (it->request.who.node != 0) {
    find_here(it->request.body.admin(), [this, it](Reply reply) { deliver(it, std::move(reply)); });
    return it->promise;
  }
  request(node_, std::chrono::milliseconds{node_patience_ms}, map_query{})
    .then(
      [this, it](ClusterMap& map) {
        it->map = std::move(map);
        admit(it);
      },
      [this, it](const caf::error&) {
        deliver(it, failed(UNAVAILABLE, "The node is busy or stopping; ask again a little later."));
      });
  return it->promise;
}

void operator_desk::admit(const task_ptr& x) {
  const auto& body = x->request.body;
  // Everybody may know, also before the cluster is founded, and nobody waits for the audit to hear
  // that it has no leader.
  if (body.admin().has_statuses()) {
    admitted(x);
    return;
  }
  auto key = nodes::identity_key::of_bytes(x->map.identity_key());
  if (!key) {
    deliver(x, failed(UNAVAILABLE, "This node does not know its cluster yet; ask again."));
    return;
  }
  x->key = std::move(key);
  switch (body.admin().question_case()) {
    case AdminRequest::kChallenge:
    case AdminRequest::kProof:
      introduce(x);
      return;
    case AdminRequest::kLogIn:
      log_in(x);
      return;
    case AdminRequest::kActivation:
      activate(x);
      return;
    default:
      break;
  }
  const auto& token = body.who().token();
  if (token.empty())
    admit_nobody(x);
  else if (!is_session(token))
    admit_account(x);
  else
    admit_holder(x);
}

/// A certificate without a role gives no rights, but a name.
void operator_desk::admit_holder(const task_ptr& x) {
  auto holder = read_session(*x->key, x->request.body.who().token(), environment_->time->now_ms());
  if (!holder) {
    deliver(x, failed(holder.error()));
    return;
  }
  // Not the account of the same name.
  Grant grant;
  grant.set_account("certificate:" + holder->name);
  grant.set_role(holder->role);
  x->authority = authority_of(grant);
  x->authority.set_name(holder->name);
  if (holder->role == ROLE_UNSPECIFIED)
    admit_nobody(x);
  else
    admitted(x);
}

/// A token is genuine by its signature, and good as long as its account says so.
void operator_desk::admit_account(const task_ptr& x) {
  auto shown
    = nodes::read_token(*x->key, x->request.body.who().token(), environment_->time->now_ms());
  if (!shown) {
    deliver(x, failed(shown.error()));
    return;
  }
  TokenCheck check;
  check.set_account(shown->account());
  check.set_token(shown->token());
  ask_identity<Grant>(x, "token", check, [this, x](const Grant& grant) {
    x->authority = authority_of(grant);
    admitted(x);
  });
}

/// Without operators there is nobody to ask for leave: whoever runs the cluster on his own machine
/// may do everything, and so may the commands that know no accounts.
void operator_desk::admit_nobody(const task_ptr& x) {
  find_operators([this, x](const found_operators& found) {
    auto local = is_on_loopback(x->map);
    auto why = found ? std::string{} : "Who the operators are cannot be read: " + found.error();
    if (!found && need_of(x->request.body) == need::act) {
      deliver(x, failed(UNAVAILABLE, why));
      return;
    }
    x->authority.set_unknown(!found);
    x->authority.set_unguarded(found && found->operators().empty());
    if (!found) {
      // Nobody is let in because the list of those who may cannot be read. Where there were none
      // when it could, there are none now: who asks locally may see why.
      x->authority.set_may_look(local && connections_->unguarded_ms != 0);
      x->authority.set_note(why);
    } else if (found->operators().empty() && (local || !x->request.body.has_admin())) {
      x->authority.set_role("operator");
      x->authority.set_may_look(true);
      x->authority.set_may_act(true);
      x->authority.set_note("Anybody is an operator here: the cluster is on loopback and no "
                            "account has the role operator.");
    }
    admitted(x);
  });
}

/// Asked once for all who wait.
void operator_desk::find_operators(operators_callback then) {
  waiting_for_operators_.push_back(std::move(then));
  if (waiting_for_operators_.size() > 1)
    return;
  ask_entity("operators", AuditGet{}, entity_patience_ms, [this](const answer& reply) {
    tl::expected<AuditSummary, std::string> found;
    if (!reply.ok() || !found->ParseFromString(reply.body))
      found = tl::unexpected{reply.ok() ? std::string{"the answer is unreadable"} : reply.text};
    else
      connections_->unguarded_ms = found->operators().empty() ? now_ms() : 0;
    for (auto& tell : std::exchange(waiting_for_operators_, {}))
      tell(found);
  });
}

// -- what nodes sign ------------------------------------------------------------------------------

template <class Answer, class Message>
void operator_desk::ask_identity(const task_ptr& x, const std::string& id, const Message& message,
                                 const std::function<void(const Answer&)>& then) {
  ask_entity(id, message, entity_patience_ms, [this, x, then](const answer& reply) {
    Answer out;
    if (reply.ok() && out.ParseFromString(reply.body))
      then(out);
    else
      deliver(x, reply.ok() ? failed(DAMAGED, "The answer of the identity context is unreadable.")
                            : failed(reply.code, reply.text));
  });
}

void operator_desk::give_credential(const task_ptr& x, const std::string& text) {
  Reply reply;
  reply.mutable_admin()->set_credential(text);
  deliver(x, std::move(reply));
}

/// The identity context checks the password; nothing is signed but what was asked for.
void operator_desk::log_in(const task_ptr& x) {
  TokenIssue issue;
  if (!issue.ParseFromString(x->request.body.admin().log_in())
      || check_account(issue.account()).has_value()) {
    deliver(x, failed(INVALID_ARGUMENT, "The question for a token is unreadable."));
    return;
  }
  ask_identity<Grant>(x, nodes::random_hex(16), issue, [this, x, issue](const Grant& grant) {
    if (grant.account() == issue.account() && grant.token() == issue.token())
      give_credential(x, nodes::sign_token(*x->key, grant));
    else
      deliver(x,
              failed(DAMAGED, "The identity context granted something else than was asked for."));
  });
}

void operator_desk::activate(const task_ptr& x) {
  const auto& asked = x->request.body.admin().activation();
  auto shown = nodes::read_invitation(*x->key, asked.code());
  AccountActivate message;
  if (!shown || !message.ParseFromString(asked.activate())) {
    deliver(x, shown ? failed(INVALID_ARGUMENT, "The question for an activation is unreadable.")
                     : failed(shown.error()));
    return;
  }
  message.set_account(shown->account);
  message.set_invitation(shown->number);
  ask_entity(nodes::random_hex(16), message, entity_patience_ms,
             [this, x, account = shown->account](const answer& reply) {
               if (reply.ok())
                 give_credential(x, account);
               else
                 deliver(x, failed(reply.code, reply.text));
             });
}

/// Whoever may invite may see the code.
void operator_desk::give_invitation(const task_ptr& x) {
  AccountInvite invite;
  invite.set_account(x->request.body.admin().invitation());
  Grant grant;
  grant.ParseFromString(x->authority.grant());
  auto wrong = check_account(invite.account());
  std::optional<refusal> refused;
  if (wrong)
    refused = refusal{INVALID_ARGUMENT, *wrong};
  else if (!x->authority.may_act() && !x->authority.unguarded())
    refused = grant.account().empty()
                ? check_authority(x->authority, need::act)
                : check_permission(grant, *catalogue_data::find(number_of<AccountInvite>), invite);
  if (refused) {
    deliver(x, failed(*refused));
    return;
  }
  AccountGet get;
  get.set_account(invite.account());
  ask_identity<AccountDetails>(x, "read", get, [this, x](const AccountDetails& details) {
    if (details.invitation() == 0)
      deliver(x, failed(CONFLICT, "The account " + details.account() + " has no open invitation."));
    else
      give_credential(x,
                      nodes::invitation_code(*x->key, {details.account(), details.invitation()}));
  });
}

void operator_desk::admitted(const task_ptr& x) {
  x->authority.set_node(self_id());
  x->authority.set_cluster(environment_->cluster);
  if (auto refused = check_authority(x->authority, need_of(x->request.body)))
    finish(x, failed(*refused));
  else if (x->request.body.admin().tail().open_only() && x->authority.name().empty()
           && !x->authority.unguarded())
    finish(x,
           failed(UNAUTHENTICATED, "This cluster has operators: log in, or show a certificate."));
  else if (x->request.body.admin().question_case() == AdminRequest::kInvitation)
    give_invitation(x);
  else
    perform(x);
}

void operator_desk::introduce(const task_ptr& x) {
  const auto& admin = x->request.body.admin();
  auto now = environment_->time->now_ms();
  Reply reply;
  if (admin.has_challenge()) {
    reply.mutable_admin()->mutable_challenge()->set_challenge(gate_.draw_challenge(now));
  } else if (auto session = gate_.open(admin.proof(), *x->key, now)) {
    *reply.mutable_admin()->mutable_session() = std::move(*session);
  } else {
    spdlog::warn("a client did not prove its certificate: {}", session.error().text);
    reply = failed(session.error());
  }
  deliver(x, std::move(reply));
}

// -- the answer -----------------------------------------------------------------------------------

void operator_desk::perform(const task_ptr& x) {
  const auto& body = x->request.body;
  if (!body.has_admin()) {
    if (body.has_partition() && !routes().here(body.partition().partition()))
      to_leader(x, body.partition().partition());
    else
      to_own_node(x);
    return;
  }
  const auto& admin = body.admin();
  switch (admin.question_case()) {
    case AdminRequest::kWhoAmI:
    case AdminRequest::kNote:
      finish(x, Reply{});
      return;
    case AdminRequest::kInspect:
    case AdminRequest::kOrder:
      to_leader(x, routes().index_of(address_of(admin)));
      return;
    case AdminRequest::kLogLevel: {
      auto node = admin.log_level().node();
      if (node == self_id())
        finish(x, set_log_level(admin.log_level()));
      else if (!find_node(x->map, node))
        finish(x, failed(NOT_FOUND, "There is no node " + std::to_string(node) + "."));
      else
        to_node(x, environment_->peers->at(node));
      return;
    }
    case AdminRequest::QUESTION_NOT_SET:
      finish(x, failed(UNSUPPORTED, "This version of the node does not know the question."));
      return;
    default:
      gather(x);
  }
}

/// Asks every node, and this one, the same.
void operator_desk::gather(const task_ptr& x) {
  auto all = std::make_shared<round>();
  Request onward;
  *onward.mutable_admin() = x->request.body.admin();
  onward.set_forwarded(true);
  all->then = [this, x](round& answers) {
    auto reply = merge_replies(x->request.body.admin(), answers.replies);
    // Accounts are for operators.
    if (reply.admin().has_tail() && !x->authority.may_act()) {
      auto& records = *reply.mutable_admin()->mutable_tail()->mutable_record();
      records.erase(std::remove_if(records.begin(), records.end(),
                                   [](auto& y) { return is_for_operators(y.address()); }),
                    records.end());
    }
    for (auto node : answers.unreached)
      reply.mutable_admin()->add_unreached(node);
    finish(x, std::move(reply));
  };
  for (auto& node : x->map.node()) {
    if (node.id() == self_id())
      continue;
    auto peer = environment_->peers->at(node.id());
    if (!peer) {
      all->unreached.push_back(node.id());
      continue;
    }
    ++all->open;
    request(peer, std::chrono::milliseconds{node_patience_ms}, peer_request{onward})
      .then(
        [all, id = node.id()](Reply& reply) {
          if (reply.code() == 0)
            all->replies.push_back(std::move(reply));
          else
            all->unreached.push_back(id);
          all->done();
        },
        [all, id = node.id()](const caf::error&) {
          all->unreached.push_back(id);
          all->done();
        });
  }
  find_here(onward.admin(), [this, all](Reply reply) {
    if (reply.code() == 0)
      all->replies.push_back(std::move(reply));
    else
      all->unreached.push_back(self_id());
    all->done();
  });
}

void operator_desk::to_leader(const task_ptr& x, uint32_t partition) {
  if (partition < environment_->partitions && routes().here(partition)) {
    find_here(x->request.body.admin(), [this, x](Reply reply) { finish(x, std::move(reply)); });
    return;
  }
  auto leader = partition < environment_->partitions ? routes().at(partition) : caf::actor{};
  // Who leads nothing is led by the node itself, as far as the routes know.
  if (!leader || leader == node_)
    finish(x, no_leader(partition));
  else
    to_node(x, leader);
}

void operator_desk::to_node(const task_ptr& x, const caf::actor& peer) {
  if (!peer) {
    finish(x, failed(UNAVAILABLE, "The node is not connected; ask again a little later."));
    return;
  }
  auto onward = x->request.body;
  onward.clear_who();
  onward.set_forwarded(true);
  request(peer, std::chrono::milliseconds{2 * node_patience_ms}, peer_request{std::move(onward)})
    .then([this, x](Reply& reply) { finish(x, std::move(reply)); },
          [this, x](const caf::error&) {
            finish(x, failed(DEADLINE_EXCEEDED, "The node did not answer in time; whether it was "
                                                "done is unknown, look it up."));
          });
}

void operator_desk::to_own_node(const task_ptr& x) {
  auto admitted = x->request;
  admitted.admitted = true;
  request(node_, std::chrono::seconds{60}, std::move(admitted))
    .then([this, x](Reply& reply) { finish(x, std::move(reply)); },
          [this, x](const caf::error&) {
            finish(x, failed(DEADLINE_EXCEEDED, "The node did not answer in time; whether it was "
                                                "done is unknown, look it up."));
          });
}

/// What is tried again is recorded when it was done, or was not to be done.
void operator_desk::finish(const task_ptr& x, Reply reply) {
  *reply.mutable_admin()->mutable_authority() = x->authority;
  // Whoever has done something by other means may tell of it, whatever his role.
  auto is_action = need_of(x->request.body) == need::act || x->request.body.admin().has_note();
  if (!is_action || reply.code() == static_cast<uint32_t>(UNAVAILABLE)) {
    deliver(x, std::move(reply));
    return;
  }
  auto shared = std::make_shared<Reply>(std::move(reply));
  audit(x, *shared, [this, x, shared](bool recorded) {
    if (!recorded && shared->has_admin())
      shared->mutable_admin()->mutable_authority()->set_note(std::string{not_in_the_audit});
    deliver(x, *shared);
  });
}

void operator_desk::deliver(const task_ptr& x, Reply reply) {
  if (!std::exchange(x->open, false))
    return;
  --tasks_;
  x->promise.deliver(std::move(reply));
}

void operator_desk::audit(const task_ptr& x, const Reply& reply,
                          const std::function<void(bool)>& then) {
  AuditRecord record;
  const auto& body = x->request.body;
  record.set_who(x->authority.name());
  record.set_role(x->authority.role());
  record.set_from((body.who().claimed().empty() ? "a program" : on_record(body.who().claimed()))
                  + " through node " + std::to_string(self_id()));
  record.set_what(on_record(describe(body)));
  auto code = static_cast<ErrorCode>(reply.code());
  record.set_result(
    on_record(code == OK ? std::string{"ok"} : ErrorCode_Name(code) + ": " + reply.text()));
  if (code == OK && body.admin().has_note())
    record.set_result(on_record(body.admin().note().result()));
  spdlog::info("{} ({}): {}: {}", record.who().empty() ? "somebody" : record.who(), record.from(),
               record.what(), record.result());
  // Nobody fills the disk with attempts or notes who may not act.
  if (!x->authority.may_act()) {
    constexpr int64_t minute_ms = 60'000;
    if (now_ms() - refusals_since_ms_ > minute_ms) {
      refusals_since_ms_ = now_ms();
      refusals_ = 0;
    }
    if (++refusals_ > max_audited_refusals) {
      then(true);
      return;
    }
  }
  auto answered = std::make_shared<bool>(false);
  auto once = [answered, then](bool recorded) {
    if (!std::exchange(*answered, true))
      then(recorded);
  };
  ask_entity("audit/" + nodes::random_hex(16), record, audit_patience_ms,
             [once, what = record.what()](const answer& a) {
               if (!a.ok())
                 spdlog::error("the audit does not have \"{}\": {}", what, a.text);
               once(a.ok());
             });
  run_delayed(std::chrono::milliseconds{audit_wait_ms}, [once] { once(false); });
}

// -- what this node knows -------------------------------------------------------------------------

void operator_desk::find_here(const AdminRequest& x, const reply_callback& then) {
  auto partition = routes().index_of(address_of(x));
  if (!address_of(x).empty() && !routes().here(partition)) {
    then(no_leader(partition));
    return;
  }
  Reply reply;
  switch (x.question_case()) {
    case AdminRequest::kActors:
      return list_here(x.actors(), then);
    case AdminRequest::kSupervisors:
      return supervisors_here(then);
    case AdminRequest::kInspect:
      return inspect_here(x.inspect(), then);
    case AdminRequest::kTail:
      return tail_here(x.tail(), then);
    case AdminRequest::kOrder:
      return order_here(x.order(), then);
    case AdminRequest::kSnapshot:
      return snapshot_here(then);
    case AdminRequest::kStatuses:
      return status_here(then);
    case AdminRequest::kMetrics:
      *reply.mutable_admin()->mutable_metrics()
        = collect_metrics(home_system(), x.metrics().pattern(), self_id());
      break;
    case AdminRequest::kLogLevel:
      reply = set_log_level(x.log_level());
      break;
    default:
      reply = failed(UNSUPPORTED, "This version of the node does not know the question.");
  }
  then(std::move(reply));
}

void operator_desk::status_here(const reply_callback& then) {
  serve_request question;
  question.body.set_status(true);
  question.admitted = true;
  request(node_, std::chrono::milliseconds{node_patience_ms}, std::move(question))
    .then(
      [then](Reply& own) {
        Reply reply;
        *reply.mutable_admin()->mutable_statuses()->add_node() = std::move(*own.mutable_status());
        then(std::move(reply));
      },
      [then](const caf::error&) {
        then(failed(UNAVAILABLE, "The node is busy or stopping; ask again a little later."));
      });
}

std::vector<uint32_t> operator_desk::led() const {
  std::vector<uint32_t> out;
  for (uint32_t i = 0; i < environment_->partitions; ++i)
    if (routes().here(i))
      out.push_back(i);
  return out;
}

void operator_desk::list_here(const ActorsQuery& query, const reply_callback& then) {
  struct listing {
    size_t open = 1;
    std::map<uint32_t, actors::entity_rows> rows;
  };
  auto all = std::make_shared<listing>();
  auto close = [this, all, query, then] {
    if (--all->open > 0)
      return;
    Reply reply;
    *reply.mutable_admin()->mutable_actors()
      = list_entities(*environment_->store, query, all->rows, environment_->partitions, self_id());
    then(std::move(reply));
  };
  for (auto partition : led()) {
    ++all->open;
    request(routes().here(partition), std::chrono::milliseconds{node_patience_ms},
            actors::entity_rows_query{{}, query.pattern(), query.after(), page_limit(query)})
      .then(
        [all, close, partition](actors::entity_rows& x) {
          all->rows[partition] = std::move(x);
          close();
        },
        [close](const caf::error&) { close(); });
  }
  close();
}

void operator_desk::supervisors_here(const reply_callback& then) {
  auto tree = std::make_shared<NodeSupervisor>();
  tree->set_node(self_id());
  const auto& failures = environment_->runtime->failures();
  tree->set_failures(failures.total());
  for (auto& x : failures.newest()) {
    auto& out = *tree->add_failure();
    out.set_time_ms(x.time_ms);
    out.set_partition(x.partition);
    out.set_address(x.address);
    out.set_text(x.text);
  }
  auto open = std::make_shared<size_t>(1);
  auto close = [tree, open, then] {
    if (--*open > 0)
      return;
    std::ranges::sort(*tree->mutable_partition(), {}, [](auto& x) { return x.partition(); });
    Reply reply;
    *reply.mutable_admin()->mutable_supervisors()->add_node() = std::move(*tree);
    then(std::move(reply));
  };
  for (auto& [partition, replica] : environment_->replicas->all()) {
    auto here = routes().here(partition);
    // One that is led elsewhere is shown when it has failed here.
    if (!here && failures.of_partition(partition) == 0)
      continue;
    if (!here) {
      add_partition(*tree, partition, nullptr);
      continue;
    }
    ++*open;
    request(here, std::chrono::milliseconds{node_patience_ms}, actors::census_query{})
      .then(
        [this, tree, close, i = partition](const actors::census& x) {
          add_partition(*tree, i, &x);
          close();
        },
        [this, tree, close, i = partition](const caf::error&) {
          add_partition(*tree, i, nullptr);
          close();
        });
  }
  close();
}

void operator_desk::add_partition(NodeSupervisor& out, uint32_t partition,
                                  const actors::census* found) const {
  const auto& failures = environment_->runtime->failures();
  auto& x = *out.add_partition();
  x.set_partition(partition);
  x.set_running(found != nullptr);
  x.set_restarts(failures.of_partition(partition));
  auto restarts = failures.of_entities(partition);
  for (auto& kind : environment_->runtime->kinds().all()) {
    auto active
      = found ? found->active.find(kind.name) : std::map<std::string, uint64_t>::const_iterator{};
    auto count = found && active != found->active.end() ? active->second : 0;
    auto& entry = *x.add_kind();
    entry.set_kind(kind.name);
    entry.set_active(count);
    entry.set_restarts(restarts[kind.name]);
    x.set_entity_restarts(x.entity_restarts() + entry.restarts());
  }
  if (found)
    x.set_up_ms(static_cast<uint64_t>(found->up_ms));
}

/// Reads what was committed before the question.
void operator_desk::inspect_here(const InspectQuery& query, const reply_callback& then) {
  auto partition = routes().index_of(query.address());
  auto replica = environment_->replicas->at(partition);
  if (!replica) {
    then(no_leader(partition));
    return;
  }
  auto look = [this, query, then] {
    auto begun
      = nodes::state_replay::begin(*environment_->store, query.address(), query.position());
    if (!begun)
      then(failed(begun.error()));
    else
      replay(std::shared_ptr<nodes::state_replay>{std::move(*begun)}, then);
  };
  // What is there already needs no look at what was just committed.
  if (query.position() > 0
      && environment_->store->last_position(query.address()).value_or(0) >= query.position()) {
    look();
    return;
  }
  request(replica, std::chrono::milliseconds{node_patience_ms}, read_point_query{})
    .then(
      [look, then](const refusal& ready) {
        if (ready.code == OK)
          look();
        else
          then(failed(ready));
      },
      [then](const caf::error&) {
        then(failed(UNAVAILABLE, "The partition did not answer; ask again."));
      });
}

/// A few records, and then whatever else waits.
void operator_desk::replay(const std::shared_ptr<nodes::state_replay>& state,
                           const reply_callback& then) {
  auto at_end = state->step();
  if (!at_end)
    then(failed(at_end.error()));
  else if (*at_end && state->position() == 0)
    then(failed(NOT_FOUND, "There is no entity " + state->address() + "."));
  else if (*at_end)
    add_row(state, then);
  else
    run_delayed(std::chrono::milliseconds{0}, [this, state, then] { replay(state, then); });
}

void operator_desk::add_row(const std::shared_ptr<nodes::state_replay>& state,
                            const reply_callback& then) {
  auto partition = routes().index_of(state->address());
  auto with_row = [this, state, then, partition](const actors::entity_rows& found) {
    Reply reply;
    auto& out = *reply.mutable_admin()->mutable_inspection();
    const auto& store = *environment_->store;
    *out.mutable_actor()
      = found.rows.empty() ? passive_row(
          state->address(), store.last_position(state->address()).value_or(0), partition, self_id())
                           : to_row(store, found.rows.front(), partition, self_id());
    out.set_position(state->position());
    out.set_state(nodes::to_json(state->state().state_message()).dump());
    then(std::move(reply));
  };
  auto here = routes().here(partition);
  if (!here) {
    with_row({});
    return;
  }
  request(here, std::chrono::milliseconds{node_patience_ms},
          actors::entity_rows_query{state->address(), {}, {}, 1})
    .then(with_row, [with_row](const caf::error&) { with_row({}); });
}

/// The replicas say how far their logs are committed; what is in them is read here.
void operator_desk::tail_here(const TailQuery& query, const reply_callback& then) {
  struct indexes {
    size_t open = 1;
    std::map<uint32_t, uint64_t> committed;
  };
  auto all = std::make_shared<indexes>();
  auto close = [this, all, query, then] {
    if (--all->open > 0)
      return;
    Reply reply;
    *reply.mutable_admin()->mutable_tail()
      = read_tail(*environment_->store, query, all->committed, environment_->partitions);
    then(std::move(reply));
  };
  for (auto partition : led()) {
    ++all->open;
    request(environment_->replicas->at(partition), std::chrono::milliseconds{node_patience_ms},
            replica_status_query{})
      .then(
        [all, close](const ReplicaStatus& x) {
          if (x.role() == "leader")
            all->committed[x.partition()] = std::min(x.commit_index(), x.readable_index());
          close();
        },
        [close](const caf::error&) { close(); });
  }
  close();
}

void operator_desk::order_here(const EntityOrder& order, const reply_callback& then) {
  auto here = routes().here(routes().index_of(order.address()));
  auto answered = [then](const answer& x) { then(x.ok() ? Reply{} : failed(x.code, x.text)); };
  auto lost = [then](const caf::error&) {
    then(failed(DEADLINE_EXCEEDED, "The partition did not answer in time; whether it was done is "
                                   "unknown, look it up."));
  };
  std::chrono::milliseconds patience{node_patience_ms};
  if (order.what() == EntityOrder::RESTART)
    request(here, patience, actors::restart_request{order.address()}).then(answered, lost);
  else
    request(here, patience, actors::passivate_entity{order.address()}).then(answered, lost);
}

void operator_desk::snapshot_here(const reply_callback& then) {
  auto open = std::make_shared<size_t>(1);
  auto begun = std::make_shared<SnapshotBegun>();
  auto close = [open, begun, then] {
    if (--*open > 0)
      return;
    Reply reply;
    *reply.mutable_admin()->mutable_snapshot() = *begun;
    then(std::move(reply));
  };
  for (auto partition : led()) {
    ++*open;
    request(routes().here(partition), std::chrono::milliseconds{node_patience_ms},
            actors::snapshot_all{})
      .then(
        [begun, close](uint64_t entities) {
          begun->set_entities(begun->entities() + entities);
          close();
        },
        [close](const caf::error&) { close(); });
  }
  for (auto& [partition, replica] : environment_->replicas->all()) {
    send(replica, cut_log{});
    begun->set_logs(begun->logs() + 1);
  }
  close();
}

Reply operator_desk::set_log_level(const LogLevel& x) const {
  auto level = spdlog::level::from_str(x.level());
  // What it does not know it takes for "off".
  if (level == spdlog::level::off && x.level() != "off")
    return failed(INVALID_ARGUMENT, "A level is trace, debug, info, warning, error or off, not \""
                                      + x.level().substr(0, 32) + "\".");
  spdlog::set_level(level);
  return Reply{};
}

// -- entities -------------------------------------------------------------------------------------

template <class Message>
void operator_desk::ask_entity(const std::string& id, const Message& message, int64_t patience_ms,
                               answer_callback then) {
  const auto& info = *catalogue_data::find(number_of<Message>);
  auto number = ++last_question_;
  header head;
  head.to = catalogue_data::addresses_of(info, message).front();
  head.id = id;
  head.correlation = id;
  head.time_ms = environment_->time->now_ms();
  head.request = number;
  entity_question x;
  x.to = head.to;
  x.content = to_caf_message(std::move(head), number_of<Message>, message);
  x.until_ms = now_ms() + patience_ms;
  x.done = std::move(then);
  questions_.emplace(number, std::move(x));
  send_question(number);
  if (!std::exchange(chasing_, true))
    run_delayed(std::chrono::milliseconds{chase_ms}, [this] { chase(); });
}

void operator_desk::send_question(uint64_t number) {
  auto& x = questions_.at(number);
  x.again_ms = now_ms() + send_again_ms;
  if (auto to = routes().find(x.to))
    caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
      caf::make_mailbox_element(ctrl(), caf::make_message_id(), {}, x.content), context());
}

void operator_desk::take_answer(const answer& x) {
  auto at = questions_.find(x.request);
  if (at == questions_.end())
    return;
  auto again = x.code == UNAVAILABLE || x.code == OVERLOADED || x.code == DISK_FULL;
  if (again && now_ms() < at->second.until_ms) {
    at->second.again_ms = std::min(at->second.again_ms, now_ms() + 2 * chase_ms);
    return;
  }
  auto question = questions_.extract(at);
  question.mapped().done(x);
}

/// Sends again what was not answered, and gives up what nobody answers.
void operator_desk::chase() {
  auto now = now_ms();
  std::vector<uint64_t> due;
  std::vector<uint64_t> over;
  for (auto& [number, x] : questions_) {
    if (now >= x.until_ms)
      over.push_back(number);
    else if (now >= x.again_ms)
      due.push_back(number);
  }
  for (auto number : due)
    send_question(number);
  for (auto number : over) {
    auto question = questions_.extract(number);
    question.mapped().done(
      {{},
       DEADLINE_EXCEEDED,
       question.mapped().to + " did not answer in time: its partition may have no leader.",
       {},
       0,
       false});
  }
  chasing_ = !questions_.empty();
  if (chasing_)
    run_delayed(std::chrono::milliseconds{chase_ms}, [this] { chase(); });
}

} // namespace touchline::cluster
