// What the certificates of a trial cluster say, and who accepts them: looked at with OpenSSL alone.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/certificate_check.hpp"
#include "nodes/certificates.hpp"
#include "nodes/openssl_objects.hpp"
#include "tests/nodes/process.hpp"

#include <sys/stat.h>

using namespace touchline;
using namespace touchline::nodes;
using namespace touchline::testing;

namespace {

certificate_request request_for(const work_folder& folder, std::vector<uint32_t> ids) {
  certificate_request result;
  result.folder = folder.path();
  result.nodes = std::move(ids);
  return result;
}

void make(const certificate_request& request) {
  auto made = make_certificates(request);
  BOOST_TEST_REQUIRE(made.has_value(), made.error());
}

void refuses(const certificate_request& request, const std::string& expected) {
  auto made = make_certificates(request);
  BOOST_TEST_REQUIRE(!made.has_value(), "accepted, instead of: " << expected);
  BOOST_TEST(made.error().find(expected) != std::string::npos, made.error());
  BOOST_TEST(made.error().ends_with('.'));
}

/// X509_V_OK, or why an authority does not accept a certificate for a purpose.
int verify(const std::string& authority, const std::string& certificate, int purpose) {
  auto subject = read_certificate(certificate);
  store_object store{X509_STORE_new()};
  verification_object verification{X509_STORE_CTX_new()};
  BOOST_TEST_REQUIRE(X509_STORE_load_file(store.get(), authority.c_str()) == 1);
  X509_STORE_CTX_init(verification.get(), store.get(), subject.get(), nullptr);
  X509_STORE_CTX_set_purpose(verification.get(), purpose);
  X509_verify_cert(verification.get());
  return X509_STORE_CTX_get_error(verification.get());
}

bool names_host(const std::string& certificate, const std::string& host) {
  auto x = read_certificate(certificate);
  return X509_check_host(x.get(), host.data(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                         nullptr)
         == 1;
}

bool names_address(const std::string& certificate, const std::string& address) {
  return X509_check_ip_asc(read_certificate(certificate).get(), address.c_str(), 0) == 1;
}

int days_left(const std::string& certificate) {
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(read_certificate(certificate).get()));
  return days;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_authority_accepts_what_it_signed_and_nobody_else_does) {
  work_folder folder;
  work_folder other;
  make(request_for(folder, {1, 2}));
  make(request_for(other, {1}));
  for (auto* name : {"node-1.pem", "node-2.pem"})
    for (auto purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT})
      BOOST_TEST(verify(folder / "ca.pem", folder / name, purpose) == X509_V_OK);
  // Both authorities have the same name and the same cluster: it is the key that counts.
  BOOST_TEST(verify(other / "ca.pem", folder / "node-1.pem", X509_PURPOSE_SSL_SERVER) != X509_V_OK);
  BOOST_TEST(verify(folder / "ca.pem", other / "node-1.pem", X509_PURPOSE_SSL_CLIENT) != X509_V_OK);
  BOOST_TEST(verify(folder / "node-1.pem", folder / "node-2.pem", X509_PURPOSE_SSL_CLIENT)
             != X509_V_OK);
}

BOOST_AUTO_TEST_CASE(a_certificate_says_whose_it_is_and_for_which_cluster) {
  work_folder folder;
  auto request = request_for(folder, {7});
  request.cluster = "northern-cup";
  request.hosts = {"alpha.example", "10.0.0.7", "fe80::7"};
  request.clients = {"ann"};
  make(request);
  auto node = read_certificate(folder / "node-7.pem");
  BOOST_TEST(subject_field(*node, NID_commonName) == "node-7");
  BOOST_TEST(subject_field(*node, NID_organizationName) == "northern-cup");
  for (auto* host : {"node-7", "alpha.example"})
    BOOST_TEST(names_host(folder / "node-7.pem", host));
  for (auto* address : {"10.0.0.7", "fe80::7"})
    BOOST_TEST(names_address(folder / "node-7.pem", address));
  BOOST_TEST(!names_address(folder / "node-7.pem", "127.0.0.1"));
  auto client = read_certificate(folder / "client-ann.pem");
  BOOST_TEST(subject_field(*client, NID_commonName) == "client-ann");
  BOOST_TEST(subject_field(*client, NID_organizationName) == "northern-cup");
  BOOST_TEST(verify(folder / "ca.pem", folder / "client-ann.pem", X509_PURPOSE_SSL_CLIENT)
             == X509_V_OK);
  BOOST_TEST(verify(folder / "ca.pem", folder / "client-ann.pem", X509_PURPOSE_SSL_SERVER)
             == X509_V_ERR_INVALID_PURPOSE);
}

BOOST_AUTO_TEST_CASE(keys_are_elliptic_their_own_and_for_their_owner_alone) {
  work_folder folder;
  make(request_for(folder, {1, 2}));
  for (auto* name : {"ca", "node-1", "node-2"}) {
    auto file = folder / (name + std::string{".key"});
    struct stat about {};
    BOOST_TEST_REQUIRE(stat(file.c_str(), &about) == 0);
    BOOST_TEST((about.st_mode & 0777U) == 0600U);
    auto key = read_private_key(file);
    BOOST_TEST_REQUIRE(key.get() != nullptr);
    BOOST_TEST(EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC);
    BOOST_TEST(EVP_PKEY_get_bits(key.get()) == 256);
    auto certificate = read_certificate(folder / (name + std::string{".pem"}));
    BOOST_TEST(X509_check_private_key(certificate.get(), key.get()) == 1);
  }
  BOOST_TEST(read_file(folder / "node-1.key") != read_file(folder / "node-2.key"));
}

