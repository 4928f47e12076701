# shellcheck shell=bash
# What both benchmarks of the front share: servers with folders and ports of their own, wrk against two of them in turns,
# and one table. To be sourced.

# shellcheck source=setup/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../setup/common.sh"

# For what the servers write; on a disk, because the disk is a part of what is measured.
begin_folder() {
  mkdir -p build/bench
  folder=$(mktemp -d "$PWD/build/bench/http.XXXXXX")
  [ "$(stat --file-system --format=%T "$folder")" != tmpfs ] ||
    fail "$folder is in memory; a copy of the project on a disk is needed."
}

servers=()

end_servers() {
  [ "${#servers[@]}" -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true
  wait
  rm -rf -- "$folder"
}

# start_server LOG COMMAND...: in the background until the end.
start_server() {
  "${@:2}" >"$1" 2>&1 </dev/null &
  servers+=("$!")
}

# wait_for URL LOG: until it answers with success, for half a minute.
wait_for() {
  for _ in $(seq 300); do
    ! curl --silent --fail --output /dev/null "$1" || return 0
    sleep 0.1
  done
  cat -- "$2" >&2
  fail "$1 does not answer; the lines above are what its server said."
}

# free_ports COUNT: ports where nobody listens, one a line.
free_ports() {
  local port found=0
  for port in $(shuf --input-range=20000-29999); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      found=$((found + 1))
      [ "$found" -lt "$1" ] || return 0
    fi
  done
}

# run_wrk SECONDS ARGUMENT...: prints the rate, p50 and p99 in milliseconds, responses, and those that failed; see load.lua.
run_wrk() {
  wrk --duration "$1s" --timeout 10s --latency --script bench/http/load.lua "${@:2}" |
    sed -n 's/^figures //p'
}

# column SIDE NUMBER: the median of a column of all rounds.
column() {
  awk -v column="$2" '{print $column}' "$folder/$1.figures" | sort -g | awk '{x[NR] = $1} END {m = int((NR + 1) / 2); print NR % 2 ? x[m] : (x[m] + x[m + 1]) / 2}'
}

# measure SIDE SECONDS ARGUMENT...: one round, to "$folder/SIDE.figures". Ends everything when a response was no success.
measure() {
  local figures
  figures=$(run_wrk "${@:2}")
  printf '%s\n' "$figures" >>"$folder/$1.figures"
  awk '{exit !($4 > 0 && $5 == 0)}' <<<"$figures" || fail "$1 has not answered everything with success: $figures."
}

# print_table OURS THEIRS WHAT AIM: the medians of all rounds, and a line of JSON.
print_table() {
  local ours=$1 theirs=$2 i names=('a second' 'p50, ms' 'p99, ms') x y ratio json=
  printf '\n| %-40s | %12s | %12s | %6s | %-7s |\n' "$3" "$ours" "$theirs" ratio aim
  printf '| %s | %s: | %s: | %s: | %s |\n' "$(printf -- '-%.0s' {1..40})" ----------- ----------- ----- -------
  for i in 1 2 3; do
    x=$(column "$ours" "$i") y=$(column "$theirs" "$i")
    ratio=$(awk -v x="$x" -v y="$y" 'BEGIN {printf "%.2f", x / y}')
    printf '| %-40s | %12s | %12s | %6s | %-7s |\n' "${names[i - 1]}" "$x" "$y" "$ratio" "$([ "$i" -gt 1 ] || printf %s "$4")"
    json+=", \"${names[i - 1]}\": [$x, $y, $ratio]"
  done
  printf '{"%s": ["%s", "%s"]%s}\n' "$3" "$ours" "$theirs" "$json"
}
