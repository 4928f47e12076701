// Messages of committed records on their way to their receivers: delivered at least once, in order
// per pair of sender and receiver, kept until acknowledged. No I/O: the partition asks it what to
// send and what to write.
#pragma once

#include "actors/runtime/overdue_flows.hpp"
#include "messages/header.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace touchline::actors {

/// One message for one receiver.
struct delivery {
  header head;
  uint32_t number = 0;
  std::shared_ptr<const google::protobuf::Message> body;
};

/// The message at `place` (from 0) of a record of `from`. `cause_id` is the id of the message that
/// the record answers; it belongs to the flow of that message unless the record says otherwise.
delivery make_delivery(const Record& record, size_t place, const std::string& from,
                       const std::string& cause_id,
                       std::shared_ptr<const google::protobuf::Message> body);

/// A change of an entity's durable mark: the position of its oldest record with unacknowledged
/// messages, or none.
struct mark_change {
  std::string from;
  std::optional<uint64_t> lowest_position;
};

/// The outboxes of all entities of a partition.
class outbox {
public:
  /// `window`: messages per pair on their way at the same time. `redelivery_ms`: patience before
  /// the first redelivery.
  outbox(uint32_t window, int64_t redelivery_ms) : window_{window}, redelivery_ms_{redelivery_ms} {}

  /// Announces that the record of `from` at `position`, which is being written, holds `messages`
  /// messages. Returns the mark that has to be written with it, if any: the mark may lag behind,
  /// never run ahead.
  std::optional<uint64_t> reserve(const std::string& from, uint64_t position, size_t messages);

  /// Takes the messages of a record that is durable now. They were reserved.
  void add(std::vector<delivery> messages, int64_t now_ms);

  /// Takes the messages of a record that was durable before the partition started. They may have
  /// been acknowledged: nobody is told that they are late before the first patience is over.
  void recover(std::vector<delivery> messages, int64_t now_ms);

  /// Takes notice that `to` made `from`'s messages up to `sequence` durable.
  void acknowledge(const std::string& from, const std::string& to, uint64_t sequence,
                   int64_t now_ms);

  /// Messages to send now, each of them once, with `previous` set.
  std::vector<delivery> take_ready();

  /// Messages that nobody acknowledged for too long, to be sent again; the patience with that pair
  /// doubles.
  std::vector<delivery> take_overdue(int64_t now_ms);

  /// The flows of messages whose deadline is before `time_ms` (milliseconds since 1970), each
  /// message once.
  std::vector<overdue_flow> take_newly_overdue(int64_t time_ms, int64_t now_ms);

  /// Marks that lag behind by much or are not needed any more. They count as written.
  std::vector<mark_change> take_mark_changes();

  /// Messages that are committed and not acknowledged.
  size_t size() const noexcept { return size_; }

  /// Milliseconds since the pair that waits longest made progress; 0 when nothing waits.
  int64_t oldest_wait_ms(int64_t now_ms) const;

private:
  struct pair_queue {
    std::deque<delivery> messages;
    /// How many of them, from the front, were sent.
    size_t sent = 0;
    int64_t last_progress_ms = 0;
    int64_t last_sent_ms = 0;
    unsigned redeliveries = 0;
    /// The earliest deadline that may not have been reported; 0 for none.
    int64_t earliest_deadline_ms = 0;
    /// Nothing is reported before.
    int64_t silent_until_ms = 0;
    /// Of the messages up to this one, those with a deadline before this time were reported.
    uint64_t reported_sequence = 0;
    int64_t reported_ms = 0;
  };

  struct sender {
    std::unordered_map<std::string, pair_queue> to;
    /// Unacknowledged messages by position.
    std::map<uint64_t, size_t> open;
    /// The mark on disk; 0 for none.
    uint64_t mark = 0;
  };

  static void take_newly_overdue(pair_queue& queue, int64_t time_ms,
                                 std::vector<overdue_flow>& out);
  delivery prepared(const pair_queue& queue, size_t index) const;
  int64_t patience(const pair_queue& queue) const;

  uint32_t window_;
  int64_t redelivery_ms_;
  size_t size_ = 0;
  std::unordered_map<std::string, sender> senders_;
  /// Pairs with something to send.
  std::vector<std::pair<std::string, std::string>> ready_;
};

} // namespace touchline::actors
