#!/bin/sh
# Make a private environment: `scripts/env.sh base` gives .venv, `scripts/env.sh test` gives .venv-test, and `scripts/env.sh netbox`
# .venv-netbox: a NetBox server to try against, apart because it has a package `ipam` of its own and needs Python 3.12.
# Says nothing and does nothing if it is there and neither its requirement file nor its Python changed.
# PYTHON=/path/to/python chooses the Python; else the newest that fits is taken.
set -eu

kind=${1:?usage: env.sh base|test|netbox}
oldest=11 advice='apt-get install python3 python3-venv'
case $kind in
    base) venv=.venv lock=base ;;
    test) venv=.venv-test lock=test ;;
    netbox) venv=.venv-netbox lock=netbox-server oldest=12 advice='pyenv install 3.13' ;;
    *) echo "env.sh: no environment named $kind" >&2; exit 2 ;;
esac
cd -- "$(dirname -- "$0")/.."
requirements=requirements/$lock.txt

# What a caller's own set-up must not change in ours.
unset PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
export PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
# pip warns at length about a cache that it cannot write.
cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}
[ -w "$cache" ] || [ -w "${HOME:-/nonexistent}" ] || export PIP_NO_CACHE_DIR=1

fits() { # Is this command a Python from 3.$oldest to 3.13? (A pyenv shim exists for versions that are not active, too.)
    "$1" -c 'import sys; sys.exit(not (3, int(sys.argv[1])) <= sys.version_info[:2] <= (3, 13))' "$oldest" >/dev/null 2>&1
}

has_venv() {
    "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}

say_venv_missing() {
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "truc: $1 (Python $version) lacks the venv module; install it, e.g.: apt-get install python$version-venv" >&2
}

find_python() { # Print the first Python that fits and can make an environment; one line on stderr if there is none.
    without_venv=
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.13 python3.12 python3.11 python3 python
        pyenv=${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions
        for found in "$pyenv"/3.13.*/bin/python "$pyenv"/3.12.*/bin/python "$pyenv"/3.11.*/bin/python; do
            [ ! -x "$found" ] || set -- "$@" "$found"
        done
    fi
    for candidate in "$@"; do
        fits "$candidate" || continue
        if has_venv "$candidate"; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return 0
        fi
        : "${without_venv:=$candidate}"
    done
    if [ -n "$without_venv" ]; then
        say_venv_missing "$without_venv"
    elif [ -n "${PYTHON:-}" ]; then
        echo "truc: PYTHON=$PYTHON is no Python from 3.$oldest to 3.13" >&2
    else
        echo "truc: no Python from 3.$oldest to 3.13 found; install one, e.g.: $advice" >&2
    fi
    return 1
}

stamp_of() { # What the environment depends on: where it is, who made it, what it was made from.
    echo "directory=$(pwd -P)"
    echo "python=$1"
    if [ "$kind" = netbox ]; then cksum <"$requirements"; else cat -- "$requirements" pyproject.toml | cksum; fi
}

if [ -x "$venv/bin/python" ] && [ -r "$venv/stamp" ] && fits "$venv/bin/python"; then
    made_with=$(sed -n 's/^python=//p' "$venv/stamp")
    if [ "$(stamp_of "${PYTHON:-$made_with}")" = "$(cat -- "$venv/stamp")" ]; then
        exit 0
    fi
fi

python=$(find_python)
echo "truc: making $venv with $python (once; from $requirements)" >&2
rm -rf -- "$venv"
"$python" -m venv "$venv"
install() {
    "$venv/bin/python" -m pip install --quiet "$@"
}
install_all() { # The lock of the NetBox server is whole, but names another build of psycopg than NetBox asks for.
    if [ "$kind" = netbox ]; then
        install --require-hashes --no-deps --requirement "$requirements"
    else
        install --require-hashes --requirement "$requirements" && install --no-deps --no-build-isolation --editable .
    fi
}
if ! install_all; then
    echo "truc: installing into $venv failed (see above); it needs the Python package index or a mirror once" >&2
    exit 1
fi
# Python 3.11 reads .pth files in the locale's encoding, so that under LC_ALL=C a folder named in Vietnamese would stop it
# from starting at all; from site-packages to this folder the way is always the same, and plain ASCII.
for pth in "$venv"/lib/python3.*/site-packages/_truc.pth; do
    [ ! -e "$pth" ] || echo ../../../.. >"$pth"
done
stamp_of "${PYTHON:-$python}" >"$venv/stamp"
