// The shell's way to a cluster: whom it is connected to, as whom it asks, what it knows by name.
#pragma once

#include "actors/runtime/client.hpp"
#include "messages/catalogue.hpp"
#include "nodes/cluster/connect_access.hpp"
#include "nodes/cluster_questions.hpp"
#include "nodes/commands.hpp"
#include "nodes/shell/completion.hpp"
#include "nodes/shell/report.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace touchline::shell {

/// How the results of commands are shown, and whether somebody is there to be asked.
struct session_options {
  nodes::output_format format = nodes::output_format::text;
  text_style style;
  /// A person is at the terminal.
  bool interactive = false;
  /// What cannot be undone is done without asking.
  bool yes = false;
};

/// A cluster that the shell is connected to. Belongs to one thread.
class session final : public name_source {
public:
  /// Connects. One sentence why not, with what to try.
  static tl::expected<std::unique_ptr<session>, std::string> open(
    const nodes::common_options& common, const session_options& options);

  // -- as whom ------------------------------------------------------------------------------------

  /// Asks as an account from now on.
  tl::expected<void, std::string> log_in(const std::string& account, const std::string& password);

  /// Asks as the holder of a token from now on.
  tl::expected<void, std::string> use_token(const std::string& token);

  /// The account; empty for nobody in particular.
  const std::string& account() const noexcept { return account_; }

  // -- the cluster --------------------------------------------------------------------------------

  nodes::cluster_access& access() noexcept { return *access_; }
  nodes::cluster_questions& questions() noexcept { return *questions_; }
  const storage::store& store() const noexcept { return access_->store(); }
  const nodes::configuration& config() const noexcept { return config_; }

  /// Its name; empty when nobody said it yet.
  const std::string& cluster() const noexcept { return cluster_; }

  /// The node that is asked what any can answer; 0 while none is connected.
  uint32_t node() const noexcept { return node_; }

  /// Looks whom it is connected to: one sentence when that has changed since the last look.
  std::optional<std::string> news();

  /// Sends a message and waits for its answer. Refused without being sent when the account may not.
  answer send(const std::string& id, std::shared_ptr<const google::protobuf::Message> body,
              const message_info& info);

  /// Reads, and parses the answer.
  template <class Reply, class Message>
  tl::expected<Reply, std::string> read(Message message) {
    auto reply = send("read/" + std::to_string(++reads_),
                      std::make_shared<const Message>(std::move(message)),
                      *catalogue_data::find(number_of<Message>));
    Reply body;
    if (!reply.ok())
      return tl::unexpected{explain({reply.code, reply.text})};
    if (!body.ParseFromString(reply.body))
      return tl::unexpected{"The answer of " + body.GetTypeName() + " is unreadable."};
    return body;
  }

  /// Sends a dead letter again and waits for what comes of it.
  answer retry(const DeadLetter& letter);

  // -- the person ---------------------------------------------------------------------------------

  const session_options& options() const noexcept { return options_; }
  void set_style(const text_style& style) { options_.style = style; }

  /// Whether the command is to end: Ctrl-C.
  bool stopped() const;

  /// Waits a moment; false when the command is to end.
  bool pause(std::chrono::milliseconds moment) const;

  /// Prints a part of what a command that goes on has found.
  void show(const report& part) const;

  /// A refusal as a sentence, with what to try where that is known.
  std::string explain(const refusal& why) const;
  std::string explain(const storage::storage_error& why) const;

  // -- names --------------------------------------------------------------------------------------

  std::vector<std::string> names(word_kind kind, const std::string& prefix,
                                 const std::string& league) override;

  /// Names that a command came across, for completion.
  void remember(word_kind kind, std::vector<std::string> names);

  /// The leagues that have a season, at most `max_names`.
  tl::expected<std::vector<std::string>, std::string> leagues() const;

  /// The season of a league that was named, or else the one that is being played or was last.
  tl::expected<std::string, std::string> season_of(const std::string& league,
                                                   const std::string& named);

private:
  struct remembered {
    std::vector<std::string> names;
    std::chrono::steady_clock::time_point until;
  };

  session(const nodes::common_options& common, const session_options& options,
          std::unique_ptr<nodes::cluster_access> access);

  answer wait(const std::string& id, std::optional<answer>& reply);
  std::vector<std::string> look_up(word_kind kind, const std::string& prefix,
                                   const std::string& league);
  tl::expected<std::vector<std::string>, std::string> addresses(const std::string& prefix,
                                                                const std::string& after,
                                                                size_t limit) const;
  tl::expected<std::vector<std::string>, std::string> seasons(const std::string& league) const;

  nodes::configuration config_;
  session_options options_;
  std::unique_ptr<nodes::cluster_access> access_;
  std::unique_ptr<nodes::cluster_questions> questions_;
  std::unique_ptr<actors::client> client_;
  std::string account_;
  /// Of the account; nothing for nobody in particular.
  std::optional<Grant> grant_;
  std::string cluster_;
  std::vector<uint32_t> known_;
  uint32_t node_ = 0;
  uint64_t reads_ = 0;
  /// While names are looked up: when that takes too long.
  std::optional<std::chrono::steady_clock::time_point> give_up_;
  std::map<std::string, remembered> remembered_;
};

} // namespace touchline::shell
