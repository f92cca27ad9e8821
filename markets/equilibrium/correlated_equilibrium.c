#include "markets/equilibrium/correlated_equilibrium.h"

#include <glpk.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "markets/equilibrium/regret.h"

static size_t action_of(const bt_grid_game *game, size_t joint, size_t seller)
{
    return joint / game->stride[seller] % game->n_actions[seller];
}

/* The joint action in which `seller` plays `action` instead. */
static size_t with_action(const bt_grid_game *game, size_t joint, size_t seller, size_t action)
{
    size_t own = action_of(game, joint, seller);
    return joint - own * game->stride[seller] + action * game->stride[seller];
}

static double profit_of(const bt_grid_game *game, size_t joint, size_t seller)
{
    return game->objective[joint * game->n_sellers + seller];
}

static double gain_of_deviation(const bt_grid_game *game, size_t joint, size_t seller,
                                size_t action)
{
    return profit_of(game, with_action(game, joint, seller, action), seller) -
           profit_of(game, joint, seller);
}

/* profit[l * n_actions + k] = sum over joint actions with a_i = l of count times the profit
 * of playing k instead. */
static void sum_profits(const bt_grid_game *game, const double *count, size_t seller,
                        double *profit)
{
    size_t n_actions = game->n_actions[seller];
    memset(profit, 0, n_actions * n_actions * sizeof(double));
    for (size_t joint = 0; joint < game->n_joint; joint++) {
        if (!(count[joint] > 0))
            continue;
        double *row = profit + action_of(game, joint, seller) * n_actions;
        for (size_t action = 0; action < n_actions; action++)
            row[action] += count[joint] *
                           profit_of(game, with_action(game, joint, seller, action), seller);
    }
}

bt_status bt_regrets(const bt_grid_game *game, const double *count, double *external,
                     double *swap, bt_error *error)
{
    size_t most = 0;
    double total = 0;
    for (size_t seller = 0; seller < game->n_sellers; seller++)
        most = game->n_actions[seller] > most ? game->n_actions[seller] : most;
    for (size_t joint = 0; joint < game->n_joint; joint++)
        total += count[joint];
    double *profit = malloc(most * most * sizeof(double));
    if (profit == NULL)
        return bt_fail(error, BT_INTERNAL, "regret: out of memory");
    for (size_t seller = 0; seller < game->n_sellers; seller++) {
        sum_profits(game, count, seller, profit);
        external[seller] = bt_external_regret_of(profit, game->n_actions[seller]) / total;
        swap[seller] = bt_swap_regret_of(profit, game->n_actions[seller]) / total;
    }
    free(profit);
    return BT_OK;
}

/* ---- linear programs: one column per joint action, one row per deviation ---- */

typedef struct program {
    const bt_grid_game *game;
    bt_correlation correlation;
    bool has_slack; /* a last column eps: gains may be up to eps */
    glp_prob *problem;
    int *row;      /* of the column being filled, one-based as GLPK counts */
    double *value; /* [row] */
} program;

static size_t rows_of_seller(const program *lp, size_t seller)
{
    size_t n_actions = lp->game->n_actions[seller];
    return lp->correlation == BT_CORRELATED ? n_actions * n_actions : n_actions;
}

static size_t count_deviations(const program *lp)
{
    size_t rows = 0;
    for (size_t seller = 0; seller < lp->game->n_sellers; seller++)
        rows += rows_of_seller(lp, seller);
    return rows;
}

/* The entries of one joint action: its gain in every deviation row of every seller. */
static int fill_column(program *lp, size_t joint)
{
    int entries = 0;
    size_t first = 1;
    for (size_t seller = 0; seller < lp->game->n_sellers; seller++) {
        size_t n_actions = lp->game->n_actions[seller];
        size_t own = action_of(lp->game, joint, seller);
        size_t block = first + (lp->correlation == BT_CORRELATED ? own * n_actions : 0);
        for (size_t action = 0; action < n_actions; action++) {
            double gain = gain_of_deviation(lp->game, joint, seller, action);
            if (gain != 0) {
                entries++;
                lp->row[entries] = (int)(block + action);
                lp->value[entries] = gain;
            }
        }
        first += rows_of_seller(lp, seller);
    }
    return entries;
}

static void add_rows(program *lp, size_t n_deviations, double target)
{
    glp_add_rows(lp->problem, (int)n_deviations + (lp->has_slack ? 2 : 1));
    for (size_t row = 1; row <= n_deviations; row++)
        glp_set_row_bnds(lp->problem, (int)row, GLP_UP, 0, 0);
    glp_set_row_bnds(lp->problem, (int)n_deviations + 1, GLP_FX, 1, 1);
    if (lp->has_slack)
        glp_set_row_bnds(lp->problem, (int)n_deviations + 2, GLP_FX, target, target);
}

