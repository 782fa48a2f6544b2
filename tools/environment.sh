#!/bin/sh
# Makes .venv and fills it from hash-pinned locks: tools/environment.sh STAMP LOCK...
# Needs only python3 (3.11 to 3.13) and its pip; no root. Runs again only when a lock changes (see Makefile).
set -eu
stamp=$1; shift
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

command -v "$python" >/dev/null 2>&1 || { say "Ozvěna needs Python 3.11, 3.12 or 3.13; '$python' was not found. On Debian: apt install python3 python3-pip"; exit 1; }
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || {
    say "Ozvěna needs Python 3.11, 3.12 or 3.13; '$python' is $("$python" -V 2>&1). Another one can be named: make PYTHON=python3.12 run"; exit 1; }

# A folder made by another Python, or copied from elsewhere, is made anew.
if [ -e .venv ] && ! .venv/bin/python -c "import sys; sys.exit(sys.version_info[:2] != $("$python" -c 'import sys; print(tuple(sys.version_info[:2]))'))" 2>/dev/null; then
    rm -rf .venv
fi

if [ ! -x .venv/bin/python ]; then
    say "Making the Python environment in .venv …"
    # Debian without python3-venv has no ensurepip: then a bare environment, filled by the system's pip.
    "$python" -m venv .venv >/dev/null 2>&1 || "$python" -m venv --clear --without-pip .venv || {
        say "Python cannot make a virtual environment here. On Debian: apt install python3-venv"; exit 1; }
fi

flags="--require-hashes --only-binary :all: --no-binary flask-principal --disable-pip-version-check -qq"
locks=""
for lock in "$@"; do locks="$locks -r $lock"; done

say "Installing the pinned libraries ($*) …"
if .venv/bin/python -m pip --version >/dev/null 2>&1; then
    .venv/bin/python -m pip install $flags $locks
elif "$python" -m pip --python .venv/bin/python --version >/dev/null 2>&1; then
    "$python" -m pip --python .venv/bin/python install $flags $locks
elif "$python" -m pip --version >/dev/null 2>&1; then
    # A pip older than 22.3 cannot fill another environment: it fetches uv into a folder of ours, which can.
    "$python" -m pip install --quiet --target .venv/tools "uv>=0.13,<0.14"
    .venv/tools/bin/uv pip install --quiet --python .venv/bin/python --require-hashes $locks
else
    say "Neither ensurepip nor pip is here, so the libraries cannot be installed. On Debian: apt install python3-pip"
    exit 1
fi
touch "$stamp"
