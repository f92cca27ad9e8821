/* The import of best-offer data: rows a second of both files together, from plain text, with
 * memory for all of it and with memory for a few per cent. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "experiments/imports/best_offer_import.h"
#include "experiments/imports/best_offer_rows.h"

enum { LISTINGS = 200000 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static FILE *begin(const char *path, const char *const *columns, size_t n_columns)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    for (size_t i = 0; i < n_columns; i++)
        fprintf(file, "%s%s", i > 0 ? "," : "", columns[i]);
    fputc('\n', file);
    return file;
}

/* Two listings of three have no offer; the others a thread of three rows. Rows are mixed by
 * a multiplication. */
static size_t write_files(const char *listings, const char *offers)
{
    size_t n_rows = 0;
    FILE *file =
        begin(listings, bt_best_offer_listing_columns, bt_best_offer_n_listing_columns);
    for (uint64_t i = 0; i < LISTINGS; i++, n_rows++) {
        uint64_t item = i * 7919 % LISTINGS;
        fprintf(file,
                "%" PRIu64 ",%" PRIu64 ",547957,63861,%" PRIu64
                ",,02jul2012,120,99.5,01aug2012,%.2f,4,10,5,,,,,,,3000,17,2,11450,,,5,2,3,,,0,,"
                "0,,,1,\n",
                item, item + 1000000, item % 5000, 10 + (double)(item % 400));
    }
    fclose(file);
    file = begin(offers, bt_best_offer_offer_columns, bt_best_offer_n_offer_columns);
    for (uint64_t i = 0; i < LISTINGS; i++) {
        uint64_t item = i * 104729 % LISTINGS;
        double price = 10 + (double)(item % 400);
        if (item % 3 != 0)
            continue;
        static const char *const form =
            "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
            ",03jul2012,7,100,%d,%d,%.2f,03jul2012 %02d:03:24,%s,50,3,%s,1\n";
        fprintf(file, form, item, item, item * 3, item % 5000, 2, 7, 0.9 * price, 11, "", "");
        fprintf(file, form, item, item, item * 3, item % 5000, 1, 2, 0.6 * price, 14,
                "03jul2012 19:00:00", "");
        fprintf(file, form, item, item, item * 3, item % 5000, 0, 7, 0.5 * price, 9, "", "1");
        n_rows += 3;
    }
    fclose(file);
    return n_rows;
}

static void measure(const char *listings, const char *offers, const char *output,
                    const char *folder, size_t n_rows, size_t memory, const char *name)
{
    const bt_best_offer_import_setting setting = {.listings = listings,
                                                  .offers = offers,
                                                  .output = output,
                                                  .folder = folder,
                                                  .force = true,
                                                  .seed = 1,
                                                  .memory = memory,
                                                  .keep_idle = 1};
    bt_best_offer_counts counts;
    bt_error error;
    double start = seconds();
    if (bt_best_offer_import(&setting, &counts, &error) != BT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    printf("{\"name\": \"best-offer import, %s\", \"value\": %.6g, \"unit\": \"rows/s\", "
           "\"better\": \"higher\"}\n",
           name, (double)n_rows / (seconds() - start));
}

int main(void)
{
    const char *given = getenv("TMPDIR");
    const char *folder = given != NULL ? given : "/tmp";
    char listings[512], offers[512], output[512];
    snprintf(listings, sizeof listings, "%s/bertrand_bench_%ld_lists.csv", folder,
             (long)getpid());
    snprintf(offers, sizeof offers, "%s/bertrand_bench_%ld_threads.csv", folder,
             (long)getpid());
    snprintf(output, sizeof output, "%s/bertrand_bench_%ld.h5", folder, (long)getpid());
    size_t n_rows = write_files(listings, offers);
    measure(listings, offers, output, folder, n_rows, (size_t)1 << 30, "in memory");
    measure(listings, offers, output, folder, n_rows, (size_t)1 << 20, "with 1 MiB");
    unlink(listings);
    unlink(offers);
    unlink(output);
    return 0;
}
