/* SPDX-License-Identifier: GPL-2.0-only */
/* Of all that perf opens, the events that it sampled with: perf also opens events to try what the
 * kernel can do, tries again what was refused, and keeps one for records that are no samples. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

#include "readers/perf_log.h"

/* The number of a PMU in the upper half of a generic event's config (PERF_PMU_TYPE_SHIFT). */
#define PMU_TYPE_SHIFT 32

#define PMUS_MAX 16

/* What may be told apart by --pmu: names, or the number where the log has no name. */
struct pmus {
	size_t nr;
	struct {
		uint32_t type;
		char name[64];
	} list[PMUS_MAX];
};

struct chooser {
	const struct dt_perf_log *log;
	const char *pmu;
	struct dt_log_choice *choice;
	struct dt_error *error;
};

/* ---- names of PMUs ---- */

/* The name that some dump of the log has for a PMU's number. */
static const char *name_of(const struct dt_perf_log *log, uint32_t type)
{
	for (size_t i = 0; i < log->nr; i++)
		if (log->dumps[i].event.type == type && log->dumps[i].event.pmu[0])
			return log->dumps[i].event.pmu;
	return "";
}

/* Generic events of a kind of core; 0: of any. */
static uint32_t core_of(const struct dt_hw_event *event)
{
	return event->type == PERF_TYPE_HARDWARE || event->type == PERF_TYPE_HW_CACHE
		       ? (uint32_t)(event->config >> PMU_TYPE_SHIFT)
		       : 0;
}

/* The number that names the PMU; 0 for the generic events, which need none. */
static uint32_t pmu_of(const struct dt_hw_event *event)
{
	return event->type >= PERF_TYPE_RAW ? event->type : core_of(event);
}

static void name_pmu(const struct chooser *chooser, struct dt_hw_event *event)
{
	const uint32_t type = pmu_of(event);

	if (type && !event->pmu[0])
		(void)snprintf(event->pmu, sizeof(event->pmu), "%s", name_of(chooser->log, type));
}

/* ---- what is passed over ---- */

static void refusal_words(const struct dt_log_dump *dump, char *why, size_t size)
{
	if (dump->code)
		(void)snprintf(why, size, "the kernel refused it: %s (errno %d)",
			       strerror(dump->code), dump->code);
	else
		(void)snprintf(why, size, "the kernel refused it");
}

/* Why a dump is no event to sample memory with; empty when it is one. */
static void why_not(const struct dt_log_dump *dump, char *why, size_t size)
{
	const struct dt_hw_event *event = &dump->event;

	why[0] = '\0';
	if (dump->problem[0])
		(void)snprintf(why, size, "%s", dump->problem);
	else if (dump->outcome == DT_LOG_REFUSED)
		refusal_words(dump, why, size);
	else if (event->type == PERF_TYPE_SOFTWARE && event->config == PERF_COUNT_SW_DUMMY)
		(void)snprintf(why, size, "perf's own, for records that are no samples");
	else if (event->type == PERF_TYPE_TRACEPOINT || event->type == PERF_TYPE_BREAKPOINT)
		(void)snprintf(why, size, "a %s, which DAMON cannot sample with",
			       event->type == PERF_TYPE_TRACEPOINT ? "tracepoint" : "breakpoint");
	else if (event->aux)
		(void)snprintf(why, size, "it only helps the other event of its group");
}

static void skip(struct dt_log_choice *choice, const struct dt_log_dump *dump, const char *why)
{
	const struct dt_hw_event *event = &dump->event;
	struct dt_hw_skipped *skipped;

	if (choice->nr_skipped == DT_LOG_SKIPPED_MAX) {
		choice->skipped_more++;
		return;
	}
	skipped = &choice->skipped[choice->nr_skipped++];
	skipped->line = dump->line;
	(void)snprintf(skipped->why, sizeof(skipped->why), "%s", why);
	if (event->name[0])
		(void)snprintf(skipped->name, sizeof(skipped->name), "%s", event->name);
	else
		(void)snprintf(skipped->name, sizeof(skipped->name), "type %u, config 0x%llx",
			       event->type, (unsigned long long)event->config);
}

