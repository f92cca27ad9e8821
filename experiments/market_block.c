#include "experiments/market_block.h"

#include <string.h>

#include "experiments/document/document_tree.h"
#include "experiments/experiment_check.h"
#include "markets/registry.h"

typedef struct market_file {
    bt_registered market;
} market_file;

static const bt_parameter parameters[] = {
    {.name = "market",
     .type = BT_REGISTERED,
     .offset = offsetof(market_file, market),
     .required = true,
     .registry = &bt_market_registry,
     .selector = "type",
     .meaning = "where buyers and sellers meet"},
};
static const bt_parameter_table table = BT_TABLE_OF(market_file, parameters);

/* A mapping with the keys of a market and none of an experiment. */
static bool is_bare_market(const bt_node *root)
{
    return bt_node_get_kind(root) == BT_NODE_MAPPING && bt_node_find(root, "market") == NULL &&
           (bt_node_find(root, "products") != NULL || bt_node_find(root, "demand") != NULL);
}

void bt_market_block_wrap(bt_document *document)
{
    bt_node *bare = document->root;
    if (!is_bare_market(bare))
        return;
    bt_node *root = bt_node_create(document, BT_NODE_MAPPING, bare->source, 0, 0);
    bt_node *key = bt_node_create(document, BT_NODE_SCALAR, bare->source, 0, 0);
    if (root == NULL || key == NULL)
        return;
    key->text = bt_arena_copy_text(document->arena, "market");
    if (key->text != NULL && bt_node_append(document, root, key, bare))
        document->root = root;
}

/* Remove all keys but `market`. */
static void keep_market_alone(bt_document *document)
{
    const bt_node *root = bt_document_root(document);
    for (size_t i = bt_node_get_kind(root) == BT_NODE_MAPPING ? bt_node_count(root) : 0;
         i-- > 0;)
        if (strcmp(bt_node_key(root, i), "market") != 0)
            bt_document_remove(document, bt_node_key(root, i));
}

bt_status bt_market_block_bind(bt_document *document, bt_registered *market, bt_arena *arena,
                               bt_diagnostics *diagnostics)
{
    size_t reported = bt_diagnostics_reported(diagnostics);
    market_file file;
    keep_market_alone(document);
    const bt_node *root = bt_document_root(document);
    bt_bind(root, &table, &file, arena, diagnostics);
    *market = file.market;
    if (market->type != NULL)
        bt_market_references_check(bt_node_find(root, "market"), market, NULL, 0, diagnostics);
    return bt_diagnostics_reported(diagnostics) == reported ? BT_OK : BT_BAD_INPUT;
}
