#include "nodes/front/front_service.hpp"

#include "messages/permissions.hpp"
#include "messages/record.pb.h"
#include "messages/text.hpp"
#include "nodes/front/credentials.hpp"
#include "nodes/front/event_request.hpp"
#include "nodes/front/league_text.hpp"
#include "nodes/front/message_body.hpp"
#include "nodes/front/openapi.hpp"
#include "nodes/front/page_files.hpp"
#include "nodes/front/percent_encoding.hpp"
#include "nodes/front/positions.hpp"
#include "nodes/front/season_import.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace touchline::front {

namespace {

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
  request_trace trace;
  bool is_tls = false;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  /// For the metrics.
  std::string operation = "none";
  route_match where = {};
  /// Of what is served beside the catalogue.
  path_match path = {};
  std::optional<Grant> holder = {};
  /// A viewer may ask this.
  bool is_reading = false;
  std::shared_ptr<google::protobuf::Message> message = {};
  /// Nothing for JSON.
  std::optional<rendering> shown = {};

  /// Once.
  void respond(http_response out) {
    add_security_headers(out, is_tls);
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    metrics.count(operation, out.status,
                  duration_cast<microseconds>(std::chrono::steady_clock::now() - began).count());
    if (trace.is_kept())
      trace.end({where.found->method + ' ' + where.found->path, where.found->method, request.path,
                 out.status, std::chrono::steady_clock::now() - began});
    reply(std::move(out));
  }

  void refuse(const problem& why) { respond(response_of(why)); }
};

front_service::front_service(nodes::league_access& league, const nodes::identity_key& key,
                             const front_configuration& config, const std::string& version,
                             const front_surroundings& around)
  : league_{league},
    key_{key},
    time_{actors::system_clock()},
    config_{config},
    own_routes_{own_routes()},
    openapi_{openapi_document(routes_, version).dump()},
    traces_{around.traces},
    metrics_{league.system(), around.node},
    limiter_{config.rate},
    reads_{std::make_unique<async_client>(league.system(), league.routes(), time_, config.client)},
    commands_{around.routes
                ? std::make_unique<async_client>(*around.node, *around.routes, time_, config.client)
                : nullptr},
    guarded_{*reads_, commands_ ? *commands_ : *reads_, time_, config.breaker},
    gate_{guarded_, key_, time_, config.token_memory_ms},
    flows_{league.store()},
    cluster_{league},
    leagues_{league.store()},
    events_{league, config.events},
    flow_reader_{std::make_unique<worker>()},
    password_worker_{std::make_unique<worker>()},
    importer_{std::make_unique<worker>()} {}

front_service::~front_service() {
  // Its end answers what is under way, for which everything else must be there.
  // What answers to reads still lead to commands.
  reads_.reset();
  commands_.reset();
  flow_reader_.reset();
  password_worker_.reset();
  importer_.reset();
}

void front_service::handle(http_request request, reply_function reply) {
  request.peer
    = client_address(config_.trusted_proxies, request.peer, request.header("x-forwarded-for"));
  auto x = std::make_shared<exchange>(exchange{std::move(request), std::move(reply), metrics_,
                                               request_trace{traces_},
                                               !config_.server.certificate.empty()});
  if (!handle_own(x))
    handle_message(x);
}

// -- beside the catalogue -------------------------------------------------------------------------

