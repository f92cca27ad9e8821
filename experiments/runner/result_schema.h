/*
 * From the points of a sweep to the schema of the result file.
 *
 * Points may differ in their numbers of products, sellers, states and records, and in what
 * they record: the file has the union of all variables, as long as the longest point
 * needs, padded with NAN (-1 in integers).
 *
 * Dimensions: point, replication, record, product, seller, segment, state, cycle (those
 * that are used). Labels: `time`(record), or `time`(point, record) where points record at
 * different times; product_name, seller_name, bidder_name (of the first point that has most);
 * every swept path over `point`, blanks and slashes in it written as _; `point_key`, what
 * addresses a point's random streams (0 under common random numbers). Constants over
 * `point`: product_seller, product_cost and the market's benchmarks. Per run: `records`
 * (how many were made), the series and the outcomes.
 *
 * Attributes: title; experiment (the file, verbatim); settings (every parameter of the
 * experiment without its sweep, defaults written out); overrides (`--set`, one a line);
 * selection (`--only`); common_random_numbers (true, false); program, version, commit,
 * compiler, hdf5_version, gsl_version.
 */
#ifndef BT_EXPERIMENTS_RESULT_SCHEMA_H
#define BT_EXPERIMENTS_RESULT_SCHEMA_H

#include <stddef.h>

#include "experiments/runner/cube_builder.h"
#include "sim/result_file.h"
#include "sim/status.h"

/* Where the data of a variable of the schema come from. */
typedef struct bt_cube_source {
    bool is_records; /* the number of records a run made */
    bt_variable_kind kind;
    bt_axis axis;
} bt_cube_source;

/* The schema, what it was made of, and how far each dimension reaches. */
typedef struct bt_cube {
    bt_arena *arena; /* owns everything below */
    bt_result_schema schema;
    const bt_cube_source *source; /* [variable of the schema] */
    bt_point_extent extent;       /* the longest of each */
} bt_cube;

void bt_cube_destroy(bt_cube *cube);

/* What the attributes say beside the sweep. */
typedef struct bt_cube_origin {
    const char *experiment; /* the file's text */
    const char *overrides;  /* "path=value" a line; "" */
    const char *selection;  /* as given to --only; "" */
} bt_cube_origin;

/* Make the cube of all points that were added. */
bt_status bt_cube_build(bt_cube_builder *builder, const bt_cube_origin *origin, bt_cube **cube,
                        bt_error *error);

#endif
