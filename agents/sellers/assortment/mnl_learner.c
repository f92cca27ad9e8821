#include "agents/sellers/assortment/mnl_learner.h"

#include <math.h>
#include <string.h>

static const double most_history = 1024.0 * 1024.0 * 1024.0;

static bt_status check(const bt_mnl_learner *learner, const bt_seller_setting *setting,
                       double rounds, bt_error *error)
{
    const bt_mnl_learner_parameters *parameters = learner->parameters;
    if (!(parameters->exploration_low < parameters->exploration_high))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": exploration_low must be below exploration_high, which "
                       "are %g and %g",
                       setting->name, parameters->exploration_low,
                       parameters->exploration_high);
    double bytes =
        bt_mnl_history_bytes(learner->offer.n_features, learner->offer.capacity, rounds);
    if (!(bytes <= most_history))
        return bt_fail(error, BT_BAD_INPUT,
                       "seller \"%s\": remembering %g rounds would take %.1f GiB; at most 1 is "
                       "allowed (ofu_mnl_plus and cap_ons learn without a history)",
                       setting->name, rounds, bytes / most_history);
    return BT_OK;
}

static void choose_exploration(bt_mnl_learner *learner, const bt_seller_setting *setting)
{
    const bt_option *given = &learner->parameters->exploration_rounds;
    bt_stream stream =
        bt_stream_open(setting->key, BT_AGENT_SELLER(setting->seller), BT_MNL_START_PURPOSE);
    double root = sqrt(setting->horizon);
    double rounds = given->chosen < 0 ? given->value : root * (1 + bt_stream_uniform(&stream));
    learner->exploration_rounds = (uint64_t)ceil(fmin(rounds, 1e15));
}

static bool allocate(bt_mnl_learner *learner, size_t rounds, bt_arena *arena)
{
    size_t n = learner->offer.n_features;
    learner->history = bt_mnl_history_create(n, learner->offer.capacity, rounds, arena);
    learner->theta = BT_ARENA_NEW(arena, n, double);
    learner->information = BT_ARENA_NEW(arena, n * n, double);
    learner->covariance = BT_ARENA_NEW(arena, n * n, double);
    learner->gradient = BT_ARENA_NEW(arena, n, double);
    learner->scratch = BT_ARENA_NEW(arena, n * n, double);
    learner->work = BT_ARENA_NEW(arena, 3 * n, double);
    return learner->history != NULL && learner->theta != NULL && learner->information != NULL &&
           learner->covariance != NULL && learner->gradient != NULL &&
           learner->scratch != NULL && learner->work != NULL;
}

static bt_status prepare(bt_mnl_learner *learner, const bt_mnl_learner_parameters *parameters,
                         const char *policy, const bt_seller_setting *setting,
                         bool remembers_all, bt_error *error)
{
    learner->parameters = parameters;
    bt_status status = bt_contextual_offer_create(&learner->offer, policy, setting, error);
    if (status != BT_OK)
        return status;
    choose_exploration(learner, setting);
    double rounds = remembers_all ? setting->horizon
                                  : fmin(setting->horizon, (double)learner->exploration_rounds);
    status = check(learner, setting, rounds, error);
    if (status != BT_OK)
        return status;
    if (!allocate(learner, (size_t)ceil(rounds), setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    size_t n = learner->offer.n_features;
    bt_mnl_set_identity(n, parameters->ridge, learner->information);
    bt_mnl_set_identity(n, 1 / parameters->ridge, learner->covariance);
    learner->next_fit = learner->exploration_rounds;
    uint32_t agent = BT_AGENT_SELLER(setting->seller);
    learner->exploration = bt_stream_open(setting->key, agent, BT_MNL_EXPLORE_PURPOSE);
    learner->draws = bt_stream_open(setting->key, agent, BT_MNL_RULE_PURPOSE);
    return BT_OK;
}

bt_status bt_mnl_learner_create(size_t size, const bt_mnl_learner_parameters *parameters,
                                const char *policy, const bt_seller_setting *setting,
                                bool remembers_all, void **self, bt_error *error)
{
    bt_mnl_learner *learner = bt_arena_allocate(setting->arena, 1, size);
    if (learner == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    *self = learner;
    return prepare(learner, parameters, policy, setting, remembers_all, error);
}

bool bt_mnl_learner_explores(bt_mnl_learner *learner, const bt_seller_view *view,
                             double *own_price)
{
    if (learner->t >= learner->exploration_rounds)
        return false;
    bt_contextual_explore(&learner->offer, view, learner->parameters->exploration_low,
                          learner->parameters->exploration_high, &learner->exploration,
                          own_price);
    return true;
}

void bt_mnl_learner_offer_with_optimism(bt_mnl_learner *learner, const bt_seller_view *view,
                                        double radius_squared, double *own_price)
{
    if (bt_mnl_learner_explores(learner, view, own_price))
        return;
    bt_contextual_value(&learner->offer, view, learner->theta);
    bt_contextual_widen(&learner->offer, view, learner->covariance, radius_squared);
    bt_contextual_offer_plan(&learner->offer, view, 0, own_price);
}

void bt_mnl_learner_fit(bt_mnl_learner *learner)
{
    bt_mnl_fit(learner->history, learner->parameters->ridge, learner->theta);
    double wait = ceil(learner->parameters->refit * (double)learner->t);
    learner->next_fit = learner->t + (uint64_t)fmax(1, wait);
}

static void inform(bt_mnl_learner *learner)
{
    bt_contextual_offer *offer = &learner->offer;
    double n_offered = (double)offer->n_offered;
    if (learner->t < learner->exploration_rounds)
        bt_contextual_inform_evenly(offer, 1 / (n_offered * n_offered), learner->information);
    else
        bt_contextual_inform(offer, learner->theta, 1, learner->information);
    bt_mnl_invert(offer->n_features, learner->information, learner->covariance);
}

bool bt_mnl_learner_observe(void *self, const bt_seller_feedback *feedback)
{
    bt_mnl_learner *learner = self;
    const bt_contextual_offer *offer = &learner->offer;
    bt_mnl_history_add(learner->history, offer->n_offered, offer->feature,
                       bt_contextual_taken(offer, feedback));
    inform(learner);
    learner->t++;
    if (learner->t >= learner->next_fit)
        bt_mnl_learner_fit(learner);
    return true;
}

void bt_mnl_learner_archive(void *self, bt_archive *archive)
{
    bt_mnl_learner *learner = self;
    size_t n = learner->offer.n_features;
    bt_contextual_offer_archive(&learner->offer, archive);
    bt_mnl_history_archive(learner->history, archive);
    bt_archive_field(archive, "theta", learner->theta, n * sizeof(double));
    bt_archive_field(archive, "information", learner->information, n * n * sizeof(double));
    bt_archive_field(archive, "covariance", learner->covariance, n * n * sizeof(double));
    bt_archive_field(archive, "t", &learner->t, sizeof(learner->t));
    bt_archive_field(archive, "next_fit", &learner->next_fit, sizeof(learner->next_fit));
    bt_archive_field(archive, "exploration", &learner->exploration,
                     sizeof(learner->exploration));
    bt_archive_field(archive, "draws", &learner->draws, sizeof(learner->draws));
}
