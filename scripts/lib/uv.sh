# Sourced.  Sets UV to a uv that runs: the one on PATH, or one installed from pip into .uv/.
export UV_NO_PROGRESS=1
# A hospital's network often has a certificate authority of its own, known to the system alone.
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"

if uv --version >/dev/null 2>&1; then
    UV=uv
elif .uv/bin/uv --version >/dev/null 2>&1; then
    UV=.uv/bin/uv
else
    echo "setup: uv is not installed; installing it from pip into .uv/" >&2
    python3 -m venv .uv || {
        echo "setup: python3 with venv and pip is needed for that (Debian: apt-get install python3-venv)" >&2
        exit 1
    }
    echo '*' >.uv/.gitignore
    .uv/bin/python -m pip install --quiet --disable-pip-version-check uv
    UV=.uv/bin/uv
fi
