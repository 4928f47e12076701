#include "league/generator.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <utility>

#include "league/counter_draw.hpp"

namespace touchline::league {

namespace {

using namespace std::string_view_literals;

constexpr std::array town_beginnings{
  "Aber"sv,    "Alder"sv,   "Amble"sv,    "Arrow"sv,   "Badger"sv,  "Balder"sv,   "Barrel"sv,
  "Beacon"sv,  "Birken"sv,  "Bittern"sv,  "Bramble"sv, "Brindle"sv, "Bristle"sv,  "Calder"sv,
  "Candle"sv,  "Carrow"sv,  "Cedar"sv,    "Chalk"sv,   "Cinder"sv,  "Clover"sv,   "Cobble"sv,
  "Copper"sv,  "Corin"sv,   "Crane"sv,    "Cuckoo"sv,  "Curlew"sv,  "Dapple"sv,   "Drover"sv,
  "Dunlin"sv,  "Eagle"sv,   "Elder"sv,    "Ember"sv,   "Falcon"sv,  "Fallow"sv,   "Farrow"sv,
  "Feather"sv, "Fennel"sv,  "Fern"sv,     "Fiddle"sv,  "Finch"sv,   "Flint"sv,    "Garnet"sv,
  "Glover"sv,  "Goose"sv,   "Gorse"sv,    "Granite"sv, "Hazel"sv,   "Heron"sv,    "Hollin"sv,
  "Hollow"sv,  "Ivel"sv,    "Jasper"sv,   "Juniper"sv, "Kestrel"sv, "Kettle"sv,   "Lantern"sv,
  "Larch"sv,   "Laurel"sv,  "Linnet"sv,   "Lupin"sv,   "Mallow"sv,  "Maple"sv,    "Marten"sv,
  "Merrin"sv,  "Millet"sv,  "Nettle"sv,   "Orchard"sv, "Osier"sv,   "Otter"sv,    "Pebble"sv,
  "Pepper"sv,  "Plover"sv,  "Quarrel"sv,  "Quill"sv,   "Raven"sv,   "Rowan"sv,    "Russet"sv,
  "Saffron"sv, "Sallow"sv,  "Sorrel"sv,   "Spindle"sv, "Sparrow"sv, "Squirrel"sv, "Starling"sv,
  "Tansy"sv,   "Tarrow"sv,  "Teasel"sv,   "Thistle"sv, "Timber"sv,  "Tinder"sv,   "Umber"sv,
  "Vetch"sv,   "Wagtail"sv, "Whimbrel"sv, "Willow"sv,  "Yarrow"sv,
};

constexpr std::array town_endings{
  "beck"sv,    "bourne"sv, "bridge"sv, "brook"sv, "cliffe"sv, "combe"sv,  "cote"sv,    "cross"sv,
  "dale"sv,    "den"sv,    "fell"sv,   "garth"sv, "gate"sv,   "grove"sv,  "haven"sv,   "heath"sv,
  "holt"sv,    "hurst"sv,  "hythe"sv,  "keld"sv,  "leigh"sv,  "lock"sv,   "marsh"sv,   "mere"sv,
  "minster"sv, "moor"sv,   "mouth"sv,  "ness"sv,  "quay"sv,   "rigg"sv,   "row"sv,     "scar"sv,
  "shaw"sv,    "stead"sv,  "stoke"sv,  "stow"sv,  "strand"sv, "thorpe"sv, "thwaite"sv, "vale"sv,
  "wath"sv,    "weir"sv,   "well"sv,   "wharf"sv, "wick"sv,   "wold"sv,   "worth"sv,   "yard"sv,
};

constexpr std::array club_kinds{
  "Albion"sv,      "Arrows"sv,   "Athletic"sv,  "Celtic"sv,   "City"sv,     "Comets"sv,
  "Corinthians"sv, "Dynamos"sv,  "Foresters"sv, "Harriers"sv, "Mariners"sv, "Miners"sv,
  "Olympic"sv,     "Pilgrims"sv, "Railway"sv,   "Rangers"sv,  "Rovers"sv,   "Star"sv,
  "Strollers"sv,   "Swifts"sv,   "Town"sv,      "United"sv,   "Victoria"sv, "Wanderers"sv,
};

constexpr std::array first_names{
  "Aaron"sv,  "Adam"sv,   "Adrian"sv,  "Alan"sv,   "Albert"sv, "Alex"sv,   "Amir"sv,   "Andre"sv,
  "Anton"sv,  "Arthur"sv, "Ben"sv,     "Boris"sv,  "Bruno"sv,  "Carlos"sv, "Cesar"sv,  "Colin"sv,
  "Cyril"sv,  "Daniel"sv, "David"sv,   "Dennis"sv, "Diego"sv,  "Edgar"sv,  "Elias"sv,  "Emil"sv,
  "Enzo"sv,   "Eric"sv,   "Fabio"sv,   "Felix"sv,  "Finn"sv,   "Frank"sv,  "Gareth"sv, "George"sv,
  "Hassan"sv, "Hugo"sv,   "Ibrahim"sv, "Igor"sv,   "Ivan"sv,   "Jack"sv,   "Jan"sv,    "Joel"sv,
  "Jonas"sv,  "Karim"sv,  "Kenji"sv,   "Kevin"sv,  "Lars"sv,   "Leo"sv,    "Luca"sv,   "Luis"sv,
  "Marco"sv,  "Marcus"sv, "Mateo"sv,   "Milan"sv,  "Nathan"sv, "Nils"sv,   "Omar"sv,   "Oscar"sv,
  "Pablo"sv,  "Pavel"sv,  "Peter"sv,   "Rafael"sv, "Samir"sv,  "Tomas"sv,  "Victor"sv, "Yusuf"sv,
};

constexpr std::array name_beginnings{
  "Ald"sv,  "Ander"sv, "Barn"sv, "Bel"sv,  "Berg"sv, "Bram"sv, "Car"sv,  "Cor"sv,
  "Dal"sv,  "Dor"sv,   "Ell"sv,  "Fair"sv, "Fal"sv,  "Gar"sv,  "Gold"sv, "Hal"sv,
  "Hart"sv, "Hol"sv,   "Kar"sv,  "Kel"sv,  "Lam"sv,  "Lind"sv, "Mar"sv,  "Mor"sv,
  "Nor"sv,  "Pal"sv,   "Ros"sv,  "Sal"sv,  "Ster"sv, "Tor"sv,  "Val"sv,  "Wes"sv,
};

constexpr std::array name_endings{
  "berg"sv,   "din"sv, "dow"sv,  "erin"sv, "etti"sv, "ford"sv, "gren"sv, "ides"sv,
  "ingham"sv, "kov"sv, "lund"sv, "man"sv,  "mont"sv, "ova"sv,  "rick"sv, "sen"sv,
};

constexpr auto town_count
  = static_cast<std::uint32_t>(town_beginnings.size() * town_endings.size());
constexpr auto kind_count = static_cast<std::uint32_t>(club_kinds.size());
constexpr auto last_name_count
  = static_cast<std::uint32_t>(name_beginnings.size() * name_endings.size());
static_assert(town_count * kind_count == max_generated_teams);
static_assert(first_names.size() * last_name_count == max_generated_names);

constexpr std::array position_counts{
  std::pair{playing_position::goalkeeper, 3U},
  std::pair{playing_position::defender, 8U},
  std::pair{playing_position::midfielder, 8U},
  std::pair{playing_position::forward, 6U},
};

constexpr std::uint32_t youngest = 17;
constexpr std::uint32_t age_steps = 10;

// The square roots of 1 - correlation^2 and of 1 - persistence^2.
constexpr double own_share_of_defence = 0.62328;
constexpr double drift_share = 0.39192;

constexpr bool squares_make_one(double a, double b) noexcept {
  const auto rest = a * a + b * b - 1;
  return rest < 1e-5 && rest > -1e-5;
}

static_assert(squares_make_one(strength_correlation, own_share_of_defence));
static_assert(squares_make_one(strength_persistence, drift_share));

/// A quality that attack and defence share, and what the defence has for itself.
team_strength drawn_strength(counter_draw draws) noexcept {
  const auto shared = draws.normal(0);
  const auto own = draws.normal(1);
  return {attack_spread * shared,
          defence_spread * (strength_correlation * shared + own_share_of_defence * own)};
}

double drifted(double before, double innovation) noexcept {
  return std::clamp(strength_persistence * before + drift_share * innovation, -max_strength,
                    max_strength);
}

/// Hands out short codes, each once.
class short_codes {
public:
  /// The first free code for a team: its first letter and two others in their order, nearest first;
  /// then three others; and when a name has none left, its first letter and its number, which no
  /// other team has.
  std::string next(std::string_view name, std::uint32_t index) {
    const auto letters = capitals(name);
    for (std::size_t second = 1; second < letters.size(); ++second)
      for (auto third = second + 1; third < letters.size(); ++third)
        if (std::string code{letters[0], letters[second], letters[third]}; take(code))
          return code;
    for (std::size_t second = 1; second < letters.size(); ++second)
      for (auto third = second + 1; third < letters.size(); ++third)
        for (auto fourth = third + 1; fourth < letters.size(); ++fourth)
          if (std::string code{letters[0], letters[second], letters[third], letters[fourth]};
              take(code))
            return code;
    const auto number = std::to_string(index);
    return letters.substr(0, 1) + std::string(number.size() < 2 ? 1 : 0, '0') + number;
  }

private:
  static constexpr std::size_t digits = 'Z' - 'A' + 2;

