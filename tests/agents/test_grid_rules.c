/* Learners on a price grid, rule by rule: each one's formula on cases worked out by hand, and
 * the frequencies with which prices are drawn. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>

#include "tests/lone_seller.h"

/* Times that action 0 is decided in `trials` decisions, of which nothing is told. */
static double count_first_action(lone_seller *lone, size_t trials)
{
    double times = 0;
    for (size_t k = 0; k < trials; k++)
        times += lone_decide(lone) == 0;
    return times;
}

/* ---- random ---- */

static void a_random_seller_draws_all_prices_alike(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: random", 4, 1, 3);
    double times[4] = {0};
    for (size_t k = 0; k < 20000; k++) {
        times[lone_decide(&lone)]++;
        lone_observe(&lone, 0.5, NULL);
    }
    for (size_t a = 0; a < 4; a++)
        assert_frequency(times[a], 20000, 0.25);
    close_lone_seller(&lone);
}

/* ---- indices ---- */

/* What price a brings at move t: no two alike. */
static double scripted_reward(uint64_t a, size_t t)
{
    return 0.3 + 0.1 * (double)a + 0.2 * sin((double)(7 * t + 3 * a));
}

typedef struct history {
    double n, sum, squares;
} history;

typedef double (*index_of)(const history *arm, double t);

static double ucb1_index(const history *arm, double t)
{
    return arm->sum / arm->n + sqrt(0.5 * log(t) / arm->n);
}

static double ucb_tuned_index(const history *arm, double t)
{
    double mean = arm->sum / arm->n;
    double variance = arm->squares / arm->n - mean * mean + sqrt(2 * log(t) / arm->n);
    return mean + sqrt(log(t) / arm->n * fmin(0.25, variance));
}

static double mean_variance_index(const history *arm, double t)
{
    double mean = arm->sum / arm->n;
    return mean - 2 * (arm->squares / arm->n - mean * mean) + 3 * sqrt(0.1 * log(t) / arm->n);
}

static double mean_index(const history *arm, double t)
{
    (void)t;
    return arm->sum / arm->n;
}

static void check_index_rule(const char *settings, index_of index)
{
    lone_seller lone;
    history arm[5] = {{0}};
    open_lone_seller(&lone, settings, 5, 500, 1);
    for (size_t t = 1; t <= 500; t++) {
        uint64_t action = lone_decide(&lone), best = 0;
        for (uint64_t a = 1; a < 5 && t > 5; a++)
            if (index(&arm[a], (double)t) > index(&arm[best], (double)t))
                best = a;
        assert_int_equal(action, t > 5 ? best : t - 1);
        double reward = scripted_reward(action, t);
        arm[action].n += 1;
        arm[action].sum += reward;
        arm[action].squares += reward * reward;
        lone_observe(&lone, reward, NULL);
    }
    close_lone_seller(&lone);
}

static void the_price_with_the_largest_index_is_charged(void **state)
{
    (void)state;
    check_index_rule("policy: ucb1, bonus: 0.5, first_trials: fixed", ucb1_index);
    check_index_rule("policy: mean_variance_ucb, risk_aversion: 0, bonus: 0.5,"
                     " first_trials: fixed",
                     ucb1_index);
    check_index_rule("policy: mean_variance_ucb, risk_aversion: 2, bonus: 0.1,"
                     " first_trials: fixed",
                     mean_variance_index);
    check_index_rule("policy: cvar_ucb, level: 1, bonus: 0.5, first_trials: fixed", ucb1_index);
    check_index_rule("policy: ucb_tuned, first_trials: fixed", ucb_tuned_index);
    check_index_rule("policy: epsilon_greedy, probability: 0, first_trials: fixed", mean_index);
}

