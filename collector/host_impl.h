/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of dt_host_read, one per source of facts. Each returns 0 or -ENOMEM. */
#ifndef COLLECTOR_HOST_IMPL_H
#define COLLECTOR_HOST_IMPL_H

#include "collector/host.h"
#include "support/json_writer.h"

/* The nodes with their ranges (host_nodes.c). */
int dt_host_read_nodes(struct dt_host *host, const struct dt_roots *roots);

/* Ranges, kept apart while they are put together (host_ranges.c). */
struct dt_ranges {
	size_t nr, room;
	struct dt_address_range *at;
};

int dt_ranges_add(struct dt_ranges *ranges, uint64_t start, uint64_t end);
/* Sort, and join those that touch or overlap. */
void dt_ranges_settle(struct dt_ranges *ranges);
/* What both have, into a new list; both are settled. */
int dt_ranges_common(const struct dt_ranges *a, const struct dt_ranges *b,
		     struct dt_ranges *common);

/* The configuration of the kernel, from a file that may be compressed (host_config.c). */
void dt_host_read_config(struct dt_host *host, const struct dt_roots *roots);

/* The text of a tree as a member of the object at hand; NULL is written as null (damon_tree.c). */
void dt_damon_tree_write(struct dt_json *json, const char *key, const struct dt_damon_tree *tree);

#endif
