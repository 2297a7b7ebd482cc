#!/usr/bin/env bash
# Judges what the event changes: finds and fetches the base, runs the program once, writes the reports, the outputs, the summary and,
# if it is wanted and allowed, the one comment. Takes the variables of action.yml and of the runner; nothing of the event or the
# inputs ever becomes a part of a command.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=.github/action/base.sh
source "$here/base.sh"
# shellcheck source=.github/action/comment.sh
source "$here/comment.sh"

# Whether the program writes this format; an older release may not.
knows() {
    local code=0
    "$PROGRAM" check --no-base --output "$1" - <<<'' >/dev/null 2>&1 || code=$?
    [ "$code" -ne 2 ]
}

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }
give_up() {
    printf '::error title=milvus-lint::%s\n' "$*"
    output verdict failed
    exit 2
}

if [ "$GITHUB_EVENT_NAME" = pull_request_target ]; then
    give_up 'pull_request_target runs what strangers write with the rights of the repository; use pull_request'
fi

reports=${INPUT_REPORTS:-$RUNNER_TEMP/milvus-lint-reports}
mkdir -p "$reports"
arguments=(check --output human --output "json:$reports/report.json")
knows sarif && arguments+=(--output "sarif:$reports/report.sarif")
knows markdown && arguments+=(--output "markdown:$reports/report.md")
if [ "${INPUT_ANNOTATIONS:-true}" = true ] && knows github; then
    arguments+=(--output "github:$reports/annotations.txt")
fi
[ "${INPUT_ALLOW_UNKNOWN:-false}" = true ] && arguments+=(--allow-unknown)
fail_on=${INPUT_FAIL_ON:-error}
[ "$fail_on" != never ] && arguments+=(--fail-on "$fail_on")

find_base
if [ -n "$BASE" ]; then
    arguments+=(--base "$BASE")
else
    arguments+=(--no-base)
fi
arguments+=(--)
while IFS= read -r path; do
    [ -n "$path" ] && arguments+=("$path")
done <<<"${INPUT_PATHS:-.}"

# What stands in files is no command to the runner. The summary is written here, once.
token=$(printf '%s-%s' "$RANDOM$RANDOM" "$(date +%s%N)" | git hash-object --stdin)
code=0
printf '::stop-commands::%s\n' "$token"
env -u GITHUB_ACTIONS -u GITHUB_STEP_SUMMARY "$PROGRAM" "${arguments[@]}" || code=$?
printf '::%s::\n' "$token"

if [ -s "$reports/annotations.txt" ]; then
    cat "$reports/annotations.txt"
fi
case "$code" in
    0) verdict=clean ;;
    1) verdict=findings ;;
    3) verdict=incomplete ;;
    *) verdict=failed ;;
esac
output verdict "$verdict"
output exit-code "$code"
if [ -s "$reports/report.json" ]; then
    for count in errors warnings infos; do
        output "$count" "$(jq -r --arg count "$count" '.summary[$count] // 0' "$reports/report.json")"
    done
fi
for name in json sarif; do
    [ -s "$reports/report.$name" ] && output "$name" "$reports/report.$name"
done

[ -s "$reports/report.md" ] || short_report "$reports/report.json" >"$reports/report.md"
output markdown "$reports/report.md"
if [ "${INPUT_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    cat "$reports/report.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ "${INPUT_COMMENT:-false}" = true ]; then
    comment "$reports/report.md"
fi

if [ "$fail_on" = never ] && [ "$code" -eq 1 ]; then
    exit 0
fi
exit "$code"
