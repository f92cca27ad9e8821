/*
 * The event-driven posted-price market.
 *
 * A seller's move (settle accounts, observe, decide) and the posting of what was decided
 * are two events at one time, so that sellers who move at the same instant move
 * simultaneously. Between two postings prices stand: exact demand flows, sampled buyers
 * arrive as a Poisson process whose n-th gap and n-th buyer are addressed draws, so that
 * it does not matter into how many batches arrivals are cut.
 */
#include "markets/posted_price/posted_price_audit.h"

#include <math.h>
#include <string.h>

#include "markets/demand/choice.h"

enum { REPRICED = 1, SOLD = 2 };       /* kinds in the fingerprint */
enum { MOVE_PRIORITY, POST_PRIORITY }; /* at equal times */
enum { LOOK_AHEAD = 4096 };            /* arrivals: for clocks that count sales, and traced */

typedef struct bt_arrival_process {
    double rate;             /* arrivals a day */
    double next_time;        /* of arrival number `served` */
    uint64_t served;         /* arrivals so far */
    double settled_until;    /* what sellers will be told reaches so far */
    double recorded_until;   /* what will be recorded reaches so far */
    double *unsettled_sales; /* [product] units since then, for the fingerprint */
    bt_event post;           /* pending */
    bt_event look;           /* pending: look again for sales that ring a clock */
    bt_action_id change_action;
    bt_action_id move_action;
    bt_action_id post_action;
    bt_action_id look_action;
    /* looking ahead, and tracing */
    uint32_t *choice; /* [LOOK_AHEAD] */
    uint32_t *buyer;  /* [LOOK_AHEAD] */
    double *scratch_sales;
    double *count; /* [seller] */
} arrival_process;

/* ---- arrivals ---- */

static double gap(const bt_posted_price *market, uint64_t arrival)
{
    uint64_t bits =
        bt_random_at(bt_sim_key(market->sim), BT_AGENT_MARKET, BT_GAP_PURPOSE, arrival);
    return -log1p(-bt_unit_interval(bits)) / market->arrivals->rate;
}

static uint64_t count_arrivals_until(bt_posted_price *market, double time)
{
    arrival_process *arrivals = market->arrivals;
    uint64_t next = arrivals->served;
    while (arrivals->next_time <= time)
        arrivals->next_time += gap(market, ++next);
    uint64_t count = next - arrivals->served;
    arrivals->served = next;
    return count;
}

static void clear_purchases(bt_posted_price *market)
{
    memset(market->purchases.sales, 0, market->n_products * sizeof(double));
    market->purchases.consumer_surplus = 0;
    market->purchases.n_buyers = 0;
}

/* Serve a batch in parts whose choices and buyers are kept, and note who bought what and
 * when; the first arrived at `time`. */
static void serve_and_trace(bt_posted_price *market, const bt_arrivals *batch, double time)
{
    bt_purchases traced = market->purchases;
    traced.choice = market->arrivals->choice;
    traced.buyer = market->arrivals->buyer;
    for (size_t begin = 0; begin < batch->count; begin += LOOK_AHEAD) {
        bt_arrivals part = *batch;
        part.first += begin;
        part.count = batch->count - begin < LOOK_AHEAD ? batch->count - begin : LOOK_AHEAD;
        market->buyers_type->serve(market->buyers, &part, &traced);
        for (size_t k = 0; k < part.count; k++) {
            if (traced.choice[k] != BT_CHOSE_OUTSIDE)
                bt_trace_purchase(market, time, traced.buyer[k], traced.choice[k]);
            time += gap(market, part.first + k + 1);
        }
    }
    market->purchases.consumer_surplus = traced.consumer_surplus;
    market->purchases.n_buyers = traced.n_buyers;
}

/* Serve the sampled buyers who came until now. */
static void serve_arrivals(bt_posted_price *market)
{
    arrival_process *process = market->arrivals;
    double now = bt_sim_now(market->sim);
    double first_time = process->next_time;
    uint64_t first = process->served;
    bt_arrivals batch = {.price = market->offer,
                         .duration = now - process->recorded_until,
                         .first = first,
                         .count = count_arrivals_until(market, now)};
    clear_purchases(market);
    if (batch.count > 0 && market->trace != NULL)
        serve_and_trace(market, &batch, first_time);
    else if (batch.count > 0)
        market->buyers_type->serve(market->buyers, &batch, &market->purchases);
    bt_book_profits(market);
    for (size_t j = 0; j < market->n_products; j++)
        process->unsettled_sales[j] += market->purchases.sales[j];
    for (size_t i = 0; i < market->n_sellers; i++)
        bt_owe_seller(market, i, 1, 0);
}

