/*
 * What is measured of each run: the statistics that `analyze` reports.
 *
 * One number per statistic and run; intervals over replications, differences between
 * points, tables and sweep plots are all made from these. The list is fixed for a file:
 * the known statistics below, two for each epsilon, then the final value of every further
 * series that the file holds, so that a market which records something of its own is
 * reported without a change here.
 *
 * "Final": for a run whose sellers' behaviour became stable in a limit cycle, the exact
 * mean over that cycle (the file's final_price, final_profit, delta, ...); for others the
 * mean over the last `window` share of the run's records; where a series was not recorded,
 * the file's own final value. docs/analysis.md gives every definition.
 */
#ifndef BT_ANALYSIS_STATISTICS_H
#define BT_ANALYSIS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/results.h"
#include "sim/arena.h"
#include "sim/status.h"

typedef enum bt_statistic_kind {
    BT_MEAN,    /* of a number: Student's interval */
    BT_SHARE,   /* of runs, each 0 or 1: Wilson's interval */
    BT_CONSTANT /* of the point: a benchmark, the same for every run */
} bt_statistic_kind;

/* index, name in JSON and CSV, label in text, kind */
#define BT_KNOWN_STATISTICS(X)                                                                 \
    X(PRICE, "price", "final price", BT_MEAN)                                                  \
    X(NASH_PRICE, "nash_price", "equilibrium price", BT_CONSTANT)                              \
    X(JOINT_PROFIT_PRICE, "joint_profit_price", "joint-profit price", BT_CONSTANT)             \
    X(FIRST_BEST_PRICE, "first_best_price", "first-best price", BT_CONSTANT)                   \
    X(DISTANCE, "distance_to_nash", "relative distance to Nash", BT_MEAN)                      \
    X(PRICE_ABOVE_NASH, "price_above_nash", "price above Nash", BT_MEAN)                       \
    X(PROFIT, "profit", "final profit", BT_MEAN)                                               \
    X(NASH_PROFIT, "nash_profit", "equilibrium profit", BT_CONSTANT)                           \
    X(JOINT_PROFIT, "joint_profit", "joint-profit profit", BT_CONSTANT)                        \
    X(DELTA, "delta", "profit gain \u0394", BT_MEAN)                                           \
    X(EXPLOITABILITY, "exploitability", "exploitability (share of Nash profit)", BT_MEAN)      \
    X(CONVERGED, "converged", "share converged", BT_SHARE)                                     \
    X(ITERATIONS, "iterations", "iterations", BT_MEAN)                                         \
    X(RATE, "convergence_rate", "rate of convergence (slope)", BT_MEAN)                        \
    X(EXPLOITABILITY_RATE, "exploitability_rate", "rate of exploitability (slope)", BT_MEAN)   \
    X(CYCLE_1, "cycle_length_1", "share with a constant limit", BT_SHARE)                      \
    X(CYCLE_2, "cycle_length_2", "share with a limit cycle of 2", BT_SHARE)                    \
    X(CYCLE_3, "cycle_length_3_or_more", "share with a longer cycle", BT_SHARE)                \
    X(CONSUMER_SURPLUS, "consumer_surplus", "consumer surplus", BT_MEAN)                       \
    X(PRODUCER_SURPLUS, "producer_surplus", "producer surplus", BT_MEAN)                       \
    X(PLATFORM_REVENUE, "platform_revenue", "platform revenue", BT_MEAN)                       \
    X(WELFARE, "welfare", "total surplus", BT_MEAN)                                            \
    X(NASH_CONSUMER_SURPLUS, "nash_consumer_surplus", "equilibrium consumer surplus",          \
      BT_CONSTANT)                                                                             \
    X(NASH_WELFARE, "nash_welfare", "equilibrium total surplus", BT_CONSTANT)                  \
    X(FIRST_BEST_WELFARE, "first_best_welfare", "first-best total surplus", BT_CONSTANT)       \
    X(CONSUMER_SHARE, "consumer_surplus_share", "consumers' share of first best", BT_MEAN)     \
    X(PRODUCER_SHARE, "producer_surplus_share", "producers' share of first best", BT_MEAN)     \
    X(WELFARE_SHARE, "welfare_share", "total surplus / first best", BT_MEAN)                   \
    X(EFFICIENCY, "efficiency", "efficiency", BT_MEAN)                                         \
    X(AUDIT_DELTA, "audit_delta", "audit: profit gain \u0394", BT_MEAN)                        \
    X(REGRET, "regret", "audit: regret / Nash profit", BT_MEAN)                                \
    X(LEAST_REGRET, "least_regret", "audit: least regret for this gain", BT_MEAN)              \
    X(CERTIFICATE, "certificate", "audit: share on or above the frontier", BT_SHARE)           \
    X(SWAP_REGRET, "swap_regret", "audit: swap regret / Nash profit", BT_MEAN)                 \
    X(GRID_NASH_LOW, "grid_nash_delta_lowest", "grid: lowest \u0394 of pure Nash",             \
      BT_CONSTANT)                                                                             \
    X(GRID_NASH_HIGH, "grid_nash_delta_highest", "grid: highest \u0394 of pure Nash",          \
      BT_CONSTANT)                                                                             \
    X(GRID_CORRELATED_LOW, "grid_correlated_delta_lowest",                                     \
      "grid: lowest \u0394 of correlated eq.", BT_CONSTANT)                                    \
    X(GRID_CORRELATED_HIGH, "grid_correlated_delta_highest",                                   \
      "grid: highest \u0394 of correlated eq.", BT_CONSTANT)                                   \
    X(GRID_COARSE_LOW, "grid_coarse_delta_lowest", "grid: lowest \u0394 of coarse corr. eq.",  \
      BT_CONSTANT)                                                                             \
    X(GRID_COARSE_HIGH, "grid_coarse_delta_highest",                                           \
      "grid: highest \u0394 of coarse corr. eq.", BT_CONSTANT)                                 \
    X(DEVIATION_GAIN, "deviation_gain", "gain of deviating from limit play", BT_MEAN)          \
    X(PUNISHMENT, "deviation_punishment", "fall of rivals' prices after it", BT_MEAN)          \
    X(EQUILIBRIUM, "verdict_equilibrium", "verdict: equilibrium", BT_SHARE)                    \
    X(NOT_CONVERGED, "verdict_not_converged", "verdict: not converged yet", BT_SHARE)          \
    X(LEARNING_FAILURE, "verdict_learning_failure", "verdict: learning failure", BT_SHARE)     \
    X(COLLUSION, "verdict_collusion", "verdict: collusion", BT_SHARE)

