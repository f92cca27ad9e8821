/*
 * Best-offer bargaining against the published figures (Green and Plunkett 2020): the gate that
 * the calibrated people must pass before anybody learns against them (G0), and what can be
 * said of sellers that do not learn (R3, S1, S2, X4), of what sellers are shown (L1), and of
 * determinism (D1).
 *
 * Five seeds of 50,000 listings, each played 20 times by every seller against the same
 * arrivals: some 200,000 valid plays a seed. Intervals are over seeds, whose listings differ.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>

#include "acceptance.h"
#include "markets/bargaining/bargaining_sides.h"
#include "tests/experiment_fixture.h"

enum { SEEDS = 5, TURNS = BT_FINAL_TURN, HUNDREDTHS = 101, WINDOW = 32, COUNTS = 5 };
enum seller {
    HUMAN,
    SLIDE,
    NOVEMBER_10,
    PATIENT,
    IMPATIENT,
    LIKE_HUMAN,
    ACCEPT,
    REJECT,
    RANDOM,
    SELLERS
};

static const char *const seller_name[SELLERS] = {"human",      "slide",      "november_10",
                                                 "patient",    "impatient",  "like_human",
                                                 "accept_all", "reject_all", "random"};

#define SELLERS_TEXT                                                                           \
    "sellers:\n"                                                                               \
    "  - {name: human, policy: human_bargainer}\n"                                             \
    "  - {name: slide, policy: heuristic_bargainer, rule: slide}\n"                            \
    "  - {name: november_10, policy: heuristic_bargainer, rule: november_10}\n"                \
    "  - {name: patient, policy: heuristic_bargainer, rule: patient}\n"                        \
    "  - {name: impatient, policy: heuristic_bargainer, rule: impatient}\n"                    \
    "  - {name: like_human, policy: heuristic_bargainer, rule: human}\n"                       \
    "  - {name: accept_all, policy: accept_all}\n"                                             \
    "  - {name: reject_all, policy: reject_all}\n"                                             \
    "  - {name: random, policy: random_bargainer}\n"                                           \
    "buyers: {type: human_bargainers}\n"

/* ---- the runs, made once for all figures that are asked for ---- */

static experiment_fixture fixture[SEEDS];
static bt_run *run_of[SEEDS];

static void open_seed(experiment_fixture *at, int seed, int listings, int plays, int n_threads)
{
    char text[4096];
    snprintf(text, sizeof(text),
             "format: 1\nname: g\nseed: %d\nhorizon: {periods: %d}\n"
             "market: {type: bargaining, plays: %d}\n" SELLERS_TEXT "record: {every: %d}\n",
             seed, listings, plays, listings);
    read_experiment(at, text);
    prepare_point(at, n_threads);
}

static void need_runs(void)
{
    for (int s = 0; s < SEEDS && run_of[s] == NULL; s++) {
        open_seed(&fixture[s], s + 1, 50000, 20, 2);
        run_of[s] = complete_run(&fixture[s], 0);
    }
}

static int forget_runs(void **state)
{
    (void)state;
    for (int s = 0; s < SEEDS && run_of[s] != NULL; s++) {
        bt_run_destroy(run_of[s]);
        close_experiment(&fixture[s]);
    }
    return 0;
}

/* One number of an outcome in each seed. */
static sample outcome_of(const char *name, enum seller seller, size_t marks, size_t mark)
{
    double value[SELLERS * HUNDREDTHS];
    sample all = {.count = SEEDS};
    need_runs();
    for (int s = 0; s < SEEDS; s++) {
        read_outcome(&fixture[s], run_of[s], name, value);
        all.value[s] = value[(size_t)seller * marks + mark];
    }
    return all;
}

static sample by_seller(const char *name, enum seller seller)
{
    return outcome_of(name, seller, 1, 0);
}

/* Student's interval over seeds. */
static double half_width(const sample *of)
{
    return gsl_cdf_tdist_Pinv(0.975, (double)of->count - 1) * sample_standard_error(of);
}

static bool judge_seeds(const char *name, double low, double high, const sample *of)
{
    double mean = sample_mean(of), half = half_width(of);
    return judge_interval(name, low, high, mean, mean - half, mean + half);
}

static bool judge_near(const char *name, double target, double tolerance, const sample *of)
{
    return judge_seeds(name, target - tolerance, target + tolerance, of);
}

