#!/usr/bin/env bash
# The hooks in the real pre-commit: a commit is refused, mended, and let in; a push is refused.
#
#   tests/places/pre-commit.sh PROGRAM
#
# It works in a temporary folder, with the program that it is given and the hooks of this checkout as they stand. It needs Git and
# pre-commit, which is taken from $PRE_COMMIT or the PATH; without it the test ends with 77.
set -euo pipefail

program=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
client=${PRE_COMMIT:-pre-commit}
command -v "$client" >/dev/null || { echo 'pre-commit: not installed'; exit 77; }
client=$(command -v "$client")
[[ "$client" == /* ]] || client="$PWD/$client"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'pre-commit test: %s\n' "$*" >&2; exit 1; }

# Nothing of the user's, and nothing of a hook that runs this test.
for name in "${!GIT_@}" "${!PRE_COMMIT_@}" "${!MILVUS_LINT_@}"; do unset "$name"; done
unset PRE_COMMIT
export PYTHONUSERBASE="${PYTHONUSERBASE:-$HOME/.local}"
export GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_SYSTEM=/dev/null HOME="$work/home" PRE_COMMIT_HOME="$work/cache" NO_COLOR=1
mkdir -p "$HOME" "$work/bin"
ln -s "$program" "$work/bin/milvus-lint"
export PATH="$work/bin:$PATH"
git config --global user.name test
git config --global user.email test@example.org
git config --global init.defaultBranch main

# The hooks, as a repository of their own: pre-commit clones it.
mkdir "$work/hooks"
cp "$root/.pre-commit-hooks.yaml" "$work/hooks"
git -C "$work/hooks" init -q
git -C "$work/hooks" add -A
git -C "$work/hooks" commit -qm 'the hooks'

"$client" validate-manifest "$root/.pre-commit-hooks.yaml"

git init -q --bare "$work/remote.git"
mkdir "$work/apps"
cd "$work/apps"
git init -q
git remote add origin "$work/remote.git"

milvus() {
    cat <<END
apiVersion: milvus.io/v1beta1
kind: Milvus
metadata:
  name: photos
  namespace: media
spec:
  mode: cluster
  dependencies:
    msgStreamType: pulsar
  components:
    mixCoord: {}
    image: milvusdb/milvus:v$1
END
}

cat >.pre-commit-config.yaml <<END
repos:
  - repo: $work/hooks
    rev: $(git -C "$work/hooks" rev-parse HEAD)
    hooks:
      - id: milvus-lint-fix-system
      - id: milvus-lint-system
      - id: milvus-lint-push-system
END
milvus 2.4.23 >milvus.yaml
echo 'notes' >notes.txt

# Runs a command that must end as told, and whose output must hold the text.
expect() {
    local code=0 wanted=$1 text=$2
    shift 2
    printf '\n$ %s\n' "$*"
    output=$("$@" 2>&1) || code=$?
    printf '%s\n' "$output"
    case "$wanted" in
        passes) [ "$code" -eq 0 ] || fail "\`$*\` ended with $code" ;;
        refused) [ "$code" -ne 0 ] || fail "\`$*\` was let through" ;;
    esac
    grep -qF "$text" <<<"$output" || fail "\`$*\` does not say: $text"
}

expect passes 'pre-commit installed' "$client" install --hook-type pre-commit --hook-type pre-push
git add -A
expect passes 'Passed' git commit -m 'Run 2.4.23'
expect passes 'main' git push origin main

# Two lines in one hop: refused. What is not staged does not matter.
milvus 2.6.20 >milvus.yaml
git add milvus.yaml
echo 'more' >>notes.txt
expect refused 'error[upgrade-path-illegal]' git commit -m 'Run 2.6.20'
[ "$(git rev-list --count HEAD)" -eq 1 ] || fail 'the refused commit is there'

# The first legal stop: let in, and the work in progress is as it was.
milvus 2.5.27 >milvus.yaml
git add milvus.yaml
expect passes 'Passed' git commit -m 'Run 2.5.27'
[ "$(tail -n 1 notes.txt)" = more ] || fail 'what was not staged is gone'

# Git's own index for `commit -a`.
milvus 3.0.1 >milvus.yaml
expect refused 'error[' git commit -a -m 'Run 3.0.1'
git checkout -q milvus.yaml notes.txt

# Each commit is legal, and so is the first push; two commits in one push would be one change of what runs.
milvus 2.6.20 >milvus.yaml
expect passes 'Passed' git commit -a -m 'Run 2.6.20'
expect refused 'Milvus 2.4.23 cannot go to 2.6.20' git push origin main
expect passes 'main' git push origin HEAD~1:main
expect passes 'main' git push origin main
expect passes 'new branch' git push origin main:other
expect passes 'deleted' git push origin :other

# A safe repair is written, and the commit waits for the person to look at it.
sed -i 's/^spec:/labels:\n  app: photos\n&/' milvus.yaml
expect refused 'files were modified by this hook' git commit -a -m 'Write a label where nobody reads it'
grep -qF '    app: photos' milvus.yaml || fail 'the repair is not in the file'
git checkout -q HEAD milvus.yaml

# Deleting is a change as well, though pre-commit names no file for it.
git rm -q milvus.yaml
expect passes 'Passed' git commit -m 'Delete it'
git reset -q --hard HEAD~1

# A commit that concerns no Milvus, and what the hook costs there.
echo 'again' >>notes.txt
git add notes.txt
start=$(date +%s%N)
milvus-lint check --staged >/dev/null
printf '\nthe check of a commit without a Milvus: %s ms\n' "$((($(date +%s%N) - start) / 1000000))"
expect passes 'Passed' git commit -m 'Write a note'
printf '\npre-commit test: all is well\n'