/* Ten rewards of one price: the worst four are 0, .1, .2 and half of the .3s. */
static void the_worst_rewards_count(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: cvar_ucb, level: 0.4, bonus: 0, bins: 20", 2, 1, 1);
    const double reward[] = {0.9, 0.3, 0.1, 0.7, 0.3, 0.8, 0, 0.6, 0.2, 0.9};
    lone_decide(&lone);
    uint64_t action = lone.bandit->action;
    for (size_t k = 0; k < 10; k++)
        lone_observe(&lone, reward[k], NULL);
    assert_close(lone.bandit->score[action], (0 + 0.1 + 0.2 + 0.3) / 4);
    lone_observe(&lone, 0.3, NULL); /* 4.4 of eleven */
    assert_close(lone.bandit->score[action], (0.3 + 1.4 * 0.3) / 4.4);
    close_lone_seller(&lone);
}

/* A sure .4 (price 0) or 1 with probability .5: how often the gamble is taken at the end. */
static double share_of_gambles(const char *settings)
{
    lone_seller lone;
    open_lone_seller(&lone, settings, 2, 1, 6);
    bt_stream world = bt_stream_open(lone.setting.key, BT_AGENT_MARKET, 0);
    double gambles = 0;
    for (size_t t = 0; t < 20000; t++) {
        uint64_t action = lone_decide(&lone);
        gambles += t >= 10000 && action == 1;
        lone_observe(&lone, action == 0 ? 0.4 : bt_stream_uniform(&world) < 0.5, NULL);
    }
    close_lone_seller(&lone);
    return gambles / 10000;
}

static void risk_averse_sellers_prefer_what_is_sure(void **state)
{
    (void)state;
    assert_true(share_of_gambles("policy: ucb1") > 0.8);
    assert_true(share_of_gambles("policy: mean_variance_ucb, risk_aversion: 0.1") > 0.8);
    assert_true(share_of_gambles("policy: mean_variance_ucb, risk_aversion: 2") < 0.2);
    assert_true(share_of_gambles("policy: cvar_ucb, level: 0.5, bonus: 0.5") < 0.2);
    assert_true(share_of_gambles("policy: cvar_ucb, level: 1") > 0.8);
}

static void exploration_is_as_often_as_it_says(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: epsilon_greedy, probability: 0.2", 5, 100, 4);
    double random = 0;
    for (size_t t = 0; t < 20005; t++) {
        uint64_t action = lone_decide(&lone);
        random += t >= 5 && action != 4;
        lone_observe(&lone, 0.1 * (double)(action + 1), NULL);
    }
    assert_frequency(random, 20000, 0.2 * 0.8);
    close_lone_seller(&lone);

    /* min(1, 2 * 5 / t) at t = 101 .. 10100: a sum of 10 (H_10100 - H_100) */
    double explored = 0, expected = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        open_lone_seller(&lone,
                         "policy: epsilon_greedy, exploration: decreasing,"
                         " scale: 2",
                         5, 100, seed);
        for (size_t t = 1; t <= 10100; t++) {
            uint64_t action = lone_decide(&lone);
            if (t > 100) {
                explored += action != 4;
                expected += 10.0 / (double)t * 0.8;
            }
            lone_observe(&lone, 0.1 * (double)(action + 1), NULL);
        }
        close_lone_seller(&lone);
    }
    assert_true(fabs(explored - expected) < 5 * sqrt(expected));
}

/* ---- Thompson sampling ---- */

/* Reward the action 0 as told, and never another. */
static void reward_first_action(lone_seller *lone, const double *reward, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        while (lone_decide(lone) != 0) {
        }
        lone_observe(lone, reward[k], NULL);
    }
}

static void gaussian_beliefs_are_drawn_from(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: thompson_gaussian, sigma: 0.5", 2, 1, 11);
    const double reward[] = {0.2, 0.4, 0.9};
    reward_first_action(&lone, reward, 3);
    /* Normal(1.5 / 4, .25 / 4) above Normal(0, .25) */
    double probability = gsl_cdf_ugaussian_P(0.375 / sqrt(0.25 / 4 + 0.25));
    assert_frequency(count_first_action(&lone, 20000), 20000, probability);
    close_lone_seller(&lone);
}

