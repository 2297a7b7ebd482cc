#!/usr/bin/env bash
# The wheel: built with maturin, installed in an empty environment, and run; and the hook as a local one of Python.
#
#   tests/places/wheel.sh PROGRAM
#
# It builds in Cargo's own target folder, in the profile of the program that it is given. It needs Python 3 and maturin, which is
# taken from the PATH or from the environment that .ci/run made; without them it ends with 77.
set -euo pipefail

program=$(realpath "$1")
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
fail() { printf 'wheel test: %s\n' "$*" >&2; exit 1; }

maturin=$(command -v maturin || echo "$target/ci-tools/bin/maturin")
[ -x "$maturin" ] || { echo 'maturin: not installed'; exit 77; }
command -v python3 >/dev/null || { echo 'python3: not installed'; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
profile=dev
case "$program" in */release/*) profile=release ;; esac
"$maturin" build --locked --quiet --profile "$profile" --compatibility linux --out "$work/wheels"
ls -l "$work/wheels"
python3 -m venv "$work/environment"
# Nothing is asked of an index: the wheel needs nothing.
"$work/environment/bin/pip" install -q --disable-pip-version-check --no-index "$work"/wheels/*.whl
said=$("$work/environment/bin/milvus-lint" --version)
printf '%s\n' "$said"
[ "$said" = "$("$program" --version)" ] || fail 'the wheel holds another program'
printf '\nwheel test: all is well\n'