std::vector<front_service::own_route> front_service::own_routes() {
  using service = front_service;
  auto get
    = [](const char* path, const char* operation, void (service::*handle)(const shared_exchange&)) {
        return own_route{"GET", path_pattern{path}, operation, handle};
      };
  std::vector<own_route> out{
    get("/livez", "livez", &service::serve_liveness),
    get("/readyz", "readyz", &service::serve_readiness),
    get("/metrics", "metrics", &service::serve_metrics),
    get("/openapi.json", "openapi.json", &service::serve_document),
    get("/v1/cluster/nodes", "cluster.nodes", &service::serve_cluster),
    get("/v1/cluster/partitions", "cluster.partitions", &service::serve_cluster),
    get("/v1/cluster/actors", "cluster.actors", &service::serve_cluster),
    get("/v1/cluster/supervisors", "cluster.supervisors", &service::serve_cluster),
    get("/v1/cluster/dead-letters", "cluster.dead-letters", &service::serve_cluster),
    get("/v1/cluster/flows", "cluster.flows", &service::serve_cluster),
    get("/v1/flows/{id}", "flow.get", &service::serve_flow),
    get("/v1/leagues", "league.list", &service::serve_league_list),
    get("/v1/events", "events.follow", &service::serve_events),
    get("/v1/leagues/{league}/seasons/{season}/positions", "positions.get",
        &service::serve_positions),
    get("/v1/leagues/{league}/seasons/{season}/table.csv", "table.csv", &service::serve_table_csv),
    get("/v1/leagues/{league}/seasons/{season}/fixtures.csv", "fixtures.csv",
        &service::serve_fixtures_csv),
    get("/v1/leagues/{league}/seasons/{season}/results.csv", "results.csv",
        &service::serve_results_csv),
    get("/v1/leagues/{league}/seasons/{season}/teams/{team}/fixtures.ics", "fixtures.ics",
        &service::serve_calendar),
    {"POST", path_pattern{"/v1/imports"}, "season.import", &service::serve_import}};
  for (auto& file : page_files())
    out.push_back({"GET", path_pattern{file.path}, "page", &service::serve_page});
  return out;
}

/// False when nothing of its own is at the path.
bool front_service::handle_own(const shared_exchange& x) {
  std::vector<std::string> methods;
  auto method = x->request.method == "HEAD" ? std::string_view{"GET"} : x->request.method;
  // Most are of another length.
  const auto parts = std::ranges::count(x->request.path, '/');
  for (auto& route : own_routes_) {
    if (route.path.parts() != static_cast<size_t>(parts))
      continue;
    auto found = route.path.match(x->request.path);
    if (!found)
      continue;
    x->operation = route.operation;
    if (method == route.method) {
      x->path = std::move(*found);
      (this->*route.handle)(x);
      return true;
    }
    methods.emplace_back(route.method);
    if (methods.back() == "GET")
      methods.emplace_back("HEAD");
  }
  if (methods.empty())
    return false;
  x->respond(about_methods(x->request, std::move(methods)));
  return true;
}

// -- what operators ask ---------------------------------------------------------------------------

void front_service::serve_liveness(const shared_exchange& x) {
  x->respond(text("ok\n", "text/plain; charset=utf-8"));
}

void front_service::serve_readiness(const shared_exchange& x) {
  auto unready = [&x](std::string why) { x->refuse(wrong(UNAVAILABLE, std::move(why))); };
  if (draining_)
    return unready("This front is about to end.");
  if (auto why = league_.failure())
    return unready(why->text);
  const auto& routes = league_.routes();
  for (uint32_t i = 0; i < routes.partitions(); ++i)
    if (!routes.at(i))
      return unready("Partition " + std::to_string(i) + " has no leader.");
  x->respond(text("ok\n", "text/plain; charset=utf-8"));
}

void front_service::serve_metrics(const shared_exchange& x) {
  x->respond(
    text(metrics_.text(guarded_, server_ ? server_() : server_statistics{}, events_.statistics()),
         "text/plain; version=0.0.4; charset=utf-8"));
}

void front_service::serve_document(const shared_exchange& x) {
  x->respond(text(openapi_, "application/json"));
}

void front_service::serve_cluster(const shared_exchange& x) {
  authorize(x, [this, x] {
    if (auto why = cluster_resource::check(*x->holder))
      return x->refuse(*why);
    run_on(*flow_reader_, x, [this, x] {
      return cluster_.get(x->request, *gatekeeper::token_of(x->request), time_.now_ms());
    });
  });
}

// -- the page -------------------------------------------------------------------------------------

void front_service::serve_page(const shared_exchange& x) {
  x->respond(page_response(*find_page_file(x->request.path), x->request));
}

// -- who asks -------------------------------------------------------------------------------------

/// The account of a token that was signed here, else the address.
std::string front_service::caller_of(const exchange& x, const std::optional<std::string>& token) {
  auto account = token ? gate_.account_of(*token) : std::nullopt;
  return account ? "account " + *account : "address " + x.request.peer;
}

