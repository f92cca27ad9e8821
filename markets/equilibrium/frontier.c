#include "markets/equilibrium/frontier.h"

#include <glpk.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { EPSILON_COLUMN = 1, MAX_ROUNDS = 2000, MAX_PIVOTS = 200000 };
static const double pays = 1e-11; /* of the largest profit */

/* The program over the columns taken so far. Rows: one per seller and action, then the sum
 * of probabilities, then the mean outcome. Columns: epsilon, then joint actions. */
typedef struct master {
    const bt_grid_game *game;
    const double *outcome;
    double unit; /* profits are divided by it */
    int n_deviations;
    glp_prob *problem;
    bool *is_taken; /* [joint] */
    int *row;       /* [entry] of the column being filled, one-based as GLPK counts */
    double *value;
    double *against; /* [joint] sum_k y_ik pi_i(k, a_-i), by joint actions with a_i = 0 */
    double *price;   /* [joint] reduced costs */
    double weight_of_outcome; /* cost of a column: this times its outcome */
    double bound; /* on the optimum: the program's value and what columns could pay */
} master;

static void free_master(master *of)
{
    if (of->problem != NULL)
        glp_delete_prob(of->problem);
    free(of->is_taken);
    free(of->row);
    free(of->value);
    free(of->against);
    free(of->price);
}

static double largest_profit(const bt_grid_game *game)
{
    double largest = 0;
    for (size_t k = 0; k < game->n_joint * game->n_sellers; k++)
        largest = fmax(largest, fabs(game->objective[k]));
    return largest > 0 ? largest : 1;
}

static bool make_master(const bt_grid_game *game, const double *outcome, master *of)
{
    *of = (master){.game = game, .outcome = outcome, .unit = largest_profit(game)};
    for (size_t i = 0; i < game->n_sellers; i++)
        of->n_deviations += (int)game->n_actions[i];
    size_t n_entries = (size_t)of->n_deviations + 3;
    of->is_taken = calloc(game->n_joint, sizeof(*of->is_taken));
    of->row = malloc(n_entries * sizeof(*of->row));
    of->value = malloc(n_entries * sizeof(*of->value));
    of->against = malloc(game->n_joint * sizeof(*of->against));
    of->price = malloc(game->n_joint * sizeof(*of->price));
    if (of->is_taken == NULL || of->row == NULL || of->value == NULL || of->against == NULL ||
        of->price == NULL)
        return false;
    of->problem = glp_create_prob();
    glp_add_rows(of->problem, of->n_deviations + 2);
    glp_add_cols(of->problem, 1);
    for (int row = 1; row <= of->n_deviations; row++) {
        glp_set_row_bnds(of->problem, row, GLP_UP, 0, 0);
        of->row[row] = row;
        of->value[row] = -1;
    }
    glp_set_row_bnds(of->problem, of->n_deviations + 1, GLP_FX, 1, 1);
    glp_set_row_bnds(of->problem, of->n_deviations + 2, GLP_FR, 0, 0);
    glp_set_mat_col(of->problem, EPSILON_COLUMN, of->n_deviations, of->row, of->value);
    glp_set_col_bnds(of->problem, EPSILON_COLUMN, GLP_FR, 0, 0);
    glp_set_obj_dir(of->problem, GLP_MIN);
    glp_set_obj_coef(of->problem, EPSILON_COLUMN, 1);
    return true;
}

static double profit_of(const master *of, size_t joint, size_t seller)
{
    return of->game->objective[joint * of->game->n_sellers + seller] / of->unit;
}

static size_t action_of(const bt_grid_game *game, size_t joint, size_t seller)
{
    return joint / game->stride[seller] % game->n_actions[seller];
}

static void take_column(master *of, size_t joint)
{
    const bt_grid_game *game = of->game;
    int entries = 0, first = 1;
    for (size_t i = 0; i < game->n_sellers; i++) {
        size_t rivals = joint - action_of(game, joint, i) * game->stride[i];
        double here = profit_of(of, joint, i);
        for (size_t k = 0; k < game->n_actions[i]; k++) {
            double gain = profit_of(of, rivals + k * game->stride[i], i) - here;
            if (gain != 0) {
                of->row[++entries] = first + (int)k;
                of->value[entries] = gain;
            }
        }
        first += (int)game->n_actions[i];
    }
    of->row[++entries] = of->n_deviations + 1;
    of->value[entries] = 1;
    of->row[++entries] = of->n_deviations + 2;
    of->value[entries] = of->outcome[joint];
    int column = glp_add_cols(of->problem, 1);
    glp_set_mat_col(of->problem, column, entries, of->row, of->value);
    glp_set_col_bnds(of->problem, column, GLP_LO, 0, 0);
    glp_set_obj_coef(of->problem, column, of->weight_of_outcome * of->outcome[joint]);
    of->is_taken[joint] = true;
}

