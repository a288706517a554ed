# For the other scripts to source: stage NAME begins a stage, which lasts until the next or until the
# script ends. Each says what it took, and .ci/run makes a table of them from $SWAPMEET_STAGES.
stage_name=
stage() {
  [ -z "$stage_name" ] || end_stage ok
  [ -z "$stage_name" ] || printf '== %s took %s s\n' "$stage_name" "$stage_seconds"
  stage_name=$1
  stage_began=${EPOCHREALTIME/,/.}
  printf '== %s\n' "$stage_name"
}

end_stage() { # ok|failed
  stage_seconds=$(LC_ALL=C awk "BEGIN {printf \"%.1f\", ${EPOCHREALTIME/,/.} - $stage_began}")
  [ -z "${SWAPMEET_STAGES:-}" ] || printf '%s\t%s\t%s\n' "$stage_seconds" "$1" "$stage_name" >>"$SWAPMEET_STAGES"
}

# The last stage's time is left to the table, as a script ends with what its tools say.
finish_stages() {
  local code=$?
  [ -z "$stage_name" ] || end_stage "$([ $code -eq 0 ] && echo ok || echo failed)"
  [ $code -eq 0 ] || printf '== %s failed after %s s\n' "${stage_name:-$0}" "${stage_seconds:-0}" >&2
}
trap finish_stages EXIT

# Tests mostly wait, for a process, a socket or a disk: more of them at once than there are cores.
tests_at_once=$(($(nproc) * 2))
