/*
 * A finite population of individual buyers who draw their choices.
 *
 * Each buyer belongs to one type of the demand (a segment, a node of its random
 * coefficients). Types get buyers in proportion to their weights, whole numbers by largest
 * left_over: everyone gets the floor of weight * population, and the buyers left over go
 * to the largest fractional parts, the earlier type first where these are equal.
 *
 * Periodic markets: everyone comes once a period (with `arrival_probability`, each
 * independently). Event-driven markets: each arrival is a buyer drawn uniformly. A
 * purchase weighs market size / expected arrivals, so that the expected mass is the same
 * for any population.
 *
 * The buyers' surplus is what they could expect of the prices that they were offered (no
 * sampling noise) or, with `surplus: realised`, what each of them got: in the logit the
 * largest utility is independent of which product has it, so it is a draw of its own.
 *
 * Draws: a buyer's choice takes draw `period` (or the arrival's number) of its own stream
 * for choices, its coming draw `period` of its own stream for arrivals, its realised
 * surplus the same draw of its own stream for surpluses, and who the n-th
 * arrival is takes draw n of one stream of the market. So nothing depends on batches or
 * threads.
 */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "agents/buyers/registry.h"
#include "markets/demand/choice.h"
#include "markets/demand/welfare.h"

enum { CHOICE_PURPOSE = 0, ARRIVAL_PURPOSE = 1, SURPLUS_PURPOSE = 2, WHO_PURPOSE = 1100 };
enum { EXPECTED_SURPLUS, REALISED_SURPLUS };
enum { BLOCK = 4096 };      /* buyers that one thread serves at a time */
enum { FEW_TYPES = 64 };    /* event-driven: their probabilities are kept */
enum { WORTH_THREADS = 4 }; /* blocks */

typedef struct logit_parameters {
    int64_t population;
    double arrival_probability;
    int32_t surplus;
} logit_parameters;

