/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Filters. damo has one list of them; kernels since 6.15 want those that look at pages apart from
 * those that look at addresses.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/config_walk.h"

/* A filter, in the texts of its files. */
struct filter {
	const struct dt_config_value *value;
	const char *type;
	bool matching, allow;
	const char *memcg_path;
	const struct dt_config_value *range, *node, *sizes, *target;
};

static bool looks_at_pages(const char *type)
{
	static const char *const types[] = {"anon",  "active",	      "memcg",
					    "young", "hugepage_size", "unmapped"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i], type))
			return true;
	return false;
}

static int flag(const struct dt_config_walk *walk, const struct dt_config_value *filter,
		const char *key, bool *value)
{
	const struct dt_config_value *member = dt_config_member(filter, key);
	uint64_t number;
	int ret;

	if (!member || member->shape == DT_CONFIG_NULL)
		return 0;
	ret = dt_config_number(walk, member, DT_KEY_BOOL, &number);
	*value = number;
	return ret;
}

static const struct dt_config_value *set_member(const struct dt_config_value *map, const char *key)
{
	const struct dt_config_value *member = dt_config_member(map, key);

	return member && member->shape != DT_CONFIG_NULL ? member : NULL;
}

static int check_keys(const struct dt_config_walk *walk, const struct dt_config_value *filter)
{
	static const char known[] = " filter_type matching allow filter_pass memcg_path "
				    "address_range damon_target_idx hugepage_size node ";
	char word[80];

	for (size_t i = 0; i < filter->nr; i++) {
		const struct dt_config_value *member = &filter->members[i];

		(void)snprintf(word, sizeof(word), " %.70s ", member->key);
		if (strchr(member->key, ' ') || !strstr(known, word))
			return dt_config_wrong(walk->document, member->key_line, member->key_column,
					       "known here: filter_type matching allow memcg_path "
					       "address_range damon_target_idx hugepage_size node",
					       walk->error, "unknown key \"%.60s\"", member->key);
	}
	return 0;
}

static int read_filter(const struct dt_config_walk *walk, const struct dt_config_value *value,
		       struct filter *filter)
{
	const struct dt_config_value *type, *memcg;
	int ret = dt_config_expect(walk, value, DT_CONFIG_MAP, "a map");

	if (!ret)
		ret = check_keys(walk, value);
	if (ret)
		return ret;
	type = set_member(value, "filter_type");
	if (!type || type->shape != DT_CONFIG_TEXT)
		return dt_config_wrong(walk->document, value->line, value->column, NULL,
				       walk->error, "the filter has no \"filter_type\"");
	*filter = (struct filter){.value = value,
				  .type = type->text,
				  .matching = true,
				  .range = set_member(value, "address_range"),
				  .node = set_member(value, "node"),
				  .sizes = set_member(value, "hugepage_size"),
				  .target = set_member(value, "damon_target_idx")};
	memcg = set_member(value, "memcg_path");
	if (memcg)
		ret = dt_config_expect(walk, memcg, DT_CONFIG_TEXT, "a path");
	filter->memcg_path = memcg && !ret ? memcg->text : NULL;
	if (!ret)
		ret = flag(walk, value, "matching", &filter->matching);
	if (!ret)
		ret = flag(walk, value, "filter_pass", &filter->allow);
	return ret ? ret : flag(walk, value, "allow", &filter->allow);
}

/* ---- to files ---- */

static const char *folder_of(const struct dt_config_walk *walk, const struct filter *filter,
			     bool of_probe)
{
	if (of_probe || !walk->features->split_filters)
		return "filters";
	return looks_at_pages(filter->type) ? "ops_filters" : "core_filters";
}

/* The directory of the next filter of the kind, and the count with it. */
static int next_filter(struct dt_config_walk *walk, const struct filter *filter,
		       const char *directory, bool of_probe, char below[DT_DAMON_PATH])
{
	const char *folder = folder_of(walk, filter, of_probe);
	unsigned *count = folder[0] == 'f'   ? &walk->nr_filters
			  : folder[0] == 'o' ? &walk->nr_ops
					     : &walk->nr_core;
	char path[64];
	int ret;

	if (snprintf(below, DT_DAMON_PATH, "%s/%s/%u", directory, folder, *count) >= DT_DAMON_PATH)
		return dt_fail(walk->error, ENAMETOOLONG, NULL, "nested too deeply");
	++*count;
	(void)snprintf(path, sizeof(path), "%s/nr_filters", folder);
	ret = dt_config_put_u64(walk, directory, path, *count);
	if (!ret)
		ret = dt_config_put_always(walk, below, "type", filter->type);
	if (!ret)
		ret = dt_config_put_always(walk, below, "matching", filter->matching ? "Y" : "N");
	return ret ? ret : dt_config_put(walk, below, "allow", filter->allow ? "Y" : "N");
}