void bt_posted_price_catch_up(bt_posted_price *market)
{
    arrival_process *process = market->arrivals;
    double now = bt_sim_now(market->sim);
    double duration = now - process->recorded_until;
    if (duration <= 0)
        return;
    bool is_exact = market->buyers_type->is_exact;
    if (is_exact)
        bt_meet_demand(market, 0);
    else
        serve_arrivals(market);
    bt_note_for_record(market, is_exact ? duration : 1, duration);
    bt_audit_note(market, duration);
    process->recorded_until = now;
}

/* ---- settling accounts with sellers ---- */

static void note_sales(bt_posted_price *market)
{
    double *sales = market->arrivals->unsettled_sales;
    for (size_t j = 0; j < market->n_products; j++) {
        if (sales[j] > 0)
            bt_sim_note(market->sim, SOLD, (uint32_t)j, (uint64_t)sales[j]);
        sales[j] = 0;
    }
}

/* Bring what all sellers will be told up to now. */
static void settle(bt_posted_price *market)
{
    bt_posted_price_catch_up(market);
    arrival_process *process = market->arrivals;
    double now = bt_sim_now(market->sim);
    double duration = now - process->settled_until;
    if (duration <= 0)
        return;
    double flow = market->buyers_type->is_exact ? duration : 0;
    if (market->buyers_type->is_exact)
        bt_trace_sales(market, market->price, market->purchases.sales, duration);
    for (size_t i = 0; i < market->n_sellers; i++)
        bt_owe_seller(market, i, flow, duration);
    process->settled_until = now;
    note_sales(market);
}

/* ---- clocks ---- */

/* The time of the next move; INFINITY: sales will tell. */
static double next_move(bt_market_seller *seller, double now)
{
    double every = seller->repricing.value, offset = seller->repricing.offset;
    switch (seller->repricing.kind) {
    case BT_REPRICE_EVERY: {
        if (now < offset)
            return offset;
        double k = floor((now - offset) / every);
        while (offset + k * every <= now)
            k++;
        return offset + k * every;
    }
    case BT_REPRICE_POISSON:
        return now + bt_stream_exponential(&seller->clock) / every;
    case BT_REPRICE_AFTER_SALES:
        break;
    }
    return INFINITY;
}

static void schedule_move(bt_posted_price *market, size_t i, double time)
{
    bt_market_seller *seller = &market->seller[i];
    seller->next_due = time;
    if (isfinite(time))
        seller->event = bt_sim_schedule(market->sim, time, MOVE_PRIORITY,
                                        market->arrivals->move_action, i, NULL);
}

static bool counts_sales(const bt_market_seller *seller)
{
    return seller->type != NULL && seller->repricing.kind == BT_REPRICE_AFTER_SALES;
}

static double sales_rate(const bt_posted_price *market, const bt_market_seller *seller)
{
    double rate = 0;
    for (size_t k = 0; k < seller->n_owned; k++)
        rate += market->purchases.sales[seller->owned_product[k]];
    return rate;
}

/* Exact demand: sales flow, so the moment of the k-th is known. */
static void foresee_by_flow(bt_posted_price *market)
{
    bt_meet_demand(market, 0);
    for (size_t i = 0; i < market->n_sellers; i++) {
        bt_market_seller *seller = &market->seller[i];
        if (!counts_sales(seller))
            continue;
        bt_sim_cancel(market->sim, seller->event);
        double missing = fmax(0, seller->repricing.value - bt_units_sold(seller));
        double rate = sales_rate(market, seller);
        double now = bt_sim_now(market->sim);
        schedule_move(market, i,
                      rate > 0 ? nextafter(now, INFINITY) + missing / rate : INFINITY);
    }
}

