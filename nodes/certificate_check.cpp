#include "nodes/certificate_check.hpp"

#include "messages/text.hpp"
#include "nodes/openssl_objects.hpp"

#include <array>

#include <openssl/err.h>
#include <sys/stat.h>

namespace touchline::nodes {

namespace {

using where = certificate_finding::file;

class certificate_checker {
public:
  certificate_checker(const certificate_files& files, std::string member, std::string cluster)
    : files_{files},
      member_{std::move(member)},
      cluster_{std::move(cluster)} {}

  std::vector<certificate_finding> check() {
    auto authority = there(where::ca, files_.ca) ? read_certificate(files_.ca) : nullptr;
    if (!authority)
      find(where::ca, files_.ca.string() + " is no certificate in PEM");
    auto certificate = there(where::certificate, files_.certificate)
                         ? read_certificate(files_.certificate)
                         : nullptr;
    if (!certificate)
      find(where::certificate, files_.certificate.string() + " is no certificate in PEM");
    check_key_file(certificate.get());
    if (certificate) {
      check_subject(*certificate);
      check_end(*certificate);
    }
    if (certificate && authority)
      check_signature(*certificate);
    ERR_clear_error();
    return std::move(found_);
  }

private:
  /// Only the first finding about a file that is no file or not the right one is kept.
  void find(where file, const std::string& what, bool warning = false) {
    if (missing_[static_cast<size_t>(file)])
      return;
    found_.push_back({file, what + '.', warning});
  }

  bool there(where file, const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::is_regular_file(path, failed))
      return true;
    find(file, "There is no file " + path.string());
    missing_[static_cast<size_t>(file)] = true;
    return false;
  }

  void check_key_file(const X509* certificate) {
    if (!there(where::key, files_.key))
      return;
    struct stat about {};
    if (::stat(files_.key.c_str(), &about) == 0 && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      find(where::key, files_.key.string()
                         + " may be read or written by others; take their rights away with chmod "
                           "600");
    auto key = read_private_key(files_.key);
    if (!key)
      find(where::key, files_.key.string() + " is no private key in PEM without a pass phrase");
    else if (certificate && X509_check_private_key(certificate, key.get()) != 1)
      find(where::key, files_.key.string() + " is not the key of " + files_.certificate.string());
  }

  void check_subject(const X509& certificate) {
    auto is_of = files_.certificate.string() + " is the certificate of ";
    if (auto name = subject_field(certificate, NID_commonName); name != member_)
      find(where::certificate, is_of + '"' + excerpt(name) + "\", not of \"" + member_ + '"');
    if (auto name = subject_field(certificate, NID_organizationName); name != cluster_)
      find(where::certificate,
           is_of + "the cluster \"" + excerpt(name) + "\", not of \"" + cluster_ + '"');
  }

  void check_end(const X509& certificate) {
    int days = 0;
    int seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(&certificate)) == 1 && days >= 0
        && seconds >= 0 && days < expiry_warning_days)
      find(where::certificate,
           files_.certificate.string() + " expires in " + std::to_string(days) + " days", true);
  }

  void check_signature(X509& certificate) {
    store_object store{X509_STORE_new()};
    verification_object verification{X509_STORE_CTX_new()};
    auto others = intermediates();
    if (!store || !verification || X509_STORE_load_file(store.get(), files_.ca.c_str()) != 1
        || X509_STORE_CTX_init(verification.get(), store.get(), &certificate, others.get()) != 1) {
      find(where::ca, files_.ca.string() + " cannot be used as an authority");
      return;
    }
    if (X509_verify_cert(verification.get()) == 1)
      return;
    auto why = X509_STORE_CTX_get_error(verification.get());
    find(where::certificate, files_.certificate.string() + " is not accepted by the authority "
                               + files_.ca.string() + ": " + X509_verify_cert_error_string(why));
  }

  /// The certificates behind the first one in its file.
  openssl_object<STACK_OF(X509), free_certificates> intermediates() const {
    openssl_object<STACK_OF(X509), free_certificates> result{sk_X509_new_null()};
    bio_object in{BIO_new_file(files_.certificate.c_str(), "r")};
    bool first = true;
    while (auto* x = in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr) {
      if (first || sk_X509_push(result.get(), x) == 0)
        X509_free(x);
      first = false;
    }
    return result;
  }

  const certificate_files& files_;
  std::string member_;
  std::string cluster_;
  std::array<bool, 3> missing_{};
  std::vector<certificate_finding> found_;
};

} // namespace

std::vector<certificate_finding> check_certificate(const certificate_files& files,
                                                   const std::string& member,
                                                   const std::string& cluster) {
  return certificate_checker{files, member, cluster}.check();
}

} // namespace touchline::nodes
