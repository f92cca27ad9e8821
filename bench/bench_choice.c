/*
 * Decisions by logit buyers per second, and shares. A decision is one uniform draw and one
 * choice; batched, the buyers' utilities lie side by side; event by event, each buyer's are
 * made from its row and the prices. Beside them the textbook: a loop over libm's exp, no
 * blocks, utilities given. Each figure is the best of several repetitions, one core unless it
 * says otherwise.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "markets/demand/choice.h"
#include "markets/demand/welfare.h"
#include "sim/random.h"

enum { BUYERS = 10000, REPETITIONS = 15, MOST_PRODUCTS = 100 };

static uint64_t sink; /* what is computed must not be optimised away */

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

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        exit(1);
    return memory;
}

static void print(const char *name, size_t n_products, double value, const char *unit,
                  double bar, const char *better)
{
    printf("{\"name\": \"%s, J = %zu\", \"value\": %.6g, \"unit\": \"%s\", ", name, n_products,
           value, unit);
    if (bar > 0)
        printf("\"bar\": %g, ", bar);
    printf("\"better\": \"%s\"}\n", better);
}

static void print_rate(const char *name, size_t n_products, double elapsed, double bar)
{
    print(name, n_products, BUYERS / elapsed, "decisions/s", bar, "higher");
}

static bt_random_key key(void)
{
    return bt_random_key_of(1, 0, 0);
}

/* ---- one market of individual buyers ---- */

typedef struct population {
    size_t n_products;
    bt_demand *demand; /* a type a buyer, who considers all products */
    bt_demand_work *work;
    double price[MOST_PRODUCTS];
    double *utility; /* [product * buyer] */
    double *outside; /* [buyer] */
    double *uniform; /* [buyer] */
    uint32_t *choice;
} population;

static population population_create(size_t n_products)
{
    population people = {.n_products = n_products};
    bt_stream stream = bt_stream_open(key(), 0, 1);
    double row[MOST_PRODUCTS];
    bt_error error;

    require(bt_demand_create(BT_LOGIT, n_products, BUYERS, n_products * BUYERS, &people.demand,
                             &error),
            &error);
    for (size_t entry = 0; entry < n_products * BUYERS; entry++)
        people.demand->considered_quality[entry] = 4 * bt_stream_uniform(&stream);
    for (size_t product = 0; product < n_products; product++)
        people.price[product] = 1 + bt_stream_uniform(&stream);
    require(bt_demand_check(people.demand, &error), &error);
    people.work = bt_demand_work_create(people.demand);
    people.utility = allocate(n_products * BUYERS, sizeof(double));
    people.outside = allocate(BUYERS, sizeof(double));
    people.uniform = allocate(BUYERS, sizeof(double));
    people.choice = allocate(BUYERS, sizeof(uint32_t));
    for (size_t buyer = 0; buyer < BUYERS; buyer++) {
        bt_choice_utilities(people.demand, buyer, people.price, row, &people.outside[buyer],
                            people.work);
        for (size_t product = 0; product < n_products; product++)
            people.utility[product * BUYERS + buyer] = row[product];
    }
    return people;
}

static void population_destroy(population *people)
{
    bt_demand_work_destroy(people->work);
    bt_demand_destroy(people->demand);
    free(people->utility);
    free(people->outside);
    free(people->uniform);
    free(people->choice);
}

static void decide_batched(population *people, uint64_t round)
{
    bt_random_uniform_block(key(), BT_AGENT_BUYER(0), 0, NULL, round, BUYERS, people->uniform);
    bt_choose_block(people->utility, people->outside, people->n_products, BUYERS,
                    people->uniform, people->choice, NULL);
    sink += people->choice[round % BUYERS];
}

static void decide_alike(population *people, uint64_t round)
{
    uint64_t sold[MOST_PRODUCTS] = {0};

    bt_random_uniform_block(key(), BT_AGENT_BUYER(0), 0, NULL, round, BUYERS, people->uniform);
    bt_choose_common(people->demand, round % BUYERS, people->price, people->uniform, BUYERS,
                     people->choice, sold, people->work);
    sink += sold[0];
}

