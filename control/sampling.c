/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hardware samples in place of the accessed bit: perf events of a configuration, written in
 * whichever of the layouts the kernel has. None of them is in a released kernel yet.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/config_walk.h"

#define ATTRIBUTES "monitoring_attrs/"
#define EVENTS	   ATTRIBUTES "sample/perf_events"
#define PRIMITIVES ATTRIBUTES "sample/primitives/perf_events"
#define PROBES	   ATTRIBUTES "probes"

const char *const dt_event_names[] = {
	"type",
	"config",
	"config1",
	"config2",
	"sample_phys_addr",
	"sample_weight_struct",
	"freq",
	"sample_freq",
	"sample_period",
	"wakeup_events",
	"precise_ip",
	"exclude_kernel",
	"exclude_hv",
	NULL,
};

const char *dt_sampling_name(enum dt_sampling sampling)
{
	static const char *const names[DT_NR_SAMPLINGS] = {
		"accessed-bit", "perf-events", "primitives", "probe-filters", "probe-preps"};

	return names[sampling];
}

/* Of the first probe that has the part. */
static const struct dt_damon_node *of_probes(const struct dt_damon_node *context, const char *part)
{
	const struct dt_damon_node *probes = dt_damon_node_find(context, PROBES), *found = NULL;

	for (size_t i = 0; probes && i < probes->nr && !found; i++)
		if (!probes->children[i].file)
			found = dt_damon_node_find(&probes->children[i], part);
	return found;
}

enum dt_sampling dt_sampling_seen(const struct dt_damon_node *context)
{
	if (!context)
		return DT_SAMPLING_ACCESSED_BIT;
	if (dt_damon_node_find(context, EVENTS "/nr_perf_events"))
		return DT_SAMPLING_PERF_EVENTS;
	if (dt_damon_node_find(context, PRIMITIVES))
		return DT_SAMPLING_PRIMITIVES;
	if (of_probes(context, "preps"))
		return DT_SAMPLING_PROBE_PREPS;
	if (of_probes(context, "filters/0/perf_event_type"))
		return DT_SAMPLING_PROBE_FILTERS;
	return DT_SAMPLING_ACCESSED_BIT;
}

bool dt_sampling_is_used(const struct dt_damon_node *context)
{
	const struct dt_damon_node *type;
	uint64_t number = 0;

	switch (dt_sampling_seen(context)) {
	case DT_SAMPLING_PERF_EVENTS:
		return dt_damon_node_u64(context, &number, EVENTS "/nr_perf_events") && number;
	case DT_SAMPLING_PRIMITIVES:
		return dt_damon_node_u64(context, &number, PRIMITIVES "/sample_freq") && number;
	case DT_SAMPLING_PROBE_FILTERS:
		type = of_probes(context, "filters/0/type");
		return type && type->text && !strcmp(type->text, "perf_event");
	case DT_SAMPLING_PROBE_PREPS:
		return of_probes(context, "preps/0/prep_action") != NULL;
	default:
		return false;
	}
}

/* ---- from the configuration ---- */

static int find_pmu(const struct dt_config_walk *walk, const char *name, uint32_t *type)
{
	for (size_t i = 0; i < walk->machine->nr_pmus; i++)
		if (!strcmp(walk->machine->pmus[i].name, name)) {
			*type = walk->machine->pmus[i].type;
			return 0;
		}
	return -ENODEV;
}

static int index_of(const char *name)
{
	for (int i = 0; dt_event_names[i]; i++)
		if (!strcmp(dt_event_names[i], name))
			return i;
	return -1;
}

static int read_attribute(const struct dt_config_walk *walk, const struct dt_config_value *value,
			  struct dt_perf_event *event)
{
	const int index = index_of(value->key);

