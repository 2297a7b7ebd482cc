#!/usr/bin/env bash
# Starts the rig, runs the live tests against it, and stops it whatever happens. Arguments go to the test runner:
# `tests/live/run.sh rollouts` runs those with `rollouts` in their names. Ends with 77 where there is nothing to build with.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
for program in kube operator faults; do
    "$here/build.sh" "$program" >/dev/null || exit $?
done
LIVE_STATE=${LIVE_STATE:-$(mktemp -d "${TMPDIR:-/tmp}/milvus-lint-live.XXXXXX")}
export LIVE_STATE
trap '"$here/down.sh"' EXIT
trap 'exit 130' INT TERM
kubeconfig=$("$here/up.sh") || exit 1
cd "$here/../.." || exit 1
export MILVUS_LINT_KUBECONFIG=$kubeconfig MILVUS_LINT_KUBECTL=$LIVE_STATE/kubectl
cargo test --test live -- "$@"
code=$?
# What a failure leaves are the logs.
if [[ $code -eq 0 ]]; then
    "$here/down.sh"
    rm -rf "$LIVE_STATE"
fi
exit $code
