/* SPDX-License-Identifier: GPL-2.0-only */
/* Call chains, counted: a tree of frames from the outermost one inwards, under its command. */
#ifndef DAMON_TRACE_FOLDED_H
#define DAMON_TRACE_FOLDED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct dt_folded_node {
	uint32_t name;		 /* index of names */
	uint32_t child, sibling; /* index of nodes; 0: none. Siblings are sorted by name */
	double count;		 /* of the chains that end here */
};

struct dt_folded {
	uint32_t nr;
	struct dt_folded_node *nodes; /* the first is the root of all, without a name */
	uint32_t nr_names;
	char **names;
	double left_out; /* counts of chains for which there was no room */
};

/* NULL is allowed. */
void dt_folded_free(struct dt_folded *folded);

/* "command;frame;frame count" a line, sorted. False when memory is out. */
bool dt_folded_write(FILE *out, const struct dt_folded *folded);

#endif
