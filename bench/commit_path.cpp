// The durable commit path, from a command in the hands of a client to its acknowledged answer,
// against a bare loop that writes the same bytes to LMDB in transactions of the same size.
//
//   bench_commit_path [COMMANDS] [WINDOW]
#include "actors/runtime/client.hpp"
#include "bench/bench_node.hpp"
#include "messages/catalogue.pb.h"

#include <algorithm>
#include <array>
#include <lmdb.h>

using namespace touchline;
using namespace touchline::bench;

namespace {

constexpr int leagues = 64;

SponsorCreate create(int league) {
  SponsorCreate x;
  x.set_league("league-" + std::to_string(league));
  x.set_sponsor("title-sponsor");
  x.set_name("Kestrel Assurance");
  x.mutable_amount_per_season()->set_minor_units(1);
  x.mutable_amount_per_season()->set_currency("GBP");
  return x;
}

/// The command that is measured: one event, one record, no further messages.
SponsorUpdate update(int i) {
  SponsorUpdate x;
  x.set_league("league-" + std::to_string(i % leagues));
  x.set_sponsor("title-sponsor");
  x.set_name("Kestrel Assurance, for the time being under the name number " + std::to_string(i));
  x.mutable_amount_per_season()->set_minor_units(1 + i);
  x.mutable_amount_per_season()->set_currency("GBP");
  return x;
}

void check(int code) {
  if (code != MDB_SUCCESS) {
    std::fprintf(stderr, "LMDB: %s\n", mdb_strerror(code));
    std::exit(1);
  }
}

struct pair_of_bytes {
  std::string key;
  std::string value;
};

MDB_env* open_environment(const std::filesystem::path& folder, unsigned flags) {
  std::filesystem::create_directories(folder);
  MDB_env* env = nullptr;
  check(mdb_env_create(&env));
  check(mdb_env_set_mapsize(env, size_t{4} << 30));
  check(mdb_env_set_maxdbs(env, 16));
  check(mdb_env_open(env, folder.c_str(), flags, 0600));
  return env;
}

/// Every key and value of a table, as the node wrote them.
std::vector<pair_of_bytes> read_table(const std::filesystem::path& folder, const char* name) {
  auto* env = open_environment(folder, MDB_RDONLY);
  std::vector<pair_of_bytes> result;
  MDB_txn* txn = nullptr;
  MDB_dbi table = 0;
  MDB_cursor* cursor = nullptr;
  check(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn));
  check(mdb_dbi_open(txn, name, 0, &table));
  check(mdb_cursor_open(txn, table, &cursor));
  MDB_val key;
  MDB_val value;
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS)
    result.push_back({{static_cast<char*>(key.mv_data), key.mv_size},
                      {static_cast<char*>(value.mv_data), value.mv_size}});
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  mdb_env_close(env);
  return result;
}

/// Streams come sorted by entity; they were written by position.
void restore_order(std::vector<pair_of_bytes>& records) {
  std::ranges::stable_sort(records, {},
                           [](const pair_of_bytes& x) { return x.key.substr(x.key.size() - 8); });
}

/// Writes the pairs in transactions of `per_transaction` records and returns records per second.
double bare_loop(const std::filesystem::path& folder,
                 const std::array<std::vector<pair_of_bytes>, 2>& tables, size_t per_transaction) {
  auto* env = open_environment(folder, 0);
  std::array<MDB_dbi, 2> handles{};
  MDB_txn* txn = nullptr;
  check(mdb_txn_begin(env, nullptr, 0, &txn));
  check(mdb_dbi_open(txn, "streams", MDB_CREATE, &handles[0]));
  check(mdb_dbi_open(txn, "commands", MDB_CREATE, &handles[1]));
  check(mdb_txn_commit(txn));
  auto begin = std::chrono::steady_clock::now();
  auto records = tables[0].size();
  for (size_t i = 0; i < records; i += per_transaction) {
    check(mdb_txn_begin(env, nullptr, 0, &txn));
    for (size_t table = 0; table < tables.size(); ++table)
      for (size_t j = i; j < std::min({i + per_transaction, records, tables[table].size()}); ++j) {
        auto& x = tables[table][j];
        MDB_val key{x.key.size(), const_cast<char*>(x.key.data())};
        MDB_val value{x.value.size(), const_cast<char*>(x.value.data())};
        check(mdb_put(txn, handles[table], &key, &value, 0));
      }
    check(mdb_txn_commit(txn));
  }
  auto rate = static_cast<double>(records) / seconds_since(begin);
  mdb_env_close(env);
  return rate;
}

} // namespace

int main(int argc, char** argv) {
  auto commands = argc > 1 ? std::atoi(argv[1]) : 200'000;
  auto window = argc > 2 ? static_cast<size_t>(std::atoi(argv[2])) : size_t{4'096};
  scratch_folder folder;
  double rate = 0;
  storage::writer_statistics before;
  storage::writer_statistics after;
  {
    auto node = start_node(folder.path() / "node");
    actors::client client{
      node->system(), node->runtime().routes(), actors::system_clock(), {.window = window}};
    for (int i = 0; i < leagues; ++i)
      client.post("create/" + std::to_string(i), create(i), [](const answer&) {});
    client.finish();
    before = node->runtime().writer_statistics();
    int failed = 0;
    auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < commands; ++i)
      client.post("update/" + std::to_string(i), update(i),
                  [&failed](const answer& x) { failed += x.ok() ? 0 : 1; });
    client.finish();
    rate = commands / seconds_since(begin);
    after = node->runtime().writer_statistics();
    if (failed > 0) {
      std::fprintf(stderr, "%d commands were refused\n", failed);
      return 1;
    }
  }
  auto transactions = after.transactions - before.transactions;
  auto per_transaction = static_cast<size_t>(commands) / std::max<size_t>(1, transactions);
  std::array<std::vector<pair_of_bytes>, 2> tables{read_table(folder.path() / "node", "streams"),
                                                   read_table(folder.path() / "node", "commands")};
  restore_order(tables[0]);
  auto bare = bare_loop(folder.path() / "bare", tables, per_transaction);
  std::printf("durable commands, client to answer: %.0f /s in %llu syncs (%zu records each)\n",
              rate, static_cast<unsigned long long>(transactions), per_transaction);
  std::printf("bare LMDB loop, the same bytes:     %.0f /s\nratio: %.2f\n", bare, rate / bare);
  std::printf(
    "{\"commands_per_s\":%.0f,\"bare_per_s\":%.0f,\"ratio\":%.3f,\"per_transaction\":%zu}\n", rate,
    bare, rate / bare, per_transaction);
}
