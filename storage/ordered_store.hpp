// What all stores that keep sorted tables have in common: how the tables are read.
#pragma once

#include "storage/layout.hpp"
#include "storage/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace touchline::storage {

/// Implements the reading half of `store` over sorted tables of sealed values. What is derived from
/// it has to look up, to scan and to commit.
class ordered_store : public store {
public:
  result<std::optional<snapshot>> read_snapshot(std::string_view address) const override;
  result<read_progress> read_stream(std::string_view address, std::uint64_t from,
                                    const read_limits& limits,
                                    const record_visitor& visit) const override;
  result<std::optional<std::string>> read_record(std::string_view address,
                                                 std::uint64_t position) const override;
  result<std::uint64_t> last_position(std::string_view address) const override;
  result<std::optional<std::uint64_t>> find_command(std::string_view address,
                                                    std::string_view command_id) const override;
  result<std::vector<outbox_mark>> outbox(std::string_view after, std::size_t limit) const override;
  result<std::vector<entity_deadline>> deadlines(std::string_view after,
                                                 std::size_t limit) const override;
  result<std::optional<std::string>> read_dead_letter(std::string_view id) const override;
  result<std::vector<dead_letter>> dead_letters(std::string_view after,
                                                std::size_t limit) const override;
  result<std::optional<std::string>> meta(std::string_view key) const override;
  result<std::vector<std::string>> addresses(std::string_view prefix, std::string_view after,
                                             std::size_t limit) const override;
  result<read_progress> read_log(std::string_view group, std::uint64_t from,
                                 const read_limits& limits,
                                 const record_visitor& visit) const override;
  result<std::optional<log_range>> log_bounds(std::string_view group) const override;
  result<std::optional<std::string>> read_replica(std::string_view group,
                                                  std::string_view field) const override;
  result<std::optional<std::string>> read_staged(std::string_view group,
                                                 std::uint64_t number) const override;
  result<std::vector<std::string>> groups() const override;
  result<content_piece> copy_content(const address_filter& filter, const std::string& cursor,
                                     const read_limits& limits) const override;
  result<content_piece> erase_content(const address_filter& filter, const std::string& cursor,
                                      const read_limits& limits) const override;

protected:
  /// Where a scan looks next.
  struct scan_step {
    enum class kind : std::uint8_t { stop, next, from, before };

    /// Ends the scan.
    static scan_step stop() noexcept { return {kind::stop, {}}; }
    /// Goes on with the entry behind this one.
    static scan_step next() noexcept { return {kind::next, {}}; }
    /// Goes on with the first entry whose key is `key` or greater.
    static scan_step from(std::string_view key) noexcept { return {kind::from, key}; }
    /// Goes on with the last entry whose key is less than `key`.
    static scan_step before(std::string_view key) noexcept { return {kind::before, key}; }

    kind what;
    std::string_view key; // must live until the scan has moved
  };

  /// Receives an entry as it is stored; the bytes are valid only during the call.
  using scan_visitor
    = std::function<result<scan_step>(std::string_view key, std::string_view value)>;

  /// The payload of the value under `key`, if there is one.
  virtual result<std::optional<std::string>> get(table where, std::string_view key) const = 0;

  /// Visits entries of one state of the store, beginning at `begin`, until there is none where the
  /// visitor wants to go.
  virtual result<void> scan(table where, scan_step begin, const scan_visitor& visit) const = 0;

  /// What is damaged if a value is, for people: the path of a file.
  virtual std::string place() const = 0;

  /// The payload of a stored `value`; fails with `damaged` if its checksum does not match.
  result<std::string_view> payload_of(table where, std::string_view key,
                                      std::string_view value) const;

  /// The error `damaged` that says what is wrong with the value under `key`.
  tl::unexpected<storage_error> damaged(table where, std::string_view key,
                                        std::string_view what) const;

private:
  using entry_visitor = std::function<bool(std::string_view key, std::string_view payload)>;

  class content_scan;

  result<read_progress> read_numbered(table where, std::string_view name, std::uint64_t from,
                                      const read_limits& limits, const record_visitor& visit) const;
  result<void> list(table where, std::string_view after, std::size_t limit,
                    const entry_visitor& visit) const;
  result<std::vector<std::string>> names(table where, std::string_view prefix,
                                         std::string_view after, std::size_t limit) const;
  result<content_piece> scan_content(const address_filter& filter, const std::string& cursor,
                                     const read_limits& limits, bool erasing) const;
};

} // namespace touchline::storage
