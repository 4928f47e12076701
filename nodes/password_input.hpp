// Reads passwords from a person or a pipe, never from an argument.
#pragma once

#include <tl/expected.hpp>

#include <string>

namespace touchline::nodes {

/// Whether standard input is a terminal, with a person at it.
bool input_is_terminal();

/// Reads one line from standard input: on a terminal after a prompt on standard error and without
/// echo, else as it comes. Interrupted by a signal, it puts the terminal right before the signal
/// takes effect. One sentence when there is no line, or one of more than 1,024 bytes.
tl::expected<std::string, std::string> read_password(const std::string& prompt);

/// Reads a password that is to be set: on a terminal twice, as nobody sees what is typed.
tl::expected<std::string, std::string> read_new_password(const std::string& prompt);

} // namespace touchline::nodes
