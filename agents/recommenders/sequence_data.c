#include "agents/recommenders/sequence_data.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct choice {
    uint32_t user, item;
} choice;

typedef struct choice_list {
    choice *choice;
    size_t count, capacity;
    uint32_t largest_user, largest_item;
} choice_list;

static bool append(choice_list *list, choice added)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 4096;
        choice *grown = realloc(list->choice, capacity * sizeof(choice));
        if (grown == NULL)
            return false;
        list->choice = grown;
        list->capacity = capacity;
    }
    list->choice[list->count++] = added;
    list->largest_user = added.user > list->largest_user ? added.user : list->largest_user;
    list->largest_item = added.item > list->largest_item ? added.item : list->largest_item;
    return true;
}

/* A number of 1..2^31 - 1 at *text, which is moved past it. */
static bool take_number(const char **text, uint32_t *number)
{
    uint64_t value = 0;
    const char *at = *text + strspn(*text, " \t");
    if (*at < '0' || *at > '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = 10 * value + (uint64_t)(*at - '0');
        if (value > INT32_MAX)
            return false;
    }
    *text = at;
    *number = (uint32_t)value;
    return value > 0;
}

static bool parse_line(const char *line, choice *parsed)
{
    return take_number(&line, &parsed->user) && take_number(&line, &parsed->item) &&
           line[strspn(line, " \t\r\n")] == '\0';
}

static bt_status read_choices(FILE *file, const char *path, choice_list *list, bt_error *error)
{
    char line[256];
    for (uint64_t number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
        choice parsed;
        if (!parse_line(line, &parsed))
            return bt_fail(error, BT_BAD_INPUT,
                           "%s:%" PRIu64 ": \"%.40s\" is not a user and an item, two whole "
                           "numbers from 1 to %" PRId32,
                           path, number, strtok(line, "\r\n") != NULL ? line : "", INT32_MAX);
        if (!append(list, parsed))
            return bt_fail(error, BT_INTERNAL, "out of memory for %s", path);
    }
    if (ferror(file))
        return bt_fail(error, BT_IO, "cannot read %s: %s", path, strerror(errno));
    if (list->count == 0)
        return bt_fail(error, BT_BAD_INPUT, "%s holds no choices", path);
    if (list->count > UINT32_MAX)
        return bt_fail(error, BT_BAD_INPUT, "%s holds more than 2^32 choices", path);
    return BT_OK;
}

/* Count, then place: stable, so that each user's order stays. `number` [largest user + 1] is a
 * user's index + 1. */
static void group_by_user(const choice_list *list, uint32_t *number, bt_sequence_data *data)
{
    for (size_t k = 0; k < list->count; k++)
        data->offset[number[list->choice[k].user]]++;
    for (size_t u = 0; u < data->n_users; u++)
        data->offset[u + 1] += data->offset[u];
    for (size_t k = list->count; k-- > 0;) {
        uint32_t user = number[list->choice[k].user] - 1;
        data->item[--data->offset[user + 1]] = list->choice[k].item;
    }
    /* each end has moved to its beginning: offset[u + 1] is where user u begins */
    for (size_t u = 0; u < data->n_users; u++)
        data->offset[u] = data->offset[u + 1];
    data->offset[data->n_users] = (uint32_t)list->count;
}

static bt_status arrange(const choice_list *list, bt_arena *arena, bt_sequence_data *data,
                         bt_error *error)
{
    uint32_t *number = calloc((size_t)list->largest_user + 1, sizeof(uint32_t));
    if (number == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for %" PRIu32 " users",
                       list->largest_user);
    uint32_t n_users = 0;
    for (size_t k = 0; k < list->count; k++)
        if (number[list->choice[k].user] == 0)
            number[list->choice[k].user] = ++n_users;
    *data = (bt_sequence_data){.n_users = n_users,
                               .n_items = list->largest_item,
                               .n_actions = list->count,
                               .offset = BT_ARENA_NEW(arena, (size_t)n_users + 1, uint32_t),
                               .item = BT_ARENA_NEW(arena, list->count, uint32_t)};
    bool has_room = data->offset != NULL && data->item != NULL;
    if (has_room)
        group_by_user(list, number, data);
    free(number);
    return has_room ? BT_OK : bt_fail(error, BT_INTERNAL, "out of memory for sequences");
}

bt_status bt_sequence_data_read(const char *path, bt_arena *arena, bt_sequence_data *data,
                                bt_error *error)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return bt_fail(error, BT_NO_INPUT, "cannot read %s: %s", path, strerror(errno));
    choice_list list = {0};
    bt_status status = read_choices(file, path, &list, error);
    fclose(file);
    if (status == BT_OK)
        status = arrange(&list, arena, data, error);
    free(list.choice);
    return status;
}
