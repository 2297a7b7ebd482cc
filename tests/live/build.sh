#!/usr/bin/env bash
# Prints the path of one of the rig's programs (kube, operator, faults), and builds it first where it is missing.
# What was built stays in ${MILVUS_LINT_CACHE:-$HOME/.cache/milvus-lint}/live, under a key of everything it is made of.
# Needs Go only to build. kube takes about 6 minutes on two cores the first time; the others share its packages.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
name=${1:?which program: kube, operator or faults}
cd "$here"
[[ -d $name ]] || { echo "build.sh: there is no program $name" >&2; exit 2; }

key=$(cat go.mod go.sum "$name"/*.go | sha256sum | cut -c1-16)
built=${MILVUS_LINT_CACHE:-$HOME/.cache/milvus-lint}/live/$key/$name
if [[ ! -x $built ]]; then
    go=$(command -v go || { [[ -x /usr/local/go/bin/go ]] && echo /usr/local/go/bin/go; } || true)
    [[ -n $go ]] || { echo "build.sh: $name is not built yet, and there is no go to build it with" >&2; exit 77; }
    mkdir -p "$(dirname "$built")"
    # One build at a time; who waited finds the program there.
    exec 9>"$(dirname "$built")/lock"
    ! command -v flock >/dev/null || flock 9
    if [[ ! -x $built ]]; then
        # Without a network there is nothing to build from, which is no fault of what is tested.
        "$go" mod download >&2 || { echo "build.sh: the modules of $name cannot be fetched" >&2; exit 77; }
        release=$(sed -n 's/^\tk8s.io\/kubernetes \(v[0-9.]*\)$/\1/p' go.mod)
        minor=${release#v1.}
        version=k8s.io/component-base/version
        flags="-s -w -X $version.gitVersion=$release -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}"
        echo "building $name $release" >&2
        CGO_ENABLED=0 nice "$go" build -trimpath -ldflags "$flags" -o "$built.new" "./$name" >&2
        mv "$built.new" "$built"
    fi
fi
printf '%s\n' "$built"
