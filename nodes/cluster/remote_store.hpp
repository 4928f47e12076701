// The store of a whole cluster, for reading: each read goes to the partition that has what it is
// about, each list is put together from those of all partitions.
#pragma once

#include "messages/error.hpp"
#include "nodes/cluster/store_query.pb.h"
#include "storage/store.hpp"

#include <tl/expected.hpp>

#include <cstdint>

namespace touchline::nodes {

/// The way to the leader of each partition. Thread safe.
class read_channel {
public:
  read_channel() = default;
  read_channel(const read_channel&) = delete;
  read_channel& operator=(const read_channel&) = delete;
  virtual ~read_channel() = default;

  /// Asks the leader of `partition` and waits for the reply, which `answer_query` makes there. One
  /// sentence when there is none within the channel's own deadline.
  virtual tl::expected<StoreReply, refusal> ask(std::uint32_t partition, const StoreQuery& query)
    = 0;
};

/// Reads what the partitions have committed. One read sees one partition as of one moment; a list
/// sees each page of each partition as of its own. A partition that does not answer makes the read
/// fail as `closed`; an answer that breaks the contract, as `damaged`. Nothing can be written.
class remote_store final : public storage::store {
public:
  /// `channel` must outlive the store. `partitions`: of the cluster, at least 1.
  remote_store(read_channel& channel, std::uint32_t partitions);

  /// Refused.
  storage::result<void> commit(std::span<const storage::write_batch> batches) override;

  storage::result<std::optional<storage::snapshot>> read_snapshot(
    std::string_view address) const override;
  storage::result<storage::read_progress> read_stream(
    std::string_view address, std::uint64_t from, const storage::read_limits& limits,
    const storage::record_visitor& visit) const override;
  storage::result<std::optional<std::string>> read_record(std::string_view address,
                                                          std::uint64_t position) const override;
  storage::result<std::uint64_t> last_position(std::string_view address) const override;
  storage::result<std::optional<std::uint64_t>> find_command(
    std::string_view address, std::string_view command_id) const override;
  storage::result<std::vector<storage::outbox_mark>> outbox(std::string_view after,
                                                            std::size_t limit) const override;
  storage::result<std::vector<storage::entity_deadline>> deadlines(
    std::string_view after, std::size_t limit) const override;
  storage::result<std::optional<std::string>> read_dead_letter(std::string_view id) const override;
  storage::result<std::vector<storage::dead_letter>> dead_letters(std::string_view after,
                                                                  std::size_t limit) const override;
  /// Refused: these facts are each node's own.
  storage::result<std::optional<std::string>> meta(std::string_view key) const override;
  storage::result<std::vector<std::string>> addresses(std::string_view prefix,
                                                      std::string_view after,
                                                      std::size_t limit) const override;

  // Logs and content of groups are each node's own, too: refused.
  storage::result<storage::read_progress> read_log(
    std::string_view group, std::uint64_t from, const storage::read_limits& limits,
    const storage::record_visitor& visit) const override;
  storage::result<std::optional<storage::log_range>> log_bounds(
    std::string_view group) const override;
  storage::result<std::optional<std::string>> read_replica(std::string_view group,
                                                           std::string_view field) const override;
  storage::result<std::optional<std::string>> read_staged(std::string_view group,
                                                          std::uint64_t number) const override;
  storage::result<std::vector<std::string>> groups() const override;
  storage::result<storage::content_piece> copy_content(
    const storage::address_filter& filter, const std::string& cursor,
    const storage::read_limits& limits) const override;
  storage::result<storage::content_piece> erase_content(
    const storage::address_filter& filter, const std::string& cursor,
    const storage::read_limits& limits) const override;

private:
  storage::result<StoreReply> ask(std::uint32_t partition, const StoreQuery& query,
                                  StoreReply::AnswerCase expected) const;
  storage::result<StoreReply> ask_owner(const StoreQuery& query,
                                        StoreReply::AnswerCase expected) const;
  storage::result<std::optional<std::string>> read_value(const StoreQuery& query) const;
  storage::result<std::optional<std::uint64_t>> read_position(const StoreQuery& query) const;

  read_channel& channel_;
  std::uint32_t partitions_;

  friend class merged_list;
};

} // namespace touchline::nodes
