// Messages of the catalogue from field=value, as people type them.
#pragma once

#include "messages/catalogue.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class FieldDescriptor;
class Message;
} // namespace google::protobuf

namespace touchline::nodes {

/// Most elements of a list that is made by index.
inline constexpr int max_list_elements = 1'000;

/// Makes a message of its fields: `league=en.1`, parts of parts by points (`score.home=2`), enums
/// by name (`score.award=TO_HOME`), elements of lists by their place from 0 (`goals.0.minute=12`)
/// or one after another (`teams=a teams=b`, `teams=a,b`), and JSON for whole parts
/// (`score='{"home":2}'`). One sentence that says what would be right when a name, a value or what
/// names the receiver does not fit.
tl::expected<std::unique_ptr<google::protobuf::Message>, std::string> make_message(
  const message_info& info, const std::vector<std::string>& fields);

/// What a value of a field is, for people: "a whole number from 0", "GK, DF or MF", "text".
std::string describe_value(const google::protobuf::FieldDescriptor& field);

/// The field that a name with points leads to, a place in a list being a number; nullptr for none.
const google::protobuf::FieldDescriptor* find_field(const google::protobuf::Descriptor& type,
                                                    std::string_view path);

/// The names with which a path goes on that ends where something is still to be typed, a point
/// included: "score." and "" for the fields of a score, and whether each is one with parts.
struct field_choice {
  std::string name;
  bool has_parts = false;
};
std::vector<field_choice> fields_at(const google::protobuf::Descriptor& type,
                                    std::string_view path);

/// Names that a value of a field may have, for completion: those of an enum, true and false.
std::vector<std::string> values_of(const google::protobuf::FieldDescriptor& field);

/// Whether people may type a message: it comes from outside, and nothing in it is a secret.
bool may_be_typed(const message_info& info);

/// The fields that say whom a message is for, by name.
std::vector<std::string> receiver_fields(const message_info& info);

} // namespace touchline::nodes
