#include "nodes/front/page_files.hpp"

#include "nodes/front/operation_response.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace touchline::front {

namespace {

std::string_view content_type(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> types{
    {{".js", "text/javascript; charset=utf-8"},
     {".mjs", "text/javascript; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".svg", "image/svg+xml"},
     {"/", "text/html; charset=utf-8"}}};
  const auto* at = std::ranges::find_if(types, [path](auto& x) { return path.ends_with(x.first); });
  return at == types.end() ? "text/plain; charset=utf-8" : at->second;
}

/// Whether Accept-Encoding names gzip and does not refuse it (RFC 9110, 12.5.3).
bool takes_gzip(std::string_view accepted) {
  auto at = accepted.find("gzip");
  if (at == std::string_view::npos)
    return false;
  auto rest = accepted.substr(at, accepted.find(',', at) - at);
  auto quality = rest.find("q=0");
  return quality == std::string_view::npos
         || rest.find_first_of("123456789", quality) != std::string_view::npos;
}

} // namespace

const page_file* find_page_file(std::string_view path) {
  auto files = page_files();
  auto at = std::ranges::find(files, path, &page_file::path);
  return at == files.end() ? nullptr : &*at;
}

http_response page_response(const page_file& file, const http_request& request) {
  const bool packed = !file.compressed.empty() && takes_gzip(request.header("accept-encoding"));
  http_response out;
  // The two forms are different bytes, which a strong ETag has to tell apart.
  auto etag = '"' + std::string{file.etag} + (packed ? "-gzip\"" : "\"");
  if (names_etag(request.header("if-none-match"), etag)) {
    constexpr unsigned not_modified = 304;
    out.status = not_modified;
  } else {
    out.body = packed ? file.compressed : file.bytes;
    out.set("Content-Type", std::string{content_type(file.path)});
    if (packed)
      out.set("Content-Encoding", "gzip");
  }
  out.set("ETag", std::move(etag));
  // To be kept, and asked about each time: a page of one version with scripts of another does not
  // work.
  out.set("Cache-Control", "no-cache");
  out.set("Vary", "Accept-Encoding");
  out.set("Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
          "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          "require-trusted-types-for 'script'; trusted-types 'none'");
  out.set("Cross-Origin-Opener-Policy", "same-origin");
  out.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  return out;
}

} // namespace touchline::front
