#include "nodes/front/async_client.hpp"

#include "messages/codec.hpp"
#include "messages/trace_context.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace touchline::front {

namespace {

/// Worth trying again at once, within the deadline.
bool may_try_again(ErrorCode code) {
  return code == UNAVAILABLE || code == OVERLOADED;
}

answer refused(const std::string& id, ErrorCode code, std::string text) {
  return {id, code, std::move(text), {}, 0, false};
}

} // namespace

// -- what callers and the actor share -------------------------------------------------------------

class async_client::desk {
public:
  desk(const actors::router& routes, const actors::clock& time, const async_client_options& options)
    : routes_{routes},
      time_{time},
      options_{options} {}

  struct question {
    header head;
    uint32_t number = 0;
    std::shared_ptr<const google::protobuf::Message> body;
    actors::answer_callback done;
    int64_t deadline_ms = 0;
    int64_t send_again_ms = 0;
    /// Why it was refused last, before it was sent again.
    std::string refusal;
    /// The partition that it was sent to; one that ended took it along.
    caf::actor sent_to;
    /// Of a read: what it asks. Reads of which this is the same have the same answer.
    std::string asked;
  };

  // -- called by callers --------------------------------------------------------------------------

  bool reserve() {
    if (under_way_.fetch_add(1) < options_.under_way)
      return true;
    under_way_.fetch_sub(1);
    return false;
  }

  void stamp(question& x) const {
    x.head.time_ms = time_.now_ms();
    x.head.deadline_ms = x.head.time_ms + options_.flow_ms;
    x.deadline_ms = time_.steady_ms() + options_.request_ms;
  }

  /// True when the actor has to be woken.
  bool put(question x) {
    std::lock_guard guard{mutex_};
    arrived_.push_back(std::move(x));
    return arrived_.size() == 1;
  }

  size_t under_way() const { return under_way_.load(); }

  // -- called by the actor ------------------------------------------------------------------------

  void take_arrived(caf::event_based_actor* self) { begin(self, arrived()); }

  void take(caf::event_based_actor* self, const answer& x) {
    auto at = pending_.find(x.request);
    if (at == pending_.end())
      return;
    auto again_ms = time_.steady_ms() + options_.retry_ms;
    if (may_try_again(x.code) && again_ms < at->second.deadline_ms) {
      at->second.send_again_ms = again_ms;
      at->second.refusal = x.text;
      return;
    }
    auto [lead, shared] = remove(at);
    finish(lead, x);
    for (auto& y : shared.sharing)
      finish(y, x);
    // Who has come meanwhile need not wait for the one after the next.
    std::ranges::move(arrived(), std::back_inserter(shared.waiting));
    begin(self, std::move(shared.waiting));
  }

  void tick(caf::event_based_actor* self) {
    ticking_ = false;
    auto now = time_.steady_ms();
    auto version = routes_.version();
    auto moved = version != routes_version_;
    routes_version_ = version;
    std::vector<uint64_t> late;
    for (auto& [request, x] : pending_) {
      if (now >= x.deadline_ms)
        late.push_back(request);
      else if (now >= x.send_again_ms || (moved && routes_.find(x.head.to) != x.sent_to))
        send(self, x);
    }
    for (auto request : late)
      expire(self, request, now);
    wake_later(self);
  }

  /// Nobody answers any more.
  void close() {
    auto all = arrived();
    while (!pending_.empty()) {
      auto [lead, shared] = remove(pending_.begin());
      all.push_back(std::move(lead));
      std::ranges::move(shared.sharing, std::back_inserter(all));
      std::ranges::move(shared.waiting, std::back_inserter(all));
    }
    for (auto& x : all)
      finish(x, refused(x.head.id, UNAVAILABLE,
                        "The front ends; whether it took effect is unknown, send it again under "
                        "the same id."));
  }

private:
  using pending_map = std::unordered_map<uint64_t, question>;

  /// Who asks the same as a read that is under way. Those that came before it was sent share its
  /// answer; the others wait for the next one, so that nobody sees what is older than his question.
  struct same_reads {
    uint64_t request = 0;
    std::vector<question> sharing;
    std::vector<question> waiting;
  };

  std::vector<question> arrived() {
    std::lock_guard guard{mutex_};
    return std::exchange(arrived_, {});
  }

  /// Sends what is not the same as something that is under way.
  void begin(caf::event_based_actor* self, std::vector<question> all) {
    const auto first = requests_ + 1;
    for (auto& x : all) {
      if (!x.asked.empty()) {
        auto [at, is_new] = reads_.try_emplace(x.asked);
        auto& same = at->second;
        if (!is_new) {
          (same.request >= first ? same.sharing : same.waiting).push_back(std::move(x));
          continue;
        }
        same.request = requests_ + 1;
      }
      x.head.request = ++requests_;
      pending_[requests_] = std::move(x);
    }
    // Not before all of them have found whom they share an answer with.
    for (auto request = first; request <= requests_; ++request)
      if (auto at = pending_.find(request); at != pending_.end())
        send(self, at->second);
    wake_later(self);
  }

  /// Takes a question out, and who asked the same.
  std::pair<question, same_reads> remove(pending_map::iterator at) {
    std::pair<question, same_reads> out{std::move(at->second), {}};
    pending_.erase(at);
    if (auto same = reads_.find(out.first.asked); same != reads_.end()) {
      out.second = std::move(same->second);
      reads_.erase(same);
    }
    return out;
  }

