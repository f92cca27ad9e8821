/* From one start to one solution of the first-order conditions. */
#include "markets/equilibrium/equilibrium_solver.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEPTH = 5,
    HISTORY_ROWS = 2 * DEPTH + 4,
    ZETA_STEPS_FIRST = 2,
    HALVINGS = 5,
    POLISHING_STEPS = 2,
    PATIENCE = 200 /* iterations without progress */
};
/* Newton is tried from this residual on. */
static const double NEWTON_RESIDUAL = 0.3;
/* Below this a residual that no longer falls is rounding. */
static const double ROUNDING_RESIDUAL = 1e-9;
/* Prices beyond this multiple of where they started rise without bound. */
static const double RISE_LIMIT = 1e9;

bt_status bt_solver_create(bt_pricing_game *game, bt_solver *solver, bt_error *error)
{
    const size_t n = game->n_products;

    *solver = (bt_solver){.game = game};
    const bt_status status = bt_newton_create(game, &solver->newton, error);
    if (status != BT_OK)
        return status;
    solver->best = calloc(n, sizeof(double));
    solver->trial = calloc(n, sizeof(double));
    solver->history = calloc(HISTORY_ROWS * n, sizeof(double));
    if (solver->best == NULL || solver->trial == NULL || solver->history == NULL) {
        bt_solver_free(solver);
        return bt_fail(error, BT_INTERNAL, "no memory for an equilibrium of %zu prices", n);
    }
    return BT_OK;
}

void bt_solver_free(bt_solver *solver)
{
    bt_newton_free(&solver->newton);
    free(solver->best);
    free(solver->trial);
    free(solver->history);
    *solver = (bt_solver){0};
}

/* The zeta step of a product: its condition over what its own price does to it. */
static double zeta_step(const bt_pricing_game *game, size_t product)
{
    const double *sum = game->sum + BT_SUMS * product;
    const size_t seller = game->ownership->seller[product];
    const bt_value_form form =
        bt_seller_value_form(game->ownership, seller, game->expected[seller]);
    const double scale = sum[BT_SUM_LAMBDA] * fabs(game->value_slope[product]) +
                         game->keep * game->keep * fabs(form.square) * sum[BT_SUM_SHARE];

    return scale > DBL_MIN ? game->gradient[product] / scale : 0;
}

static bool must_stay_positive(const bt_pricing_game *game)
{
    return !game->all_linear;
}

/* price + length * step, for the free products, within bounds where the transform has any:
 * no price falls below a tenth of itself, none goes past where its product sells nothing. */
static void move(const bt_pricing_game *game, const double *price, const double *step,
                 double length, double *moved)
{
    memcpy(moved, price, game->n_products * sizeof *price);
    for (size_t i = 0; i < game->n_free; i++) {
        const uint32_t product = game->free_product[i];
        double next = price[product] + length * step[i];

        if (must_stay_positive(game) && price[product] > 0 && next < price[product] / 10)
            next = price[product] / 10;
        moved[product] = next;
    }
}

/* Evaluate at prices; the residual. */
static double residual_at(bt_solver *solver, const double *price)
{
    bt_pricing_game_evaluate(solver->game, price);
    return bt_pricing_game_residual(solver->game);
}

/* Did a step lose a product that was sold (a budget overstepped)? */
static bool lost_a_product(const bt_pricing_game *game, const double *share_before)
{
    for (size_t i = 0; i < game->n_free; i++)
        if (share_before[i] > 1e-200 && bt_game_share(game, game->free_product[i]) == 0)
            return true;
    return false;
}

static void note_shares(const bt_pricing_game *game, double *share)
{
    for (size_t i = 0; i < game->n_free; i++)
        share[i] = bt_game_share(game, game->free_product[i]);
}

/* One zeta step in place, shortened while it loses a product. */
static double zeta(bt_solver *solver, double *price, double damping)
{
    bt_pricing_game *game = solver->game;
    double *step = solver->newton.step;
    double *share = solver->newton.conditions;
    double residual = NAN;

    for (size_t i = 0; i < game->n_free; i++)
        step[i] = zeta_step(game, game->free_product[i]);
    note_shares(game, share);
    for (int halving = 0; halving < 30; halving++, damping /= 2) {
        move(game, price, step, damping, solver->trial);
        residual = residual_at(solver, solver->trial);
        if (!isnan(residual) && !lost_a_product(game, share))
            break;
    }
    memcpy(price, solver->trial, game->n_products * sizeof *price);
    return residual;
}

/* A Newton step in place if it brings the residual down; NAN (and the game as it was) if
 * not. */
