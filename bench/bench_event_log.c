/* The event log: events a second, appended in blocks as a market's batches come. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/event_log.h"

enum { EVENTS = 2000000, BLOCK = 1000 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void require(bt_status status, const bt_error *error)
{
    if (status == BT_OK)
        return;
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

/* Purchases at prices on a grid, as a market with a price grid logs them. */
static void fill(bt_logged_event *events, size_t first)
{
    for (size_t i = 0; i < BLOCK; i++) {
        uint64_t mixed = (first + i) * UINT64_C(0x9e3779b97f4a7c15) >> 40;
        events[i] = (bt_logged_event){.time = 1e-3 * (double)(first + i),
                                      .kind = 1,
                                      .agent = (int32_t)(mixed % 10000),
                                      .product = (int32_t)(mixed % 20),
                                      .price = 1.0 + 0.01 * (double)(mixed % 97),
                                      .outcome = 1};
    }
}

int main(void)
{
    const char *folder = getenv("TMPDIR");
    char path[512];
    static bt_logged_event events[BLOCK];
    bt_error error;
    bt_event_log *log;
    struct stat file;
    snprintf(path, sizeof path, "%s/bertrand_bench_%ld.h5", folder != NULL ? folder : "/tmp",
             (long)getpid());
    require(bt_event_log_create(path, true, &log, &error), &error);
    double start = seconds();
    for (size_t first = 0; first < EVENTS; first += BLOCK) {
        fill(events, first);
        require(bt_event_log_append(log, 0, 0, events, BLOCK, &error), &error);
    }
    require(bt_event_log_close(log, &error), &error);
    double elapsed = seconds() - start;
    double bytes = stat(path, &file) == 0 ? (double)file.st_size : 0;
    unlink(path);
    printf("{\"name\": \"event log: events written\", \"value\": %.6g, \"unit\": \"events/s\", "
           "\"bar\": 1000000, \"better\": \"higher\"}\n",
           EVENTS / elapsed);
    printf("{\"name\": \"event log: bytes an event\", \"value\": %.4g, \"unit\": \"bytes\", "
           "\"bar\": 20, \"better\": \"lower\"}\n",
           bytes / EVENTS);
    return 0;
}
