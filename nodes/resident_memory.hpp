// How much memory the process has.
#pragma once

namespace touchline::nodes {

/// Resident memory in MiB, with the pages of the data file that are mapped; 0 when the system does
/// not tell.
double resident_mib();

/// The part of it that belongs to no file, in MiB.
double anonymous_mib();

} // namespace touchline::nodes
