# For the tests of the installed package: `stage NAME BUILD_FOLDER CMAKE` installs the build, moves
# the result elsewhere and changes to a fresh folder. The folders are the same at each run, so that
# ccache knows what is built in them. Sets work, at (the installed Swapmeet), cmake and ctest.
set -euo pipefail
: "${GENERATOR:=Ninja}"
host=
test_name=$(basename "$0")
say() { printf '== %s\n' "$*"; }
fail() { printf '%s: %s\n' "$test_name" "$*" >&2; exit 1; }
holds() { grep -qF -- "$2" <<<"$1" || fail "'$2' is not in: $1"; }
finish() {
  [ -z "$host" ] || { kill "$host" 2>/dev/null && wait "$host" 2>/dev/null; } || true
  rm -rf "$work"
}

stage() { # NAME BUILD_FOLDER CMAKE
  build=$2
  cmake=$3
  ctest=$(dirname "$cmake")/ctest
  work=$build/tests/package/$1
  rm -rf "$work"
  mkdir -p "$work"
  trap finish EXIT
  say 'install, and move what was installed'
  "$cmake" --install "$build" --prefix "$work/stage" >/dev/null
  mv "$work/stage" "$work/swapmeet"
  at=$work/swapmeet
  cd "$work"
}

# Builds the project of this folder, which must not warn, and runs its tests.
build_here() {
  "$cmake" -G "$GENERATOR" -B build -DCMAKE_PREFIX_PATH="$at" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 \
    >configured.log 2>&1 || { cat configured.log; exit 1; }
  ! grep -i warning configured.log || fail 'configuring warns'
  "$cmake" --build build >built.log 2>&1 || { cat built.log; exit 1; }
  ! grep -i 'warning:' built.log || fail 'building warns'
  "$ctest" --test-dir build --output-on-failure
}

# Runs the installed host with a configuration, until it has an address: sets url. Listens on
# 127.0.0.1, on any free port.
run_host() { # INI
  "$at/bin/swapmeet" run --config "$1" --set http.listen=127.0.0.1:0 >host.log 2>&1 &
  host=$!
  for _ in $(seq 300); do
    [ ! -s data/http.address ] || break
    kill -0 "$host" 2>/dev/null || { cat host.log; fail 'the host ended'; }
    sleep 0.1
  done
  url=http://$(cat data/http.address)/api/v1
}
stop_host() {
  kill "$host" && wait "$host" || { cat host.log; fail 'the host did not stop well'; }
  host=
}
