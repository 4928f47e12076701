# Has setup/raft build C-Raft into this machine's cache, unless it is there, and offers it as touchline_raft.
#
# An installed C-Raft is not looked for: memory changes hands differently in other versions (docs/adr/0029-c-raft.md).
set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/setup/raft ${CMAKE_SOURCE_DIR}/setup/library.sh)

set(raft_command ${CMAKE_COMMAND} -E env CC=${CMAKE_C_COMPILER} ${CMAKE_SOURCE_DIR}/setup/raft)
if(TOUCHLINE_SANITIZE MATCHES "thread")
  list(APPEND raft_command --sanitize thread)
elseif(TOUCHLINE_SANITIZE MATCHES "address")
  list(APPEND raft_command --sanitize address)
endif()
execute_process(COMMAND ${raft_command}
  OUTPUT_VARIABLE raft_prefix OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE raft_status)
if(NOT raft_status EQUAL 0)
  message(FATAL_ERROR "C-Raft is missing and could not be built; the lines above say why.")
endif()
set(TOUCHLINE_RAFT ${raft_prefix} CACHE INTERNAL "Where C-Raft is")

# Headers of imported targets are system headers: C-Raft's would not pass Touchline's warnings.
add_library(touchline_raft STATIC IMPORTED)
set_target_properties(touchline_raft PROPERTIES
  IMPORTED_LOCATION ${raft_prefix}/lib/libraft.a
  INTERFACE_INCLUDE_DIRECTORIES ${raft_prefix}/include)
message(STATUS "C-Raft in ${raft_prefix}")
