// A small pyramid as a configuration file has it: three tiers of 4, 6 and 6 teams.
#pragma once

#include "tests/nodes/process.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

namespace touchline::testing {

inline const std::string small_pyramid = R"(touchline {
  snapshot-every = 64
}

pyramid {
  key = "isles"
  name = "Football of the Isles"
  rule-set = "england"
  first-year = 2030
  start = "08-10"
  end = "05-20"
  capital {
    amount = 5000000000
    currency = "GBP"
  }
  squad {
    min = 11
    max = 40
  }
  windows = [
    {
      name = "summer",
      from = "06-10",
      to = "09-01"
    },
    {
      name = "winter",
      from = "01-01",
      to = "02-01"
    }
  ]
  sponsors = [
    {
      key = "ferry-line",
      name = "Ferry Line",
      league = "isles.1",
      amount = 100000001,
      currency = "GBP",
      bonuses = [
        {
          from = 1,
          to = 2,
          amount = 5000
        }
      ]
    },
    {
      key = "smokehouse",
      name = "The Smokehouse",
      team = "Unst Rovers",
      amount = 700,
      currency = "GBP",
      start = "2031-08-01",
      end = "2035-07-31"
    }
  ]
  tiers = [
    {
      name = "First Division",
      teams = [
        "Stornoway United",
        "Lerwick Town",
        "Kirkwall City",
        "Douglas Athletic"
      ]
    },
    {
      name = "Second Division",
      promoted = 1,
      play-offs = 2,
      teams = [
        "Ryde Wanderers",
        "Tobermory",
        "Portree",
        "Stromness Albion",
        "Peel Rangers",
        "Cowes"
      ]
    },
    {
      name = "Third Division",
      promoted = 1,
      play-offs = 4,
      teams = [
        "Unst Rovers",
        "Castlebay",
        "Hugh Town",
        "Brodick",
        "Craignure",
        "Lochmaddy"
      ]
    }
  ]
}
)";

/// The file with its first occurrence of `text` replaced; the text must be there.
inline std::string changed_pyramid(const std::string& text, const std::string& by) {
  auto result = small_pyramid;
  auto at = result.find(text);
  BOOST_TEST_REQUIRE(at != std::string::npos, "the small pyramid has no \"" << text << '"');
  return result.replace(at, text.size(), by);
}

} // namespace touchline::testing
