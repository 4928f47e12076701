// A file that is there as a whole or not at all.
#pragma once

#include <tl/expected.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace touchline::nodes {

/// Written under another name in the same folder, and renamed when it is complete and on disk. What
/// was not finished is removed. Errors are one sentence.
class whole_file {
public:
  /// "-" is standard output, where nothing can be taken back. A file that is there is refused
  /// unless it may be replaced.
  static tl::expected<whole_file, std::string> create(const std::filesystem::path& path,
                                                      bool replace);

  whole_file(whole_file&& other) noexcept;
  whole_file& operator=(whole_file&&) = delete;
  ~whole_file();

  /// Adds bytes; what cannot be written is told by `finish` at the latest.
  tl::expected<void, std::string> write(std::string_view bytes);

  /// The file is there from now on.
  tl::expected<void, std::string> finish();

private:
  whole_file() = default;
  std::string sentence(const std::string& what) const;

  std::filesystem::path path_;
  /// Empty for standard output, and when there is nothing to remove.
  std::filesystem::path written_;
  std::FILE* out_ = nullptr;
  bool replace_ = false;
};

} // namespace touchline::nodes
