#include "nodes/certificates.hpp"

#include "messages/text.hpp"
#include "nodes/cluster/cluster_configuration.hpp"
#include "nodes/commands.hpp"
#include "nodes/openssl_objects.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

namespace touchline::nodes {

namespace {

namespace fs = std::filesystem;

constexpr const char* default_cluster = "trial";

/// An authority outlives what it signs.
constexpr int authority_days = 2 * max_certificate_days;

/// Clocks of the machines of a cluster may differ by so much.
constexpr long clock_skew_seconds = 3'600;

constexpr long day_seconds = 86'400;

/// Version 3, as X.509 counts.
constexpr long version_3 = 2;

/// Who signs.
struct authority {
  certificate_object certificate;
  key_object key;
};

/// A certificate and its key that are to be written as NAME.pem and NAME.key.
struct issued {
  std::string name;
  certificate_object certificate;
  key_object key;
};

/// An extension by its number in OpenSSL and its value as in openssl.cnf.
struct extension {
  int id;
  std::string value;
};

std::string openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

tl::unexpected<std::string> openssl_failed(const std::string& what) {
  return tl::unexpected{what + " cannot be made: " + openssl_error() + '.'};
}

// -- making ---------------------------------------------------------------------------------------

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1)
    return false;
  // Positive, as RFC 5280 wants.
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x3fU) | 0x40U);
  openssl_object<BIGNUM, BN_free> number{BN_bin2bn(bytes.data(), bytes.size(), nullptr)};
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool add_name(X509_NAME* name, const char* field, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0)
         == 1;
}

bool add_extensions(X509* certificate, X509* issuer, const std::vector<extension>& extensions) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  return std::ranges::all_of(extensions, [&](const extension& x) {
    extension_object made{X509V3_EXT_nconf_nid(nullptr, &context, x.id, x.value.c_str())};
    return made && X509_add_ext(certificate, made.get(), -1) == 1;
  });
}

/// No certificate is good for longer than the one that signs it.
bool set_times(X509* certificate, const X509* issuer, int days) {
  auto* end = X509_getm_notAfter(certificate);
  if (!X509_gmtime_adj(X509_getm_notBefore(certificate), -clock_skew_seconds)
      || !X509_gmtime_adj(end, days * day_seconds))
    return false;
  const auto* last = issuer == certificate ? end : X509_get0_notAfter(issuer);
  return ASN1_TIME_compare(end, last) <= 0 || X509_set1_notAfter(certificate, last) == 1;
}

/// A new key with a certificate, signed by `signer` or, without one, by itself.
tl::expected<issued, std::string> issue(const std::string& file, const std::string& common_name,
                                        const std::string& cluster, const std::string& unit,
                                        int days, const authority* signer,
                                        const std::vector<extension>& extensions) {
  issued result{file, certificate_object{X509_new()}, key_object{EVP_EC_gen("P-256")}};
  auto* certificate = result.certificate.get();
  if (!certificate || !result.key)
    return openssl_failed("A key for " + common_name);
  auto* issuer = signer ? signer->certificate.get() : certificate;
  auto* signing_key = signer ? signer->key.get() : result.key.get();
  auto* subject = X509_get_subject_name(certificate);
  if (X509_set_version(certificate, version_3) != 1 || !set_serial(certificate)
      || !add_name(subject, "O", cluster) || (!unit.empty() && !add_name(subject, "OU", unit))
      || !add_name(subject, "CN", common_name)
      || X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1
      || X509_set_pubkey(certificate, result.key.get()) != 1
      || !set_times(certificate, issuer, days) || !add_extensions(certificate, issuer, extensions)
      || X509_sign(certificate, signing_key, EVP_sha256()) == 0)
    return openssl_failed("A certificate for " + common_name);
  return result;
}

tl::expected<issued, std::string> issue_authority(const std::string& cluster) {
  return issue("ca", "authority of " + cluster, cluster, {}, authority_days, nullptr,
               {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                {NID_key_usage, "critical,keyCertSign,cRLSign"},
                {NID_subject_key_identifier, "hash"}});
}

