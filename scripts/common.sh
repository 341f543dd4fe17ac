# Shared by the scripts: sourced, not run. Leaves the caller in the project's folder.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# fail WHAT CURE…: one line each, then the end.
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    for cure in "$@"; do printf '       %s\n' "$cure" >&2; done
    exit 1
}

# summary_of LOG: the last words of cargo-nextest, without colour; nothing if it did not come to that.
summary_of() { sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -E '^ *Summary \[' | tail -n 1 | sed 's/^ *//' || true; }