BOOST_AUTO_TEST_CASE(an_authority_that_is_there_signs_for_more_nodes) {
  work_folder folder;
  auto first = request_for(folder, {1});
  first.cluster = "cup";
  make(first);
  auto authority = read_file(folder / "ca.pem") + read_file(folder / "ca.key");
  make(request_for(folder, {2}));
  BOOST_TEST(read_file(folder / "ca.pem") + read_file(folder / "ca.key") == authority);
  BOOST_TEST(verify(folder / "ca.pem", folder / "node-2.pem", X509_PURPOSE_SSL_SERVER)
             == X509_V_OK);
  BOOST_TEST(subject_field(*read_certificate(folder / "node-2.pem"), NID_organizationName)
             == "cup");
  auto third = request_for(folder, {3});
  third.cluster = "league";
  refuses(third, "is the authority of the cluster \"cup\", not of \"league\"");
  BOOST_TEST(!std::filesystem::exists(folder / "node-3.pem"));
}

BOOST_AUTO_TEST_CASE(files_that_are_there_stay_unless_they_are_to_be_replaced) {
  work_folder folder;
  make(request_for(folder, {1}));
  auto before = read_file(folder / "node-1.pem");
  auto authority = read_file(folder / "ca.pem");
  auto again = request_for(folder, {2, 1});
  refuses(again, (folder / "node-1.pem") + " is there already; --force replaces it");
  BOOST_TEST(!std::filesystem::exists(folder / "node-2.pem"));
  again.force = true;
  make(again);
  BOOST_TEST(read_file(folder / "node-1.pem") != before);
  BOOST_TEST(read_file(folder / "ca.pem") == authority);
  BOOST_TEST(check_certificate({folder / "ca.pem", folder / "node-1.pem", folder / "node-1.key"},
                               "node-1", "trial")
               .empty());
}

BOOST_AUTO_TEST_CASE(an_authority_that_cannot_sign_is_refused) {
  work_folder folder;
  make(request_for(folder, {1}));
  std::filesystem::copy_file(folder / "node-1.key", folder / "ca.key",
                             std::filesystem::copy_options::overwrite_existing);
  refuses(request_for(folder, {2}), "is not the key of");
  std::filesystem::remove(folder / "ca.key");
  refuses(request_for(folder, {2}), "nothing can be signed");
  write_file(folder / "ca.pem", "nonsense");
  refuses(request_for(folder, {2}), "is no certificate in PEM");
}

BOOST_AUTO_TEST_CASE(certificates_are_good_for_as_long_as_was_asked) {
  work_folder folder;
  auto request = request_for(folder, {1});
  request.days = 30;
  make(request);
  BOOST_TEST(days_left(folder / "node-1.pem") >= 29);
  BOOST_TEST(days_left(folder / "node-1.pem") <= 30);
  BOOST_TEST(days_left(folder / "ca.pem") > max_certificate_days);
  request = request_for(folder, {2});
  request.days = 1;
  make(request);
  auto found = check_certificate({folder / "ca.pem", folder / "node-2.pem", folder / "node-2.key"},
                                 "node-2", "trial");
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].warning);
  BOOST_TEST(found[0].text.find("expires in") != std::string::npos, found[0].text);
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused_and_nothing_is_written) {
  work_folder folder;
  auto changed = [&folder](auto change) {
    auto request = request_for(folder, {1});
    change(request);
    return request;
  };
  refuses(request_for(folder, {}), "Name nodes or clients");
  refuses(request_for(folder, {0}), "from 1 to 65535, not 0");
  refuses(request_for(folder, {65'536}), "from 1 to 65535, not 65536");
  refuses(request_for(folder, {3, 3}), "node-3 is named twice");
  refuses(request_for(folder, std::vector<uint32_t>(257, 1)), "At most 256");
  refuses(changed([](auto& x) { x.cluster = "The Cup"; }), "The cluster's name");
  refuses(changed([](auto& x) { x.clients = {"../ann"}; }), "The client's name");
  refuses(changed([](auto& x) { x.hosts = {"alpha,DNS:beta"}; }), "neither a host's name");
  refuses(changed([](auto& x) { x.days = 0; }), "1 to 3650 days");
  BOOST_TEST(std::filesystem::is_empty(folder.path()));
  write_file(folder / "plain", "a file");
  refuses(changed([&](auto& x) { x.folder = folder / "plain/within"; }), "cannot be created");
}

BOOST_AUTO_TEST_CASE(the_command_makes_them_and_names_the_files) {
  work_folder folder;
  auto out = folder / "certs";
  auto x = run(folder, {"certs", "--out", out, "--nodes", "1,2", "--client", "ann", "--hosts",
                        "alpha,10.0.0.1", "--cluster", "cup", "--days", "10"});
  BOOST_TEST(x.status == 0, x.err);
  std::string expected;
  for (auto* name : {"ca", "node-1", "node-2", "client-ann"})
    expected += out + '/' + name + ".pem\n" + out + '/' + name + ".key\n";
  BOOST_TEST(x.out == expected);
  BOOST_TEST(names_host(out + "/node-2.pem", "alpha"));
  auto again = run(folder, {"certs", "--out", out, "--nodes", "2"});
  BOOST_TEST(again.status == 1);
  BOOST_TEST(again.err.find("is there already") != std::string::npos, again.err);
  BOOST_TEST(run(folder, {"certs", "--out", out, "--nodes", "2", "--force"}).status == 0);
  BOOST_TEST(run(folder, {"certs", "--out", out, "--nodes", "two"}).status == 2);
}
