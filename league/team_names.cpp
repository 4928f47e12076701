#include "league/team_names.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <map>
#include <numeric>
#include <optional>

namespace touchline::league {

namespace {

// Latin-1 and Latin Extended-A, U+00C0 to U+017F, by their base letter; '-' where there is none.
constexpr std::string_view base_letters = "aaaaaaaceeeeiiii"
                                          "dnooooo-ouuuuyts"
                                          "aaaaaaaceeeeiiii"
                                          "dnooooo-ouuuuyty"
                                          "aaaaaaccccccccdd"
                                          "ddeeeeeeeeeegggg"
                                          "gggghhhhiiiiiiii"
                                          "iiiijjkkklllllll"
                                          "lllnnnnnnnnnoooo"
                                          "oooorrrrrrssssss"
                                          "ssttttttuuuuuuuu"
                                          "uuuuwwyyyzzzzzzs";
static_assert(base_letters.size() == 0x180 - 0xC0);

constexpr std::array<std::string_view, 41> club_kinds{
  "fc",     "afc", "cfc", "cf",  "ac",  "as",       "sc",  "ss",   "ssc", "us",  "ud",
  "cd",     "rc",  "rcd", "sd",  "ca",  "sv",       "vfl", "vfb",  "vfr", "tsg", "fsv",
  "bsc",    "tsv", "bc",  "acf", "uc",  "osc",      "hsc", "ogc",  "aj",  "ea",  "club",
  "calcio", "de",  "la",  "the", "and", "football", "ssd", "spvgg"};

constexpr std::array<std::string_view, 9> reserve_marks{
  "b", "ii", "iii", "u19", "u21", "u23", "castilla", "reserves", "amateure"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> nicknames{
  {{"utd", "united"},
   {"wolves", "wolverhampton"},
   {"spurs", "tottenham"},
   {"nottm", "nottingham"},
   {"barca", "barcelona"},
   {"gladbach", "monchengladbach"}}};

constexpr std::size_t shortest_prefix = 3;
constexpr std::size_t most_initials = 4;

// Longer names are not compared: the search tries every way to spread one name's words over the
// other's.
constexpr std::size_t most_words = 8;

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_number(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Takes one code point off the front of valid UTF-8.
std::string_view take_code_point(std::string_view& rest) {
  std::size_t length = 1;
  while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xC0U) == 0x80U)
    ++length;
  const auto point = rest.substr(0, length);
  rest.remove_prefix(length);
  return point;
}

// A code point without case and accent; nothing if it separates words.
std::string fold(std::string_view point) {
  const auto lead = static_cast<unsigned char>(point[0]);
  if (point.size() == 1) {
    if (lead >= 'A' && lead <= 'Z')
      return {static_cast<char>(lead - 'A' + 'a')};
    const auto is_word = (lead >= 'a' && lead <= 'z') || (lead >= '0' && lead <= '9');
    return is_word ? std::string{point} : std::string{};
  }
  const auto trail = static_cast<unsigned char>(point[1]);
  const auto value = (lead & 0x1FU) << 6U | (trail & 0x3FU);
  if (point.size() != 2 || value >= 0x180)
    return lead == 0xE2U ? std::string{}
                         : std::string{point}; // U+2000 to U+2FFF: punctuation and symbols
  if (value < 0xC0)
    return {};
  if (value == 0xDF)
    return "ss";
  const auto base = base_letters[value - 0xC0];
  return base == '-' ? std::string{} : std::string{base};
}

bool is_reserve_team(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const auto& word) { return contains(reserve_marks, word); });
}

bool short_for(std::string_view shorter, std::string_view longer) {
  if (shorter == longer)
    return true;
  if (shorter.size() >= shortest_prefix && longer.starts_with(shorter))
    return true;
  return std::find(nicknames.begin(), nicknames.end(), std::pair{shorter, longer})
         != nicknames.end();
}

