/* SPDX-License-Identifier: GPL-2.0-only */
/* Call chains counted in a tree, in bounded memory. */
#ifndef ANALYZERS_CHAINS_H
#define ANALYZERS_CHAINS_H

#include "analyzers/code_names.h"
#include "analyzers/sample_choice.h"
#include "damon-trace/folded.h"

/* Frames of the whole tree, and of one chain; what is further out of a longer one is cut off. */
#define DT_CHAIN_NODES	(1u << 20)
#define DT_CHAIN_FRAMES 512

struct dt_chain_tree {
	uint32_t nr;
	struct dt_chain_node {
		uint32_t parent, name;
		double count;
	} * nodes;	 /* the first is the root */
	uint32_t *slots; /* open addressing by parent and name: index, 0: free */
	uint32_t limit;
	double left_out;
};

/* limit: nodes at most, a power of two. 0 or -ENOMEM. */
int dt_chain_tree_init(struct dt_chain_tree *tree, uint32_t limit);
void dt_chain_tree_free(struct dt_chain_tree *tree);

/* Names from the outermost frame inwards. */
void dt_chain_tree_add(struct dt_chain_tree *tree, const uint32_t *names, uint32_t nr,
		       double count);

/*
 * The tree with its names, which are taken from the pool. NULL when memory is out; the pool and
 * the tree are still to be freed.
 */
struct dt_folded *dt_chain_tree_fold(struct dt_chain_tree *tree, struct dt_name_pool *pool);

/* One instruction of a chain. */
struct dt_frame {
	uint64_t address;
	enum dt_code_mode mode;
};

/*
 * The frames of a recorded chain, innermost first: nr words with marks between them. mode: of what
 * stands before the first mark. Return addresses are moved back into the call. Returns the number
 * of frames, at most room; *cut: there were more.
 */
uint32_t dt_chain_frames(const uint64_t *words, uint32_t nr, enum dt_code_mode mode,
			 struct dt_frame *frames, uint32_t room, bool *cut);

#endif
