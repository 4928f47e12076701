# What every room and every suite has in common: warnings, sanitizers, ccache.

# Paths in objects are relative to the project's root, so that every clone on a machine shares ccache's results.
find_program(TOUCHLINE_CCACHE ccache)
if(TOUCHLINE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${TOUCHLINE_CCACHE})
  # Precompiled headers that ccache can look into.
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  else()
    add_compile_options(-fpch-preprocess)
  endif()
endif()
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

set(TOUCHLINE_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")
if(TOUCHLINE_SANITIZE)
  add_compile_options(-fsanitize=${TOUCHLINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TOUCHLINE_SANITIZE})
endif()

# What libFuzzer goes by. Only the targets in tests/fuzz/ are linked with its main().
if(TOUCHLINE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

# The same numbers on every machine: no fused multiply-add behind the arithmetic of the match model.
add_compile_options(-ffp-contract=off)

add_library(touchline_warnings INTERFACE)
target_compile_options(touchline_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough $<$<CXX_COMPILER_ID:GNU>:-Werror>)

# touchline_generated(TARGET): a library of protoc's classes. Clang takes minutes to instrument the largest of them.
function(touchline_generated target)
  if(TOUCHLINE_FUZZ)
    target_compile_options(${target} PRIVATE -fno-sanitize=all)
  endif()
endfunction()

# touchline_room(NAME SOURCES ... LINKS ...): the static library touchline_NAME of the folder NAME.
# Headers are included by their path from the project's root: "league/table.hpp".
function(touchline_room name)
  cmake_parse_arguments(room "" "" "SOURCES;LINKS" ${ARGN})
  add_library(touchline_${name} STATIC ${room_SOURCES})
  target_include_directories(touchline_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(touchline_${name} PUBLIC ${room_LINKS} PRIVATE touchline_warnings)
endfunction()

# touchline_only_tests(TARGET): sources of tests. What is tested is optimized, they are not: they compile in half the time.
function(touchline_only_tests target)
  if(CMAKE_BUILD_TYPE STREQUAL Release AND NOT TOUCHLINE_FUZZ)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# touchline_test(NAME SOURCES ... LINKS ...): one Boost.Test executable, one CTest test of the same name.
function(touchline_test name)
  cmake_parse_arguments(test "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  # Every suite has the same main(): it is compiled once.
  if(NOT TARGET touchline_suite)
    add_library(touchline_suite OBJECT ${PROJECT_SOURCE_DIR}/tests/suite.cpp)
    target_link_libraries(touchline_suite PRIVATE touchline_warnings Boost::unit_test_framework)
  endif()
  add_executable(${name} ${test_SOURCES} $<TARGET_OBJECTS:touchline_suite>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${name} PRIVATE
    TOUCHLINE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TOUCHLINE_BINARY_DIR="${CMAKE_BINARY_DIR}" BOOST_TEST_DYN_LINK=)
  touchline_only_tests(${name})
  # Suites of actors and of processes include the same large headers.
  if("${test_LINKS}" MATCHES "touchline_(actors|nodes|real_cluster|served_cluster)")
    target_precompile_headers(${name} REUSE_FROM touchline_test_headers)
    # GCC 12 warns about strings of its own library and values of Boost.Test once their headers are precompiled, because
    # it forgets that they are system headers.
    target_compile_options(${name} PRIVATE -Wno-array-bounds -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow)
  endif()
  target_link_libraries(${name} PRIVATE ${test_LINKS} touchline_warnings Boost::unit_test_framework)
  add_test(NAME ${name} COMMAND ${name} --log_level=test_suite --color_output=no)
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${test_TIMEOUT})
  if(test_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${test_LABELS}")
  endif()
endfunction()

# touchline_node_test(NAME FILE NEEDS ... LABELS ...): one CTest test that is driven with Node.js. FILE is below tests, and
# what it needs, below the build folder or absolute, is fetched by setup/node-tests: without that it is skipped, and says so.
find_program(TOUCHLINE_NODE_JS node)
if(NOT TOUCHLINE_NODE_JS)
  message(STATUS "There is no Node.js: what is driven with it is not tested; setup/node-tests installs it.")
endif()
function(touchline_node_test name file)
  if(NOT TOUCHLINE_NODE_JS)
    return()
  endif()
  cmake_parse_arguments(test "" "" "NEEDS;LABELS" ${ARGN})
  add_test(NAME ${name} COMMAND ${TOUCHLINE_NODE_JS} ${PROJECT_SOURCE_DIR}/tests/run_node_test.mjs ${file} ${test_NEEDS})
  set_tests_properties(${name} PROPERTIES LABELS "${test_LABELS}" TIMEOUT 600 SKIP_RETURN_CODE 77
    ENVIRONMENT "TOUCHLINE_BINARY_DIR=${CMAKE_BINARY_DIR}")
endfunction()