static void beta_beliefs_are_drawn_from(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: thompson_beta", 2, 1, 12);
    const double reward[] = {1, 1, 0, 1, 0, 1};
    reward_first_action(&lone, reward, 6);
    /* Beta(5, 3) above a uniform variate: its mean */
    assert_frequency(count_first_action(&lone, 20000), 20000, 5.0 / 8);
    close_lone_seller(&lone);
    open_lone_seller(&lone, "policy: thompson_beta", 2, 1, 12);
    double successes = 0;
    for (size_t k = 0; k < 4000; k++) {
        uint64_t action = lone_decide(&lone);
        double before = lone.bandit->score[action];
        lone_observe(&lone, 0.3, NULL);
        successes += lone.bandit->score[action] - before;
    }
    assert_frequency(successes, 4000, 0.3);
    close_lone_seller(&lone);
}

/* ---- exponential weights ---- */

enum { K = 5, T = 1000 };

/* After one move with reward .7, the probability of that move's price. */
static double probability_after_a_reward(const char *settings)
{
    lone_seller lone;
    open_lone_seller(&lone, settings, K, T, 2);
    uint64_t action = lone_decide(&lone);
    for (size_t a = 0; a < K; a++)
        assert_close(lone.bandit->probability[a], 0.2);
    lone_observe(&lone, 0.7, NULL);
    lone_decide(&lone);
    double probability = lone.bandit->probability[action], total = 0;
    for (size_t a = 0; a < K; a++)
        total += lone.bandit->probability[a];
    assert_close(total, 1);
    close_lone_seller(&lone);
    return probability;
}

static double share_of(double weight)
{
    return weight / (weight + K - 1);
}

static void exponential_weights_follow_their_formulas(void **state)
{
    (void)state;
    double gamma = sqrt(K * log(K) / ((exp(1) - 1) * T));
    assert_close(probability_after_a_reward("policy: exp3"),
                 (1 - gamma) * share_of(exp(gamma * 0.7)) + gamma / K);
    assert_close(probability_after_a_reward("policy: exp3, exploration: 0.1"),
                 0.9 * share_of(exp(0.1 * 0.7)) + 0.02);
    gamma = sqrt(K * log(K) / ((exp(1) - 1) * 50));
    assert_close(probability_after_a_reward("policy: exp3, moves: 50"),
                 (1 - gamma) * share_of(exp(gamma * 0.7)) + gamma / K);
    double eta = sqrt(2 * log(K) / (K * T));
    assert_close(probability_after_a_reward("policy: exp3_ix"),
                 share_of(exp(-eta * 0.3 / (0.2 + eta / 2))));
    assert_close(probability_after_a_reward("policy: exp3_ix, learning_rate: 0.2"),
                 share_of(exp(-0.2 * 0.3 / (0.2 + 0.1))));
    double rate = sqrt(log(K) / (K * T));
    gamma = 1.05 * K * rate;
    assert_close(probability_after_a_reward("policy: exp3_p"),
                 (1 - gamma) * share_of(exp(0.95 * rate * 0.7 * K)) + gamma / K);
    /* gradient bandit: the first reward is the baseline, so that nothing moves */
    assert_close(probability_after_a_reward("policy: policy_gradient"), 0.2);
}

static void the_bias_of_exp3_p_favours_rare_prices(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: exp3_p, bias: 0.1, exploration: 0.5, learning_rate: 1", K,
                     T, 2);
    double score[K] = {0};
    for (size_t t = 0; t < 20; t++) {
        uint64_t action = lone_decide(&lone);
        for (size_t a = 0; a < K; a++)
            score[a] += ((a == action ? 0.6 : 0) + 0.1) / lone.bandit->probability[a];
        lone_observe(&lone, 0.6, NULL);
    }
    for (size_t a = 0; a < K; a++)
        assert_close(lone.bandit->score[a], score[a]);
    close_lone_seller(&lone);
}

/* ---- full information ---- */

static const double profit_of[K] = {0.1, 0.5, 0.3, 0.6, 0.2};

