/*
 * B6: Q-learning duopolies and triopolies of Calvano, Calzolari, Denicolo and Pastorello
 * (2020), with our own streams: profit gain over the limit cycle, periods until behaviour
 * is stable, and what the audit makes of it.
 *
 * "delta = 0" is a learner that remembers the last prices and does not look ahead; without
 * memory, too, the gain is higher and far more spread (printed beside, no figure): nothing
 * in the spec says that it is meant.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "acceptance.h"
#include "tests/experiment_fixture.h"

enum { COLLUSION = 3 }; /* bt_audit_verdict */

typedef struct sessions {
    sample delta;
    sample periods; /* millions */
    size_t n_converged;
    size_t n_certified;
    size_t n_collusive;
} sessions;

static void open_market(experiment_fixture *fixture, int n, const char *learner)
{
    open_experiment(fixture,
                    "format: 1\nname: test\nseed: 606\n"
                    "horizon: {periods: 50000000, until_stable: 100000}\n"
                    "market:\n"
                    "  type: posted_price\n"
                    "  demand: {model: logit, scale: 0.25, outside_utility: 0}\n"
                    "  products: [{name: P, seller: s#, count: %d, quality: 2, cost: 1}]\n"
                    "sellers: [{name: s#, count: %d, policy: q_learning%s}]\n"
                    "record: {every: 50000000, series: [price]}\n",
                    n, n, learner);
}

static void run_sessions(int n, const char *learner, size_t count, sessions *all)
{
    experiment_fixture fixture;
    *all = (sessions){.delta.count = count, .periods.count = count};
    open_market(&fixture, n, learner);
    size_t n_converged = 0, n_certified = 0, n_collusive = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : n_converged, n_certified, n_collusive)
    for (size_t r = 0; r < count; r++) {
        bt_run *run = complete_run(&fixture, r);
        all->delta.value[r] = real_outcome(&fixture, run, "delta");
        all->periods.value[r] = 1e-6 * (double)integer_outcome(&fixture, run, "iterations");
        n_converged += integer_outcome(&fixture, run, "converged") == 1;
        n_certified += integer_outcome(&fixture, run, "audit_certificate") == 1;
        n_collusive += integer_outcome(&fixture, run, "audit_verdict") == COLLUSION;
        bt_run_destroy(run);
    }
    all->n_converged = n_converged;
    all->n_certified = n_certified;
    all->n_collusive = n_collusive;
    close_experiment(&fixture);
}

/* All stop, none lies below the frontier. */
static bool judge_ends(const char *name, const sessions *all)
{
    char line[96];
    double count = (double)all->delta.count;
    snprintf(line, sizeof(line), "B6 %s, sessions that converge", name);
    bool met = judge_exact(line, count, 0, (double)all->n_converged);
    snprintf(line, sizeof(line), "B6 %s, on or above the frontier", name);
    return judge_exact(line, count, 0, (double)all->n_certified) && met;
}

static void b6_two_patient_sellers(void **state)
{
    (void)state;
    sessions all;
    run_sessions(2, "", 100, &all);
    bool met = judge("B6 n=2, delta=.95: profit gain", .81, .87, &all.delta);
    met &= judge("B6 n=2, delta=.95: million periods", 1.5, 2.1, &all.periods);
    met &= judge_ends("n=2, delta=.95", &all);
    double share = (double)all.n_collusive / 100, half = 1.96 * sqrt(share * (1 - share) / 100);
    met &= judge_interval("B6 n=2, delta=.95: share seen as collusion", .9, 1, share,
                          share - half, fmin(1, share + half));
    assert_true(met);
}

static void b6_two_myopic_sellers(void **state)
{
    (void)state;
    sessions all, memoryless;
    run_sessions(2, ", discount: 0", 100, &all);
    bool met = judge("B6 n=2, delta=0: profit gain", .13, .25, &all.delta);
    met &= judge_ends("n=2, delta=0", &all);
    met &= judge_exact("B6 n=2, delta=0: sessions seen as collusion", 0, 0,
                       (double)all.n_collusive);
    run_sessions(2, ", discount: 0, memory: 0", 100, &memoryless);
    printf("B6 n=2, delta=0, without memory: %.3f (standard error %.3f), no figure\n",
           sample_mean(&memoryless.delta), sample_standard_error(&memoryless.delta));
    assert_true(met);
}

static void b6_three_patient_sellers(void **state)
{
    (void)state;
    sessions all;
    run_sessions(3, "", 60, &all);
    bool met = judge("B6 n=3, delta=.95: profit gain", .595, .655, &all.delta);
    met &= judge_ends("n=3, delta=.95", &all);
    printf("B6 n=3, delta=.95: %zu of 60 seen as collusion\n", all.n_collusive);
    assert_true(met);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(b6_two_patient_sellers),
        cmocka_unit_test(b6_two_myopic_sellers),
        cmocka_unit_test(b6_three_patient_sellers),
    };
    return RUN_ACCEPTANCE_TESTS(tests, argc, argv);
}
