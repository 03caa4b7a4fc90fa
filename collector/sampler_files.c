/* SPDX-License-Identifier: GPL-2.0-only */
/* The perf.data files of a sampler: one after the other, each whole by itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host.h"
#include "collector/sampler_impl.h"

/* Bytes of a sample_id: tid, time, CPU, and the identifier where there are several events. */
#define TRAILER_BYTES 24

/* The facts of a file borrow the identifiers that they are given. */
static void fill_facts(const struct dt_sampler *sampler, uint64_t *ids, struct dt_file_facts *facts)
{
	*facts = (struct dt_file_facts){
		.roots = sampler->options.roots,
		.nr_events = sampler->events.nr,
		.host = sampler->options.host,
		.command = sampler->options.command,
		.use_clockid = sampler->options.use_clockid,
		.clockid = sampler->options.clockid,
		.first_ns = sampler->file.first_ns,
		.last_ns = sampler->file.last_ns,
	};
	for (size_t i = 0; i < sampler->events.nr; i++) {
		struct dt_file_event *event = &facts->events[i];

		event->name = sampler->events.list[i].name;
		event->attr = &sampler->events.list[i].attr.attr;
		event->group = sampler->events.list[i].group;
		event->ids = ids;
		for (size_t k = 0; k < sampler->nr_known; k++)
			if (sampler->known[k].event == i)
				*ids++ = sampler->known[k].id;
		event->nr_ids = (size_t)(ids - event->ids);
	}
}

/* Facts with room for their identifiers behind them. */
static struct dt_file_facts *make_facts(const struct dt_sampler *sampler)
{
	struct dt_file_facts *facts = malloc(sizeof(*facts) + sampler->nr_known * sizeof(uint64_t));

	if (facts)
		fill_facts(sampler, (uint64_t *)(facts + 1), facts);
	return facts;
}

static int no_memory(struct dt_error *error)
{
	return dt_fail(error, ENOMEM, NULL, "out of memory");
}

int dt_sampler_write_ids(struct dt_sampler *sampler, struct dt_error *error)
{
	struct dt_file_facts *facts;
	int ret;

	if (!sampler->has_file || sampler->file.failed)
		return 0;
	facts = make_facts(sampler);
	if (!facts)
		return no_memory(error);
	ret = dt_file_write_ids(&sampler->file, facts);
	free(facts);
	if (ret)
		return dt_fail(error, -ret, NULL, "cannot write %s: %s", sampler->file.path,
			       strerror(-ret));
	return 0;
}

/* Also of CPUs that are not online yet, so that theirs fit in when they come. */
static uint64_t room_for_ids(const struct dt_sampler *sampler)
{
	const struct dt_host *host = sampler->options.host;
	const uint64_t online = sampler->online.nr ? sampler->online.nr : 1;
	uint64_t possible = host ? host->cpus_possible : 0;

	if (possible < online)
		possible = online;
	return (sampler->nr_known * possible + online - 1) / online;
}

/* The rings go on while processes are looked at; what they hold belongs to the file before. */
static void drain_meanwhile(void *context)
{
	struct dt_sampler *sampler = context;

	/* a full disk is told by the next call of those who wait for it */
	if (sampler->started && !sampler->file.failed)
		(void)dt_sampler_drain(sampler, -1, NULL, NULL);
}

static int write_beginning(struct dt_sampler *sampler, struct dt_sample_file *file,
			   const struct dt_file_facts *facts, struct dt_error *error)
{
	const struct dt_synth synth = {
		.file = file,
		.roots = sampler->options.roots,
		.trailer = TRAILER_BYTES + (sampler->identifiers ? sizeof(uint64_t) : 0),
		.data = sampler->options.pid != 0,
		.text_start = sampler->text_start,
		.text_end = sampler->text_end,
		.meanwhile = drain_meanwhile,
		.context = sampler,
	};
	struct dt_pids pids = {0};
	int ret;

	ret = dt_synth_names(&synth, facts, error);
	if (ret)
		return ret;
	if (!sampler->options.pid)
		return dt_synth_all(&synth, NULL, error);
	/* those that are there now; a later segment may find none any more */
	(void)dt_pids_of(&pids, sampler->options.roots, sampler->options.pid, NULL);
	ret = dt_synth_all(&synth, &pids, error);
	dt_pids_free(&pids);
	return ret;
}

static int finish_file(struct dt_sampler *sampler, struct dt_error *error)
{
	struct dt_file_facts *facts = make_facts(sampler);
	int ret;

	if (!facts)
		return no_memory(error);
	ret = dt_file_finish(&sampler->file, facts, error);
	free(facts);
	return ret;
}

int dt_sampler_segment(struct dt_sampler *sampler, const char *directory, const char *name,
		       struct dt_error *error)
{
	struct dt_file_facts *facts = make_facts(sampler);
	struct dt_sample_file next;
	int ret;

	if (!facts)
		return no_memory(error);
	ret = dt_file_begin(&next, directory, name, facts, room_for_ids(sampler), error);
	if (!ret) {
		ret = write_beginning(sampler, &next, facts, error);
		if (ret)
			dt_file_close(&next);
	}
	free(facts);
	if (ret)
		return ret;
	if (sampler->has_file)
		ret = finish_file(sampler, error);
	dt_file_close(&sampler->file);
	sampler->file = next;
	sampler->has_file = true;
	return ret;
}

int dt_sampler_finish(struct dt_sampler *sampler, struct dt_error *error)
{
	int ret = 0, losses = 0;

	if (!sampler->has_file)
		return 0;
	/* once the events are off, no record will tell of what the ring had no room for */
	for (size_t i = 0; sampler->stopped && !losses && i < sampler->nr_rings; i++)
		losses = dt_ring_last_losses(sampler, sampler->rings[i], error);
	ret = finish_file(sampler, losses ? NULL : error);
	return losses ? losses : ret;
}
