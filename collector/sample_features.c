/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections of perf.data that describe the machine and the recording. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/host.h"
#include "collector/pmu.h"
#include "collector/sample_file.h"

/* Numbers of the sections. */
enum {
	FEATURE_HOSTNAME = 3,
	FEATURE_OSRELEASE = 4,
	FEATURE_VERSION = 5,
	FEATURE_ARCH = 6,
	FEATURE_NRCPUS = 7,
	FEATURE_CPUDESC = 8,
	FEATURE_CPUID = 9,
	FEATURE_TOTAL_MEM = 10,
	FEATURE_CMDLINE = 11,
	FEATURE_EVENT_DESC = 12,
	FEATURE_NUMA_TOPOLOGY = 14,
	FEATURE_PMU_MAPPINGS = 16,
	FEATURE_GROUP_DESC = 17,
	FEATURE_SAMPLE_TIME = 21,
	FEATURE_CLOCKID = 23,
	FEATURE_CLOCK_DATA = 29,
};

/* Strings are padded so far, as perf does it. */
#define STRING_ALIGN 64

#define CLOCK_DATA_VERSION 1

#define PMUS_MAX 512

static void put(struct dt_features *features, const void *bytes, size_t size)
{
	if (features->size + size > features->room) {
		const size_t room = (features->size + size) * 2 + 4096;
		unsigned char *more = realloc(features->bytes, room);

		if (!more) {
			features->failed = true;
			return;
		}
		features->bytes = more;
		features->room = room;
	}
	memcpy(features->bytes + features->size, bytes, size);
	features->size += size;
}

static void put_u32(struct dt_features *features, uint32_t value)
{
	put(features, &value, sizeof(value));
}

static void put_u64(struct dt_features *features, uint64_t value)
{
	put(features, &value, sizeof(value));
}

static void put_string(struct dt_features *features, const char *text)
{
	static const char zeros[STRING_ALIGN];
	const size_t length = strlen(text) + 1;
	const size_t padded = (length + STRING_ALIGN - 1) / STRING_ALIGN * STRING_ALIGN;

	put_u32(features, (uint32_t)padded);
	put(features, text, length);
	put(features, zeros, padded - length);
}

/* Sections are made in the order of their bits. */
static void end_section(struct dt_features *features, unsigned bit)
{
	features->ends[bit] = features->size;
}

static void put_text_section(struct dt_features *features, unsigned bit, const char *text)
{
	if (!text[0])
		return;
	put_string(features, text);
	end_section(features, bit);
}

static void put_machine(struct dt_features *features, const struct dt_host *host)
{
	put_text_section(features, FEATURE_HOSTNAME, host->hostname);
	put_text_section(features, FEATURE_OSRELEASE, host->release);
	put_text_section(features, FEATURE_VERSION, "damon-trace " DT_VERSION);
	put_text_section(features, FEATURE_ARCH, host->arch);
	if (host->cpus_online) {
		put_u32(features, host->cpus_possible);
		put_u32(features, host->cpus_online);
		end_section(features, FEATURE_NRCPUS);
	}
	put_text_section(features, FEATURE_CPUDESC, host->cpu_model);
	put_text_section(features, FEATURE_CPUID, host->cpu_id);
	if (host->mem_total_kb) {
		put_u64(features, host->mem_total_kb);
		end_section(features, FEATURE_TOTAL_MEM);
	}
}

static void put_command(struct dt_features *features, const char *const *command)
{
	uint32_t nr = 0;

	while (command[nr])
		nr++;
	put_u32(features, nr);
	for (uint32_t i = 0; i < nr; i++)
		put_string(features, command[i]);
	end_section(features, FEATURE_CMDLINE);
}

