#include "experiments/commands/interruption.h"

#include <signal.h>
#include <stddef.h>

/* The one piece of process state, read by polling. */
static volatile sig_atomic_t was_interrupted = 0;

static void take_note(int signal_number)
{
    (void)signal_number;
    was_interrupted = 1;
}

void bt_interruption_catch(void)
{
    struct sigaction action = {.sa_handler = take_note,
                               .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGXFSZ, SIG_IGN);
}

bool bt_interruption_came(void *context)
{
    (void)context;
    return was_interrupted != 0;
}
