/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory samples as objectives: the mean latency of loads, and the share of those that memory
 * answered which came from far memory. They go through files in a temporary directory, each read
 * back and removed after a moment, so that record's sampler and report's reader do all the work.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/host.h"
#include "collector/sampler.h"
#include "control/objective_latency.h"
#include "control/objectives.h"
#include "control/series.h"
#include "damon-trace/data_source.h"
#include "damon-trace/reader.h"
#include "support/temporary.h"

/* A file of samples is as long. */
#define FILE_NS 1000000000ull

struct latency {
	struct dt_objective objective;
	struct dt_series series; /* sum and number */
	bool far;		 /* of samples from far memory */
	struct dt_sampler *sampler;
	struct dt_host host;
	char directory[PATH_MAX];
	char file[PATH_MAX + 32];
	unsigned number; /* of the file that is written */
	uint64_t begun_ns;
};

/* ---- reading ---- */

struct tally {
	bool far, lacks;
	double sum, count;
};

static int take_samples(void *context, struct dt_batch *batch)
{
	struct tally *tally = context;
	const struct dt_samples *samples = batch->samples;
	const uint32_t needs = tally->far ? DT_COL_DATA_SRC : DT_COL_WEIGHT | DT_COL_DATA_SRC;

	if (batch->kind != DT_KIND_SAMPLE)
		return 0;
	if ((samples->has & needs) != needs) {
		tally->lacks = true;
		return 0;
	}
	for (size_t i = 0; i < batch->count; i++) {
		const enum dt_access access = dt_data_src_access(samples->data_src[i]);
		const enum dt_tier tier = dt_data_src_tier(samples->data_src[i]);

		if (tally->far && dt_tier_is_memory(tier)) {
			tally->sum += dt_tier_is_far(tier) ? 100 : 0;
			tally->count++;
		} else if (!tally->far && samples->weight[i] &&
			   (access == DT_ACCESS_LOAD || access == DT_ACCESS_LOAD_STORE)) {
			tally->sum += (double)samples->weight[i];
			tally->count++;
		}
	}
	return 0;
}

int dt_latency_read(const char *path, bool far, double *sum, double *count, struct dt_error *error)
{
	struct tally tally = {.far = far};
	const struct dt_sink sink = {
		.kinds = 1u << DT_KIND_SAMPLE,
		.columns = DT_COL_WEIGHT | DT_COL_DATA_SRC,
		.batch = take_samples,
		.context = &tally,
	};
	struct dt_reader *reader;
	int ret = dt_reader_open(&reader, path, error);

	if (ret)
		return ret;
	ret = dt_reader_walk(reader, &sink, error);
	dt_reader_close(reader);
	*sum = tally.sum;
	*count = tally.count;
	if (!ret && tally.lacks)
		ret = dt_fail(error, EOPNOTSUPP,
			      "damon-trace doctor tells which events of this machine do; name one: "
			      "latency:EVENT",
			      "the samples of this event carry no %s",
			      far ? "source of the data" : "latency");
	return ret;
}

/* ---- collecting ---- */

static int next_file(struct latency *latency, struct dt_error *error)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%u", latency->number++);
	(void)snprintf(latency->file, sizeof(latency->file), "%s/%s", latency->directory, name);
	return dt_sampler_segment(latency->sampler, latency->directory, name, error);
}

/* The file so far is ended by the next one's beginning. */
static int take_file(struct latency *latency, uint64_t now_ns, struct dt_error *error)
{
	const struct dt_reading *last = dt_series_last(&latency->series);
	char done[sizeof(latency->file)];
	double sum = 0, count = 0;
	int ret = dt_sampler_drain(latency->sampler, -1, NULL, error);

	(void)snprintf(done, sizeof(done), "%s", latency->file);
	if (!ret)
		ret = next_file(latency, error);
	if (!ret)
		ret = dt_latency_read(done, latency->far, &sum, &count, error);
	(void)unlink(done);
	if (!ret && count &&
	    dt_series_add(&latency->series, now_ns, (last ? last->counter[0] : 0) + sum,
			  (last ? last->counter[1] : 0) + count))
		ret = dt_fail(error, ENOMEM, NULL, "out of memory");
	latency->begun_ns = now_ns;
	return ret;
}

