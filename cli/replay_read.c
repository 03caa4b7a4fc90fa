/* SPDX-License-Identifier: GPL-2.0-only */
/* The plant of a recording: its goals, and the model that is fitted to them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/inputs.h"
#include "cli/replay.h"
#include "cli/report.h"

/* The stream to fit to: the one of node 0, or the first of a pair. */
static const struct dt_goal_stream *find_pull(const struct dt_goals *goals)
{
	const struct dt_goal_stream *found = NULL;

	for (size_t i = 0; i < goals->nr; i++) {
		const struct dt_goal_stream *stream = &goals->streams[i];

		if (stream->complement < 0)
			continue;
		if (!found || (stream->nid == 0 && found->nid != 0))
			found = stream;
	}
	return found;
}

static uint64_t find_cap(const struct dt_report_options *options,
			 const struct dt_goal_stream *stream)
{
	for (size_t i = 0; i < options->view.nr_goal_setups; i++) {
		const struct dt_goal_setup *setup = &options->goal_setups[i];

		if (setup->kdamond == stream->kdamond && setup->context == stream->context &&
		    setup->scheme == stream->scheme)
			return setup->cap;
	}
	return 0;
}

/* What the recording's targets were, and its values, for the picture. */
static int keep(struct dt_replay_plant *plant, const struct dt_goal_stream *pull,
		struct dt_error *error)
{
	const uint64_t start = pull->evaluations[0].time;

	plant->length_ns = pull->evaluations[pull->count - 1].time - start;
	plant->schedule = calloc(pull->nr_steps, sizeof(*plant->schedule));
	plant->recorded = calloc(pull->count, sizeof(*plant->recorded));
	plant->recorded_ns = calloc(pull->count, sizeof(*plant->recorded_ns));
	if (!plant->schedule || !plant->recorded || !plant->recorded_ns)
		return dt_fail(error, ENOMEM, NULL, "no memory for the recording's targets");
	for (size_t i = 0; i < pull->nr_steps; i++)
		plant->schedule[plant->nr_schedule++] = (struct dt_schedule_point){
			.after_ns = pull->steps[i].start_ns - start,
			.target = (uint32_t)pull->steps[i].target,
		};
	for (size_t i = 0; i < pull->count; i++) {
		plant->recorded_ns[i] = pull->evaluations[i].time - start;
		plant->recorded[i] = pull->evaluations[i].value;
	}
	plant->nr_recorded = pull->count;
	return dt_plant_retrace(&plant->retraced, &plant->fit.p, pull, error);
}

static int fit(struct dt_replay_plant *plant, const struct dt_report_options *options,
	       const struct dt_report *report, struct dt_error *error)
{
	const struct dt_goal_stream *pull = find_pull(&report->goals);
	int ret;

	if (!report->goals.nr) {
		dt_report_explain_no_goals(report, error);
		return -ENODATA;
	}
	if (!pull)
		return dt_fail(error, ENODATA,
			       "a plant is a PULL and a PUSH scheme, whose targets sum to 100 %",
			       "no two goals of the recording complement each other");
	ret = dt_plant_fit(&plant->fit, pull, &report->goals.streams[pull->complement],
			   find_cap(options, pull), error);
	plant->fitted = !ret;
	return ret ? ret : keep(plant, pull, error);
}

static int analyze(struct dt_replay_plant *plant, struct dt_report_options *options,
		   struct dt_inputs *inputs)
{
	const struct dt_input_info *info = &inputs->readers[0]->info;
	struct dt_report report = {.nr_inputs = 1, .inputs = &info};
	struct dt_error error = {0};
	int ret;

	dt_report_take_goals(options, inputs);
	options->view.goals_asked = true;
	options->view.goals = true;
	options->view.damon = false;
	options->view.samples = false;
	ret = dt_analyze(inputs->readers, 1, &options->view, 1, &report, &error);
	if (!ret)
		ret = fit(plant, options, &report, &error);
	if (ret)
		dt_print_error("tune", &error);
	plant->status = dt_inputs_judge(inputs);
	dt_report_clear(&report);
	return ret ? DT_EXIT_FAILED : DT_EXIT_OK;
}

int dt_replay_read(struct dt_replay_plant *plant, const char *path)
{
	struct dt_report_options *options = calloc(1, sizeof(*options));
	char *paths[] = {(char *)path};
	struct dt_inputs inputs = {0};
	int ret;

	if (!options)
		return DT_EXIT_FAILED;
	dt_report_options_init(options);
	plant->name = path;
	ret = dt_inputs_open(&inputs, "tune", 1, paths);
	if (!ret)
		ret = analyze(plant, options, &inputs);
	dt_inputs_close(&inputs);
	free(options);
	return ret;
}

void dt_replay_plant_clear(struct dt_replay_plant *plant)
{
	for (size_t i = 0; i < plant->retraced.nr_steps; i++)
		free(plant->retraced.steps[i].excursions);
	free(plant->retraced.steps);
	free(plant->retraced.evaluations);
	free(plant->schedule);
	free(plant->recorded);
	free(plant->recorded_ns);
	memset(plant, 0, sizeof(*plant));
}
