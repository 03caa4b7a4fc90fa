/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory samples as objectives: the mean latency of loads, and the share of those that memory
 * answered which came from far memory. They go through files in a temporary directory, each read
 * back and removed after a moment, so that record's sampler and report's reader do all the work.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/host.h"
#include "control/objective_latency.h"
#include "control/objectives.h"
#include "control/series.h"
#include "support/temporary.h"

/* A file of samples is as long, at most. */
#define FILE_NS 1000000000ull
/* More bins than the clock goes on between two looks, unless it jumps. */
#define BINS_MOST 4096
/* An event whose first samples all say nothing is the wrong one. */
#define SAMPLES_IN_VAIN 256

struct latency {
	struct dt_objective objective;
	struct dt_series series; /* sum and number */
	bool far;		 /* of samples from far memory */
	const char *events[2];	 /* ends with NULL */
	struct dt_sampler *sampler;
	struct dt_host host;
	char directory[PATH_MAX];
	char file[PATH_MAX + 32];
	unsigned number;	   /* of the file that is written */
	uint64_t begun_ns, now_ns; /* of it; of the last look */
	/* The bin that samples are still added to, and what it has so far. */
	uint64_t bin;
	struct dt_latency_bin rest;
	uint64_t samples; /* all so far */
};

struct dt_sampler_calls dt_sampler_calls = {
	.best = dt_sampler_best,
	.open = dt_sampler_open,
	.segment = dt_sampler_segment,
	.start = dt_sampler_start,
	.drain = dt_sampler_drain,
	.follow_cpus = dt_sampler_follow_cpus,
	.close = dt_sampler_close,
};

/* ---- collecting ---- */

static int next_file(struct latency *latency, struct dt_error *error)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%u", latency->number++);
	(void)snprintf(latency->file, sizeof(latency->file), "%s/%s", latency->directory, name);
	return dt_sampler_calls.segment(latency->sampler, latency->directory, name, error);
}

/* The bins that are over, with what the one before had; the last one's share is kept. */
static int add_bins(struct latency *latency, const struct dt_latency_bins *bins,
		    struct dt_error *error)
{
	const struct dt_reading *last = dt_series_last(&latency->series);
	double sum = last ? last->counter[0] : 0, count = last ? last->counter[1] : 0;

	bins->bins[0].sum += latency->rest.sum;
	bins->bins[0].count += latency->rest.count;
	latency->rest = bins->bins[bins->nr - 1];
	latency->samples += bins->samples;
	for (size_t i = 0; i + 1 < bins->nr; i++) {
		const uint64_t end = bins->start_ns + (i + 1) * DT_LATENCY_BIN_NS;

		sum += bins->bins[i].sum;
		count += bins->bins[i].count;
		if (bins->bins[i].count && dt_series_add(&latency->series, end - 1, sum, count))
			return dt_fail(error, ENOMEM, NULL, "out of memory");
	}
	return 0;
}

/* An event may have the fields, and nothing in them, as page faults have. */
static int check_worth(const struct latency *latency, struct dt_error *error)
{
	if (latency->series.nr || latency->rest.count || latency->samples < SAMPLES_IN_VAIN)
		return 0;
	return dt_fail(error, EOPNOTSUPP,
		       "damon-trace doctor tells which events of this machine do; name one: "
		       "latency:EVENT",
		       "none of the first %" PRIu64 " samples carries a %s", latency->samples,
		       latency->far ? "source in memory" : "latency of a load");
}

static int read_file(struct latency *latency, const char *path, uint64_t now_ns,
		     struct dt_error *error)
{
	struct dt_latency_bins bins = {.nr = 0};
	const uint64_t bin = now_ns / DT_LATENCY_BIN_NS;
	int ret;

	if (bin < latency->bin || bin - latency->bin >= BINS_MOST)
		latency->bin = bin < BINS_MOST ? 0 : bin - BINS_MOST + 1;
	bins.start_ns = latency->bin * DT_LATENCY_BIN_NS;
	bins.nr = (size_t)(bin - latency->bin) + 1;
	bins.bins = calloc(bins.nr, sizeof(*bins.bins));
	if (!bins.bins)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	ret = dt_latency_read(path, latency->far, &bins, error);
	if (!ret)
		ret = add_bins(latency, &bins, error);
	free(bins.bins);
	latency->bin = bin;
	return ret ? ret : check_worth(latency, error);
}

