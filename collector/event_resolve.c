/* SPDX-License-Identifier: GPL-2.0-only */
/* See event_resolve.h: the names are those of event_name.h; what is added is which PMU is meant. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/event_name.h"
#include "collector/event_resolve.h"

#define PMUS_MAX 64

/* A generic event says in the upper half of its config which kind of core is to count it
 * (PERF_PMU_TYPE_SHIFT of perf_event.h). */
#define PMU_TYPE_SHIFT 32

/* Names of PMUs, each once. */
struct names {
	size_t nr;
	char list[PMUS_MAX][64];
};

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->list[i], name))
			return;
	if (names->nr < PMUS_MAX)
		(void)snprintf(names->list[names->nr++], sizeof(names->list[0]), "%s", name);
}

/* "a, b and c" */
static void join_names(const struct names *names, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < names->nr && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%s",
					   !i		       ? ""
					   : i + 1 < names->nr ? ", "
							       : " and ",
					   names->list[i]);
}

/* The PMUs of the cores themselves: "cpu", and on hybrid machines those with a file "cpus". */
static void find_core_pmus(const struct dt_roots *roots, struct names *cores)
{
	char pmus[PMUS_MAX][64], path[512];
	const size_t nr = dt_pmu_list(roots, NULL, pmus, PMUS_MAX);
	struct dt_pmu pmu;

	cores->nr = 0;
	for (size_t i = 0; i < nr; i++) {
		if (dt_pmu_open(&pmu, roots, pmus[i]))
			continue;
		(void)snprintf(path, sizeof(path), "%s/cpus", pmu.path);
		if (!strcmp(pmus[i], "cpu") || !access(path, R_OK))
			add_name(cores, pmus[i]);
	}
}

/* ---- which PMU ---- */

struct resolver {
	const struct dt_roots *roots;
	const char *text;
	const char *pmu; /* that was asked for, or NULL */
	struct names cores;
	struct dt_error *error;
};

static int ambiguous(const struct resolver *resolver, const char *event, const struct names *names)
{
	char joined[320], hint[400];

	join_names(names, joined, sizeof(joined));
	(void)snprintf(hint, sizeof(hint), "say which PMU: --pmu %s, or --pmu %s", names->list[0],
		       names->list[1]);
	return dt_fail(resolver->error, ENOTUNIQ, hint,
		       "%s is an event of several PMUs of this machine: %s", event, joined);
}

/* Does the text itself say "PMU/"? */
static bool is_written(const char *text, const char *pmu)
{
	const size_t length = strlen(pmu);

	for (const char *at = strstr(text, pmu); at; at = strstr(at + 1, pmu))
		if (at[length] == '/' && (at == text || strchr(",{", at[-1])))
			return true;
	return false;
}

/* "/mem-loads/P" of "cpu_atom/mem-loads/P" */
static const char *behind_pmu(const struct dt_sampled_event *event)
{
	return event->name + strlen(event->pmu);
}

/* PMUs that share a name which the text gives without a PMU. */
static void find_sharing(const struct dt_sampled_events *parsed, const char *text,
			 const struct dt_sampled_event *event, struct names *sharing)
{
	sharing->nr = 0;
	for (size_t i = 0; i < parsed->nr; i++)
		if (parsed->list[i].pmu[0] && !is_written(text, parsed->list[i].pmu) &&
		    !strcmp(behind_pmu(&parsed->list[i]), behind_pmu(event)))
			add_name(sharing, parsed->list[i].pmu);
}

static bool contains(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->list[i], name))
			return true;
	return false;
}

/* An event of a PMU: 1 when it is meant, 0 when another one is. */
static int is_meant(const struct resolver *resolver, const struct dt_sampled_events *parsed,
		    const struct dt_sampled_event *event)
{
	struct names sharing;
	char joined[320];

	if (is_written(resolver->text, event->pmu))
		return 1;
	find_sharing(parsed, resolver->text, event, &sharing);
	if (!resolver->pmu)
		return sharing.nr < 2 ? 1 : ambiguous(resolver, resolver->text, &sharing);
	if (contains(&sharing, resolver->pmu))
		return !strcmp(event->pmu, resolver->pmu);
	join_names(&sharing, joined, sizeof(joined));
	return dt_fail(resolver->error, EINVAL, NULL, "%s is an event of %s, not of %s",
		       resolver->text, joined, resolver->pmu);
}

static int open_pmu(const struct resolver *resolver, struct dt_pmu *pmu)
{
	struct dt_nearest nearest;
	char hint[256];

	if (!dt_pmu_open(pmu, resolver->roots, resolver->pmu))
		return 0;
	dt_nearest_begin(&nearest, resolver->pmu, strlen(resolver->pmu));
	dt_pmu_offer(resolver->roots, &nearest);
	(void)dt_nearest_text(&nearest, hint, sizeof(hint));
	if (!nearest.nr)
		(void)snprintf(hint, sizeof(hint),
			       "the PMUs of this machine are in %s/bus/event_source/devices",
			       resolver->roots->sysfs);
	return dt_fail(resolver->error, EINVAL, hint, "there is no PMU \"%s\"", resolver->pmu);
}

