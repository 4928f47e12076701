// Writes catalogue_types.hpp from the compiled catalogue: the list of message types in the order of
// their numbers, and a CAF type id for each. Run by the build.
#include "messages/catalogue.pb.h"

#include <fstream>
#include <iostream>
#include <map>
#include <string>

namespace {

using google::protobuf::Descriptor;

/// The catalogue's messages by number; empty, with a sentence on standard error, when two share one
/// or one is missing.
std::map<uint32_t, const Descriptor*> messages_by_number() {
  const auto* file = touchline::TeamCreate::descriptor()->file();
  std::map<uint32_t, const Descriptor*> result;
  for (int i = 0; i < file->message_type_count(); ++i) {
    const auto* type = file->message_type(i);
    if (!type->options().HasExtension(touchline::catalogue))
      continue;
    auto number = type->options().GetExtension(touchline::catalogue).number();
    if (auto [at, added] = result.emplace(number, type); !added) {
      std::cerr << "catalogue.proto: " << type->name() << " and " << at->second->name()
                << " have the same number " << number << "\n";
      return {};
    }
  }
  for (uint32_t number = 1; number <= result.size(); ++number)
    if (!result.contains(number)) {
      std::cerr << "catalogue.proto: no message has the number " << number
                << "; numbers go from 1 without a gap, because CAF type ids do\n";
      return {};
    }
  return result;
}

void write(std::ostream& out, const std::map<uint32_t, const Descriptor*>& messages) {
  out << "// Made from messages/catalogue.proto by catalogue_types_generator.\n#pragma once\n\n"
         "#include \"messages/catalogue.pb.h\"\n#include \"messages/inspect_protobuf.hpp\"\n\n"
         "#include <caf/type_id.hpp>\n\nnamespace touchline {\n\n"
         "template <class... Ts>\nstruct message_list {};\n\n"
         "/// Every message of the catalogue, in the order of their numbers.\n"
         "using catalogue_messages = message_list<";
  for (auto& [number, type] : messages)
    out << (number == 1 ? "\n  " : ",\n  ") << type->name();
  out << ">;\n\n/// The number of a message in the catalogue.\ntemplate <class Message>\n"
         "inline constexpr uint32_t number_of = 0;\n";
  for (auto& [number, type] : messages)
    out << "template <>\ninline constexpr uint32_t number_of<" << type->name() << "> = " << number
        << ";\n";
  out << "\n} // namespace touchline\n\n"
         "// The type id of a message is this block's first id plus its number less one.\n"
         "CAF_BEGIN_TYPE_ID_BLOCK(touchline_catalogue, first_custom_type_id + 100)\n";
  for (auto& [number, type] : messages)
    out << "  CAF_ADD_TYPE_ID(touchline_catalogue, (touchline::" << type->name() << "))\n";
  out << "CAF_END_TYPE_ID_BLOCK(touchline_catalogue)\n";
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: catalogue_types_generator FILE\n";
    return 2;
  }
  auto messages = messages_by_number();
  if (messages.empty())
    return 1;
  std::ofstream out{argv[1]};
  write(out, messages);
  out.flush();
  if (!out) {
    std::cerr << "cannot write " << argv[1] << "\n";
    return 1;
  }
}
