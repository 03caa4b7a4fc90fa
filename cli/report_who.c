/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of `damon-trace report` that ask who accessed memory. */
#include <errno.h>

#include "cli/inputs.h"
#include "cli/report.h"
#include "damon-trace/data_source.h"
#include "damon-trace/roots.h"

const struct dt_roots dt_report_roots = DT_ROOTS_DEFAULT;

bool dt_report_wants_symbols(const struct dt_view *view)
{
	return view->by & 1u << DT_BY_SYMBOL || view->folded;
}

int dt_report_set_by(void *target, const char *text, struct dt_error *error)
{
	static const char *const words[] = {"pid", "comm", "cgroup", "mapping", "symbol", NULL};
	struct dt_report_options *options = target;
	unsigned index;

	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	options->view.by |= 1u << index;
	options->view.sections_asked = true;
	return 0;
}

int dt_report_set_tier(void *target, const char *text, struct dt_error *error)
{
	const char *words[DT_NR_TIERS + 1] = {NULL};
	unsigned index;

	for (unsigned tier = 0; tier < DT_NR_TIERS; tier++)
		words[tier] = dt_tier_key(tier);
	if (dt_report_choose(text, words, &index, error))
		return -EINVAL;
	((struct dt_report_options *)target)->view.only_tiers |= 1u << index;
	return 0;
}

int dt_report_set_latency(void *target, const char *text, struct dt_error *error)
{
	struct dt_report_options *options = target;

	(void)text;
	(void)error;
	options->view.latency_map = true;
	options->view.sections_asked = true;
	return 0;
}

/* Columns of a terminal, beyond what is left for names in any case. */
#define NAME_ROOM 8

void dt_report_leave_room(struct dt_report_options *options, const struct dt_inputs *inputs)
{
	struct dt_view *view = &options->view;

	if (!view->fit || !view->samples || view->phys || view->time_cells < 5 * NAME_ROOM)
		return;
	for (size_t i = 0; i < inputs->nr; i++) {
		const struct dt_input_info *info = &inputs->readers[i]->info;

		for (size_t j = 0; j < info->nr_events; j++)
			if (info->events[j].is_sample && info->events[j].has & DT_COL_ADDR) {
				view->time_cells -= NAME_ROOM;
				return;
			}
	}
}

int dt_report_set_folded(void *target, const char *text, struct dt_error *error)
{
	(void)text;
	(void)error;
	((struct dt_report_options *)target)->view.folded = true;
	return 0;
}

int dt_report_who_settle(const struct dt_report_options *options, struct dt_error *error)
{
	const struct dt_view *view = &options->view;

	if (view->folded &&
	    (options->json || options->csv || options->plot || options->heatmap || view->wss ||
	     view->regions || view->schemes || view->goals_asked || view->sections_asked)) {
		(void)dt_fail(error, EINVAL, NULL,
			      "--folded is a form of its own, lines for flame graph tools: it goes "
			      "with no other view, nor with --json, --csv or --plot");
		return DT_EXIT_USAGE;
	}
	if (view->only_tiers && !view->by && !view->latency_map && !view->folded) {
		(void)dt_fail(error, EINVAL, "report --by pid --tier cxl, for instance",
			      "--tier chooses samples for --by, --latency and --folded");
		return DT_EXIT_USAGE;
	}
	return DT_EXIT_OK;
}

void dt_report_explain_no_chains(const struct dt_report *report, struct dt_error *error)
{
	uint64_t samples = 0;
	bool recorded = false;

	for (size_t i = 0; i < report->nr_inputs; i++) {
		samples += report->inputs[i]->samples_total;
		for (size_t j = 0; j < report->inputs[i]->nr_events; j++)
			recorded |= report->inputs[i]->events[j].has & DT_COL_CHAIN;
	}
	if (recorded && samples)
		(void)dt_fail(error, ENODATA,
			      "--call-graph dwarf keeps copies of stacks, which are not unwound "
			      "here: record with --call-graph fp or lbr",
			      "no sample in view has a call chain");
	else
		(void)dt_fail(error, ENODATA, "record with call chains: perf record -g -d ...",
			      samples ? "none of the samples has a call chain"
				      : "no memory samples in the input");
}
