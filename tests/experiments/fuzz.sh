#!/bin/bash
# Fuzz experiment files for some seconds (default 60), from the catalogue and the broken files.
#
#     cmake --preset fuzz && cmake --build build/fuzz --target fuzz_document
#     tests/experiments/fuzz.sh [SECONDS] [BUILD_FOLDER]
#
# Ends non-zero on a crash, a leak, a sanitizer's report, or an input that takes longer than
# ten seconds; the input is left in the corpus folder that is named at the end.
set -euo pipefail

source_folder=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:-60}
build=${2:-$source_folder/build/fuzz}
fuzzer=$build/tests/fuzz_document
corpus=$build/corpus

if [ ! -x "$fuzzer" ]; then
    echo "there is no $fuzzer: cmake --preset fuzz && cmake --build build/fuzz --target fuzz_document" >&2
    exit 66
fi

mkdir -p "$corpus/found" "$corpus/crashes"
cp "$source_folder"/experiments/catalogue/*.yaml "$source_folder"/tests/experiments/broken/*.yaml \
    "$corpus"
# Overrides stand behind the file, each path and value after a NUL.
for file in "$source_folder"/experiments/catalogue/*.yaml; do
    printf '%s\0market.demand.scale\0000.3\0sellers[*].reprice\0{poisson: 2}' "$(cat "$file")" \
        2> /dev/null > "$corpus/$(basename "$file").set" || true
done
# The words of the tables, so that mutations meet keys.
"$source_folder"/tests/experiments/fuzz_words.py "$source_folder/docs/reference.md" > "$corpus/words"

cd "$corpus/crashes"
echo "fuzzing for $seconds s"
ASAN_OPTIONS=detect_leaks=1 "$fuzzer" "$corpus/found" "$corpus" -dict="$corpus/words" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=6000 -print_final_stats=1 \
    > "$corpus/log" 2>&1 || { tail -40 "$corpus/log"; exit 1; }
grep -E "^(stat::|.*DONE)" "$corpus/log"
echo "clean; what was found is in $corpus"