typedef enum bt_known_statistic {
#define BT_STATISTIC_ENUM(index, name, label, kind) BT_STATISTIC_##index,
    BT_KNOWN_STATISTICS(BT_STATISTIC_ENUM)
#undef BT_STATISTIC_ENUM
        BT_N_KNOWN_STATISTICS
} bt_known_statistic;

enum { BT_MAX_EPSILONS = 8 };

typedef struct bt_analysis_setting {
    double window;                   /* share of the records that counts as final: (0, 1] */
    bool use_limit_cycle;            /* false: the window for all runs */
    double confidence;               /* level of the intervals: (0, 1) */
    double epsilon[BT_MAX_EPSILONS]; /* relative distances to stay within */
    size_t n_epsilons;
    double fit_from; /* time from which rates are fitted; NAN: bt_fit_start */
} bt_analysis_setting;

extern const bt_analysis_setting bt_default_analysis; /* 10 %, 95 %, 1 % and 5 % */

typedef struct bt_statistic {
    const char *name;
    const char *label;
    const char *units; /* "1": none */
    bt_statistic_kind kind;
    bool is_available; /* the file has what it needs */
    size_t epsilon;    /* of the two statistics of an epsilon: which */
    bt_found series;   /* of a further series */
} bt_statistic;

/* What can be measured in a file. */
typedef struct bt_statistic_list {
    bt_statistic *statistic;
    size_t n;
    size_t first_epsilon;       /* time_within, share_within for each epsilon */
    size_t first_series;        /* further series */
    const char *const *missing; /* variables that the file lacks */
    size_t n_missing;
} bt_statistic_list;

/* The statistic with this name, or the list's n. */
size_t bt_statistic_find(const bt_statistic_list *list, const char *name);

/* Everything is owned by `arena`. */
bt_status bt_list_statistics(const bt_results *results, const bt_analysis_setting *setting,
                             bt_arena *arena, bt_statistic_list *list, bt_error *error);

/* One product's or seller's numbers, beside the statistics. */
typedef struct bt_measured {
    double *statistic;          /* [statistic * replication]; NAN: none */
    double *price;              /* [product * replication] final */
    double *profit;             /* [seller * replication] final */
    double *delta;              /* [seller * replication] */
    double *nash_price;         /* [product] benchmarks; NAN: none */
    double *joint_profit_price; /* [product] */
    double *first_best_price;   /* [product] */
    double *nash_profit;        /* [seller] */
    double *joint_profit;       /* [seller] */
} bt_measured;

/* Measure all runs of a point; arrays are owned by `arena`. */
bt_status bt_measure_point(const bt_results *results, const bt_statistic_list *list,
                           const bt_analysis_setting *setting, size_t point, bt_arena *arena,
                           bt_measured *measured, bt_error *error);

#endif
