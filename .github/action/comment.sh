# shellcheck shell=bash
# Writes the one comment of a pull request, and writes it anew at the next run. Where the token may only read, as it is for
# forks, it says so and goes on.

mark='<!-- milvus-lint -->'

# A report in a few lines, for a program that writes no Markdown.
short_report() {
    jq -r '
        def word: gsub("[`\\n<>@]"; " ");
        "## milvus-lint: \(.summary.errors) errors, \(.summary.warnings) warnings\n",
        (.findings[:50][] | "- **\(.severity)** `\(.rule)` `\(.file | word):\(.line)` \(.message | word)")
    ' "$1" 2>/dev/null || printf '## milvus-lint: no report\n'
}

comment() {
    local number body id
    number=$(event .pull_request.number)
    [ -n "$number" ] || return 0
    [[ "$number" =~ ^[0-9]+$ ]] || return 0
    # What GitHub takes at most is 65536 characters; the mark and a line's end come on top.
    body=$(jq -n --rawfile text "$1" --arg mark "$mark" '{body: ($mark + "\n" + $text[:65000])}')
    local all="repos/$GITHUB_REPOSITORY/issues/$number/comments"
    export GH_TOKEN=${TOKEN:-}
    id=$(gh api --paginate "$all" --jq ".[] | select(.body | startswith(\"$mark\")) | .id" 2>/dev/null | head -n 1) || id=''
    if [ -n "$id" ]; then
        gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --input - <<<"$body" >/dev/null 2>&1 && return
    fi
    # None yet, or one that somebody else wrote to look like it.
    gh api --method POST "$all" --input - <<<"$body" >/dev/null 2>&1 && return
    notice 'the comment could not be written: the token may only read, as for pull requests of forks; the summary has the same text'
}
