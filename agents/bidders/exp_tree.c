/*
 * ExpTree (Weed, Perchet and Rigollet 2016): exponential weights on all bids between 0 and
 * 1, for a bidder in second-price auctions who learns its value only by winning, whatever
 * values and rivals do. Bids between two others' bids seen so far fare alike, so that
 * weights are constant on intervals; a tree of intervals is split at each highest other
 * bid m that is seen. In a round that is won all bids above m are weighted by
 * exp(eta (v - m - 1)/P(win)), in one that is lost all others by exp(-eta/P(lose)): unbiased
 * estimates of their gain less 1, which keeps them below 0.
 *
 * Regret against the best fixed bid is at most 4 sqrt(T ln(1/D)), D the width of the
 * narrowest interval of best bids, with eta = sqrt(ln(1/D) / (2 T)).
 *
 * Each node keeps the logarithm of its weight below a factor of its own, so that a change
 * of all bids above m touches the path to m only. The tree is a treap: splits carry
 * random priorities, and rise above those of lower priority, so that
 * paths are O(log T) long in whatever order rivals' bids come. After `most_splits`
 * intervals are split no more.
 *
 * Draws: two a round (agent BT_AGENT_BUYER(bidder), purpose 0), and one a split (purpose 1).
 */
#include <math.h>

#include "agents/bidders/registry.h"

enum { BID_PURPOSE = 0, PRIORITY_PURPOSE = 1 };

#define NO_NODE UINT32_MAX

typedef struct exp_tree_parameters {
    double width;
    bt_option learning_rate;
    int64_t most_splits;
} exp_tree_parameters;

static const bt_parameter parameters[] = {
    {.name = "width",
     .type = BT_REAL,
     .offset = offsetof(exp_tree_parameters, width),
     .unit = "price",
     .default_text = "0.01",
     .range = {.minimum = 0,
               .maximum = 1,
               .above_minimum = true,
               .below_maximum = true,
               .bounded = true},
     .meaning = "D, the width of an interval of best bids that it expects"},
    {.name = "learning_rate",
     .type = BT_OPTION,
     .offset = offsetof(exp_tree_parameters, learning_rate),
     .unit = "1",
     .default_text = "tuned",
     .choices = "tuned",
     .number_allowed = true,
     .range = BT_POSITIVE,
     .meaning = "eta: sqrt(ln(1/D) / (2 T)) with the horizon T, or a number"},
    {.name = "most_splits",
     .type = BT_INTEGER,
     .offset = offsetof(exp_tree_parameters, most_splits),
     .unit = "1",
     .default_text = "16384",
     .range = BT_BETWEEN(1, 100000000),
     .meaning = "how often intervals are split at most"},
};
static const bt_parameter_table parameter_table = BT_TABLE_OF(exp_tree_parameters, parameters);

typedef struct tree_node {
    double split;      /* between its halves; unused in a leaf */
    double log_factor; /* of all below */
    double log_weight; /* of all below, with the factor but without those above */
    uint32_t left;     /* NO_NODE: a leaf */
    uint32_t right;
    uint32_t parent; /* NO_NODE: the root */
    uint32_t priority;
} tree_node;

typedef struct exp_tree {
    double rate;
    uint32_t n_nodes;
    uint32_t most_nodes;
    uint32_t root;
    tree_node *node; /* [most_nodes] */
    bt_stream bids;
} exp_tree;

static bt_status create(const void *given, const bt_bidder_setting *setting, void **self,
                        bt_error *error)
{
    const exp_tree_parameters *chosen = given;
    if (setting->payment != BT_SECOND_PRICE)
        return bt_fail(error, BT_BAD_INPUT,
                       "bidder \"%s\": exp_tree is for second-price auctions, in which bids "
                       "between two others' fare alike",
                       setting->name);
    exp_tree *bidder = BT_ARENA_NEW(setting->arena, 1, exp_tree);
    double most_splits = fmin((double)chosen->most_splits, setting->horizon);
    if (bidder != NULL) {
        bidder->most_nodes = 2 * (uint32_t)most_splits + 1;
        bidder->node = BT_ARENA_NEW(setting->arena, bidder->most_nodes, tree_node);
    }
    if (bidder == NULL || bidder->node == NULL)
        return bt_fail(error, BT_INTERNAL, "out of memory for bidder \"%s\"", setting->name);
    bidder->n_nodes = 1;
    bidder->node[0] = (tree_node){.left = NO_NODE, .right = NO_NODE, .parent = NO_NODE};
    bidder->rate = chosen->learning_rate.chosen == -1
                       ? chosen->learning_rate.value
                       : sqrt(-log(chosen->width) / (2 * setting->horizon));
    bidder->bids = bt_stream_open(setting->key, BT_AGENT_BUYER(setting->bidder), BID_PURPOSE);
    *self = bidder;
    return BT_OK;
}

