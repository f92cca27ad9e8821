# A result of `bertrand run` as ncdump and nccopy see it.
set -eu
for tool in ncdump nccopy; do
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: netcdf-bin is not installed"
        exit 77
    fi
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$BERTRAND" run "$BERTRAND_SOURCE/experiments/catalogue/quickstart.yaml" --quiet \
    --set horizon.periods=2000 --set record.every=100 --set replications=2 --output r.h5

expect() {
    if ! grep -qF -- "$1" "$2"; then
        echo "$2 lacks: $1"
        exit 1
    fi
}
ncdump -h r.h5 >header
expect 'point = 2 ;' header
expect 'replication = 2 ;' header
expect 'record = 20 ;' header
expect 'double price(point, replication, record, product) ;' header
expect 'price:units = "price" ;' header
expect 'double nash_price(point, product) ;' header
expect ':title = "quickstart" ;' header
ncdump -v 'sellers[*].discount' r.h5 >discount
expect '= 0, 0.95 ;' discount
ncdump -v status r.h5 >status
[ "$(grep -c '^  1, 1' status)" -eq 2 ]

# compressed by another program, it is still a result
nccopy -d 4 -s r.h5 small.h5
"$BERTRAND" status small.h5 --format json >json
expect '"done": 4' json
