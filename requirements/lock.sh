#!/bin/sh
# Resolve pyproject.toml into base.txt, batfish.txt, deploy.txt, vault.txt, watch.txt and test.txt: one version and every hash per package,
# for Python 3.11 to 3.13 on every platform the packages serve. The files name no host, so that any mirror can serve them.
# Needs `uv` on PATH; run it only to change a dependency, and commit what it writes.
set -eu
cd "$(dirname "$0")/.."
lock() {
    target=$1
    shift
    uv pip compile pyproject.toml requirements/build.in "$@" --universal --fork-strategy fewest --python-version 3.11 \
        --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet \
        --output-file "$target" >/dev/null
    if grep -n '://' "$target"; then
        echo "lock.sh: $target names an address" >&2
        exit 1
    fi
}
lock requirements/base.txt
lock requirements/batfish.txt --extra batfish
lock requirements/deploy.txt --extra deploy
lock requirements/vault.txt --extra vault
lock requirements/watch.txt --extra watch
lock requirements/test.txt --extra test
