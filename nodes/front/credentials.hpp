// The operations in which a person's password comes over HTTP. The messages of the catalogue have a
// proof in its place, and the front is the edge that derives it.
#pragma once

#include "nodes/authentication.hpp"
#include "nodes/front/http_message.hpp"
#include "nodes/front/problem.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <span>
#include <string>

namespace touchline::front {

/// A field of the body of such an operation.
struct credential_field {
  const char* name;
  /// Of JSON's schema: "string" or "integer".
  const char* type;
  bool required;
  const char* description;
};

/// The fields of the body of a message; empty for a message that has its fields from the catalogue.
/// token.issue, account.activate and account.setpassword have some.
std::span<const credential_field> credential_fields(uint32_t number);

/// The body of such an operation: with the fields that it must have, each of its type, and no
/// others. The problem names the one that is wrong.
tl::expected<nlohmann::json, problem> read_credentials(uint32_t number,
                                                       const http_request& request);

/// Does the operation for the account of the path; waits for the identity context, and as long as a
/// password takes. `key` is what the door's tokens are signed with.
http_response run_credential_operation(uint32_t number, const std::string& account,
                                       const http_request& request, nodes::authentication& door,
                                       const nodes::identity_key& key);

} // namespace touchline::front
