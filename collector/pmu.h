/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The performance monitoring units of a machine, as the kernel describes them below
 * SYSFS/bus/event_source/devices: their type, the fields of an event's config words, the events
 * that have a name, and the CPUs that they are on.
 */
#ifndef COLLECTOR_PMU_H
#define COLLECTOR_PMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/nearest.h"
#include "damon-trace/error.h"
#include "damon-trace/roots.h"

/* config, config1, config2, config3 */
#define DT_PMU_WORDS 4

struct dt_pmu {
	char name[64];
	char path[256];
	uint32_t type;
	char cpus[256];	 /* a list, of "cpus" or "cpumask"; empty: all CPUs */
	int max_precise; /* of caps/; -1: it does not say */
};

/* Where the value of a term goes: the set bits of mask, from the lowest up. */
struct dt_pmu_field {
	unsigned word;
	uint64_t mask;
};

/* 0, -ENOENT when the machine has none of this name, or -EINVAL when its type cannot be read. */
int dt_pmu_open(struct dt_pmu *pmu, const struct dt_roots *roots, const char *name);

/* The field that format/NAME describes. 0, -ENOENT, or -EINVAL on a description of another kind. */
int dt_pmu_field(const struct dt_pmu *pmu, const char *name, struct dt_pmu_field *field);
/* The value at its place; -ERANGE when it has more bits than the field. */
int dt_pmu_deposit(const struct dt_pmu_field *field, uint64_t value, uint64_t *word);

/* The terms of events/NAME. 0 or -ENOENT. */
int dt_pmu_event(const struct dt_pmu *pmu, const char *name, char *terms, size_t size);

/* All PMUs that have events/EVENT, by name; event NULL: all. The number found, up to max. */
size_t dt_pmu_list(const struct dt_roots *roots, const char *event, char (*names)[64], size_t max);

/* Offer every PMU, or every format and event of one, to a search for the nearest name. */
void dt_pmu_offer(const struct dt_roots *roots, struct dt_nearest *nearest);
void dt_pmu_offer_terms(const struct dt_pmu *pmu, struct dt_nearest *nearest);

/* The first line of a file without its end; empty when it cannot be read. 0 or -errno. */
int dt_pmu_read(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