/* The seller whose count of sales the choice completes, or n_sellers. */
static size_t count_choice(bt_posted_price *market, uint32_t choice)
{
    if (choice == BT_CHOSE_OUTSIDE)
        return market->n_sellers;
    size_t i = market->model->layout.product_seller[choice];
    const bt_market_seller *seller = &market->seller[i];
    double count = ++market->arrivals->count[i];
    return counts_sales(seller) && count >= seller->repricing.value ? i : market->n_sellers;
}

/* Sampled buyers: serve the next arrivals on trial; their draws are addressed, so they
 * will choose the same when they come. */
static void foresee_by_trial(bt_posted_price *market)
{
    arrival_process *process = market->arrivals;
    bt_sim_cancel(market->sim, process->look);
    for (size_t i = 0; i < market->n_sellers; i++) {
        process->count[i] = bt_units_sold(&market->seller[i]);
        if (counts_sales(&market->seller[i]))
            bt_sim_cancel(market->sim, market->seller[i].event);
    }
    bt_purchases trial = {.sales = process->scratch_sales, .choice = process->choice};
    bt_arrivals batch = {.price = market->offer, .first = process->served, .count = LOOK_AHEAD};
    market->buyers_type->serve(market->buyers, &batch, &trial);
    double time = process->next_time, limit = bt_sim_next_time(market->sim);
    for (uint64_t k = 0; k < LOOK_AHEAD && time < limit; k++) {
        size_t ringing = count_choice(market, process->choice[k]);
        if (ringing < market->n_sellers) {
            schedule_move(market, ringing, time);
            return;
        }
        if (k + 1 == LOOK_AHEAD)
            process->look = bt_sim_schedule(market->sim, time, POST_PRIORITY,
                                            process->look_action, 0, NULL);
        time += gap(market, process->served + k + 1);
    }
}

static void foresee_sales(bt_posted_price *market)
{
    bool any = false;
    for (size_t i = 0; i < market->n_sellers; i++)
        any = any || counts_sales(&market->seller[i]);
    if (!any)
        return;
    if (market->buyers_type->is_exact)
        foresee_by_flow(market);
    else
        foresee_by_trial(market);
}

/* ---- events ---- */

static void note_prices(bt_posted_price *market, const bt_market_seller *seller)
{
    for (size_t k = 0; k < seller->n_own; k++) {
        uint64_t bits;
        memcpy(&bits, &seller->own_price[k], sizeof(bits));
        bt_sim_note(market->sim, REPRICED, seller->own_product[k], bits);
    }
}

static void schedule_post(bt_posted_price *market)
{
    if (!bt_sim_is_pending(market->sim, market->arrivals->post))
        market->arrivals->post =
            bt_sim_schedule(market->sim, bt_sim_now(market->sim), POST_PRIORITY,
                            market->arrivals->post_action, 0, NULL);
}

static void ask(bt_posted_price *market, size_t i)
{
    bt_market_seller *seller = &market->seller[i];
    double now = bt_sim_now(market->sim);
    bt_ask_seller(market, i, now);
    note_prices(market, seller);
    bt_trace_offers(market, i);
    seller->event = 0;
    schedule_move(market, i, seller->type == NULL ? INFINITY : next_move(seller, now));
    schedule_post(market);
}

static void schedule_change(bt_posted_price *market, size_t i)
{
    bt_market_seller *seller = &market->seller[i];
    seller->change = 0;
    if (isfinite(seller->next_change))
        seller->change = bt_sim_schedule(market->sim, seller->next_change, MOVE_PRIORITY,
                                         market->arrivals->change_action, i, NULL);
}

static void open_market(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)sim;
    (void)argument;
    bt_posted_price *market = subject;
    for (size_t i = 0; i < market->n_sellers; i++) {
        schedule_change(market, i);
        if (market->seller[i].is_present)
            ask(market, i);
    }
    schedule_post(market);
}

/* Seller i comes, and is asked for prices at once, or goes, and is asked no more. */
static void change_seller(bt_sim *sim, void *subject, uint64_t i)
{
    bt_posted_price *market = subject;
    settle(market);
    bt_sim_cancel(sim, market->seller[i].event);
    bt_presence_change(market, i, bt_sim_now(sim));
    if (market->seller[i].is_present)
        ask(market, i);
    schedule_post(market);
    schedule_change(market, i);
}

