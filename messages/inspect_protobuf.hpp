// How CAF carries Protobuf messages: as their own bytes, so that nodes of two versions understand
// each other.
#pragma once

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <google/protobuf/message_lite.h>

#include <concepts>
#include <string>

namespace touchline {

/// Saves and loads any Protobuf message of this namespace as its serialized bytes. Loading fails on
/// bytes that are not such a message.
template <class Inspector, std::derived_from<google::protobuf::MessageLite> Message>
bool inspect(Inspector& f, Message& x) {
  if constexpr (Inspector::is_loading) {
    std::string bytes;
    if (!f.apply(bytes))
      return false;
    if (x.ParseFromString(bytes))
      return true;
    f.emplace_error(caf::sec::conversion_failed, "not a message of the catalogue");
    return false;
  } else {
    auto bytes = x.SerializeAsString();
    return f.apply(bytes);
  }
}

} // namespace touchline
