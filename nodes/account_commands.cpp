#include "nodes/commands.hpp"
#include "nodes/league_session.hpp"
#include "nodes/message_json.hpp"
#include "nodes/password_input.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace touchline::nodes {

namespace {

std::string id_of(const account_request& request) {
  return request.id.empty() ? random_hex(16) : request.id;
}

/// Runs a command of a session; `then` returns the exit status.
template <class Then>
int with_session(const common_options& options, const std::string& token, Then then) {
  auto session = league_session::start(options, token);
  return session ? then(**session) : fail(session.error().text);
}

/// Standard output is a result: when it cannot be written, the command failed.
int print(const std::string& text) {
  std::cout << text << std::endl;
  return std::cout ? 0 : fail("Standard output cannot be written.");
}

/// Sends a command about an account and prints the account as it is then.
template <class Message>
int send_and_show(league_session& session, const std::string& id, const Message& message) {
  auto reply = session.ask(id, message);
  if (!reply.ok())
    return fail(reply.text);
  AccountDetails details;
  details.ParseFromString(reply.body);
  return print(to_json(details).dump(2));
}

/// Sends a command that invites, and prints the code: alone, so that a program can read it.
template <class Message>
int send_and_print_code(league_session& session, const std::string& id, const Message& message) {
  auto reply = session.ask(id, message);
  if (!reply.ok())
    return fail(reply.text);
  AccountDetails details;
  details.ParseFromString(reply.body);
  std::cerr << "The invitation of " << details.account()
            << ", good for one use with `touchline account activate`:\n";
  return print(invitation_code(session.key(), {details.account(), details.invitation()}));
}

void set_subjects(const std::vector<std::string>& from,
                  google::protobuf::RepeatedPtrField<std::string>& to) {
  for (auto& key : from)
    *to.Add() = key;
}

/// Writes a token where only its owner can read it.
int write_token(const std::string& file, const std::string& token) {
  auto failed = [&file] {
    return fail("The file " + file + " cannot be written: " + std::system_category().message(errno)
                + ".");
  };
  auto out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (out < 0)
    return failed();
  auto line = token + '\n';
  auto done = ::fchmod(out, S_IRUSR | S_IWUSR) == 0
              && ::write(out, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  auto status = done ? 0 : failed();
  ::close(out);
  return status;
}

} // namespace

tl::expected<std::string, std::string> find_token(const std::string& file) {
  if (file.empty()) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): called before any thread is started.
    const auto* token = std::getenv("TOUCHLINE_TOKEN");
    return token ? std::string{token} : std::string{};
  }
  std::ifstream in{file, std::ios::binary};
  std::string token(max_credential_bytes + 2, '\0');
  if (!in || !in.read(token.data(), static_cast<std::streamsize>(token.size())).eof())
    return tl::unexpected{"The file " + file + " cannot be read, or is too long for a token."};
  token.resize(static_cast<size_t>(in.gcount()));
  token.erase(token.find_last_not_of(" \r\n") + 1);
  return token.empty()
           ? tl::expected<std::string, std::string>{tl::unexpect, "The file " + file + " is empty."}
           : token;
}

int create_account(const common_options& options, const account_request& request) {
  AccountCreate message;
  message.set_account(request.account);
  message.set_name(request.name.empty() ? request.account : request.name);
  message.set_role(role_named(request.role));
  set_subjects(request.teams, *message.mutable_teams());
  set_subjects(request.sponsors, *message.mutable_sponsors());
  return with_session(options, request.token, [&](league_session& session) {
    return send_and_print_code(session, id_of(request), message);
  });
}

int invite_account(const common_options& options, const account_request& request) {
  AccountInvite message;
  message.set_account(request.account);
  return with_session(options, request.token, [&](league_session& session) {
    return send_and_print_code(session, id_of(request), message);
  });
}

int update_account(const common_options& options, const account_request& request) {
  return with_session(options, request.token, [&](league_session& session) {
    AccountGet get;
    get.set_account(request.account);
    auto before = session.ask("read", get);
    AccountDetails details;
    if (!before.ok() || !details.ParseFromString(before.body))
      return fail(before.text);
    AccountUpdate message;
    message.set_account(request.account);
    message.set_name(request.name);
    message.set_role(role_named(request.role));
    set_subjects(request.teams, *message.mutable_teams());
    set_subjects(request.sponsors, *message.mutable_sponsors());
    // The message always says whether the account is suspended.
    message.set_suspended(request.suspend || (details.suspended() && !request.restore));
    return send_and_show(session, id_of(request), message);
  });
}

int show_account(const common_options& options, const account_request& request) {
  AccountGet message;
  message.set_account(request.account);
  return with_session(options, request.token, [&](league_session& session) {
    return send_and_show(session, "read", message);
  });
}

int revoke_tokens(const common_options& options, const account_request& request) {
  TokenRevoke message;
  message.set_account(request.account);
  message.set_token(request.token_id);
  return with_session(options, request.token, [&](league_session& session) {
    auto reply = session.ask(id_of(request), message);
    return reply.ok() ? 0 : fail(reply.text);
  });
}

int activate_account(const common_options& options, const std::string& code) {
  auto password = read_new_password("New password: ");
  if (!password)
    return fail(password.error());
  return with_session(options, {}, [&](league_session& session) {
    auto account = session.door().activate(code, *password);
    if (!account)
      return fail(account.error().text);
    std::cerr << "The account " << *account << " is activated.\n";
    return 0;
  });
}

int log_in(const common_options& options, const account_request& request) {
  auto password = read_password("Password of " + request.account + ": ");
  if (!password)
    return fail(password.error());
  return with_session(options, {}, [&](league_session& session) {
    auto token
      = session.door().log_in(request.account, *password, int64_t{request.minutes} * 60'000);
    if (!token)
      return fail(token.error().text);
    return request.token_file.empty() ? print(*token) : write_token(request.token_file, *token);
  });
}

int change_password(const common_options& options, const account_request& request) {
  auto password = read_password("Password of " + request.account + ": ");
  if (!password)
    return fail(password.error());
  auto new_password = read_new_password("New password: ");
  if (!new_password)
    return fail(new_password.error());
  return with_session(options, {}, [&](league_session& session) {
    auto done = session.door().set_password(request.account, *password, *new_password);
    return done ? 0 : fail(done.error().text);
  });
}

} // namespace touchline::nodes