/* Buyers come in an order that the cache cannot guess. */
static void decide_event_by_event(population *people, uint64_t round)
{
    const bt_random_key run = key();
    uint64_t buyer = round % BUYERS;

    for (size_t event = 0; event < BUYERS; event++) {
        buyer = (buyer + 3947) % BUYERS;
        const double uniform =
            bt_unit_interval(bt_random_at(run, BT_AGENT_BUYER(buyer), 0, round));
        sink += bt_choose_one(people->demand, buyer, people->price, uniform, people->work);
    }
}

static uint32_t textbook_choice(const double *utility, size_t n_products, double outside,
                                double uniform)
{
    double weight[MOST_PRODUCTS];
    double largest = outside, total = 0, cumulative = 0;

    for (size_t product = 0; product < n_products; product++)
        largest = fmax(largest, utility[product]);
    for (size_t product = 0; product < n_products; product++) {
        weight[product] = exp(utility[product] - largest);
        total += weight[product];
    }
    total += exp(outside - largest);
    for (size_t product = 0; product < n_products; product++) {
        cumulative += weight[product];
        if (cumulative > uniform * total)
            return (uint32_t)product;
    }
    return BT_CHOSE_OUTSIDE;
}

/* Utilities of a buyer lie together here, as the textbook has them. */
static void decide_by_textbook(population *people, uint64_t round)
{
    bt_random_uniform_block(key(), BT_AGENT_BUYER(0), 0, NULL, round, BUYERS, people->uniform);
    for (size_t buyer = 0; buyer < BUYERS; buyer++)
        sink +=
            textbook_choice(people->utility + buyer * people->n_products, people->n_products,
                            people->outside[buyer], people->uniform[buyer]);
}

static double best_time(population *people, void (*decide)(population *, uint64_t))
{
    double best = INFINITY;

    for (uint64_t round = 0; round < REPETITIONS; round++) {
        const double start = seconds();
        decide(people, round);
        best = fmin(best, seconds() - start);
    }
    return best;
}

static void measure_decisions(size_t n_products)
{
    population people = population_create(n_products);
    const bool barred = n_products == 20;

    print_rate("logit decisions, batched", n_products, best_time(&people, decide_batched),
               barred ? 1e7 : 0);
    print_rate("logit decisions, event by event", n_products,
               best_time(&people, decide_event_by_event), barred ? 5e6 : 0);
    print_rate("logit decisions, buyers alike", n_products, best_time(&people, decide_alike),
               0);
    print_rate("logit decisions, textbook libm", n_products,
               best_time(&people, decide_by_textbook), 0);
    population_destroy(&people);
}

/* ---- shares ---- */

static double best_shares(const bt_demand *demand, const double *price, bt_demand_work *work,
                          size_t calls)
{
    double *share = allocate(demand->n_products, sizeof(double));
    double best = INFINITY;

    for (size_t repetition = 0; repetition < REPETITIONS; repetition++) {
        const double start = seconds();
        for (size_t call = 0; call < calls; call++) {
            double outside, surplus;
            bt_demand_shares(demand, price, share, &outside, &surplus, work);
            sink += outside > 0.5;
        }
        best = fmin(best, (seconds() - start) / (double)calls);
    }
    free(share);
    return best;
}

static void measure_small_shares(size_t n_products)
{
    const double price[MOST_PRODUCTS] = {1.4, 1.5};
    bt_demand *demand;
    bt_error error;

    require(bt_demand_create(BT_LOGIT, n_products, 1, n_products, &demand, &error), &error);
    require(bt_demand_check(demand, &error), &error);
    bt_demand_work *work = bt_demand_work_create(demand);
    print("shares and surplus of one type", n_products,
          1e9 * best_shares(demand, price, work, 10000), "ns", n_products == 2 ? 100 : 0,
          "lower");
    bt_demand_work_destroy(work);
    bt_demand_destroy(demand);
}

