#!/usr/bin/env bash
# From a fresh checkout on Debian 12 to figures: install what is missing, build, run
# experiments/catalogue/quickstart.yaml, say what came of it, draw it.
#
#   ./quickstart.sh
#
# Everything it makes is in build/ and quickstart/.
set -eu -o pipefail
cd "$(dirname "$0")"

. .ci/packages.sh
# shellcheck disable=SC2086 # lists of words
install_packages $build_packages

echo "Building"
mkdir -p build
log=build/quickstart.log
if ! { cmake --preset default -DBERTRAND_BUILD_TESTS=OFF -DBERTRAND_BUILD_BENCH=OFF &&
    cmake --build --preset default --target bertrand; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "quickstart.sh: the build failed; all of its output is in $log" >&2
    exit 1
fi

bertrand=$PWD/build/default/bertrand
experiment=experiments/catalogue/quickstart.yaml
mkdir -p quickstart

echo "Running $experiment"
"$bertrand" run "$experiment" --force --output quickstart/quickstart.h5
echo
"$bertrand" analyze quickstart/quickstart.h5
echo
"$bertrand" plot quickstart/quickstart.h5 --output quickstart/figures

cat <<END

The experiment:  $experiment
The results:     quickstart/quickstart.h5
The figures:     quickstart/figures/
The command:     build/default/bertrand --help
END