/* A figure that has no target of its own. */
static void report_seeds(const char *name, const sample *of)
{
    double mean = sample_mean(of), half = half_width(of);
    printf("%-52s result %.6g  interval [%.6g, %.6g]\n", name, mean, mean - half, mean + half);
    fflush(stdout);
}

/* ---- G0: the gate ---- */

typedef struct turn_target {
    size_t turn;
    const char *kind;
    double target;
    bool is_gate; /* turn 7 is printed, not part of the gate */
} turn_target;

static const turn_target turn_targets[] = {
    {2, "turn_expire", 0.04, true},   {2, "turn_reject", 0.14, true},
    {2, "turn_counter", 0.37, true},  {2, "turn_accept", 0.45, true},
    {3, "turn_expire", 0.345, true},  {3, "turn_reject", 0.076, true},
    {3, "turn_counter", 0.381, true}, {3, "turn_accept", 0.198, true},
    {4, "turn_expire", 0.04, true},   {4, "turn_reject", 0.22, true},
    {4, "turn_counter", 0.34, true},  {4, "turn_accept", 0.40, true},
    {5, "turn_expire", 0.295, true},  {5, "turn_reject", 0.079, true},
    {5, "turn_counter", 0.440, true}, {5, "turn_accept", 0.186, true},
    {6, "turn_expire", 0.03, true},   {6, "turn_reject", 0.22, true},
    {6, "turn_counter", 0.28, true},  {6, "turn_accept", 0.47, true},
    {7, "turn_expire", 0.58, false},  {7, "turn_reject", 0.13, false},
    {7, "turn_accept", 0.29, false},
};

static void print_further_shares(const char *what, const char *outcome, size_t marks,
                                 const size_t *mark, const double *target, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[80];
        snprintf(name, sizeof(name), "G0 beyond the gate, %s %zu", what, mark[i]);
        sample of = outcome_of(outcome, HUMAN, marks, mark[i]);
        judge_near(name, target[i], fmin(0.03, target[i] / 3), &of);
    }
}

static void g0_the_people_behave_as_people_did(void **state)
{
    (void)state;
    bool all_met = true;
    for (size_t i = 0; i < sizeof(turn_targets) / sizeof(turn_targets[0]); i++) {
        const turn_target *at = &turn_targets[i];
        char name[80];
        snprintf(name, sizeof(name), "G0 %sturn %zu, %s",
                 at->is_gate ? "" : "beyond the gate, ", at->turn, at->kind + 5);
        sample of = outcome_of(at->kind, HUMAN, TURNS, at->turn - 1);
        bool is_met = judge_near(name, at->target, 0.03, &of);
        all_met = all_met && (is_met || !at->is_gate);
    }
    sample sale = by_seller("overall_sale_probability", HUMAN);
    sample valid_sale = by_seller("valid_sale_probability", HUMAN);
    sample reward = by_seller("valid_reward", HUMAN);
    all_met &= judge_near("G0 P(sale)", 0.245, 0.02, &sale);
    all_met &= judge_near("G0 P(sale given valid)", 0.807, 0.02, &valid_sale);
    all_met &= judge_near("G0 reward of valid plays", 0.676, 0.02, &reward);
    assert_true(all_met);

    sample payoff = by_seller("valid_payoff", HUMAN);
    sample price = by_seller("valid_sale_price", HUMAN);
    sample at_list = by_seller("valid_sold_at_list", HUMAN);
    sample third = by_seller("turn3_at_list", HUMAN);
    sample sales_at_list = by_seller("sales_at_list", HUMAN);
    sample buy_now = outcome_of("turn_accept", HUMAN, TURNS, 0);
    judge_near("G0 beyond the gate, payoff of valid plays", 78.67, 2, &payoff);
    judge_near("G0 beyond the gate, price given sale, valid", 0.76, 0.02, &price);
    judge_near("G0 beyond the gate, valid sold at list (held out)", 0.068, 0.02, &at_list);
    judge_near("G0 beyond the gate, turn 3 at list (held out)", 0.033, 0.02, &third);
    judge_near("G0 beyond the gate, share of sales at list", 0.364, 0.03, &sales_at_list);
    judge_near("G0 beyond the gate, buy now at turn 1", 0.223, 0.03, &buy_now);
    static const size_t threads[] = {0, 1, 2, 3, 4};
    static const double threads_target[] = {0.702, 0.235, 0.042, 0.012, 0.009};
    static const size_t last[] = {0, 1, 2, 3, 4, 5, 6};
    static const double last_target[] = {0.290, 0.383, 0.208, 0.053, 0.038, 0.015, 0.013};
    static const size_t day[] = {3, 7, 15, 23, 31}; /* ends of days 1, 2, 4, 6, 8 */
    static const double day_target[] = {0.052, 0.115, 0.177, 0.215, 0.245};
    static const size_t price_mark[] = {40, 50, 60, 70, 80, 90};
    static const double price_target[] = {0.018, 0.053, 0.107, 0.219, 0.420, 0.592};
    print_further_shares("threads", "thread_share", COUNTS, threads, threads_target, COUNTS);
    print_further_shares("last turn (from 0)", "last_turn", TURNS, last, last_target, TURNS);
    print_further_shares("sold by quarter day", "sold_by", WINDOW, day, day_target, 5);
    print_further_shares("sales below hundredth", "sold_below", HUNDREDTHS, price_mark,
                         price_target, 6);
}

