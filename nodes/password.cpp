#include "nodes/password.hpp"

#include "messages/text.hpp"

#include <sodium.h>

namespace touchline::nodes {

static_assert(actors::salt_bytes == crypto_pwhash_argon2id_SALTBYTES);
static_assert(actors::min_password_memory == crypto_pwhash_argon2id_MEMLIMIT_MIN);
static_assert(actors::min_password_operations == crypto_pwhash_argon2id_OPSLIMIT_MIN);

namespace {

std::string random_bytes(size_t bytes) {
  std::string result(bytes, '\0');
  randombytes_buf(result.data(), result.size());
  return result;
}

} // namespace

std::optional<std::string> check_password(std::string_view password) {
  if (password.size() < min_password_bytes || password.size() > max_password_bytes)
    return "A password has " + std::to_string(min_password_bytes) + " to "
           + std::to_string(max_password_bytes) + " bytes.";
  if (!count_code_points(password))
    return "The password is not UTF-8.";
  return std::nullopt;
}

PasswordParameters draw_parameters(const password_cost& cost) {
  PasswordParameters result;
  result.set_salt(random_bytes(actors::salt_bytes));
  result.set_operations(cost.operations);
  result.set_memory_bytes(cost.memory_bytes);
  return result;
}

tl::expected<std::string, refusal> derive_proof(std::string_view password,
                                                const PasswordParameters& parameters) {
  for (auto& wrong : {check_password(password), actors::check_password_parameters(parameters)})
    if (wrong)
      return tl::unexpected<refusal>{refusal{INVALID_ARGUMENT, *wrong}};
  std::string proof(actors::proof_bytes, '\0');
  auto failed = crypto_pwhash_argon2id(
    reinterpret_cast<unsigned char*>(proof.data()), proof.size(), password.data(), password.size(),
    reinterpret_cast<const unsigned char*>(parameters.salt().data()), parameters.operations(),
    parameters.memory_bytes(), crypto_pwhash_argon2id_ALG_ARGON2ID13);
  if (failed)
    return tl::unexpected<refusal>{
      refusal{UNAVAILABLE, "There is not enough memory to derive a password: "
                             + std::to_string(parameters.memory_bytes()) + " bytes are needed."}};
  return proof;
}

std::string random_hex(size_t bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string result;
  for (auto x : random_bytes(bytes)) {
    auto value = static_cast<unsigned char>(x);
    result += digits[value >> 4];
    result += digits[value & 15];
  }
  return result;
}

} // namespace touchline::nodes
