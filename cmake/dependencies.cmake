# Everything that Touchline stands on. setup/packages installs what Debian has, setup/caf and setup/raft build the rest.
# Headers of imported targets are system headers, so that GCC's warnings about CAF's do not stop the build.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS unit_test_framework)
include(caf)
include(raft)
if(TOUCHLINE_TESTS)
  find_package(rapidcheck REQUIRED)
endif()
pkg_check_modules(lmdb REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(edit REQUIRED IMPORTED_TARGET libedit)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)

# Actors allocate on one thread and free on another, which jemalloc does better than the C library; the sanitizers bring
# allocators of their own.
if(TOUCHLINE_SANITIZE)
  add_library(touchline_allocator INTERFACE)
else()
  pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
  add_library(touchline_allocator INTERFACE)
  target_link_libraries(touchline_allocator INTERFACE PkgConfig::jemalloc)
endif()
