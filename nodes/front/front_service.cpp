#include "nodes/front/front_service.hpp"

#include "messages/permissions.hpp"
#include "messages/text.hpp"
#include "nodes/front/credentials.hpp"
#include "nodes/front/message_body.hpp"
#include "nodes/front/openapi.hpp"
#include "nodes/front/operation_response.hpp"
#include "nodes/front/page_files.hpp"
#include "nodes/front/percent_encoding.hpp"
#include "nodes/front/positions.hpp"
#include "nodes/password.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace touchline::front {

namespace {

constexpr std::string_view flows_path = "/v1/flows/";
constexpr unsigned no_content = 204;
constexpr unsigned bad_request = 400;
constexpr unsigned not_allowed = 405;

problem wrong(ErrorCode code, std::string detail, std::string field = {}) {
  problem out;
  out.code = code;
  out.detail = std::move(detail);
  out.field = std::move(field);
  return out;
}

http_response text(std::string body, const char* type) {
  http_response out;
  out.body = std::move(body);
  out.set("Content-Type", type);
  out.set("Cache-Control", "no-store");
  return out;
}

std::string joined(const std::vector<std::string>& methods) {
  std::string out;
  for (auto& x : methods)
    out += (out.empty() ? "" : ", ") + x;
  return out;
}

/// What a path that is there answers to OPTIONS, and to a method that it does not have.
http_response about_methods(const http_request& request, std::vector<std::string> methods) {
  methods.emplace_back("OPTIONS");
  http_response out;
  if (request.method == "OPTIONS") {
    out.status = no_content;
  } else {
    auto why = wrong(UNSUPPORTED, "This path has no method " + excerpt(request.method) + '.');
    why.status = not_allowed;
    out = response_of(why);
  }
  out.set("Allow", joined(methods));
  return out;
}

bool is_get(const http_request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// The id of a command: of the caller, or drawn. With or without the quotes of a structured field.
tl::expected<std::string, problem> command_id(const http_request& request) {
  auto at = request.headers.find("idempotency-key");
  constexpr size_t drawn_bytes = 16;
  if (at == request.headers.end())
    return nodes::random_hex(drawn_bytes);
  std::string_view id = at->second;
  if (id.size() >= 2 && id.starts_with('"') && id.ends_with('"'))
    id = id.substr(1, id.size() - 2);
  auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
  if (id.empty() || id.size() > max_command_id_bytes || !std::ranges::all_of(id, is_visible))
    return tl::unexpected{wrong(INVALID_ARGUMENT,
                                "An Idempotency-Key has 1 to 128 visible characters of ASCII.",
                                "Idempotency-Key")};
  return std::string{id};
}

void add_security_headers(http_response& out, bool is_tls) {
  out.set("X-Content-Type-Options", "nosniff");
  // The page has one of its own.
  if (out.header("Content-Security-Policy").empty())
    out.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  out.set("Referrer-Policy", "no-referrer");
  if (is_tls)
    out.set("Strict-Transport-Security", "max-age=31536000");
}

} // namespace

/// One request until its response.
struct front_service::exchange {
  http_request request;
  reply_function reply;
  front_metrics& metrics;
  bool is_tls = false;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  /// For the metrics.
  std::string operation = "none";
  route_match where = {};
  std::optional<Grant> holder = {};
  /// A viewer may ask this.
  bool is_reading = false;
  std::shared_ptr<google::protobuf::Message> message = {};

  /// Once.
  void respond(http_response out) {
    add_security_headers(out, is_tls);
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    metrics.count(operation, out.status,
                  duration_cast<microseconds>(std::chrono::steady_clock::now() - began).count());
    reply(std::move(out));
  }

