# Sourced by the scripts: one line for each step; what a command says goes to build/logs and is shown when it fails.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

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
