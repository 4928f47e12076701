// How much memory the process has, and giving back what it does not need.
#pragma once

namespace touchline::nodes {

/// Resident memory in MiB, with the pages of the data file that are mapped; 0 when the system does
/// not tell.
double resident_mib();

/// The part of it that belongs to no file, in MiB.
double anonymous_mib();

/// Gives free pages of the heap back to the system. An allocator keeps them for a while, in the
/// hope that they are needed again; after work that comes in waves they are not. Takes
/// milliseconds.
void release_free_memory();

} // namespace touchline::nodes
