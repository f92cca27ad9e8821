# A result of `bertrand run` as R's ncdf4 sees it.
set -eu
if ! command -v Rscript >/dev/null; then
    echo "skipped: R is not installed"
    exit 77
fi
if ! Rscript -e 'quit(status = !requireNamespace("ncdf4", quietly = TRUE))' >/dev/null 2>&1; then
    echo "skipped: R has no package ncdf4"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$BERTRAND" run "$BERTRAND_SOURCE/experiments/catalogue/quickstart.yaml" --quiet \
    --set horizon.periods=2000 --set record.every=100 --set replications=2 --output r.h5
cat >check.R <<'END'
library(ncdf4)
file <- nc_open("r.h5")
price <- ncvar_get(file, "price") # product, record, replication, point
stopifnot(identical(dim(price), c(2L, 20L, 2L, 2L)), !any(is.na(price)))
nash <- ncvar_get(file, "nash_price")
stopifnot(identical(dim(nash), c(2L, 2L)), abs(nash - 1.472927) < 1e-5)
stopifnot(identical(as.vector(ncvar_get(file, "sellers[*].discount")), c(0, 0.95)))
stopifnot(identical(as.vector(ncvar_get(file, "product_name")), c("A", "B")))
stopifnot(all(ncvar_get(file, "status") == 1))
stopifnot(grepl("name: quickstart", ncatt_get(file, 0, "experiment")$value))
nc_close(file)
END
LC_ALL=C.UTF-8 Rscript check.R
