/*
 * The discrete-event engine: a clock and what happens next.
 *
 * Events are ordered by (time, priority, sequence), packed in one integer key, so
 * that equal times resolve the same way on every machine. Nothing is ever ordered
 * by pointer. The loop:
 *
 *       +--> earliest of: queue head | recurring events | superposed Poisson arrivals
 *       |         |
 *       |    advance the clock; call its action
 *       |         |
 *       +---- until time, event count, predicate or bt_sim_stop
 *
 * A purely periodic market is one recurring event and pays for no queue: while it
 * alone is due, the loop calls it straight away. Poisson sources are superposed,
 * not queued: one exponential draw gives the next arrival of all of them, a second
 * draw says whose it is; time-varying rates are thinned.
 *
 * `bt_sim` is the context that comes first in every call of a mechanism. It holds
 * the clock, the run's key for random streams, and the fingerprint. No globals.
 * The event loop allocates only when the queue outgrows its capacity.
 */
#ifndef BT_SIM_ENGINE_H
#define BT_SIM_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/archive.h"
#include "sim/arena.h"
#include "sim/hash.h"
#include "sim/random.h"
#include "sim/status.h"

typedef struct bt_sim bt_sim;

/* What an event does. `subject` and `argument` are those given at scheduling. */
typedef void bt_event_action(bt_sim *sim, void *subject, uint64_t argument);

/* A handle carries a generation: a stale one is harmless. 0 is never a handle. */
typedef uint64_t bt_event;

/* Actions are registered by number, so that a queue can be saved and restored. */
typedef uint32_t bt_action_id;

/* A new simulation at time 0. The key addresses its own Poisson streams (agent
 * BT_AGENT_MARKET, purposes INT32_MAX - 1 and INT32_MAX). Free with bt_sim_destroy. NULL when
 * memory is out. */
bt_sim *bt_sim_create(bt_random_key key);
void bt_sim_destroy(bt_sim *sim);

/* What bt_sim_register and bt_sim_add_poisson return when memory is out. */
#define BT_UNREGISTERED UINT32_MAX
#define BT_NO_SOURCE UINT32_MAX

/* Register an action with the object it works on, in the same order in every run
 * (a restored run must register the same). At set-up only. */
bt_action_id bt_sim_register(bt_sim *sim, bt_event_action *action, void *subject);

double bt_sim_now(const bt_sim *sim);
bt_random_key bt_sim_key(const bt_sim *sim);

/* Schedule at absolute `time` >= now (finite); lower priority values come first at
 * equal times, then the order of scheduling. Returns 0 and fills `error` on a time in
 * the past, a time that is not finite, or when memory is out. */
bt_event bt_sim_schedule(bt_sim *sim, double time, int16_t priority, bt_action_id action,
                         uint64_t argument, bt_error *error);

/* True if the event was pending and is gone now. */
bool bt_sim_cancel(bt_sim *sim, bt_event event);

/* Move a pending event to another time >= now (it queues behind its equals). False if it
 * is not pending or the time is not allowed. The later occurrences of a recurring event
 * follow at its period from there. */
bool bt_sim_reschedule(bt_sim *sim, bt_event event, double time);

bool bt_sim_is_pending(const bt_sim *sim, bt_event event);

/* An event at first_time, first_time + period, ... (times are first + k * period, not
 * sums; period > 0). Cancel with bt_sim_cancel. Its argument is the occurrence k = 0, 1,
 * ... Among equals it keeps the place that it got here, whatever its period. */
bt_event bt_sim_recur(bt_sim *sim, double first_time, double period, int16_t priority,
                      bt_action_id action, bt_error *error);

/* A Poisson source of `rate` events per unit of time (its argument is the source
 * number). Sources are superposed. Draws: one exponential and, with several sources or
 * a thinned one, one uniform per (candidate) arrival from the market's streams. At equal
 * times and priorities an arrival comes after what is scheduled. Returns BT_NO_SOURCE if
 * the rate is negative or not finite, or the action unknown. */
uint32_t bt_sim_add_poisson(bt_sim *sim, double rate, int16_t priority, bt_action_id action);

/* Change a source's rate from now on (0: silent). Exact by memorylessness; no draws.
 * False, and no change, if the rate is negative or not finite or the source unknown. */
bool bt_sim_set_rate(bt_sim *sim, uint32_t source, double rate);

/* Thin a source: an arrival at t is kept with probability acceptance(t) in [0, 1]. False
 * if the source is unknown. At set-up only: it is not archived. */
typedef double bt_acceptance(double time, const void *data);
bool bt_sim_thin(bt_sim *sim, uint32_t source, bt_acceptance *acceptance, const void *data);

/* Run to `until` inclusive (INFINITY: no limit), or `max_events` more events (0: no
 * limit), or until bt_sim_stop or an empty agenda. The clock then stands at the last
 * event or, if time ran out, at `until`. Returns the number of events. */
uint64_t bt_sim_run(bt_sim *sim, double until, uint64_t max_events);

/* Ask the loop to end after the current event. */
void bt_sim_stop(bt_sim *sim);

/* Number of events that ran so far. */
uint64_t bt_sim_events(const bt_sim *sim);

/* The time of the next event that would run, INFINITY if none (of a thinned arrival: the
 * next candidate). Between now and then nothing that was scheduled can change what buyers
 * see. Asking leaves the trajectory unchanged. */
double bt_sim_next_time(bt_sim *sim);

/* The trajectory's fingerprint: a running hash of (time, kind, agent, outcome).
 * Mechanisms add to it; logs and recorders never do. */
void bt_sim_note(bt_sim *sim, uint32_t kind, uint32_t agent, uint64_t outcome);
uint64_t bt_sim_fingerprint(const bt_sim *sim);

/* The fingerprint itself, for a mechanism that continues it in its own hot loop. */
uint64_t *bt_sim_fingerprint_word(bt_sim *sim);

/* Save or restore clock, queue, recurring events, sources and fingerprint. A restored run
 * registers the same actions and adds the same sources first; what it scheduled gives way
 * to what was saved, and handles are those of the saved run. */
void bt_sim_archive(bt_sim *sim, bt_archive *archive);

#endif
