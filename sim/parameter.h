/*
 * Parameter tables: how every type in the house describes itself.
 *
 * A type that can be named in an experiment file (a pricebot, a buyer, a market,
 * a sweep block, the file itself) owns one plain struct of parameters and one
 * table that lists its members. From the table come parsing, range checks with
 * file:line:col, `bertrand describe`, the JSON Schema, the reference page, sweep
 * paths and the effective settings in the result file. No parameter is read
 * anywhere else.
 *
 *     typedef struct fixed_parameters {
 *         double price;
 *     } fixed_parameters;
 *
 *     static const bt_parameter parameters[] = {
 *         {.name = "price", .type = BT_REAL, .offset = offsetof(fixed_parameters, price),
 *          .unit = "price", .required = true, .range = BT_NON_NEGATIVE,
 *          .meaning = "the price it always charges"},
 *     };
 *     static const bt_parameter_table table = BT_TABLE_OF(fixed_parameters, parameters);
 */
#ifndef BT_SIM_PARAMETER_H
#define BT_SIM_PARAMETER_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum bt_parameter_type {
    BT_REAL,           /* double */
    BT_INTEGER,        /* int64_t */
    BT_BOOLEAN,        /* bool */
    BT_TEXT,           /* const char *, never NULL once parsed */
    BT_CHOICE,         /* int32_t: index into `choices` */
    BT_OPTION,         /* bt_option: a word, or {word: number}, or a bare number */
    BT_TIME,           /* double, in days: `30 d`, `2 h`, `15 min`, `10 s`, or a bare number */
    BT_REAL_LIST,      /* bt_real_list: one number or a list */
    BT_TEXT_LIST,      /* bt_text_list: one word or a list of words */
    BT_NAMED_REALS,    /* bt_named_reals: {A: 8, B: 10} */
    BT_TEXT_GROUPS,    /* bt_text_groups: [[A, B], [C]] */
    BT_CSV,            /* bt_text_table: the name of a CSV file, from the folder of the file
                          that names it; its rows are read with the parameter */
    BT_TABLE,          /* a nested struct, parsed by `table` */
    BT_TABLE_LIST,     /* bt_table_list: a list of structs, each parsed by `table` */
    BT_REGISTERED,     /* bt_registered: a mapping whose key `selector` names a type of
                          `registry`; its other keys are that type's parameters (and
                          those of `table`, common to all types, if given) */
    BT_REGISTERED_LIST /* bt_table_list of bt_registered */
} bt_parameter_type;

/* A closed or half-open interval of allowed values; lists: for every element. */
typedef struct bt_range {
    double minimum;
    double maximum;
    bool above_minimum; /* the minimum itself is excluded */
    bool below_maximum; /* the maximum itself is excluded */
    bool bounded;       /* false: any finite number */
} bt_range;

#define BT_BETWEEN(low, high)                                                                  \
    {                                                                                          \
        .minimum = (low), .maximum = (high), .bounded = true                                   \
    }
#define BT_NON_NEGATIVE                                                                        \
    {                                                                                          \
        .minimum = 0, .maximum = INFINITY, .bounded = true                                     \
    }
#define BT_POSITIVE                                                                            \
    {                                                                                          \
        .minimum = 0, .maximum = INFINITY, .above_minimum = true, .bounded = true              \
    }
#define BT_AT_LEAST(low)                                                                       \
    {                                                                                          \
        .minimum = (low), .maximum = INFINITY, .bounded = true                                 \
    }

/* Values of the compound types. Everything they point to is owned by the arena of
 * the document that was parsed. `given` is false where the file said nothing and
 * the parameter is optional without a default (the value is then zero). */
typedef struct bt_option {
    int32_t chosen; /* index into `choices`; -1: a bare number was given (allowed where
                       `number_allowed`); -2: null (allowed where `null_allowed`) */
    bool has_value; /* a number came with the word */
    double value;
} bt_option;

