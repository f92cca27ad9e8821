#include "sim/archive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/hash.h"

/*
 * The bytes: a header, the fields, a checksum (FNV-1a of all before it).
 * A field: label length, data size, label, data. Integers are in the byte order of
 * the machine that wrote; another order is refused, for the data are raw too.
 */
static const char magic[8] = {'b', 't', 's', 't', 'a', 't', 'e', '\n'};

enum { FORMAT_VERSION = 1, BYTE_ORDER_MARK = 0x01020304, LABEL_LENGTH_MAXIMUM = 255 };

typedef struct archive_header {
    char magic[8];
    uint32_t version;
    uint32_t byte_order;
    uint64_t fields_size; /* bytes between header and checksum */
} archive_header;

typedef struct field_header {
    uint64_t label_length;
    uint64_t data_size;
} field_header;

struct bt_archive {
    bool restores;
    bt_error failure; /* its status is BT_OK until the first failure */

    unsigned char *buffer; /* saving: owned, header first */
    size_t capacity;
    size_t used; /* saving: without the checksum */

    const unsigned char *next; /* restoring: the next unread byte */
    size_t left;               /* restoring: unread bytes of fields */
};

static bool has_failed(const bt_archive *archive)
{
    return archive->failure.status != BT_OK;
}

void bt_archive_fail(bt_archive *archive, const char *format, ...)
{
    if (has_failed(archive))
        return;
    va_list arguments;
    va_start(arguments, format);
    bt_fail_va(&archive->failure, BT_BAD_INPUT, format, arguments);
    va_end(arguments);
}

/* Make room for `more` bytes and a checksum. */
static bool reserve(bt_archive *archive, size_t more)
{
    size_t fixed = archive->used + sizeof(uint64_t);
    if (more > SIZE_MAX / 2 - fixed)
        return false;
    size_t needed = fixed + more;
    if (needed <= archive->capacity)
        return true;
    size_t capacity = needed > 2 * archive->capacity ? needed : 2 * archive->capacity;
    unsigned char *buffer = realloc(archive->buffer, capacity);
    if (buffer == NULL)
        return false;
    archive->buffer = buffer;
    archive->capacity = capacity;
    return true;
}

static void append(bt_archive *archive, const void *data, size_t size)
{
    if (size > 0)
        memcpy(archive->buffer + archive->used, data, size);
    archive->used += size;
}

bt_archive *bt_archive_create(void)
{
    bt_archive *archive = calloc(1, sizeof(*archive));
    if (archive == NULL)
        return NULL;
    if (!reserve(archive, sizeof(archive_header))) {
        free(archive);
        return NULL;
    }
    archive_header header = {.version = FORMAT_VERSION, .byte_order = BYTE_ORDER_MARK};
    memcpy(header.magic, magic, sizeof(magic));
    append(archive, &header, sizeof(header));
    return archive;
}

static bt_status check_header(const unsigned char *bytes, size_t size, bt_error *error)
{
    archive_header header;
    if (size < sizeof(header) + sizeof(uint64_t))
        return bt_fail(error, BT_BAD_INPUT,
                       "the saved state is cut short: %zu bytes are less than its header",
                       size);
    memcpy(&header, bytes, sizeof(header));
    if (memcmp(header.magic, magic, sizeof(magic)) != 0)
        return bt_fail(error, BT_BAD_INPUT, "these bytes are not a saved state of bertrand");
    if (header.byte_order != BYTE_ORDER_MARK)
        return bt_fail(error, BT_BAD_INPUT,
                       "the saved state was written on a machine of another byte order");
    if (header.version != FORMAT_VERSION)
        return bt_fail(error, BT_BAD_INPUT,
                       "the saved state has format version %" PRIu32 ", this program reads %d",
                       header.version, FORMAT_VERSION);
    size_t fields_size = size - sizeof(header) - sizeof(uint64_t);
    if (header.fields_size != fields_size)
        return bt_fail(error, BT_BAD_INPUT,
                       "the saved state should hold %" PRIu64 " bytes of fields but has %zu",
                       header.fields_size, fields_size);
    return BT_OK;
}

static bt_status check_sum(const unsigned char *bytes, size_t size, bt_error *error)
{
    uint64_t stored;
    size_t covered = size - sizeof(stored);
    memcpy(&stored, bytes + covered, sizeof(stored));
    uint64_t computed = bt_hash_bytes(BT_HASH_START, bytes, covered);
    if (stored != computed)
        return bt_fail(error, BT_BAD_INPUT,
                       "the saved state is damaged: its checksum is %016" PRIx64
                       ", that of its bytes %016" PRIx64,
                       stored, computed);
    return BT_OK;
}

