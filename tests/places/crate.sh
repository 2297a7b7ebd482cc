#!/usr/bin/env bash
# The crate: what `cargo package` packs holds all that the program needs, and compiles by itself, without Git.
#
# It unpacks the crate in a temporary folder and checks that it compiles there, offline, without what reads a cluster: that is the
# build that nothing else here tries.
set -euo pipefail

cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
fail() { printf 'crate test: %s\n' "$*" >&2; exit 1; }

cargo package --quiet --locked --offline --allow-dirty --no-verify
crate=$(find "$target/package" -maxdepth 1 -name 'milvus-lint-*.crate' | sort | tail -n 1)
ls -l "$crate"
listed=$(tar -tzf "$crate")
for path in build.rs LICENSE README.md CHANGELOG.md schemas/milvus.schema.json src/facts/releases.csv src/facts/keys/fields.csv \
    src/rules/queue_default_changed.md Cargo.lock; do
    grep -q "/$path\$" <<<"$listed" || fail "$path is not in the crate"
done
! grep -qE '/(tests|\.ci|\.github|docs)/' <<<"$(grep -v '/src/' <<<"$listed")" || fail 'the crate holds what only the repository needs'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$crate" -C "$work"
cd "$work"/milvus-lint-*
# A target folder of its own: in the shared one Cargo takes what was built from the repository for what is to be built here.
CARGO_TARGET_DIR="$target/crate" cargo check --quiet --locked --offline --no-default-features
printf '\ncrate test: all is well\n'
