/*
 * SIGINT and SIGTERM for verbs that work long: the first is noted, for whoever polls, the
 * second ends the program. A limit on file sizes is an error of the write that meets it.
 */
#ifndef BT_EXPERIMENTS_INTERRUPTION_H
#define BT_EXPERIMENTS_INTERRUPTION_H

#include <stdbool.h>

void bt_interruption_catch(void);

/* Whether a signal came; of type bt_is_interrupted (experiments/runner/plan.h). */
bool bt_interruption_came(void *context);

#endif
