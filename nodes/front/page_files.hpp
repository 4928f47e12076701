// The page that a person's browser gets: files of nodes/front/page, within the program since it was
// built.
#pragma once

#include "nodes/front/http_message.hpp"

#include <span>
#include <string_view>

namespace touchline::front {

/// One file of the page.
struct page_file {
  /// "/" or "/page/app.js".
  std::string_view path;
  std::string_view bytes;
  /// The same with gzip; empty when it is not there.
  std::string_view compressed;
  /// Of the bytes, without quotes.
  std::string_view etag;
};

/// Every file, by name.
std::span<const page_file> page_files();

/// The file that is served at a path; null when none is.
const page_file* find_page_file(std::string_view path);

/// The answer to GET and HEAD: compressed when the client takes it, 304 when it has it already. It
/// says that the page may load nothing from any other host, and run nothing but its own files.
http_response page_response(const page_file& file, const http_request& request);

} // namespace touchline::front