static double newton(bt_solver *solver, double *price, double residual)
{
    bt_pricing_game *game = solver->game;
    double *step = solver->newton.step;
    double length = 1;

    bt_newton_step(&solver->newton);
    for (int halving = 0; halving < HALVINGS; halving++, length /= 4) {
        move(game, price, step, length, solver->trial);
        const double next = residual_at(solver, solver->trial);

        if (next < residual * (1 - 0.1 * length) || next == 0) {
            memcpy(price, solver->trial, game->n_products * sizeof *price);
            return next;
        }
        if (residual < ROUNDING_RESIDUAL)
            break;
    }
    residual_at(solver, price);
    return NAN;
}

static bool is_rising(const bt_pricing_game *game, const double *price, double scale)
{
    for (size_t i = 0; i < game->n_free; i++)
        if (price[game->free_product[i]] > RISE_LIMIT * scale)
            return true;
    return false;
}

static bool is_falling(const bt_pricing_game *game, const double *price, double scale)
{
    for (size_t i = 0; i < game->n_free; i++)
        if (must_stay_positive(game) &&
            fabs(price[game->free_product[i]]) < scale / RISE_LIMIT / RISE_LIMIT)
            return true;
    return false;
}

/* Prices far below zero are Newton's errors, where everything is given away. */
static bool is_lost(const bt_pricing_game *game, const double *price, double scale)
{
    for (size_t i = 0; i < game->n_free; i++)
        if (price[game->free_product[i]] < -1e3 * scale)
            return true;
    return false;
}

static double largest_price(const bt_pricing_game *game, const double *price)
{
    double largest = 0;

    for (size_t i = 0; i < game->n_free; i++) {
        const uint32_t product = game->free_product[i];

        largest = fmax(largest, fabs(price[product]));
        largest = fmax(largest, fabs(game->zero_margin_price[product]));
    }
    return largest > 0 ? largest : 1;
}

/* For tolerances below 1e-12 a last Newton step or two, down to the rounding of the conditions.
 * Returns the steps taken. */
static size_t polish(bt_solver *solver, double *price)
{
    size_t steps = 0;

    if (!solver->newton.factored && solver->residual > 0)
        bt_newton_factor(&solver->newton, price);
    while (solver->residual > 0 && steps < POLISHING_STEPS) {
        const double next = newton(solver, price, solver->residual);

        if (isnan(next))
            break;
        solver->residual = next;
        steps++;
    }
    return steps;
}

/* Zeta and Newton in turn, for markets whose Jacobian can be factored. */
static bt_solver_outcome run_newton(bt_solver *solver, double *price, double tolerance,
                                    size_t max_iterations)
{
    bt_pricing_game *game = solver->game;
    const double scale = largest_price(game, price);
    double residual = residual_at(solver, price);
    double best = residual;
    size_t zeta_steps = ZETA_STEPS_FIRST;
    size_t iteration = 0;
    bool fresh = false;
    bool factored = false;
    bool at_best = true;
    double progress = residual;
    size_t since_progress = 0;

    memcpy(solver->best, price, game->n_products * sizeof *price);
    while (residual > tolerance && iteration++ < max_iterations) {
        if (zeta_steps > 0 || residual > NEWTON_RESIDUAL) {
            residual = zeta(solver, price, 1);
            zeta_steps -= zeta_steps > 0;
            factored = false;
        } else {
            if (!factored) {
                bt_newton_factor(&solver->newton, price);
                factored = fresh = true;
            }
            const double next = newton(solver, price, residual);
            if (!isnan(next)) {
                /* Factors that no longer halve the residual by far are made anew. */
                factored = next < 0.02 * residual;
                residual = next;
                fresh = false;
            } else if (!fresh) {
                factored = false;
            } else if (residual < ROUNDING_RESIDUAL) {
                break;
            } else {
                zeta_steps = 4;
            }
        }
        if (residual < best) {
            best = residual;
            memcpy(solver->best, price, game->n_products * sizeof *price);
            at_best = true;
        } else if (residual != best) {
            at_best = false;
        }
        since_progress = best < 0.9 * progress ? 0 : since_progress + 1;
        progress = best < 0.9 * progress ? best : progress;
        if (is_lost(game, price, scale)) {
            solver->iterations = iteration;
            return BT_STALLED;
        }
        if (isnan(residual) || since_progress > PATIENCE)
            break;
        if (is_rising(game, price, scale)) {
            solver->iterations = iteration;
            return BT_RISING;
        }
        if (is_falling(game, price, scale)) {
            solver->iterations = iteration;
            return BT_FALLING;
        }
    }
    memcpy(price, solver->best, game->n_products * sizeof *price);
    solver->residual = at_best ? best : residual_at(solver, price);
    solver->newton.factored = factored;
    if (solver->residual <= fmax(tolerance, ROUNDING_RESIDUAL) && tolerance < 1e-12)
        iteration += polish(solver, price);
    solver->iterations = iteration;
    return solver->residual <= fmax(tolerance, ROUNDING_RESIDUAL) ? BT_SOLVED : BT_STALLED;
}

