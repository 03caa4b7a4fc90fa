/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording says of its goals beside their events: how they were set up; and where it shows
 * none, which events would, and whether its kernel could give them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/inputs.h"
#include "cli/report.h"
#include "damon-trace/host_context.h"
#include "damon-trace/tune_journal.h"

#define GOAL_EVENT "damos_node_eligible_mem_bp"

/* The first kernel with the goal node_eligible_mem_bp. */
#define FIRST_MAJOR 7
#define FIRST_MINOR 2

static const char recorder[] =
	"record with damon-trace record: where the kernel lacks the tracepoint " GOAL_EVENT
	" it takes the goals' values by a dynamic event";

/* Goal events of all inputs; *enabled: one was switched on. */
static uint64_t count_events(const struct dt_report *report, bool *enabled)
{
	uint64_t count = 0;

	*enabled = false;
	for (size_t i = 0; i < report->nr_inputs; i++) {
		const struct dt_input_info *info = report->inputs[i];

		for (size_t j = 0; j < info->nr_events; j++) {
			if (strcmp(info->events[j].name, GOAL_EVENT))
				continue;
			count += info->events[j].count;
			*enabled = true;
		}
	}
	return count;
}

/* 1: the kernel has the goal, 0: it is too old, -1: no input names its kernel. */
static int kernel_has_goals(const struct dt_report *report, const char **release)
{
	*release = NULL;
	for (size_t i = 0; i < report->nr_inputs; i++) {
		const char *kernel = report->inputs[i]->kernel;
		unsigned long major, minor;
		char *end;

		major = strtoul(kernel, &end, 10);
		if (end == kernel || *end != '.')
			continue;
		minor = strtoul(end + 1, NULL, 10);
		*release = kernel;
		if (major > FIRST_MAJOR || (major == FIRST_MAJOR && minor >= FIRST_MINOR))
			return 1;
	}
	return *release ? 0 : -1;
}

void dt_report_explain_no_goals(const struct dt_report *report, struct dt_error *error)
{
	const char *release;
	bool enabled;
	const uint64_t count = count_events(report, &enabled);
	const int has_goals = kernel_has_goals(report, &release);

	if (count)
		(void)dt_fail(error, ENODATA, "--time and --stream choose others",
			      "the options leave no goal event in view");
	else if (enabled)
		(void)dt_fail(error, ENODATA,
			      "give a scheme a quota goal node_eligible_mem_bp, and record longer "
			      "than its quota's reset interval",
			      "the event " GOAL_EVENT " was switched on, but never came");
	else if (has_goals > 0)
		(void)dt_fail(error, ENODATA, recorder,
			      "no goal events (" GOAL_EVENT ") in the input; its kernel, %s, could "
			      "give them",
			      release);
	else if (!has_goals)
		(void)dt_fail(error, ENODATA, "Linux 7.2 is the first one with such goals",
			      "no goal events (" GOAL_EVENT ") in the input; its kernel, %s, could "
			      "not give them",
			      release);
	else
		(void)dt_fail(error, ENODATA, recorder,
			      "no goal events (" GOAL_EVENT ") in the input; they take Linux 7.2 "
			      "or newer, and the input does not name its kernel");
}

/* The same goal at the end of the recording; NULL: it was gone, or nothing was noted. */
static const struct dt_host_goal *goal_at_end(const struct dt_host_context *host,
					      const struct dt_goal_setup *setup, size_t index)
{
	const struct dt_host_damon *damon = &host->at_end;

	for (size_t i = 0; i < damon->nr_kdamonds; i++) {
		const struct dt_host_kdamond *kdamond = &damon->kdamonds[i];
		const struct dt_host_monitor *monitor;

		if (kdamond->pid != setup->kdamond || setup->context >= kdamond->nr_contexts)
			continue;
		monitor = &kdamond->contexts[setup->context];
		if (setup->scheme < monitor->nr_schemes &&
		    index < monitor->schemes[setup->scheme].nr_goals)
			return &monitor->schemes[setup->scheme].goals[index];
	}
	return NULL;
}

/* A goal whose node was changed while recording has none that it was set to. */
static void add_goal(struct dt_report_options *options, const struct dt_host_context *host,
		     const struct dt_host_scheme *scheme, struct dt_goal_setup setup, size_t index)
{
	const struct dt_host_goal *goal = &scheme->goals[index], *last;

	if (options->view.nr_goal_setups == DT_REPEAT_MAX)
		return;
	for (size_t i = 0; i < index; i++)
		setup.place += !strcmp(scheme->goals[i].metric, goal->metric);
	(void)snprintf(setup.metric, sizeof(setup.metric), "%s", goal->metric);
	last = goal_at_end(host, &setup, index);
	setup.nid = goal->nid;
	setup.has_nid = !last || last->nid == goal->nid;
	options->goal_setups[options->view.nr_goal_setups++] = setup;
}

static void add_scheme(struct dt_report_options *options, const struct dt_host_context *host,
		       const struct dt_host_scheme *scheme, struct dt_goal_setup setup)
{
	/* a time quota caps the bytes too, by nobody knows how much */
	setup.cap = scheme->quota_ms ? 0 : scheme->quota_bytes;
	setup.temporal = !strcmp(scheme->goal_tuner, "temporal");
	for (size_t i = 0; i < scheme->nr_goals; i++)
		add_goal(options, host, scheme, setup, i);
}

static void add_setups(struct dt_report_options *options, const struct dt_host_context *host)
{
	for (size_t k = 0; k < host->at_start.nr_kdamonds; k++) {
		const struct dt_host_kdamond *kdamond = &host->at_start.kdamonds[k];

		for (size_t c = 0; c < kdamond->nr_contexts && kdamond->pid >= 0; c++) {
			const struct dt_host_monitor *monitor = &kdamond->contexts[c];

			for (size_t s = 0; s < monitor->nr_schemes; s++)
				add_scheme(options, host, &monitor->schemes[s],
					   (struct dt_goal_setup){
						   .kdamond = kdamond->pid,
						   .context = (uint32_t)c,
						   .scheme = (uint32_t)s,
						   .addr_unit = monitor->addr_unit,
					   });
		}
	}
}

/* What a tuner wrote while it was recorded. */
static void add_writes(struct dt_report_options *options, struct dt_input_info *info)
{
	const size_t used = options->view.nr_goal_writes;

	if (!strcmp(info->kind, "recording"))
		options->view.nr_goal_writes +=
			dt_tune_writes_read(options->goal_writes + used, DT_GOAL_WRITES_MAX - used,
					    info->path, &info->warnings);
}

void dt_report_take_goals(struct dt_report_options *options, const struct dt_inputs *inputs)
{
	options->view.goal_setups = options->goal_setups;
	options->view.goal_writes = options->goal_writes;
	for (size_t i = 0; i < inputs->nr; i++)
		add_writes(options, &inputs->readers[i]->info);
	for (size_t i = 0; i < inputs->nr; i++)
		if (inputs->readers[i]->info.host_context)
			add_setups(options, inputs->readers[i]->info.host_context);
}