static double log_sum(double a, double b)
{
    double larger = fmax(a, b), smaller = fmin(a, b);
    return smaller == -INFINITY ? larger : larger + log1p(exp(smaller - larger));
}

static bool is_leaf(const tree_node *node)
{
    return node->left == NO_NODE;
}

/* ---- bidding ---- */

static double bid(void *self, const bt_bidder_view *view)
{
    (void)view;
    exp_tree *bidder = self;
    double uniform = bt_stream_uniform(&bidder->bids), low = 0, high = 1;
    const tree_node *node = &bidder->node[bidder->root];
    while (!is_leaf(node)) {
        const tree_node *left = &bidder->node[node->left], *right = &bidder->node[node->right];
        double share = 1 / (1 + exp(right->log_weight - left->log_weight));
        bool goes_left = uniform < share;
        uniform = goes_left ? uniform / share : (uniform - share) / (1 - share);
        *(goes_left ? &high : &low) = node->split;
        node = goes_left ? left : right;
    }
    return low + (high - low) * bt_stream_uniform(&bidder->bids);
}

/* ---- splitting ---- */

static uint32_t add_leaf(exp_tree *bidder, uint32_t parent, double width)
{
    uint32_t index = bidder->n_nodes++;
    bidder->node[index] = (tree_node){
        .left = NO_NODE, .right = NO_NODE, .parent = parent, .log_weight = log(width)};
    return index;
}

static void multiply(tree_node *node, double log_factor)
{
    node->log_factor += log_factor;
    node->log_weight += log_factor;
}

/* Hand a node's factor on to its children. */
static void push_down(exp_tree *bidder, tree_node *node)
{
    multiply(&bidder->node[node->left], node->log_factor);
    multiply(&bidder->node[node->right], node->log_factor);
    node->log_factor = 0;
}

static void weigh_up(exp_tree *bidder, tree_node *node)
{
    node->log_weight = node->log_factor + log_sum(bidder->node[node->left].log_weight,
                                                  bidder->node[node->right].log_weight);
}

/* Put a node in the place of its parent, which becomes its child; the order of intervals
 * stays. */
static void rotate_up(exp_tree *bidder, uint32_t index)
{
    tree_node *node = &bidder->node[index];
    uint32_t parent_index = node->parent;
    tree_node *parent = &bidder->node[parent_index];
    push_down(bidder, parent);
    push_down(bidder, node);
    bool is_left = parent->left == index;
    uint32_t moved = is_left ? node->right : node->left;
    *(is_left ? &parent->left : &parent->right) = moved;
    *(is_left ? &node->right : &node->left) = parent_index;
    bidder->node[moved].parent = parent_index;
    node->parent = parent->parent;
    parent->parent = index;
    if (node->parent == NO_NODE) {
        bidder->root = index;
    } else {
        tree_node *above = &bidder->node[node->parent];
        *(above->left == parent_index ? &above->left : &above->right) = index;
    }
    weigh_up(bidder, parent);
    weigh_up(bidder, node);
}

static void rise(exp_tree *bidder, uint32_t index)
{
    tree_node *node = &bidder->node[index];
    node->priority = (uint32_t)(bt_random_at(bidder->bids.key, bidder->bids.agent,
                                             PRIORITY_PURPOSE, index) >>
                                32);
    while (node->parent != NO_NODE && bidder->node[node->parent].priority < node->priority)
        rotate_up(bidder, index);
}

/* The node at which bids above m part from the others: one that is split there, or a leaf
 * that lies wholly on one side. */
static uint32_t split_at(exp_tree *bidder, double m, bool *leaf_is_above)
{
    double low = 0, high = 1;
    uint32_t index = bidder->root;
    while (!is_leaf(&bidder->node[index]) && bidder->node[index].split != m) {
        tree_node *node = &bidder->node[index];
        *(m < node->split ? &high : &low) = node->split;
        index = m < node->split ? node->left : node->right;
    }
    if (!is_leaf(&bidder->node[index]))
        return index;
    *leaf_is_above = m < low + (high - low) / 2;
    if (!(m > low && m < high) || bidder->n_nodes + 2 > bidder->most_nodes)
        return index;
    bidder->node[index].split = m;
    uint32_t left = add_leaf(bidder, index, m - low);
    bidder->node[index].right = add_leaf(bidder, index, high - m);
    bidder->node[index].left = left;
    rise(bidder, index);
    return index;
}

/* ---- learning ---- */

/* Which child of the node where bids part is on this side; the leaf itself if it is. */
static uint32_t part_at(const exp_tree *bidder, uint32_t at, bool above, bool leaf_is_above)
{
    const tree_node *node = &bidder->node[at];
    if (is_leaf(node))
        return above == leaf_is_above ? at : UINT32_MAX;
    return above ? node->right : node->left;
}

