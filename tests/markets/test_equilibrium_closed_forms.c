/* Equilibria against the closed forms of the literature, on random inputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_sf_lambert.h>

#include "markets/equilibrium/common_markup.h"
#include "tests/markets/small_markets.h"

enum { TRIALS = 60 };

static int make_random(void **state)
{
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(random, 11);
    *state = random;
    return 0;
}

static int free_random(void **state)
{
    gsl_rng_free(*state);
    return 0;
}

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
        fail_msg("%.17g is not %.17g: off by %.2g", value, expected, fabs(value - expected));
}

static double seller_share(const small_market *market, const bt_price_point *point,
                           size_t seller)
{
    double share = 0;

    for (size_t j = 0; j < point->n_products; j++)
        if (market->seller[j] == seller)
            share += point->share[j];
    return share;
}

/* W(exp(t)) is GSL's where GSL can, and solves w + log w = t where it cannot. */
static void test_lambert_w(void **state)
{
    (void)state;
    for (double t = -40; t < 700; t += 0.37)
        assert_near(bt_lambert_w_of_exp(t) / gsl_sf_lambert_W0(exp(t)), 1, 1e-14);
    for (double t = 700; t < 1e6; t *= 1.7) {
        const double w = bt_lambert_w_of_exp(t);

        assert_near((w + log(w)) / t, 1, 1e-15);
    }
    assert_true(bt_lambert_w_of_exp(-INFINITY) == 0);
    assert_near(bt_lambert_w_of_exp(-800), 0, 1e-300);
}

/* p = c + mu/(alpha (1 - q)) = c + (mu/alpha)(1 + W(exp((q_j - alpha c)/mu - 1)/A)). */
static void test_single_product_logit(void **state)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        small_market market;

        small_market_random(&market, BT_LOGIT, 2 + (size_t)trial % 7, 2 + (size_t)trial % 7,
                            *state);
        small_market_check(&market);
        const double scale = market.demand->scale[0];
        const double alpha = market.demand->price_sensitivity[0];
        bt_price_point point = small_market_solve(&market);
        for (size_t j = 0; j < point.n_products; j++) {
            double attraction = exp(market.demand->outside_utility[0] / scale);

            for (size_t k = 0; k < point.n_products; k++)
                if (k != j)
                    attraction +=
                        exp((market.demand->considered_quality[k] - alpha * point.price[k]) /
                            scale);
            const double w = gsl_sf_lambert_W0(
                exp((market.demand->considered_quality[j] - alpha * market.cost[j]) / scale -
                    1) /
                attraction);
            assert_near(point.price[j], market.cost[j] + scale / alpha / (1 - point.share[j]),
                        1e-13);
            assert_near(point.price[j], market.cost[j] + scale / alpha * (1 + w), 1e-13);
            assert_near(point.elasticity[j],
                        -alpha / scale * point.price[j] * (1 - point.share[j]), 1e-13);
        }
        assert_true(point.is_equilibrium);
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* A seller's margin (mu/alpha)/(1 - S_F) is common to its products; its profit is (mu/alpha)
 * S_F/(1 - S_F). */
static void test_multi_product_logit(void **state)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        small_market market;

        small_market_random(&market, BT_LOGIT, 3 + (size_t)trial % 9, 1 + (size_t)trial % 3,
                            *state);
        small_market_check(&market);
        const double unit = market.demand->scale[0] / market.demand->price_sensitivity[0];
        bt_price_point point = small_market_solve(&market);
        for (size_t i = 0; i < point.n_sellers; i++) {
            const double share = seller_share(&market, &point, i);

            for (size_t j = 0; j < point.n_products; j++)
                if (market.seller[j] == i)
                    assert_near(point.price[j] - market.cost[j], unit / (1 - share), 1e-13);
            assert_near(point.profit[i], unit * share / (1 - share), 1e-13);
        }
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* Every transform, multi-product: p_j - c_j = Pi_F + 1/a(p_j), a = alpha f'(p)/mu; in
 * particular log p = r/(r-1) (c + Pi) and a budget's p - c = Pi + (b - p) mu/alpha. */
