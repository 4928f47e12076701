#include "nodes/certificate_proof.hpp"

#include "messages/text.hpp"
#include "nodes/account_roles.hpp"
#include "nodes/openssl_objects.hpp"

#include <openssl/err.h>

namespace touchline::nodes {

namespace {

using digest_object = openssl_object<EVP_MD_CTX, EVP_MD_CTX_free>;

/// What is signed is never mistaken for anything else that the key signs.
std::string signed_text(std::string_view challenge) {
  return "touchline login 1\n" + std::string{challenge};
}

const unsigned char* bytes_of(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

tl::unexpected<refusal> unproven(std::string why) {
  ERR_clear_error();
  return tl::unexpected<refusal>{{UNAUTHENTICATED, std::move(why)}};
}

certificate_object parse_certificate(std::string_view pem) {
  bio_object in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  return certificate_object{in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr};
}

/// Why the authority does not accept a certificate; empty when it does.
std::string refused_by(const std::filesystem::path& authority, X509& certificate) {
  store_object store{X509_STORE_new()};
  verification_object verification{X509_STORE_CTX_new()};
  if (!store || !verification || X509_STORE_load_file(store.get(), authority.c_str()) != 1
      || X509_STORE_CTX_init(verification.get(), store.get(), &certificate, nullptr) != 1)
    return "the node's authority cannot be read";
  X509_STORE_CTX_set_purpose(verification.get(), X509_PURPOSE_SSL_CLIENT);
  if (X509_verify_cert(verification.get()) == 1)
    return {};
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(verification.get()));
}

} // namespace

tl::expected<std::string, refusal> sign_challenge(const std::filesystem::path& key,
                                                  std::string_view challenge) {
  auto secret = read_private_key(key);
  digest_object context{EVP_MD_CTX_new()};
  auto text = signed_text(challenge);
  size_t size = 0;
  if (!secret || !context
      || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, secret.get()) != 1
      || EVP_DigestSign(context.get(), nullptr, &size, bytes_of(text), text.size()) != 1) {
    ERR_clear_error();
    return tl::unexpected<refusal>{
      {INVALID_ARGUMENT,
       key.string() + " is no private key in PEM without a pass phrase that can sign."}};
  }
  std::string out(size, '\0');
  auto done = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                             bytes_of(text), text.size());
  if (done != 1)
    return unproven("The challenge cannot be signed with " + key.string() + ".");
  out.resize(size);
  return out;
}

tl::expected<certificate_holder, refusal> check_proof(const std::filesystem::path& authority,
                                                      const std::string& cluster,
                                                      std::string_view certificate,
                                                      std::string_view challenge,
                                                      std::string_view signature) {
  if (authority.empty())
    return unproven("This cluster has no TLS and knows no certificates; log in with an account.");
  if (certificate.size() > max_certificate_bytes || signature.size() > max_signature_bytes)
    return unproven("The certificate or its signature is too large.");
  auto parsed = parse_certificate(certificate);
  if (!parsed)
    return unproven("What was shown is no certificate in PEM.");
  if (auto why = refused_by(authority, *parsed); !why.empty())
    return unproven("The certificate is not accepted by the authority of the cluster: " + why
                    + ".");
  auto name = subject_field(*parsed, NID_commonName);
  if (subject_field(*parsed, NID_organizationName) != cluster)
    return unproven("The certificate of " + excerpt(name) + " is one of another cluster.");
  digest_object context{EVP_MD_CTX_new()};
  auto text = signed_text(challenge);
  if (!context
      || EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr,
                              X509_get0_pubkey(parsed.get()))
           != 1
      || EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size())
           != 1)
    return unproven("The challenge was not signed with the key of the certificate of "
                    + excerpt(name) + ".");
  return certificate_holder{name, role_named(subject_field(*parsed, NID_organizationalUnitName))};
}

} // namespace touchline::nodes
