/*
 * The time that passes for whoever waits: progress, the log, time estimates. Nothing that
 * a run computes ever depends on it.
 */
#ifndef BT_EXPERIMENTS_WALL_CLOCK_H
#define BT_EXPERIMENTS_WALL_CLOCK_H

/* Seconds since some moment in the past; never goes back. */
double bt_wall_clock(void);

#endif
