#include "experiments/commands/equilibrium_report.h"

#include <math.h>

#include "experiments/document/canonical.h"
#include "sim/json.h"

double bt_consumer_surplus_of(const bt_price_point *point)
{
    const bt_welfare *welfare = &point->welfare;
    return isnan(welfare->consumer_surplus) ? welfare->consumer_surplus_over_outside
                                            : welfare->consumer_surplus;
}

/* ---- quantities ---- */

typedef enum quantity_axis { BY_PRODUCT, BY_SELLER } quantity_axis;

/* A vector of a price point. */
typedef struct vector_quantity {
    const char *name;
    quantity_axis axis;
    const double *value;
} vector_quantity;

/* A single number of a price point. */
typedef struct scalar_quantity {
    const char *name;
    double value;
} scalar_quantity;

enum { N_VECTORS = 7, N_SCALARS = 11 };

static void list_vectors(const bt_price_point *point, vector_quantity list[N_VECTORS])
{
    const vector_quantity all[N_VECTORS] = {
        {"prices", BY_PRODUCT, point->price},
        {"shares", BY_PRODUCT, point->share},
        {"markups", BY_PRODUCT, point->markup},
        {"margins", BY_PRODUCT, point->margin},
        {"elasticities", BY_PRODUCT, point->elasticity},
        {"profits", BY_SELLER, point->profit},
        {"objectives", BY_SELLER, point->objective},
    };
    for (size_t i = 0; i < N_VECTORS; i++)
        list[i] = all[i];
}

static void list_scalars(const bt_price_point *point, scalar_quantity list[N_SCALARS])
{
    const bt_welfare *welfare = &point->welfare;
    const scalar_quantity all[N_SCALARS] = {
        {"outside_share", point->outside_share},
        {"consumer_surplus", bt_consumer_surplus_of(point)},
        {"consumer_surplus_over_outside", welfare->consumer_surplus_over_outside},
        {"producer_surplus", welfare->producer_surplus},
        {"producer_surplus_before_fees", welfare->producer_surplus_before_fees},
        {"platform_revenue", welfare->platform_revenue},
        {"welfare", welfare->total},
        {"hhi", point->hhi},
        {"foc_residual", point->foc_residual},
        {"price_error_bound", point->price_error_bound},
        {"exploitability", point->exploitability},
    };
    for (size_t i = 0; i < N_SCALARS; i++)
        list[i] = all[i];
}

static size_t length_of(const bt_equilibrium_report *report, quantity_axis axis)
{
    return axis == BY_PRODUCT ? report->n_products : report->n_sellers;
}

/* ---- JSON ---- */

static void json_deviation(bt_json *json, const bt_equilibrium_report *report,
                           const bt_price_point *point)
{
    if (point->is_equilibrium || point->deviation.price == NULL)
        return;
    bt_json_begin_object(json, "deviation");
    bt_json_text(json, "seller", report->seller_name[point->deviation.seller]);
    bt_json_numbers(json, "prices", point->deviation.price, report->n_products);
    bt_json_number(json, "gain", point->deviation.gain);
    bt_json_end(json);
}

static void json_members(bt_json *json, const bt_equilibrium_report *report,
                         const bt_price_point *point)
{
    vector_quantity vectors[N_VECTORS];
    scalar_quantity scalars[N_SCALARS];
    list_vectors(point, vectors);
    list_scalars(point, scalars);
    for (size_t i = 0; i < N_VECTORS; i++)
        bt_json_numbers(json, vectors[i].name, vectors[i].value,
                        length_of(report, vectors[i].axis));
    for (size_t i = 0; i < N_SCALARS; i++)
        bt_json_number(json, scalars[i].name, scalars[i].value);
    bt_json_integer(json, "iterations", (int64_t)point->iterations);
}

/* The members, and what the sellers' certificate says. */
static void json_certified(bt_json *json, const bt_equilibrium_report *report,
                           const bt_price_point *point)
{
    json_members(json, report, point);
    bt_json_boolean(json, "is_equilibrium", point->is_equilibrium);
    json_deviation(json, report, point);
}