/* ---- R3: the heuristic earns more than people ---- */

static sample less(const sample *of, const sample *what)
{
    sample difference = {.count = of->count};
    for (size_t i = 0; i < of->count; i++)
        difference.value[i] = of->value[i] - what->value[i];
    return difference;
}

static void r3_reject_early_and_concede_late_beats_people(void **state)
{
    (void)state;
    sample gain = by_seller("reward_gain", SLIDE);
    double mean = sample_mean(&gain), half = half_width(&gain);
    judge_interval("R3 slide heuristic less human, manual plays", 0, 1, mean, mean - half,
                   mean + half);
    assert_true(mean - half > 0);
    sample error = by_seller("reward_gain_error", SLIDE);
    judge_interval("R3 the same in seed 1, clustered by listing", 0, 1, gain.value[0],
                   gain.value[0] - 1.96 * error.value[0],
                   gain.value[0] + 1.96 * error.value[0]);
    assert_true(gain.value[0] - 1.96 * error.value[0] > 0);
    sample slide = by_seller("valid_reward", SLIDE), human = by_seller("valid_reward", HUMAN);
    sample valid = less(&slide, &human);
    judge_seeds("R3 slide less human, valid under each policy", 0, 1, &valid);
    /* The published level is .042 (0.718 against 0.676): here rejecting first pays less, since
     * the published figures do not tell how persistent a rejected buyer is. */
    judge_seeds("R3 published level, valid under each policy", 0.032, 0.052, &valid);
    for (enum seller s = NOVEMBER_10; s <= LIKE_HUMAN; s++) {
        char name[64];
        sample further = by_seller("reward_gain", s);
        snprintf(name, sizeof(name), "R3 %s less human, manual plays", seller_name[s]);
        judge_seeds(name, 0, 1, &further);
    }
}

/* ---- S1, S2: people reject higher offers less ---- */

static sample by_offer(const char *name, size_t hundredth)
{
    return outcome_of(name, HUMAN, HUNDREDTHS, hundredth);
}

static void s1_people_reject_higher_offers_less(void **state)
{
    (void)state;
    sample slope = {.count = SEEDS};
    need_runs();
    for (int s = 0; s < SEEDS; s++) {
        double reject[SELLERS * HUNDREDTHS], moves[SELLERS * HUNDREDTHS];
        double x[51], y[51], weight[51], c0, c1, v00, v01, v11, chisq;
        read_outcome(&fixture[s], run_of[s], "turn2_reject_by_offer", reject);
        read_outcome(&fixture[s], run_of[s], "turn2_moves_by_offer", moves);
        for (size_t k = 0; k < 51; k++) {
            x[k] = 0.4 + 0.01 * (double)k;
            weight[k] = moves[40 + k];
            y[k] = weight[k] > 0 ? reject[40 + k] : 0;
        }
        gsl_fit_wlinear(x, 1, weight, 1, y, 1, 51, &c0, &c1, &v00, &v01, &v11, &chisq);
        slope.value[s] = c1;
    }
    judge_seeds("S1 human slope of P(reject at turn 2) on first offer", -2, 0, &slope);
    assert_true(sample_mean(&slope) + half_width(&slope) < 0);
}

static void s2_people_reject_four_fifths_less_than_a_half(void **state)
{
    (void)state;
    sample high = by_offer("turn2_reject_by_offer", 80);
    sample low = by_offer("turn2_reject_by_offer", 50);
    sample difference = less(&high, &low);
    assert_true(judge_seeds("S2 human reject(.8) - reject(.5)", -1, -0.05, &difference));
}

/* ---- X4: policies that anybody can think of ---- */