	if (!strcmp(value->key, "pmu")) {
		const int ret = dt_config_expect(walk, value, DT_CONFIG_TEXT, "a name");

		if (!ret)
			(void)snprintf(event->pmu, sizeof(event->pmu), "%s", value->text);
		return ret;
	}
	if (index < 0)
		return dt_config_wrong(walk->document, value->key_line, value->key_column,
				       "known here: pmu type config config1 config2 "
				       "sample_phys_addr sample_weight_struct freq sample_freq "
				       "sample_period wakeup_events precise_ip exclude_kernel "
				       "exclude_hv",
				       walk->error, "unknown key \"%.60s\"", value->key);
	event->given[index] = true;
	/* flags may be written as true and false */
	if (value->shape == DT_CONFIG_TEXT &&
	    (!strcmp(value->text, "true") || !strcmp(value->text, "false"))) {
		event->values[index] = value->text[0] == 't';
		return 0;
	}
	return dt_config_number(walk, value, DT_KEY_NUMBER, &event->values[index]);
}

/* *lacks: the machine has no such unit. */
static int read_event(const struct dt_config_walk *walk, const struct dt_config_value *value,
		      struct dt_perf_event *event, bool *lacks)
{
	uint32_t type;
	int ret = dt_config_expect(walk, value, DT_CONFIG_MAP, "a map");

	*event = (struct dt_perf_event){.pmu = ""};
	for (size_t i = 0; !ret && i < value->nr; i++)
		ret = read_attribute(walk, &value->members[i], event);
	if (ret)
		return ret;
	if (!event->pmu[0] && !event->given[0])
		return dt_config_wrong(walk->document, value->line, value->column, NULL,
				       walk->error, "the event has neither \"pmu\" nor \"type\"");
	if (!event->pmu[0])
		return 0;
	*lacks = find_pmu(walk, event->pmu, &type) != 0;
	if (*lacks || event->given[0])
		return 0;
	event->given[0] = true;
	event->values[0] = type;
	return 0;
}

static int read_events(const struct dt_config_walk *walk, const struct dt_config_value *value,
		       struct dt_perf_event *events)
{
	int ret = dt_config_expect(walk, value, DT_CONFIG_LIST, "a list");

	if (!ret && value->nr > DT_EVENTS_MAX)
		ret = dt_config_wrong(walk->document, value->line, value->column, NULL, walk->error,
				      "more than %d perf events", DT_EVENTS_MAX);
	for (size_t i = 0; !ret && i < value->nr; i++) {
		bool lacks = false;

		ret = read_event(walk, &value->members[i], &events[i], &lacks);
		if (ret || !lacks)
			continue;
		dt_warn(walk->notes, UINT64_MAX,
			"this machine has no unit %s: accesses are taken from the accessed bit",
			events[i].pmu);
		return 1;
	}
	return ret;
}

int dt_config_events(struct dt_config_walk *walk, const struct dt_config_value *value,
		     const char *directory)
{
	struct dt_perf_event *events;
	int ret;

	if (value->shape == DT_CONFIG_NULL || (value->shape == DT_CONFIG_LIST && !value->nr))
		return 0;
	if (walk->features->sampling == DT_SAMPLING_ACCESSED_BIT && walk->features->sampling_chosen)
		return 0;
	events = calloc(DT_EVENTS_MAX, sizeof(*events));
	if (!events)
		return dt_fail(walk->error, ENOMEM, NULL, "out of memory");
	ret = read_events(walk, value, events);
	if (!ret && walk->features->sampling == DT_SAMPLING_ACCESSED_BIT)
		dt_warn(walk->notes, UINT64_MAX,
			"this kernel's DAMON takes no hardware samples: accesses are taken from "
			"the accessed bit");
	else if (!ret)
		ret = dt_sampling_put(walk, events, value->nr, directory);
	free(events);
	return ret > 0 ? 0 : ret;
}

/* ---- to the layouts ---- */

/* The attributes that are given, of those below `until`, as files of a directory. */
static int put_attributes(const struct dt_config_walk *walk, const struct dt_perf_event *event,
			  const char *directory, const char *only)
{
	char word[64];
	int ret = 0;

	for (int i = 0; dt_event_names[i] && !ret; i++) {
		(void)snprintf(word, sizeof(word), " %s ", dt_event_names[i]);
		if (event->given[i] && (!only || strstr(only, word)))
			ret = dt_config_put_u64(walk, directory, dt_event_names[i],
						event->values[i]);
	}
	return ret;
}