/* price[joint] -= sum_k y_ik pi_i(k, a_-i) - Y_i pi_i(a), y the duals of seller i's rows. */
static void add_seller_to_prices(master *of, size_t i, int first)
{
    const bt_grid_game *game = of->game;
    size_t stride = game->stride[i];
    double total = 0;
    for (size_t joint = 0; joint < game->n_joint; joint++)
        of->against[joint] = 0;
    for (size_t k = 0; k < game->n_actions[i]; k++) {
        double dual = glp_get_row_dual(of->problem, first + (int)k);
        total += dual;
        for (size_t joint = 0; dual != 0 && joint < game->n_joint; joint++)
            if (action_of(game, joint, i) == k)
                of->against[joint - k * stride] += dual * profit_of(of, joint, i);
    }
    for (size_t joint = 0; joint < game->n_joint; joint++)
        of->price[joint] -= of->against[joint - action_of(game, joint, i) * stride] -
                            total * profit_of(of, joint, i);
}

static void price_columns(master *of)
{
    const bt_grid_game *game = of->game;
    double of_sum = glp_get_row_dual(of->problem, of->n_deviations + 1);
    double of_mean = glp_get_row_dual(of->problem, of->n_deviations + 2);
    for (size_t joint = 0; joint < game->n_joint; joint++)
        of->price[joint] = (of->weight_of_outcome - of_mean) * of->outcome[joint] - of_sum;
    int first = 1;
    for (size_t i = 0; i < game->n_sellers; i++) {
        add_seller_to_prices(of, i, first);
        first += (int)game->n_actions[i];
    }
}

/* Take the best column of each action of the first seller, where it pays; returns the
 * smallest reduced cost. */
static double take_paying_columns(master *of, bool *any)
{
    const bt_grid_game *game = of->game;
    double smallest = 0;
    *any = false;
    for (size_t k = 0; k < game->n_actions[0]; k++) {
        size_t first = k * game->stride[0], best = first;
        for (size_t joint = first; joint < first + game->stride[0]; joint++)
            best = of->price[joint] < of->price[best] ? joint : best;
        smallest = fmin(smallest, of->price[best]);
        if (of->price[best] < -pays && !of->is_taken[best]) {
            take_column(of, best);
            *any = true;
        }
    }
    return smallest;
}

/* The optimum over the columns taken. After a change of the mean outcome the basis is still
 * dual feasible, after new columns primal. */
static bt_status solve_taken(master *of, bool mean_changed, bt_error *error)
{
    glp_smcp control;
    glp_init_smcp(&control);
    control.msg_lev = GLP_MSG_OFF;
    control.tol_bnd = control.tol_dj = 1e-10;
    control.it_lim = MAX_PIVOTS;
    control.meth = mean_changed ? GLP_DUALP : GLP_PRIMAL;
    int failure = glp_simplex(of->problem, &control);
    if (failure != 0) { /* a basis that has gone bad: begin anew */
        glp_adv_basis(of->problem, 0);
        failure = glp_simplex(of->problem, &control);
    }
    int state = glp_get_status(of->problem);
    if (failure == 0 && state == GLP_OPT)
        return BT_OK;
    return bt_fail(error, BT_INTERNAL,
                   "regret frontier: the simplex method ended with code %d, status %d", failure,
                   state);
}

/* The optimum over all joint actions; of->bound is below it. */
static bt_status solve(master *of, bool mean_changed, bt_error *error)
{
    for (int round = 0; round < MAX_ROUNDS; round++) {
        bt_status status = solve_taken(of, mean_changed && round == 0, error);
        if (status != BT_OK)
            return status;
        bool any;
        double value = glp_get_obj_val(of->problem);
        price_columns(of);
        /* probabilities sum to one, so no column can pay more than the best */
        of->bound = value + take_paying_columns(of, &any);
        if (!any)
            return BT_OK;
    }
    return BT_OK; /* the bound holds, if not tight */
}

/* ---- lines ---- */

typedef struct line {
    double at;
    double value; /* f there, or a little more */
    double intercept;
    double slope;
} line;

static bt_status lay_line(master *of, double at, line *laid, bt_error *error)
{
    glp_set_row_bnds(of->problem, of->n_deviations + 2, GLP_FX, at, at);
    bt_status status = solve(of, true, error);
    if (status != BT_OK)
        return status;
    laid->at = at;
    laid->value = glp_get_obj_val(of->problem);
    laid->slope = glp_get_row_dual(of->problem, of->n_deviations + 2);
    laid->intercept = of->bound - laid->slope * at;
    return BT_OK;
}

static void keep_line(bt_frontier *frontier, const master *of, const line *laid)
{
    frontier->intercept[frontier->n_lines] = laid->intercept * of->unit;
    frontier->slope[frontier->n_lines++] = laid->slope * of->unit;
}

