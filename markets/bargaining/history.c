#include "markets/bargaining/history.h"

#include <math.h>

int bt_concession_percent(int64_t price, int64_t own, int64_t other)
{
    if (price == own)
        return 0;
    if (price == other)
        return 100;
    double share = (double)(price - own) / (double)(other - own);
    long percent = lround(100 * share);
    return percent < 1 ? 1 : percent > 99 ? 99 : (int)percent;
}
