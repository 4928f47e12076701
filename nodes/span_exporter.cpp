#include "nodes/span_exporter.hpp"

#include "messages/text.hpp"
#include "nodes/otlp_json.hpp"

#include <caf/actor_system.hpp>
#include <caf/telemetry/metric_registry.hpp>

#include <curl/curl.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <iterator>
#include <memory>
#include <utility>

namespace touchline::nodes {

namespace {

/// Spans are sent at least so often, in milliseconds.
constexpr int64_t every_ms = 1'000;
constexpr long connect_ms = 2'000;
constexpr long request_ms = 10'000;
/// What the end of the process waits for a collector. libcurl looks once a second.
constexpr std::chrono::seconds last_patience{1};

constexpr unsigned attempts = 4;
constexpr int64_t first_pause_ms = 500;

/// Of an answer; what is behind is not looked at.
constexpr size_t max_answer_bytes = size_t{256} << 10;

size_t keep_body(char* bytes, size_t size, size_t count, void* to) {
  auto& kept = *static_cast<std::string*>(to);
  kept.append(bytes, std::min(size * count, max_answer_bytes - kept.size()));
  return size * count;
}

/// What OTLP calls a partial success: how many spans were not taken though the request was, and the
/// collector's word on it. Protobuf's JSON has such numbers as texts.
std::pair<size_t, std::string> rejected_by(const std::string& answer) {
  auto body = nlohmann::json::parse(answer, nullptr, false);
  if (!body.is_object())
    return {};
  const auto partial = body.value("partialSuccess", nlohmann::json{});
  if (!partial.is_object())
    return {};
  const auto count = partial.value("rejectedSpans", nlohmann::json{});
  const auto why = partial.value("errorMessage", nlohmann::json{});
  auto text = count.is_string() ? count.get<std::string>() : count.dump();
  size_t rejected = 0;
  std::from_chars(text.data(), text.data() + text.size(), rejected);
  return {rejected, why.is_string() ? why.get<std::string>() : std::string{}};
}

/// What OTLP says is worth another attempt.
bool may_try_again(long status) {
  return status == 429 || (status >= 502 && status <= 504);
}

} // namespace

/// Kept alive between requests.
class span_exporter::connection {
public:
  /// `owner` says when what is under way has to end.
  connection(const std::string& endpoint, span_exporter& owner)
    : curl_{curl_easy_init(), curl_easy_cleanup} {
    headers_.reset(curl_slist_append(nullptr, "Content-Type: application/json"));
    auto url = endpoint + "/v1/traces";
    curl_easy_setopt(curl_.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(curl_.get(), CURLOPT_NOSIGNAL, 1L);
    // The configuration alone says where traces go.
    curl_easy_setopt(curl_.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(curl_.get(), CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(curl_.get(), CURLOPT_TIMEOUT_MS, request_ms);
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEDATA, &answer_);
    curl_easy_setopt(curl_.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl_.get(), CURLOPT_XFERINFODATA, &owner);
    curl_easy_setopt(curl_.get(), CURLOPT_XFERINFOFUNCTION, look_at_end);
    // A name that does not resolve holds nobody up.
    curl_easy_setopt(curl_.get(), CURLOPT_QUICK_EXIT, 1L);
  }

  struct outcome {
    bool sent = false;
    bool again = false;
    std::string why;
    /// Of what was sent.
    size_t rejected = 0;
  };

  outcome post(const std::string& body) {
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    answer_.clear();
    auto result = curl_easy_perform(curl_.get());
    if (result != CURLE_OK)
      return {false, true, curl_easy_strerror(result)};
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status >= 300)
      return {false, may_try_again(status), "it answers with status " + std::to_string(status)};
    auto [rejected, why] = rejected_by(answer_);
    return {true, false, "it rejects " + std::to_string(rejected) + " of them: " + excerpt(why),
            rejected};
  }

private:
  static int look_at_end(void* owner, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<span_exporter*>(owner)->is_over() ? 1 : 0;
  }

  std::string answer_;
  std::unique_ptr<CURL, void (*)(CURL*)> curl_;
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers_{nullptr, curl_slist_free_all};
};

span_exporter::span_exporter(caf::actor_system& system, trace_settings settings, std::string node)
  : settings_{std::move(settings)},
    node_{std::move(node)},
    sent_{system.metrics().counter_singleton("touchline", "spans-sent",
                                             "Spans that a collector took.", "1", true)},
    dropped_{system.metrics().counter_singleton(
      "touchline", "spans-dropped", "Spans that were too many, or that no collector took.", "1",
      true)},
    thread_{[this] { run(); }} {}

span_exporter::~span_exporter() {
  {
    std::lock_guard guard{mutex_};
    ending_ = true;
    end_by_ = std::chrono::steady_clock::now() + last_patience;
  }
  came_.notify_one();
  thread_.join();
}

void span_exporter::take(actors::span x) {
  std::lock_guard guard{mutex_};
  if (waiting_.size() == max_waiting_spans) {
    dropped_->inc();
    return;
  }
  waiting_.push_back(std::move(x));
  if (waiting_.size() == max_sent_spans)
    came_.notify_one();
}

/// False when the process ends.
bool span_exporter::pause(int64_t ms) {
  std::unique_lock guard{mutex_};
  return !came_.wait_for(guard, std::chrono::milliseconds{ms}, [this] { return ending_; });
}

bool span_exporter::is_over() {
  std::lock_guard guard{mutex_};
  return ending_ && std::chrono::steady_clock::now() >= end_by_;
}

/// One line when it begins to fail, and one when that is over.
void span_exporter::note(bool sent, const std::string& why) {
  if (std::exchange(failing_, !sent) == !sent)
    return;
  if (sent)
    spdlog::info("the collector {} takes spans again", settings_.endpoint);
  else
    spdlog::warn("spans are dropped, as the collector {} does not take them: {}",
                 settings_.endpoint, why);
}

size_t span_exporter::send_batch(connection& to, const std::vector<actors::span>& batch) {
  auto body = otlp_json(batch, node_);
  auto wait_ms = first_pause_ms;
  for (unsigned attempt = 1;; ++attempt, wait_ms *= 2) {
    auto outcome = to.post(body);
    if (outcome.sent || !outcome.again || attempt == attempts || !pause(wait_ms)) {
      note(outcome.sent, outcome.why);
      if (outcome.sent && outcome.rejected > 0 && !std::exchange(told_rejected_, true))
        spdlog::warn("the collector {} does not keep all spans, which the metrics count: {}",
                     settings_.endpoint, outcome.why);
      return outcome.sent ? batch.size() - std::min(batch.size(), outcome.rejected) : 0;
    }
  }
}

void span_exporter::run() {
  // A collector that has gone is an error, and no signal.
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  connection to{settings_.endpoint, *this};
  std::unique_lock guard{mutex_};
  for (;;) {
    came_.wait_for(guard, std::chrono::milliseconds{every_ms},
                   [this] { return ending_ || waiting_.size() >= max_sent_spans; });
    // What came meanwhile and fills no request waits for more.
    for (bool is_first = true;
         !waiting_.empty() && (is_first || ending_ || waiting_.size() >= max_sent_spans);
         is_first = false) {
      std::vector<actors::span> batch;
      auto end
        = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), max_sent_spans));
      std::move(waiting_.begin(), end, std::back_inserter(batch));
      waiting_.erase(waiting_.begin(), end);
      guard.unlock();
      auto taken = is_over() ? 0 : send_batch(to, batch);
      sent_->inc(static_cast<int64_t>(taken));
      dropped_->inc(static_cast<int64_t>(batch.size() - taken));
      guard.lock();
    }
    if (ending_)
      return;
  }
}

} // namespace touchline::nodes
