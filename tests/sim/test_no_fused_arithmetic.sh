#!/usr/bin/env bash
# Results are the same bits on every instruction set only while no multiplication is
# fused with an addition. Machines differ in what they can run, so look at the code:
# sim/ and markets/ must hold none of these instructions, in the variants that this
# machine cannot run too.
set -euo pipefail

if ! command -v objdump > /dev/null; then
    echo "skipped: objdump is not installed"
    exit 77
fi

for floor in sim markets; do
    library="$BERTRAND_BUILD/libbertrand_$floor.a"
    code=$(objdump --disassemble --no-show-raw-insn "$library")
    fused=$(grep -Ec '\bvfn?m(add|sub)' <<< "$code" || true)
    wide=$(grep -Ec 'vmulpd .*%zmm' <<< "$code" || true)

    echo "fused instructions in $floor/: $fused; AVX-512 products: $wide"
    if [[ "$(uname -m)" == x86_64 && "$wide" -eq 0 ]]; then
        echo "the AVX-512 variant is missing from $library"
        exit 1
    fi
    test "$fused" -eq 0
done