/// Nodes call one another, so that each is server and client.
tl::expected<issued, std::string> issue_member(const std::string& name, const char* usage,
                                               const std::string& alternative_names,
                                               const std::string& cluster, const std::string& unit,
                                               int days, const authority& signer) {
  return issue(name, name, cluster, unit, days, &signer,
               {{NID_basic_constraints, "critical,CA:FALSE"},
                {NID_key_usage, "critical,digitalSignature"},
                {NID_ext_key_usage, usage},
                {NID_subject_key_identifier, "hash"},
                {NID_authority_key_identifier, "keyid:always"},
                {NID_subject_alt_name, alternative_names}});
}

std::string alternative_names(const std::string& name, const std::vector<std::string>& hosts) {
  auto result = "DNS:" + name;
  for (auto& host : hosts)
    result += (is_ip_address(host) ? ",IP:" : ",DNS:") + host;
  return result;
}

// -- files ----------------------------------------------------------------------------------------

fs::path certificate_file(const fs::path& folder, const std::string& name) {
  return folder / (name + ".pem");
}

fs::path key_file(const fs::path& folder, const std::string& name) {
  return folder / (name + ".key");
}

/// Writes next to the place and moves it there, so that whoever finds the file finds all of it.
template <class Print>
std::optional<std::string> write_file(const fs::path& path, mode_t mode, Print print) {
  auto wrong = [&path] {
    return path.string() + " cannot be written: " + std::system_category().message(errno) + '.';
  };
  auto unnamed = path;
  unnamed += ".new";
  ::unlink(unnamed.c_str());
  auto descriptor = ::open(unnamed.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0)
    return wrong();
  bio_object out{BIO_new_fd(descriptor, BIO_CLOSE)};
  if (!out || print(out.get()) != 1 || ::fsync(descriptor) != 0
      || ::rename(unnamed.c_str(), path.c_str()) != 0) {
    auto result = wrong();
    ::unlink(unnamed.c_str());
    return result;
  }
  return std::nullopt;
}

