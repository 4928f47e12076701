#include "nodes/front/gatekeeper.hpp"

#include <algorithm>
#include <cctype>

namespace touchline::front {

gatekeeper::gatekeeper(guarded_client& client, const nodes::identity_key& key,
                       const actors::clock& time, int64_t remember_ms)
  : client_{client},
    key_{key},
    time_{time},
    remember_ms_{remember_ms} {}

std::optional<std::string> gatekeeper::token_of(const http_request& request) {
  constexpr std::string_view scheme = "bearer ";
  auto value = request.header("authorization");
  auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  if (value.size() < scheme.size()
      || !std::ranges::equal(value.substr(0, scheme.size()), scheme, same))
    return std::nullopt;
  value.remove_prefix(scheme.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return std::string{value};
}

tl::expected<Grant, refusal> gatekeeper::read(const std::string& token) {
  auto now = time_.now_ms();
  {
    std::lock_guard guard{mutex_};
    if (auto* x = read_.find(token); x && now < x->expires_ms())
      return *x;
  }
  auto shown = nodes::read_token(key_, token, now);
  if (shown) {
    std::lock_guard guard{mutex_};
    read_.put(token, *shown);
  }
  return shown;
}

std::optional<std::string> gatekeeper::account_of(const std::string& token) {
  auto shown = read(token);
  return shown ? std::optional{shown->account()} : std::nullopt;
}

void gatekeeper::authenticate(const std::string& token, grant_callback done) {
  auto shown = read(token);
  if (!shown)
    return done(tl::unexpected{problem_of(shown.error())});
  std::optional<Grant> known;
  {
    std::lock_guard guard{mutex_};
    auto* x = grants_.find(token);
    if (x && time_.steady_ms() < x->until_ms)
      known = x->grant;
  }
  if (known)
    return done(std::move(*known));
  auto check = std::make_shared<TokenCheck>();
  check->set_account(shown->account());
  check->set_token(shown->token());
  client_.ask("token-check", *catalogue_data::find(number_of<TokenCheck>), std::move(check),
              [this, token, done = std::move(done)](const answer& x, int64_t retry_after_ms) {
                Grant grant;
                if (x.ok() && grant.ParseFromString(x.body)) {
                  if (remember_ms_ > 0) {
                    std::lock_guard guard{mutex_};
                    grants_.put(token, {grant, time_.steady_ms() + remember_ms_});
                  }
                  return done(std::move(grant));
                }
                auto why = problem_of(
                  {x.ok() ? DAMAGED : x.code,
                   x.ok() ? "The answer of the identity context is unreadable." : x.text});
                why.retry_after_ms = retry_after_ms;
                done(tl::unexpected{std::move(why)});
              });
}

void gatekeeper::forget(const std::string& account) {
  std::lock_guard guard{mutex_};
  grants_.erase_if([&account](const remembered& x) { return x.grant.account() == account; });
}

} // namespace touchline::front
