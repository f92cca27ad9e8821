#!/usr/bin/env bash
# Install what is missing, build with warnings as errors, run the tests.
#
#   ./test.sh          all tests but those labelled slow
#   ./test.sh --all    these too
#
# Ends non-zero on any failure; the last line counts: N passed, N failed, N skipped.
set -u -o pipefail
cd "$(dirname "$0")" || exit 70

selection=(--label-exclude '^slow$')
case "${1-}" in
"") ;;
--all) selection=() ;;
*)
    echo "usage: ./test.sh [--all]" >&2
    exit 64
    ;;
esac

passed=0
failed=0
skipped=0

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}

# A step without which nothing else can run.
require() {
    local what=$1
    shift
    if ! "$@"; then
        echo "test.sh: $what failed" >&2
        failed=$((failed + 1))
        finish
    fi
}

check_format() {
    local formatter
    if ! formatter=$(command -v clang-format-14); then
        echo "skipped: clang-format-14 is not installed"
        skipped=$((skipped + 1))
    elif find sim markets agents analysis experiments tests bench docs \
        -name '*.[ch]' -print0 2>/dev/null |
        xargs -0 -r "$formatter" --dry-run --Werror; then
        passed=$((passed + 1))
    else
        echo "format: run clang-format-14 -i on the files above"
        failed=$((failed + 1))
    fi
}

run_tests() {
    local report=$PWD/build/default/junit.xml
    rm -f "$report"
    ctest --preset default --parallel "$(nproc)" "${selection[@]}" --output-junit "$report"
    local status=$? total run_and_passed not_applicable
    # What the tests print is escaped in the report: these elements are ctest's own.
    total=$(grep -c '<testcase ' "$report")
    run_and_passed=$(grep -c '<testcase .* status="run"' "$report")
    not_applicable=$(grep -c '<skipped message="SKIP_RETURN_CODE' "$report")
    local not_passed=$((total - run_and_passed - not_applicable))
    if [ "$status" -ne 0 ] && [ "$not_passed" -eq 0 ]; then
        echo "test.sh: ctest failed beside its tests (status $status)" >&2
        not_passed=1
    fi
    passed=$((passed + run_and_passed))
    failed=$((failed + not_passed))
    skipped=$((skipped + not_applicable))
}

. .ci/packages.sh
require "installing packages" install_packages $build_packages $test_packages
install_packages $optional_test_packages || echo "Tests that need them are skipped." >&2

require "configuring" cmake --preset default -DBERTRAND_BUILD_TESTS=ON -DBERTRAND_BUILD_BENCH=ON
require "building" cmake --build --preset default
run_tests
check_format
finish
