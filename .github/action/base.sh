# shellcheck shell=bash
# Finds what to compare with, and fetches as much of the history as that needs: a checkout is one commit deep unless said
# otherwise. Gives BASE; empty where there is nothing to compare with.

notice() { printf '::notice title=milvus-lint::%s\n' "$*"; }
event() { jq -r "$1 // empty" "$GITHUB_EVENT_PATH"; }

# Git with the token, which it is given by the environment. A checkout that kept its credentials needs none.
fetch() {
    local server=${GITHUB_SERVER_URL:-https://github.com}
    if [ -n "${TOKEN:-}" ] && ! git config --get-all "http.$server/.extraheader" >/dev/null; then
        GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$server/.extraheader" \
            GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\n')" \
            git fetch --quiet --no-tags --no-recurse-submodules "$@"
    else
        git fetch --quiet --no-tags --no-recurse-submodules "$@"
    fi
}

has() { git rev-parse --quiet --verify "$1^{commit}" >/dev/null 2>&1; }

# Makes the commit `$1` and where it parted from HEAD a part of this clone.
reach() {
    local commit=$1 depth
    has "$commit" || fetch --depth=1 origin "$commit" || return 1
    for depth in 0 50 500 5000; do
        git merge-base HEAD "$commit" >/dev/null 2>&1 && return
        [ "$(git rev-parse --is-shallow-repository)" = true ] || return 1
        [ "$depth" -eq 0 ] || fetch --deepen="$depth" origin "$commit" "$(git rev-parse HEAD)" || return 1
    done
    git merge-base HEAD "$commit" >/dev/null 2>&1 || { fetch --unshallow origin && git merge-base HEAD "$commit" >/dev/null; }
}

# The commit of a pull request's base. HEAD is as a rule the merge that the pull request would make; the first parent of
# that merge is the base as it is now.
base_of_pull_request() {
    local head
    head=$(git rev-parse HEAD)
    if [ "$head" != "$(event .pull_request.head.sha)" ] && [ "$head" = "${GITHUB_SHA:-}" ]; then
        has 'HEAD^2' || fetch --depth=2 origin "$head" || true
        if has 'HEAD^2'; then
            git rev-parse 'HEAD^1'
            return
        fi
    fi
    event .pull_request.base.sha
}

find_base() {
    BASE=${INPUT_BASE:-}
    case "$BASE" in
        none) BASE='' && return ;;
        '') ;;
        *)
            [[ "$BASE" != -* ]] || give_up 'the base is a revision'
            if ! has "$BASE" && fetch --depth=1 origin "${BASE#origin/}"; then
                BASE=$(git rev-parse FETCH_HEAD)
            fi
            ;;
    esac
    if [ -z "$BASE" ]; then
        case "$GITHUB_EVENT_NAME" in
            pull_request | pull_request_review) BASE=$(base_of_pull_request) ;;
            merge_group) BASE=$(event .merge_group.base_sha) ;;
            push) BASE=$(event .before) ;;
        esac
    fi
    # A branch that is new has no commit before: what counts is where it left the default branch.
    if [ "$GITHUB_EVENT_NAME" = push ] && { [[ "$BASE" =~ ^0+$ ]] || ! reach "$BASE"; }; then
        local default
        default=$(event .repository.default_branch)
        BASE=''
        if [ -n "$default" ] && [ "${GITHUB_REF_NAME:-}" != "$default" ] && fetch --depth=1 origin "refs/heads/$default"; then
            BASE=$(git rev-parse FETCH_HEAD)
        fi
    fi
    if [ -z "$BASE" ]; then
        notice "nothing to compare with in $GITHUB_EVENT_NAME: what stands there is judged, and no change of it"
    elif ! reach "$BASE"; then
        give_up "the history from $BASE could not be fetched; check out with fetch-depth: 0, or give a base"
    fi
    # A short name, for whoever reads the report.
    if [[ "$BASE" =~ ^[0-9a-f]{40,}$ ]]; then
        BASE=$(git rev-parse --short "$BASE")
    fi
}
