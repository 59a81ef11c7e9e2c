#!/bin/sh
# Sees to it that the Debian or Ubuntu packages Pillarbox needs are there.
#
# Usage: debian_packages.sh window|tests
#
# "window" is what Qt and the virtual environment need, "tests" adds what drives a real window.
# Installs what is missing when run as root or with password-less sudo; otherwise prints the one
# command that would. Never fails: a machine without dpkg may have the same things by other names.
set -u
cd "$(dirname "$0")/.." || exit 1

# Every library Qt links to. A name may list alternatives: "libglib2.0-0|libglib2.0-0t64".
WINDOW="libegl1 libgl1 libdbus-1-3 libfontconfig1 fonts-dejavu-core libgssapi-krb5-2
libglib2.0-0|libglib2.0-0t64 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0
libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0
libxcb-sync1 libxcb-xfixes0 libxcb-xinerama0 libxcb-xkb1 libwayland-cursor0"
TESTS="xvfb xdotool openbox x11-utils imagemagick openssl dbus-daemon at-spi2-core python3-pyatspi"

# The packages that give us a Python with `venv`, when the machine has none.
python_packages() {
    if found=$(packaging/find_python.sh); then
        "$found" -c 'import ensurepip' 2>/dev/null ||
            "$found" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'
    elif command -v python3 >/dev/null; then
        echo python3.11 python3.11-venv # the machine's own is too old
    else
        echo python3 python3-venv
    fi
}

installed() {
    for alternative in $(echo "$1" | tr '|' ' '); do
        status=$(dpkg-query -W -f '${Status}\n' "$alternative" 2>/dev/null) || continue
        case $status in *"install ok installed"*) return 0 ;; esac
    done
    return 1
}

missing() {
    for name in "$@"; do
        installed "$name" || printf '%s ' "${name%%|*}"
    done
}

# Runs its arguments as root, without ever asking for a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

install() {
    echo "Installing Debian packages: $*"
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends "$@" </dev/null >/dev/null
}

case ${1-} in
window) wanted="$WINDOW" ;;
tests) wanted="$WINDOW $TESTS" ;;
*) echo "usage: debian_packages.sh window|tests" >&2 && exit 2 ;;
esac
command -v dpkg-query >/dev/null || exit 0

# Unquoted on purpose: lists of words.
wanted_missing=$(missing $wanted $(python_packages))
[ -n "$wanted_missing" ] || exit 0
if can_be_root && install $wanted_missing; then
    exit 0
fi
echo "These Debian packages are missing. Install them with:"
echo "  sudo apt-get install $wanted_missing"
exit 0
