# Sourced, after uv.sh.  Sets PYTHON to an interpreter of 3.12 or later that really runs.
# The order is that of trust: 3.12 is the version the project is developed on.  A name on PATH
# proves nothing (pyenv puts shims there for versions that are not active), so each is started.

is_new_enough() { # INTERPRETER
    "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

find_python() {
    local version candidate
    for version in 3.12 3.13 3.14; do
        for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
            if is_new_enough "$candidate"; then
                command -v "$candidate"
                return
            fi
        done
    done
    if is_new_enough python3; then
        command -v python3
        return
    fi
    echo "setup: no Python 3.12 or later found; asking uv for one" >&2
    "$UV" python install 3.12 >&2 && "$UV" python find 3.12
}

PYTHON=$(find_python) || {
    echo "setup: no Python 3.12 or later here, and none could be installed" >&2
    exit 1
}