/* The file so far is ended by the next one's beginning. */
static int take_file(struct latency *latency, uint64_t now_ns, struct dt_error *error)
{
	char done[sizeof(latency->file)];
	int ret = dt_sampler_calls.drain(latency->sampler, -1, NULL, error);

	(void)snprintf(done, sizeof(done), "%s", latency->file);
	if (!ret)
		ret = next_file(latency, error);
	if (!ret)
		ret = read_file(latency, done, now_ns, error);
	(void)unlink(done);
	latency->begun_ns = now_ns;
	return ret;
}

static int collect(struct dt_objective *objective, uint64_t now_ns, struct dt_error *error)
{
	struct latency *latency = (struct latency *)objective;
	int ret;

	latency->now_ns = now_ns;
	if (!latency->begun_ns) {
		latency->begun_ns = now_ns;
		latency->bin = now_ns / DT_LATENCY_BIN_NS;
	}
	if (now_ns - latency->begun_ns >= FILE_NS)
		return take_file(latency, now_ns, error);
	ret = dt_sampler_calls.drain(latency->sampler, -1, NULL, error);
	return ret ? ret : dt_sampler_calls.follow_cpus(latency->sampler, error);
}

/* What was sampled since the last file is part of the span, too. */
static int mean(struct dt_objective *objective, uint64_t from, uint64_t to, double *value,
		struct dt_error *error)
{
	struct latency *latency = (struct latency *)objective;
	double growth[2];
	int ret = 0;

	if (latency->begun_ns < to && latency->now_ns > latency->begun_ns)
		ret = take_file(latency, latency->now_ns, error);
	if (ret)
		return ret;
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

	dt_sampler_calls.close(latency->sampler);
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

/* Samples have to be stamped with the tuner's clock. */
static int set_clock(struct dt_sampler_options *options, const char *clock, struct dt_error *error)
{
	if (!strcmp(clock, "perf"))
		return 0;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		if (!strcmp(clock, clocks[i].name)) {
			options->use_clockid = true;
			options->clockid = clocks[i].id;
			return 0;
		}
	return dt_fail(error, EINVAL, "--clock perf or --clock mono",
		       "samples cannot be stamped with the clock %.40s", clock);
}

/*
 * Left to itself a machine without such a unit would sample page faults, which tell nothing. One
 * that has a unit and cannot have it says why.
 */
static int check_best(const struct dt_objective_setup *setup, struct dt_error *error)
{
	struct dt_error refused = {{0}, {0}};
	char best[256] = "";
	const int ret = dt_sampler_calls.best(setup->roots, best, sizeof(best), &refused);

	if (!ret && !strstr(best, "page-faults"))
		return 0;
	if (refused.message[0])
		return dt_fail(error, ret ? -ret : EOPNOTSUPP, refused.hint, "%s", refused.message);
	return dt_fail(error, EOPNOTSUPP,
		       "it takes Intel's PEBS or AMD's IBS, which a virtual machine often has not; "
		       "psi, mbm-total and exec:COMMAND need neither; latency:EVENT names an event",
		       "no unit of this machine samples where memory comes from, and how fast");
}

static int open_sampler(struct latency *latency, const char *event,
			const struct dt_objective_setup *setup, struct dt_error *error)
{
	static const char *const command[] = {"damon-trace", "tune", NULL};
	struct dt_sampler_options options = {.roots = setup->roots,
					     .events = event ? latency->events : NULL,
					     .host = &latency->host,
					     .command = command};
	int ret;

	/* the sampler goes on using both lists */
	latency->events[0] = event;
	ret = set_clock(&options, setup->clock, error);

	if (!ret && !event)
		ret = check_best(setup, error);
	return ret ? ret : dt_sampler_calls.open(&latency->sampler, &options, error);
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
	return ret ? ret : dt_sampler_calls.start(latency->sampler, error);
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