static void put_events(struct dt_features *features, const struct dt_file_facts *facts)
{
	put_u32(features, (uint32_t)facts->nr_events);
	put_u32(features, PERF_ATTR_SIZE_VER5);
	for (size_t i = 0; i < facts->nr_events; i++) {
		const struct dt_file_event *event = &facts->events[i];

		put(features, event->attr, PERF_ATTR_SIZE_VER5);
		put_u32(features, (uint32_t)event->nr_ids);
		put_string(features, event->name);
		put(features, event->ids, event->nr_ids * sizeof(*event->ids));
	}
	end_section(features, FEATURE_EVENT_DESC);
}

static void put_nodes(struct dt_features *features, const struct dt_host *host)
{
	if (!host->nr_nodes)
		return;
	put_u32(features, (uint32_t)host->nr_nodes);
	for (size_t i = 0; i < host->nr_nodes; i++) {
		put_u32(features, (uint32_t)host->nodes[i].nid);
		put_u64(features, host->nodes[i].mem_total_kb);
		put_u64(features, host->nodes[i].mem_free_kb);
		put_string(features, host->nodes[i].cpulist);
	}
	end_section(features, FEATURE_NUMA_TOPOLOGY);
}

static void put_pmus(struct dt_features *features, const struct dt_roots *roots)
{
	char(*names)[64] = malloc(PMUS_MAX * sizeof(*names));
	struct dt_pmu pmu;
	size_t nr = 0, found = names ? dt_pmu_list(roots, NULL, names, PMUS_MAX) : 0;
	size_t at;

	at = features->size;
	put_u32(features, 0);
	for (size_t i = 0; i < found; i++) {
		if (dt_pmu_open(&pmu, roots, names[i]))
			continue;
		put_u32(features, pmu.type);
		put_string(features, pmu.name);
		nr++;
	}
	free(names);
	if (features->failed)
		return;
	memcpy(features->bytes + at, &(uint32_t){(uint32_t)nr}, sizeof(uint32_t));
	if (nr)
		end_section(features, FEATURE_PMU_MAPPINGS);
	else
		features->size = at;
}

static size_t group_size(const struct dt_file_facts *facts, size_t leader)
{
	const unsigned group = facts->events[leader].group;
	size_t nr = 1;

	if (!group || (leader && facts->events[leader - 1].group == group))
		return 0;
	while (leader + nr < facts->nr_events && facts->events[leader + nr].group == group)
		nr++;
	return nr;
}

static void put_groups(struct dt_features *features, const struct dt_file_facts *facts)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < facts->nr_events; i++)
		nr += group_size(facts, i) > 1;
	if (!nr)
		return;
	put_u32(features, nr);
	for (size_t i = 0; i < facts->nr_events; i++) {
		if (group_size(facts, i) < 2)
			continue;
		put_string(features, "{anon_group}");
		put_u32(features, (uint32_t)i);
		put_u32(features, (uint32_t)group_size(facts, i));
	}
	end_section(features, FEATURE_GROUP_DESC);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now = {0};

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void put_clock(struct dt_features *features, clockid_t clock)
{
	struct timespec resolution = {0};

	(void)clock_getres(clock, &resolution);
	put_u64(features, (uint64_t)resolution.tv_sec * 1000000000 + (uint64_t)resolution.tv_nsec);
	end_section(features, FEATURE_CLOCKID);
	put_u32(features, CLOCK_DATA_VERSION);
	put_u32(features, (uint32_t)clock);
	put_u64(features, clock_ns(CLOCK_REALTIME));
	put_u64(features, clock_ns(clock));
	end_section(features, FEATURE_CLOCK_DATA);
}

void dt_features_make(struct dt_features *features, const struct dt_file_facts *facts)
{
	if (facts->host)
		put_machine(features, facts->host);
	if (facts->command)
		put_command(features, facts->command);
	put_events(features, facts);
	if (facts->host)
		put_nodes(features, facts->host);
	put_pmus(features, facts->roots);
	put_groups(features, facts);
	if (facts->last_ns) {
		put_u64(features, facts->first_ns);
		put_u64(features, facts->last_ns);
		end_section(features, FEATURE_SAMPLE_TIME);
	}
	if (facts->use_clockid)
		put_clock(features, facts->clockid);
}
