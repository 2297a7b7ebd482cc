#!/usr/bin/env bash
# Stops what up.sh started, each by its process id, and throws the data away; the logs stay for whoever looks for a cause.
# Killed at once: an API server with open watches would need a minute to end by itself. LIVE_PORT, LIVE_STATE as for up.sh.
set -uo pipefail
state=${LIVE_STATE:-${TMPDIR:-/tmp}/milvus-lint-live-${LIVE_PORT:-36443}}
for file in "$state"/pid/*; do
    [[ -f $file ]] || continue
    pid=$(<"$file")
    # The number may be somebody else's by now: only what still runs a program of the rig is ours.
    case $(readlink "/proc/$pid/exe" 2>/dev/null) in
    */live/*/kube | */live/*/operator | */live/*/faults) kill -9 "$pid" 2>/dev/null ;;
    esac
    rm -f "$file"
done
rm -rf "$state"/{etcd,pki,cache,kubectl} "$state"/*.kubeconfig