// How many of the words from the front the token is the initials of; 0 if it is not.
std::size_t initials_of(std::string_view token, std::span<const std::string> words) {
  if (token.size() < 2 || token.size() > most_initials || token.size() > words.size())
    return 0;
  for (std::size_t i = 0; i < token.size(); ++i)
    if (words[i].front() != token[i])
      return 0;
  return token.size();
}

bool fits(std::span<const std::string> shorter, std::span<const std::string> longer) {
  if (shorter.empty())
    return true;
  if (longer.empty())
    return false;
  if (short_for(shorter[0], longer[0]) && fits(shorter.subspan(1), longer.subspan(1)))
    return true;
  const auto taken = initials_of(shorter[0], longer);
  if (taken > 0 && fits(shorter.subspan(1), longer.subspan(taken)))
    return true;
  return fits(shorter, longer.subspan(1));
}

using name_set = std::bitset<max_names>;

// Names joined so far, and who plays whom under that reading.
class joined_names {
public:
  joined_names(std::span<const std::string> names, std::span<const named_fixture> fixtures)
    : names_{names},
      uses_(names.size()),
      club_(names.size()),
      hosts_(names.size()),
      visits_(names.size()) {
    std::iota(club_.begin(), club_.end(), std::size_t{0});
    for (const auto& [home, away] : fixtures) {
      ++uses_[home];
      ++uses_[away];
      hosts_[home].set(away);
      visits_[away].set(home);
    }
  }

  bool is_double_round_robin() const {
    std::size_t clubs = 0;
    std::size_t fixtures = 0;
    for (std::size_t name = 0; name < names_.size(); ++name)
      if (club_[name] == name) {
        ++clubs;
        fixtures += hosts_[name].count();
      }
    return fixtures == clubs * (clubs - 1);
  }

  void join_same_words() {
    std::map<std::vector<std::string>, std::size_t> first;
    for (std::size_t name = 0; name < names_.size(); ++name) {
      const auto [known, is_new] = first.try_emplace(name_words(names_[name]), name);
      if (!is_new)
        join(club_[known->second], club_[name]);
    }
  }

  void join_same_telling_words() {
    std::vector<std::vector<std::string>> words;
    for (const auto& name : names_)
      words.push_back(telling_words(name));
    for (std::size_t a = 0; a < names_.size(); ++a)
      for (std::size_t b = a + 1; b < names_.size(); ++b)
        if (words[a] == words[b] && could_be_one(club_[a], club_[b]))
          join(club_[a], club_[b]);
  }

  // Every pass may make a further name unambiguous, so passes go on until one joins nothing.
  void join_abbreviations() {
    const auto longer_forms = find_longer_forms();
    for (auto joined = true; joined;) {
      joined = false;
      for (std::size_t name = 0; name < names_.size(); ++name)
        if (const auto longer = only_fitting(club_[name], longer_forms[name])) {
          join(*longer, club_[name]);
          joined = true;
        }
    }
  }

  // For each name the one of its club's that occurs most often, the first among equals.
  std::vector<std::size_t> most_frequent() const {
    std::vector<std::size_t> best(names_.size());
    for (std::size_t name = 0; name < names_.size(); ++name) {
      auto chosen = name;
      for (std::size_t other = 0; other < names_.size(); ++other)
        if (club_[other] == club_[name]
            && (uses_[other] > uses_[chosen] || (uses_[other] == uses_[chosen] && other < chosen)))
          chosen = other;
      best[name] = chosen;
    }
    return best;
  }

private:
  // Whether two clubs can be one: they never meet, and together meet nobody twice at home or twice
  // away.
  bool could_be_one(std::size_t a, std::size_t b) const {
    return a != b && !hosts_[a][b] && !visits_[a][b] && (hosts_[a] & hosts_[b]).none()
           && (visits_[a] & visits_[b]).none();
  }

