#include "agents/sellers/grid/linear_bandit.h"

#include <cblas.h>
#include <gsl/gsl_sf_legendre.h>

/* A price of product k on [-1, 1], the range of its grid. The last action has the highest
 * prices, the first the lowest. */
static double place_in_range(const bt_grid_bandit *bandit, size_t action, size_t k)
{
    const double *price = bandit->action_price;
    double low = price[k], high = price[(bandit->n_actions - 1) * bandit->n_own + k];
    double place = 2 * (price[action * bandit->n_own + k] - low) / (high - low) - 1;
    return place < -1 ? -1 : (place > 1 ? 1 : place);
}

static void fill_features(bt_linear_bandit *linear, int degree)
{
    const bt_grid_bandit *bandit = &linear->bandit;
    double polynomial[32];
    size_t n_features = linear->regression.n_features;
    for (size_t a = 0; a < bandit->n_actions; a++) {
        double *feature = linear->feature + a * n_features;
        feature[0] = 1;
        for (size_t k = 0; k < bandit->n_own; k++) {
            gsl_sf_legendre_Pl_array(degree, place_in_range(bandit, a, k), polynomial);
            for (size_t d = 0; d < (size_t)degree; d++)
                feature[1 + k * (size_t)degree + d] = polynomial[d + 1];
        }
    }
}

bt_status bt_linear_bandit_create(size_t size, const bt_linear_bandit_parameters *chosen,
                                  const bt_seller_setting *setting, void **self,
                                  bt_error *error)
{
    bt_status status = bt_grid_bandit_create(size, &chosen->bandit, setting, self, error);
    if (status != BT_OK)
        return status;
    bt_linear_bandit *linear = *self;
    size_t n_features = 1 + setting->n_own * (size_t)chosen->degree;
    size_t n_actions = linear->bandit.n_actions;
    linear->feature = BT_ARENA_NEW(setting->arena, n_actions * n_features, double);
    linear->work = BT_ARENA_NEW(setting->arena, n_actions, double);
    if (linear->feature == NULL || linear->work == NULL ||
        !bt_ridge_create(&linear->regression, n_features, chosen->ridge, setting->arena))
        return bt_fail(error, BT_INTERNAL, "out of memory for seller \"%s\"", setting->name);
    fill_features(linear, (int)chosen->degree);
    for (size_t a = 0; a < n_actions; a++) {
        const double *x = linear->feature + a * n_features;
        linear->bandit.score[a] = cblas_ddot((int)n_features, x, 1, x, 1) / chosen->ridge;
    }
    return BT_OK;
}

void bt_linear_bandit_values(const bt_linear_bandit *linear, const double *theta, double *value)
{
    int n_features = (int)linear->regression.n_features;
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)linear->bandit.n_actions, n_features, 1,
                linear->feature, n_features, theta, 1, 0, value, 1);
}

void bt_linear_bandit_observe(bt_linear_bandit *linear, double reward)
{
    bt_grid_bandit *bandit = &linear->bandit;
    bt_ridge *regression = &linear->regression;
    const double *feature = linear->feature + bandit->action * regression->n_features;
    double spread = bt_ridge_observe(regression, feature, reward);
    bt_linear_bandit_values(linear, regression->direction, linear->work);
    bt_linear_bandit_values(linear, regression->theta, bandit->mean);
    for (size_t a = 0; a < bandit->n_actions; a++) {
        double left = bandit->score[a] - linear->work[a] * linear->work[a] / spread;
        bandit->score[a] = left > 0 ? left : 0;
    }
    bandit->times_played[bandit->action] += 1;
}

void bt_linear_bandit_archive(void *self, bt_archive *archive)
{
    bt_linear_bandit *linear = self;
    bt_grid_bandit_archive(&linear->bandit, archive);
    bt_ridge_archive(&linear->regression, archive);
}
