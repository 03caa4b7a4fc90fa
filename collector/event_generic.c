/* SPDX-License-Identifier: GPL-2.0-only */
/* Events that the kernel knows by itself, whatever the PMU: enum perf_hw_id, perf_sw_ids and the
 * combinations of perf_hw_cache_id. */
#include <stdio.h>
#include <string.h>

#include "collector/event_name.h"
#include "collector/event_resolve.h"

static const struct {
	const char *name;
	uint32_t type;
	uint64_t config;
} generic[] = {
	{"alignment-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_ALIGNMENT_FAULTS},
	{"branch-instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
	{"branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
	{"branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
	{"bus-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BUS_CYCLES},
	{"cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
	{"cache-references", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
	{"context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
	{"cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK},
	{"cpu-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
	{"cpu-migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
	{"cs", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
	{"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
	{"dummy", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY},
	{"emulation-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_EMULATION_FAULTS},
	{"faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
	{"idle-cycles-backend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND},
	{"idle-cycles-frontend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND},
	{"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
	{"major-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ},
	{"migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
	{"minor-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN},
	{"page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
	{"ref-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES},
	{"stalled-cycles-backend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND},
	{"stalled-cycles-frontend", PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND},
	{"task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
};

/* In the order of enum perf_hw_cache_id, ..._op_id and ..._op_result_id. */
static const char *const caches[] = {"L1-dcache", "L1-icache", "LLC", "dTLB",
				     "iTLB",	  "branch",    "node"};
static const char *const operations[][2] = {
	{"loads", "load-misses"}, {"stores", "store-misses"}, {"prefetches", "prefetch-misses"}};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* The name of one combination; those of a load or instruction side alone are the kernel's to
 * refuse. */
static const char *cache_name(char name[64], size_t cache, size_t operation, size_t miss)
{
	(void)snprintf(name, 64, "%s-%s", caches[cache], operations[operation][miss]);
	return name;
}

static bool is_cache(const char *name, uint64_t *config)
{
	char known[64];

	for (size_t cache = 0; cache < NR(caches); cache++)
		for (size_t operation = 0; operation < NR(operations); operation++)
			for (size_t miss = 0; miss < 2; miss++)
				if (!strcmp(name, cache_name(known, cache, operation, miss))) {
					*config = cache | operation << 8 | miss << 16;
					return true;
				}
	return false;
}

bool dt_event_generic(const char *name, size_t length, struct dt_sampled_event *event)
{
	struct perf_event_attr *attr = &event->attr.attr;
	char text[64];
	uint64_t config;

	if (length >= sizeof(text))
		return false;
	memcpy(text, name, length);
	text[length] = '\0';
	for (size_t i = 0; i < NR(generic); i++) {
		if (strcmp(text, generic[i].name) != 0)
			continue;
		attr->type = generic[i].type;
		attr->config = generic[i].config;
		event->software = generic[i].type == PERF_TYPE_SOFTWARE;
		return true;
	}
	if (!is_cache(text, &config))
		return false;
	attr->type = PERF_TYPE_HW_CACHE;
	attr->config = config;
	return true;
}

void dt_event_offer_generic(struct dt_nearest *nearest)
{
	char name[64];

	for (size_t i = 0; i < NR(generic); i++)
		dt_nearest_offer(nearest, generic[i].name);
	for (size_t cache = 0; cache < NR(caches); cache++)
		for (size_t operation = 0; operation < NR(operations); operation++)
			for (size_t miss = 0; miss < 2; miss++)
				dt_nearest_offer(nearest, cache_name(name, cache, operation, miss));
}

/* Several names may stand for one number: the longest says most ("cpu-cycles", "page-faults"). */
static const char *longest_name(uint32_t type, uint64_t config)
{
	const char *best = "";

	for (size_t i = 0; i < NR(generic); i++)
		if (generic[i].type == type && generic[i].config == config &&
		    strlen(generic[i].name) > strlen(best))
			best = generic[i].name;
	return best;
}

void dt_hw_event_name_generic(struct dt_hw_event *event)
{
	/* the upper half is a PMU's number on machines with several kinds of cores */
	const uint64_t config =
		event->type == PERF_TYPE_SOFTWARE ? event->config : event->config & UINT32_MAX;
	const size_t cache = config & 0xff, operation = config >> 8 & 0xff, miss = config >> 16;

	event->generic[0] = '\0';
	if (event->type == PERF_TYPE_HARDWARE || event->type == PERF_TYPE_SOFTWARE)
		(void)snprintf(event->generic, sizeof(event->generic), "%s",
			       longest_name(event->type, config));
	else if (event->type == PERF_TYPE_HW_CACHE && cache < NR(caches) &&
		 operation < NR(operations) && miss < 2)
		(void)cache_name(event->generic, cache, operation, miss);
}
