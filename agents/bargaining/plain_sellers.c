/* Sellers to compare others with: accept everything, reject everything, play at random. */
#include "agents/bargaining/seller_menu.h"
#include "agents/sellers/registry.h"

typedef struct no_parameters {
    char nothing;
} no_parameters;

static const bt_parameter_table no_table = {
    .parameters = NULL, .count = 0, .struct_size = sizeof(no_parameters)};

static bt_status create(const void *parameters, const bt_seller_setting *setting, void **self,
                        bt_error *error)
{
    (void)parameters;
    *self = BT_ARENA_NEW(setting->arena, 1, no_parameters);
    return *self != NULL ? BT_OK : bt_fail(error, BT_INTERNAL, "out of memory for a seller");
}

static bt_response accept(void *self, const bt_bargaining_observation *seen, bt_stream *stream)
{
    (void)self, (void)seen, (void)stream;
    return bt_menu_response(BT_MENU_ACCEPT);
}

static bt_response reject(void *self, const bt_bargaining_observation *seen, bt_stream *stream)
{
    (void)self, (void)seen, (void)stream;
    return bt_menu_response(BT_MENU_REJECT);
}

static bt_response play_at_random(void *self, const bt_bargaining_observation *seen,
                                  bt_stream *stream)
{
    (void)self, (void)seen;
    return bt_menu_response((unsigned)bt_stream_below(stream, BT_MENU_SIZE));
}

static const bt_bargaining_seller accepts = {.is_prompt = true, .respond = accept};
static const bt_bargaining_seller rejects = {.is_prompt = true, .respond = reject};
static const bt_bargaining_seller gambles = {.is_prompt = true, .respond = play_at_random};

const bt_seller_type bt_accept_all_seller = {
    .described = {.name = "accept_all",
                  .summary = "Bargaining: accepts every offer.",
                  .source = "",
                  .parameters = &no_table},
    .create = create,
    .bargaining = &accepts,
};

const bt_seller_type bt_reject_all_seller = {
    .described = {.name = "reject_all",
                  .summary = "Bargaining: rejects every offer.",
                  .source = "",
                  .parameters = &no_table},
    .create = create,
    .bargaining = &rejects,
};

const bt_seller_type bt_random_bargainer = {
    .described = {.name = "random_bargainer",
                  .summary = "Bargaining: any answer of the agent's menu, all equally likely.",
                  .source = "Green and Plunkett 2020",
                  .parameters = &no_table},
    .create = create,
    .bargaining = &gambles,
};
