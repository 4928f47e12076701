// The main() of every test executable: each links this file and Boost.Test's shared library.
#define BOOST_TEST_DYN_LINK
#define BOOST_TEST_MODULE touchline
#include <boost/test/unit_test.hpp>