/* The probabilities of move t + 1 after t moves with the same profits. */
static void check_hedge(const char *settings, size_t t, double exponent)
{
    lone_seller lone;
    open_lone_seller(&lone, settings, K, T, 2);
    for (size_t k = 0; k < t; k++) {
        uint64_t action = lone_decide(&lone);
        lone_observe(&lone, profit_of[action], profit_of);
    }
    lone_decide(&lone);
    double total = 0;
    for (size_t a = 0; a < K; a++)
        total += exp(exponent * (double)t * profit_of[a]);
    for (size_t a = 0; a < K; a++)
        assert_close(lone.bandit->probability[a],
                     exp(exponent * (double)t * profit_of[a]) / total);
    close_lone_seller(&lone);
}

static void hedge_weighs_what_prices_would_have_earned(void **state)
{
    (void)state;
    check_hedge("policy: hedge", 9, sqrt(8 * log(K) / 10));
    check_hedge("policy: hedge, boost: 3", 9, 3 * sqrt(8 * log(K) / 10));
    check_hedge("policy: hedge, learning_rate: tuned", 9, sqrt(8 * log(K) / T));
    check_hedge("policy: hedge, learning_rate: 0.25", 4, 0.25);
}

static void regrets_are_matched(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: regret_matching", K, T, 2);
    uint64_t action;
    do /* until a move regrets something */
        action = lone_decide(&lone);
    while (action != 2);
    lone_observe(&lone, 9, profit_of);
    double times[K] = {0};
    for (size_t k = 0; k < 20000; k++)
        times[lone_decide(&lone)]++;
    assert_frequency(times[1], 20000, 0.2 / 0.5);
    assert_frequency(times[3], 20000, 0.3 / 0.5);
    close_lone_seller(&lone);
}

static void fictitious_play_replies_to_the_past(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: fictitious_play", K, T, 2);
    const double other[K] = {0.1, 0.2, 0.9, 0.1, 0.2};
    const uint64_t expected[] = {3, 3, 2, 2};
    lone_decide(&lone);
    for (size_t t = 0; t < 4; t++) {
        lone_observe(&lone, 0, t < 2 ? profit_of : other);
        /* leaders: 3 (.6), 3 (1.2), 2 (.3 + .3 + .9), 2 */
        assert_int_equal(lone_decide(&lone), expected[t]);
    }
    close_lone_seller(&lone);
}

static void best_responses_reply_to_the_last_prices_alone(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: grid_best_response", K, T, 2);
    const double other[K] = {0.1, 0.2, 0.9, 0.1, 0.2};
    double first[K] = {0};
    for (size_t k = 0; k < 20000; k++)
        first[lone_decide(&lone)]++;
    for (size_t a = 0; a < K; a++)
        assert_frequency(first[a], 20000, 1.0 / K);
    for (size_t t = 0; t < 6; t++) {
        lone_observe(&lone, 0, t % 3 != 0 ? profit_of : other);
        assert_int_equal(lone_decide(&lone), t % 3 != 0 ? 3 : 2);
    }
    close_lone_seller(&lone);
}

/* ---- linear bandits ---- */

/* Legendre polynomials of degrees 0 to 2 of price a of five. */
static void features_of(size_t a, double x[3])
{
    double z = 0.5 * (double)a - 1;
    x[0] = 1;
    x[1] = z;
    x[2] = 1.5 * z * z - 0.5;
}

/* theta = A^-1 b and x' A^-1 x, by solving anew. */
static double solve(const double *matrix, const double *side, const double *x)
{
    double copy[9], solution[3], sum = 0;
    memcpy(copy, matrix, sizeof(copy));
    gsl_matrix_view a = gsl_matrix_view_array(copy, 3, 3);
    gsl_vector_const_view b = gsl_vector_const_view_array(side, 3);
    gsl_vector_view s = gsl_vector_view_array(solution, 3);
    gsl_linalg_cholesky_decomp1(&a.matrix);
    gsl_linalg_cholesky_solve(&a.matrix, &b.vector, &s.vector);
    for (size_t d = 0; d < 3; d++)
        sum += solution[d] * x[d];
    return sum;
}

