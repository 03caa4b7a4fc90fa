/* SPDX-License-Identifier: GPL-2.0-only */
/* The next segment, and the thread that closes the one before. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>

#include "collector/rotation.h"

/*
 * Segments that fit into the bound: while one is closed its pages stand on the disk twice, so there
 * is the current one, twice the one before, and at least two older ones.
 */
#define SEGMENTS 5

static void *close_segment(void *context)
{
	struct dt_rotation *rotation = context;

	/* the loop is ahead of others (recorder_run.c), the copying need not be */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), 0);
	rotation->result = dt_trace_segment_finish(rotation->closing, &rotation->error);
	atomic_store(&rotation->done, true);
	return NULL;
}

/* Where no thread can be had, the rings must hold out for as long as closing takes. */
static void begin_closing(struct dt_rotation *rotation, struct dt_trace_segment *segment)
{
	sigset_t all, before;

	rotation->closing = segment;
	atomic_store(&rotation->done, false);
	/* signals are for the loop */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rotation->busy = !pthread_create(&rotation->thread, NULL, close_segment, rotation);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!rotation->busy)
		(void)close_segment(rotation);
}

static int begin_segment(struct dt_rotation *rotation, struct dt_error *error)
{
	const struct dt_directory *directory = rotation->directory;
	struct dt_trace_segment *old = NULL;
	char name[64];
	int ret = 0;

	if (rotation->tracer)
		ret = dt_tracer_segment(
			rotation->tracer, directory->path,
			dt_directory_part(name, DT_RECORDING_TRACE, directory->youngest), &old,
			error);
	if (old)
		begin_closing(rotation, old);
	if (!ret && rotation->sampler)
		ret = dt_sampler_segment(
			rotation->sampler, directory->path,
			dt_directory_part(name, DT_RECORDING_PERF, directory->youngest), error);
	if (!ret && rotation->witness)
		ret = dt_witness_segment(
			rotation->witness, directory->path,
			dt_directory_part(name, DT_RECORDING_WITNESS, directory->youngest), error);
	rotation->written = 0;
	return ret;
}

int dt_rotation_begin(struct dt_rotation *rotation, struct dt_error *error)
{
	return begin_segment(rotation, error);
}

int dt_rotation_settle(struct dt_rotation *rotation, struct dt_error *error)
{
	int ret = rotation->result;

	if (rotation->busy)
		(void)pthread_join(rotation->thread, NULL);
	if (rotation->busy)
		ret = rotation->result;
	rotation->busy = false;
	rotation->closing = NULL;
	rotation->result = 0;
	if (ret && error)
		*error = rotation->error;
	return ret;
}

int dt_rotation_check(struct dt_rotation *rotation, struct dt_error *error)
{
	struct dt_directory *directory = rotation->directory;
	const uint64_t share = rotation->max_size / SEGMENTS;
	int ret;

	if (!rotation->max_size || rotation->written < share)
		return 0;
	/* the one before is still being closed: this one may grow on for a moment */
	if (rotation->busy && !atomic_load(&rotation->done) && rotation->written < 2 * share)
		return 0;
	ret = dt_rotation_settle(rotation, error);
	if (ret)
		return ret;
	/* room for this one's copy and for the whole next one */
	while (dt_directory_bytes(directory) + rotation->written + share > rotation->max_size)
		if (!dt_directory_forget(directory))
			break;
	directory->youngest++;
	return begin_segment(rotation, error);
}
