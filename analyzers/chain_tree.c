/* SPDX-License-Identifier: GPL-2.0-only */
/* The tree of frames: a frame is found by the one that called it and its name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/chains.h"

#define FIRST_NODES 1024u

int dt_chain_tree_init(struct dt_chain_tree *tree, uint32_t limit)
{
	*tree = (struct dt_chain_tree){.limit = limit, .nr = 1};
	tree->nodes = calloc(FIRST_NODES, sizeof(*tree->nodes));
	tree->slots = calloc((size_t)limit * 2, sizeof(*tree->slots));
	return tree->nodes && tree->slots ? 0 : -ENOMEM;
}

void dt_chain_tree_free(struct dt_chain_tree *tree)
{
	free(tree->nodes);
	free(tree->slots);
	*tree = (struct dt_chain_tree){0};
}

static uint32_t *find(struct dt_chain_tree *tree, uint32_t parent, uint32_t name)
{
	const uint64_t key = (uint64_t)parent << 32 | name;
	uint32_t slot = (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & (tree->limit * 2 - 1);

	while (tree->slots[slot] && (tree->nodes[tree->slots[slot]].parent != parent ||
				     tree->nodes[tree->slots[slot]].name != name))
		slot = (slot + 1) & (tree->limit * 2 - 1);
	return &tree->slots[slot];
}

/* The frame below another; 0: there is no room for it. */
static uint32_t child_of(struct dt_chain_tree *tree, uint32_t parent, uint32_t name)
{
	uint32_t *slot = find(tree, parent, name);

	if (*slot != 0)
		return *slot;
	if (tree->nr == tree->limit)
		return 0;
	if (tree->nr >= FIRST_NODES && !(tree->nr & (tree->nr - 1))) {
		struct dt_chain_node *nodes =
			realloc(tree->nodes, (size_t)tree->nr * 2 * sizeof(*nodes));

		if (!nodes)
			return 0;
		tree->nodes = nodes;
	}
	tree->nodes[tree->nr] = (struct dt_chain_node){.parent = parent, .name = name};
	return *slot = tree->nr++;
}

void dt_chain_tree_add(struct dt_chain_tree *tree, const uint32_t *names, uint32_t nr, double count)
{
	uint32_t node = 0;

	for (uint32_t i = 0; i < nr; i++) {
		node = names[i] == DT_NAME_NONE ? 0 : child_of(tree, node, names[i]);
		if (!node)
			break;
	}
	if (node)
		tree->nodes[node].count += count;
	else
		tree->left_out += count;
}

/* A name and where it belongs, to be sorted. */
struct named {
	const char *name;
	uint32_t index;
};

static int by_name(const void *a, const void *b)
{
	const struct named *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Nodes from the last name to the first, so that each child goes before its siblings. */
static bool link_nodes(const struct dt_chain_tree *tree, const struct dt_name_pool *pool,
		       struct dt_folded *folded)
{
	struct named *order = calloc((size_t)tree->nr, sizeof(*order));

	if (!order)
		return false;
	for (uint32_t i = 1; i < tree->nr; i++)
		order[i - 1] = (struct named){pool->names[tree->nodes[i].name], i};
	qsort(order, tree->nr - 1, sizeof(*order), by_name);
	for (uint32_t i = tree->nr - 1; i-- > 0;) {
		const uint32_t index = order[i].index, parent = tree->nodes[index].parent;

		folded->nodes[index].name = tree->nodes[index].name;
		folded->nodes[index].count = tree->nodes[index].count;
		folded->nodes[index].sibling = folded->nodes[parent].child;
		folded->nodes[parent].child = index;
	}
	free(order);
	return true;
}

struct dt_folded *dt_chain_tree_fold(struct dt_chain_tree *tree, struct dt_name_pool *pool)
{
	struct dt_folded *folded = calloc(1, sizeof(*folded));

	if (!folded)
		return NULL;
	folded->nodes = calloc(tree->nr, sizeof(*folded->nodes));
	if (!folded->nodes || !link_nodes(tree, pool, folded)) {
		dt_folded_free(folded);
		return NULL;
	}
	folded->nr = tree->nr;
	folded->left_out = tree->left_out;
	folded->names = pool->names;
	folded->nr_names = pool->nr;
	pool->names = NULL;
	pool->nr = 0;
	return folded;
}
