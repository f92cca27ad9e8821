#include "agents/sellers/continuous/own_price_ols.h"

#include <math.h>

void bt_own_price_ols_add(bt_own_price_ols *ols, double price, double sales)
{
    double off_price = price - ols->mean_price, off_sales = sales - ols->mean_sales;
    ols->count += 1;
    ols->mean_price += off_price / ols->count;
    ols->mean_sales += off_sales / ols->count;
    ols->price_square += off_price * (price - ols->mean_price);
    ols->price_sales += off_price * (sales - ols->mean_sales);
}

double bt_own_price_ols_best(const bt_own_price_ols *ols, double cost)
{
    if (!(ols->price_square > 0))
        return NAN;
    double slope = ols->price_sales / ols->price_square;
    if (!(slope < 0))
        return INFINITY;
    return (cost + ols->mean_price - ols->mean_sales / slope) / 2;
}
