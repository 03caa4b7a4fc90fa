/* SPDX-License-Identifier: GPL-2.0-only */
/* The share of the samples that a goal should steer, beside the goal. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/goal_samples.h"

char *dt_goal_samples_name(char *buffer, size_t size, const struct dt_goal_stream *stream)
{
	const struct dt_goal_samples *samples = &stream->samples;

	if (!strcmp(samples->series, "node_share"))
		(void)snprintf(buffer, size, "samples on node %" PRId32, stream->nid);
	else
		(void)snprintf(buffer, size, "samples from %s",
			       strcmp(samples->series, "dram_share") ? "far memory" : "local DRAM");
	return buffer;
}

double dt_goal_samples_mean(const struct dt_goal_stream *stream, uint64_t from, uint64_t to)
{
	const struct dt_goal_samples *samples = &stream->samples;
	double sum = 0;
	size_t first, nr = 0;

	if (!samples->nr || to <= samples->start_ns)
		return NAN;
	first = from > samples->start_ns ? (from - samples->start_ns) / samples->step_ns : 0;
	for (size_t i = first; i < samples->nr && samples->start_ns + i * samples->step_ns < to;
	     i++) {
		if (isnan(samples->values[i]))
			continue;
		sum += samples->values[i];
		nr++;
	}
	return nr ? sum / (double)nr : NAN;
}

char *dt_goal_samples_words(char *buffer, size_t size, const struct dt_goal_stream *stream)
{
	const struct dt_goal_samples *samples = &stream->samples;
	char name[96];
	int length =
		snprintf(buffer, size,
			 "share of the %s%s: ", dt_goal_samples_name(name, sizeof(name), stream),
			 samples->assumed ? ", taken as this node," : "");
	const size_t used = length < 0 || (size_t)length >= size ? size - 1 : (size_t)length;

	if (!samples->nr_pairs)
		(void)snprintf(buffer + used, size - used, "none within the goal's time");
	else if (isnan(samples->correlation))
		(void)snprintf(buffer + used, size - used,
			       "%+.1f points from the goal's value in the mean (%zu bins; too few "
			       "or too steady to correlate)",
			       samples->mean_difference / 100, samples->nr_pairs);
	else
		(void)snprintf(
			buffer + used, size - used,
			"correlation with the goal's value %.2f, %+.1f points from it in the "
			"mean (%zu bins of %.3g s)",
			samples->correlation, samples->mean_difference / 100, samples->nr_pairs,
			(double)samples->step_ns * 1e-9);
	return buffer;
}

void dt_json_goal_samples(struct dt_json *json, const struct dt_goal_stream *stream)
{
	const struct dt_goal_samples *samples = &stream->samples;

	if (!samples->series[0]) {
		dt_json_null(json, "samples");
		return;
	}
	dt_json_object(json, "samples");
	dt_json_string(json, "series", samples->series);
	dt_json_bool(json, "assumed", samples->assumed);
	dt_json_u64(json, "start_ns", samples->start_ns);
	dt_json_u64(json, "step_ns", samples->step_ns);
	dt_json_u64(json, "pairs", samples->nr_pairs);
	dt_json_double(json, "correlation", samples->correlation);
	dt_json_double(json, "mean_difference_bp", samples->mean_difference);
	dt_json_array(json, "share_bp");
	for (size_t i = 0; i < samples->nr; i++)
		dt_json_double(json, NULL, samples->values[i]);
	dt_json_array_end(json);
	dt_json_object_end(json);
}