static void move(bt_sim *sim, void *subject, uint64_t i)
{
    bt_posted_price *market = subject;
    settle(market);
    if (bt_sim_now(sim) > market->seller[i].since.start)
        bt_tell_seller(market, i, bt_sim_now(sim));
    ask(market, i);
}

static void post(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)sim;
    (void)argument;
    bt_posted_price *market = subject;
    bt_post_prices(market);
    market->periods++;
    foresee_sales(market);
}

static void look_again(bt_sim *sim, void *subject, uint64_t argument)
{
    (void)sim;
    (void)argument;
    bt_posted_price *market = subject;
    bt_posted_price_catch_up(market);
    foresee_sales(market);
}

/* ---- life ---- */

static double arrival_rate(const bt_posted_price *market)
{
    const bt_posted_price_parameters *parameters = market->model->parameters;
    if (parameters->has_arrivals)
        return parameters->arrivals.value;
    return (double)market->buyers_type->population(market->buyers);
}

static bt_status check_clocks(const bt_posted_price *market, bt_error *error)
{
    for (size_t i = 0; i < market->n_sellers; i++)
        if (market->seller[i].type != NULL && !(market->seller[i].repricing.value > 0))
            return bt_fail(
                error, BT_BAD_INPUT, "seller \"%s\": `reprice` must be above 0, not %g",
                market->model->layout.seller_name[i], market->seller[i].repricing.value);
    return BT_OK;
}

static arrival_process *create_process(bt_posted_price *market, bt_arena *arena)
{
    arrival_process *process = BT_ARENA_NEW(arena, 1, arrival_process);
    if (process == NULL)
        return NULL;
    process->unsettled_sales = BT_ARENA_NEW(arena, market->n_products, double);
    process->scratch_sales = BT_ARENA_NEW(arena, market->n_products, double);
    process->count = BT_ARENA_NEW(arena, market->n_sellers, double);
    process->choice = BT_ARENA_NEW(arena, LOOK_AHEAD, uint32_t);
    process->buyer = BT_ARENA_NEW(arena, LOOK_AHEAD, uint32_t);
    bool is_complete = process->unsettled_sales != NULL && process->scratch_sales != NULL &&
                       process->count != NULL && process->choice != NULL &&
                       process->buyer != NULL;
    return is_complete ? process : NULL;
}

bt_status bt_posted_price_start_event_driven(bt_posted_price *market, bt_arena *arena,
                                             bt_error *error)
{
    bt_status status = check_clocks(market, error);
    if (status != BT_OK)
        return status;
    market->arrivals = create_process(market, arena);
    if (market->arrivals == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the arrivals of a market");
    arrival_process *process = market->arrivals;
    if (!market->buyers_type->is_exact) {
        process->rate = arrival_rate(market);
        process->next_time = gap(market, 0);
        market->unit_mass = market->model->demand->size / process->rate;
    }
    process->change_action = bt_sim_register(market->sim, change_seller, market);
    process->move_action = bt_sim_register(market->sim, move, market);
    process->post_action = bt_sim_register(market->sim, post, market);
    process->look_action = bt_sim_register(market->sim, look_again, market);
    bt_action_id open = bt_sim_register(market->sim, open_market, market);
    return bt_sim_schedule(market->sim, 0, MOVE_PRIORITY, open, 0, error) == 0 ? BT_INTERNAL
                                                                               : BT_OK;
}

void bt_posted_price_archive_events(bt_posted_price *market, bt_archive *archive)
{
    arrival_process *process = market->arrivals;
    bt_archive_field(archive, "next_arrival", &process->next_time, sizeof(double));
    bt_archive_field(archive, "arrivals", &process->served, sizeof(process->served));
    bt_archive_field(archive, "settled_until", &process->settled_until, sizeof(double));
    bt_archive_field(archive, "recorded_until", &process->recorded_until, sizeof(double));
    bt_archive_field(archive, "unsettled_sales", process->unsettled_sales,
                     market->n_products * sizeof(double));
    bt_archive_field(archive, "post", &process->post, sizeof(process->post));
    bt_archive_field(archive, "look", &process->look, sizeof(process->look));
}