static void linear_bandits_solve_the_normal_equations(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: lin_ucb, degree: 2, ridge: 0.5, width: 0.8", 5, T, 2);
    double matrix[9] = {0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5}, side[3] = {0}, x[3];
    for (size_t t = 1; t <= 300; t++) {
        uint64_t action = lone_decide(&lone);
        for (size_t a = 0; a < 5; a++) {
            features_of(a, x);
            double index = solve(matrix, side, x) + 0.8 * sqrt(solve(matrix, x, x));
            assert_true(fabs(lone.bandit->probability[a] - index) < 1e-9);
        }
        double reward = scripted_reward(action, t);
        features_of(action, x);
        for (size_t d = 0; d < 9; d++)
            matrix[d] += x[d / 3] * x[d % 3];
        for (size_t d = 0; d < 3; d++)
            side[d] += reward * x[d];
        lone_observe(&lone, reward, NULL);
    }
    close_lone_seller(&lone);
}

/* Two prices, features (1, -1) and (1, 1), prior precision 1, three rewards of the first:
 * the difference of the two is 2 theta_1, with A = [[4, -3], [-3, 4]], det 7. */
static void linear_beliefs_are_drawn_from(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone, "policy: lin_ts, degree: 1, noise: 0.5", 2, 1, 13);
    const double reward[] = {0.2, 0.4, 0.9};
    reward_first_action(&lone, reward, 3);
    double theta_1 = (3 * 1.5 - 4 * 1.5) / 7, deviation = 0.5 * sqrt(4.0 / 7);
    assert_frequency(count_first_action(&lone, 20000), 20000,
                     gsl_cdf_ugaussian_P(-theta_1 / deviation));
    close_lone_seller(&lone);
}

/* ---- partial identification ---- */

/* Counts of charged prices, of five from .2 to 1, when only the first of two segments comes,
 * three quarters of all buyers, with valuation .65. */
static void charge_first_segment(const char *settings, double charged[5])
{
    lone_seller lone;
    const double weight[] = {0.75, 0.25};
    double sales[2] = {0}, buyers[2] = {0};
    open_lone_seller_of_segments(&lone, settings, 5, 200, 2, 2, weight);
    for (size_t t = 0; t < 200; t++) {
        uint64_t action = lone_decide(&lone);
        double price = 0.2 * (double)(action + 1);
        lone_observe_buyer(&lone, price < 0.65 ? price : 0, 0, price < 0.65, sales, buyers);
        charged[action]++;
    }
    close_lone_seller(&lone);
}

static void prices_that_cannot_be_best_are_ruled_out(void **state)
{
    (void)state;
    /* .6 bought, so it earns .45 at least; .8 refused, so .8 and 1 earn .2 and .25 at most */
    double exact[5] = {0};
    charge_first_segment("policy: ucb_pi, half_range: 0, first_trials: fixed", exact);
    const double expected[5] = {1, 1, 197, 1, 0};
    assert_memory_equal(exact, expected, sizeof(exact));
    /* valuations up to .1 apart: .4 surely earns .3, so .2 and 1 (.25 at most) are out */
    double apart[5] = {0};
    charge_first_segment("policy: ucb_pi, half_range: 0.05, first_trials: fixed", apart);
    assert_true(apart[0] == 1 && apart[4] == 0 && apart[1] >= 1 && apart[3] >= 1);
    assert_true(apart[2] > 150);
}

static void ucb_pi_prices_one_product_to_segments(void **state)
{
    (void)state;
    experiment_fixture fixture;
    read_experiment(&fixture,
                    "format: 1\nname: test\nseed: 9\nhorizon: {time: 3 d}\n" CALVANO_MARKET
                    "buyers: {type: logit, population: 3}\n"
                    "sellers: [{name: s1, policy: ucb_pi}, {name: s2, policy: random}]\n");
    bt_error error;
    assert_int_equal(bt_point_prepare(&fixture.experiment, 0, 1, &fixture.point, &error),
                     BT_BAD_INPUT);
    assert_non_null(strstr(error.message, "give the horizon in `periods`"));
    fixture.point = NULL;
    close_experiment(&fixture);
}

