// Bytes of a client: requests as the front reads them, up to what their messages would change.
#include "messages/codec.hpp"
#include "messages/permissions.hpp"
#include "messages/text.hpp"
#include "nodes/authentication.hpp"
#include "nodes/front/credentials.hpp"
#include "nodes/front/event_request.hpp"
#include "nodes/front/http_reading.hpp"
#include "nodes/front/league_text.hpp"
#include "nodes/front/message_body.hpp"
#include "nodes/front/network_list.hpp"
#include "nodes/front/season_import.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/fuzz/small_league.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>

#include <nlohmann/json.hpp>

#include <array>

namespace touchline::fuzz {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Requests of one connection that are read.
constexpr int max_requests = 8;

/// Smaller than the front's, so that they are reached.
front::server_limits limits() {
  front::server_limits out;
  out.header_bytes = 4'096;
  out.body_bytes = 64 * 1'024;
  return out;
}

/// A connection that gives what it has in pieces, and then ends.
class piecewise_stream {
public:
  piecewise_stream(std::string_view bytes, size_t piece) : bytes_{bytes}, piece_{piece} {}

  template <class Buffers>
  size_t read_some(const Buffers& buffers, error_code& wrong) {
    if (bytes_.empty()) {
      wrong = boost::asio::error::eof;
      return 0;
    }
    wrong = {};
    auto some = bytes_.substr(0, piece_);
    auto taken = boost::asio::buffer_copy(buffers, boost::asio::buffer(some.data(), some.size()));
    bytes_.remove_prefix(taken);
    return taken;
  }

  template <class Buffers>
  size_t read_some(const Buffers& buffers) {
    error_code wrong;
    auto taken = read_some(buffers, wrong);
    if (wrong)
      throw boost::system::system_error{wrong};
    return taken;
  }

private:
  std::string_view bytes_;
  size_t piece_;
};

/// What is answered must be JSON with a sentence.
void check_problem(const front::problem& why) {
  auto out = front::response_of(why);
  must(out.status >= 400, "a problem has the status of one");
  auto body = nlohmann::json::parse(out.body, nullptr, false);
  must(body.is_object() && body["detail"].is_string() && !why.detail.empty(),
       "a problem is JSON with a sentence");
}

Grant grant_of(Role role) {
  Grant out;
  out.set_account("en/ash");
  out.set_role(role);
  out.add_teams("ash");
  return out;
}

void take_message(const front::route_match& where, const front::http_request& request) {
  const auto& info = *where.found->info;
  auto message = front::read_message(where, request);
  if (!message)
    return check_problem(message.error());
  if (auto id = front::command_id(request); !id)
    check_problem(id.error());
  bool allowed = false;
  for (auto role : {VIEWER, TEAM_OWNER, LEAGUE_ADMINISTRATOR, OPERATOR})
    allowed |= !check_permission(grant_of(role), info, **message);
  front::message_json(**message);
  catalogue_data::addresses_of(info, **message);
  // What an entity is told has been looked at by its partition.
  must(!check_text_fields(**message), "a message that was read has text in UTF-8");
  if (!allowed || (*message)->ByteSizeLong() > max_message_bytes)
    return;
  auto arrived = parse_message(info.number, stable_bytes(**message));
  must(arrived && stable_bytes(*arrived) == stable_bytes(**message),
       "a message arrives as it was sent");
  static const small_league league;
  league.take(info, **message);
}

void answer(const front::http_request& request) {
  static const auto proxies = [] {
    front::network_list out;
    out.add("10.0.0.0/8");
    return out;
  }();
  static const front::route_table routes;
  static const nodes::identity_key key{std::array<unsigned char, nodes::identity_key_bytes>{}};
  front::client_address(proxies, request.peer, request.header("x-forwarded-for"));
  front::prefers_csv(request.header("accept"));
  if (auto token = request.header("authorization"); !token.empty())
    must(!nodes::read_token(key, token, 0), "a token that nobody signed is refused");
  if (request.path == "/v1/events") {
    if (auto asked = front::read_event_request(request); !asked)
      check_problem(asked.error());
    else if (asked->from)
      must(front::event_cursor::parse(asked->from->text()) == asked->from,
           "the id of an event is written as it was read");
  }
  if (request.path == "/v1/imports") {
    if (auto plan = front::read_import(request); !plan)
      check_problem(plan.error());
    else
      check_permission(grant_of(LEAGUE_ADMINISTRATOR),
                       *catalogue_data::find(number_of<FixtureListGenerate>), plan->fixtures);
  }
  auto where = routes.match(request.method, request.path);
  if (!where.found)
    return;
  auto number = where.found->info->number;
  if (front::credential_fields(number).empty())
    return take_message(where, request);
  if (auto read = front::read_credentials(number, request); !read)
    check_problem(read.error());
}

// -- seeds ----------------------------------------------------------------------------------------

/// Gives every field a value, parts included.
void fill(Message& message, int depth) {
  constexpr int max_depth = 3;
  const auto& type = *message.GetDescriptor();
  const auto& access = *message.GetReflection();
  for (int i = 0; i < type.field_count() && depth < max_depth; ++i) {
    const auto* field = type.field(i);
    auto name = field->name();
    auto text = name == "league"   ? "en.1"
                : name == "season" ? "2022-23"
                : name == "away"   ? "elm"
                : name == "date"   ? "2022-08-06"
                                   : "ash";
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        field->is_repeated() ? access.AddString(&message, field, text)
                             : access.SetString(&message, field, text);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (!field->is_map())
          fill(field->is_repeated() ? *access.AddMessage(&message, field)
                                    : *access.MutableMessage(&message, field),
               depth + 1);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        if (!field->is_repeated())
          access.SetUInt32(&message, field, 1);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        if (!field->is_repeated())
          access.SetInt64(&message, field, 100);
        break;
      default:
        break;
    }
  }
}

