/*
 * Dates as Stata writes them, "22oct2012" and "03jul2012 18:03:24", and the clock of
 * best-offer histories, which counts from 2012-06-01 00:00:00.
 */
#ifndef BT_EXPERIMENTS_CALENDAR_H
#define BT_EXPERIMENTS_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum { BT_DAY_SECONDS = 86400, BT_CALENDAR_TEXT = 40 };

/* Days since 2012-06-01 of "22oct2012"; false when it is no day from 1900 to 2199. */
bool bt_calendar_day(const char *text, int64_t *day);

/* Seconds since 2012-06-01 00:00:00 of "03jul2012 18:03:24". */
bool bt_calendar_moment(const char *text, int64_t *second);

/* The same, written: text [BT_CALENDAR_TEXT]. */
void bt_calendar_write_day(int64_t day, char *text);
void bt_calendar_write_moment(int64_t second, char *text);

/* The day that a moment is in. */
int64_t bt_calendar_day_of(int64_t second);

#endif
