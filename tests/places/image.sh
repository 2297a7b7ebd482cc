#!/usr/bin/env bash
# The image without an engine: its root file system, put together by hand from the static program, and the program run in it.
#
#   tests/places/image.sh PROGRAM
#
# PROGRAM is built for musl. It needs to be root, for chroot; where it is not, or PROGRAM is not static, the test ends with 77.
set -euo pipefail

program=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
fail() { printf 'image test: %s\n' "$*" >&2; exit 1; }

if ldd "$program" >/dev/null 2>&1 && ! ldd "$program" 2>&1 | grep -q 'statically linked'; then
    echo 'image: this program is not static'
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/usr/local/bin" "$work/home" "$work/tmp"
chmod 1777 "$work/tmp"
cp "$program" "$work/usr/local/bin/milvus-lint"
cp -r "$root/testdata/quickstart" "$work/home/"
chroot --userspec=65532:65532 "$work" /usr/local/bin/milvus-lint --version || { echo 'image: chroot is not allowed here'; exit 77; }
code=0
report=$(cd "$work" && chroot --userspec=65532:65532 "$work" /usr/local/bin/milvus-lint \
    diff /home/quickstart/before /home/quickstart/after 2>&1) || code=$?
tail -n 3 <<<"$report"
[ "$code" -eq 1 ] || fail "it ended with $code"
find "$work" -type f | sed "s|$work||" | sort
printf '\nimage test: all is well\n'
