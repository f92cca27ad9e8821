/*
 * The `bertrand` command. Everything it can do is a verb in experiments/commands/.
 */
#include <stdio.h>

#include "experiments/commands/command_line.h"
#include "sim/result_file.h"

int main(int argc, char **argv)
{
    bt_error error = {.status = BT_OK};
    bt_result_quiet_hdf5();
    bt_status status = bt_command_line_run(argc, argv, &error);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == BT_OK)
        status = bt_fail(&error, BT_IO, "writing to standard output failed");
    if (status != BT_OK && error.message[0] != '\0')
        fprintf(stderr, "bertrand: %s\n", error.message);
    return (int)status;
}