bt_status bt_archive_open(const void *bytes, size_t size, bt_archive **archive, bt_error *error)
{
    *archive = NULL;
    bt_status status = check_header(bytes, size, error);
    if (status == BT_OK)
        status = check_sum(bytes, size, error);
    if (status != BT_OK)
        return status;
    bt_archive *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return bt_fail(error, BT_INTERNAL, "there is no memory to read a saved state");
    opened->restores = true;
    opened->next = (const unsigned char *)bytes + sizeof(archive_header);
    opened->left = size - sizeof(archive_header) - sizeof(uint64_t);
    *archive = opened;
    return BT_OK;
}

void bt_archive_destroy(bt_archive *archive)
{
    if (archive == NULL)
        return;
    free(archive->buffer);
    free(archive);
}

static void save_field(bt_archive *archive, const char *label, const void *data, size_t size)
{
    field_header header = {.label_length = strlen(label), .data_size = size};
    if (header.label_length > LABEL_LENGTH_MAXIMUM) {
        bt_archive_fail(archive, "the label \"%s\" is longer than %d bytes", label,
                        LABEL_LENGTH_MAXIMUM);
        return;
    }
    size_t before_data = sizeof(header) + (size_t)header.label_length;
    if (size > SIZE_MAX - before_data || !reserve(archive, before_data + size)) {
        bt_fail(&archive->failure, BT_INTERNAL, "there is no memory to save \"%s\" (%zu bytes)",
                label, size);
        return;
    }
    append(archive, &header, sizeof(header));
    append(archive, label, (size_t)header.label_length);
    append(archive, data, size);
}

static void take(bt_archive *archive, void *data, size_t size)
{
    if (size > 0)
        memcpy(data, archive->next, size);
    archive->next += size;
    archive->left -= size;
}

static void restore_field(bt_archive *archive, const char *label, void *data, size_t size)
{
    field_header header;
    if (archive->left < sizeof(header)) {
        bt_archive_fail(archive, "the saved state ends before \"%s\"", label);
        return;
    }
    take(archive, &header, sizeof(header));
    if (header.label_length > LABEL_LENGTH_MAXIMUM || header.label_length > archive->left ||
        header.data_size > archive->left - header.label_length) {
        bt_archive_fail(archive, "the field at \"%s\" reaches past the end of the saved state",
                        label);
        return;
    }
    char found[LABEL_LENGTH_MAXIMUM + 1];
    take(archive, found, (size_t)header.label_length);
    found[header.label_length] = '\0';
    if (strcmp(found, label) != 0) {
        bt_archive_fail(archive, "the saved state has \"%s\" where \"%s\" is expected", found,
                        label);
        return;
    }
    if (header.data_size != size) {
        bt_archive_fail(archive, "\"%s\" has %" PRIu64 " bytes in the saved state, not %zu",
                        label, header.data_size, size);
        return;
    }
    take(archive, data, size);
}

void bt_archive_field(bt_archive *archive, const char *label, void *data, size_t size)
{
    if (has_failed(archive))
        return;
    if (archive->restores)
        restore_field(archive, label, data, size);
    else
        save_field(archive, label, data, size);
}

bool bt_archive_restores(const bt_archive *archive)
{
    return archive->restores;
}

bool bt_archive_at_end(const bt_archive *archive)
{
    return archive->left == 0;
}

bool bt_archive_can_hold(const bt_archive *archive, uint64_t count, size_t size)
{
    return size == 0 || count <= archive->left / size;
}

bt_status bt_archive_status(const bt_archive *archive, bt_error *error)
{
    if (has_failed(archive) && error != NULL)
        *error = archive->failure;
    return archive->failure.status;
}

const void *bt_archive_bytes(bt_archive *archive, size_t *size)
{
    *size = 0;
    if (archive->restores || has_failed(archive))
        return NULL;
    uint64_t fields_size = archive->used - sizeof(archive_header);
    memcpy(archive->buffer + offsetof(archive_header, fields_size), &fields_size,
           sizeof(fields_size));
    uint64_t checksum = bt_hash_bytes(BT_HASH_START, archive->buffer, archive->used);
    memcpy(archive->buffer + archive->used, &checksum, sizeof(checksum));
    *size = archive->used + sizeof(checksum);
    return archive->buffer;
}
