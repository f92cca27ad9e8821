# `bertrand train sequences` and `bertrand evaluate`: a small training learns, repeats itself to the byte,
# goes on after an interruption to the same bytes, and says what is wrong with bad input.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# 300 people walk through 40 items in order, each from an item of their own
awk 'BEGIN { for (u = 1; u <= 300; u++) for (k = 0; k < 9; k++)
    print u, 1 + (u * 7 + k) % 40 }' > walks.txt
cat > walks.yaml <<'END'
format: 1
name: walks
seed: 3
data: walks.txt
model: {type: sasrec, length: 6, width: 16, blocks: 1, dropout: 0.2}
training: {batch: 32, epochs: 60, judge_every: 4, patience: 15, candidates: 20,
           learning_rate: 0.01, averaging: 0.5}
END

fail() { echo "$*"; exit 1; }
refused() { # status, part of the sentence, command...
    local status=$1 part=$2 found=0
    shift 2
    "$@" > out.txt 2>&1 || found=$?
    test "$found" = "$status" || fail "$*: status $found, not $status: $(cat out.txt)"
    grep -qF -- "$part" out.txt || fail "$*: does not say \"$part\": $(cat out.txt)"
}

"$BERTRAND" train sequences walks.yaml > log.txt
test -s walks.model.h5 && test ! -e walks.model.h5.part || fail "no model, or a state is left"
rate=$(sed -n 's/.*HR@5  *\([0-9.]*\).*/\1/p' log.txt)
awk "BEGIN { exit !($rate > 0.9) }" || fail "hit rate $rate (guessing: 5 in 21)"
"$BERTRAND" evaluate walks.model.h5 walks.txt --candidates 20 --seed 3 > judged.txt
tail -n 3 log.txt | diff - <(tail -n 3 judged.txt) || fail "evaluate disagrees with train"

"$BERTRAND" train sequences walks.yaml -o again.h5 --quiet > /dev/null
cmp walks.model.h5 again.h5 || fail "a training does not repeat itself"

# interrupted after its first judgement; the log is there before anyone follows it
: > late.txt
: > slow.txt
"$BERTRAND" train sequences walks.yaml -o late.h5 --set training.epochs=100000 \
    --set training.patience=100000 >> late.txt 2> late.err & pid=$!
tail -f --pid=$pid late.txt | grep -m 1 -q '^epoch' || true
kill -INT $pid
status=0; wait $pid || status=$?
test "$status" = 75 && test -s late.h5.part || fail "interrupted: status $status"
refused 65 "with other settings or data" "$BERTRAND" train sequences walks.yaml -o late.h5 --resume
refused 73 "--resume" "$BERTRAND" train sequences walks.yaml -o late.h5
epoch=$(sed -n 's/.*after epoch \([0-9]*\);.*/\1/p' late.err)
test "$epoch" -ge 4 || fail "stopped after epoch '$epoch'"

# a state that was taken on the way leads to the same bytes
"$BERTRAND" train sequences walks.yaml -o slow.h5 >> slow.txt 2> slow.err & pid=$!
tail -f --pid=$pid slow.txt | grep -m 1 -q '^epoch' || true
kill -INT $pid 2> /dev/null || true
wait $pid || true
if test -e slow.h5.part; then
    "$BERTRAND" train sequences walks.yaml -o slow.h5 --resume --quiet > /dev/null
fi
cmp walks.model.h5 slow.h5 || fail "a resumed training ends elsewhere"

# bad input
refused 73 "is there already" "$BERTRAND" train sequences walks.yaml
printf '1 2\n1 two\n' > bad.txt
refused 65 'bad.txt:2: "1 two"' "$BERTRAND" train sequences walks.yaml --set data=bad.txt -o x.h5
refused 66 "cannot read" "$BERTRAND" train sequences walks.yaml --set data=none.txt -o x.h5
refused 65 "did you mean sasrec" "$BERTRAND" train sequences walks.yaml --set model.type=sasrek
refused 65 "cannot be shared by 3 heads" "$BERTRAND" train sequences walks.yaml --set model.heads=3 -o x.h5
echo '1 41' >> walks.txt
refused 65 "knows items 1 to 40" "$BERTRAND" evaluate walks.model.h5 walks.txt
head -c 5000 walks.model.h5 > cut.h5
refused 65 "truncated" "$BERTRAND" evaluate cut.h5 walks.txt
printf '1 1\n2 2\n' > short.txt
refused 65 "three choices" "$BERTRAND" evaluate walks.model.h5 short.txt
echo "training repeats itself, resumes, and refuses bad input"