/* The share of all weight on the bids above (or up to) where they part. */
static double probability_of(const exp_tree *bidder, uint32_t at, bool above,
                             bool leaf_is_above)
{
    uint32_t part = part_at(bidder, at, above, leaf_is_above);
    double log_weight = part == UINT32_MAX ? -INFINITY : bidder->node[part].log_weight;
    if (part != at && part != UINT32_MAX)
        log_weight += bidder->node[at].log_factor;
    for (uint32_t index = at; index != bidder->root;) {
        uint32_t parent = bidder->node[index].parent;
        const tree_node *node = &bidder->node[parent];
        uint32_t other = above ? node->right : node->left;
        if (other != index)
            log_weight = log_sum(log_weight, bidder->node[other].log_weight);
        log_weight += node->log_factor;
        index = parent;
    }
    return exp(log_weight - bidder->node[bidder->root].log_weight);
}

/* Weigh all bids above (or up to) where they part by exp(log_factor). */
static void weigh(exp_tree *bidder, uint32_t at, bool above, bool leaf_is_above,
                  double log_factor)
{
    uint32_t part = part_at(bidder, at, above, leaf_is_above);
    if (part != UINT32_MAX)
        multiply(&bidder->node[part], log_factor);
    for (uint32_t index = at;; index = bidder->node[index].parent) {
        tree_node *node = &bidder->node[index];
        if (!is_leaf(node))
            weigh_up(bidder, node);
        if (index == bidder->root)
            return;
        const tree_node *parent = &bidder->node[node->parent];
        uint32_t other = above ? parent->right : parent->left;
        if (other != index)
            multiply(&bidder->node[other], log_factor);
    }
}

static void observe(void *self, const bt_bidder_feedback *feedback)
{
    exp_tree *bidder = self;
    bool leaf_is_above = false, above = feedback->won;
    uint32_t at = split_at(bidder, feedback->rival_bid, &leaf_is_above);
    double probability = probability_of(bidder, at, above, leaf_is_above);
    double gain = feedback->won ? feedback->value - feedback->rival_bid : 0;
    if (probability > 0)
        weigh(bidder, at, above, leaf_is_above, bidder->rate * (gain - 1) / probability);
}

/* Each node but the root has one parent that knows it: no path from the root can go round. */
static bool is_tree(const exp_tree *bidder)
{
    for (uint32_t k = 0; k < bidder->n_nodes; k++) {
        const tree_node *node = &bidder->node[k];
        bool is_root = k == bidder->root;
        if (is_root ? node->parent != NO_NODE : node->parent >= bidder->n_nodes)
            return false;
        if (!is_root && bidder->node[node->parent].left != k &&
            bidder->node[node->parent].right != k)
            return false;
        bool has_children = node->left < bidder->n_nodes && node->right < bidder->n_nodes &&
                            node->left != node->right && bidder->node[node->left].parent == k &&
                            bidder->node[node->right].parent == k;
        if (!has_children && (node->left != NO_NODE || node->right != NO_NODE))
            return false;
    }
    return true;
}

static void archive(void *self, bt_archive *archive)
{
    exp_tree *bidder = self;
    bt_archive_field(archive, "n_nodes", &bidder->n_nodes, sizeof(bidder->n_nodes));
    bt_archive_field(archive, "root", &bidder->root, sizeof(bidder->root));
    if (bidder->n_nodes < 1 || bidder->n_nodes > bidder->most_nodes ||
        bidder->root >= bidder->n_nodes) {
        bidder->n_nodes = 1;
        bidder->root = 0;
        bt_archive_fail(archive, "a bidder's tree has more intervals than it may");
        return;
    }
    bt_archive_field(archive, "nodes", bidder->node, bidder->n_nodes * sizeof(tree_node));
    bt_archive_field(archive, "bids", &bidder->bids, sizeof(bidder->bids));
    if (bt_archive_restores(archive) && !is_tree(bidder)) {
        bidder->n_nodes = 1;
        bidder->root = 0;
        bidder->node[0] = (tree_node){.left = NO_NODE, .right = NO_NODE, .parent = NO_NODE};
        bt_archive_fail(archive, "a bidder's tree of intervals is none");
    }
}

const bt_bidder_type bt_exp_tree_bidder = {
    .described = {.name = "exp_tree",
                  .summary = "Exponential weights on a tree of intervals of bids.",
                  .source = "Weed, Perchet and Rigollet 2016, section 4",
                  .parameters = &parameter_table},
    .feedback = BT_BIDDER_SEES_RIVAL_BID,
    .create = create,
    .bid = bid,
    .observe = observe,
    .archive = archive,
};
