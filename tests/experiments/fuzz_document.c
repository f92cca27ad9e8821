/* libFuzzer: whole experiment files with overrides, from bytes to effective settings and
 * back. Run by tests/experiments/fuzz.sh. */
#include "document_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    check_bytes((const char *)bytes, size);
    return 0;
}
