#include "nodes/front/guarded_client.hpp"

namespace touchline::front {

guarded_client::guarded_client(async_client& reads, async_client& commands,
                               const actors::clock& time, const breaker_options& options)
  : reads_{reads},
    commands_{commands},
    time_{time} {
  for (auto& context : catalogue_data::contexts())
    if (context.name != "front")
      breakers_[context.name] = std::make_shared<circuit_breaker>(options);
}

void guarded_client::ask(std::string id, const message_info& info,
                         std::shared_ptr<const google::protobuf::Message> body,
                         guarded_callback done, std::string traceparent) {
  const auto& context = info.receivers.front().context;
  auto breaker = breakers_.at(context);
  auto now = time_.steady_ms();
  auto admitted = breaker->admit(now);
  if (!admitted)
    return done({id,
                 UNAVAILABLE,
                 "The context " + context + " does not answer at the moment; try again later.",
                 {},
                 0,
                 false},
                breaker->retry_after_ms(now));
  auto& client = info.mode == message_mode::read ? reads_ : commands_;
  client.ask(
    std::move(id), info, std::move(body),
    [breaker, &time = time_, number = *admitted, done = std::move(done)](const answer& x) {
      // A refusal is an answer: only silence opens the breaker.
      auto answered = x.code != UNAVAILABLE && x.code != DEADLINE_EXCEEDED;
      breaker->report(number, answered, time.steady_ms());
      done(x, 0);
    },
    std::move(traceparent));
}

void guarded_client::each(
  const std::function<void(const std::string&, const circuit_breaker&)>& visit) const {
  for (auto& [context, breaker] : breakers_)
    visit(context, *breaker);
}

} // namespace touchline::front
