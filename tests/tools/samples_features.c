/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The feature sections behind the samples: the machine, its nodes and PMUs, as perf's
 * Documentation/perf.data-file-format.txt lays them out.
 */
#include <string.h>

#include "tests/tools/samples_writer_private.h"

enum {
	FEATURE_HOSTNAME = 3,
	FEATURE_RELEASE = 4,
	FEATURE_VERSION = 5,
	FEATURE_ARCH = 6,
	FEATURE_NRCPUS = 7,
	FEATURE_CPUDESC = 8,
	FEATURE_CPUID = 9,
	FEATURE_CMDLINE = 11,
	FEATURE_EVENT_DESC = 12,
	FEATURE_NUMA = 14,
	FEATURE_PMUS = 16,
	FEATURE_SAMPLE_TIME = 21,
	FEATURE_MEMORY = 22,
	FEATURE_PMU_CAPS = 31,
	FEATURE_LAST = 32,
};

#define MEMORY_BLOCK (128ull << 20)

/* Length with padding, text, padding. */
static void put_text(struct perf_buffer *to, const char *text)
{
	size_t padded = (strlen(text) + 1 + 63) & ~(size_t)63;

	perf_put_u32(to, (uint32_t)padded);
	memset(to->bytes + to->used, 0, padded);
	memcpy(to->bytes + to->used, text, strlen(text));
	to->used += padded;
}

static void put_event_desc(const struct sw_config *config, struct perf_buffer *to)
{
	perf_put_u32(to, config->nr_events);
	perf_put_u32(to, 128);
	for (uint32_t i = 0; i < config->nr_events; i++) {
		sw_put_attr(to, &config->events[i]);
		perf_put_u32(to, config->machine.cpus);
		put_text(to, config->events[i].name);
		for (uint32_t cpu = 0; cpu < config->machine.cpus; cpu++)
			perf_put_u64(to, sw_id(i, cpu));
	}
}

/* Sizes in KiB. */
static void put_numa(const struct sw_machine *machine, struct perf_buffer *to)
{
	perf_put_u32(to, machine->nr_nodes);
	for (uint32_t i = 0; i < machine->nr_nodes; i++) {
		const struct sw_node *node = &machine->nodes[i];

		perf_put_u32(to, i);
		perf_put_u64(to, (node->end - node->start) >> 10);
		perf_put_u64(to, (node->end - node->start) >> 11);
		put_text(to, node->cpus);
	}
}

/* Which blocks of memory each node has, as bits. */
static void put_memory(const struct sw_machine *machine, struct perf_buffer *to)
{
	perf_put_u64(to, 1); /* version */
	perf_put_u64(to, MEMORY_BLOCK);
	perf_put_u64(to, machine->nr_nodes);
	for (uint32_t i = 0; i < machine->nr_nodes; i++) {
		uint64_t first = machine->nodes[i].start / MEMORY_BLOCK;
		uint64_t end = machine->nodes[i].end / MEMORY_BLOCK;

		perf_put_u64(to, i);
		perf_put_u64(to, end - first); /* blocks */
		perf_put_u64(to, end);	       /* bits */
		for (uint64_t word = 0; word < end; word += 64) {
			uint64_t bits = 0;

			for (uint64_t bit = 0; bit < 64; bit++)
				if (word + bit >= first && word + bit < end)
					bits |= 1ull << bit;
			perf_put_u64(to, bits);
		}
	}
}

static void put_pmus(const struct sw_machine *machine, struct perf_buffer *to)
{
	bool ibs = machine->ibs_op_type;

	perf_put_u32(to, ibs ? 4 : 2);
	perf_put_u32(to, 1);
	put_text(to, "software");
	perf_put_u32(to, 4);
	put_text(to, "cpu");
	if (!ibs)
		return;
	perf_put_u32(to, machine->ibs_fetch_type);
	put_text(to, "ibs_fetch");
	perf_put_u32(to, machine->ibs_op_type);
	put_text(to, "ibs_op");
}

/* Pairs of name and value, then the PMU's own name. */
static void put_pmu_caps(struct perf_buffer *to)
{
	perf_put_u32(to, 1);
	perf_put_u32(to, 1);
	put_text(to, "zen4_ibs_extensions");
	put_text(to, "1");
	put_text(to, "ibs_op");
}

static bool put_machine(const struct sw_machine *machine, unsigned feature, struct perf_buffer *to)
{
	switch (feature) {
	case FEATURE_NRCPUS:
		perf_put_u32(to, machine->cpus);
		perf_put_u32(to, machine->cpus);
		return true;
	case FEATURE_CPUDESC:
		put_text(to, machine->processor);
		return true;
	case FEATURE_CPUID:
		put_text(to, machine->cpuid);
		return true;
	case FEATURE_NUMA:
		put_numa(machine, to);
		return machine->nr_nodes;
	case FEATURE_MEMORY:
		put_memory(machine, to);
		return machine->nr_nodes;
	case FEATURE_PMUS:
		put_pmus(machine, to);
		return true;
	case FEATURE_PMU_CAPS:
		put_pmu_caps(to);
		return machine->zen4;
	default:
		return false;
	}
}

/* False when this recording has no such feature. */
static bool put_feature(const struct sw *sw, unsigned feature, struct perf_buffer *to)
{
	const struct sw_config *config = sw->config;

	switch (feature) {
	case FEATURE_HOSTNAME:
		put_text(to, "synthetic");
		return true;
	case FEATURE_RELEASE:
		put_text(to, "7.3.4-synthetic");
		return true;
	case FEATURE_VERSION:
		put_text(to, "7.3.synthetic");
		return true;
	case FEATURE_ARCH:
		put_text(to, "x86_64");
		return true;
	case FEATURE_CMDLINE:
		perf_put_u32(to, 2);
		put_text(to, "gen_samples");
		put_text(to, config->label);
		return true;
	case FEATURE_EVENT_DESC:
		put_event_desc(config, to);
		return true;
	case FEATURE_SAMPLE_TIME:
		perf_put_u64(to, sw->first);
		perf_put_u64(to, sw->last);
		return true;
	default:
		return put_machine(&config->machine, feature, to);
	}
}

/* The table of sections stands between the records and the sections. */
void sw_end(struct sw *sw)
{
	static const unsigned char zeros[16 * FEATURE_LAST];
	struct perf_buffer table = {0};
	uint64_t end = perf_out_position(sw->out), bits = 0;

	for (unsigned feature = 0; feature < FEATURE_LAST; feature++) {
		sw->record.used = 0;
		if (put_feature(sw, feature, &sw->record))
			bits |= 1ull << feature;
	}
	perf_out_bytes(sw->out, zeros, 16u * (unsigned)__builtin_popcountll(bits));
	for (unsigned feature = 0; feature < FEATURE_LAST; feature++) {
		sw->record.used = 0;
		if (!put_feature(sw, feature, &sw->record))
			continue;
		perf_put_u64(&table, perf_out_position(sw->out));
		perf_put_u64(&table, sw->record.used);
		perf_out_bytes(sw->out, sw->record.bytes, sw->record.used);
	}
	perf_out_patch(sw->out, end, table.bytes, table.used);
	table.used = 0;
	perf_put_u64(&table, end - sw->data_start);
	perf_out_patch(sw->out, 48, table.bytes, table.used);
	table.used = 0;
	perf_put_u64(&table, bits);
	perf_out_patch(sw->out, 72, table.bytes, table.used);
}
