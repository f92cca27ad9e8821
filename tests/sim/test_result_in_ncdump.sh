# The result file as ncdump sees it, and after nccopy has compressed it.
set -eu
for tool in ncdump nccopy; do
    if ! command -v $tool >/dev/null; then
        echo "skipped: $tool is not installed"
        exit 77
    fi
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$BERTRAND_BUILD/tests/sim_test_result_file" write "$folder/sample.h5"

expect() { # a line of the dump
    if ! grep -qF -- "$1" "$folder/dump"; then
        echo "ncdump does not show: $1"
        sed '/^data:/,$d' "$folder/dump"
        exit 1
    fi
}

check() { # file
    ncdump "$1" >"$folder/dump"
    expect 'point = 3 ;'
    expect 'record = 5 ;'
    expect 'double price(point, replication, record, product) ;'
    expect 'int64 status(point, replication) ;'
    expect 'double sellers\[\*\].learning_rate(point) ;'
    expect 'price:units = "€" ;'
    expect 'price:_FillValue = NaN ;'
    expect 'price:coordinates = "sellers[*].learning_rate memory product_name" ;'
    expect 'status:flag_meanings = "pending done failed" ;'
    expect 'char product_name(product, text_16) ;'
    expect ':title = "a sample — of everything" ;'
    expect ':settings = "format: 1\nname: sample\n" ;'
    expect 'nash_price ='
    expect '  "apple",'
    expect '1.8, 1.9 ;'
}

check "$folder/sample.h5"
nccopy -d 4 -s "$folder/sample.h5" "$folder/compressed.h5"
check "$folder/compressed.h5"
"$BERTRAND_BUILD/tests/sim_test_result_file" read "$folder/compressed.h5"
