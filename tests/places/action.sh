#!/usr/bin/env bash
# The scripts of the GitHub action, run as the runner runs them: with an event in a file and a clone that is one commit deep.
#
#   tests/places/action.sh PROGRAM
#
# It works in a temporary folder and without the network; `gh` is a script that keeps what it is told. It needs Git and jq; without
# jq it ends with 77.
set -euo pipefail

program=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
command -v jq >/dev/null || { echo 'jq: not installed'; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'action test: %s\n' "$*" >&2; exit 1; }

for name in "${!GIT_@}" "${!GITHUB_@}" "${!INPUT_@}" "${!MILVUS_LINT_@}"; do unset "$name"; done
export GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_SYSTEM=/dev/null HOME="$work" NO_COLOR=1
git config --global user.name test
git config --global user.email test@example.org
git config --global init.defaultBranch main
git config --global advice.detachedHead false

# The repository: main goes on while the pull request waits, and what main did is none of its business.
milvus() {
    printf 'apiVersion: milvus.io/v1beta1\nkind: Milvus\nmetadata:\n  name: %s\nspec:\n  mode: cluster\n' "$1"
    printf '  dependencies:\n    msgStreamType: pulsar\n  components:\n    image: milvusdb/milvus:v%s\n' "$2"
}
origin="$work/origin.git"
git init -q --bare "$origin"
git -C "$origin" config uploadpack.allowAnySHA1InWant true
git clone -q "$origin" "$work/full" 2>/dev/null
cd "$work/full"
milvus photos 2.4.23 >photos.yaml
milvus search 2.5.4 >search.yaml
git add -A && git commit -qm 'The first'
for number in 1 2 3; do echo "$number" >>notes.txt && git add -A && git commit -qm "Note $number"; done
git switch -qc change
milvus photos 2.6.20 >photos.yaml
git commit -qam 'Run 2.6.20'
git switch -q main
milvus search 2.5.27 >search.yaml
git commit -qam 'Run 2.5.27'
first=$(git rev-parse HEAD~1)
main=$(git rev-parse main) change=$(git rev-parse change)
git switch -qc merge && git merge -q --no-edit change
merge=$(git rev-parse HEAD)
git push -q origin main change merge:refs/pull/7/merge change:refs/pull/7/head

mkdir "$work/bin"
cat >"$work/bin/gh" <<'END'
#!/usr/bin/env bash
printf '%s\n' "$*" >>"$GH_LOG"
[ -z "${GH_FAILS:-}" ] || { cat >/dev/null; exit 1; }
case "$*" in
    *--paginate*) [ ! -e "$GH_KEPT" ] || echo 41 ;;
    *) cat >"$GH_KEPT" ;;
esac
END
chmod +x "$work/bin/gh"
export PATH="$work/bin:$PATH" GH_LOG="$work/gh.log" GH_KEPT="$work/gh.kept"

# A checkout as the runner has it: one commit, by its id.
checkout() {
    rm -rf "$work/clone"
    git init -q "$work/clone"
    cd "$work/clone"
    git remote add origin "file://$origin"
    git fetch -q --depth=1 --no-tags origin "$1"
    git checkout -q FETCH_HEAD
}

# Runs the judging script for an event; what it gave is in $output, $log, $summary and $code.
act() {
    export GITHUB_EVENT_NAME=$1 GITHUB_EVENT_PATH="$work/event.json" GITHUB_REPOSITORY=team/apps GITHUB_ACTIONS=true
    export GITHUB_OUTPUT="$work/output" GITHUB_STEP_SUMMARY="$work/summary" RUNNER_TEMP="$work/temp" PROGRAM=$program
    GITHUB_SHA=$(git rev-parse HEAD)
    export GITHUB_SHA
    printf '%s' "$2" >"$GITHUB_EVENT_PATH"
    rm -rf "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY" "$RUNNER_TEMP"
    mkdir "$RUNNER_TEMP"
    touch "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY"
    code=0
    log=$("$root/.github/action/judge.sh" 2>&1) || code=$?
    output=$(cat "$GITHUB_OUTPUT") summary=$(cat "$GITHUB_STEP_SUMMARY")
    printf '\n== %s: exit %s\n%s\n' "${3:-$1}" "$code" "$(tr '\n' ' ' <<<"$output")"
}
ends() { [ "$code" -eq "$1" ] || fail "it ended with $code and not with $1"$'\n'"$log"; }
holds() { grep -qF -- "$2" <<<"$1" || fail "not there: $2"$'\n'"$1"; }
lacks() { ! grep -qF -- "$2" <<<"$1" || fail "it should not be there: $2"$'\n'"$1"; }
pull_request() { jq -n --arg base "$1" --arg head "$2" '{pull_request: {number: 7, base: {sha: $base}, head: {sha: $head}}}'; }