static int put_perf_events(const struct dt_config_walk *walk, const struct dt_perf_event *events,
			   size_t nr, const char *directory)
{
	char below[DT_DAMON_PATH];
	int ret = dt_config_put_u64(walk, directory, EVENTS "/nr_perf_events", nr);

	for (size_t i = 0; i < nr && !ret; i++) {
		(void)snprintf(below, sizeof(below), "%.180s/" EVENTS "/%zu", directory, i);
		ret = put_attributes(walk, &events[i], below, NULL);
	}
	return ret;
}

/* One event, and fewer attributes. */
static int put_primitives(const struct dt_config_walk *walk, const struct dt_perf_event *events,
			  size_t nr, const char *directory)
{
	char below[DT_DAMON_PATH];

	if (nr > 1)
		dt_warn(walk->notes, UINT64_MAX,
			"this kernel takes one perf event: the first of %zu is used", nr);
	(void)snprintf(below, sizeof(below), "%.180s/" PRIMITIVES, directory);
	return put_attributes(walk, &events[0], below,
			      " type config config1 config2 sample_phys_addr sample_freq ");
}

/* A probe of its own, behind those of the configuration. *below: its directory. */
static int add_probe(struct dt_config_walk *walk, const char *directory, char below[DT_DAMON_PATH])
{
	int ret;

	(void)snprintf(below, DT_DAMON_PATH, "%.180s/" PROBES "/%zu", directory, walk->nr_probes);
	walk->nr_probes++;
	ret = dt_config_put_u64(walk, directory, PROBES "/nr_probes", walk->nr_probes);
	return ret ? ret : dt_config_put(walk, below, "weight", "1");
}

static int put_probe_filters(struct dt_config_walk *walk, const struct dt_perf_event *events,
			     const char *directory)
{
	char below[DT_DAMON_PATH];
	int ret;

	if (strcmp(events[0].pmu, "ibs_op") != 0) {
		dt_warn(walk->notes, UINT64_MAX,
			"this kernel samples with ibs_op alone: accesses are taken from the "
			"accessed bit");
		return 0;
	}
	ret = add_probe(walk, directory, below);
	if (!ret)
		ret = dt_config_put(walk, below, "filters/nr_filters", "1");
	if (!ret)
		ret = dt_config_put_always(walk, below, "filters/0/type", "perf_event");
	if (!ret)
		ret = dt_config_put_always(walk, below, "filters/0/perf_event_type", "ibs_op");
	return ret ? ret : dt_config_put(walk, below, "filters/0/allow", "Y");
}

static int put_probe_preps(struct dt_config_walk *walk, const struct dt_perf_event *events,
			   size_t nr, const char *directory)
{
	char below[DT_DAMON_PATH], prep[DT_DAMON_PATH];
	int ret = add_probe(walk, directory, below);

	if (!ret)
		ret = dt_config_put_u64(walk, below, "preps/nr_preps", nr);
	for (size_t i = 0; i < nr && !ret; i++) {
		(void)snprintf(prep, sizeof(prep), "%.220s/preps/%zu", below, i);
		ret = dt_config_put_always(walk, prep, "prep_action", "perf_event");
		if (!ret)
			ret = put_attributes(walk, &events[i], prep, NULL);
	}
	return ret;
}

int dt_sampling_put(struct dt_config_walk *walk, const struct dt_perf_event *events, size_t nr,
		    const char *directory)
{
	switch (walk->features->sampling) {
	case DT_SAMPLING_PERF_EVENTS:
		return put_perf_events(walk, events, nr, directory);
	case DT_SAMPLING_PRIMITIVES:
		return put_primitives(walk, events, nr, directory);
	case DT_SAMPLING_PROBE_FILTERS:
		return put_probe_filters(walk, events, directory);
	case DT_SAMPLING_PROBE_PREPS:
		return put_probe_preps(walk, events, nr, directory);
	default:
		return 0;
	}
}
