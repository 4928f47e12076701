#include "storage/lmdb_environment.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace touchline::storage {

namespace {

// A cache line each, so that readers on different threads do not slow one another down.
constexpr std::size_t cache_line_bytes = 64;

// Reader slots of LMDB beyond our own pool, for tools that look at a live store (mdb_stat).
constexpr unsigned spare_readers = 16;

constexpr auto file_mode = 0644;

} // namespace

struct alignas(cache_line_bytes) lmdb_environment::slot {
  std::atomic<bool> lent = false;
  MDB_txn* txn = nullptr; // made by the first borrower, reset while nobody has it
};

cursor_handle open_cursor(MDB_txn* txn, MDB_dbi dbi, int& error) noexcept {
  MDB_cursor* cursor = nullptr;
  error = mdb_cursor_open(txn, dbi, &cursor);
  return cursor_handle{error == MDB_SUCCESS ? cursor : nullptr};
}

int put_seal(MDB_txn* txn, MDB_dbi root) noexcept {
  const auto value = encode_seal({store_format, mdb_txn_id(txn)});
  auto key = lmdb_value(seal_key);
  auto data = lmdb_value(value);
  return mdb_put(txn, root, &key, &data, 0);
}

// -- readers ------------------------------------------------------------------

lmdb_environment::reader::~reader() {
  if (slot_ != nullptr)
    owner_->give_back(*slot_);
}

MDB_txn* lmdb_environment::reader::txn() const noexcept {
  return slot_->txn;
}

lmdb_environment::slot* lmdb_environment::try_borrow() noexcept {
  // Each thread starts looking where it found a place before.
  thread_local std::size_t hint = std::hash<std::thread::id>{}(std::this_thread::get_id());
  for (unsigned i = 0; i < readers_; ++i) {
    auto& place = slots_[(hint + i) % readers_];
    if (!place.lent.load(std::memory_order_relaxed) && !place.lent.exchange(true)) {
      hint = (hint + i) % readers_;
      return &place;
    }
  }
  return nullptr;
}

// The fast path and grow() each write one flag and then read the other's (both sequentially
// consistent), so that at least one of them sees the other.
lmdb_environment::slot& lmdb_environment::borrow() {
  if (auto* place = try_borrow(); place != nullptr) {
    if (!growing_.load())
      return *place;
    give_back(*place);
  }
  waiting_.fetch_add(1);
  slot* place = nullptr;
  {
    std::unique_lock lock{gate_};
    changed_.wait(lock, [this, &place] {
      place = growing_.load() ? nullptr : try_borrow();
      return place != nullptr;
    });
  }
  waiting_.fetch_sub(1);
  return *place;
}

void lmdb_environment::give_back(slot& place) noexcept {
  if (place.txn != nullptr)
    mdb_txn_reset(place.txn);
  place.lent.store(false);
  if (waiting_.load() > 0) {
    // The lock makes sure that whoever checked before is asleep and hears the call.
    const std::lock_guard lock{gate_};
    changed_.notify_all();
  }
}

result<lmdb_environment::reader> lmdb_environment::read() {
  auto& place = borrow();
  const auto rc = place.txn == nullptr ? mdb_txn_begin(env_, nullptr, MDB_RDONLY, &place.txn)
                                       : mdb_txn_renew(place.txn);
  reader borrowed{*this, place};
  if (rc != MDB_SUCCESS)
    return tl::make_unexpected(error(rc, "begin to read"));
  return borrowed;
}

// -- growth -------------------------------------------------------------------

// mdb_env_set_mapsize() unmaps first and leaves the environment without a map when the new one does
// not fit, from which there is no way back. So the new size is tried beforehand.
result<void> lmdb_environment::can_map(std::size_t bytes) const {
  int fd = -1;
  mdb_env_get_fd(env_, &fd);
  auto* address = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED)
    return tl::make_unexpected(
      system_error(errno, "map " + std::to_string(bytes) + " bytes of", directory_.data_file()));
  ::munmap(address, bytes);
  return {};
}

result<void> lmdb_environment::grow() {
  const auto old_bytes = map_bytes();
  if (old_bytes >= max_map_bytes_)
    return tl::make_unexpected(storage_error{
      error_code::disk_full, "the store in " + directory_.path().string()
                               + " has reached its configured limit of "
                               + std::to_string(max_map_bytes_) + " bytes; raise the limit"});
  const auto new_bytes = std::min(max_map_bytes_, old_bytes * 2);
  if (auto mapped = can_map(new_bytes); !mapped)
    return mapped;
  waiting_.fetch_add(1);
  int rc = MDB_SUCCESS;
  {
    std::unique_lock lock{gate_};
    growing_.store(true);
    changed_.wait(lock, [this] {
      return std::none_of(slots_.get(), slots_.get() + readers_,
                          [](const slot& place) { return place.lent.load(); });
    });
    rc = mdb_env_set_mapsize(env_, new_bytes);
    growing_.store(false);
    changed_.notify_all();
  }
  waiting_.fetch_sub(1);
  if (rc != MDB_SUCCESS)
    return tl::make_unexpected(error(rc, "grow the map"));
  map_bytes_.store(new_bytes, std::memory_order_relaxed);
  growths_.fetch_add(1, std::memory_order_relaxed);
  return {};
}