std::string sent(const std::string& method, const std::string& target, const std::string& body,
                 const std::string& headers = {}) {
  auto out = method + ' ' + target + " HTTP/1.1\r\nHost: touchline\r\n" + headers;
  if (!body.empty())
    out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size())
           + "\r\n";
  return out + "\r\n" + body;
}

std::string request_for(const front::route& x) {
  std::unique_ptr<Message> message{
    google::protobuf::MessageFactory::generated_factory()->GetPrototype(x.info->descriptor)->New()};
  fill(*message, 0);
  std::string target;
  for (auto& segment : x.segments) {
    auto name = front::parameter_of(segment);
    target += '/'
              + (name.empty()             ? segment
                 : name == "league"       ? "en.1"
                 : name == "season"       ? "2022-23"
                 : name == "account"      ? "en%2Fash"
                 : name == "shirt_number" ? "1"
                                          : "ash");
  }
  auto is_read = x.info->mode == message_mode::read;
  return sent(x.method, target, is_read ? "" : front::message_json(*message),
              "Idempotency-Key: \"k-1\"\r\n");
}

} // namespace

void take(std::string_view input) {
  // The first byte is how many bytes come at once; 0 for all of them.
  const auto piece = take_choice(input);
  piecewise_stream stream{input, piece == 0 ? input.size() + 1 : piece};
  const auto bounds = limits();
  boost::beast::flat_buffer buffer{bounds.header_bytes + bounds.body_bytes + 4'096};
  for (int i = 0; i < max_requests; ++i) {
    front::request_parser parser;
    front::set_limits(parser, bounds);
    error_code wrong;
    http::read_header(stream, buffer, parser, wrong);
    if (!wrong)
      wrong = front::check_head(parser);
    if (!wrong)
      http::read(stream, buffer, parser, wrong);
    if (wrong)
      return check_problem(front::problem_of_bytes(wrong));
    auto read = parser.release();
    auto goes_on = read.keep_alive();
    answer(front::to_request(std::move(read), "10.0.0.1"));
    if (!goes_on)
      return;
  }
}

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  const front::route_table routes;
  for (auto& x : routes.routes())
    out.push_back(chosen(0, request_for(x)));
  auto add
    = [&out](uint8_t piece, const std::string& bytes) { out.push_back(chosen(piece, bytes)); };
  add(0, sent("POST", "/v1/leagues/en.1/seasons/2022-23/results",
              R"({"home":"ash","away":"elm","score":{"home":1,"away":0,"award":"TO_HOME"},)"
              R"("goals":[{"team":"ash","player":"A","minute":12}]})",
              "Authorization: Bearer en/ash.1.2.3\r\n"));
  add(7, sent("GET", "/v1/events?league=en.1&message=result.create,team.update", "",
              "Last-Event-ID: 2s.1f-2.\r\nX-Forwarded-For: 1.2.3.4, 10.0.0.7\r\n"));
  add(0, sent("POST", "/v1/imports?file=2022-23/en.1.json",
              R"({"name":"English Premier League 2022/23","matches":[{"round":"1",)"
              R"("date":"2022-08-05","team1":"A FC","team2":"B","score":{"ft":[2,1]}}]})"));
  add(0, "POST /v1/imports?name=Premier%20League%202022/23 HTTP/1.1\r\nContent-Type: text/csv; "
         "charset=utf-8\r\nContent-Length: 60\r\n\r\ndate,home_name,away_name\n2022-08-05,A,B"
         "\n2022-08-06,B,A\n\n\n");
  add(3, "POST /v1/leagues/en.1/teams HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: "
         "application/json\r\nExpect: 100-continue\r\n\r\n5\r\n{\"tea\r\n9;x=y\r\nm\":\"oak\"}\r\n"
         "0\r\nTrailer: 1\r\n\r\n");
  add(0, sent("POST", "/v1/accounts/en%2Fash/tokens", R"({"password":"p","lifetime_ms":5})"));
  // Several at once.
  add(0, sent("GET", "/v1/leagues/en.1/seasons/2022-23/table", "", "Accept: text/csv;q=0.9\r\n")
           + sent("OPTIONS", "/livez", "") + sent("HEAD", "/", "", "If-None-Match: W/\"a\"\r\n"));
  add(1, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  return out;
}

} // namespace touchline::fuzz