static const bt_parameter parameters[] = {
    {.name = "population",
     .type = BT_INTEGER,
     .offset = offsetof(logit_parameters, population),
     .unit = "buyers",
     .required = true,
     .range = BT_BETWEEN(1, (1 << 28) - 1),
     .meaning = "number of individual buyers"},
    {.name = "arrival_probability",
     .type = BT_REAL,
     .offset = offsetof(logit_parameters, arrival_probability),
     .unit = "1",
     .default_text = "1",
     .range = {.minimum = 0, .maximum = 1, .above_minimum = true, .bounded = true},
     .meaning = "probability that a buyer comes in a period"},
    {.name = "surplus",
     .type = BT_CHOICE,
     .offset = offsetof(logit_parameters, surplus),
     .default_text = "expected",
     .choices = "expected|realised",
     .meaning = "consumer surplus of what was offered, or of what each buyer got"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(logit_parameters, parameters);

/* One thread's scratch. */
typedef struct serving {
    bt_demand_work *work;
    double uniform[BLOCK];
    double coming[BLOCK];
    double luck[BLOCK];
    uint64_t *sold;      /* [product] */
    double *probability; /* [product] */
} serving;

/* Buyers first .. last - 1 of one type. */
typedef struct buyer_block {
    uint32_t type;
    uint32_t first;
    uint32_t last;
} buyer_block;

typedef struct logit_buyers {
    const bt_demand *demand;
    bt_random_key key;
    uint64_t population;
    double arrival_probability;
    bool realises_surplus;
    uint32_t *first; /* [type + 1] buyers of type r: first[r] .. first[r + 1] - 1 */
    buyer_block *blocks;
    uint32_t *n_arrived;   /* [block] */
    double *block_surplus; /* [block] */
    size_t n_blocks;
    size_t n_threads;
    serving *serving; /* [thread] */

    /* at the prices that were served last */
    double *price;           /* [product] */
    uint64_t n_prices;       /* how often these changed */
    uint64_t looked_at;      /* the n_prices that all types were looked at */
    double *surplus;         /* [type] expected, in money */
    double *probability;     /* few types: [type * product], by place in the type's row */
    double *outside;         /* few types: [type] */
    uint64_t *integrated_at; /* many types: [type] the n_prices that its surplus, a quadrature,
                                was found at */

    /* one batch of arrivals */
    uint32_t *choice;   /* [BLOCK] */
    double *gain;       /* [BLOCK] */
    uint32_t *newcomer; /* many types: [BLOCK] */
} logit_buyers;

/* ---- who is of which type ---- */

typedef struct left_over {
    double fraction;
    uint32_t type;
} left_over;

static int larger_first(const void *a, const void *b)
{
    const left_over *left = a, *right = b;
    if (left->fraction != right->fraction)
        return left->fraction < right->fraction ? 1 : -1;
    return left->type < right->type ? -1 : 1;
}

/* first[type + 1] of `population` buyers; rest: [type] scratch. */
static void apportion(const double *weight, size_t n_types, uint64_t population,
                      uint32_t *first, left_over *rest)
{
    uint64_t given = 0;
    for (size_t r = 0; r < n_types; r++) {
        double share = weight[r] * (double)population;
        first[r + 1] = (uint32_t)share;
        rest[r] = (left_over){share - floor(share), (uint32_t)r};
        given += first[r + 1];
    }
    qsort(rest, n_types, sizeof(*rest), larger_first);
    for (size_t k = 0; given < population; k = (k + 1) % n_types, given++)
        first[rest[k].type + 1]++;
    for (size_t r = 0; r < n_types; r++)
        first[r + 1] += first[r];
}

static size_t count_blocks(const logit_buyers *buyers)
{
    size_t count = 0;
    for (size_t r = 0; r < buyers->demand->n_types; r++)
        count += (buyers->first[r + 1] - buyers->first[r] + BLOCK - 1) / BLOCK;
    return count;
}

static void cut_blocks(logit_buyers *buyers)
{
    size_t count = 0;
    for (size_t r = 0; r < buyers->demand->n_types; r++)
        for (uint32_t b = buyers->first[r]; b < buyers->first[r + 1]; b += BLOCK) {
            uint32_t end = buyers->first[r + 1];
            buyers->blocks[count++] =
                (buyer_block){(uint32_t)r, b, end - b > BLOCK ? b + BLOCK : end};
        }
}

/* ---- what is the same for all buyers of a type ---- */

static double money_surplus(const bt_demand *demand, size_t type, const double *price,
                            double log_sum, bt_demand_work *work)
{
    if (demand->transform[type] == BT_PRICE_LINEAR)
        return log_sum / demand->price_sensitivity[type];
    double surplus;
    bt_status status = bt_money_metric_surplus(demand, type, price, &surplus, work, NULL);
    return status == BT_OK ? surplus : NAN;
}

static bool keeps_probabilities(const logit_buyers *buyers)
{
    return buyers->demand->n_types <= FEW_TYPES;
}

static void look_at_prices_as(logit_buyers *buyers, size_t type, const double *price,
                              serving *mine)
{
    const bt_demand *demand = buyers->demand;
    double outside, *probability = mine->probability;
    if (keeps_probabilities(buyers))
        probability = buyers->probability + type * demand->n_products;
    double log_sum =
        bt_choice_probabilities(demand, type, price, probability, &outside, mine->work);
    if (keeps_probabilities(buyers))
        buyers->outside[type] = outside;
    buyers->surplus[type] = money_surplus(demand, type, price, log_sum, mine->work);
}

static void notice_prices(logit_buyers *buyers, const double *price)
{
    size_t size = buyers->demand->n_products * sizeof(double);
    if (memcmp(price, buyers->price, size) == 0)
        return;
    memcpy(buyers->price, price, size);
    buyers->n_prices++;
}

/* What is not worth threads never enters a parallel region: opening one, even for a single
 * thread, costs more than serving a buyer. */
static void look_at_prices(logit_buyers *buyers)
{
    const bt_demand *demand = buyers->demand;
    const double *price = buyers->price;
    if (buyers->looked_at == buyers->n_prices)
        return;
    buyers->looked_at = buyers->n_prices;
    if (demand->n_types <= FEW_TYPES) {
        for (size_t r = 0; r < demand->n_types; r++)
            look_at_prices_as(buyers, r, price, &buyers->serving[0]);
        return;
    }
#pragma omp parallel for num_threads((int)buyers->n_threads) schedule(static)
    for (size_t r = 0; r < demand->n_types; r++)
        look_at_prices_as(buyers, r, price, &buyers->serving[omp_get_thread_num()]);
}

/* ---- a period: everyone comes ---- */

static size_t keep_those_who_come(const logit_buyers *buyers, const buyer_block *block,
                                  uint64_t period, serving *mine)
{
    size_t count = block->last - block->first, n_come = 0;
    if (buyers->arrival_probability == 1)
        return count;
    bt_random_uniform_block(buyers->key, BT_AGENT_BUYER(block->first), ARRIVAL_PURPOSE, NULL,
                            period, count, mine->coming);
    for (size_t b = 0; b < count; b++)
        if (mine->coming[b] < buyers->arrival_probability)
            mine->uniform[n_come++] = mine->uniform[b];
    return n_come;
}

/* What one buyer of a type got, given a uniform draw. */
static double realised(const logit_buyers *buyers, size_t type, double expected, double luck)
{
    double scale = buyers->demand->scale[type];
    double sensitivity = buyers->demand->price_sensitivity[type];
    return bt_realised_surplus(scale, sensitivity, expected * sensitivity / scale,
                               luck > 0 ? luck : 0x1.0p-54);
}

/* Those who came, buyer after buyer. */
static double surplus_of_block(const logit_buyers *buyers, const buyer_block *block,
                               uint64_t period, size_t n_come, serving *mine)
{
    double expected = buyers->surplus[block->type], sum = 0;
    size_t count = block->last - block->first;
    if (!buyers->realises_surplus)
        return (double)n_come * expected;
    bt_random_uniform_block(buyers->key, BT_AGENT_BUYER(block->first), SURPLUS_PURPOSE, NULL,
                            period, count, mine->luck);
    for (size_t b = 0; b < count; b++)
        if (buyers->arrival_probability == 1 || mine->coming[b] < buyers->arrival_probability)
            sum += realised(buyers, block->type, expected, mine->luck[b]);
    return sum;
}

static void serve_block(logit_buyers *buyers, size_t number, const bt_arrivals *arrivals,
                        serving *mine)
{
    const buyer_block *block = &buyers->blocks[number];
    size_t count = block->last - block->first;
    bt_random_uniform_block(buyers->key, BT_AGENT_BUYER(block->first), CHOICE_PURPOSE, NULL,
                            arrivals->first, count, mine->uniform);
    count = keep_those_who_come(buyers, block, arrivals->first, mine);
    bt_choose_common(buyers->demand, block->type, arrivals->price, mine->uniform, count, NULL,
                     mine->sold, mine->work);
    buyers->n_arrived[number] = (uint32_t)count;
    buyers->block_surplus[number] =
        surplus_of_block(buyers, block, arrivals->first, count, mine);
}

static void add_sales(logit_buyers *buyers, bt_purchases *purchases)
{
    for (size_t t = 0; t < buyers->n_threads; t++) {
        serving *one = &buyers->serving[t];
        for (size_t j = 0; j < buyers->demand->n_products; j++)
            purchases->sales[j] += (double)one->sold[j];
        memset(one->sold, 0, buyers->demand->n_products * sizeof(*one->sold));
    }
}

/* Block after block, as each is of one type. */
static void serve_segments(logit_buyers *buyers, const bt_arrivals *arrivals,
                           bt_purchases *purchases)
{
    size_t n_products = buyers->demand->n_products;
    for (size_t k = 0; k < buyers->n_blocks; k++) {
        uint32_t type = buyers->blocks[k].type;
        serve_block(buyers, k, arrivals, &buyers->serving[0]);
        for (size_t j = 0; j < n_products; j++)
            purchases->segment_sales[type * n_products + j] +=
                (double)buyers->serving[0].sold[j];
        purchases->segment_buyers[type] += buyers->n_arrived[k];
        add_sales(buyers, purchases);
    }
}

static void serve_blocks(logit_buyers *buyers, const bt_arrivals *arrivals,
                         bt_purchases *purchases)
{
    if (buyers->n_threads == 1 || buyers->n_blocks < WORTH_THREADS) {
        for (size_t k = 0; k < buyers->n_blocks; k++)
            serve_block(buyers, k, arrivals, &buyers->serving[0]);
    } else {
#pragma omp parallel for num_threads((int)buyers->n_threads) schedule(static)
        for (size_t k = 0; k < buyers->n_blocks; k++)
            serve_block(buyers, k, arrivals, &buyers->serving[omp_get_thread_num()]);
    }
    add_sales(buyers, purchases);
}

static void serve_population(logit_buyers *buyers, const bt_arrivals *arrivals,
                             bt_purchases *purchases)
{
    if (purchases->segment_sales != NULL)
        serve_segments(buyers, arrivals, purchases);
    else
        serve_blocks(buyers, arrivals, purchases);
    for (size_t k = 0; k < buyers->n_blocks; k++) {
        purchases->n_buyers += buyers->n_arrived[k];
        purchases->consumer_surplus += buyers->block_surplus[k];
    }
}

/* ---- arrivals one by one ---- */

static uint32_t type_of(const logit_buyers *buyers, uint32_t buyer)
{
    size_t low = 0, high = buyers->demand->n_types;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (buyers->first[middle] <= buyer)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static uint32_t who_arrives(const logit_buyers *buyers, uint64_t arrival)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t bits = bt_random_at(buyers->key, BT_AGENT_MARKET, WHO_PURPOSE, arrival);
    return (uint32_t)(((wide)bits * buyers->population) >> 64);
}

/* The choice and the expected surplus of one arrival. */
static uint32_t serve_one(const logit_buyers *buyers, const double *price, uint64_t arrival,
                          uint32_t buyer, serving *mine, double *gain)
{
    const bt_demand *demand = buyers->demand;
    uint32_t type = type_of(buyers, buyer);
    size_t begin = demand->row_start[type], length = demand->row_start[type + 1] - begin;
    const double *probability = buyers->probability + type * demand->n_products;
    double outside;
    if (keeps_probabilities(buyers)) {
        outside = buyers->outside[type];
        *gain = buyers->surplus[type];
    } else {
        probability = mine->probability;
        double log_sum = bt_choice_probabilities(demand, type, price, mine->probability,
                                                 &outside, mine->work);
        *gain = demand->transform[type] == BT_PRICE_LINEAR
                    ? log_sum / demand->price_sensitivity[type]
                    : buyers->surplus[type];
    }
    double uniform = bt_unit_interval(
        bt_random_at(buyers->key, BT_AGENT_BUYER(buyer), CHOICE_PURPOSE, arrival));
    if (buyers->realises_surplus)
        *gain = realised(buyers, type, *gain,
                         bt_unit_interval(bt_random_at(buyers->key, BT_AGENT_BUYER(buyer),
                                                       SURPLUS_PURPOSE, arrival)));
    uint32_t place = bt_choose_by_inversion(probability, length, outside, uniform);
    return place == BT_CHOSE_OUTSIDE ? place : demand->considered_product[begin + place];
}

/* The k-th arrival of a batch that begins at the first-th. */
static void serve_in_batch(logit_buyers *buyers, const bt_arrivals *arrivals, size_t first,
                           size_t k, uint32_t *who, serving *mine)
{
    uint64_t arrival = arrivals->first + first + k;
    uint32_t buyer = who_arrives(buyers, arrival);
    buyers->choice[k] =
        serve_one(buyers, arrivals->price, arrival, buyer, mine, &buyers->gain[k]);
    if (who != NULL)
        who[first + k] = buyer;
}

static void integrate_surplus(logit_buyers *buyers, size_t type, serving *mine)
{
    buyers->surplus[type] = money_surplus(buyers->demand, type, buyers->price, NAN, mine->work);
}

/* Many types: the surplus of those who arrive and whose price is not linear, once for each
 * type and prices. */
static void integrate_surpluses(logit_buyers *buyers, const bt_arrivals *arrivals, size_t first,
                                size_t count)
{
    size_t n_new = 0;
    for (size_t k = 0; k < count; k++) {
        uint32_t type = type_of(buyers, who_arrives(buyers, arrivals->first + first + k));
        if (buyers->demand->transform[type] == BT_PRICE_LINEAR ||
            buyers->integrated_at[type] == buyers->n_prices)
            continue;
        buyers->integrated_at[type] = buyers->n_prices;
        buyers->newcomer[n_new++] = type;
    }
    if (buyers->n_threads == 1 || n_new < WORTH_THREADS) {
        for (size_t k = 0; k < n_new; k++)
            integrate_surplus(buyers, buyers->newcomer[k], &buyers->serving[0]);
        return;
    }
#pragma omp parallel for num_threads((int)buyers->n_threads) schedule(dynamic)
    for (size_t k = 0; k < n_new; k++)
        integrate_surplus(buyers, buyers->newcomer[k], &buyers->serving[omp_get_thread_num()]);
}

static void serve_batch(logit_buyers *buyers, const bt_arrivals *arrivals, size_t first,
                        size_t count, uint32_t *who)
{
    if (buyers->integrated_at != NULL)
        integrate_surpluses(buyers, arrivals, first, count);
    if (buyers->n_threads == 1 || count < BLOCK) {
        for (size_t k = 0; k < count; k++)
            serve_in_batch(buyers, arrivals, first, k, who, &buyers->serving[0]);
        return;
    }
#pragma omp parallel for num_threads((int)buyers->n_threads) schedule(static)
    for (size_t k = 0; k < count; k++)
        serve_in_batch(buyers, arrivals, first, k, who, &buyers->serving[omp_get_thread_num()]);
}

/* Surplus is added arrival by arrival, so that no split of a batch changes a bit. */
static void serve_arrivals(logit_buyers *buyers, const bt_arrivals *arrivals,
                           bt_purchases *purchases)
{
    for (size_t first = 0; first < arrivals->count; first += BLOCK) {
        size_t left = arrivals->count - first, count = left < BLOCK ? left : BLOCK;
        serve_batch(buyers, arrivals, first, count, purchases->buyer);
        for (size_t k = 0; k < count; k++) {
            if (buyers->choice[k] != BT_CHOSE_OUTSIDE)
                purchases->sales[buyers->choice[k]]++;
            purchases->consumer_surplus += buyers->gain[k];
        }
        if (purchases->choice != NULL)
            memcpy(purchases->choice + first, buyers->choice, count * sizeof(uint32_t));
    }
    purchases->n_buyers += (double)arrivals->count;
}

static void serve(void *self, const bt_arrivals *arrivals, bt_purchases *purchases)
{
    logit_buyers *buyers = self;
    notice_prices(buyers, arrivals->price);
    if (arrivals->whole_population || keeps_probabilities(buyers))
        look_at_prices(buyers);
    if (arrivals->whole_population)
        serve_population(buyers, arrivals, purchases);
    else
        serve_arrivals(buyers, arrivals, purchases);
}

/* ---- life ---- */

static uint64_t population(const void *self)
{
    const logit_buyers *buyers = self;
    return buyers->population;
}

static double unit_mass(const void *self)
{
    const logit_buyers *buyers = self;
    return buyers->demand->size / ((double)buyers->population * buyers->arrival_probability);
}

static void destroy(void *self)
{
    logit_buyers *buyers = self;
    for (size_t t = 0; buyers->serving != NULL && t < buyers->n_threads; t++)
        bt_demand_work_destroy(buyers->serving[t].work);
}

static bool has_linear_price(const bt_demand *demand)
{
    for (size_t r = 0; r < demand->n_types; r++)
        if (demand->transform[r] != BT_PRICE_LINEAR)
            return false;
    return true;
}

static bool allocate_integrals(logit_buyers *buyers, bt_arena *arena)
{
    if (has_linear_price(buyers->demand))
        return true;
    buyers->integrated_at = BT_ARENA_NEW(arena, buyers->demand->n_types, uint64_t);
    buyers->newcomer = BT_ARENA_NEW(arena, BLOCK, uint32_t);
    return buyers->integrated_at != NULL && buyers->newcomer != NULL;
}

static bool allocate_tables(logit_buyers *buyers, bt_arena *arena)
{
    const bt_demand *demand = buyers->demand;
    buyers->price = BT_ARENA_NEW(arena, demand->n_products, double);
    buyers->surplus = BT_ARENA_NEW(arena, demand->n_types, double);
    buyers->choice = BT_ARENA_NEW(arena, BLOCK, uint32_t);
    buyers->gain = BT_ARENA_NEW(arena, BLOCK, double);
    bool is_complete = buyers->price != NULL && buyers->surplus != NULL &&
                       buyers->choice != NULL && buyers->gain != NULL;
    if (is_complete)
        for (size_t j = 0; j < demand->n_products; j++)
            buyers->price[j] = NAN;
    if (!is_complete)
        return false;
    if (!keeps_probabilities(buyers))
        return allocate_integrals(buyers, arena);
    buyers->probability = BT_ARENA_NEW(arena, demand->n_types * demand->n_products, double);
    buyers->outside = BT_ARENA_NEW(arena, demand->n_types, double);
    return buyers->probability != NULL && buyers->outside != NULL;
}

static bool allocate_threads(logit_buyers *buyers, bt_arena *arena)
{
    buyers->serving = BT_ARENA_NEW(arena, buyers->n_threads, serving);
    for (size_t t = 0; buyers->serving != NULL && t < buyers->n_threads; t++) {
        serving *one = &buyers->serving[t];
        one->sold = BT_ARENA_NEW(arena, buyers->demand->n_products, uint64_t);
        one->probability = BT_ARENA_NEW(arena, buyers->demand->n_products, double);
        one->work = bt_demand_work_create(buyers->demand);
        if (one->sold == NULL || one->probability == NULL || one->work == NULL)
            return false;
    }
    return buyers->serving != NULL;
}

static bool allocate_population(logit_buyers *buyers, bt_arena *arena)
{
    size_t n_types = buyers->demand->n_types;
    buyers->first = BT_ARENA_NEW(arena, n_types + 1, uint32_t);
    left_over *rest = BT_ARENA_NEW(arena, n_types, left_over);
    if (buyers->first == NULL || rest == NULL)
        return false;
    apportion(buyers->demand->weight, n_types, buyers->population, buyers->first, rest);
    buyers->n_blocks = count_blocks(buyers);
    buyers->blocks = BT_ARENA_NEW(arena, buyers->n_blocks, buyer_block);
    buyers->n_arrived = BT_ARENA_NEW(arena, buyers->n_blocks, uint32_t);
    buyers->block_surplus = BT_ARENA_NEW(arena, buyers->n_blocks, double);
    if (buyers->blocks == NULL || buyers->n_arrived == NULL || buyers->block_surplus == NULL)
        return false;
    cut_blocks(buyers);
    return true;
}

static bt_status check_surplus(const bt_demand *demand, int32_t surplus, bt_error *error)
{
    if (surplus == REALISED_SURPLUS && !has_linear_price(demand))
        return bt_fail(error, BT_BAD_INPUT,
                       "buyers: `surplus: realised` is known for a linear price only; with "
                       "another price_transform use `surplus: expected`");
    return BT_OK;
}

static bt_status create(const void *given, const bt_buyers_setting *setting, void **self,
                        bt_error *error)
{
    const logit_parameters *chosen = given;
    bt_status status = check_surplus(setting->demand, chosen->surplus, error);
    if (status != BT_OK)
        return status;
    logit_buyers *buyers = BT_ARENA_NEW(setting->arena, 1, logit_buyers);
    if (buyers == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for buyers");
    buyers->demand = setting->demand;
    buyers->key = setting->key;
    buyers->population = (uint64_t)chosen->population;
    buyers->arrival_probability = chosen->arrival_probability;
    buyers->realises_surplus = chosen->surplus == REALISED_SURPLUS;
    buyers->n_threads = setting->n_threads > 1 ? (size_t)setting->n_threads : 1;
    if (!allocate_population(buyers, setting->arena) ||
        !allocate_tables(buyers, setting->arena) || !allocate_threads(buyers, setting->arena)) {
        destroy(buyers);
        return bt_fail(error, BT_INTERNAL, "out of memory for %lld buyers",
                       (long long)chosen->population);
    }
    *self = buyers;
    return BT_OK;
}

const bt_buyers_type bt_logit_buyers = {
    .described = {.name = "logit",
                  .summary = "A finite population of individual buyers who draw their choices.",
                  .source = "McFadden 1974",
                  .parameters = &parameter_table},
    .is_exact = false,
    .create = create,
    .population = population,
    .unit_mass = unit_mass,
    .serve = serve,
    .destroy = destroy,
};
