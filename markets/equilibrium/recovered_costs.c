#include "markets/equilibrium/recovered_costs.h"

#include <math.h>
#include <stdlib.h>

#include <lapacke.h>

typedef struct recovery {
    const bt_demand *demand;
    const bt_ownership *ownership;
    const double *price;
    double *share;    /* [product] */
    double *jacobian; /* [product * product] d share_j / d price_k, row j */
    double *system;   /* [own * own] */
    double *margin;   /* [own] */
    lapack_int *pivot;
    size_t *own; /* [own] a seller's products */
} recovery;

static bool allocate(recovery *of)
{
    size_t n = of->demand->n_products;
    of->share = calloc(2 * n + 2 * n * n, sizeof(double));
    of->pivot = calloc(n, sizeof(*of->pivot));
    of->own = calloc(n, sizeof(*of->own));
    if (of->share == NULL || of->pivot == NULL || of->own == NULL)
        return false;
    of->margin = of->share + n;
    of->jacobian = of->margin + n;
    of->system = of->jacobian + n * n;
    return true;
}

static void release(recovery *of)
{
    free(of->share);
    free(of->pivot);
    free(of->own);
}

static size_t list_products(recovery *of, size_t seller)
{
    size_t count = 0;
    for (size_t j = 0; j < of->demand->n_products; j++)
        if (of->ownership->seller[j] == seller)
            of->own[count++] = j;
    return count;
}

static bt_status recover(recovery *of, size_t seller, double *cost, bt_error *error)
{
    const bt_ownership *ownership = of->ownership;
    size_t count = list_products(of, seller), n = of->demand->n_products;
    double kept = 1 - ownership->fee_ad_valorem;
    for (size_t j = 0; j < count; j++) {
        for (size_t k = 0; k < count; k++)
            of->system[j * count + k] = of->jacobian[of->own[k] * n + of->own[j]];
        of->margin[j] = -kept * of->share[of->own[j]];
    }
    lapack_int order = (lapack_int)count;
    if (count > 0 && LAPACKE_dgesv(LAPACK_ROW_MAJOR, order, 1, of->system, order, of->pivot,
                                   of->margin, 1) != 0)
        return bt_fail(error, BT_BAD_INPUT,
                       "no costs explain the prices of seller %zu: some product of it sells "
                       "nothing at them",
                       seller);
    for (size_t j = 0; j < count; j++)
        cost[of->own[j]] =
            kept * of->price[of->own[j]] - ownership->fee_per_unit - of->margin[j];
    return BT_OK;
}

bt_status bt_recover_costs(const bt_demand *demand, const bt_ownership *ownership,
                           const double *price, double *cost, bt_error *error)
{
    recovery of = {.demand = demand, .ownership = ownership, .price = price};
    bt_demand_work *work = bt_demand_work_create(demand);
    bt_status status = BT_OK;
    double outside;
    if (work == NULL || !allocate(&of))
        status = bt_fail(error, BT_INTERNAL, "out of memory for the costs of %zu products",
                         demand->n_products);
    if (status == BT_OK) {
        bt_demand_shares(demand, price, of.share, &outside, NULL, work);
        bt_demand_jacobian(demand, price, of.jacobian, work);
    }
    for (size_t i = 0; status == BT_OK && i < ownership->n_sellers; i++)
        status = recover(&of, i, cost, error);
    release(&of);
    bt_demand_work_destroy(work);
    return status;
}