/* The bare number that was given, or what stands for one of the words. */
static inline double bt_option_number(const bt_option *option, double otherwise)
{
    return option->chosen == -1 ? option->value : otherwise;
}

typedef struct bt_real_list {
    size_t count;
    double *value;
} bt_real_list;

typedef struct bt_text_list {
    size_t count;
    const char **value;
} bt_text_list;

typedef struct bt_named_reals {
    size_t count;
    const char **name;
    double *value;
} bt_named_reals;

typedef struct bt_text_groups {
    size_t count;
    bt_text_list *group;
} bt_text_groups;

/* The rows of a CSV file. An optional one that is not given has no columns. */
typedef struct bt_text_table {
    const char *file;  /* as it was given */
    const char *place; /* the file's path, for messages: "place:line: ..." */
    size_t n_columns;
    size_t n_rows;
    const char *const *header; /* [column] */
    const char *const *cell;   /* [row * n_columns + column] */
    const size_t *line;        /* [row] from 1 */
} bt_text_table;

typedef struct bt_table_list {
    size_t count;
    void *element; /* [count] structs of the nested table's size */
} bt_table_list;

struct bt_described;

typedef struct bt_registered {
    const struct bt_described *type; /* which entry of the registry was named */
    void *parameters;                /* its parameter struct */
    void *common;                    /* the struct of `table`, or NULL */
} bt_registered;

struct bt_parameter_table;
struct bt_registry;

typedef struct bt_parameter {
    const char *name;
    bt_parameter_type type;
    size_t offset;            /* of the member in the parameter struct */
    const char *unit;         /* "price", "periods", "1/period", "1" ...; NULL: no unit */
    const char *default_text; /* as it would stand in the file; NULL: none */
    bool required;            /* neither given nor defaulted is an error */
    bool null_allowed;        /* `null` is a value: NAN for BT_REAL, chosen = -2 for options */
    bool number_allowed;      /* BT_OPTION: a bare number is allowed */
    bt_range range;           /* numbers; for lists each element; options: the payload */
    const char *choices;      /* BT_CHOICE, BT_OPTION: "linear|log|box_cox:|budget:"; a colon
                                 marks a word that carries a number, "every:time" one whose
                                 number may have a unit of time (it is then in days) */
    const char *meaning;      /* one line */
    const struct bt_parameter_table *table; /* BT_TABLE*, BT_REGISTERED: nested / common */
    const struct bt_registry *registry;     /* BT_REGISTERED* */
    const char *selector;                   /* BT_REGISTERED*: "policy", "type", "model" */
    /* A further offset, of a `bool` that tells whether the file or a default gave the
     * parameter; 0: nobody asks. Never the first member of a struct. An optional table with
     * required members has one: else its absence could not be told from zeros. */
    size_t given_offset;
} bt_parameter;

typedef struct bt_parameter_table {
    const bt_parameter *parameters;
    size_t count;
    size_t struct_size;
} bt_parameter_table;

#define BT_TABLE_OF(struct_type, array)                                                        \
    {                                                                                          \
        .parameters = (array), .count = sizeof(array) / sizeof((array)[0]),                    \
        .struct_size = sizeof(struct_type)                                                     \
    }

/* The first member of everything that can be named in an experiment file. */
typedef struct bt_described {
    const char *name;    /* as written in the file: q_learning */
    const char *summary; /* one sentence */
    const char *source;  /* the paper, with the equation where there is one; "" if none */
    const bt_parameter_table *parameters;
} bt_described;

/* The types of one kind, in the order in which they are described. */
typedef struct bt_registry {
    const char *kind; /* "seller", "buyers", "market" */
    const bt_described *const *entries;
    size_t count;
} bt_registry;

/* The entry with this name, or NULL. */
const bt_described *bt_registry_find(const bt_registry *registry, const char *name);

/* The parameter with this name, or NULL. */
const bt_parameter *bt_parameter_find(const bt_parameter_table *table, const char *name);

#endif