static void json_benchmark(bt_json *json, const char *key, const bt_equilibrium_report *report,
                           const bt_price_point *point)
{
    bt_json_begin_object(json, key);
    json_members(json, report, point);
    bt_json_end(json);
}

static void json_points(bt_json *json, const char *key, const bt_equilibrium_report *report,
                        const bt_price_point *points, size_t count)
{
    bt_json_begin_array(json, key);
    for (size_t i = 0; i < count; i++) {
        bt_json_begin_object(json, NULL);
        json_certified(json, report, &points[i]);
        bt_json_end(json);
    }
    bt_json_end(json);
}

static void json_names(bt_json *json, const char *key, const char *const *names, size_t count)
{
    bt_json_begin_flat_array(json, key);
    for (size_t i = 0; i < count; i++)
        bt_json_text(json, NULL, names[i]);
    bt_json_end(json);
}

static void json_cycle(bt_json *json, const bt_equilibrium_report *report)
{
    const bt_equilibrium_result *result = report->result;
    bt_json_begin_array(json, "cycle");
    for (size_t i = 0; i < result->cycle_length; i++)
        bt_json_numbers(json, NULL, result->cycle_price + i * report->n_products,
                        report->n_products);
    bt_json_end(json);
}

static void json_result(bt_json *json, const bt_equilibrium_report *report)
{
    const bt_equilibrium_result *result = report->result;
    bt_json_text(json, "verdict", bt_equilibrium_verdict_name(result->verdict));
    bt_json_text(json, "reason", result->reason);
    json_points(json, "equilibria", report, result->point, result->n_points);
    json_points(json, "rejected", report, result->rejected, result->n_rejected);
    json_cycle(json, report);
    json_benchmark(json, "joint_profit", report, report->joint_profit);
    json_benchmark(json, "first_best", report, report->first_best);
    if (report->observed != NULL) {
        bt_json_begin_object(json, "observed");
        json_certified(json, report, report->observed);
        bt_json_end(json);
    }
}

bt_status bt_equilibrium_report_json(const bt_equilibrium_report *report, FILE *out,
                                     bt_error *error)
{
    bt_json json = bt_json_to(out);
    bt_json_begin_object(&json, NULL);
    json_names(&json, "products", report->product_name, report->n_products);
    json_names(&json, "sellers", report->seller_name, report->n_sellers);
    if (report->result != NULL)
        json_result(&json, report);
    else
        json_certified(&json, report, report->evaluated);
    bt_json_end(&json);
    return bt_json_finish(&json, error);
}

/* ---- CSV ---- */

