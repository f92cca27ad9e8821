#include "markets/market.h"

const bt_axis_grid *bt_axis_grid_of(bt_axis axis)
{
    static const bt_axis_grid count = {
        "threads", "number of threads; the last: so many or more", "1", 5, 0, 1};
    static const bt_axis_grid window = {
        "window", "share of a listing's window that is over", "1", 32, 1.0 / 32, 1.0 / 32};
    static const bt_axis_grid turn = {"turn", "turn of a negotiation", "1", 7, 1, 1};
    static const bt_axis_grid hundredth = {
        "hundredth", "a share in hundredths: of the list price, or conceded", "1", 101, 0,
        0.01};
    switch (axis) {
    case BT_AXIS_SELLER_COUNT:
        return &count;
    case BT_AXIS_SELLER_WINDOW:
        return &window;
    case BT_AXIS_SELLER_TURN:
        return &turn;
    case BT_AXIS_SELLER_HUNDREDTH:
        return &hundredth;
    default:
        return NULL;
    }
}
