#include "nodes/front/terminal_page.hpp"

#include "nodes/embedded_access.hpp"
#include "nodes/front/front.hpp"

#include <csignal>
#include <cstdio>

#include <unistd.h>

namespace touchline::front {

namespace {

class page_guest final : public nodes::season_guest {
public:
  page_guest(const front_configuration& config, const nodes::end_signals& signals,
             nodes::league_access& league)
    : config_{config},
      signals_{signals},
      league_{league} {}

  tl::expected<void, refusal> begin(const nodes::identity_key& key) {
    // A browser that has gone is no reason to end.
    std::signal(SIGPIPE, SIG_IGN);
    auto started = front::start(league_, key, config_);
    if (!started)
      return tl::unexpected{started.error()};
    front_ = std::move(*started);
    return {};
  }

  void say_where() const {
    std::fprintf(stderr, "The page is at http%s://%s/; Ctrl-C ends.\n",
                 config_.server.certificate.empty() ? "" : "s",
                 to_string(config_.server.listen).c_str());
  }

  bool wants_end() override { return came_ = came_ || signals_.wait(0); }

  tl::expected<void, refusal> stay() override {
    say_where();
    constexpr int step_ms = 200;
    while (!wants_end() && !signals_.wait(step_ms))
      if (auto why = league_.failure())
        return tl::unexpected{*why};
    front_->drain();
    return {};
  }

private:
  const front_configuration& config_;
  const nodes::end_signals& signals_;
  nodes::league_access& league_;
  std::unique_ptr<front> front_;
  bool came_ = false;
};

void say_without_page(const front_configuration& config, const refusal& why) {
  std::fprintf(stderr,
               "touchline: There is no page: %s Give the configuration's section front another "
               "address than %s to have one.\n",
               why.text.c_str(), to_string(config.server.listen).c_str());
}

} // namespace

bool is_on_terminal() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

tl::expected<front_configuration, std::string> read_terminal_page(const std::string& config_file) {
  front_configuration usual;
  usual.public_reads = true;
  auto file = nodes::settings_file::read(config_file);
  if (!file)
    return tl::unexpected{nodes::problem_in(config_file, file.error())};
  auto said = read_front(*file);
  if (auto wrong = file->first_problem())
    return tl::unexpected{*wrong};
  return said.value_or(usual);
}

nodes::season_guest_start terminal_page(const front_configuration& config,
                                        const nodes::common_options& options,
                                        const nodes::end_signals& signals) {
  return [&config, &options,
          &signals](nodes::league_access& league) -> std::unique_ptr<nodes::season_guest> {
    auto key = nodes::identity_key::open(options.config.data_directory);
    auto guest = std::make_unique<page_guest>(config, signals, league);
    auto begun = key ? guest->begin(*key) : tl::unexpected{key.error()};
    if (!begun) {
      say_without_page(config, begun.error());
      return nullptr;
    }
    // A season that is not over at once can be watched.
    if (options.pace > 0)
      guest->say_where();
    return guest;
  };
}

} // namespace touchline::front