/* Between two lines: where they cross, f may lie above both. */
static bt_status refine(master *of, const line *left, const line *right, double tolerance,
                        bt_frontier *frontier, bt_error *error)
{
    double turn = right->slope - left->slope;
    if (frontier->n_lines == BT_FRONTIER_LINES || !(turn > 0))
        return BT_OK;
    double at = (left->intercept - right->intercept) / turn;
    double chord =
        left->value + (right->value - left->value) * (at - left->at) / (right->at - left->at);
    if (!(at > left->at && at < right->at) ||
        chord - (left->intercept + left->slope * at) <= tolerance)
        return BT_OK;
    line middle;
    bt_status status = lay_line(of, at, &middle, error);
    if (status != BT_OK)
        return status;
    keep_line(frontier, of, &middle);
    status = refine(of, left, &middle, tolerance, frontier, error);
    return status != BT_OK ? status : refine(of, &middle, right, tolerance, frontier, error);
}

static bt_status lay_lines(master *of, double tolerance, bt_frontier *frontier, bt_error *error)
{
    line left, right;
    bt_status status = lay_line(of, frontier->lowest, &left, error);
    if (status == BT_OK)
        status = lay_line(of, frontier->highest, &right, error);
    if (status != BT_OK)
        return status;
    keep_line(frontier, of, &left);
    keep_line(frontier, of, &right);
    return refine(of, &left, &right, tolerance / of->unit, frontier, error);
}

/* ---- the coarse correlated equilibria ---- */

static void weigh_columns(master *of, double of_epsilon, double of_outcome)
{
    of->weight_of_outcome = of_outcome;
    glp_set_obj_coef(of->problem, EPSILON_COLUMN, of_epsilon);
    int column = EPSILON_COLUMN + 1;
    for (; column <= glp_get_num_cols(of->problem); column++) {
        int n_entries = glp_get_mat_col(of->problem, column, of->row, of->value);
        for (int k = 1; k <= n_entries; k++)
            if (of->row[k] == of->n_deviations + 2)
                glp_set_obj_coef(of->problem, column, of_outcome * of->value[k]);
    }
}

/* Smallest and largest mean outcome without regret (or with the least, where there must be
 * some: rounding). */
static bt_status find_coarse_range(master *of, bt_frontier *frontier, bt_error *error)
{
    bt_status status = solve(of, false, error);
    if (status != BT_OK)
        return status;
    double least = fmax(0, glp_get_obj_val(of->problem));
    glp_set_col_bnds(of->problem, EPSILON_COLUMN, GLP_FX, least, least);
    for (int side = 0; side < 2 && status == BT_OK; side++) {
        weigh_columns(of, 0, side == 0 ? 1 : -1);
        status = solve(of, false, error);
        *(side == 0 ? &frontier->coarse_low : &frontier->coarse_high) =
            (side == 0 ? 1 : -1) * glp_get_obj_val(of->problem);
    }
    glp_set_col_bnds(of->problem, EPSILON_COLUMN, GLP_FR, 0, 0);
    weigh_columns(of, 1, 0);
    return status;
}

/* ---- the whole ---- */

static void take_extremes(master *of, bt_frontier *frontier)
{
    size_t low = 0, high = 0;
    for (size_t joint = 1; joint < of->game->n_joint; joint++) {
        low = of->outcome[joint] < of->outcome[low] ? joint : low;
        high = of->outcome[joint] > of->outcome[high] ? joint : high;
    }
    frontier->lowest = of->outcome[low];
    frontier->highest = of->outcome[high];
    take_column(of, low);
    if (high != low)
        take_column(of, high);
}

bt_status bt_frontier_find(const bt_grid_game *game, const double *outcome, double tolerance,
                           bt_frontier *frontier, bt_error *error)
{
    glp_term_out(GLP_OFF);
    *frontier = (bt_frontier){.coarse_low = NAN, .coarse_high = NAN};
    master of;
    bt_status status = BT_OK;
    if (!make_master(game, outcome, &of))
        status = bt_fail(error, BT_INTERNAL, "out of memory for a regret frontier");
    if (status == BT_OK) {
        take_extremes(&of, frontier);
        status = find_coarse_range(&of, frontier, error);
    }
    if (status == BT_OK)
        status = lay_lines(&of, tolerance, frontier, error);
    free_master(&of);
    return status;
}

double bt_frontier_at(const bt_frontier *frontier, double t)
{
    double slack = 1e-12 * (1 + fabs(frontier->highest) + fabs(frontier->lowest));
    if (!(t >= frontier->lowest - slack && t <= frontier->highest + slack))
        return NAN;
    double regret = -INFINITY;
    for (size_t k = 0; k < frontier->n_lines; k++)
        regret = fmax(regret, frontier->intercept[k] + frontier->slope[k] * t);
    return regret;
}
