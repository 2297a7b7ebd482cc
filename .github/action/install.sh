#!/usr/bin/env bash
# Finds the program for the action: one that is there, a release with its checksum, or this source. Takes the variables of action.yml
# and gives `program` as an output.
set -euo pipefail

fail() { printf '::error title=milvus-lint::%s\n' "$*"; exit 1; }
give() { printf 'program=%s\n' "$1" >>"$GITHUB_OUTPUT"; "$1" --version; exit 0; }

if [ -n "${INPUT_PROGRAM:-}" ]; then
    found=$(command -v "$INPUT_PROGRAM") || fail "there is no program $INPUT_PROGRAM"
    give "$(realpath "$found")"
fi

folder="$RUNNER_TEMP/milvus-lint"
mkdir -p "$folder"

if [ -z "${INPUT_VERSION:-}" ]; then
    command -v cargo >/dev/null ||
        fail "without a version or a program it is built from source, and there is no cargo here"
    cargo install --quiet --locked --path "$GITHUB_ACTION_PATH" --root "$folder"
    give "$folder/bin/milvus-lint"
fi

version=${INPUT_VERSION#v}
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "the version is one of the form x.y.z, not $version"
case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) target=x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
    Darwin-x86_64) target=x86_64-apple-darwin ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    *) fail "no release is built for $(uname -s) on $(uname -m); give a program, or leave the version out to build it" ;;
esac

archive="milvus-lint-$target.tgz"
# The address is the release's of whatever repository the action was taken from; tests put a folder in its place.
from=${MILVUS_LINT_RELEASES:-$ACTION_SERVER/$ACTION_REPOSITORY/releases/download}/v$version
download() { curl --fail --silent --show-error --location --retry 3 --output "$folder/$1" "$from/$1"; }
download "$archive" || fail "$archive of $version could not be downloaded"

sum=${INPUT_SHA256:-}
if [ -z "$sum" ]; then
    download SHA256SUMS || fail "the checksums of $version could not be downloaded"
    sum=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$folder/SHA256SUMS")
fi
[[ "$sum" =~ ^[0-9a-fA-F]{64}$ ]] || fail "there is no checksum for $archive"
if command -v sha256sum >/dev/null; then
    is=$(sha256sum <"$folder/$archive")
else
    is=$(shasum -a 256 <"$folder/$archive")
fi
is=${is%% *}
[ "$is" = "$(tr 'A-F' 'a-f' <<<"$sum")" ] || fail "the checksum of $archive is $is and should be $sum"

tar -xzf "$folder/$archive" -C "$folder"
give "$folder/milvus-lint-$target/milvus-lint"
