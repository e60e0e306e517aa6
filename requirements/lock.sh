#!/bin/sh
# Resolve pyproject.toml into base.txt, batfish.txt, deploy.txt, vault.txt, watch.txt and test.txt: one version and every hash
# per package, for Python 3.11 to 3.13 on every platform the packages serve; and netbox-server.in, which has nothing to do with
# the project's own packages, into netbox-server.txt, for Python 3.12 and later (after it: `python -m tests.netbox_dump`).
# The files name no host, so that any mirror can serve them.
# Needs `uv` on PATH; run it only to change a dependency, and commit what it writes.
set -eu
cd "$(dirname "$0")/.."
compile() { # compile TARGET OLDEST-PYTHON SOURCE...
    target=$1
    python=$2
    shift 2
    uv pip compile "$@" --universal --fork-strategy fewest --python-version "$python" \
        --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet \
        --output-file "$target" >/dev/null
    if grep -n '://' "$target"; then
        echo "lock.sh: $target names an address" >&2
        exit 1
    fi
}
lock() {
    target=$1
    shift
    compile "$target" 3.11 pyproject.toml requirements/build.in "$@"
}
lock requirements/base.txt
lock requirements/batfish.txt --extra batfish
lock requirements/deploy.txt --extra deploy
lock requirements/vault.txt --extra vault
lock requirements/watch.txt --extra watch
lock requirements/test.txt --extra test
compile requirements/netbox-server.txt 3.12 requirements/netbox-server.in --override requirements/netbox-server.overrides