  void refuse(const problem& why) { respond(response_of(why)); }
};

front_service::front_service(nodes::league_access& league, const nodes::identity_key& key,
                             const front_configuration& config, const std::string& version)
  : league_{league},
    key_{key},
    time_{actors::system_clock()},
    config_{config},
    openapi_{openapi_document(routes_, version).dump()},
    metrics_{league.system()},
    limiter_{config.rate},
    client_{std::make_unique<async_client>(league.system(), league.routes(), time_, config.client)},
    guarded_{*client_, time_, config.breaker},
    gate_{guarded_, key_, time_, config.token_memory_ms},
    flows_{league.store()},
    cluster_{league},
    leagues_{league.store()},
    flow_reader_{std::make_unique<worker>()},
    password_worker_{std::make_unique<worker>()} {}

front_service::~front_service() {
  // Its end answers what is under way, for which everything else must be there.
  client_.reset();
  flow_reader_.reset();
  password_worker_.reset();
}

void front_service::handle(http_request request, reply_function reply) {
  auto x = std::make_shared<exchange>(
    exchange{std::move(request), std::move(reply), metrics_, !config_.server.certificate.empty()});
  if (handle_fixed(*x) || handle_page(*x) || handle_cluster(x) || handle_league_list(x)
      || handle_positions(x))
    return;
  if (x->request.path.starts_with(flows_path) && x->request.path.size() > flows_path.size())
    handle_flow(x);
  else
    handle_message(x);
}

// -- what operators ask ---------------------------------------------------------------------------

bool front_service::handle_fixed(exchange& x) {
  const auto& path = x.request.path;
  if (path != "/livez" && path != "/readyz" && path != "/metrics" && path != "/openapi.json")
    return false;
  x.operation = path.substr(1);
  if (x.request.method != "GET" && x.request.method != "HEAD")
    x.respond(about_methods(x.request, {"GET", "HEAD"}));
  else if (path == "/livez")
    x.respond(text("ok\n", "text/plain; charset=utf-8"));
  else if (path == "/readyz")
    x.respond(readiness());
  else if (path == "/metrics")
    x.respond(text(metrics_.text(guarded_, server_ ? server_() : server_statistics{}),
                   "text/plain; version=0.0.4; charset=utf-8"));
  else
    x.respond(text(openapi_, "application/json"));
  return true;
}

bool front_service::handle_page(exchange& x) {
  const auto* file = find_page_file(x.request.path);
  if (!file)
    return false;
  x.operation = "page";
  x.respond(is_get(x.request) ? page_response(*file, x.request)
                              : about_methods(x.request, {"GET", "HEAD"}));
  return true;
}

bool front_service::handle_cluster(const shared_exchange& x) {
  auto operation = cluster_resource::operation_of(x->request.path);
  if (operation.empty())
    return false;
  x->operation = std::move(operation);
  if (!is_get(x->request)) {
    x->respond(about_methods(x->request, {"GET", "HEAD"}));
    return true;
  }
  authorize(x, [this, x] {
    if (auto why = cluster_resource::check(*x->holder))
      return x->refuse(*why);
    run_on(*flow_reader_, x, [this, x] {
      return cluster_.get(x->request, *gatekeeper::token_of(x->request), time_.now_ms());
    });
  });
  return true;
}

http_response front_service::readiness() const {
  if (draining_)
    return response_of(wrong(UNAVAILABLE, "This front is about to end."));
  if (auto why = league_.failure())
    return response_of(wrong(UNAVAILABLE, why->text));
  const auto& routes = league_.routes();
  for (uint32_t i = 0; i < routes.partitions(); ++i)
    if (!routes.at(i))
      return response_of(wrong(UNAVAILABLE, "Partition " + std::to_string(i) + " has no leader."));
  return text("ok\n", "text/plain; charset=utf-8");
}

// -- who asks -------------------------------------------------------------------------------------

/// Counts the request for its caller: the account of a token that was signed here, else the
/// address.
bool front_service::is_welcome(exchange& x, const std::optional<std::string>& token) {
  auto account = token ? gate_.account_of(*token) : std::nullopt;
  auto caller = account ? "account " + *account : "address " + x.request.peer;
  auto wait_ms = limiter_.take(caller, time_.steady_ms());
  if (wait_ms == 0)
    return true;
  auto why
    = wrong(OVERLOADED, "Too many requests; at most " + std::to_string(config_.rate.per_second)
                          + " a second are answered.");
  why.retry_after_ms = wait_ms;
  x.refuse(why);
  return false;
}

/// Goes on with `then` when the holder of the token is known, or none is needed.
void front_service::authorize(const shared_exchange& x, std::function<void()> then) {
  auto token = gatekeeper::token_of(x->request);
  if (!is_welcome(*x, token))
    return;
  const bool is_open = x->where.found && x->where.found->info->allowed.empty();
  if (is_open)
    return then();
  if (!token && x->is_reading && config_.public_reads) {
    x->holder = Grant{};
    x->holder->set_role(VIEWER);
    return then();
  }
  if (!token)
    return x->refuse(wrong(UNAUTHENTICATED, "This needs a token; POST a password to "
                                            "/v1/accounts/{account}/tokens to get one."));
  gate_.authenticate(*token, [x, then = std::move(then)](tl::expected<Grant, problem> grant) {
    if (!grant)
      return x->refuse(grant.error());
    x->holder = std::move(*grant);
    then();
  });
}

// -- flows ----------------------------------------------------------------------------------------

void front_service::handle_flow(const shared_exchange& x) {
  x->operation = "flow.get";
  auto& request = x->request;
  if (request.method != "GET" && request.method != "HEAD")
    return x->respond(about_methods(request, {"GET", "HEAD"}));
  auto id = percent_decoded(std::string_view{request.path}.substr(flows_path.size()));
  if (!id || id->size() > max_command_id_bytes) {
    auto why = wrong(INVALID_ARGUMENT, "This is no id of a flow.");
    why.status = bad_request;
    return x->refuse(why);
  }
  authorize(x, [this, x, id = *id] {
    run_on(*flow_reader_, x, [this, id] { return flows_.get(id, time_.now_ms()); });
  });
}

// -- seasons --------------------------------------------------------------------------------------

bool front_service::handle_league_list(const shared_exchange& x) {
  if (x->request.path != "/v1/leagues")
    return false;
  x->operation = "league.list";
  x->is_reading = true;
  if (is_get(x->request))
    authorize(x, [this, x] {
      run_on(*flow_reader_, x, [this, x] {
        return leagues_.get(std::string{x->request.header("if-none-match")}, time_.now_ms());
      });
    });
  else
    x->respond(about_methods(x->request, {"GET", "HEAD"}));
  return true;
}

/// Read as the fixture list is, by whoever may read that.
bool front_service::handle_positions(const shared_exchange& x) {
  constexpr std::string_view ending = "/positions";
  constexpr std::string_view fixtures = "/fixtures";
  const auto& path = x->request.path;
  if (!path.ends_with(ending))
    return false;
  auto where = routes_.match("GET", path.substr(0, path.size() - ending.size()).append(fixtures));
  if (!where.found || where.found->info->number != number_of<FixtureListGet>)
    return false;
  x->operation = "positions.get";
  if (!is_get(x->request)) {
    x->respond(about_methods(x->request, {"GET", "HEAD"}));
    return true;
  }
  x->where = std::move(where);
  x->is_reading = true;
  authorize(x, [this, x] {
    auto message = read_message(x->where, x->request);
    if (!message)
      return x->refuse(message.error());
    const auto& info = *x->where.found->info;
    if (auto forbidden = check_permission(*x->holder, info, **message))
      return x->refuse(problem_of(*forbidden));
    guarded_.ask("front/positions.get", info, std::move(*message),
                 [x](const answer& reply, int64_t retry_after_ms) {
                   finish_positions(*x, reply, retry_after_ms);
                 });
  });
  return true;
}

void front_service::finish_positions(exchange& x, const answer& reply, int64_t retry_after_ms) {
  FixtureList season;
  if (reply.ok() && season.ParseFromString(reply.body))
    return x.respond(
      kept_response(positions_json(season).dump(), x.request.header("if-none-match")));
  auto why = problem_of({reply.ok() ? DAMAGED : reply.code,
                         reply.ok() ? "The fixture list is unreadable." : reply.text});
  why.retry_after_ms = retry_after_ms;
  x.refuse(why);
}

/// What takes long is done by a worker, when it has not too much to do.
void front_service::run_on(worker& who, const shared_exchange& x,
                           std::function<http_response()> job) {
  if (!who.post([x, job = std::move(job)] { x->respond(job()); }))
    x->refuse(wrong(OVERLOADED, "Too much of this is under way; try again in a moment."));
}

// -- messages of the catalogue --------------------------------------------------------------------

void front_service::handle_message(const shared_exchange& x) {
  x->where = routes_.match(x->request.method, x->request.path);
  auto& where = x->where;
  if (where.methods.empty())
    return x->refuse(wrong(NOT_FOUND, "Nothing is served at this path; see /openapi.json."));
  if (!where.found)
    return x->respond(about_methods(x->request, where.methods));
  x->operation = where.found->info->name;
  x->is_reading = where.found->info->mode == message_mode::read;
  authorize(x, [this, x] { begin_message(x); });
}

void front_service::begin_message(const shared_exchange& x) {
  const auto& info = *x->where.found->info;
  if (!credential_fields(info.number).empty())
    return begin_credentials(x);
  auto message = read_message(x->where, x->request);
  if (!message)
    return x->refuse(message.error());
  x->message = std::move(*message);
  if (auto forbidden = check_permission(*x->holder, info, *x->message))
    return x->refuse(problem_of(*forbidden));
  if (info.mode == message_mode::read)
    return ask(x, "front/" + info.name);
  auto id = command_id(x->request);
  if (!id)
    return x->refuse(id.error());
  ask(x, std::move(*id));
}

void front_service::ask(const shared_exchange& x, std::string id) {
  guarded_.ask(std::move(id), *x->where.found->info, x->message,
               [this, x](const answer& reply, int64_t retry_after_ms) {
                 finish_message(*x, reply, retry_after_ms);
               });
}

void front_service::finish_message(exchange& x, const answer& reply, int64_t retry_after_ms) {
  const auto& what = *x.where.found;
  if (!reply.ok()) {
    auto why = problem_of({reply.code, reply.text});
    why.retry_after_ms = retry_after_ms;
    auto out = response_of(why);
    if (what.info->mode != message_mode::read)
      out.set("Idempotency-Key", reply.id);
    return x.respond(std::move(out));
  }
  auto out = response_of({what, *x.message, reply}, routes_, x.request.header("if-none-match"));
  // What changes rights is heeded here at once.
  if (what.info->number == number_of<TokenRevoke>)
    gate_.forget(static_cast<const TokenRevoke&>(*x.message).account());
  if (what.info->number == number_of<AccountUpdate>)
    gate_.forget(static_cast<const AccountUpdate&>(*x.message).account());
  // The invitation is signed here, where the key is.
  AccountDetails details;
  if ((what.info->number
         == number_of<AccountCreate> || what.info->number == number_of<AccountInvite>)&&details
        .ParseFromString(reply.body)
      && details.invitation() != 0) {
    auto body = nlohmann::json::parse(out.body);
    body["invitation_code"]
      = nodes::invitation_code(key_, {details.account(), details.invitation()});
    out.body = body.dump();
  }
  x.respond(std::move(out));
}

// -- passwords ------------------------------------------------------------------------------------

void front_service::begin_credentials(const shared_exchange& x) {
  const auto& info = *x->where.found->info;
  if (x->where.malformed || x->where.fields.empty()) {
    auto why = wrong(INVALID_ARGUMENT, "The path of the URL cannot be decoded.");
    why.status = bad_request;
    return x->refuse(why);
  }
  auto account = x->where.fields.front().second;
  if (info.number == number_of<AccountSetPassword>) {
    AccountSetPassword message;
    message.set_account(account);
    if (auto forbidden = check_permission(*x->holder, info, message))
      return x->refuse(problem_of(*forbidden));
  }
  run_on(*password_worker_, x, [this, x, account, number = info.number] {
    // A client belongs to one thread: to this one, for as long as it takes.
    actors::client_options options;
    options.deadline_ms = config_.client.request_ms;
    actors::client client{league_.system(), league_.routes(), time_, options};
    nodes::authentication door{client, key_, time_};
    auto out = run_credential_operation(number, account, x->request, door);
    gate_.forget(account);
    return out;
  });
}

} // namespace touchline::front