/* ---- propensities and preferences ---- */

static void propensities_are_forgotten_and_spilt(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone,
                     "policy: roth_erev, forgetting: 0.1, spill: 0.4,"
                     " initial_propensity: 2",
                     K, T, 2);
    double propensity[K] = {2, 2, 2, 2, 2};
    bool at_an_end = false;
    for (size_t t = 0; t < 40; t++) {
        uint64_t action = lone_decide(&lone);
        for (size_t a = 0; a < K; a++)
            propensity[a] *= 0.9;
        propensity[action] += 0.5 * 0.6;
        if (action == 0 || action == K - 1) {
            propensity[action == 0 ? 1 : K - 2] += 0.5 * 0.4;
            at_an_end = true;
        } else {
            propensity[action - 1] += 0.5 * 0.2;
            propensity[action + 1] += 0.5 * 0.2;
        }
        lone_observe(&lone, 0.5, NULL);
        for (size_t a = 0; a < K; a++)
            assert_close(lone.bandit->score[a], propensity[a]);
    }
    assert_true(at_an_end);
    double total = 0;
    for (size_t a = 0; a < K; a++)
        total += propensity[a];
    assert_frequency(count_first_action(&lone, 20000), 20000, propensity[0] / total);
    lone_observe(&lone, -3, NULL); /* a loss is no reward, and no punishment */
    for (size_t a = 0; a < K; a++)
        assert_close(lone.bandit->score[a], 0.9 * propensity[a]);
    close_lone_seller(&lone);
}

static void preferences_climb_the_gradient(void **state)
{
    (void)state;
    lone_seller lone;
    open_lone_seller(&lone,
                     "policy: policy_gradient, learning_rate: 0.5,"
                     " baseline_weight: 0.1",
                     K, T, 2);
    double theta[K] = {0}, baseline = 0;
    for (size_t t = 0; t < 50; t++) {
        uint64_t action = lone_decide(&lone);
        double reward = scripted_reward(action, t), probability[K], total = 0;
        baseline = t == 0 ? reward : baseline;
        for (size_t a = 0; a < K; a++)
            total += exp(theta[a]);
        for (size_t a = 0; a < K; a++)
            probability[a] = exp(theta[a]) / total;
        for (size_t a = 0; a < K; a++)
            theta[a] += 0.5 * (reward - baseline) * ((a == action) - probability[a]);
        baseline += 0.1 * (reward - baseline);
        lone_observe(&lone, reward, NULL);
        for (size_t a = 0; a < K; a++)
            assert_close(lone.bandit->score[a], theta[a]);
    }
    close_lone_seller(&lone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_seller_draws_all_prices_alike),
        cmocka_unit_test(the_price_with_the_largest_index_is_charged),
        cmocka_unit_test(the_worst_rewards_count),
        cmocka_unit_test(risk_averse_sellers_prefer_what_is_sure),
        cmocka_unit_test(exploration_is_as_often_as_it_says),
        cmocka_unit_test(gaussian_beliefs_are_drawn_from),
        cmocka_unit_test(beta_beliefs_are_drawn_from),
        cmocka_unit_test(exponential_weights_follow_their_formulas),
        cmocka_unit_test(the_bias_of_exp3_p_favours_rare_prices),
        cmocka_unit_test(hedge_weighs_what_prices_would_have_earned),
        cmocka_unit_test(regrets_are_matched),
        cmocka_unit_test(fictitious_play_replies_to_the_past),
        cmocka_unit_test(best_responses_reply_to_the_last_prices_alone),
        cmocka_unit_test(linear_bandits_solve_the_normal_equations),
        cmocka_unit_test(linear_beliefs_are_drawn_from),
        cmocka_unit_test(prices_that_cannot_be_best_are_ruled_out),
        cmocka_unit_test(ucb_pi_prices_one_product_to_segments),
        cmocka_unit_test(propensities_are_forgotten_and_spilt),
        cmocka_unit_test(preferences_climb_the_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