  void send(caf::event_based_actor* self, question& x) {
    x.sent_to = routes_.find(x.head.to);
    x.send_again_ms = x.deadline_ms;
    if (!x.sent_to) {
      x.send_again_ms = time_.steady_ms() + options_.retry_ms;
      return;
    }
    caf::actor_cast<caf::abstract_actor*>(x.sent_to)->enqueue(
      caf::make_mailbox_element(caf::strong_actor_ptr{self->ctrl()}, caf::make_message_id(), {},
                                to_caf_message(x.head, x.number, *x.body)),
      self->context());
  }

  void wake_later(caf::event_based_actor* self) {
    if (ticking_ || pending_.empty())
      return;
    ticking_ = true;
    self->delayed_send(self, std::chrono::milliseconds{options_.retry_ms}, caf::tick_atom_v);
  }

  void finish(question& x, const answer& with) {
    under_way_.fetch_sub(1);
    x.done(with);
  }

  /// Who asked the same has waited less long, and goes on.
  void expire(caf::event_based_actor* self, uint64_t request, int64_t now_ms) {
    auto [lead, shared] = remove(pending_.find(request));
    std::vector<question> others = std::move(shared.sharing);
    std::ranges::move(shared.waiting, std::back_inserter(others));
    auto late = std::ranges::stable_partition(
      others, [now_ms](const question& x) { return now_ms < x.deadline_ms; });
    for (auto& x : late)
      x.refusal = lead.refusal;
    finish_late(lead);
    for (auto& x : late)
      finish_late(x);
    others.erase(late.begin(), late.end());
    begin(self, std::move(others));
  }

  void finish_late(question& x) {
    auto text = catalogue_data::find(x.number)->name + " to " + x.head.to
                + " was not answered within " + std::to_string(options_.request_ms) + " ms";
    if (catalogue_data::find(x.number)->mode != message_mode::read)
      text += "; whether it took effect is unknown, send it again under the same id";
    text += x.refusal.empty() ? "." : ". The last refusal was: " + x.refusal;
    finish(x, refused(x.head.id, DEADLINE_EXCEEDED, std::move(text)));
  }

  const actors::router& routes_;
  const actors::clock& time_;
  const async_client_options options_;
  std::atomic<size_t> under_way_ = 0;
  std::mutex mutex_;
  /// What the actor has not seen yet. Guarded by `mutex_`.
  std::vector<question> arrived_;
  // The rest is the actor's alone.
  pending_map pending_;
  /// By what they ask.
  std::unordered_map<std::string, same_reads> reads_;
  uint64_t requests_ = 0;
  uint64_t routes_version_ = 0;
  bool ticking_ = false;
};

// -- the client -----------------------------------------------------------------------------------

async_client::async_client(caf::actor_system& system, const actors::router& routes,
                           const actors::clock& time, const async_client_options& options)
  : system_{system},
    desk_{std::make_shared<desk>(routes, time, options)} {
  // The atoms are CAF's own: nothing that only this process says needs a type id.
  actor_ = system_.spawn([x = desk_](caf::event_based_actor* self) -> caf::behavior {
    // A partition that ends in the middle of a message leaves its sender an error: the message is
    // given up in its time, and the others go on.
    self->set_error_handler([](caf::error&) {});
    return {[x, self](caf::put_atom) { x->take_arrived(self); },
            [x, self](caf::tick_atom) { x->tick(self); },
            [x, self](const answer& y) { x->take(self, y); }};
  });
}

async_client::~async_client() {
  {
    caf::scoped_actor self{system_};
    self->send_exit(actor_, caf::exit_reason::user_shutdown);
    self->wait_for(actor_);
  }
  desk_->close();
}

void async_client::ask(std::string id, const message_info& info,
                       std::shared_ptr<const google::protobuf::Message> body,
                       actors::answer_callback done, std::string traceparent) {
  auto to = catalogue_data::addresses_of(info, *body);
  if (to.empty())
    return done(refused(id, INVALID_ARGUMENT,
                        info.name
                          + " needs the fields that name its receiver: league, and season "
                            "or team."));
  if (to.front().size() > max_address_bytes)
    return done(refused(id, INVALID_ARGUMENT,
                        "The names of " + info.name + " lead to an address of more than "
                          + std::to_string(max_address_bytes) + " bytes."));
  if (!desk_->reserve())
    return done(refused(id, OVERLOADED, "Too many requests are under way; try again in a moment."));
  desk::question x;
  x.number = info.number;
  // What is traced is done for its trace.
  if (info.mode == message_mode::read && !is_sampled(traceparent))
    x.asked = info.name + ' ' + body->SerializeAsString();
  x.body = std::move(body);
  x.head.to = std::move(to.front());
  x.head.correlation = id;
  x.head.id = std::move(id);
  x.head.traceparent = std::move(traceparent);
  x.done = std::move(done);
  desk_->stamp(x);
  if (desk_->put(std::move(x)))
    caf::anon_send(actor_, caf::put_atom_v);
}

size_t async_client::under_way() const {
  return desk_->under_way();
}

} // namespace touchline::front