/* Each buyer considers one product in each of 20 groups of 100. */
static bt_demand *sparse_demand(void)
{
    enum { TYPES = 100000, CONSIDERED = 20, PRODUCTS = 2000 };
    bt_stream stream = bt_stream_open(key(), 0, 2);
    bt_demand *demand;
    bt_error error;
    size_t entry = 0;

    require(bt_demand_create(BT_LOGIT, PRODUCTS, TYPES, TYPES * CONSIDERED, &demand, &error),
            &error);
    for (size_t type = 0; type < TYPES; type++) {
        for (uint32_t k = 0; k < CONSIDERED; k++) {
            demand->considered_product[entry] =
                k * (PRODUCTS / CONSIDERED) +
                (uint32_t)bt_stream_below(&stream, PRODUCTS / CONSIDERED);
            demand->considered_quality[entry++] = 3 * bt_stream_uniform(&stream);
        }
        demand->row_start[type + 1] = entry;
    }
    return demand;
}

static void measure_sparse_shares(bt_price_transform transform, const char *name)
{
    bt_demand *demand = sparse_demand();
    bt_stream stream = bt_stream_open(key(), 0, 3);
    double *price = allocate(demand->n_products, sizeof(double));
    bt_error error;
    char label[120];

    for (size_t type = 0; type < demand->n_types; type++) {
        demand->transform[type] = (uint8_t)transform;
        demand->price_sensitivity[type] = 2;
    }
    require(bt_demand_check(demand, &error), &error);
    for (size_t product = 0; product < demand->n_products; product++)
        price[product] = 1 + bt_stream_uniform(&stream);
    bt_demand_work *work = bt_demand_work_create(demand);
    for (size_t threads = 1; threads <= 2; threads++) {
        require(bt_demand_work_use_threads(work, threads, &error), &error);
        snprintf(label, sizeof label, "shares of 100,000 buyers x 20, %s price, %zu thread%s",
                 name, threads, threads > 1 ? "s" : "");
        print(label, demand->n_products, 1e3 * best_shares(demand, price, work, 1), "ms",
              threads == 1 ? 20 : 0, "lower");
    }
    bt_demand_work_destroy(work);
    bt_demand_destroy(demand);
    free(price);
}

/* ---- welfare where price is not linear ---- */

static void measure_money_metric(void)
{
    population people = population_create(20);
    bt_error error;
    double best = INFINITY;
    enum { TYPES = 200 };

    for (size_t type = 0; type < TYPES; type++) {
        people.demand->transform[type] = BT_PRICE_LOG;
        people.demand->price_sensitivity[type] = 2;
    }
    require(bt_demand_check(people.demand, &error), &error);
    for (size_t repetition = 0; repetition < REPETITIONS; repetition++) {
        const double start = seconds();
        for (size_t type = 0; type < TYPES; type++) {
            double surplus;
            require(bt_money_metric_surplus(people.demand, type, people.price, &surplus,
                                            people.work, &error),
                    &error);
            sink += surplus > 1;
        }
        best = fmin(best, seconds() - start);
    }
    print("money-metric surplus of one buyer, log price", 20, 1e6 * best / TYPES, "us", 0,
          "lower");
    population_destroy(&people);
}

int main(void)
{
    const size_t n_products[] = {2, 20, 100};

    for (size_t i = 0; i < 3; i++)
        measure_decisions(n_products[i]);
    for (size_t i = 0; i < 3; i++)
        measure_small_shares(n_products[i]);
    measure_sparse_shares(BT_PRICE_LINEAR, "linear");
    measure_sparse_shares(BT_PRICE_LOG, "log");
    measure_money_metric();
    fprintf(stderr, "%llu\n", (unsigned long long)sink);
    return 0;
}
