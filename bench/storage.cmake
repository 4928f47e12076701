# The storage room's benchmark: the group-committing writer beside a bare loop over LMDB, lookups, the
# check of a data file, and resident memory with many streams.
add_executable(bench_storage_writer ${PROJECT_SOURCE_DIR}/bench/storage_writer.cpp)
target_link_libraries(bench_storage_writer PRIVATE touchline_storage touchline_warnings)
