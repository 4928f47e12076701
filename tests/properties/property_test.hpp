// What every suite of properties begins with: RapidCheck within Boost.Test. RC_PARAMS, as
// tests/properties/CMakeLists.txt and tools/properties set it, says the seed and the number of
// cases.
#pragma once

#ifndef BOOST_TEST_DYN_LINK
#define BOOST_TEST_DYN_LINK
#endif
#include <boost/test/unit_test.hpp>

#include <rapidcheck.h>
#include <rapidcheck/boost_test.h>

namespace touchline::testing {

/// Integers from `from` to before `to`, all equally often: inRange alone prefers the first ones
/// while cases are small.
template <class Integer>
rc::Gen<Integer> number(Integer from, Integer to) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Integer>(from, to));
}

} // namespace touchline::testing