/* RFC 4180: quoted where that is needed. */
static void csv_text(FILE *out, const char *text)
{
    bool plain = true;
    for (const char *c = text; *c != '\0'; c++)
        plain = plain && *c != ',' && *c != '"' && *c != '\n' && *c != '\r';
    if (plain) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* The point that rows are about. */
typedef struct csv_point {
    FILE *out;
    const char *name;
    size_t index;
} csv_point;

static void csv_row(const csv_point *point, const char *quantity, const char *product,
                    const char *seller, double value)
{
    fprintf(point->out, "%s,%zu,%s,", point->name, point->index, quantity);
    csv_text(point->out, product);
    fputc(',', point->out);
    csv_text(point->out, seller);
    if (isfinite(value))
        fprintf(point->out, ",%.17g\n", value);
    else
        fputs(",\n", point->out);
}

static void csv_vector(const csv_point *row, const bt_equilibrium_report *report,
                       const vector_quantity *vector)
{
    for (size_t k = 0; k < length_of(report, vector->axis); k++) {
        bool by_product = vector->axis == BY_PRODUCT;
        size_t seller = by_product ? report->product_seller[k] : k;
        csv_row(row, vector->name, by_product ? report->product_name[k] : "",
                report->seller_name[seller], vector->value[k]);
    }
}

static void csv_price_point(FILE *out, const bt_equilibrium_report *report, const char *name,
                            size_t index, const bt_price_point *point)
{
    csv_point row = {.out = out, .name = name, .index = index};
    vector_quantity vectors[N_VECTORS];
    scalar_quantity scalars[N_SCALARS];
    list_vectors(point, vectors);
    list_scalars(point, scalars);
    for (size_t i = 0; i < N_VECTORS; i++)
        csv_vector(&row, report, &vectors[i]);
    for (size_t i = 0; i < N_SCALARS; i++)
        csv_row(&row, scalars[i].name, "", "", scalars[i].value);
    csv_row(&row, "iterations", "", "", (double)point->iterations);
}

/* What the sellers' certificate says of a point. */
static void csv_certificate(FILE *out, const bt_equilibrium_report *report, const char *name,
                            size_t index, const bt_price_point *point)
{
    csv_point row = {.out = out, .name = name, .index = index};
    csv_row(&row, "is_equilibrium", "", "", point->is_equilibrium ? 1 : 0);
    if (point->is_equilibrium || point->deviation.price == NULL)
        return;
    const char *deviator = report->seller_name[point->deviation.seller];
    csv_row(&row, "deviation_gain", "", deviator, point->deviation.gain);
    for (size_t j = 0; j < report->n_products; j++)
        csv_row(&row, "deviation_prices", report->product_name[j], deviator,
                point->deviation.price[j]);
}

static void csv_certified(FILE *out, const bt_equilibrium_report *report, const char *name,
                          size_t index, const bt_price_point *point)
{
    csv_price_point(out, report, name, index, point);
    csv_certificate(out, report, name, index, point);
}

void bt_equilibrium_report_csv(const bt_equilibrium_report *report, FILE *out)
{
    fputs("point,index,quantity,product,seller,value\n", out);
    const bt_equilibrium_result *result = report->result;
    if (result == NULL) {
        csv_certified(out, report, "given", 0, report->evaluated);
        return;
    }
    for (size_t i = 0; i < result->n_points; i++)
        csv_certified(out, report, "equilibrium", i, &result->point[i]);
    for (size_t i = 0; i < result->n_rejected; i++)
        csv_certified(out, report, "rejected", i, &result->rejected[i]);
    csv_price_point(out, report, "joint_profit", 0, report->joint_profit);
    csv_price_point(out, report, "first_best", 0, report->first_best);
    if (report->observed != NULL)
        csv_certified(out, report, "observed", 0, report->observed);
}

/* ---- table ---- */

static void table_products(FILE *out, const bt_equilibrium_report *report,
                           const bt_price_point *point)
{
    fprintf(out, "  %-16s %-16s %12s %12s %10s %12s\n", "product", "seller", "price", "share",
            "markup", "elasticity");
    for (size_t j = 0; j < report->n_products; j++)
        fprintf(out, "  %-16s %-16s %12.8g %12.8g %9.4g%% %12.6g\n", report->product_name[j],
                report->seller_name[report->product_seller[j]], point->price[j],
                point->share[j], 100 * point->markup[j], point->elasticity[j]);
    fprintf(out, "  %-16s %-16s %12s %12.8g\n", "(outside)", "", "", point->outside_share);
}

static void table_sellers(FILE *out, const bt_equilibrium_report *report,
                          const bt_price_point *point)
{
    fprintf(out, "  %-16s %12s %12s\n", "seller", "profit", "objective");
    for (size_t i = 0; i < report->n_sellers; i++)
        fprintf(out, "  %-16s %12.8g %12.8g\n", report->seller_name[i], point->profit[i],
                point->objective[i]);
}

static void table_totals(FILE *out, const bt_price_point *point)
{
    fprintf(
        out,
        "  consumer surplus %.8g, producer surplus %.8g, platform revenue %.8g, total %.8g\n"
        "  concentration (HHI) %.6g\n",
        bt_consumer_surplus_of(point), point->welfare.producer_surplus,
        point->welfare.platform_revenue, point->welfare.total, point->hhi);
}

static void table_certificate(FILE *out, const bt_equilibrium_report *report,
                              const bt_price_point *point)
{
    fprintf(out,
            "  first-order residual %.2g, price error below %.2g, largest gain by deviating "
            "%.2g, %zu iterations\n",
            point->foc_residual, point->price_error_bound, point->exploitability,
            point->iterations);
    if (point->is_equilibrium || point->deviation.price == NULL)
        return;
    fprintf(out, "  not an equilibrium: %s gains %.8g by changing its prices to",
            report->seller_name[point->deviation.seller], point->deviation.gain);
    for (size_t j = 0; j < report->n_products; j++)
        if (report->product_seller[j] == point->deviation.seller)
            fprintf(out, " %s=%.8g", report->product_name[j], point->deviation.price[j]);
    fputc('\n', out);
}

static void table_point(FILE *out, const bt_equilibrium_report *report, const char *heading,
                        const bt_price_point *point)
{
    fprintf(out, "\n%s\n", heading);
    if (isnan(point->price[0])) {
        fputs("  there are no such finite prices\n", out);
        return;
    }
    table_products(out, report, point);
    table_sellers(out, report, point);
    table_totals(out, point);
}

static void table_certified(FILE *out, const bt_equilibrium_report *report, const char *heading,
                            const bt_price_point *point)
{
    table_point(out, report, heading, point);
    table_certificate(out, report, point);
}

/* Costs recovered from prices may be below zero: then the prices are lower than this demand
 * and conduct can explain. */
static void table_observed(FILE *out, const bt_equilibrium_report *report)
{
    const bt_price_point *observed = report->observed;
    table_certified(out, report, "Observed prices", observed);
    size_t n_negative = 0;
    for (size_t j = 0; j < report->n_products; j++)
        n_negative += observed->markup[j] > 1;
    if (n_negative == 0)
        return;
    fprintf(out, "  warning: %zu of %zu recovered costs are below zero:", n_negative,
            report->n_products);
    for (size_t j = 0; j < report->n_products; j++)
        if (observed->markup[j] > 1)
            fprintf(out, " %s", report->product_name[j]);
    fputc('\n', out);
}

static void table_cycle(FILE *out, const bt_equilibrium_report *report)
{
    const bt_equilibrium_result *result = report->result;
    if (result->cycle_length == 0)
        return;
    fprintf(out, "\nBest responses run in a cycle of %zu\n", result->cycle_length);
    for (size_t i = 0; i < result->cycle_length; i++) {
        fputs(" ", out);
        for (size_t j = 0; j < report->n_products; j++)
            fprintf(out, " %12.8g", result->cycle_price[i * report->n_products + j]);
        fputc('\n', out);
    }
}

void bt_equilibrium_report_table(const bt_equilibrium_report *report, FILE *out)
{
    const bt_equilibrium_result *result = report->result;
    if (result == NULL) {
        fputs(report->evaluated->is_equilibrium ? "verdict: equilibrium\n"
                                                : "verdict: not an equilibrium\n",
              out);
        table_certified(out, report, "At the given prices", report->evaluated);
        return;
    }
    fprintf(out, "verdict: %s\n", bt_equilibrium_verdict_name(result->verdict));
    if (result->reason[0] != '\0')
        fprintf(out, "%s\n", result->reason);
    for (size_t i = 0; i < result->n_points; i++)
        table_certified(out, report, "Bertrand-Nash equilibrium", &result->point[i]);
    for (size_t i = 0; i < result->n_rejected; i++)
        table_certified(out, report, "First-order point that is not an equilibrium",
                        &result->rejected[i]);
    table_cycle(out, report);
    table_point(out, report, "Joint profit (one owner of all)", report->joint_profit);
    table_point(out, report, "First best (prices at cost)", report->first_best);
    if (report->observed != NULL)
        table_observed(out, report);
}