  void join(std::size_t kept, std::size_t dropped) {
    std::replace(club_.begin(), club_.end(), dropped, kept);
    hosts_[kept] |= hosts_[dropped];
    visits_[kept] |= visits_[dropped];
    for (auto* met : {&hosts_, &visits_})
      for (auto& others : *met)
        if (others[dropped]) {
          others.reset(dropped);
          others.set(kept);
        }
  }

  std::vector<name_set> find_longer_forms() const {
    std::vector<name_set> forms(names_.size());
    for (std::size_t name = 0; name < names_.size(); ++name)
      for (std::size_t other = 0; other < names_.size(); ++other)
        if (name != other && may_abbreviate(names_[name], names_[other]))
          forms[name].set(other);
    return forms;
  }

  std::optional<std::size_t> only_fitting(std::size_t club, const name_set& longer) const {
    std::optional<std::size_t> found;
    for (std::size_t other = 0; other < names_.size(); ++other) {
      if (!longer[other] || found == club_[other] || !could_be_one(club, club_[other]))
        continue;
      if (found)
        return std::nullopt;
      found = club_[other];
    }
    return found;
  }

  std::span<const std::string> names_;
  std::vector<std::size_t> uses_;
  std::vector<std::size_t> club_; // of each name; a club is known by the place of one of its names
  std::vector<name_set> hosts_;   // of each club: whom it meets at home
  std::vector<name_set> visits_;  // of each club: whom it meets away
};

} // namespace

std::vector<std::string> name_words(std::string_view name) {
  std::vector<std::string> words(1);
  while (!name.empty()) {
    const auto point = take_code_point(name);
    // An apostrophe or a full stop within a word does not split it: Nott'm, L.R.
    if (point == "'" || point == "." || point == "\u2019")
      continue;
    const auto letters = fold(point);
    if (!letters.empty())
      words.back() += letters;
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty())
    words.pop_back();
  return words;
}

std::vector<std::string> telling_words(std::string_view name) {
  const auto words = name_words(name);
  std::vector<std::string> telling;
  for (const auto& word : words)
    if (!contains(club_kinds, word) && !is_number(word))
      telling.push_back(word);
  return telling.empty() ? words : telling;
}

std::string team_key(std::string_view name) {
  constexpr std::size_t longest = 60;
  constexpr std::size_t digits = 8;
  auto key = slug(name, "");
  if (!key.empty() && key.size() <= longest)
    return key;
  // FNV-1a: the same digits on every machine.
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  key = key.empty() ? "team" : key.substr(0, longest - digits - 1);
  key += '-';
  for (std::size_t i = 0; i < digits; ++i)
    key += "0123456789abcdef"[hash >> (4 * i) & 0xfU];
  return key;
}

std::string slug(std::string_view name, std::string_view fallback) {
  std::string key;
  for (const auto& word : name_words(name)) {
    const auto is_ascii = std::all_of(word.begin(), word.end(),
                                      [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!is_ascii)
      continue;
    if (!key.empty())
      key += '-';
    key += word;
  }
  return key.empty() ? std::string{fallback} : key;
}

bool may_abbreviate(std::string_view shorter, std::string_view longer) {
  const auto few = name_words(shorter);
  const auto many = name_words(longer);
  if (few.empty() || few.size() > most_words || many.size() > most_words
      || is_reserve_team(few) != is_reserve_team(many))
    return false;
  return fits(few, many) || fits(telling_words(shorter), telling_words(longer));
}

std::vector<std::size_t> reconcile_names(std::span<const std::string> names,
                                         std::span<const named_fixture> fixtures) {
  joined_names certain{names, fixtures};
  certain.join_same_words();
  if (certain.is_double_round_robin())
    return certain.most_frequent();
  certain.join_same_telling_words();
  auto likely = certain;
  likely.join_abbreviations();
  return likely.is_double_round_robin() ? likely.most_frequent() : certain.most_frequent();
}

} // namespace touchline::league
