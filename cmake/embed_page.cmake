# Makes one C++ source of the files of the front's page:
#
#   cmake -D FOLDER=nodes/front/page -D OUTPUT=page_content.cpp -D FILES="app.js;..." [-D GZIP=/usr/bin/gzip] -P embed_page.cmake
#
# FILES are relative to FOLDER. The same files give the same source. With GZIP each file is there compressed as well, unless that
# saves nothing.
cmake_minimum_required(VERSION 3.25)

# The bytes of a file as the elements of an array, in lines.
function(read_bytes file out_bytes out_size)
  file(SIZE ${file} size)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REPEAT "....." 20 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  set(${out_bytes} "${bytes}" PARENT_SCOPE)
  set(${out_size} ${size} PARENT_SCOPE)
endfunction()

set(arrays "")
set(table "")
set(number 0)
list(SORT FILES)
foreach(name IN LISTS FILES)
  set(file ${FOLDER}/${name})
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 16 etag)
  read_bytes(${file} bytes size)
  string(APPEND arrays "const unsigned char plain_${number}[] = {\n${bytes}};\n")
  set(compressed "{}")
  if(GZIP)
    # -n: neither name nor time, so that the same file gives the same bytes.
    execute_process(COMMAND ${GZIP} -9nc ${file} OUTPUT_FILE ${OUTPUT}.gz COMMAND_ERROR_IS_FATAL ANY)
    read_bytes(${OUTPUT}.gz packed packed_size)
    file(REMOVE ${OUTPUT}.gz)
    if(packed_size LESS size)
      string(APPEND arrays "const unsigned char packed_${number}[] = {\n${packed}};\n")
      set(compressed "text_of(packed_${number}, sizeof packed_${number})")
    endif()
  endif()
  set(path "/page/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND table "  {\"${path}\", text_of(plain_${number}, sizeof plain_${number}), ${compressed}, \"${etag}\"},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUTPUT} "// Made of nodes/front/page by cmake/embed_page.cmake.
#include \"nodes/front/page_files.hpp\"

namespace touchline::front {

namespace {

std::string_view text_of(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

${arrays}
} // namespace

std::span<const page_file> page_files() {
  static const page_file files[] = {
${table}  };
  return files;
}

} // namespace touchline::front
")
