#include "actors/runtime/client.hpp"
#include "nodes/commands.hpp"
#include "nodes/league_access.hpp"
#include "nodes/record_json.hpp"
#include "nodes/stored_state.hpp"

#include <iostream>

#include <nlohmann/json.hpp>

namespace touchline::nodes {

namespace {

using nlohmann::json;

tl::expected<DeadLetter, std::string> find_letter(const storage::store& store,
                                                  const std::string& id) {
  auto bytes = store.read_dead_letter(id);
  if (!bytes)
    return tl::unexpected{bytes.error().text + '.'};
  if (!*bytes)
    return tl::unexpected{"There is no dead letter \"" + id
                          + "\"; touchline dead-letters lists them."};
  DeadLetter letter;
  if (!letter.ParseFromString(**bytes))
    return tl::unexpected{"The dead letter " + id + " is unreadable."};
  return letter;
}

int printed() {
  return std::cout.flush() ? 0 : fail("Standard output cannot be written.");
}

/// A league system that exists: a data directory that holds no data is not made one.
tl::expected<std::unique_ptr<league_access>, std::string> open_existing(
  const common_options& options) {
  if (auto there = check_stored(options.config); !options.connect && !there)
    return tl::unexpected{there.error()};
  auto access = open_access(options);
  if (!access)
    return tl::unexpected{access.error().text};
  return std::move(*access);
}

} // namespace

int print_dead_letters(const common_options& options) {
  constexpr size_t page = 64;
  auto store = open_records(options);
  if (!store)
    return fail(store.error());
  std::string after;
  for (;;) {
    auto letters = (*store)->dead_letters(after, page);
    if (!letters)
      return fail(letters.error().text + '.');
    for (auto& x : *letters) {
      DeadLetter letter;
      if (!letter.ParseFromString(x.bytes))
        return fail("The dead letter " + x.id + " is unreadable.");
      std::cout << dead_letter_json(letter).dump() << '\n';
    }
    if (letters->size() < page)
      return printed();
    after = letters->back().id;
  }
}

int show_dead_letter(const common_options& options, const std::string& id) {
  auto store = open_records(options);
  if (!store)
    return fail(store.error());
  auto letter = find_letter(**store, id);
  if (!letter)
    return fail(letter.error());
  std::cout << dead_letter_details(*letter).dump(2) << '\n';
  return printed();
}

int retry_dead_letter(const common_options& options, const std::string& id) {
  auto access = open_existing(options);
  if (!access)
    return fail(access.error());
  auto letter = find_letter((*access)->store(), id);
  if (!letter)
    return fail(letter.error());
  actors::client client{(*access)->system(), (*access)->routes(), actors::system_clock()};
  answer reply;
  client.retry(*letter, [&reply](const answer& x) { reply = x; });
  client.finish();
  if (!reply.ok())
    return fail(reply.text);
  (*access)->settle(actors::client_options{}.deadline_ms);
  std::cout << json{{"id", id}, {"handled", true}}.dump() << '\n';
  return printed();
}

int drop_dead_letter(const common_options& options, const std::string& id) {
  auto access = open_existing(options);
  if (!access)
    return fail(access.error());
  if (auto letter = find_letter((*access)->store(), id); !letter)
    return fail(letter.error());
  auto reply = (*access)->drop_dead_letter(id);
  if (!reply.ok())
    return fail(reply.text);
  std::cout << json{{"id", id}, {"dropped", true}}.dump() << '\n';
  return printed();
}

} // namespace touchline::nodes