static int put_range(const struct dt_config_walk *walk, const char *below, uint64_t start,
		     uint64_t end)
{
	const int ret = dt_config_put_u64(walk, below, "addr_start", start);

	return ret ? ret : dt_config_put_u64(walk, below, "addr_end", end);
}

static int range_end(const struct dt_config_walk *walk, const struct filter *filter,
		     const char *key, uint64_t *address)
{
	const struct dt_config_value *value = set_member(filter->range, key);

	if (!value)
		return dt_config_wrong(walk->document, filter->range->line, filter->range->column,
				       NULL, walk->error, "the range has no \"%s\"", key);
	return dt_config_number(walk, value, DT_KEY_BYTES, address);
}

static int put_sizes(const struct dt_config_walk *walk, const struct filter *filter,
		     const char *below)
{
	static const char *const files[] = {"min", "max"};
	uint64_t bytes;
	int ret = dt_config_expect(walk, filter->sizes, DT_CONFIG_LIST, "a list [least, largest]");

	if (!ret && filter->sizes->nr != 2)
		ret = dt_config_wrong(walk->document, filter->sizes->line, filter->sizes->column,
				      NULL, walk->error,
				      "hugepage_size is a list [least, largest]");
	for (size_t i = 0; i < 2 && !ret; i++) {
		ret = dt_config_number(walk, &filter->sizes->members[i], DT_KEY_BYTES, &bytes);
		if (!ret)
			ret = dt_config_put_u64(walk, below, files[i], bytes);
	}
	return ret;
}

static int put_details(const struct dt_config_walk *walk, const struct filter *filter,
		       const char *below)
{
	uint64_t start, end, target;
	int ret = 0;

	if (filter->memcg_path && *filter->memcg_path)
		ret = dt_config_put(walk, below, "memcg_path", filter->memcg_path);
	if (!ret && filter->range) {
		ret = range_end(walk, filter, "start", &start);
		if (!ret)
			ret = range_end(walk, filter, "end", &end);
		if (!ret)
			ret = put_range(walk, below, start, end);
	}
	if (!ret && filter->target) {
		ret = dt_config_number(walk, filter->target, DT_KEY_NUMBER, &target);
		if (!ret)
			ret = dt_config_put_u64(walk, below, "damon_target_idx", target);
	}
	return !ret && filter->sizes ? put_sizes(walk, filter, below) : ret;
}

/* "node: 1" stands for the ranges of that node's memory, a filter each. */
static int put_node(struct dt_config_walk *walk, const struct filter *filter, const char *directory,
		    bool of_probe)
{
	struct dt_host_range *ranges = NULL;
	char below[DT_DAMON_PATH];
	uint64_t nid;
	size_t nr = 0;
	int ret;

	/* several that reject what they do not match would reject everything */
	if (strcmp(filter->type, "addr") != 0 || !filter->matching || filter->range)
		return dt_config_wrong(walk->document, filter->node->line, filter->node->column,
				       NULL, walk->error,
				       "\"node\" stands in place of address_range, in a filter of "
				       "type addr that is matching");
	ret = dt_config_number(walk, filter->node, DT_KEY_NUMBER, &nid);
	if (!ret)
		ret = dt_config_node_ranges(walk, filter->node, (int64_t)nid, &ranges, &nr);
	for (size_t i = 0; i < nr && !ret; i++) {
		ret = next_filter(walk, filter, directory, of_probe, below);
		if (!ret)
			ret = put_range(walk, below, ranges[i].start / walk->addr_unit,
					ranges[i].end / walk->addr_unit);
	}
	free(ranges);
	return ret;
}

int dt_config_filters(struct dt_config_walk *walk, const struct dt_config_value *value,
		      const char *directory)
{
	const bool of_probe = strstr(directory, "/probes/") != NULL;
	char below[DT_DAMON_PATH];
	struct filter filter = {.type = ""};
	int ret;

	walk->nr_filters = walk->nr_core = walk->nr_ops = 0;
	if (value->shape == DT_CONFIG_NULL)
		return 0;
	ret = dt_config_expect(walk, value, DT_CONFIG_LIST, "a list");
	for (size_t i = 0; i < value->nr && !ret; i++) {
		ret = read_filter(walk, &value->members[i], &filter);
		if (!ret && filter.node) {
			ret = put_node(walk, &filter, directory, of_probe);
			continue;
		}
		if (!ret)
			ret = next_filter(walk, &filter, directory, of_probe, below);
		if (!ret)
			ret = put_details(walk, &filter, below);
	}
	return ret;
}