checkout "$merge"
INPUT_COMMENT=true act pull_request "$(pull_request "$first" "$change")" 'a pull request, its merge checked out'
ends 1
holds "$output" 'verdict=findings'
holds "$output" 'errors=1'
holds "$log" 'Milvus 2.4.23 cannot go to 2.6.20'
# What main did meanwhile is not judged: one change, not two.
[ "$(jq '[.transitions[] | select(.verdict)] | length' "$work/temp/milvus-lint-reports/report.json")" -eq 1 ] || fail 'not one change'
holds "$summary" 'upgrade-path-illegal'
holds "$(cat "$GH_KEPT")" '<!-- milvus-lint -->'
holds "$(cat "$GH_LOG")" '--method POST repos/team/apps/issues/7/comments'
printf '%s\n' "$log" "-- summary" "$summary" "-- comment" "$(cat "$GH_KEPT")"
if "$program" check --no-base -o github - </dev/null >/dev/null 2>&1; then
    holds "$log" '::error file=photos.yaml,line='
else
    echo 'annotations: this program writes none yet, skipped'
fi

INPUT_COMMENT=true act pull_request "$(pull_request "$first" "$change")" 'again: the comment is written anew'
holds "$(cat "$GH_LOG")" '--method PATCH repos/team/apps/issues/comments/41'

GH_FAILS=1 INPUT_COMMENT=true act pull_request "$(pull_request "$first" "$change")" 'a fork: the token may only read'
ends 1
holds "$log" 'the token may only read'

INPUT_FAIL_ON=never act pull_request "$(pull_request "$first" "$change")" 'nothing fails'
ends 0
holds "$output" 'verdict=findings'

checkout "$change"
act pull_request "$(pull_request "$main" "$change")" 'a pull request, its head checked out'
ends 1
holds "$output" 'errors=1'

checkout "$main"
act push "$(jq -n --arg before "$first" '{before: $before, repository: {default_branch: "main"}}')" 'a push'
ends 0
holds "$output" 'verdict=clean'
holds "$log" '2.5.4 → 2.5.27'

checkout "$change"
zero=0000000000000000000000000000000000000000
act push "$(jq -n --arg before "$zero" '{before: $before, repository: {default_branch: "main"}}')" 'a new branch'
ends 1

act schedule '{}'
ends 0
holds "$log" 'nothing to compare with'

act pull_request_target "$(pull_request "$first" "$change")"
ends 2
holds "$output" 'verdict=failed'

# What strangers name things is no command, neither of the shell nor of the runner.
# shellcheck disable=SC2016
INPUT_PATHS='$(touch pwned); `touch pwned`' INPUT_BASE='main; touch pwned' act push '{"before": "$(touch pwned)"}' 'hostile words'
[ ! -e pwned ] || fail 'an input was run'
ends 2

# The install script: a release from a folder, with its checksum, and with a wrong one.
target="$(uname -m)-unknown-linux-musl"
release="$work/releases/v9.9.9"
mkdir -p "$release" "$work/pack/milvus-lint-$target"
cp "$program" "$work/pack/milvus-lint-$target/milvus-lint"
tar -czf "$release/milvus-lint-$target.tgz" -C "$work/pack" "milvus-lint-$target"
(cd "$release" && sha256sum ./*.tgz | sed 's|\./||' >SHA256SUMS)
install() {
    : >"$GITHUB_OUTPUT"
    rm -rf "$RUNNER_TEMP/milvus-lint"
    code=0
    log=$(MILVUS_LINT_RELEASES="file://$work/releases" "$root/.github/action/install.sh" 2>&1) || code=$?
    printf '\n== install %s: exit %s\n%s\n' "$1" "$code" "$log"
}
INPUT_VERSION=v9.9.9 install 'a release'
ends 0
holds "$(cat "$GITHUB_OUTPUT")" "program=$RUNNER_TEMP/milvus-lint/milvus-lint-$target/milvus-lint"
INPUT_VERSION=9.9.9 INPUT_SHA256=$(printf 'a%.0s' {1..64}) install 'with another checksum'
ends 1
holds "$log" 'should be aaaa'
INPUT_VERSION='9.9.9/../../x' install 'no version'
ends 1
INPUT_PROGRAM="$program" install 'a program that is there'
ends 0
printf '\naction test: all is well\n'