/// Counts the request for its caller.
bool front_service::is_welcome(exchange& x, const std::optional<std::string>& token) {
  auto caller = caller_of(x, token);
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

void front_service::serve_flow(const shared_exchange& x) {
  auto id = x->path.field("id");
  if (x->path.malformed || id.size() > max_command_id_bytes) {
    auto why = wrong(INVALID_ARGUMENT, "This is no id of a flow.");
    why.status = bad_request;
    return x->refuse(why);
  }
  authorize(x, [this, x, id] {
    run_on(*flow_reader_, x, [this, id] { return flows_.get(id, time_.now_ms()); });
  });
}

// -- leagues --------------------------------------------------------------------------------------

void front_service::serve_league_list(const shared_exchange& x) {
  x->is_reading = true;
  authorize(x, [this, x] {
    run_on(*flow_reader_, x,
           [this, x] { return leagues_.get(x->request.header("if-none-match"), time_.now_ms()); });
  });
}

// -- live events ----------------------------------------------------------------------------------

void front_service::serve_events(const shared_exchange& x) {
  x->is_reading = true;
  authorize(x, [this, x] { open_stream(x); });
}

/// The events are about what every role may read: with a role one may follow.
void front_service::open_stream(const shared_exchange& x) {
  if (x->holder->role() == ROLE_UNSPECIFIED)
    return x->refuse(wrong(FORBIDDEN, "The account has no role."));
  auto asked = read_event_request(x->request);
  if (!asked)
    return x->refuse(asked.error());
  if (x->request.method == "HEAD") {
    http_response head;
    head.set("Content-Type", "text/event-stream");
    return x->respond(std::move(head));
  }
  auto stream = events_.open(caller_of(*x, gatekeeper::token_of(x->request)),
                             std::move(asked->filter), std::move(asked->from));
  if (!stream)
    return x->refuse(stream.error());
  x->respond(std::move(*stream));
}

// -- in other forms -------------------------------------------------------------------------------

namespace {

rendering as_positions() {
  return {"application/json", [](const google::protobuf::Message& x, int64_t) {
            return tl::expected<std::string, problem>{
              positions_json(static_cast<const FixtureList&>(x)).dump()};
          }};
}

constexpr const char* csv_type = "text/csv; charset=utf-8; header=present";

rendering as_table_csv() {
  return {csv_type, [](const google::protobuf::Message& x, int64_t) {
            return tl::expected<std::string, problem>{
              table_csv(static_cast<const LeagueTable&>(x))};
          }};
}

rendering as_fixtures_csv(bool played_only) {
  return {csv_type, [played_only](const google::protobuf::Message& x, int64_t) {
            return tl::expected<std::string, problem>{
              fixtures_csv(static_cast<const FixtureList&>(x), played_only)};
          }};
}

rendering as_calendar(const std::string& team) {
  return {"text/calendar; charset=utf-8",
          [team](const google::protobuf::Message& x,
                 int64_t stamp_ms) -> tl::expected<std::string, problem> {
            auto out = team_calendar(static_cast<const FixtureList&>(x), team, stamp_ms);
            if (!out)
              return tl::unexpected{
                wrong(NOT_FOUND, "The team " + excerpt(team) + " has no fixtures in the season.")};
            return *out;
          },
          true};
}

/// Of a message that was found by its own path, when the client would rather have CSV.
std::optional<rendering> csv_of(uint32_t number) {
  if (number == number_of<LeagueTableGet>)
    return as_table_csv();
  if (number == number_of<FixtureListGet>)
    return as_fixtures_csv(false);
  return std::nullopt;
}

} // namespace

/// The answer of a read of the catalogue in another form, at a path of its own.
template <class Message>
void front_service::serve_as(const shared_exchange& x, rendering how) {
  x->where.found = routes_.find(number_of<Message>);
  x->where.malformed = x->path.malformed;
  for (auto& field : x->path.fields)
    if (field.first != "team")
      x->where.fields.push_back(field);
  x->shown = std::move(how);
  x->is_reading = true;
  authorize(x, [this, x] { begin_message(x); });
}

void front_service::serve_positions(const shared_exchange& x) {
  serve_as<FixtureListGet>(x, as_positions());
}

void front_service::serve_table_csv(const shared_exchange& x) {
  serve_as<LeagueTableGet>(x, as_table_csv());
}

void front_service::serve_fixtures_csv(const shared_exchange& x) {
  serve_as<FixtureListGet>(x, as_fixtures_csv(false));
}

void front_service::serve_results_csv(const shared_exchange& x) {
  serve_as<FixtureListGet>(x, as_fixtures_csv(true));
}

void front_service::serve_calendar(const shared_exchange& x) {
  serve_as<FixtureListGet>(x, as_calendar(x->path.field("team")));
}

// -- seasons that were played elsewhere -----------------------------------------------------------

void front_service::serve_import(const shared_exchange& x) {
  authorize(x, [this, x] { begin_import(x); });
}

/// Who may have fixtures of the league may import them.
void front_service::begin_import(const shared_exchange& x) {
  run_on(*importer_, x, [this, x] {
    auto plan = read_import(x->request);
    if (!plan)
      return response_of(plan.error());
    const auto& info = *catalogue_data::find(number_of<FixtureListGenerate>);
    if (auto forbidden = check_permission(*x->holder, info, plan->fixtures))
      return response_of(problem_of(*forbidden));
    return run_import(league_, std::move(*plan));
  });
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
  if (prefers_csv(x->request.header("accept")))
    x->shown = csv_of(where.found->info->number);
  authorize(x, [this, x] { begin_message(x); });
}

void front_service::begin_message(const shared_exchange& x) {
  const auto& info = *x->where.found->info;
  x->trace.begin(x->request.header("traceparent"));
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
  guarded_.ask(
    std::move(id), *x->where.found->info, x->message,
    [this, x](const answer& reply, int64_t retry_after_ms) {
      finish_message(x, reply, retry_after_ms);
    },
    // A read leaves no record that could carry it.
    traces_.spans || !x->is_reading ? x->trace.traceparent() : std::string{});
}

void front_service::finish_message(const shared_exchange& x, const answer& reply,
                                   int64_t retry_after_ms) {
  const auto& what = *x->where.found;
  if (!reply.ok()) {
    auto why = problem_of({reply.code, reply.text});
    why.retry_after_ms = retry_after_ms;
    auto out = response_of(why);
    if (what.info->mode != message_mode::read)
      out.set("Idempotency-Key", reply.id);
    return x->respond(std::move(out));
  }
  if (x->shown && x->shown->needs_stamp)
    return finish_with_stamp(x, reply);
  if (what.info->mode == message_mode::read)
    return finish_read(x, reply);
  auto out = response_of({what, *x->message, reply, x->shown ? &*x->shown : nullptr}, routes_,
                         x->request.header("if-none-match"));
  // What changes rights is heeded here at once.
  if (what.info->number == number_of<TokenRevoke>)
    gate_.forget(static_cast<const TokenRevoke&>(*x->message).account());
  if (what.info->number == number_of<AccountUpdate>)
    gate_.forget(static_cast<const AccountUpdate&>(*x->message).account());
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
  x->respond(std::move(out));
}

/// The path and the query name the answer, the operation and the type its form.
void front_service::finish_read(const shared_exchange& x, const answer& reply) {
  answered_operation done{*x->where.found, *x->message, reply, x->shown ? &*x->shown : nullptr};
  auto key = x->operation + ' ' + (x->shown ? x->shown->content_type : std::string{}) + ' '
             + x->request.path + '?' + x->request.query;
  auto text = texts_.find(key, reply.body);
  if (!text) {
    auto made = text_of_read(done);
    if (!made)
      return x->refuse(made.error());
    text = texts_.put(key, reply.body, std::move(*made));
  }
  done.text = text.get();
  x->respond(response_of(done, routes_, x->request.header("if-none-match")));
}

/// When the record was made on which an answer rests is read from the record, which waits.
void front_service::finish_with_stamp(const shared_exchange& x, const answer& reply) {
  run_on(*flow_reader_, x, [this, x, reply] {
    const auto& what = *x->where.found;
    auto address = catalogue_data::addresses_of(*what.info, *x->message).front();
    auto bytes = league_.store().read_record(address, reply.position);
    Record record;
    if (!bytes || !*bytes || !record.ParseFromString(**bytes))
      return response_of(wrong(UNAVAILABLE, "The record cannot be read at the moment."));
    return response_of({what, *x->message, reply, &*x->shown, record.handled_ms()}, routes_,
                       x->request.header("if-none-match"));
  });
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
    auto out = run_credential_operation(number, account, x->request, door, key_);
    gate_.forget(account);
    return out;
  });
}

} // namespace touchline::front