// -- opening and closing ------------------------------------------------------

lmdb_environment::lmdb_environment(data_directory directory, std::size_t max_map_bytes,
                                   unsigned readers)
  : directory_(std::move(directory)),
    max_map_bytes_(max_map_bytes),
    readers_(std::max(readers, 1U)),
    slots_(std::make_unique<slot[]>(readers_)) {}

lmdb_environment::~lmdb_environment() {
  for (unsigned i = 0; i < readers_; ++i)
    if (slots_[i].txn != nullptr)
      mdb_txn_abort(slots_[i].txn);
  if (env_ != nullptr)
    mdb_env_close(env_);
}

result<void> lmdb_environment::open(std::size_t map_bytes) {
  if (auto reserved = directory_.reserve_reader_table(readers_ + spare_readers); !reserved)
    return reserved;
  auto rc = mdb_env_create(&env_);
  if (rc == MDB_SUCCESS)
    rc = mdb_env_set_maxdbs(env_, static_cast<MDB_dbi>(data_tables.size()));
  if (rc == MDB_SUCCESS)
    rc = mdb_env_set_maxreaders(env_, readers_ + spare_readers);
  if (rc == MDB_SUCCESS)
    rc = mdb_env_set_mapsize(env_, map_bytes);
  // No MDB_WRITEMAP: a full disk would be a SIGBUS. No MDB_NOSYNC: acknowledged means synced.
  // MDB_NORDAHEAD: entities are read one by one, and what is read ahead counts as resident.
  if (rc == MDB_SUCCESS)
    rc = mdb_env_open(env_, directory_.path().c_str(), MDB_NOTLS | MDB_NORDAHEAD, file_mode);
  if (rc != MDB_SUCCESS)
    return tl::make_unexpected(error(rc, "open"));
  map_bytes_.store(map_bytes, std::memory_order_relaxed);
  return open_tables();
}

result<void> lmdb_environment::open_tables() {
  // A sound store is opened without writing, so that it can be read when the disk is full.
  auto found = find_tables();
  if (!found)
    return tl::make_unexpected(std::move(found.error()));
  if (*found)
    return {};
  if (auto created = create_tables(); !created)
    return created;
  return directory_.sync();
}

result<bool> lmdb_environment::find_tables() {
  MDB_txn* txn = nullptr;
  auto rc = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
  if (rc == MDB_SUCCESS)
    rc = mdb_dbi_open(txn, nullptr, 0, dbis_.data());
  for (const auto where : data_tables)
    if (rc == MDB_SUCCESS)
      rc = mdb_dbi_open(txn, std::string{name_of(where)}.c_str(), 0,
                        &dbis_[static_cast<std::size_t>(where)]);
  // Committing keeps the handles; there is nothing else to commit.
  if (rc == MDB_SUCCESS)
    rc = mdb_txn_commit(txn);
  else if (txn != nullptr)
    mdb_txn_abort(txn);
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
    return tl::make_unexpected(error(rc, "open the tables of"));
  return rc == MDB_SUCCESS;
}

result<void> lmdb_environment::create_tables() {
  write_transaction txn{env_};
  auto rc = txn.error();
  if (rc == MDB_SUCCESS)
    rc = mdb_dbi_open(txn.get(), nullptr, 0, dbis_.data());
  for (const auto where : data_tables)
    if (rc == MDB_SUCCESS)
      rc = mdb_dbi_open(txn.get(), std::string{name_of(where)}.c_str(), MDB_CREATE,
                        &dbis_[static_cast<std::size_t>(where)]);
  if (rc == MDB_SUCCESS)
    rc = put_seal(txn.get(), dbis_[0]);
  if (rc == MDB_SUCCESS)
    rc = txn.commit();
  if (rc != MDB_SUCCESS)
    return tl::make_unexpected(error(rc, "create the tables of"));
  return {};
}

storage_error lmdb_environment::error(int rc, std::string_view action) const {
  const auto file = directory_.data_file();
  if (rc > 0)
    return system_error(rc, action, file);
  auto code = error_code::io_error;
  if (rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND || rc == MDB_INVALID || rc == MDB_CURSOR_FULL
      || rc == MDB_INCOMPATIBLE)
    code = error_code::damaged;
  else if (rc == MDB_VERSION_MISMATCH)
    code = error_code::incompatible;
  return {code, "cannot " + std::string{action} + " " + file.string() + ": " + mdb_strerror(rc)};
}

} // namespace touchline::storage
