# shellcheck shell=bash
# What every script of the set-up shares. To be sourced.

# Ctrl-C ends the whole set-up quietly, through the scripts' EXIT traps, instead of as the failure of one of its commands.
trap 'exit 130' INT
trap 'exit 143' TERM

# The project's root, whatever folder the caller stands in.
# shellcheck disable=SC2034  # the scripts that source this file use it
touchline_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

# Everything that the set-up says goes to standard error: standard output belongs to the program that it prepares.
say() { printf 'set-up: %s\n' "$*" >&2; }

# Ends the script with one sentence that says what is wrong and what would be right.
fail() { printf 'set-up: error: %s\n' "$*" >&2; exit 1; }

# The folder where work that is done once per machine is kept. Safe to delete: the next set-up fills it again.
touchline_cache() {
  local home=${HOME:-}
  [ -n "$home" ] || home=$(getent passwd "$(id -u)" | cut -d: -f6)
  printf '%s\n' "${TOUCHLINE_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/touchline}"
}

# Compilers that may run at once: one per core, but no more than one per 1.5 GB of memory, which is what the largest
# translation units take. TOUCHLINE_JOBS overrides it.
touchline_jobs() {
  local cores memory_kb by_memory
  cores=$(nproc)
  memory_kb=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  by_memory=$((memory_kb / 1572864))
  [ "$by_memory" -ge 1 ] || by_memory=1
  printf '%s\n' "${TOUCHLINE_JOBS:-$((cores < by_memory ? cores : by_memory))}"
}

# need_space FOLDER MEGABYTES PURPOSE: fails early instead of in the middle of a build.
need_space() {
  local folder=$1 free_mb
  while [ ! -d "$folder" ]; do folder=$(dirname -- "$folder"); done
  free_mb=$(($(df -Pk -- "$folder" | awk 'NR == 2 {print $4}') / 1024))
  [ "$free_mb" -ge "$2" ] ||
    fail "$3 needs $2 MB of disk space below $1, where only $free_mb MB are free; make room and start again."
}