static void x4_naive_sellers(void **state)
{
    (void)state;
    for (enum seller s = HUMAN; s < SELLERS; s++) {
        char name[64];
        sample reward = by_seller("manual_reward", s), ratio = by_seller("payoff_ratio", s);
        snprintf(name, sizeof(name), "X4 reward of %s, manual plays", seller_name[s]);
        report_seeds(name, &reward);
        snprintf(name, sizeof(name), "X4 payoff of %s over a person's", seller_name[s]);
        report_seeds(name, &ratio);
    }
    sample slide = by_seller("manual_reward", SLIDE);
    for (enum seller s = ACCEPT; s < SELLERS; s++) {
        char name[64];
        sample naive = by_seller("manual_reward", s), gain = less(&slide, &naive);
        snprintf(name, sizeof(name), "X4 slide heuristic less %s", seller_name[s]);
        judge_seeds(name, 0, 1, &gain);
        assert_true(sample_mean(&gain) - half_width(&gain) > 0);
    }
}

/* ---- L1: what sellers are shown ---- */

/* Every member of the observation is listed here: one more changes the size, and is a decision
 * about what sellers know. */
static const size_t observed[] = {
    sizeof(int64_t) * 4,  /* listing: list price, two thresholds, window */
    sizeof(int64_t),      /* time */
    sizeof(uint32_t) * 4, /* turn, thread, n_threads, buyer_history */
    sizeof(int64_t) * 2,  /* the buyer's and the seller's price */
    sizeof(uint32_t) * 2, /* count of other threads, and its padding */
    3 * (2 * sizeof(uint32_t) + 2 * sizeof(double)), /* their offers: ever, open, recent */
    sizeof(void *),                                  /* the thread's moves */
};
static const size_t moved[] = {
    sizeof(int64_t) * 3, sizeof(double), /* time, delay, price, concession */
    8,                                   /* automatic, expired, message */
    sizeof(uint32_t) * 2 + 3 * (2 * sizeof(uint32_t) + 2 * sizeof(double)), /* others */
};
_Static_assert(sizeof(bt_listing) == 32, "a listing is list price, thresholds and window");
_Static_assert(sizeof(bt_other_threads) == 80, "other threads are counts and best offers");
_Static_assert(sizeof(bt_bargaining_observation) == 32 + 8 + 16 + 16 + 80 + 8,
               "sellers see the listing, the clock, offers, and nothing of worth or demand");
_Static_assert(sizeof(bt_turn) == 32 + 8 + 80, "a move is its time, price, concession, flags");

static size_t total(const size_t *sizes, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += sizes[i];
    return sum;
}

static void l1_sellers_see_no_worth_and_no_demand(void **state)
{
    (void)state;
    double surplus = (double)sizeof(bt_bargaining_observation) - (double)total(observed, 7);
    double surplus_of_turn = (double)sizeof(bt_turn) - (double)total(moved, 4);
    assert_true(judge_exact("L1 bytes that a seller sees beyond the list", 0, 0, surplus));
    assert_true(judge_exact("L1 bytes of a move beyond the list", 0, 0, surplus_of_turn));
}

/* ---- D1: the same bytes ---- */

static void d1_the_same_seed_gives_the_same_bytes(void **state)
{
    (void)state;
    experiment_fixture one, two;
    open_seed(&one, 7, 5000, 2, 1);
    open_seed(&two, 7, 5000, 2, 2);
    bt_run *alone = complete_run(&one, 0), *again = complete_run(&one, 0);
    bt_run *shared = complete_run(&two, 0);
    assert_same_state(alone, again);
    assert_same_state(alone, shared);
    judge_exact("D1 fingerprints of one and two threads that differ", 0, 0,
                bt_run_fingerprint(alone) != bt_run_fingerprint(shared));
    bt_run_destroy(alone);
    bt_run_destroy(again);
    bt_run_destroy(shared);
    close_experiment(&one);
    close_experiment(&two);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(g0_the_people_behave_as_people_did),
        cmocka_unit_test(r3_reject_early_and_concede_late_beats_people),
        cmocka_unit_test(s1_people_reject_higher_offers_less),
        cmocka_unit_test(s2_people_reject_four_fifths_less_than_a_half),
        cmocka_unit_test(x4_naive_sellers),
        cmocka_unit_test(l1_sellers_see_no_worth_and_no_demand),
        cmocka_unit_test(d1_the_same_seed_gives_the_same_bytes),
    };
    cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);
    return cmocka_run_group_tests(tests, NULL, forget_runs);
}
