#include "experiments/experiment_file.h"

#include <stdlib.h>
#include <string.h>

static bt_status apply(bt_document *document, const char *override, bt_diagnostics *diagnostics,
                       bt_error *error)
{
    const char *equals = strchr(override, '=');
    if (equals == NULL || equals == override)
        return bt_fail(error, BT_BAD_USAGE,
                       "--set %s: write a path, \"=\" and a value, as in --set seed=7",
                       override);
    char *path = strndup(override, (size_t)(equals - override));
    if (path == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory for --set %s", override);
    bt_status status = bt_document_set(document, path, equals + 1, "--set", diagnostics);
    free(path);
    return status;
}

bt_status bt_experiment_file_read(const char *path, const char *const *overrides,
                                  size_t n_overrides, bt_document **document,
                                  bt_diagnostics *diagnostics, bt_error *error)
{
    bt_status status = bt_document_read(path, document, diagnostics, error);
    bt_status worst = status;
    for (size_t i = 0; i < n_overrides && *document != NULL; i++) {
        status = apply(*document, overrides[i], diagnostics, error);
        if (worst == BT_OK)
            worst = status;
    }
    return worst;
}

void bt_diagnostics_print(const bt_diagnostics *diagnostics, FILE *out)
{
    size_t count = bt_diagnostics_count(diagnostics);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s\n", bt_diagnostics_at(diagnostics, i));
    if (count > 0)
        fprintf(out, "%zu mistake%s\n", count, count == 1 ? "" : "s");
}
