#include "markets/equilibrium/undominated.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double margin = 1e-12; /* of the largest objective: more than rounding */

typedef struct elimination {
    const bt_grid_game *game;
    bool *survives; /* [seller * most actions] */
    size_t most;
    double margin;
} elimination;

static bool is_in(const elimination *of, size_t joint)
{
    for (size_t i = 0; i < of->game->n_sellers; i++) {
        size_t action = joint / of->game->stride[i] % of->game->n_actions[i];
        if (!of->survives[i * of->most + action])
            return false;
    }
    return true;
}

/* Does `better` bring more than `worse` against whatever survives of the rivals? */
static bool dominates(const elimination *of, size_t seller, size_t better, size_t worse)
{
    const bt_grid_game *game = of->game;
    size_t stride = game->stride[seller], period = stride * game->n_actions[seller];
    for (size_t block = worse * stride; block < game->n_joint; block += period)
        for (size_t joint = block; joint < block + stride; joint++) {
            size_t other = joint + better * stride - worse * stride;
            double gain = game->objective[other * game->n_sellers + seller] -
                          game->objective[joint * game->n_sellers + seller];
            if (gain <= of->margin && is_in(of, joint))
                return false;
        }
    return true;
}

static bool is_dominated(const elimination *of, size_t seller, size_t action)
{
    for (size_t k = 0; k < of->game->n_actions[seller]; k++)
        if (k != action && of->survives[seller * of->most + k] &&
            dominates(of, seller, k, action))
            return true;
    return false;
}

static void eliminate(elimination *of)
{
    for (bool any = true; any;) {
        any = false;
        for (size_t i = 0; i < of->game->n_sellers; i++)
            for (size_t k = 0; k < of->game->n_actions[i]; k++)
                if (of->survives[i * of->most + k] && is_dominated(of, i, k)) {
                    of->survives[i * of->most + k] = false;
                    any = true;
                }
    }
}

/* ---- the game that is left ---- */

static bool lay_out(const elimination *of, bt_grid_game *reduced)
{
    const bt_grid_game *game = of->game;
    size_t *n_actions = calloc(game->n_sellers, sizeof(*n_actions));
    reduced->n_actions = n_actions;
    reduced->stride = calloc(game->n_sellers, sizeof(*reduced->stride));
    if (n_actions == NULL || reduced->stride == NULL)
        return false;
    reduced->n_sellers = game->n_sellers;
    reduced->n_products = game->n_products;
    reduced->n_joint = 1;
    for (size_t i = game->n_sellers; i-- > 0;) {
        for (size_t k = 0; k < game->n_actions[i]; k++)
            n_actions[i] += of->survives[i * of->most + k];
        reduced->stride[i] = reduced->n_joint;
        reduced->n_joint *= n_actions[i];
    }
    reduced->profit = calloc(reduced->n_joint * game->n_sellers, sizeof(double));
    reduced->objective = game->objective == game->profit
                             ? reduced->profit
                             : calloc(reduced->n_joint * game->n_sellers, sizeof(double));
    return reduced->profit != NULL && reduced->objective != NULL;
}

static bt_status reduce(const elimination *of, const double *outcome, bt_grid_game **reduced,
                        double **reduced_outcome, bt_error *error)
{
    bt_grid_game *made = calloc(1, sizeof(*made));
    double *kept = NULL;
    if (made != NULL && lay_out(of, made))
        kept = calloc(made->n_joint, sizeof(*kept));
    if (kept == NULL) {
        bt_grid_game_destroy(made);
        return bt_fail(error, BT_INTERNAL, "out of memory for the undominated actions");
    }
    size_t n_sellers = of->game->n_sellers, next = 0;
    for (size_t joint = 0; joint < of->game->n_joint; joint++) {
        if (!is_in(of, joint))
            continue;
        for (size_t i = 0; i < n_sellers; i++) {
            made->profit[next * n_sellers + i] = of->game->profit[joint * n_sellers + i];
            made->objective[next * n_sellers + i] = of->game->objective[joint * n_sellers + i];
        }
        kept[next++] = outcome[joint];
    }
    *reduced = made;
    *reduced_outcome = kept;
    return BT_OK;
}

bt_status bt_undominated_game(const bt_grid_game *game, const double *outcome,
                              bt_grid_game **reduced, double **reduced_outcome, bt_error *error)
{
    elimination of = {.game = game};
    for (size_t i = 0; i < game->n_sellers; i++)
        of.most = game->n_actions[i] > of.most ? game->n_actions[i] : of.most;
    of.survives = calloc(game->n_sellers * of.most, sizeof(*of.survives));
    if (of.survives == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for the undominated actions");
    for (size_t i = 0; i < game->n_sellers; i++)
        for (size_t k = 0; k < game->n_actions[i]; k++)
            of.survives[i * of.most + k] = true;
    for (size_t k = 0; k < game->n_joint * game->n_sellers; k++)
        of.margin = fmax(of.margin, margin * fabs(game->objective[k]));
    eliminate(&of);
    bt_status status = reduce(&of, outcome, reduced, reduced_outcome, error);
    free(of.survives);
    return status;
}
