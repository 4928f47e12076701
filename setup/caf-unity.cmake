# Read by CAF's own project() call when setup/caf configures it: several of CAF's sources are compiled as one, which takes a
# third of the time. These two define a name that an earlier source of the same batch defines as well.
cmake_language(DEFER CALL set_source_files_properties
  ${CMAKE_SOURCE_DIR}/libcaf_core/src/binary_serializer.cpp
  TARGET_DIRECTORY libcaf_core PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
cmake_language(DEFER CALL set_source_files_properties
  ${CMAKE_SOURCE_DIR}/libcaf_io/src/io/network/native_socket.cpp
  TARGET_DIRECTORY libcaf_io PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
