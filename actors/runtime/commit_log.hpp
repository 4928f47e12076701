// Where the records of a partition are decided: the seam between an entity runtime and its log.
#pragma once

#include "storage/writer.hpp"

#include <cstdint>
#include <optional>

namespace touchline::actors {

/// Told to a partition: what became of its batches. Everything up to `ticket` is decided and will
/// survive, everything up to `applied` can be read from the store; or, with an error, what is above
/// `ticket` is lost or its outcome unknown.
struct commit_notice {
  /// The life of the partition that submitted it.
  uint64_t incarnation = 0;
  uint64_t ticket = 0;
  uint64_t applied = 0;
  std::optional<storage::storage_error> error;
};

/// The token under which a partition's batch is known to its log: which partition, which of its
/// lives, which batch.
struct commit_ticket {
  static constexpr uint64_t make(uint32_t partition, uint64_t incarnation, uint64_t ticket) {
    return uint64_t{partition} << 56 | (incarnation & 0xffff) << 40 | (ticket & 0xff'ffff'ffff);
  }
  static constexpr uint32_t partition(uint64_t token) { return static_cast<uint32_t>(token >> 56); }
  static constexpr uint64_t incarnation(uint64_t token) { return token >> 40 & 0xffff; }
  static constexpr uint64_t ticket(uint64_t token) { return token & 0xff'ffff'ffff; }
};

/// Takes batches of partitions in order and tells each partition, with `commit_notice`, what became
/// of them. Thread safe.
class commit_log {
public:
  commit_log() = default;
  commit_log(const commit_log&) = delete;
  commit_log& operator=(const commit_log&) = delete;
  virtual ~commit_log() = default;

  /// Takes a batch of the partition that `token` names (see commit_ticket), which leads in `epoch`:
  /// a batch of an earlier epoch is dropped. On anything but `queued` the batch is left as it was.
  virtual storage::submitted submit(uint64_t epoch, storage::write_batch&& batch,
                                    storage::commit_token token)
    = 0;

  /// Why it takes nothing more; for the sentence of a failure.
  virtual std::string last_error() const = 0;
};

/// The log of a node that is alone and keeps no other: what is written is decided.
class writer_log final : public commit_log {
public:
  explicit writer_log(storage::writer& writer) : writer_{writer} {}

  storage::submitted submit(uint64_t, storage::write_batch&& batch,
                            storage::commit_token token) override {
    return writer_.submit(std::move(batch), token);
  }

  std::string last_error() const override { return writer_.statistics().last_error; }

private:
  storage::writer& writer_;
};

} // namespace touchline::actors
