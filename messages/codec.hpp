// From a catalogue number and bytes back to a typed CAF message, and the other way.
#pragma once

#include "messages/header.hpp"

#include <caf/message.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace touchline {

/// Parses the bytes of message `number`; nullptr when there is no such message or the bytes are not
/// one.
std::unique_ptr<google::protobuf::Message> parse_message(uint32_t number, std::string_view bytes);

/// The CAF message `(header, M)` for a body of the catalogue's message `number`, which is copied
/// into it.
caf::message to_caf_message(header head, uint32_t number, const google::protobuf::Message& body);

/// The bytes of a message, the same for the same content: fields that are maps in the order of their
/// keys. For what is stored or compared.
std::string stable_bytes(const google::protobuf::Message& x);

/// A hash of a message's number and content, to recognise another command under the same id.
uint64_t content_hash(uint32_t number, const google::protobuf::Message& body);

/// The catalogue number of the message in a CAF message `(header, M)`; 0 when it is not of this
/// shape.
uint32_t number_of_message(const caf::message& x);

/// The body of a CAF message `(header, M)`; nullptr when it is not of this shape. Lives as long as
/// `x`.
const google::protobuf::Message* body_of_message(const caf::message& x);

} // namespace touchline
