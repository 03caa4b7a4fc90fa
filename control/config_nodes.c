/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory by the number of its node: the ranges come from the machine. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/config_walk.h"

/* A hole no larger than this costs DAMON less than one more range. */
#define HOLE_MAX (64ull << 20)
/* The legacy low memory of PCs comes in scraps. */
#define SCRAP_MAX (1ull << 20)

static const struct dt_host_node_facts *find_node(const struct dt_setup_machine *machine,
						  int64_t nid)
{
	for (size_t i = 0; i < machine->nr_nodes; i++)
		if (machine->nodes[i].nid == nid)
			return &machine->nodes[i];
	return NULL;
}

/* Does another node have memory in [start, end)? *other: which. */
static bool is_shared(const struct dt_setup_machine *machine, int64_t nid, uint64_t start,
		      uint64_t end, int32_t *other)
{
	for (size_t i = 0; i < machine->nr_nodes; i++) {
		const struct dt_host_node_facts *node = &machine->nodes[i];

		if (node->nid == nid)
			continue;
		for (size_t k = 0; k < node->nr_ranges; k++)
			if (node->ranges[k].start < end && start < node->ranges[k].end) {
				*other = node->nid;
				return true;
			}
	}
	return false;
}

static int no_such_node(const struct dt_config_walk *walk, const struct dt_config_value *value,
			int64_t nid, bool exists)
{
	char hint[512] = "nodes with memory:";
	size_t used = strlen(hint);

	for (size_t i = 0; i < walk->machine->nr_nodes && used < sizeof(hint); i++)
		if (walk->machine->nodes[i].nr_ranges)
			used += (size_t)snprintf(hint + used, sizeof(hint) - used, " %" PRId32,
						 walk->machine->nodes[i].nid);
	return dt_config_wrong(
		walk->document, value->line, value->column, hint, walk->error,
		exists ? "node %" PRId64 " has no memory" : "there is no node %" PRId64, nid);
}

int dt_config_node_ranges(const struct dt_config_walk *walk, const struct dt_config_value *value,
			  int64_t nid, struct dt_host_range **ranges, size_t *nr)
{
	const struct dt_host_node_facts *node = find_node(walk->machine, nid);
	const uint64_t page = walk->machine->page_size ? walk->machine->page_size : 4096;
	struct dt_host_range *list;
	int32_t other;

	*nr = 0;
	*ranges = NULL;
	if (!node || !node->nr_ranges)
		return no_such_node(walk, value, nid, node != NULL);
	list = calloc(node->nr_ranges, sizeof(*list));
	if (!list)
		return dt_fail(walk->error, ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < node->nr_ranges; i++) {
		const uint64_t start = (node->ranges[i].start + page - 1) / page * page;
		const uint64_t end = node->ranges[i].end / page * page;

		if (start >= end || (end - start < SCRAP_MAX && end <= SCRAP_MAX))
			continue;
		if (is_shared(walk->machine, nid, start, end, &other)) {
			free(list);
			return dt_config_wrong(
				walk->document, value->line, value->column,
				"as root /proc/iomem tells them exactly", walk->error,
				"the ranges of node %" PRId64 " and node %" PRId32 " overlap", nid,
				other);
		}
		if (*nr && start - list[*nr - 1].end <= HOLE_MAX &&
		    !is_shared(walk->machine, nid, list[*nr - 1].end, start, &other))
			list[*nr - 1].end = end;
		else
			list[(*nr)++] = (struct dt_host_range){start, end};
	}
	*ranges = list;
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct dt_host_range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

/* All ranges of a list of nodes, ascending. Free *all in any case. */
static int gather(const struct dt_config_walk *walk, const struct dt_config_value *value,
		  struct dt_host_range **all, size_t *nr)
{
	int ret = dt_config_expect(walk, value, DT_CONFIG_LIST, "a list of nodes");

	for (size_t i = 0; !ret && i < value->nr; i++) {
		struct dt_host_range *ranges = NULL, *larger;
		uint64_t nid = 0;
		size_t added = 0;

		ret = dt_config_number(walk, &value->members[i], DT_KEY_NUMBER, &nid);
		if (!ret)
			ret = dt_config_node_ranges(walk, &value->members[i], (int64_t)nid, &ranges,
						    &added);
		if (ret)
			return ret;
		larger = realloc(*all, (*nr + added + 1) * sizeof(**all));
		if (!larger) {
			free(ranges);
			return dt_fail(walk->error, ENOMEM, NULL, "out of memory");
		}
		*all = larger;
		if (ranges)
			memcpy(*all + *nr, ranges, added * sizeof(*ranges));
		*nr += added;
		free(ranges);
	}
	if (!ret && *nr)
		qsort(*all, *nr, sizeof(**all), by_start);
	return ret;
}

int dt_config_target_nodes(struct dt_config_walk *walk, const struct dt_config_value *value,
			   const char *directory)
{
	struct dt_host_range *all = NULL;
	char below[DT_DAMON_PATH];
	size_t nr = 0;
	int ret;

	if (value->shape == DT_CONFIG_NULL)
		return 0;
	ret = gather(walk, value, &all, &nr);
	for (size_t i = 1; !ret && i < nr; i++)
		if (all[i].start < all[i - 1].end)
			ret = dt_config_wrong(walk->document, value->line, value->column, NULL,
					      walk->error, "a node is here twice");
	if (!ret)
		ret = dt_config_put_u64(walk, directory, "regions/nr_regions", nr);
	for (size_t i = 0; !ret && i < nr; i++) {
		if (snprintf(below, sizeof(below), "%s/regions/%zu", directory, i) >=
		    (int)sizeof(below))
			ret = dt_fail(walk->error, ENAMETOOLONG, NULL, "nested too deeply");
		if (!ret)
			ret = dt_config_put_u64(walk, below, "start",
						all[i].start / walk->addr_unit);
		if (!ret)
			ret = dt_config_put_u64(walk, below, "end", all[i].end / walk->addr_unit);
	}
	free(all);
	return ret;
}
