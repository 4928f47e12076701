// Keys, passwords, tokens and invitations: what is forged, expired, used or revoked is refused.
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "nodes/authentication.hpp"
#include "tests/actors/test_node.hpp"

#include <fstream>
#include <iterator>
#include <memory>

#include <sys/stat.h>

using namespace touchline;
using namespace touchline::nodes;
using namespace touchline::testing;

namespace {

const std::string password = "correct horse";
const std::string wrong_password = "correct horsf";
/// As little as libsodium allows: these tests are not about the cost.
constexpr password_cost cheap{actors::min_password_operations, actors::min_password_memory};

identity_key key_of(unsigned char byte) {
  std::array<unsigned char, identity_key_bytes> bytes;
  bytes.fill(byte);
  return identity_key{bytes};
}

Grant some_grant() {
  Grant x;
  x.set_account("en/jane");
  x.set_token(std::string(actors::token_id_digits, '7'));
  x.set_issued_ms(1'000);
  x.set_expires_ms(2'000);
  x.set_role(VIEWER);
  return x;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Texts that differ from `text` in one place, or in their length.
std::vector<std::string> forgeries_of(const std::string& text) {
  std::vector<std::string> result{
    "",         ".",        ":",         "::",           text + 'A',  'A' + text,
    text + '=', text + ' ', text + '\n', text.substr(1), text + text, std::string(100'000, 'A')};
  for (size_t i = 0; i < text.size(); ++i) {
    result.push_back(text.substr(0, i));
    for (auto other : {'A', 'B', '0', '1', '.', ':', '/', '-', '\0', '\xff'})
      if (other != text[i]) {
        result.push_back(text);
        result.back()[i] = other;
      }
    result.push_back(text);
    result.back()[i] = static_cast<char>(text[i] ^ 1);
  }
  return result;
}

/// A node, its identity context and a door to it.
class guarded_node {
public:
  class set_clock final : public actors::clock {
  public:
    int64_t now_ms() const override { return at; }
    int64_t steady_ms() const override { return actors::system_clock().steady_ms(); }
    int64_t at = 1'700'000'000'000;
  };

  guarded_node() {
    node.client_clock = &clock;
    restart();
  }

  void restart() {
    door_.reset();
    node.restart();
    door_ = std::make_unique<authentication>(node.client(), key, clock, cheap);
  }

  /// An account with the password.
  void make(const std::string& account, Role role = VIEWER) {
    AccountCreate create;
    create.set_account(account);
    create.set_name("Jane");
    create.set_role(role);
    if (role == TEAM_OWNER)
      create.add_teams("arsenal");
    BOOST_TEST_REQUIRE(node.ask("create/" + account, create).ok());
    BOOST_TEST_REQUIRE(door().activate(invitation_code(key, {account, 1}), password).has_value());
  }

  std::string log_in(const std::string& account, int64_t lifetime_ms = 0) {
    auto token = door().log_in(account, password, lifetime_ms);
    BOOST_TEST_REQUIRE(token.has_value());
    return *token;
  }

  authentication& door() { return *door_; }

  set_clock clock;
  test_node node;
  identity_key key = key_of(1);

private:
  std::unique_ptr<authentication> door_;
};

bool is_refused(const tl::expected<Grant, refusal>& x) {
  return !x && x.error().code == UNAUTHENTICATED;
}

} // namespace

// -- the key --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_data_directory_has_one_key_that_nobody_else_can_read) {
  temporary_folder folder;
  auto first = identity_key::open(folder.path());
  BOOST_TEST_REQUIRE(first.has_value());
  struct stat about {};
  BOOST_TEST(::stat((folder / identity_key_file).c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 07777) == 0600u);
  BOOST_TEST(about.st_size == static_cast<off_t>(identity_key_bytes));
  auto again = identity_key::open(folder.path());
  BOOST_TEST(again->sign("purpose", "content") == first->sign("purpose", "content"));
  temporary_folder other;
  BOOST_TEST(identity_key::open(other.path())->sign("purpose", "content")
             != first->sign("purpose", "content"));
}

BOOST_AUTO_TEST_CASE(a_key_file_that_is_not_one_is_refused_in_one_sentence) {
  temporary_folder folder;
  auto file = folder / identity_key_file;
  auto refused = [&](const std::string& expected) {
    auto key = identity_key::open(folder.path());
    BOOST_TEST_REQUIRE(!key.has_value());
    BOOST_TEST(key.error().text.starts_with("The key file " + file), key.error().text);
    BOOST_TEST(key.error().text.find(expected) != std::string::npos, key.error().text);
  };
  for (size_t size : {0u, 31u, 33u}) {
    std::ofstream{file, std::ios::trunc} << std::string(size, 'k');
    ::chmod(file.c_str(), 0600);
    refused("has " + std::to_string(size) + " bytes instead of 32");
  }
  std::ofstream{file, std::ios::trunc} << std::string(32, 'k');
  for (auto mode : {0640u, 0604u, 0620u, 0602u, 0644u}) {
    ::chmod(file.c_str(), mode);
    refused("chmod 600");
  }
  std::filesystem::rename(file, folder / "elsewhere");
  std::filesystem::create_symlink(folder / "elsewhere", file);
  refused("cannot be read");
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  refused("is not a file");
  std::filesystem::remove(file);
  // Left behind by a process that ended while it wrote.
  std::ofstream{file + ".new"} << "half a k";
  BOOST_TEST(identity_key::open(folder.path()).has_value());
  BOOST_TEST(!std::filesystem::exists(file + ".new"));
}

BOOST_AUTO_TEST_CASE(a_key_is_not_written_where_nothing_can_be_written) {
  auto key = identity_key::open("/proc/nowhere");
  BOOST_TEST_REQUIRE(!key.has_value());
  BOOST_TEST(key.error().code == STORAGE_FAILED);
}

BOOST_AUTO_TEST_CASE(a_signature_is_for_one_purpose_and_one_content) {
  auto key = key_of(1);
  auto signature = key.sign("purpose", "content");
  auto fits = [&](const identity_key& with, std::string_view purpose, std::string_view content) {
    return with.verify(purpose, content, signature, signature.size());
  };
  BOOST_TEST(fits(key, "purpose", "content"));
  BOOST_TEST(!fits(key, "purpos", "econtent"));
  BOOST_TEST(!fits(key, "purpose ", "content"));
  BOOST_TEST(!fits(key, "purpose", "Content"));
  BOOST_TEST(!fits(key_of(2), "purpose", "content"));
  BOOST_TEST(!key.verify("purpose", "content", "", signature.size()));
  BOOST_TEST(!key.verify("purpose", "content", std::string(64, 'x'), 64));
}

// -- passwords ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_password_has_8_to_1024_bytes_of_utf8) {
  for (size_t size : {8u, 1024u})
    BOOST_TEST(!check_password(std::string(size, 'x')).has_value());
  for (size_t size : {0u, 7u, 1025u})
    BOOST_TEST(check_password(std::string(size, 'x')).value() == "A password has 8 to 1024 bytes.");
  BOOST_TEST(!check_password("пароль").has_value());
  BOOST_TEST(check_password("not utf8 \xff").value() == "The password is not UTF-8.");
}

// The expected bytes are those of the reference implementation:
// echo -n "correct horse battery" | argon2 0123456789abcdef -id -t 3 -k 64 -p 1 -l 32 -v 13 -r
BOOST_AUTO_TEST_CASE(a_proof_is_argon2id_of_the_password) {
  PasswordParameters parameters;
  parameters.set_salt("0123456789abcdef");
  parameters.set_operations(3);
  parameters.set_memory_bytes(64 << 10);
  auto proof = derive_proof("correct horse battery", parameters);
  BOOST_TEST_REQUIRE(proof.has_value());
  std::string hex;
  for (auto x : *proof) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(x) & 255u);
    hex += digits;
  }
  BOOST_TEST(hex == "d954dcab5dd0ac649ec8e75007e75bc0a4dfcfe20819f55f9be92935d53ba4bf");
  parameters.set_salt("0123456789abcdeg");
  BOOST_TEST(*derive_proof("correct horse battery", parameters) != *proof);
}

BOOST_AUTO_TEST_CASE(nobody_makes_a_node_run_out_of_memory_with_parameters) {
  auto parameters = draw_parameters(cheap);
  BOOST_TEST(derive_proof(password, parameters).has_value());
  parameters.set_memory_bytes(uint64_t{1} << 40);
  BOOST_TEST(derive_proof(password, parameters).error().code == INVALID_ARGUMENT);
  parameters = draw_parameters({uint64_t{1} << 30, actors::min_password_memory});
  BOOST_TEST(derive_proof(password, parameters).error().code == INVALID_ARGUMENT);
}

BOOST_AUTO_TEST_CASE(salts_and_ids_are_drawn_anew) {
  BOOST_TEST(draw_parameters().salt() != draw_parameters().salt());
  BOOST_TEST(!actors::check_password_parameters(draw_parameters()).has_value());
  auto id = random_hex(16);
  BOOST_TEST(id.size() == 32u);
  BOOST_TEST(id.find_first_not_of("0123456789abcdef") == std::string::npos);
  BOOST_TEST(id != random_hex(16));
}

// -- tokens and invitations -----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_token_says_whose_it_is_and_nothing_about_rights) {
  auto key = key_of(1);
  auto grant = read_token(key, sign_token(key, some_grant()), 1'999);
  BOOST_TEST_REQUIRE(grant.has_value());
  BOOST_TEST(grant->ShortDebugString()
             == "account: \"en/jane\" token: \"77777777777777777777777777777777\" issued_ms: 1000 "
                "expires_ms: 2000");
}

BOOST_AUTO_TEST_CASE(a_token_that_differs_in_one_place_is_refused) {
  auto key = key_of(1);
  for (auto& forged : forgeries_of(sign_token(key, some_grant())))
    BOOST_TEST(is_refused(read_token(key, forged, 1'500)), forged.substr(0, 300));
  BOOST_TEST(is_refused(read_token(key_of(2), sign_token(key, some_grant()), 1'500)));
}

BOOST_AUTO_TEST_CASE(the_signature_of_one_token_does_not_fit_another_one) {
  auto key = key_of(1);
  auto mine = sign_token(key, some_grant());
  for (auto spoil :
       {+[](Grant& x) { x.set_account("en/boss"); }, +[](Grant& x) { x.set_expires_ms(1'000'000); },
        +[](Grant& x) { x.set_token(std::string(actors::token_id_digits, '8')); }}) {
    auto other = some_grant();
    spoil(other);
    auto theirs = sign_token(key_of(2), other);
    auto mixed = theirs.substr(0, theirs.find('.')) + mine.substr(mine.find('.'));
    BOOST_TEST(is_refused(read_token(key, mixed, 1'500)));
  }
}

BOOST_AUTO_TEST_CASE(a_token_is_refused_from_the_moment_when_it_expires) {
  auto key = key_of(1);
  auto token = sign_token(key, some_grant());
  BOOST_TEST(read_token(key, token, 1'999).has_value());
  BOOST_TEST(is_refused(read_token(key, token, 2'000)));
}

BOOST_AUTO_TEST_CASE(an_invitation_code_is_read_as_it_was_made_and_never_otherwise) {
  auto key = key_of(1);
  auto code = invitation_code(key, {"en/jane", 12});
  BOOST_TEST(code.starts_with("en/jane:12:"));
  auto read = read_invitation(key, code);
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->account == "en/jane");
  BOOST_TEST(read->number == 12u);
  auto forgeries = forgeries_of(code);
  for (auto* other :
       {"en/jane:012:", "en/jane:+12:", "en/jane: 12:", "en/jane:99999999999999999999:"})
    forgeries.push_back(other + code.substr(code.rfind(':') + 1));
  for (auto& forged : forgeries)
    BOOST_TEST(!read_invitation(key, forged).has_value(), forged.substr(0, 300));
  BOOST_TEST(!read_invitation(key_of(2), code).has_value());
  BOOST_TEST(!read_invitation(key, sign_token(key, some_grant())).has_value());
}

// -- through a node -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(who_logs_in_has_the_rights_of_the_account) {
  guarded_node guard;
  guard.make("en/jane", TEAM_OWNER);
  auto token = guard.log_in("en/jane");
  guard.restart();
  auto grant = guard.door().authenticate(token);
  BOOST_TEST_REQUIRE(grant.has_value());
  BOOST_TEST(grant->account() == "en/jane");
  BOOST_TEST(grant->role() == TEAM_OWNER);
  BOOST_TEST(grant->teams(0) == "arsenal");
}

BOOST_AUTO_TEST_CASE(an_invitation_is_good_for_one_activation) {
  guarded_node guard;
  guard.make("en/jane");
  auto code = invitation_code(guard.key, {"en/jane", 1});
  BOOST_TEST(guard.door().activate(code, "another password").error().code == CONFLICT);
  BOOST_TEST(guard.door().activate(code + 'x', password).error().code == UNAUTHENTICATED);
  auto next = invitation_code(guard.key, {"en/jane", 2});
  BOOST_TEST(guard.door().activate(next, password).error().code == CONFLICT);
  AccountInvite invite;
  invite.set_account("en/jane");
  BOOST_TEST(guard.node.ask("invite", invite).ok());
  BOOST_TEST(guard.door().activate(next, "short").error().code == INVALID_ARGUMENT);
  BOOST_TEST(guard.door().activate(next, "another password").value() == "en/jane");
  BOOST_TEST(guard.door().log_in("en/jane", "another password").has_value());
}

BOOST_AUTO_TEST_CASE(a_token_ends_when_it_expires_is_revoked_or_its_account_is_suspended) {
  guarded_node guard;
  guard.make("en/jane");
  auto expired = guard.log_in("en/jane", 60'000);
  BOOST_TEST(guard.door().authenticate(expired).has_value());
  guard.clock.at += 60'000;
  BOOST_TEST(is_refused(guard.door().authenticate(expired)));
  auto revoked = guard.log_in("en/jane");
  TokenRevoke revoke;
  revoke.set_account("en/jane");
  revoke.set_token(guard.door().authenticate(revoked)->token());
  BOOST_TEST(guard.node.ask("revoke", revoke).ok());
  BOOST_TEST(is_refused(guard.door().authenticate(revoked)));
  auto suspended = guard.log_in("en/jane");
  AccountUpdate update;
  update.set_account("en/jane");
  update.set_suspended(true);
  BOOST_TEST(guard.node.ask("suspend", update).ok());
  guard.restart();
  BOOST_TEST(is_refused(guard.door().authenticate(revoked)));
  BOOST_TEST(is_refused(guard.door().authenticate(suspended)));
  BOOST_TEST(guard.door().log_in("en/jane", password).error().code == FORBIDDEN);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_signed_but_was_never_granted_is_refused) {
  guarded_node guard;
  guard.make("en/jane");
  guard.make("en/boss", LEAGUE_ADMINISTRATOR);
  auto grant = *guard.door().authenticate(guard.log_in("en/jane"));
  BOOST_TEST(guard.door().authenticate(sign_token(guard.key, grant)).has_value());
  grant.set_account("en/boss");
  BOOST_TEST(is_refused(guard.door().authenticate(sign_token(guard.key, grant))));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_an_unknown_account_and_one_without_a_password_look_the_same) {
  guarded_node guard;
  guard.make("en/jane");
  AccountCreate create;
  create.set_account("en/invited");
  create.set_name("Invited");
  create.set_role(VIEWER);
  guard.node.ask("create", create);
  for (int i = 0; i <= actors::max_failures; ++i) {
    auto said = guard.door().log_in("en/jane", wrong_password).error();
    BOOST_TEST(said.code == (i < actors::max_failures ? UNAUTHENTICATED : TOO_MANY_ATTEMPTS));
    for (auto* account : {"en/invited", "en/nobody"}) {
      auto other = guard.door().log_in(account, wrong_password).error();
      BOOST_TEST(other.code == said.code);
      BOOST_TEST(other.text == said.text);
    }
    guard.restart();
  }
  BOOST_TEST(guard.door().log_in("en/jane", password).error().code == TOO_MANY_ATTEMPTS);
  guard.clock.at += actors::lock_ms;
  BOOST_TEST(guard.door().log_in("en/jane", password).has_value());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_password_or_an_account_is_refused_before_any_work) {
  guarded_node guard;
  guard.make("en/jane");
  for (auto& text : {std::string{"short"}, std::string(1'025, 'x'), std::string{"not utf8 \xff"}})
    BOOST_TEST(guard.door().log_in("en/jane", text).error().code == INVALID_ARGUMENT);
  BOOST_TEST(guard.door().log_in("EN/jane", password).error().code == INVALID_ARGUMENT);
  BOOST_TEST(guard.door().log_in("", password).error().code == INVALID_ARGUMENT);
  BOOST_TEST(guard.node.records("identity/en/jane").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_new_password_needs_the_old_one_and_ends_all_tokens) {
  guarded_node guard;
  guard.make("en/jane");
  auto token = guard.log_in("en/jane");
  auto& door = guard.door();
  BOOST_TEST(door.set_password("en/jane", wrong_password, "new password").error().code
             == UNAUTHENTICATED);
  BOOST_TEST(door.set_password("en/jane", password, "short").error().code == INVALID_ARGUMENT);
  BOOST_TEST(door.authenticate(token).has_value());
  BOOST_TEST(door.set_password("en/jane", password, "new password").has_value());
  BOOST_TEST(is_refused(door.authenticate(token)));
  BOOST_TEST(door.log_in("en/jane", password).error().code == UNAUTHENTICATED);
  BOOST_TEST(door.log_in("en/jane", "new password").has_value());
}

BOOST_AUTO_TEST_CASE(no_password_and_no_token_is_in_the_data_file) {
  guarded_node guard;
  guard.make("en/jane");
  auto token = guard.log_in("en/jane");
  auto failed = guard.door().log_in("en/jane", wrong_password).error().text;
  BOOST_TEST(failed.find("horsf") == std::string::npos);
  guard.restart();
  auto bytes = read_file(guard.node.data_file());
  BOOST_TEST(bytes.find("en/jane") != std::string::npos);
  for (auto& secret : {password, wrong_password, token, token.substr(0, token.find('.')),
                       token.substr(token.find('.') + 1)})
    BOOST_TEST(bytes.find(secret) == std::string::npos);
}