static void test_transforms(void **state)
{
    for (int trial = 0; trial < 3 * TRIALS; trial++) {
        small_market market;
        double lambda = 0.1 + 1.5 * gsl_rng_uniform(*state);

        small_market_random(&market, BT_LOGIT, 3 + (size_t)trial % 5, 2 + (size_t)trial % 2,
                            *state);
        bt_demand *demand = market.demand;
        demand->transform[0] = trial % 3 == 0   ? BT_PRICE_LOG
                               : trial % 3 == 1 ? BT_PRICE_BOX_COX
                                                : BT_PRICE_BUDGET;
        demand->transform_value[0] = trial % 3 == 2 ? 4 : lambda;
        if (trial % 3 == 0) /* r from 1.2 up */
            demand->price_sensitivity[0] = demand->scale[0] * random_between(*state, 1.2, 6);
        small_market_check(&market);
        const double r = demand->price_sensitivity[0] / demand->scale[0];
        bt_price_point point = small_market_solve(&market);
        for (size_t j = 0; j < point.n_products; j++) {
            const double p = point.price[j];
            const double rise = point.profit[market.seller[j]];

            /* No price within the budget is worth what it takes from the others. */
            if (point.share[j] == 0) {
                assert_int_equal(trial % 3, 2);
                assert_true(market.cost[j] + rise >= 4 - 1e-9);
                continue;
            }
            if (trial % 3 == 0)
                assert_near(p, r / (r - 1) * (market.cost[j] + rise), 1e-11);
            else if (trial % 3 == 1)
                assert_near(p - market.cost[j], rise + pow(p, 1 - lambda) / r, 1e-11);
            else
                assert_near(p - market.cost[j], rise + (4 - p) / r, 1e-11);
        }
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* If each buyer sees a random k of n symmetric sellers the price is that of k sellers. */
static void test_random_k_of_n(void **state)
{
    (void)state;
    for (size_t k = 2; k <= 4; k++) {
        const size_t n = 5;
        small_market all;
        small_market few;
        size_t entry = 0;
        size_t type = 0;

        small_market_create(&few, BT_LOGIT, k, 1);
        few.demand->scale[0] = 0.3;
        for (size_t j = 0; j < k; j++) {
            few.cost[j] = 1;
            few.demand->considered_quality[j] = 2;
        }
        small_market_check(&few);
        small_market_create(&all, BT_LOGIT, n, k == 2 || k == 3 ? 10 : 5);
        for (unsigned set = 0; set < 1u << n; set++) {
            if ((size_t)__builtin_popcount(set) != k)
                continue;
            all.demand->scale[type] = 0.3;
            for (size_t j = 0; j < n; j++)
                if (set >> j & 1u) {
                    all.demand->considered_product[entry] = (uint32_t)j;
                    all.demand->considered_quality[entry++] = 2;
                }
            all.demand->row_start[++type] = entry;
        }
        for (size_t j = 0; j < n; j++)
            all.cost[j] = 1;
        small_market_check(&all);
        bt_price_point few_point = small_market_solve(&few);
        bt_price_point all_point = small_market_solve(&all);
        for (size_t j = 0; j < n; j++)
            assert_near(all_point.price[j], few_point.price[0], 1e-12);
        bt_price_point_free(&few_point);
        bt_price_point_free(&all_point);
        small_market_destroy(&few);
        small_market_destroy(&all);
    }
}

/* Nested, single product: p - c = (1-rho)/(a [1 - rho s_{j|h} - (1-rho) s_j]). */
static void test_nested_single_product(void **state)
{
    for (int trial = 0; trial < TRIALS / 3; trial++) {
        small_market market;
        const size_t n = 4 + (size_t)trial % 3;

        small_market_random(&market, BT_NESTED_LOGIT, n, n, *state);
        market.demand->n_nests = 2;
        market.demand->nest_correlation = random_between(*state, 0.1, 0.8);
        for (size_t j = 0; j < n; j++)
            market.demand->nest[j] = j % 3 == 0;
        small_market_check(&market);
        const double rho = market.demand->nest_correlation;
        const double a = market.demand->price_sensitivity[0] / market.demand->scale[0];
        bt_price_point point = small_market_solve(&market);
        for (size_t j = 0; j < n; j++) {
            double nest_share = 0;

            for (size_t k = 0; k < n; k++)
                if (market.demand->nest[k] == market.demand->nest[j])
                    nest_share += point.share[k];
            const double within = point.share[j] / nest_share;
            assert_near(point.price[j] - market.cost[j],
                        (1 - rho) / (a * (1 - rho * within - (1 - rho) * point.share[j])),
                        1e-11);
        }
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* Nested, several products: with M_F the seller's profit and M_hF its mean margin within the
 * nest, m_j = (1-rho)/a + rho M_hF + (1-rho) M_F. */
static void test_nested_multi_product(void **state)
{
    for (int trial = 0; trial < TRIALS / 3; trial++) {
        small_market market;
        const size_t n = 7;

        small_market_random(&market, BT_NESTED_LOGIT, n, 3, *state);
        market.demand->n_nests = 3;
        market.demand->nest_correlation = random_between(*state, 0.1, 0.7);
        for (size_t j = 0; j < n; j++)
            market.demand->nest[j] = (uint32_t)(j % 3 + j / 3) % 3;
        small_market_check(&market);
        const double rho = market.demand->nest_correlation;
        const double a = market.demand->price_sensitivity[0] / market.demand->scale[0];
        bt_price_point point = small_market_solve(&market);
        for (size_t j = 0; j < n; j++) {
            double nest_share = 0;
            double nest_margin = 0;

            for (size_t k = 0; k < n; k++) {
                if (market.demand->nest[k] != market.demand->nest[j])
                    continue;
                nest_share += point.share[k];
                if (market.seller[k] == market.seller[j])
                    nest_margin += point.margin[k] * point.share[k];
            }
            assert_near(point.margin[j],
                        (1 - rho) / a + rho * nest_margin / nest_share +
                            (1 - rho) * point.profit[market.seller[j]],
                        1e-11);
        }
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* With a nest correlation of zero the nested logit is the plain one. */
static void test_nested_without_correlation(void **state)
{
    small_market market;

    small_market_random(&market, BT_LOGIT, 6, 3, *state);
    small_market_check(&market);
    bt_price_point plain = small_market_solve(&market);
    market.demand->model = BT_NESTED_LOGIT;
    market.demand->n_nests = 2;
    for (size_t j = 0; j < 6; j++)
        market.demand->nest[j] = j % 2;
    small_market_check(&market);
    bt_price_point nested = small_market_solve(&market);
    for (size_t j = 0; j < 6; j++)
        assert_near(nested.price[j], plain.price[j], 1e-12);
    bt_price_point_free(&plain);
    bt_price_point_free(&nested);
    small_market_destroy(&market);
}

/* Fees: with kappa = 1 - ad valorem a seller's zero-margin price is (c + t)/kappa, and above it
 * the markup is common, (mu/alpha)/(1 - S_F); the platform's revenue is what buyers pay and
 * sellers do not get. */
static void test_fees(void **state)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        small_market market;

        small_market_random(&market, BT_LOGIT, 5, 3, *state);
        market.ownership.fee_per_unit = 0.3 * gsl_rng_uniform(*state);
        market.ownership.fee_ad_valorem = 0.4 * gsl_rng_uniform(*state);
        market.demand->size = 7;
        small_market_check(&market);
        const double unit = market.demand->scale[0] / market.demand->price_sensitivity[0];
        const double keep = 1 - market.ownership.fee_ad_valorem;
        bt_price_point point = small_market_solve(&market);
        double paid = 0;
        double earned = 0;
        for (size_t j = 0; j < 5; j++) {
            const double zero = (market.cost[j] + market.ownership.fee_per_unit) / keep;
            const double share = seller_share(&market, &point, market.seller[j]);

            assert_near(point.price[j], zero + unit / (1 - share), 1e-13);
            assert_near(point.margin[j], keep * unit / (1 - share), 1e-13);
            paid += 7 * (point.price[j] - market.cost[j]) * point.share[j];
        }
        for (size_t i = 0; i < 3; i++)
            earned += point.profit[i];
        assert_near(point.welfare.producer_surplus, earned, 1e-13);
        assert_near(point.welfare.platform_revenue, paid - earned, 1e-12);
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* Given prices: the others respond to them, and a seller's own given product counts in its
 * profit: p - c = mu/alpha + Pi_F on what it prices. */
static void test_given_prices(void **state)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        small_market market;

        small_market_random(&market, BT_LOGIT, 6, 3, *state);
        market.fixed_price[4] = market.cost[4] + random_between(*state, -0.1, 1);
        market.fixed_price[5] = market.cost[5] + random_between(*state, 0, 1);
        market.demand->has_outside_option = trial % 2 == 0;
        small_market_check(&market);
        const double unit = market.demand->scale[0] / market.demand->price_sensitivity[0];
        bt_price_point point = small_market_solve(&market);
        assert_true(point.price[4] == market.fixed_price[4]);
        assert_true(point.price[5] == market.fixed_price[5]);
        for (size_t j = 0; j < 4; j++)
            assert_near(point.price[j] - market.cost[j], unit + point.profit[market.seller[j]],
                        1e-13);
        assert_true(point.foc_residual < 1e-13);
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* 1 - m(1-q)/mu - 2 gamma m(1-q) + gamma m^2 (1-q)(1-2q)/mu = 0. */
static void test_mean_variance(void **state)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        small_market market;

        small_market_random(&market, BT_LOGIT, 3, 3, *state);
        for (size_t j = 0; j < 3; j++) {
            market.objective[j] = BT_MEAN_VARIANCE;
            market.risk_aversion[j] = 3 * gsl_rng_uniform(*state);
        }
        small_market_check(&market);
        const double mu = market.demand->scale[0] / market.demand->price_sensitivity[0];
        bt_price_point point = small_market_solve(&market);
        for (size_t j = 0; j < 3; j++) {
            const double gamma = market.risk_aversion[j];
            const double m = point.margin[j];
            const double q = point.share[j];

            assert_near(1 - m * (1 - q) / mu - 2 * gamma * m * (1 - q) +
                            gamma * m * m * (1 - q) * (1 - 2 * q) / mu,
                        0, 1e-11);
            assert_near(point.objective[j], m * q - gamma * m * m * q * (1 - q), 1e-13);
        }
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* m = 2 mu/{(1-q)[1 + (1+lambda)q/((1+lambda)q - lambda)]} where q > lambda/(1+lambda), else
 * at cost. */
static void test_mean2_variance(void **state)
{
    size_t n_at_cost = 0;
    size_t n_above = 0;

    for (int trial = 0; trial < TRIALS; trial++) {
        small_market market;
        bt_equilibrium_result result;

        small_market_random(&market, BT_LOGIT, 2, 2, *state);
        for (size_t j = 0; j < 2; j++) {
            market.objective[j] = BT_MEAN2_VARIANCE;
            market.risk_aversion[j] = 1.5 * gsl_rng_uniform(*state);
        }
        small_market_check(&market);
        const double mu = market.demand->scale[0] / market.demand->price_sensitivity[0];
        assert_int_equal(
            bt_equilibrium_solve(market.demand, &market.ownership, NULL, &result, NULL), BT_OK);
        for (size_t i = 0; i < result.n_points; i++)
            for (size_t j = 0; j < 2; j++) {
                const double lambda = market.risk_aversion[j];
                const double m = result.point[i].margin[j];
                const double q = result.point[i].share[j];
                const double rest = (1 + lambda) * q - lambda;

                if (result.point[i].price[j] == market.cost[j]) {
                    n_at_cost++;
                    assert_true(rest <= 1e-9);
                    continue;
                }
                n_above++;
                assert_true(rest > 0);
                assert_near(m, 2 * mu / ((1 - q) * (1 + (1 + lambda) * q / rest)), 1e-11);
                assert_near(result.point[i].objective[j], m * m * q * rest, 1e-13);
            }
        bt_equilibrium_result_free(&result);
        small_market_destroy(&market);
    }
    assert_true(n_at_cost > 10);
    assert_true(n_above > 10);
}

/* The same equilibrium in extended precision: v_F = 1 + T_F/B_F by repeated steps. Markups v
 * [seller], shares [product]. */
static void solve_extended(const small_market *market, long double *v, long double *share)
{
    const size_t n = market->demand->n_products;
    const size_t n_sellers = market->ownership.n_sellers;
    const long double mu = market->demand->scale[0];
    const long double alpha = market->demand->price_sensitivity[0];
    const long double outside = (long double)market->demand->outside_utility[0] / mu;
    long double largest_step = 1;

    for (int round = 0; round < 20000 && largest_step > 1e-18L; round++) {
        long double attraction[SMALL_PRODUCTS] = {0};
        long double reference = outside;
        long double total;

        for (size_t j = 0; j < n; j++) {
            share[j] = ((long double)market->demand->considered_quality[j] -
                        alpha * (long double)market->cost[j]) /
                           mu -
                       v[market->seller[j]];
            reference = fmaxl(reference, share[j]);
        }
        total = expl(outside - reference);
        for (size_t j = 0; j < n; j++) {
            share[j] = expl(share[j] - reference);
            attraction[market->seller[j]] += share[j];
            total += share[j];
        }
        for (size_t j = 0; j < n; j++)
            share[j] /= total;
        largest_step = 0;
        for (size_t i = 0; i < n_sellers; i++) {
            const long double odds = attraction[i] / (total - attraction[i]);
            const long double step = (1 + odds - v[i]) / (1 + odds);

            v[i] += step;
            largest_step = fmaxl(largest_step, fabsl(step / v[i]));
        }
    }
}

/* To the last digits, also where mu is small and one seller dwarfs another: prices, shares
 * and profits to 4e-15 relative (rounding alone leaves 1e-16). */
static void test_last_digits(void **state)
{
    for (int trial = 0; trial < 150; trial++) {
        const size_t n = 2 + (size_t)trial % 8;
        const size_t n_sellers = 2 + gsl_rng_uniform_int(*state, n - 1);
        long double v[SMALL_PRODUCTS];
        long double share[SMALL_PRODUCTS];
        long double profit[SMALL_PRODUCTS] = {0};
        small_market market;

        small_market_random(&market, BT_LOGIT, n, n_sellers, *state);
        market.demand->scale[0] = exp(random_between(*state, log(0.01), log(5)));
        small_market_check(&market);
        bt_price_point point = small_market_solve(&market);
        const long double unit =
            (long double)market.demand->scale[0] / market.demand->price_sensitivity[0];
        for (size_t j = 0; j < n; j++)
            v[market.seller[j]] = point.margin[j] / unit;
        solve_extended(&market, v, share);
        for (size_t j = 0; j < n; j++) {
            const size_t i = market.seller[j];

            assert_near((double)(point.price[j] / (market.cost[j] + v[i] * unit)), 1, 4e-15);
            profit[i] += v[i] * unit * share[j];
            if (share[j] > 1e-300L)
                assert_near((double)(point.share[j] / share[j]), 1, 4e-15);
        }
        for (size_t i = 0; i < n_sellers; i++)
            if (profit[i] > 1e-300L)
                assert_near((double)(point.profit[i] / profit[i]), 1, 4e-15);
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

static void calvano(small_market *market, size_t n)
{
    small_market_create(market, BT_LOGIT, n, 1);
    market->demand->scale[0] = 0.25;
    for (size_t j = 0; j < n; j++) {
        market->demand->considered_quality[j] = 2;
        market->cost[j] = 1;
    }
    small_market_check(market);
}

/* One simultaneous round of best responses. */
static void respond_all(const small_market *market, const double *price, double *next,
                        bt_demand_work *work)
{
    double best[SMALL_PRODUCTS];
    double objective;

    for (size_t i = 0; i < market->ownership.n_sellers; i++) {
        assert_int_equal(bt_best_response(market->demand, &market->ownership, i, price, best,
                                          &objective, work, NULL),
                         BT_OK);
        for (size_t j = 0; j < market->demand->n_products; j++)
            if (market->seller[j] == i)
                next[j] = best[j];
    }
}

/* Symmetric duopoly to n = 6: price, share, the error ratio rho = (n-1) q^2/(1-q) of
 * simultaneous best responses, and the slowest eigenvalue (q/mu)(1-rho) of the gradient's
 * field. The figures were computed apart. */
static void test_symmetric_table(void **state)
{
    static const struct {
        size_t n;
        double price, share, rho, lambda;
    } table[] = {
        {2, 1.4729266600, 0.4713768093, 0.4203298308, 1.092972},
        {3, 1.3701627294, 0.3246213620, 0.3120591110, 0.893281},
        {4, 1.3314606899, 0.2457627476, 0.2402400357, 0.746883},
        {6, 1.2994006277, 0.1649984105, 0.1630205008, 0.552401},
    };

    (void)state;
    for (size_t row = 0; row < sizeof table / sizeof *table; row++) {
        const size_t n = table[row].n;
        small_market market;

        calvano(&market, n);
        bt_price_point point = small_market_solve(&market);
        bt_demand_work *work = bt_demand_work_create(market.demand);
        const double q = point.share[0];
        const double rho = (double)(n - 1) * q * q / (1 - q);
        assert_near(point.price[0], table[row].price, 1e-9);
        assert_near(q, table[row].share, 1e-9);
        assert_near(rho, table[row].rho, 1e-9);
        assert_near(q / 0.25 * (1 - rho), table[row].lambda, 1e-6);

        /* rho is what six rounds show. */
        double price[SMALL_PRODUCTS];
        double next[SMALL_PRODUCTS];
        double ratio = 0;
        for (size_t j = 0; j < n; j++)
            price[j] = point.price[0] + 0.01;
        for (int round = 0; round < 6; round++) {
            respond_all(&market, price, next, work);
            ratio = (next[0] - point.price[0]) / (price[0] - point.price[0]);
            memcpy(price, next, n * sizeof *price);
        }
        assert_near(ratio, rho, 1e-4);

        /* The eigenvalue from differences of the gradient: -d g_i/d(p_i), -d g_i/d(p_j), for
         * the direction in which all prices rise together. */
        double gradient[SMALL_PRODUCTS];
        for (size_t j = 0; j < n; j++)
            price[j] = point.price[0] + 1e-6;
        bt_objective_gradient(market.demand, &market.ownership, price, gradient, work);
        assert_near(-gradient[0] / 1e-6, q / 0.25 * (1 - rho), 1e-4);
        bt_demand_work_destroy(work);
        bt_price_point_free(&point);
        small_market_destroy(&market);
    }
}

/* Simultaneous best responses contract in the sup norm, from anywhere. */
static void test_best_responses_contract(void **state)
{
    double largest = 0;

    for (int trial = 0; trial < 400; trial++) {
        small_market market;
        const size_t n = 2 + (size_t)trial % 6;
        double first[SMALL_PRODUCTS];
        double second[SMALL_PRODUCTS];
        double first_next[SMALL_PRODUCTS];
        double second_next[SMALL_PRODUCTS];
        double before = 0;
        double after = 0;

        small_market_random(&market, BT_LOGIT, n, n, *state);
        small_market_check(&market);
        for (size_t j = 0; j < n; j++) {
            first[j] = market.cost[j] + 3 * gsl_rng_uniform(*state);
            second[j] = market.cost[j] + 3 * gsl_rng_uniform(*state);
        }
        bt_demand_work *work = bt_demand_work_create(market.demand);
        respond_all(&market, first, first_next, work);
        respond_all(&market, second, second_next, work);
        for (size_t j = 0; j < n; j++) {
            before = fmax(before, fabs(first[j] - second[j]));
            after = fmax(after, fabs(first_next[j] - second_next[j]));
        }
        assert_true(after < before);
        largest = fmax(largest, after / before);
        bt_demand_work_destroy(work);
        small_market_destroy(&market);
    }
    assert_true(largest > 0.3); /* the games are not all trivial */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lambert_w),
        cmocka_unit_test(test_last_digits),
        cmocka_unit_test(test_single_product_logit),
        cmocka_unit_test(test_multi_product_logit),
        cmocka_unit_test(test_transforms),
        cmocka_unit_test(test_random_k_of_n),
        cmocka_unit_test(test_nested_single_product),
        cmocka_unit_test(test_nested_multi_product),
        cmocka_unit_test(test_nested_without_correlation),
        cmocka_unit_test(test_fees),
        cmocka_unit_test(test_given_prices),
        cmocka_unit_test(test_mean_variance),
        cmocka_unit_test(test_mean2_variance),
        cmocka_unit_test(test_symmetric_table),
        cmocka_unit_test(test_best_responses_contract),
    };

    return cmocka_run_group_tests_name("markets.equilibrium_closed_forms", tests, make_random,
                                       free_random);
}
