/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NUMA nodes and where their memory is.
 *
 * No file says a node's ranges outright. The memory blocks linked below the node are as coarse as
 * hotplug works (128 MiB and more) and may be shared by two nodes; /proc/zoneinfo tells the span
 * of a node's zones, /proc/iomem which of it is memory at all. Together they are exact.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host_files.h"
#include "collector/host_impl.h"

#define NODES "devices/system/node"

/* spanned pages from first_page on, of a zone; 0: it is empty. */
static int add_zone(struct dt_ranges *spans, uint64_t first_page, uint64_t spanned,
		    uint64_t page_size)
{
	if (!spanned || first_page > UINT64_MAX / page_size ||
	    spanned > UINT64_MAX / page_size - first_page)
		return 0;
	return dt_ranges_add(spans, first_page * page_size, (first_page + spanned) * page_size);
}

/* The spans of the zones of one node; a zone's lines end with the number of its first page. */
static int read_spans(struct dt_ranges *spans, int nid, uint64_t page_size,
		      const struct dt_roots *roots)
{
	FILE *file = dt_host_open("%s/zoneinfo", roots->proc);
	uint64_t node = UINT64_MAX, spanned = 0, first;
	char line[256];
	int ret = 0;

	while (file && !ret && fgets(line, sizeof(line), file)) {
		if (dt_host_field(line, "Node", 10, &node))
			spanned = 0;
		else if (!dt_host_field(line, "spanned", 10, &spanned) && node == (uint64_t)nid &&
			 dt_host_field(line, "start_pfn:", 10, &first))
			ret = add_zone(spans, first, spanned, page_size);
	}
	if (file)
		(void)fclose(file);
	dt_ranges_settle(spans);
	return ret;
}

/* The blocks that are linked below the node and online. */
static int read_blocks(struct dt_ranges *blocks, int nid, const struct dt_roots *roots)
{
	uint64_t size, index;
	uint32_t *numbers;
	char state[32];
	size_t nr;
	int ret;

	if (!dt_host_number(&size, 16, "%s/devices/system/memory/block_size_bytes", roots->sysfs) ||
	    !size)
		return 0;
	ret = dt_host_numbers(&numbers, &nr, "memory", "%s/" NODES "/node%d", roots->sysfs, nid);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; i < nr && !ret; i++) {
		if (!dt_host_line(state, sizeof(state), "%s/" NODES "/node%d/memory%u/state",
				  roots->sysfs, nid, numbers[i]) &&
		    !strcmp(state, "offline"))
			continue;
		if (dt_host_number(&index, 16, "%s/" NODES "/node%d/memory%u/phys_index",
				   roots->sysfs, nid, numbers[i]) &&
		    index < UINT64_MAX / size)
			ret = dt_ranges_add(blocks, index * size, (index + 1) * size);
	}
	free(numbers);
	dt_ranges_settle(blocks);
	return ret;
}

/* System RAM wherever it stands in /proc/iomem: below a CXL window it is indented. */
static int read_iomem(struct dt_ranges *memory, bool *known, const struct dt_roots *roots)
{
	FILE *file = dt_host_open("%s/iomem", roots->proc);
	uint64_t first, last;
	char line[256];
	int ret = 0;

	*known = false;
	while (file && !ret && fgets(line, sizeof(line), file)) {
		const char *name = strstr(line, " : "), *rest;

		if (!name || strncmp(name + 3, "System RAM", 10) != 0 ||
		    !dt_host_parse(line, 16, &first, &rest) || *rest != '-' ||
		    !dt_host_parse(rest + 1, 16, &last, NULL) || last == UINT64_MAX || !last)
			continue;
		*known = true;
		ret = dt_ranges_add(memory, first, last + 1);
	}
	if (file)
		(void)fclose(file);
	dt_ranges_settle(memory);
	return ret;
}

/* Keep of *ranges what limit has too; all of it when that would be nothing. */
static int narrow(struct dt_ranges *ranges, const struct dt_ranges *limit)
{
	struct dt_ranges common = {0};
	int ret;

	if (!ranges->nr || !limit->nr)
		return 0;
	ret = dt_ranges_common(ranges, limit, &common);
	if (ret || !common.nr) {
		free(common.at);
		return ret;
	}
	free(ranges->at);
	*ranges = common;
	return 0;
}

static int read_ranges(struct dt_host_node *node, const struct dt_host *host,
		       const struct dt_ranges *memory, const struct dt_roots *roots)
{
	struct dt_ranges blocks = {0}, spans = {0};
	int ret;

	ret = read_blocks(&blocks, node->nid, roots);
	if (!ret)
		ret = read_spans(&spans, node->nid, host->page_size, roots);
	if (!ret && !blocks.nr) {
		/* a kernel without memory hotplug has no blocks */
		free(blocks.at);
		blocks = spans;
		spans = (struct dt_ranges){0};
	} else if (!ret) {
		ret = narrow(&blocks, &spans);
	}
	if (!ret)
		ret = narrow(&blocks, memory);
	free(spans.at);
	if (ret) {
		free(blocks.at);
		return ret;
	}
	node->nr_ranges = blocks.nr;
	node->ranges = blocks.at;
	return 0;
}

static void read_meminfo(struct dt_host_node *node, const struct dt_roots *roots)
{
	FILE *file = dt_host_open("%s/" NODES "/node%d/meminfo", roots->sysfs, node->nid);
	char line[160];

	while (file && fgets(line, sizeof(line), file)) {
		const char *field = strstr(line, "Mem");

		if (field && !dt_host_field(field, "MemTotal:", 10, &node->mem_total_kb))
			(void)dt_host_field(field, "MemFree:", 10, &node->mem_free_kb);
	}
	if (file)
		(void)fclose(file);
}

static int read_node(struct dt_host_node *node, int nid, const struct dt_host *host,
		     const struct dt_ranges *memory, const struct dt_roots *roots)
{
	node->nid = nid;
	(void)dt_host_line(node->cpulist, sizeof(node->cpulist), "%s/" NODES "/node%d/cpulist",
			   roots->sysfs, nid);
	node->has_cpus = node->cpulist[0] != '\0';
	read_meminfo(node, roots);
	node->has_memory = node->mem_total_kb != 0;
	return read_ranges(node, host, memory, roots);
}

int dt_host_read_nodes(struct dt_host *host, const struct dt_roots *roots)
{
	struct dt_ranges memory = {0};
	uint32_t *numbers;
	size_t nr;
	int ret;

	ret = read_iomem(&memory, &host->iomem_known, roots);
	if (!ret)
		ret = dt_host_numbers(&numbers, &nr, "node", "%s/" NODES, roots->sysfs);
	if (ret) {
		free(memory.at);
		return ret == -ENOMEM ? ret : 0;
	}
	host->nodes = calloc(nr + 1, sizeof(*host->nodes));
	if (!host->nodes)
		ret = -ENOMEM;
	for (size_t i = 0; i < nr && !ret; i++) {
		ret = read_node(&host->nodes[i], (int)numbers[i], host, &memory, roots);
		host->nr_nodes = i + 1;
	}
	free(numbers);
	free(memory.at);
	return ret;
}
