/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording says of its machine, in place of options that the user did not give: DAMON's
 * intervals, the kind of its addresses, the weights of its probes, and where the nodes are.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/inputs.h"
#include "cli/report.h"
#include "damon-trace/host_context.h"

static enum dt_space space_of(const struct dt_host_monitor *monitor)
{
	if (!strcmp(monitor->operations, "paddr"))
		return DT_SPACE_PHYSICAL;
	if (!strcmp(monitor->operations, "vaddr") || !strcmp(monitor->operations, "fvaddr"))
		return DT_SPACE_VIRTUAL;
	return DT_SPACE_UNKNOWN;
}

/* Regions name their kdamond and no context: of several, none is known to be meant. */
static void add_stream(struct dt_report_options *options, const struct dt_host_kdamond *kdamond)
{
	struct dt_known *known = &options->view.known;
	const struct dt_host_monitor *monitor = kdamond->contexts;
	struct dt_known_stream *stream = &options->known[known->nr];

	if (kdamond->pid < 0 || kdamond->nr_contexts != 1 || known->nr == DT_REPEAT_MAX ||
	    dt_known_find(known, kdamond->pid))
		return;
	*stream = (struct dt_known_stream){
		.kdamond = kdamond->pid,
		.sample_ns = monitor->sample_us * 1000,
		.aggr_ns = monitor->aggr_us * 1000,
		.space = space_of(monitor),
		.addr_unit = monitor->addr_unit,
		.nr_weights = (unsigned)monitor->nr_probes,
		.nr_targets = monitor->nr_targets,
		.target_pids = monitor->target_pids,
	};
	memcpy(stream->weights, monitor->weights, sizeof(stream->weights));
	known->nr++;
}

static void add_streams(struct dt_report_options *options, const struct dt_host_damon *damon)
{
	for (size_t i = 0; i < damon->nr_kdamonds; i++)
		add_stream(options, &damon->kdamonds[i]);
}

/* The lowest range that begins at `from` or above, and whose it is; NULL: no more. */
static const struct dt_host_range *next_range(const struct dt_host_context *host, uint64_t from,
					      int32_t *nid)
{
	const struct dt_host_range *next = NULL;

	for (size_t i = 0; i < host->nr_nodes; i++)
		for (size_t j = 0; j < host->nodes[i].nr_ranges; j++) {
			const struct dt_host_range *range = &host->nodes[i].ranges[j];

			if (range->start >= from && (!next || range->start < next->start)) {
				next = range;
				*nid = host->nodes[i].nid;
			}
		}
	return next;
}

static int8_t cpus_of(const struct dt_host_context *host, int32_t nid)
{
	for (size_t i = 0; i < host->nr_nodes; i++)
		if (host->nodes[i].nid == nid)
			return host->nodes[i].has_cpus ? 1 : -1;
	return 0;
}

/* Holes inside of a node's memory are no borders. */
static void add_nodes(struct dt_report_options *options, const struct dt_host_context *host)
{
	struct dt_view *view = &options->view;
	const struct dt_host_range *range;
	uint64_t from = 0;
	int32_t nid = -1;

	while ((range = next_range(host, from, &nid))) {
		struct dt_node_range *last =
			view->nr_nodes ? &options->nodes[view->nr_nodes - 1] : NULL;

		from = range->start + 1;
		if (last && last->node == nid) {
			last->end = range->end > last->end ? range->end : last->end;
			continue;
		}
		if (view->nr_nodes == DT_REPEAT_MAX)
			return;
		last = &options->nodes[view->nr_nodes++];
		*last = (struct dt_node_range){.node = nid,
					       .start = range->start,
					       .end = range->end,
					       .cpus = cpus_of(host, nid)};
		(void)snprintf(last->label, sizeof(last->label), "node %d", nid);
	}
}

/* "0-3,8": the CPUs of a node. */
static void add_cpus(struct dt_report_options *options, const char *list, int32_t nid)
{
	while (nid >= 0 && nid <= INT16_MAX && *list) {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (end == list)
			return;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (unsigned long cpu = first; cpu <= last && cpu < DT_MOST_CPUS; cpu++) {
			while (options->view.nr_cpu_nodes <= cpu)
				options->cpu_nodes[options->view.nr_cpu_nodes++] = -1;
			options->cpu_nodes[cpu] = (int16_t)nid;
		}
		list = *end == ',' ? end + 1 : "";
	}
}

void dt_report_take_host(struct dt_report_options *options, const struct dt_inputs *inputs)
{
	bool cpus_known = false;

	options->view.known.streams = options->known;
	options->view.cpu_nodes = options->cpu_nodes;
	for (size_t i = 0; i < inputs->nr; i++) {
		const struct dt_input_info *info = &inputs->readers[i]->info;
		const struct dt_host_context *host = info->host_context;

		for (size_t j = 0; j < info->nr_known; j++)
			if (options->view.known.nr < DT_REPEAT_MAX)
				options->known[options->view.known.nr++] = info->known[j];
		if (!host)
			continue;
		add_streams(options, &host->at_start);
		add_streams(options, &host->at_end);
		if (host->filter)
			options->view.known.filtered = true;
		if (!options->view.nr_nodes)
			add_nodes(options, host);
		for (size_t j = 0; j < host->nr_nodes && !cpus_known; j++)
			add_cpus(options, host->nodes[j].cpus, host->nodes[j].nid);
		cpus_known |= options->view.nr_cpu_nodes > 0;
	}
}