  /// The letters of a name in capitals, without what is between them.
  static std::string capitals(std::string_view name) {
    std::string letters;
    for (const auto letter : name)
      if (letter != ' ')
        letters += static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
    return letters;
  }

  /// True if a code of three or four capital letters was free, and now is not.
  bool take(std::string_view code) {
    std::size_t number = 0;
    for (const auto letter : code)
      number = number * digits + static_cast<std::size_t>(letter - 'A') + 1;
    const auto was_free = !taken_[number];
    taken_[number] = true;
    return was_free;
  }

  std::vector<bool> taken_ = std::vector<bool>(digits * digits * digits * digits);
};

/// A day on which a player was born who is 17 to 35 on the day `on`, most often 26.
std::chrono::year_month_day birthday(counter_draw draws, std::uint32_t player,
                                     std::chrono::year_month_day on) {
  const auto first = std::uint64_t{3} * player;
  const auto age = youngest + draws.below(age_steps, first) + draws.below(age_steps, first + 1);
  return generate_birthday(draws, first + 2, age, on);
}

/// How often a player scores, next to the others of his squad; `rank` counts those of his position
/// before him.
std::uint32_t scoring_weight(playing_position position, std::uint32_t rank) noexcept {
  switch (position) {
    case playing_position::goalkeeper:
      return 0;
    case playing_position::defender:
      return rank < 4 ? 3 : 1;
    case playing_position::midfielder:
      return rank < 4 ? 6 : 2;
    case playing_position::forward:
      return rank < 2 ? 15 : 4;
  }
  return 0;
}

std::vector<std::uint32_t> scoring_weights(std::span<const playing_position> squad) {
  std::array<std::uint32_t, position_counts.size()> ranks{};
  std::vector<std::uint32_t> weights;
  weights.reserve(squad.size());
  for (const auto position : squad)
    weights.push_back(scoring_weight(position, ranks[static_cast<std::size_t>(position)]++));
  return weights;
}

/// Appends `count` goals of one side.
void append_goals(std::vector<drawn_goal>& goals, bool home, std::uint32_t count,
                  std::span<const playing_position> squad, counter_draw draws) {
  assert(squad.size() <= 255);
  const auto weights = scoring_weights(squad);
  std::uint32_t total = 0;
  for (const auto weight : weights)
    total += weight;
  if (total == 0)
    return;
  for (std::uint64_t goal = 0; goal < count; ++goal) {
    auto left = draws.below(total, 2 * goal);
    std::uint8_t player = 0;
    for (; left >= weights[player]; ++player)
      left -= weights[player];
    goals.push_back({home, player, static_cast<std::uint8_t>(1 + draws.below(90, 2 * goal + 1))});
  }
}

} // namespace

std::string_view short_name(playing_position position) noexcept {
  constexpr std::array names{"GK"sv, "DF"sv, "MF"sv, "FW"sv};
  return names[static_cast<std::size_t>(position)];
}

std::string generate_team_name(std::uint64_t seed, std::uint32_t index) {
  assert(index < max_generated_teams);
  const counter_draw draws{seed, draw_purpose::team_name};
  const auto town = draws.scattered(index % town_count, town_count);
  const auto kind = (draws.below(kind_count, town) + index / town_count) % kind_count;
  std::string name{town_beginnings[town / town_endings.size()]};
  name += town_endings[town % town_endings.size()];
  name += ' ';
  name += club_kinds[kind];
  return name;
}

team_strength generate_strength(std::uint64_t seed, std::uint32_t index) noexcept {
  return drawn_strength(counter_draw{seed, draw_purpose::team_strength}.stream(index));
}

team_strength drifted_strength(const team_strength& before, std::uint64_t seed, std::uint32_t index,
                               std::uint64_t season) noexcept {
  const auto fresh
    = drawn_strength(counter_draw{seed, draw_purpose::strength_drift}.stream(index).stream(season));
  return {drifted(before.attack, fresh.attack), drifted(before.defence, fresh.defence)};
}

tl::expected<std::vector<generated_team>, std::string> generate_teams(std::uint64_t seed,
                                                                      std::uint32_t count) {
  if (count > max_generated_teams)
    return tl::unexpected{"a seed has " + std::to_string(max_generated_teams)
                          + " different teams at most, not " + std::to_string(count)};
  std::vector<generated_team> teams;
  teams.reserve(count);
  short_codes codes;
  for (std::uint32_t index = 0; index < count; ++index) {
    auto name = generate_team_name(seed, index);
    auto code = codes.next(name, index);
    teams.push_back({std::move(name), std::move(code), generate_strength(seed, index)});
  }
  return teams;
}

std::string generate_player_name(counter_draw draws, std::uint32_t index) {
  assert(index < max_generated_names);
  const auto chosen = draws.scattered(index, max_generated_names);
  const auto last = chosen % last_name_count;
  std::string name{first_names[chosen / last_name_count]};
  name += ' ';
  name += name_beginnings[last / name_endings.size()];
  name += name_endings[last % name_endings.size()];
  return name;
}

std::chrono::year_month_day generate_birthday(counter_draw draws, std::uint64_t counter,
                                              std::uint32_t age, std::chrono::year_month_day on) {
  assert(on.ok());
  // The longest that `age` years can be, and less than the shortest year on top: he is exactly
  // `age`.
  const auto days = (age * 1461 + 3) / 4 + draws.below(364, counter);
  return std::chrono::sys_days{on} - std::chrono::days{days};
}

std::vector<generated_player> generate_squad(std::uint64_t seed, std::uint32_t index,
                                             std::chrono::year_month_day season_start) {
  assert(season_start.ok());
  const auto draws = counter_draw{seed, draw_purpose::squad}.stream(index);
  const auto names = draws.stream(0);
  const auto ages = draws.stream(1);
  const auto shirts = draws.stream(2).shuffled(squad_size - 1);
  std::vector<generated_player> squad;
  squad.reserve(squad_size);
  for (const auto& [position, count] : position_counts) {
    for (std::uint32_t rank = 0; rank < count; ++rank) {
      const auto player = static_cast<std::uint32_t>(squad.size());
      const auto shirt = player == 0 ? 1 : 2 + shirts[player - 1];
      squad.push_back({generate_player_name(names, player), position,
                       static_cast<std::uint8_t>(shirt), birthday(ages, player, season_start)});
    }
  }
  return squad;
}

std::vector<drawn_goal> draw_goals(scoreline goals, std::span<const playing_position> home_squad,
                                   std::span<const playing_position> away_squad,
                                   const match_key& key) {
  const auto draws
    = counter_draw{key.seed, draw_purpose::goals}.stream(key.season).stream(key.fixture);
  std::vector<drawn_goal> drawn;
  drawn.reserve(std::size_t{goals.home_goals} + goals.away_goals);
  append_goals(drawn, true, goals.home_goals, home_squad, draws.stream(0));
  append_goals(drawn, false, goals.away_goals, away_squad, draws.stream(1));
  std::stable_sort(drawn.begin(), drawn.end(),
                   [](drawn_goal a, drawn_goal b) { return a.minute < b.minute; });
  return drawn;
}

} // namespace touchline::league