static int collect(struct dt_objective *objective, uint64_t now_ns, struct dt_error *error)
{
	struct latency *latency = (struct latency *)objective;
	int ret;

	if (!latency->begun_ns)
		latency->begun_ns = now_ns;
	if (now_ns - latency->begun_ns >= FILE_NS)
		return take_file(latency, now_ns, error);
	ret = dt_sampler_drain(latency->sampler, -1, NULL, error);
	return ret ? ret : dt_sampler_follow_cpus(latency->sampler, error);
}

/* Files are as coarse as a second: one that ended in the window counts whole. */
static int mean(struct dt_objective *objective, uint64_t from, uint64_t to, double *value,
		struct dt_error *error)
{
	const struct latency *latency = (const struct latency *)objective;
	double growth[2];

	(void)error;
	*value = dt_series_steps(&latency->series, from, to, growth) && growth[1] > 0
			 ? growth[0] / growth[1]
			 : NAN;
	return 0;
}

static void remove_directory(const char *path)
{
	char file[PATH_MAX + 300];
	struct dirent *entry;
	DIR *stream = opendir(path);

	while (stream && (entry = readdir(stream))) {
		(void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)unlink(file);
	}
	if (stream)
		(void)closedir(stream);
	(void)rmdir(path);
}

static void close_latency(struct dt_objective *objective)
{
	struct latency *latency = (struct latency *)objective;

	dt_sampler_close(latency->sampler);
	dt_host_free(&latency->host);
	if (latency->directory[0])
		remove_directory(latency->directory);
	dt_series_free(&latency->series);
	free(latency);
}

static const struct dt_objective_ops latency_ops = {
	.collect = collect,
	.mean = mean,
	.close = close_latency,
};

/* ---- opening ---- */

static const struct {
	const char *name;
	clockid_t id;
} clocks[] = {
	{"mono", CLOCK_MONOTONIC},
	{"mono_raw", CLOCK_MONOTONIC_RAW},
	{"boot", CLOCK_BOOTTIME},
	{"tai", CLOCK_TAI},
};

static int open_sampler(struct latency *latency, const char *event,
			const struct dt_objective_setup *setup, struct dt_error *error)
{
	const char *const events[] = {event, NULL};
	const char *const command[] = {"damon-trace", "tune", NULL};
	struct dt_sampler_options options = {.roots = setup->roots,
					     .events = event ? events : NULL,
					     .host = &latency->host,
					     .command = command};

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		if (!strcmp(setup->clock, clocks[i].name)) {
			options.use_clockid = true;
			options.clockid = clocks[i].id;
		}
	return dt_sampler_open(&latency->sampler, &options, error);
}

static int set_up(struct latency *latency, const char *event,
		  const struct dt_objective_setup *setup, struct dt_error *error)
{
	int ret = dt_host_read(&latency->host, setup->roots, error);

	if (!ret)
		ret = open_sampler(latency, event, setup, error);
	if (ret)
		return ret;
	(void)snprintf(latency->directory, sizeof(latency->directory), "%s/damon-trace-XXXXXX",
		       dt_temporary_directory());
	if (!mkdtemp(latency->directory)) {
		ret = dt_fail(error, errno, "set TMPDIR to a directory that may be written",
			      "cannot make %s: %s", latency->directory, strerror(errno));
		latency->directory[0] = '\0';
		return ret;
	}
	ret = next_file(latency, error);
	return ret ? ret : dt_sampler_start(latency->sampler, error);
}

static int open_latency(struct dt_objective **objective, const char *event, bool far,
			const struct dt_objective_setup *setup, struct dt_error *error)
{
	struct latency *latency = calloc(1, sizeof(*latency));
	int ret;

	if (!latency)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	latency->objective.ops = &latency_ops;
	latency->far = far;
	ret = set_up(latency, event, setup, error);
	if (ret)
		close_latency(&latency->objective);
	else
		*objective = &latency->objective;
	return ret;
}

static int open_mean(struct dt_objective **objective, const char *argument,
		     const struct dt_objective_setup *setup, struct dt_error *error)
{
	return open_latency(objective, argument, false, setup, error);
}

static int open_far(struct dt_objective **objective, const char *argument,
		    const struct dt_objective_setup *setup, struct dt_error *error)
{
	return open_latency(objective, argument, true, setup, error);
}

const struct dt_objective_kind dt_objective_latency = {
	.name = "latency",
	.argument = "EVENT",
	.summary = "mean latency of sampled loads",
	.unit = "cycles",
	.open = open_mean,
};

const struct dt_objective_kind dt_objective_far_share = {
	.name = "far-share",
	.argument = "EVENT",
	.summary = "samples from far memory, of those from any memory",
	.unit = "%",
	.open = open_far,
};
