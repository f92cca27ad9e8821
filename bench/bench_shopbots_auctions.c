/*
 * Nanoseconds per seller and move in a shopbot market, and per bidder and round in auctions,
 * market included: runs from an experiment through the ordinary engine. Each figure is the
 * best of several runs.
 */
#include "bench/bench_run.h"

enum { RUNS = 3 };

typedef struct measured {
    const char *name;
    const char *text;
    double moves; /* of all sellers or bidders in a run */
} measured;

#define HEAD "format: 1\nname: bench\nseed: 1\n"
#define SHOPBOT(policy)                                                                        \
    HEAD "horizon: {periods: 20000}\nmarket: {type: shopbot, value: 1, cost: 0.5, compares: "  \
         "[0.25], quantum: 0.002}\nsellers: [{name: s#, count: 5, policy: " policy "}]\n"      \
         "record: {every: 20000}\n"
#define IJCAI(policy)                                                                          \
    HEAD "horizon: {time: 20000 d}\nmarket: {type: shopbot, value: 1, cost: 0.5, compares: "   \
         "[0.25], quantum: 0.002, arrivals: 50000}\nsellers: [{name: s#, count: 5, "           \
         "policy: " policy ", reprice: {poisson: 1}}]\nrecord: {every: 20000}\n"
#define AUCTION(policy)                                                                        \
    HEAD "horizon: {periods: 50000}\nmarket: {type: auction, rivals: {law: uniform}}\n"        \
         "sellers: [{name: house, policy: fixed, price: 0}]\n"                                 \
         "bidders: [{name: b, policy: " policy "}]\nrecord: {every: 50000}\n"
#define GRID ", grid: {points: 101, low: 0.5, high: 1}"

static const measured runs[] = {
    {"shopbot, mixed_equilibrium", SHOPBOT("mixed_equilibrium"), 1e5},
    {"shopbot, myoptimal", SHOPBOT("myoptimal"), 1e5},
    {"shopbot, hedge, 101 prices", SHOPBOT("hedge" GRID), 1e5},
    {"shopbot, internal_regret, 101 prices", SHOPBOT("internal_regret" GRID), 1e5},
    {"shopbot, myoptimal at Poisson times, drawn sales", IJCAI("myoptimal"), 1e5},
    {"shopbot, derivative_follower, drawn sales", IJCAI("derivative_follower"), 1e5},
    {"auction, fixed_bid", AUCTION("fixed_bid, bid: 0.5"), 5e4},
    {"auction, ucbid", AUCTION("ucbid"), 5e4},
    {"auction, exp_tree", AUCTION("exp_tree"), 5e4},
    {"auction, win_exp, 101 bids", AUCTION("win_exp"), 5e4},
};

static void measure(const measured *what)
{
    printf(
        "{\"name\": \"%s\", \"value\": %.4g, \"unit\": \"ns/move\", \"better\": \"lower\"}\n",
        what->name, 1e9 * bench_best_time(what->text, RUNS) / what->moves);
}

int main(void)
{
    for (size_t k = 0; k < sizeof(runs) / sizeof(runs[0]); k++)
        measure(&runs[k]);
    return 0;
}