static void add_columns(program *lp, size_t n_deviations, const double *outcome)
{
    const bt_grid_game *game = lp->game;
    glp_add_cols(lp->problem, (int)game->n_joint + (lp->has_slack ? 1 : 0));
    for (size_t joint = 0; joint < game->n_joint; joint++) {
        int column = (int)joint + 1;
        int entries = fill_column(lp, joint);
        lp->row[++entries] = (int)n_deviations + 1;
        lp->value[entries] = 1;
        if (lp->has_slack) {
            lp->row[++entries] = (int)n_deviations + 2;
            lp->value[entries] = outcome[joint];
        } else {
            glp_set_obj_coef(lp->problem, column, outcome[joint]);
        }
        glp_set_mat_col(lp->problem, column, entries, lp->row, lp->value);
        glp_set_col_bnds(lp->problem, column, GLP_LO, 0, 0);
    }
    if (lp->has_slack) {
        int column = (int)game->n_joint + 1;
        for (size_t row = 1; row <= n_deviations; row++) {
            lp->row[row] = (int)row;
            lp->value[row] = -1;
        }
        glp_set_mat_col(lp->problem, column, (int)n_deviations, lp->row, lp->value);
        glp_set_col_bnds(lp->problem, column, GLP_FR, 0, 0);
        glp_set_obj_coef(lp->problem, column, 1);
    }
}

static void program_free(program *lp)
{
    glp_delete_prob(lp->problem);
    free(lp->row);
    free(lp->value);
}

static bt_status program_build(program *lp, const double *outcome, double target,
                               bt_error *error)
{
    size_t n_deviations = count_deviations(lp);
    lp->problem = glp_create_prob();
    lp->row = malloc((n_deviations + 3) * sizeof(int));
    lp->value = malloc((n_deviations + 3) * sizeof(double));
    if (lp->row == NULL || lp->value == NULL) {
        program_free(lp);
        return bt_fail(error, BT_INTERNAL, "correlated equilibrium: out of memory");
    }
    add_rows(lp, n_deviations, target);
    add_columns(lp, n_deviations, outcome);
    return BT_OK;
}

static bt_status program_solve(program *lp, int direction, double *optimum, bt_error *error)
{
    glp_smcp control;
    glp_init_smcp(&control);
    control.msg_lev = GLP_MSG_OFF;
    control.tol_bnd = control.tol_dj = 1e-9;
    glp_set_obj_dir(lp->problem, direction);
    glp_scale_prob(lp->problem, GLP_SF_EQ | GLP_SF_GM);
    glp_adv_basis(lp->problem, 0);
    int failure = glp_simplex(lp->problem, &control);
    int state = glp_get_status(lp->problem);
    if (failure == 0 && state == GLP_OPT) {
        *optimum = glp_get_obj_val(lp->problem);
        return BT_OK;
    }
    if (failure == 0 && (state == GLP_NOFEAS || state == GLP_INFEAS))
        return bt_fail(error, BT_BAD_INPUT,
                       "correlated equilibrium: no distribution over joint actions has the "
                       "asked mean outcome");
    return bt_fail(error, BT_INTERNAL,
                   "correlated equilibrium: the simplex method ended with code %d, status %d",
                   failure, state);
}

bt_status bt_correlated_range(const bt_grid_game *game, bt_correlation correlation,
                              const double *outcome, double *low, double *high, bt_error *error)
{
    glp_term_out(GLP_OFF);
    program lp = {.game = game, .correlation = correlation};
    bt_status status = program_build(&lp, outcome, 0, error);
    if (status != BT_OK)
        return status;
    status = program_solve(&lp, GLP_MIN, low, error);
    if (status == BT_OK)
        status = program_solve(&lp, GLP_MAX, high, error);
    program_free(&lp);
    return status;
}

bt_status bt_regret_frontier(const bt_grid_game *game, const double *outcome, double target,
                             double *regret, bt_error *error)
{
    glp_term_out(GLP_OFF);
    program lp = {.game = game, .correlation = BT_COARSE_CORRELATED, .has_slack = true};
    bt_status status = program_build(&lp, outcome, target, error);
    if (status != BT_OK)
        return status;
    status = program_solve(&lp, GLP_MIN, regret, error);
    program_free(&lp);
    return status;
}