/* ---- what is taken ---- */

static bool same_event(const struct dt_hw_event *a, const struct dt_hw_event *b)
{
	return a->type == b->type && a->config == b->config && a->config1 == b->config1 &&
	       a->config2 == b->config2 && a->config3 == b->config3 &&
	       a->exclude_user == b->exclude_user && a->exclude_kernel == b->exclude_kernel;
}

/* Of two attempts at one event the later one counts. */
static int take(const struct chooser *chooser, const struct dt_log_dump *dump)
{
	struct dt_hw_events *events = &chooser->choice->events;
	struct dt_hw_event event = dump->event;
	size_t place = 0;

	name_pmu(chooser, &event);
	while (place < events->nr && !same_event(&events->list[place], &event))
		place++;
	if (place == DT_HW_EVENTS_MAX)
		return dt_fail(chooser->error, E2BIG, NULL, "the log has more than %d events",
			       DT_HW_EVENTS_MAX);
	events->list[place] = event;
	if (place == events->nr)
		events->nr++;
	chooser->choice->untold += dump->outcome == DT_LOG_UNTOLD;
	if (dump->unknown[0])
		(void)snprintf(chooser->choice->unknown, sizeof(chooser->choice->unknown), "%s",
			       dump->unknown);
	return 0;
}

/* All dumps of one kind. */
static int take_all(const struct chooser *chooser, enum dt_log_outcome outcome, bool sampled)
{
	const struct dt_perf_log *log = chooser->log;
	char why[200];
	int ret = 0;

	for (size_t i = 0; !ret && i < log->nr; i++) {
		const struct dt_log_dump *dump = &log->dumps[i];

		why_not(dump, why, sizeof(why));
		if (!why[0] && dump->outcome == outcome && dump->sampled == sampled)
			ret = take(chooser, dump);
	}
	return ret;
}

/* The best that the log has: sampled and opened; sampled, at least; counted. */
static int take_best(const struct chooser *chooser)
{
	static const struct {
		enum dt_log_outcome outcome;
		bool sampled;
	} kinds[] = {
		{DT_LOG_OPENED, true},
		{DT_LOG_UNTOLD, true},
		{DT_LOG_OPENED, false},
		{DT_LOG_UNTOLD, false},
	};
	struct dt_log_choice *choice = chooser->choice;
	int ret = 0;

	for (size_t i = 0; !ret && !choice->events.nr && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++) {
		ret = take_all(chooser, kinds[i].outcome, kinds[i].sampled);
		choice->counted = choice->events.nr && !kinds[i].sampled;
	}
	return ret;
}

/* All that was not taken, with the reason. */
static void note_skipped(const struct chooser *chooser)
{
	const struct dt_perf_log *log = chooser->log;
	struct dt_log_choice *choice = chooser->choice;
	char why[200];

	for (size_t i = 0; i < log->nr; i++) {
		const struct dt_log_dump *dump = &log->dumps[i];
		bool taken = false;

		for (size_t k = 0; k < choice->events.nr; k++)
			taken = taken || same_event(&choice->events.list[k], &dump->event);
		why_not(dump, why, sizeof(why));
		if (!why[0] && !taken)
			(void)snprintf(why, sizeof(why), "%s",
				       dump->sampled ? "the log does not say that it was opened"
						     : "it is counted, not sampled");
		if (why[0])
			skip(choice, dump, why);
	}
}

/* ---- several PMUs ---- */

static void find_pmus(const struct dt_hw_events *events, struct pmus *pmus)
{
	pmus->nr = 0;
	for (size_t i = 0; i < events->nr; i++) {
		const uint32_t type = pmu_of(&events->list[i]);
		size_t place = 0;

		while (place < pmus->nr && pmus->list[place].type != type)
			place++;
		if (!type || place < pmus->nr || place == PMUS_MAX)
			continue;
		pmus->list[place].type = type;
		(void)snprintf(pmus->list[place].name, sizeof(pmus->list[0].name), "%s",
			       events->list[i].pmu);
		pmus->nr++;
	}
}

