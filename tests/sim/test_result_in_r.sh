# The result file as R's ncdf4 sees it.
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
"$BERTRAND_BUILD/tests/sim_test_result_file" write "$folder/sample.h5"
cat >"$folder/check.R" <<'END'
library(ncdf4)
file <- nc_open(commandArgs(TRUE)[1])
price <- ncvar_get(file, "price") # R turns dimensions round: product, record, replication, point
stopifnot(identical(dim(price), c(2L, 5L, 4L, 3L)))
wanted <- function(run, record, product) 1 + 0.01 * (100 * run + 10 * record + product)
stopifnot(price[2, 3, 2, 1] == wanted(1, 2, 1), price[1, 5, 4, 3] == wanted(11, 4, 0))
stopifnot(all(is.na(price[, , 4, 2])), sum(is.na(price)) == 10)
stopifnot(identical(as.vector(ncvar_get(file, "product_name")), c("apple", "pear")))
stopifnot(identical(as.vector(ncvar_get(file, "seller_name")), c("M\u00fcller", "Smith")))
stopifnot(identical(ncvar_get(file, "outcome")[2, 3], "run 9"))
stopifnot(identical(as.vector(ncvar_get(file, "sellers[*].learning_rate")), c(0.05, 0.1, 0.15)))
stopifnot(identical(as.vector(file$dim$record$vals), c(0, 1000, 2000, 3000, 4000)))
stopifnot(identical(ncatt_get(file, "price", "units")$value, "\u20ac"))
stopifnot(identical(ncatt_get(file, 0, "settings")$value, "format: 1\nname: sample\n"))
stopifnot(sum(is.na(ncvar_get(file, "iterations"))) == 1)
nc_close(file)
END
LC_ALL=C.UTF-8 Rscript "$folder/check.R" "$folder/sample.h5"
