# shellcheck shell=bash
# How a library is built from source, once per machine. To be sourced by the script of the library, which sets
#
#   title version package suite    what it is called; its Debian source package and the suite that has it
#   tarball checksum archive       the source's file name and SHA-256; the library's own release archive
#   marker megabytes duration      a file of the finished prefix; the space and, in words, the time that a build takes
#
# and then calls library_arguments, library_prefix and, with a function `build FOLDER`, library_build_once. The prefix is
# ${TOUCHLINE_CACHE:-${XDG_CACHE_HOME:-~/.cache}/touchline}/NAME-<version>-<hash of options and compiler>.
# It appears in one rename when it is complete; a lock lets concurrent set-ups wait for one another.
# shellcheck disable=SC2154  # the script of the library sets what is named above
# shellcheck source=setup/common.sh
. "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/common.sh"

cache=$(touchline_cache)
where_only=no
sanitize=

# library_arguments LAST-LINE-OF-HELP "$@": reads --where and --sanitize.
library_arguments() {
  local help_end=$1
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --where) where_only=yes ;;
      --sanitize) sanitize=${2:-}; [ $# -lt 2 ] || shift ;;
      -h | --help) sed -n "2,${help_end}s/^# \{0,1\}//p" "$0"; exit 0 ;;
      *) fail "setup/${0##*/} does not know the argument '$1'; see setup/${0##*/} --help." ;;
    esac
    shift
  done
  case $sanitize in
    '' | thread | address) ;;
    *) fail "$title is built for the sanitizers 'address' and 'thread', not for '$sanitize'." ;;
  esac
}

# library_prefix NAME COMPILER INGREDIENT...: sets `prefix`; ends the script with its name if nothing has to be built.
library_prefix() {
  local name=$1 compiler hash
  compiler=$("$2" -dumpfullversion 2>/dev/null) || compiler=none
  compiler+=" $(uname -m)"
  hash=$(printf '%s\n' "$checksum" "$compiler" "${@:3}" | sha256sum | cut -c1-10)
  label=$name-$version${sanitize:+-$sanitize}
  prefix=$cache/$name-$version-$hash${sanitize:+-$sanitize}
  if [ "$where_only" = yes ] || [ -e "$prefix/$marker" ]; then
    printf '%s\n' "$prefix"
    exit 0
  fi
}

# Downloads from a suite of the mirror that this machine is configured for, through a private apt folder: the machine's
# own apt sources and lists stay as they are.
download_from_debian() {
  local folder=$1 mirror revision keyring=/usr/share/keyrings/debian-archive-keyring.gpg codename
  command -v apt-get >/dev/null || return 1
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  # shellcheck disable=SC2016  # apt-get fills these in, not the shell
  mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v suite="$codename" '$1 == suite && $2 !~ /security/ {print $2; exit}')
  [ -n "$mirror" ] || return 1
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
  printf 'deb-src %s%s %s main\n' "$([ -e "$keyring" ] && printf '[signed-by=%s] ' "$keyring")" "$mirror" "$suite" \
    >"$folder/sources.list"
  local private=(-q -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache"
    -o Acquire::Retries=3 -o APT::Sandbox::User=root)
  apt-get "${private[@]}" update || return 1
  revision=$(apt-cache "${private[@]}" showsrc --only-source "$package" |
    awk -v version="$version-" '$1 == "Version:" && index($2, version) == 1 {print $2; exit}')
  [ -n "$revision" ] || { echo "$suite does not have $package $version any more"; return 1; }
  (cd "$folder" && apt-get "${private[@]}" source --tar-only --only-source "$package=$revision")
}

download_from_release() {
  command -v curl >/dev/null || return 1
  curl --fail --silent --show-error --location --retry 3 --connect-timeout 20 --output "$1/$tarball" "$archive"
}

intact() { [ -e "$1" ] && printf '%s  %s\n' "$checksum" "$1" | sha256sum --check --status; }

# fetch FOLDER: leaves the verified source archive in the cache, where builds with other options find it again.
fetch() {
  local kept=$cache/downloads/$tarball
  intact "$kept" && return
  say "Fetching the $title $version source package from Debian's $suite suite."
  if ! { download_from_debian "$1" >>"$log" 2>&1 && intact "$1/$tarball"; }; then
    say "That did not work; fetching the library's own release archive instead."
    rm -f -- "$1/$tarball"
    download_from_release "$1" >>"$log" 2>&1 ||
      fail "$title $version could not be downloaded, neither from Debian's $suite suite nor from $archive; check the" \
        "network connection and see $log."
  fi
  intact "$1/$tarball" ||
    fail "the $title archive from $archive does not have the checksum $checksum; it was damaged or replaced, so nothing" \
      "was built."
  mkdir -p "$cache/downloads"
  mv -f -- "$1/$tarball" "$kept"
}

# library_build_once: has `build FOLDER` fill FOLDER/stage$prefix from the archive, and prints the prefix.
library_build_once() {
  local lock started building=building-${label%%-*}
  mkdir -p "$cache" 2>/dev/null || fail "the cache folder $cache cannot be written; set TOUCHLINE_CACHE to a folder that can."
  [ -w "$cache" ] || fail "the cache folder $cache cannot be written; set TOUCHLINE_CACHE to a folder that can."
  exec {lock}>"$cache/${label%%-*}.lock"
  flock --nonblock "$lock" || { say "Another set-up on this machine is building $title; waiting for it."; flock "$lock"; }
  if [ ! -e "$prefix/$marker" ]; then
    need_space "$cache" "$megabytes" "Building $title"
    # Only the holder of the lock builds: what lies there was left by a build that was interrupted.
    rm -rf -- "$cache/$building".* "$prefix"
    work=$(mktemp -d "$cache/$building.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    log=$cache/$label.log
    : >"$log"
    fetch "$work"
    say "Building $title $version${sanitize:+ for the $sanitize sanitizer}, once for this machine: $duration."
    started=$SECONDS
    build "$work" || { tail -n 30 "$log" >&2; fail "$title $version did not build; the whole log is $log."; }
    mv -- "$work/stage$prefix" "$prefix"
    say "$title $version is ready after $((SECONDS - started)) s in $prefix."
  fi
  printf '%s\n' "$prefix"
}