/// The key first: a certificate without its key is of no use.
std::optional<std::string> write_issued(const fs::path& folder, const issued& x) {
  constexpr mode_t owner_only = S_IRUSR | S_IWUSR;
  constexpr mode_t readable = owner_only | S_IRGRP | S_IROTH;
  if (auto wrong = write_file(key_file(folder, x.name), owner_only, [&x](BIO* out) {
        return PEM_write_bio_PrivateKey(out, x.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
      }))
    return wrong;
  return write_file(certificate_file(folder, x.name), readable,
                    [&x](BIO* out) { return PEM_write_bio_X509(out, x.certificate.get()); });
}

// -- the authority --------------------------------------------------------------------------------

tl::expected<authority, std::string> read_authority(const certificate_request& request) {
  auto file = certificate_file(request.folder, "ca");
  auto key = key_file(request.folder, "ca");
  authority result{read_certificate(file), read_private_key(key)};
  ERR_clear_error();
  if (!result.certificate)
    return tl::unexpected{file.string() + " is no certificate in PEM."};
  if (!result.key)
    return tl::unexpected{key.string() + " is no private key that can be read; without the key of "
                          + file.string() + " nothing can be signed."};
  if (X509_check_private_key(result.certificate.get(), result.key.get()) != 1)
    return tl::unexpected{key.string() + " is not the key of " + file.string() + '.'};
  if (X509_cmp_current_time(X509_get0_notAfter(result.certificate.get())) < 0)
    return tl::unexpected{file.string() + " has expired."};
  auto cluster = subject_field(*result.certificate, NID_organizationName);
  if (!request.cluster.empty() && cluster != request.cluster)
    return tl::unexpected{file.string() + " is the authority of the cluster \"" + excerpt(cluster)
                          + "\", not of \"" + request.cluster + "\"."};
  return result;
}

bool has_authority(const certificate_request& request) {
  return fs::exists(certificate_file(request.folder, "ca"))
         || fs::exists(key_file(request.folder, "ca"));
}

// -- what is asked for ----------------------------------------------------------------------------

std::vector<std::string> names_of(const certificate_request& request) {
  std::vector<std::string> result;
  for (auto id : request.nodes)
    result.push_back(node_name(id));
  for (auto& client : request.clients)
    result.push_back("client-" + client);
  return result;
}

std::optional<std::string> check_request(const certificate_request& request) {
  if (request.nodes.empty() && request.clients.empty())
    return "Name nodes or clients to make certificates for.";
  if (request.nodes.size() + request.clients.size() > max_certificates)
    return "At most " + std::to_string(max_certificates) + " certificates are made at once.";
  if (!request.cluster.empty())
    if (auto wrong = check_key("The cluster's name", request.cluster))
      return wrong;
  for (auto id : request.nodes)
    if (id < 1 || id > max_node_id)
      return "The id of a node is from 1 to " + std::to_string(max_node_id) + ", not "
             + std::to_string(id) + '.';
  for (auto& client : request.clients)
    if (auto wrong = check_key("The client's name", client))
      return wrong;
  for (auto& host : request.hosts)
    if (!is_host(host))
      return '"' + excerpt(host) + "\" is neither a host's name nor an IP address.";
  if (!request.role.empty()
      && std::ranges::find(account_roles, request.role) == account_roles.end())
    return '"' + excerpt(request.role) + "\" is no role of an account.";
  if (request.days < 1 || request.days > max_certificate_days)
    return "Certificates are made for 1 to " + std::to_string(max_certificate_days) + " days.";
  return std::nullopt;
}

std::optional<std::string> check_files(const certificate_request& request) {
  std::set<std::string> seen;
  for (auto& name : names_of(request)) {
    if (!seen.insert(name).second)
      return name + " is named twice.";
    for (auto& file : {certificate_file(request.folder, name), key_file(request.folder, name)})
      if (!request.force && fs::exists(file))
        return file.string() + " is there already; --force replaces it.";
  }
  return std::nullopt;
}

tl::expected<std::vector<issued>, std::string> issue_all(const certificate_request& request) {
  std::vector<issued> result;
  authority signer;
  if (has_authority(request)) {
    auto there = read_authority(request);
    if (!there)
      return tl::unexpected{there.error()};
    signer = std::move(*there);
  } else {
    auto made = issue_authority(request.cluster.empty() ? default_cluster : request.cluster);
    if (!made)
      return tl::unexpected{made.error()};
    X509_up_ref(made->certificate.get());
    EVP_PKEY_up_ref(made->key.get());
    signer = {certificate_object{made->certificate.get()}, key_object{made->key.get()}};
    result.push_back(std::move(*made));
  }
  auto cluster = subject_field(*signer.certificate, NID_organizationName);
  for (auto& name : names_of(request)) {
    auto is_node = name.starts_with("node-");
    auto made
      = issue_member(name, is_node ? "serverAuth,clientAuth" : "clientAuth",
                     alternative_names(name, is_node ? request.hosts : std::vector<std::string>{}),
                     cluster, is_node ? std::string{} : request.role, request.days, signer);
    if (!made)
      return tl::unexpected{made.error()};
    result.push_back(std::move(*made));
  }
  return result;
}

} // namespace

tl::expected<std::vector<fs::path>, std::string> make_certificates(
  const certificate_request& request) {
  if (auto wrong = check_request(request))
    return tl::unexpected{*wrong};
  if (auto wrong = check_files(request))
    return tl::unexpected{*wrong};
  auto all = issue_all(request);
  if (!all)
    return tl::unexpected{all.error()};
  std::error_code failed;
  fs::create_directories(request.folder, failed);
  if (failed)
    return tl::unexpected{"The folder " + request.folder.string()
                          + " cannot be created: " + failed.message() + '.'};
  std::vector<fs::path> files;
  for (auto& x : *all) {
    if (auto wrong = write_issued(request.folder, x))
      return tl::unexpected{*wrong};
    files.push_back(certificate_file(request.folder, x.name));
    files.push_back(key_file(request.folder, x.name));
  }
  return files;
}

} // namespace touchline::nodes
