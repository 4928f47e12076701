// OpenSSL's objects with owners, and files in PEM.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace touchline::nodes {

/// Frees an object with the function that OpenSSL has for its type.
template <auto Free>
struct openssl_free {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

template <class T, auto Free>
using openssl_object = std::unique_ptr<T, openssl_free<Free>>;

/// `BIO_free` gives back what nobody needs to know.
inline void close_bio(BIO* bio) {
  BIO_free(bio);
}

inline void free_certificates(STACK_OF(X509) * stack) {
  sk_X509_pop_free(stack, X509_free);
}

using bio_object = openssl_object<BIO, close_bio>;
using key_object = openssl_object<EVP_PKEY, EVP_PKEY_free>;
using certificate_object = openssl_object<X509, X509_free>;
using extension_object = openssl_object<X509_EXTENSION, X509_EXTENSION_free>;
using store_object = openssl_object<X509_STORE, X509_STORE_free>;
using verification_object = openssl_object<X509_STORE_CTX, X509_STORE_CTX_free>;

/// The first certificate in a file; nullptr when there is none.
inline certificate_object read_certificate(const std::filesystem::path& file) {
  bio_object in{BIO_new_file(file.c_str(), "r")};
  return certificate_object{in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr};
}

/// The private key in a file; nullptr when there is none, or when it has a pass phrase: nobody is
/// asked.
inline key_object read_private_key(const std::filesystem::path& file) {
  bio_object in{BIO_new_file(file.c_str(), "r")};
  auto no_pass_phrase = [](char*, int, int, void*) { return -1; };
  return key_object{in ? PEM_read_bio_PrivateKey(in.get(), nullptr, no_pass_phrase, nullptr)
                       : nullptr};
}

/// A field of the subject by its number in OpenSSL (NID_commonName) in UTF-8; empty when it is
/// missing, or there more than once: then nobody could say which counts.
inline std::string subject_field(const X509& certificate, int field) {
  auto* subject = X509_get_subject_name(&certificate);
  auto at = X509_NAME_get_index_by_NID(subject, field, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, field, at) >= 0)
    return {};
  auto* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  unsigned char* bytes = nullptr;
  auto size = ASN1_STRING_to_UTF8(&bytes, value);
  if (size < 0)
    return {};
  std::string result{reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)};
  OPENSSL_free(bytes);
  return result;
}

} // namespace touchline::nodes
