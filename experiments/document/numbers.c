/*
 * Numbers as an experiment file writes them: [+-] digits [. digits] [e [+-] digits],
 * decimal, without leading zeros. Nothing is ever cut or rounded to fit.
 */
#include "experiments/document/document.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_EXPONENT = 6 };

/* A decimal number, taken apart: 0.digits times ten to a power, borrowed from the text. */
typedef struct decimal {
    bool negative;
    const char *mantissa; /* digits, perhaps with one point */
    size_t length;
    int exponent; /* as written after the e */
} decimal;

static size_t count_digits(const char *text)
{
    size_t count = 0;
    while (isdigit((unsigned char)text[count]))
        count++;
    return count;
}

/* Read the exponent after "e"; false unless it ends the text. */
static bool take_exponent(const char *text, int *exponent)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    size_t digits = count_digits(text);
    if (digits == 0 || digits > LONGEST_EXPONENT || text[digits] != '\0')
        return false;
    int magnitude = atoi(text);
    *exponent = negative ? -magnitude : magnitude;
    return true;
}

static bool take_decimal(const char *text, decimal *number)
{
    number->negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    number->mantissa = text;
    size_t whole = count_digits(text);
    if (whole > 1 && text[0] == '0')
        return false;
    text += whole;
    size_t fraction = 0;
    if (*text == '.') {
        fraction = count_digits(text + 1);
        text += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    number->length = (size_t)(text - number->mantissa);
    number->exponent = 0;
    if (*text == 'e' || *text == 'E')
        return take_exponent(text + 1, &number->exponent);
    return *text == '\0';
}

static bool is_zero(const decimal *number)
{
    for (size_t i = 0; i < number->length; i++)
        if (number->mantissa[i] != '0' && number->mantissa[i] != '.')
            return false;
    return true;
}

bool bt_text_to_real(const char *text, double *value)
{
    decimal number;
    if (!take_decimal(text, &number))
        return false;
    double read = strtod(text, NULL);
    if (!isfinite(read) || (read == 0 && !is_zero(&number)))
        return false;
    *value = read;
    return true;
}

/* magnitude = 10 magnitude + digit, unless that exceeds int64_t's largest. */
static bool append_digit(uint64_t *magnitude, int digit)
{
    const uint64_t largest = (uint64_t)INT64_MAX;
    if (*magnitude > (largest - (uint64_t)digit) / 10)
        return false;
    *magnitude = *magnitude * 10 + (uint64_t)digit;
    return true;
}

bool bt_text_to_integer(const char *text, int64_t *value)
{
    decimal number;
    if (!take_decimal(text, &number))
        return false;
    const char *point = memchr(number.mantissa, '.', number.length);
    size_t whole = point != NULL ? (size_t)(point - number.mantissa) : number.length;
    /* Digits before this place are whole once the exponent has moved the point. */
    long place = (long)whole + number.exponent;
    uint64_t magnitude = 0;
    long position = 0;
    for (size_t i = 0; i < number.length; i++) {
        if (number.mantissa[i] == '.')
            continue;
        int digit = number.mantissa[i] - '0';
        if (position++ >= place) {
            if (digit != 0)
                return false;
        } else if (!append_digit(&magnitude, digit)) {
            return false;
        }
    }
    for (; position < place && magnitude != 0; position++)
        if (!append_digit(&magnitude, 0))
            return false;
    *value = number.negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

/* "30 d" without its unit and the blanks before it; false if it does not end so. */
static bool strip_unit(const char *text, const char *unit, char *number, size_t size)
{
    size_t length = strlen(text);
    size_t unit_length = strlen(unit);
    if (length <= unit_length || length >= size ||
        strcmp(text + length - unit_length, unit) != 0)
        return false;
    length -= unit_length;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    memcpy(number, text, length);
    number[length] = '\0';
    return true;
}

bool bt_text_to_days(const char *text, double *days)
{
    static const struct {
        const char *name;
        double per_day;
    } units[] = {{"d", 1}, {"h", 24}, {"min", 1440}, {"s", 86400}};
    char number[64];
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!strip_unit(text, units[i].name, number, sizeof(number)))
            continue;
        if (!bt_text_to_real(number, days))
            return false;
        *days /= units[i].per_day;
        return true;
    }
    return bt_text_to_real(text, days);
}