/* A raw or generic hardware event on a machine with several kinds of cores: each has its own. */
static int put_on_core(const struct resolver *resolver, struct dt_hw_event *event)
{
	struct dt_pmu pmu;
	char joined[320];
	int ret;

	if (!resolver->pmu)
		return resolver->cores.nr < 2 ? 0
					      : ambiguous(resolver, event->name, &resolver->cores);
	ret = open_pmu(resolver, &pmu);
	if (ret)
		return ret;
	if (!contains(&resolver->cores, pmu.name)) {
		join_names(&resolver->cores, joined, sizeof(joined));
		return dt_fail(resolver->error, EINVAL, NULL,
			       "%s is counted by the cores, and %s is no PMU of those%s%s%s",
			       event->name, pmu.name, joined[0] ? " (" : "", joined,
			       joined[0] ? ")" : "");
	}
	if (resolver->cores.nr < 2)
		return 0;
	(void)snprintf(event->pmu, sizeof(event->pmu), "%s", pmu.name);
	(void)snprintf(event->cpus, sizeof(event->cpus), "%s", pmu.cpus);
	if (event->type == PERF_TYPE_RAW)
		event->type = pmu.type;
	else
		event->config |= (uint64_t)pmu.type << PMU_TYPE_SHIFT;
	return 0;
}

/* ---- from one structure to the other ---- */

static void copy_precise(const struct dt_sampled_event *from, struct dt_hw_event *event)
{
	event->most_precise = from->most_precise;
	event->precise = from->attr.attr.precise_ip;
	event->has_precise = event->precise > 0;
	if (from->most_precise && from->max_precise >= 0) {
		event->precise = (unsigned)from->max_precise & 3;
		event->has_precise = true;
	}
}

static void copy_event(const struct dt_sampled_event *from, struct dt_hw_event *event)
{
	const struct perf_event_attr *attr = &from->attr.attr;

	*event = (struct dt_hw_event){
		.type = attr->type,
		.config = attr->config,
		.config1 = attr->config1,
		.config2 = attr->config2,
		.freq = from->has_rate && attr->freq ? attr->sample_freq : 0,
		.period = from->has_rate && !attr->freq ? attr->sample_period : 0,
		.grouped = from->group != 0,
		.aux = from->aux,
		.pinned = attr->pinned,
		.exclude_user = attr->exclude_user,
		.exclude_kernel = attr->exclude_kernel,
		.exclude_hv = attr->exclude_hv,
		.exclude_idle = attr->exclude_idle,
		.exclude_host = attr->exclude_host,
		.exclude_guest = attr->exclude_guest,
	};
	(void)snprintf(event->name, sizeof(event->name), "%s", from->name);
	(void)snprintf(event->pmu, sizeof(event->pmu), "%s", from->pmu);
	(void)snprintf(event->cpus, sizeof(event->cpus), "%s", from->cpus);
	copy_precise(from, event);
	dt_hw_event_name_generic(event);
}

static int take(const struct resolver *resolver, const struct dt_sampled_events *parsed,
		const struct dt_sampled_event *from, struct dt_hw_events *events)
{
	struct dt_hw_event event;
	int ret = 0;

	if (from->pmu[0]) {
		const int meant = is_meant(resolver, parsed, from);

		if (meant <= 0)
			return meant;
	}
	copy_event(from, &event);
	if (!from->pmu[0] && !from->software)
		ret = put_on_core(resolver, &event);
	if (ret)
		return ret;
	if (events->nr == DT_HW_EVENTS_MAX)
		return dt_fail(resolver->error, E2BIG, NULL, "more than %d events",
			       DT_HW_EVENTS_MAX);
	events->list[events->nr++] = event;
	return 0;
}

int dt_hw_events_resolve(struct dt_hw_events *events, const struct dt_roots *roots,
			 const char *text, const char *pmu, struct dt_error *error)
{
	struct resolver resolver = {.roots = roots, .text = text, .pmu = pmu, .error = error};
	struct dt_sampled_events *parsed = calloc(1, sizeof(*parsed));
	const size_t before = events->nr;
	struct dt_pmu opened;
	int ret;

	if (!parsed)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	ret = dt_sampled_parse(parsed, roots, text, error);
	if (!ret && pmu)
		ret = open_pmu(&resolver, &opened);
	if (!ret)
		find_core_pmus(roots, &resolver.cores);
	for (size_t i = 0; !ret && i < parsed->nr; i++)
		ret = take(&resolver, parsed, &parsed->list[i], events);
	if (ret)
		events->nr = before;
	free(parsed);
	return ret;
}
