// Whether a certificate, its key and the authority fit together, before anybody connects with them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace touchline::nodes {

/// A certificate with those of the certificates between it and the authority, in PEM.
struct certificate_files {
  std::filesystem::path ca;
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// Something wrong with one of the files.
struct certificate_finding {
  enum class file { ca, certificate, key };

  file where = file::certificate;
  /// A sentence.
  std::string text;
  /// True for what works now.
  bool warning = false;
};

/// Days before the end of a certificate from which on it is warned about.
inline constexpr int expiry_warning_days = 14;

/// What is wrong: a file that is missing or is not what it should be, a key of another certificate
/// or that others may read, a certificate that the authority did not sign or whose time is not now,
/// or one of another member or cluster than these.
std::vector<certificate_finding> check_certificate(const certificate_files& files,
                                                   const std::string& member,
                                                   const std::string& cluster);

} // namespace touchline::nodes
