// C-Raft's header, which is C: the one place that includes it. Not for users of the core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>

// It checks its own layout with types defined inside of sizeof, which C++ does not allow.
#define static_assert(...) // NOLINT
extern "C" {
#include <raft.h>
}
#undef static_assert
