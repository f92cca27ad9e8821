# Sourced by test.sh and quickstart.sh: which Debian packages the project needs, and how
# they are installed when they are missing.

# To build the command and to run it.
build_packages="gcc libc6-dev cmake ninja-build pkg-config git ca-certificates
    libgsl-dev libhdf5-dev zlib1g-dev libyaml-dev libglpk-dev libopenblas-dev liblapacke-dev librandom123-dev
    libplplot-dev plplot-driver-cairo"

# To build and run the tests.
test_packages="libcmocka-dev libjson-c-dev python3 python3-h5py clang-format-14 netcdf-bin"

# Tests that use these skip, visibly, where one cannot be installed.
optional_test_packages="python3-xarray python3-netcdf4 python3-jsonschema python3-yaml
    python3-matplotlib gnuplot-nox r-base-core r-cran-ncdf4"

# Print those of the packages $@ that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            echo "$package"
    done
}

# Install those of the packages $@ that are missing, as root or through sudo.
install_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "This is no Debian system; it needs what Debian calls: $*" >&2
        return 0 # the build says what is missing
    fi
    local missing
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These packages are missing: $missing" >&2
            echo "Run as root (there is no sudo): apt-get install $missing" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "Installing $missing"
    local log
    log=$(mktemp)
    if ! "${as_root[@]}" apt-get update >"$log" 2>&1 ||
        ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        echo "These packages could not be installed: $missing" >&2
        return 1
    fi
    rm -f "$log"
}
