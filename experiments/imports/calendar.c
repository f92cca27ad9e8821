#include "experiments/imports/calendar.h"

#include <stdio.h>
#include <strings.h>

static const char *const month_names[12] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};

/* Days from 0000-03-01, counted in years that begin in March, so that leap days come last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
}

static int64_t epoch(void)
{
    return days_of(2012, 6, 1);
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_length(int64_t year, int64_t month)
{
    static const int64_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return lengths[month - 1] + (month == 2 && is_leap(year));
}

/* `count` digits; false if others stand there. */
static bool take_digits(const char **text, int count, int64_t *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        char digit = **text;
        if (digit < '0' || digit > '9')
            return false;
        *value = 10 * *value + (digit - '0');
        (*text)++;
    }
    return true;
}

static bool take_month(const char **text, int64_t *month)
{
    for (*month = 1; *month <= 12; ++*month) {
        if (strncasecmp(*text, month_names[*month - 1], 3) == 0) {
            *text += 3;
            return true;
        }
    }
    return false;
}

static bool take_day(const char **text, int64_t *day)
{
    int64_t number, month, year;
    if (!take_digits(text, 2, &number) || !take_month(text, &month) ||
        !take_digits(text, 4, &year))
        return false;
    if (year < 1900 || year > 2199 || number < 1 || number > month_length(year, month))
        return false;
    *day = days_of(year, month, number) - epoch();
    return true;
}

bool bt_calendar_day(const char *text, int64_t *day)
{
    return take_day(&text, day) && *text == '\0';
}

bool bt_calendar_moment(const char *text, int64_t *second)
{
    int64_t day, hour, minute, rest;
    if (!take_day(&text, &day) || *text++ != ' ' || !take_digits(&text, 2, &hour) ||
        *text++ != ':' || !take_digits(&text, 2, &minute) || *text++ != ':' ||
        !take_digits(&text, 2, &rest) || *text != '\0' || hour > 23 || minute > 59 || rest > 59)
        return false;
    *second = day * BT_DAY_SECONDS + 3600 * hour + 60 * minute + rest;
    return true;
}

int64_t bt_calendar_day_of(int64_t second)
{
    int64_t day = second / BT_DAY_SECONDS;
    return second % BT_DAY_SECONDS < 0 ? day - 1 : day;
}

void bt_calendar_write_day(int64_t day, char *text)
{
    int64_t number = day + epoch(), year = number / 366, month = 1;
    while (days_of(year + 1, 1, 1) <= number)
        year++;
    while (month < 12 && days_of(year, month + 1, 1) <= number)
        month++;
    snprintf(text, BT_CALENDAR_TEXT, "%02d%s%04d", (int)(number - days_of(year, month, 1) + 1),
             month_names[month - 1], (int)year);
}

void bt_calendar_write_moment(int64_t second, char *text)
{
    int64_t day = bt_calendar_day_of(second), rest = second - day * BT_DAY_SECONDS;
    char date[BT_CALENDAR_TEXT];
    bt_calendar_write_day(day, date);
    snprintf(text, BT_CALENDAR_TEXT, "%.9s %02d:%02d:%02d", date, (int)(rest / 3600),
             (int)(rest / 60 % 60), (int)(rest % 60));
}
