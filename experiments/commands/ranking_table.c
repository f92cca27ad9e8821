#include "experiments/commands/ranking_table.h"

#include <math.h>

void bt_ranking_table_print(const bt_ranking_quality *quality, FILE *out)
{
    fprintf(out, "test items of %zu users\n", quality->n_users);
    for (size_t c = 0; c < BT_RANK_CUTS; c++) {
        double rate = quality->hit_rate[c];
        double half = 1.96 * sqrt(rate * (1 - rate) / (double)quality->n_users);
        fprintf(out, "  HR@%-2zu %.4f ±%.4f   NDCG@%-2zu %.4f\n", bt_rank_cut[c], rate, half,
                bt_rank_cut[c], quality->ndcg[c]);
    }
}
