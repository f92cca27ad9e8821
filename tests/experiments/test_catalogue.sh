#!/bin/sh
# Every experiment of the catalogue is without mistakes, says in a comment what it shows,
# and can be run: shortened, each gives a result.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
count=0
skipped=
for file in "$BERTRAND_SOURCE"/experiments/catalogue/*.yaml; do
    name=$(basename "$file" .yaml)
    head -n 1 "$file" | grep -q '^# ' || { echo "$name: no comment at its head"; exit 1; }
    grep -q "^name: $name\$" "$file" || { echo "$name: is called otherwise inside"; exit 1; }
    data=$(grep -o 'shared/data/choice/[a-z_]*\.csv' "$file" | head -n 1 || true)
    if [ -n "$data" ] && [ ! -f "$BERTRAND_DATA/${data#shared/data/}" ]; then
        skipped="$skipped $name"
        continue
    fi
    # what the file has of ../../../shared/data is where BERTRAND_DATA says
    if [ -n "$data" ]; then
        sed "s#\(\.\./\)*shared/data/#$BERTRAND_DATA/#" "$file" > "$folder/$name.yaml"
        file=$folder/$name.yaml
    fi
    "$BERTRAND" check "$file"
    length=periods=2000
    grep -q '^horizon: {time' "$file" && length=time=5
    "$BERTRAND" run "$file" --set "horizon.$length" --set record.every=0 \
        --set replications=1 --output "$folder/$name.h5" --quiet
    test -s "$folder/$name.h5" || { echo "$name: no result"; exit 1; }
    count=$((count + 1))
done
test "$count" -ge 7 || { echo "only $count experiments found"; exit 1; }
echo "$count experiments run"
if [ -n "$skipped" ]; then
    echo "skipped, since $BERTRAND_DATA/choice is not there:$skipped"
    exit 77
fi
