#include "analysis/csv_writer.h"

#include <math.h>
#include <string.h>

static void begin_field(bt_csv_writer *csv)
{
    if (csv->in_row)
        fputc(',', csv->stream);
    csv->in_row = true;
}

void bt_csv_text(bt_csv_writer *csv, const char *text)
{
    begin_field(csv);
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, csv->stream);
        return;
    }
    fputc('"', csv->stream);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', csv->stream);
        fputc(*text, csv->stream);
    }
    fputc('"', csv->stream);
}

void bt_csv_number(bt_csv_writer *csv, double value)
{
    begin_field(csv);
    if (!isnan(value))
        fprintf(csv->stream, "%.17g", value);
}

void bt_csv_count(bt_csv_writer *csv, size_t value)
{
    begin_field(csv);
    fprintf(csv->stream, "%zu", value);
}

void bt_csv_missing(bt_csv_writer *csv)
{
    begin_field(csv);
}

void bt_csv_end_row(bt_csv_writer *csv)
{
    fputc('\n', csv->stream);
    csv->in_row = false;
}

bt_status bt_csv_finish(bt_csv_writer *csv, const char *name, bt_error *error)
{
    if (fflush(csv->stream) != 0 || ferror(csv->stream))
        return bt_fail(error, BT_IO, "%s cannot be written", name);
    return BT_OK;
}
