/*
 * Human-against-human listing simulations per CPU-second on one core, outcomes counted: all
 * plays of listings by people (a worth's, and those that count), through the whole market.
 */
#include "bench/bench_run.h"

enum { LISTINGS = 20000 };

static void report(const char *what, int plays, int worth_plays)
{
    char text[1024];
    snprintf(text, sizeof(text),
             "format: 1\nname: bench\nseed: 1\nhorizon: {periods: %d}\n"
             "market: {type: bargaining, plays: %d, worth_plays: %d}\n"
             "sellers: [{name: human, policy: human_bargainer}]\n"
             "buyers: {type: human_bargainers}\nrecord: {every: %d}\n",
             LISTINGS, plays, worth_plays, LISTINGS);
    double rate = LISTINGS * (double)(plays + worth_plays) / bench_best_time(text, 1);
    printf("{\"name\": \"listing simulations a second, %s\", \"value\": %.4g, "
           "\"unit\": \"1/s\", \"better\": \"higher\", \"bar\": 2e6}\n",
           what, rate);
    fflush(stdout);
}

int main(void)
{
    report("all outcomes counted", 100, 0);
    report("worths alone", 1, 100);
    return 0;
}
