#include "nodes/cluster/store_query.hpp"

#include "actors/runtime/placement.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace touchline::nodes {

namespace {

using storage::error_code;

struct error_pair {
  error_code stored;
  StoreError sent;
};

constexpr std::array codes{error_pair{error_code::in_use, STORE_IN_USE},
                           error_pair{error_code::unwritable, STORE_UNWRITABLE},
                           error_pair{error_code::disk_full, STORE_DISK_FULL},
                           error_pair{error_code::damaged, STORE_DAMAGED},
                           error_pair{error_code::io_error, STORE_IO_ERROR},
                           error_pair{error_code::too_large, STORE_TOO_LARGE},
                           error_pair{error_code::closed, STORE_CLOSED},
                           error_pair{error_code::incompatible, STORE_INCOMPATIBLE},
                           error_pair{error_code::out_of_order, STORE_OUT_OF_ORDER},
                           error_pair{error_code::invalid, STORE_INVALID}};

} // namespace

std::optional<std::uint32_t> partition_of(const StoreQuery& query, std::uint32_t partitions) {
  auto of = [partitions](const std::string& address) {
    return actors::partition_of(address, partitions);
  };
  switch (query.read_case()) {
    case StoreQuery::kSnapshot:
      return of(query.snapshot().address());
    case StoreQuery::kStream:
      return of(query.stream().address());
    case StoreQuery::kRecord:
      return of(query.record().address());
    case StoreQuery::kLastPosition:
      return of(query.last_position().address());
    case StoreQuery::kCommand:
      return of(query.command().address());
    case StoreQuery::kDeadLetter:
      return partition_of_dead_letter(query.dead_letter().id(), partitions);
    default:
      return std::nullopt;
  }
}

std::uint32_t partition_of_dead_letter(std::string_view id, std::uint32_t partitions) {
  return actors::partition_of(id.substr(0, id.rfind('@')), partitions);
}

StoreReply::Failure to_failure(const storage::storage_error& error) {
  const auto* at = std::ranges::find(codes, error.code, &error_pair::stored);
  StoreReply::Failure result;
  result.set_code(at == codes.end() ? STORE_ERROR_UNSPECIFIED : at->sent);
  result.set_text(error.text);
  return result;
}

storage::storage_error to_storage_error(const StoreReply::Failure& failure) {
  const auto* at = std::ranges::find(codes, failure.code(), &error_pair::sent);
  return {at == codes.end() ? error_code::io_error : at->stored, failure.text()};
}

} // namespace touchline::nodes
