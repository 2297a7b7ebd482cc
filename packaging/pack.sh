#!/usr/bin/env bash
# Packs the program that was built for a target into an archive: the program, licence, documents, manual pages, completions. The same
# files give the same bytes.
#
#   packaging/pack.sh TARGET OUT
#
# The program stands in Cargo's target folder, built with `--release --target TARGET`. It must run on this machine.
set -euo pipefail

target=$1 out=$2
cd "$(dirname "$0")/.."
name="milvus-lint-$target"
program="${CARGO_TARGET_DIR:-target}/$target/${PROFILE:-release}/milvus-lint"
[ -x "$program" ] || program="$program.exe"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/man" "$work/$name/completions" "$out"
install -m 0755 "$program" "$work/$name/"
install -m 0644 LICENSE README.md CHANGELOG.md "$work/$name/"
"$program" man "$work/$name/man"
for shell in bash elvish fish powershell zsh; do
    "$program" completions "$shell" >"$work/$name/completions/milvus-lint.$shell"
done
find "$work" -exec touch -d "@${SOURCE_DATE_EPOCH:-315532800}" {} + 2>/dev/null ||
    find "$work" -exec touch -t 198001010000 {} +
case "$target" in
    *windows*)
        (cd "$work" && 7z a -tzip -mtm- "$name.zip" "$name" >/dev/null)
        mv "$work/$name.zip" "$out/"
        ;;
    *)
        # The tar of macOS does not sort and does not know these names of options.
        if tar --version | grep -q GNU; then
            tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -n -9 >"$out/$name.tgz"
        else
            (cd "$work" && find "$name" | LC_ALL=C sort | tar --no-recursion --uid 0 --gid 0 -cf - -T -) | gzip -n -9 >"$out/$name.tgz"
        fi
        ;;
esac
