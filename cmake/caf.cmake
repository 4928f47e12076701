# Finds CAF, or has setup/caf build it into this machine's cache.
#
# A CAF from 0.18 on that CMake already finds is used as it is (CAF_ROOT or CAF_DIR name one in an unusual place). CAF 1.0
# removed interfaces that Touchline uses. CAF's package only answers to its exact version, so the version is looked up first.
set(oldest_caf 0.18)
set(first_incompatible_caf 1.0)
set(cached_caf "/caf-[0-9.]+-[0-9a-f]+(-[a-z]+)?/lib/cmake/CAF$")

# Configuring again asks setup/caf again: its answer changes with its options and with the compiler.
set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/setup/caf ${CMAKE_SOURCE_DIR}/setup/library.sh)
if(CAF_DIR MATCHES "${cached_caf}")
  unset(CAF_DIR CACHE)
endif()

set(caf_sanitizer)
if(TOUCHLINE_SANITIZE MATCHES "thread")
  set(caf_sanitizer thread)
elseif(TOUCHLINE_SANITIZE MATCHES "address" AND NOT TOUCHLINE_FUZZ)
  set(caf_sanitizer address)
endif()
# Fuzzing does with the one that everything else uses, whose compiler is another one.
set(caf_compiler ${CMAKE_CXX_COMPILER})
if(TOUCHLINE_FUZZ)
  set(caf_compiler c++)
endif()

# CAF's package names OpenSSL's targets without looking for them.
find_package(OpenSSL REQUIRED)

# An installed CAF is not instrumented, and half an instrumented program gives the thread sanitizer false alarms.
if(NOT caf_sanitizer OR CAF_ROOT OR DEFINED ENV{CAF_ROOT} OR CAF_DIR)
  find_package(CAF 0.18.7 CONFIG QUIET)
  if(NOT CAF_FOUND)
    foreach(version IN LISTS CAF_CONSIDERED_VERSIONS)
      if(NOT CAF_FOUND AND version VERSION_GREATER_EQUAL oldest_caf AND version VERSION_LESS first_incompatible_caf)
        find_package(CAF ${version} EXACT CONFIG QUIET)
      endif()
    endforeach()
  endif()
endif()

if(NOT CAF_FOUND)
  set(caf_command ${CMAKE_COMMAND} -E env CXX=${caf_compiler} ${CMAKE_SOURCE_DIR}/setup/caf)
  if(caf_sanitizer)
    list(APPEND caf_command --sanitize ${caf_sanitizer})
  endif()
  execute_process(COMMAND ${caf_command}
    OUTPUT_VARIABLE caf_prefix OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE caf_status)
  if(NOT caf_status EQUAL 0)
    message(FATAL_ERROR "CAF is missing and could not be built; the lines above say why.")
  endif()
  find_package(CAF 0.18.7 REQUIRED CONFIG PATHS ${caf_prefix} NO_DEFAULT_PATH)
endif()
message(STATUS "CAF ${CAF_VERSION} in ${CAF_DIR}")