/* Solve the normal equations of a small least-squares problem, n <= DEPTH, in place. */
static void solve_small(double matrix[DEPTH][DEPTH], double *vector, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        for (size_t i = k + 1; i < n; i++) {
            const double multiple = matrix[i][k] / matrix[k][k];

            for (size_t c = k; c < n; c++)
                matrix[i][c] -= multiple * matrix[k][c];
            vector[i] -= multiple * vector[k];
        }
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t c = i + 1; c < n; c++)
            vector[i] -= matrix[i][c] * vector[c];
        vector[i] /= matrix[i][i];
    }
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum[4] = {0, 0, 0, 0};

    for (size_t i = 0; i < n; i++)
        sum[i % 4] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Anderson's step: the combination of the last zeta steps whose differences cancel this
 * one best. moves and changes: rows [i * n], the last DEPTH differences of prices and of
 * zeta steps. step[n] is replaced. */
static void mix(const double *moves, const double *changes, size_t depth, size_t n,
                double *step)
{
    double matrix[DEPTH][DEPTH];
    double weight[DEPTH];

    for (size_t i = 0; i < depth; i++) {
        for (size_t k = 0; k < depth; k++)
            matrix[i][k] = dot(changes + i * n, changes + k * n, n);
        matrix[i][i] *= 1 + 1e-10;
        matrix[i][i] += DBL_MIN;
        weight[i] = dot(changes + i * n, step, n);
    }
    solve_small(matrix, weight, depth);
    for (size_t i = 0; i < depth; i++)
        for (size_t k = 0; k < n; k++)
            step[k] -= weight[i] * (moves[i * n + k] + changes[i * n + k]);
}

/* Zeta with Anderson mixing, for large markets. */
static bt_solver_outcome run_anderson(bt_solver *solver, double *price, double tolerance,
                                      size_t max_iterations)
{
    bt_pricing_game *game = solver->game;
    const size_t n = game->n_free;
    const double scale = largest_price(game, price);
    double *moves = solver->history;
    double *changes = moves + DEPTH * n;
    double *step = changes + DEPTH * n;
    double *last_step = step + n;
    double *last_price = last_step + n;
    double residual = residual_at(solver, price);
    double best = residual;
    size_t stored = 0;
    size_t since_best = 0;
    size_t iteration = 0;

    memcpy(solver->best, price, game->n_products * sizeof *price);
    while (residual > tolerance && iteration < max_iterations) {
        for (size_t i = 0; i < n; i++)
            step[i] = zeta_step(game, game->free_product[i]);
        if (iteration++ > 0) {
            const size_t place = stored++ % DEPTH;

            for (size_t i = 0; i < n; i++) {
                moves[place * n + i] = price[game->free_product[i]] - last_price[i];
                changes[place * n + i] = step[i] - last_step[i];
            }
        }
        memcpy(last_step, step, n * sizeof *step);
        for (size_t i = 0; i < n; i++)
            last_price[i] = price[game->free_product[i]];
        if (residual > 10 * best)
            stored = 0;
        mix(moves, changes, stored < DEPTH ? stored : DEPTH, n, step);
        move(game, price, step, 1, solver->trial);
        memcpy(price, solver->trial, game->n_products * sizeof *price);
        residual = residual_at(solver, price);
        since_best++;
        if (residual < best) {
            since_best = residual < best / 2 ? 0 : since_best;
            best = residual;
            memcpy(solver->best, price, game->n_products * sizeof *price);
        }
        if (isnan(residual) || (best < ROUNDING_RESIDUAL && since_best > 2 * DEPTH))
            break;
        if (is_rising(game, price, scale))
            return BT_RISING;
        if (is_falling(game, price, scale))
            return BT_FALLING;
    }
    memcpy(price, solver->best, game->n_products * sizeof *price);
    solver->residual = residual_at(solver, price);
    solver->newton.factored = false;
    solver->iterations = iteration;
    return solver->residual <= fmax(tolerance, ROUNDING_RESIDUAL) ? BT_SOLVED : BT_STALLED;
}

bt_solver_outcome bt_solver_run(bt_solver *solver, double *price, double tolerance,
                                size_t max_iterations)
{
    return solver->game->n_free <= BT_NEWTON_LIMIT
               ? run_newton(solver, price, tolerance, max_iterations)
               : run_anderson(solver, price, tolerance, max_iterations);
}
