/* Playing listings, many at a time. */
#include <omp.h>
#include <string.h>

#include "markets/bargaining/bargaining_run.h"

/* Plays from here on estimate worths. */
enum { FIRST_WORTH_PLAY = BT_MOST_PLAYS / 2 };

/* One worker at one listing. */
typedef struct listing_task {
    bt_bargaining_run *run;
    bt_negotiation *table;
    bt_tally *tally; /* [seller] */
    uint64_t number;
    bt_listing listing;
    double demand;
    const bt_worth *worth;
    bt_listing_summary *summary; /* [seller] */
} listing_task;

uint64_t bt_bargaining_block_length(const bt_bargaining_run *run)
{
    return run->has_learner ? 1 : BT_BARGAINING_BLOCK;
}

static void summarize(const listing_task *task, const bt_negotiation_result *result,
                      double reward, bt_listing_summary *summary)
{
    double list_price = 0.01 * (double)task->listing.list_price;
    summary->plays++;
    if (result->is_sold) {
        summary->sold++;
        summary->price_share += (double)result->price / (double)task->listing.list_price;
    }
    if (result->is_valid) {
        summary->valid++;
        summary->reward_valid += reward;
    }
    if (result->has_manual_offer) {
        summary->manual++;
        summary->reward_manual += reward;
        summary->payoff_manual += reward * list_price;
    }
}

static void tell(const listing_task *task, const bt_bargainer *seller,
                 const bt_negotiation_result *result, double reward)
{
    bt_bargaining_payoff payoff = {.listing = task->number,
                                   .is_sold = result->is_sold,
                                   .price = 0.01 * (double)result->price,
                                   .reward = reward};
    if (seller->type->learn != NULL)
        seller->type->learn(seller->self, &payoff);
}

static bt_status play_once(listing_task *task, size_t i, uint64_t play, bt_error *error)
{
    const bt_bargaining_run *run = task->run;
    const bt_bargaining_parameters *parameters = run->model->parameters;
    bt_negotiation_result result;
    bt_status status = bt_negotiation_play(task->table, &run->bargainer[i], &result, error);
    if (status != BT_OK)
        return status;
    double share = task->worth->value / (0.01 * (double)task->listing.list_price);
    double reward = bt_tally_reward(&task->listing, &result, share, parameters->discount);
    if (task->number >= (uint64_t)parameters->warm_up)
        bt_tally_add(&task->tally[i], &task->listing, &result, reward);
    summarize(task, &result, reward, &task->summary[i]);
    tell(task, &run->bargainer[i], &result, reward);
    if (run->trace != NULL)
        bt_bargaining_trace_play(run->trace, task->number, play, i, &task->listing, task->worth,
                                 &result);
    return BT_OK;
}

static bt_status play_listing(listing_task *task, bt_worth *worth, bt_error *error)
{
    const bt_bargaining_run *run = task->run;
    const bt_bargaining_parameters *parameters = run->model->parameters;
    bt_listing_draw(&parameters->listings, bt_sim_key(run->sim), task->number,
                    run->model->window, &task->listing, &task->demand);
    bt_listing_address address = {.listing = task->number, .play = FIRST_WORTH_PLAY};
    bt_status status = bt_worth_estimate(
        task->table, &task->listing, task->demand, address, (uint64_t)parameters->worth_plays,
        &run->bargainer[run->reference], parameters->discount, worth, error);
    memset(task->summary, 0, run->n_sellers * sizeof(*task->summary));
    for (uint64_t play = 0; status == BT_OK && play < (uint64_t)parameters->plays; play++) {
        address.play = play;
        bt_negotiation_open(task->table, &task->listing, task->demand, address);
        for (size_t i = 0; status == BT_OK && i < run->n_sellers; i++)
            status = play_once(task, i, play, error);
    }
    return status;
}

static bt_status play_into(bt_bargaining_run *run, int worker, uint64_t at, bt_error *error)
{
    bt_bargaining_block *block = &run->block;
    bool is_alone = run->n_workers == 1;
    listing_task task = {
        .run = run,
        .table = run->table[worker],
        .tally = is_alone ? run->tally : run->worker_tally + (size_t)worker * run->n_sellers,
        .number = block->first + at,
        .worth = &block->worth[at],
        .summary = block->summary + at * run->n_sellers};
    bt_status status = play_listing(&task, &block->worth[at], error);
    block->list_price[at] = 0.01 * (double)task.listing.list_price;
    return status;
}

/* Of a worker's failures the one of the first listing. */
static void note_failure(bt_block_failure *failure, uint64_t at, bt_status status,
                         const bt_error *error)
{
    if (failure->status == BT_OK || at < failure->at)
        *failure = (bt_block_failure){at, status, *error};
}

/* And of all workers', whoever came upon it. */
static bt_status first_failure(const bt_bargaining_run *run, bt_error *error)
{
    const bt_block_failure *first = &run->failure[0];
    for (int worker = 1; worker < run->n_workers; worker++) {
        const bt_block_failure *other = &run->failure[worker];
        if (other->status != BT_OK && (first->status == BT_OK || other->at < first->at))
            first = other;
    }
    if (first->status != BT_OK && error != NULL)
        *error = first->error;
    return first->status;
}

static void merge_workers(bt_bargaining_run *run)
{
    for (int worker = 0; run->n_workers > 1 && worker < run->n_workers; worker++)
        for (size_t i = 0; i < run->n_sellers; i++) {
            bt_tally *tally = &run->worker_tally[(size_t)worker * run->n_sellers + i];
            bt_tally_merge(&run->tally[i], tally);
            memset(tally, 0, sizeof(*tally));
        }
}

bt_status bt_bargaining_play_block(bt_bargaining_run *run, uint64_t first, bt_error *error)
{
    uint64_t most = bt_bargaining_block_length(run), left = run->horizon - first;
    int64_t count = (int64_t)(left < most ? left : most);
    run->block.first = first;
    run->block.count = (uint64_t)count;
#pragma omp parallel for schedule(dynamic, 16) num_threads(run->n_workers)
    for (int64_t at = 0; at < count; at++) {
        int worker = omp_get_thread_num();
        bt_error error_here = {.status = BT_OK};
        bt_status status = play_into(run, worker, (uint64_t)at, &error_here);
        if (status != BT_OK)
            note_failure(&run->failure[worker], (uint64_t)at, status, &error_here);
    }
    merge_workers(run);
    return first_failure(run, error);
}
