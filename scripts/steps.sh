# Sourced by the scripts: one line for each step; what a command says goes to build/logs and is shown when it fails.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export CCACHE_NOHASHDIR=1  # build trees share what they compile alike
trees=()                   # that hold results, for add_up

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# step <what is done> <log> <command>...
step() {
  local what=$1 log=build/logs/$2.log
  shift 2
  say "$what"
  mkdir -p build/logs
  "$@" > "$log" 2>&1 && return
  cat "$log" >&2
  say "failed: $what"
  return 1
}

# configure <preset> [option]...
configure() {
  local preset=$1
  step "configuring ($preset)" "$preset-configure" cmake --preset "$@"
}

# build <preset> <target>...; on a terminal ninja shows how far it is.
build() {
  local preset=$1
  shift
  if [ -t 2 ]; then
    say "building ($preset)"
    cmake --build --preset "$preset" --target "$@" >&2
  else
    step "building ($preset)" "$preset-build" cmake --build --preset "$preset" --target "$@"
  fi
}

# run_tests <preset> [--build "target..."] [option of ctest]... A tree that does not build has no results, which add_up calls a failure.
run_tests() {
  local preset=$1 targets=(all)
  shift
  [ "$preset" = dev ] && targets+=(all_verify_interface_header_sets)
  if [ "${1:-}" = --build ]; then
    read -ra targets <<< "$2"
    shift 2
  fi
  trees+=("build/$preset")
  rm -rf "build/$preset/results" "build/$preset/ctest.xml"
  configure "$preset" && build "$preset" "${targets[@]}" || return
  say "testing ($preset)"
  ctest --preset "$preset" "$@" --output-junit "$PWD/build/$preset/ctest.xml"
}

# Each benchmark once; quickly, unless AIOBPF_LONG is set.
run_benchmarks() {
  trees+=(build/release)
  rm -rf build/release/results build/release/ctest.xml
  configure release && build release benchmarks || return
  say "running the benchmarks"
  ctest --preset release -L benchmark --output-junit "$PWD/build/release/ctest.xml"
}

# run_kernels [argument of tests/vm/run.py]...: the tests of the preset dev on other kernels.
run_kernels() {
  rm -rf build/dev/kernels
  say "testing in virtual machines"
  .venv/bin/python tests/vm/run.py build/dev build/kernels "$@"
  local status=$?
  trees+=(build/dev/kernels/*)
  return $status
}

# Prints "N passed, N failed, N skipped" over all that was run; the exit status is 0 when none failed and some passed.
add_up() {
  .venv/bin/python tests/support/add_up.py "${trees[@]}"
}
