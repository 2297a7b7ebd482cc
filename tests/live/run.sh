#!/usr/bin/env bash
# Starts the rig, runs the live tests against it, and stops it whatever happens. Arguments go to the test runner:
# `tests/live/run.sh rollouts` runs those with `rollouts` in their names. Ends with 77 where there is nothing to build with.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/build.sh" kube >/dev/null && "$here/build.sh" operator >/dev/null && "$here/build.sh" faults >/dev/null || exit $?
LIVE_STATE=${LIVE_STATE:-$(mktemp -d "${TMPDIR:-/tmp}/milvus-lint-live.XXXXXX")}
export LIVE_STATE
trap '"$here/down.sh"' EXIT
trap 'exit 130' INT TERM
kubeconfig=$("$here/up.sh") || exit 1
cd "$here/../.." || exit 1
MILVUS_LINT_KUBECONFIG=$kubeconfig cargo test --test live -- "$@"
code=$?
[[ $code -ne 0 ]] || rm -rf "$LIVE_STATE/log"
exit $code
