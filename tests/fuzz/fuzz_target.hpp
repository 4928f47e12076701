// What a fuzz target is: a function that takes any bytes, and inputs to begin with. libFuzzer calls
// it (tools/fuzz), and so does replay.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace touchline::fuzz {

/// Inputs that show the target what there is. The same in every run.
std::vector<std::string> seeds();

/// Takes one input. Whatever it is, the process goes on.
void take(std::string_view input);

/// Ends the process with a sentence unless something holds.
void must(bool holds, const char* what);

/// An input with a few bytes changed, cut off or repeated.
std::string change(std::string input, std::mt19937& draws);

/// A file of the project.
std::string project_file(const std::string& path);

/// Takes the first byte off an input that chooses; 0 when it is empty.
uint8_t take_choice(std::string_view& input);

/// An input for a choice.
std::string chosen(uint8_t choice, std::string_view rest);

} // namespace touchline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size);
