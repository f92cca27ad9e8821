#include "markets/bargaining/worth.h"

#include <math.h>

bt_worth bt_worth_of(uint64_t n_plays, uint64_t n_sales, double price_sum, double price_squares,
                     double discount)
{
    bt_worth worth = {.price_error = NAN, .value_error = NAN};
    if (n_plays == 0 || n_sales == 0)
        return worth;
    double n = (double)n_plays, sales = (double)n_sales;
    double p = worth.sale_probability = sales / n;
    worth.sale_probability_error = sqrt(p * (1 - p) / n);
    double x = worth.price = price_sum / sales;
    double scale = 1 - discount * (1 - p);
    worth.value = p * x / scale;
    if (n_sales < 2)
        return worth;
    double variance = fmax(0, price_squares - sales * x * x) / (sales - 1);
    worth.price_error = sqrt(variance / sales);
    double by_p = x * (1 - discount) / (scale * scale), by_x = p / scale;
    worth.value_error = hypot(by_p * worth.sale_probability_error, by_x * worth.price_error);
    return worth;
}

bt_status bt_worth_estimate(bt_negotiation *negotiation, const bt_listing *listing,
                            double demand, bt_listing_address first_play, uint64_t n_plays,
                            const bt_bargainer *reference, double discount, bt_worth *worth,
                            bt_error *error)
{
    uint64_t n_sales = 0;
    double sum = 0, squares = 0;
    bt_listing_address address = first_play;
    for (uint64_t k = 0; k < n_plays; k++, address.play++) {
        bt_negotiation_result result;
        bt_negotiation_open(negotiation, listing, demand, address);
        bt_status status = bt_negotiation_play(negotiation, reference, &result, error);
        if (status != BT_OK)
            return status;
        double price = 0.01 * (double)result.price;
        n_sales += result.is_sold;
        sum += price;
        squares += price * price;
    }
    *worth = bt_worth_of(n_plays, n_sales, sum, squares, discount);
    return BT_OK;
}
