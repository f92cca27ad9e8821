/*
 * bertrand train sequences TRAINING.yaml
 */
#ifndef BT_EXPERIMENTS_TRAIN_SEQUENCES_H
#define BT_EXPERIMENTS_TRAIN_SEQUENCES_H

#include "experiments/commands/command.h"

/* Train as the file says that stands after the kind. Reads the options output, set, resume,
 * force and quiet of the verb. */
bt_status bt_train_sequences(const bt_command *command, const bt_arguments *given,
                             bt_error *error);

#endif
