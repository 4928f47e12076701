#include "nodes/shell/session.hpp"

#include "actors/runtime/clock.hpp"
#include "messages/permissions.hpp"
#include "nodes/authentication.hpp"
#include "nodes/membership_report.hpp"
#include "nodes/shell/terminal.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <thread>

#include <pwd.h>
#include <unistd.h>

namespace touchline::shell {

namespace {

using std::chrono::steady_clock;

/// How long completion may take, and how long what it found is kept.
constexpr std::chrono::milliseconds name_patience{400};
constexpr std::chrono::seconds names_stay{5};
/// Lists of names that are kept.
constexpr size_t max_remembered = 64;

/// How the audit calls the user and the machine: "ada@laptop".
std::string user_and_host() {
  char host[256] = "?";
  ::gethostname(host, sizeof host - 1);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread asks.
  const auto* user = ::getpwuid(::getuid());
  return (user ? std::string{user->pw_name} : std::to_string(::getuid())) + '@' + host;
}

/// What addresses begin with: "team/".
std::vector<std::string> kinds() {
  std::set<std::string> out;
  for (auto& message : catalogue_data::messages())
    for (auto& receiver : message.receivers)
      out.insert(receiver.kind + '/');
  return {out.begin(), out.end()};
}

/// Files and folders that a path may go on with.
std::vector<std::string> files(const std::string& prefix) {
  auto folder
    = prefix.substr(0, prefix.rfind('/') == std::string::npos ? 0 : prefix.rfind('/') + 1);
  std::vector<std::string> out;
  std::error_code failed;
  for (std::filesystem::directory_iterator at{folder.empty() ? "." : folder, failed}, end;
       !failed && at != end && out.size() < max_names; at.increment(failed))
    out.push_back(folder + at->path().filename().string() + (at->is_directory(failed) ? "/" : ""));
  return out;
}

/// A part of "kind/first/second", from 0.
std::string part_of(const std::string& address, size_t place) {
  size_t begin = 0;
  for (; place > 0 && begin != std::string::npos; --place)
    begin = address.find('/', begin) == std::string::npos ? std::string::npos
                                                          : address.find('/', begin) + 1;
  if (begin == std::string::npos)
    return {};
  return address.substr(begin, address.find('/', begin) - begin);
}

} // namespace

tl::expected<std::unique_ptr<session>, std::string> session::open(
  const nodes::common_options& common, const session_options& options) {
  auto access = nodes::connect_access(*common.connect, common.config);
  if (!access)
    return tl::unexpected{access.error().text
                          + " Look whether a node runs there (`touchline nodes`, its log), and "
                            "whether the cluster wants --tls-ca, --tls-certificate and --tls-key."};
  std::unique_ptr<session> out{new session{common, options, std::move(*access)}};
  if (const auto& tls = common.connect->tls; !tls.certificate.empty())
    // A cluster of a version before certificates were people's takes the connection's for one.
    if (auto done = out->questions().use_certificate(tls.certificate, tls.key);
        !done && done.error().code != UNSUPPORTED)
      return tl::unexpected{done.error().text};
  out->news();
  if (auto known = nodes::read_known_nodes(out->access()); !known.empty())
    out->known_ = std::move(known);
  return out;
}

session::session(const nodes::common_options& common, const session_options& options,
                 std::unique_ptr<nodes::cluster_access> access)
  : config_{common.config},
    options_{options},
    access_{std::move(access)},
    questions_{std::make_unique<nodes::cluster_questions>(*access_, user_and_host())},
    client_{std::make_unique<actors::client>(access_->system(), access_->routes(),
                                             actors::system_clock())} {
  access_->stop_waiting_when([this] { return stopped(); });
}

// -- as whom --------------------------------------------------------------------------------------

tl::expected<void, std::string> session::log_in(const std::string& account,
                                                const std::string& password) {
  if (auto done = questions_->log_in(account, password); !done)
    return tl::unexpected{done.error().text};
  return use_token(questions_->credential().token());
}

tl::expected<void, std::string> session::use_token(const std::string& token) {
  auto key = access_->key();
  if (!key)
    return tl::unexpected{explain(key.error())};
  nodes::authentication door{*client_, *key, actors::system_clock()};
  auto grant = door.authenticate(token);
  if (!grant)
    return tl::unexpected{grant.error().text};
  questions_->use_token(token);
  account_ = grant->account();
  grant_ = std::move(*grant);
  return {};
}

// -- the cluster ----------------------------------------------------------------------------------

std::optional<std::string> session::news() {
  auto connected = access_->connected();
  auto before = node_;
  auto stays = std::ranges::find(connected, before) != connected.end();
  node_ = stays ? before : connected.empty() ? 0 : connected.front();
  if (cluster_.empty() && node_ != 0) {
    if (auto map = nodes::read_map(*access_))
      cluster_ = map->cluster();
  }
  if (node_ == before)
    return std::nullopt;
  if (node_ == 0)
    return nodes::node_name(before) + " is gone, and no other node is connected; trying again.";
  if (before == 0)
    return known_.empty() ? std::nullopt
                          : std::optional{nodes::node_name(node_) + " is there; going on with it."};
  return nodes::node_name(before) + " is gone; going on with " + nodes::node_name(node_) + '.';
}

answer session::wait(const std::string& id, std::optional<answer>& reply) {
  while (!reply && !stopped())
    client_->wait();
  if (reply)
    return std::move(*reply);
  client_->abandon();
  return {id,
          UNAVAILABLE,
          "It was stopped before the answer came; whether it took effect is unknown, send it again "
          "under the same id to find out.",
          {},
          0,
          false};
}

answer session::send(const std::string& id, std::shared_ptr<const google::protobuf::Message> body,
                     const message_info& info) {
  if (grant_)
    if (auto wrong = check_permission(*grant_, info, *body))
      return {id, wrong->code, wrong->text, {}, 0, false};
  std::optional<answer> reply;
  client_->post(id, info.number, std::move(body), [&reply](const answer& x) { reply = x; });
  return wait(id, reply);
}

answer session::retry(const DeadLetter& letter) {
  std::optional<answer> reply;
  client_->retry(letter, [&reply](const answer& x) { reply = x; });
  return wait(letter.id(), reply);
}

// -- the person -----------------------------------------------------------------------------------

bool session::stopped() const {
  return interruption::noted() || (give_up_ && steady_clock::now() > *give_up_);
}

bool session::pause(std::chrono::milliseconds moment) const {
  constexpr std::chrono::milliseconds step{50};
  for (auto end = steady_clock::now() + moment; !stopped() && steady_clock::now() < end;)
    std::this_thread::sleep_for(step);
  return !stopped();
}

void session::show(const report& part) const {
  std::cout << print(part, options_.format, options_.style) << std::flush;
}

std::string session::explain(const refusal& why) const {
  if (interruption::noted())
    return "Stopped.";
  if (why.code == UNAUTHENTICATED)
    return why.text + " Try `login ACCOUNT`.";
  if (why.code == UNAVAILABLE || why.code == DEADLINE_EXCEEDED)
    return why.text
           + " Look at `nodes` and `partitions`: each partition needs a majority of its replicas.";
  return why.text;
}

std::string session::explain(const storage::storage_error& why) const {
  return explain(refusal{why.code == storage::error_code::closed ? UNAVAILABLE : STORAGE_FAILED,
                         why.text + '.'});
}

// -- names ----------------------------------------------------------------------------------------

tl::expected<std::vector<std::string>, std::string> session::addresses(const std::string& prefix,
                                                                       const std::string& after,
                                                                       size_t limit) const {
  return store().addresses(prefix, after, limit).map_error([this](const auto& why) {
    return explain(why);
  });
}

tl::expected<std::vector<std::string>, std::string> session::leagues() const {
  const std::string kind = "fixture-manager/";
  std::vector<std::string> out;
  // Past all seasons of one league to the next: 0xff is in no address.
  for (std::string after; out.size() < max_names && !stopped();) {
    auto next = addresses(kind, after, 1);
    if (!next)
      return tl::unexpected{next.error()};
    if (next->empty())
      break;
    out.push_back(part_of(next->front(), 1));
    after = kind + out.back() + "/\xff";
  }
  return out;
}

tl::expected<std::vector<std::string>, std::string> session::seasons(
  const std::string& league) const {
  auto found = addresses("fixture-manager/" + league + '/', {}, max_names);
  if (found)
    for (auto& address : *found)
      address = part_of(address, 2);
  return found;
}

std::vector<std::string> session::look_up(word_kind kind, const std::string& prefix,
                                          const std::string& league) {
  std::vector<std::string> out;
  switch (kind) {
    case word_kind::address:
    case word_kind::pattern:
      return prefix.find('/') == std::string::npos ? kinds()
                                                   : addresses(prefix, {}, max_names).value_or(out);
    case word_kind::node:
      for (auto node : nodes::read_known_nodes(*access_))
        out.push_back(std::to_string(node));
      return out;
    case word_kind::partition:
      for (uint32_t i = 0; i < access_->routes().partitions(); ++i)
        out.push_back(std::to_string(i));
      return out;
    case word_kind::league:
      return leagues().value_or(out);
    case word_kind::season:
      return league.empty() ? out : seasons(league).value_or(out);
    case word_kind::team: {
      auto pyramid = std::string{pyramid_of(league)};
      for (auto& address : addresses("team/" + pyramid + '/' + prefix, {}, max_names).value_or(out))
        out.push_back(part_of(address, 2));
      return league.empty() ? std::vector<std::string>{} : out;
    }
    case word_kind::file:
      return files(prefix);
    case word_kind::dead_letter:
      if (auto letters = store().dead_letters({}, max_names))
        for (auto& x : *letters)
          out.push_back(x.id);
      return out;
    default:
      return out;
  }
}

std::vector<std::string> session::names(word_kind kind, const std::string& prefix,
                                        const std::string& league) {
  // Of addresses and teams there are too many to ask for all.
  auto by_prefix = kind == word_kind::address || kind == word_kind::pattern
                   || kind == word_kind::team || kind == word_kind::file;
  auto key = std::to_string(static_cast<int>(kind)) + '/' + league + '/'
             + (by_prefix ? prefix : std::string{});
  auto at = remembered_.find(key);
  if (at == remembered_.end() || steady_clock::now() > at->second.until) {
    give_up_ = steady_clock::now() + name_patience;
    auto found = look_up(kind, prefix, league);
    auto complete = steady_clock::now() <= *give_up_;
    give_up_.reset();
    // What took too long may be a part only.
    if (!complete && found.empty())
      return at == remembered_.end() ? found : at->second.names;
    if (remembered_.size() >= max_remembered)
      remembered_.clear();
    at = remembered_
           .insert_or_assign(key, remembered{std::move(found), steady_clock::now() + names_stay})
           .first;
  }
  std::vector<std::string> out;
  for (auto& name : at->second.names)
    if (name.starts_with(prefix))
      out.push_back(name);
  return out;
}

void session::remember(word_kind kind, std::vector<std::string> names) {
  names.resize(std::min(names.size(), max_names));
  remembered_[std::to_string(static_cast<int>(kind)) + "//"]
    = {std::move(names), steady_clock::time_point::max()};
}

tl::expected<std::string, std::string> session::season_of(const std::string& league,
                                                          const std::string& named) {
  if (!named.empty())
    return named;
  TeamList question;
  question.set_league(league);
  auto teams = read<Teams>(question);
  if (teams && !teams->season().empty())
    return teams->season();
  // Also of a league whose teams are not known.
  auto all = seasons(league);
  if (!all)
    return tl::unexpected{all.error()};
  if (stopped())
    return tl::unexpected{std::string{"Stopped."}};
  if (!all->empty())
    return all->back();
  return tl::unexpected{"There is no season of a league " + league
                        + "; `leagues` lists the leagues."};
}

} // namespace touchline::shell