/* "cpu_atom, cpu_core, type 12" */
static void join_pmus(const struct pmus *pmus, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < pmus->nr && length < size; i++) {
		const char *comma = i ? ", " : "";

		if (pmus->list[i].name[0])
			length += (size_t)snprintf(text + length, size - length, "%s%s", comma,
						   pmus->list[i].name);
		else
			length += (size_t)snprintf(text + length, size - length, "%stype %u", comma,
						   pmus->list[i].type);
	}
}

static int ask_which(const struct chooser *chooser, const struct pmus *pmus)
{
	char joined[256], hint[300];

	join_pmus(pmus, joined, sizeof(joined));
	(void)snprintf(hint, sizeof(hint), "say which PMU: --pmu %s",
		       pmus->list[0].name[0] ? pmus->list[0].name : "NAME");
	return dt_fail(chooser->error, ENOTUNIQ, hint, "the log has events of several PMUs: %s",
		       joined);
}

/* Keep the events of the PMU that was asked for. The only one without a name gets it. */
static int keep_pmu(const struct chooser *chooser, const struct pmus *pmus)
{
	struct dt_hw_events *events = &chooser->choice->events;
	uint32_t type = 0, nameless = 0;
	char joined[256];
	size_t kept = 0, nr_nameless = 0;

	for (size_t i = 0; i < pmus->nr; i++) {
		if (!strcmp(pmus->list[i].name, chooser->pmu))
			type = pmus->list[i].type;
		if (!pmus->list[i].name[0]) {
			nameless = pmus->list[i].type;
			nr_nameless++;
		}
	}
	if (!type && nr_nameless == 1)
		type = nameless;
	join_pmus(pmus, joined, sizeof(joined));
	if (!type)
		return dt_fail(chooser->error, EINVAL, pmus->nr ? NULL : "leave --pmu out",
			       "the log has no event of %s, but of %s", chooser->pmu,
			       pmus->nr ? joined : "no PMU that has a name");
	for (size_t i = 0; i < events->nr; i++) {
		if (pmu_of(&events->list[i]) != type)
			continue;
		events->list[kept] = events->list[i];
		(void)snprintf(events->list[kept].pmu, sizeof(events->list[kept].pmu), "%s",
			       chooser->pmu);
		kept++;
	}
	events->nr = kept;
	return 0;
}

/* ---- */

/* A refusal says more than the rest. */
static int nothing(const struct chooser *chooser)
{
	const struct dt_log_choice *choice = chooser->choice;
	const struct dt_hw_skipped *shown = &choice->skipped[0];

	for (size_t i = 0; i < choice->nr_skipped; i++)
		if (strstr(choice->skipped[i].why, "refused"))
			shown = &choice->skipped[i];
	return dt_fail(chooser->error, ENOENT,
		       "take a log in which perf succeeds: perf mem record -vv -- true 2> FILE",
		       "no event of the log can be used: %s, line %llu: %s", shown->name,
		       (unsigned long long)shown->line, shown->why);
}

int dt_perf_log_choose(const struct dt_perf_log *log, const char *pmu, struct dt_log_choice *choice,
		       struct dt_error *error)
{
	const struct chooser chooser = {log, pmu, choice, error};
	struct pmus pmus;
	int ret;

	*choice = (struct dt_log_choice){0};
	ret = take_best(&chooser);
	if (ret)
		return ret;
	note_skipped(&chooser);
	if (!choice->events.nr)
		return nothing(&chooser);
	find_pmus(&choice->events, &pmus);
	if (pmu)
		return keep_pmu(&chooser, &pmus);
	return pmus.nr > 1 ? ask_which(&chooser, &pmus) : 0;
}
