#!/usr/bin/env bash
# Fills the templates of this folder in for a release.
#
#   packaging/fill.sh VERSION REPOSITORY SHA256SUMS OUT
#
# VERSION is without a `v`, REPOSITORY the address of the project, SHA256SUMS the file with the checksums of the release's archives.
# A checksum that is missing, or a place that is left, is an error.
set -euo pipefail

version=$1 repository=$2 sums=$3 out=$4
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
for template in "$here/homebrew/milvus-lint.rb" "$here/krew/milvus-lint.yaml"; do
    text=$(sed -e '1d' -e "s|@VERSION@|$version|g" -e "s|@REPOSITORY@|$repository|g" \
        -e "s|@RELEASE@|$repository/releases/download/v$version|g" "$template")
    while read -r sum name; do
        target=${name#\*}
        target=${target#milvus-lint-}
        target=${target%.*}
        text=${text//"@SHA256_$target@"/$sum}
    done <"$sums"
    left=$(grep -o '@[A-Za-z0-9_-]*@' <<<"$text" || true)
    [ -z "$left" ] || { printf 'packaging: nothing for %s in %s\n' "$left" "$template" >&2; exit 1; }
    printf '%s\n' "$text" >"$out/$(basename "$template")"
done
