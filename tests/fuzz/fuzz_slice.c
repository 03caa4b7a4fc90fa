/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzz target of slices: arbitrary bytes, opened and sliced into a file by a filter made of what is
 * in them; the slice is opened and walked. It must open, hold no record that the filter refuses,
 * and of the others as many as the input.
 *
 * Which filter it is, a checksum of the bytes decides: the seeds are those of the readers.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "damon-trace/slice.h"
#include "readers/damon_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Records that filters are made of. */
#define PICKS 64

struct picks {
	size_t nr_times, nr_addresses, nr_pids, nr_kdamonds;
	uint64_t times[PICKS], addresses[PICKS];
	int32_t pids[PICKS], kdamonds[PICKS];
};

struct filter {
	struct dt_slice slice;
	struct dt_range address;
	struct dt_stream_filter stream;
	int32_t pid;
};

/* Of a walk: the records that a filter keeps, and how many it does not. */
struct tally {
	const struct dt_slice *slice;
	struct picks *picks;
	uint64_t kept[DT_NR_KINDS], refused[DT_NR_KINDS];
};

/* Of a record of DAMON's what filters ask for, found independently of the slicing. */
struct asked {
	uint64_t time, start, end; /* end 0: no addresses */
	int32_t kdamond;
};

static struct asked ask(const struct dt_batch *batch, uint32_t i)
{
	switch (batch->kind) {
	case DT_KIND_REGION:
		return (struct asked){batch->regions[i].time, batch->regions[i].start,
				      batch->regions[i].end, batch->regions[i].kdamond};
	case DT_KIND_APPLY:
		return (struct asked){batch->applies[i].time, batch->applies[i].start,
				      batch->applies[i].end, batch->applies[i].kdamond};
	case DT_KIND_INTERVALS:
		return (struct asked){.time = batch->intervals[i].time,
				      .kdamond = batch->intervals[i].kdamond};
	case DT_KIND_ESZ:
		return (struct asked){.time = batch->eszs[i].time,
				      .kdamond = batch->eszs[i].kdamond};
	case DT_KIND_STAT:
		return (struct asked){.time = batch->stats[i].time,
				      .kdamond = batch->stats[i].kdamond};
	case DT_KIND_GOAL:
		return (struct asked){.time = batch->goals[i].time,
				      .kdamond = batch->goals[i].kdamond};
	case DT_KIND_OVERFLOW:
		return (struct asked){.time = batch->overflows[i].time,
				      .kdamond = batch->overflows[i].kdamond};
	default:
		return (struct asked){.time = batch->calls[i].time,
				      .kdamond = batch->calls[i].kdamond};
	}
}

static bool in_time(const struct dt_slice *slice, uint64_t time)
{
	return !slice->has_time || (slice->from_ns <= time && time < slice->to_ns);
}

static bool in_addresses(const struct dt_slice *slice, uint64_t start, uint64_t end)
{
	return !slice->nr_addresses ||
	       (start < slice->addresses[0].end && end > slice->addresses[0].start);
}

/* Calls are no events of DAMON's: a stream leaves them. */
static bool keeps_record(const struct dt_slice *slice, const struct dt_batch *batch, uint32_t i)
{
	const struct asked asked = ask(batch, i);

	return in_time(slice, asked.time) &&
	       (!slice->nr_streams || batch->kind == DT_KIND_CALL ||
		slice->streams[0].kdamond == asked.kdamond) &&
	       (!asked.end || in_addresses(slice, asked.start, asked.end));
}

static bool keeps_sample(const struct dt_slice *slice, const struct dt_samples *samples, uint32_t i)
{
	const uint64_t address = slice->phys ? samples->phys[i] : samples->addr[i];

	if (slice->has_time &&
	    (!(samples->columns & DT_COL_TIME) || !in_time(slice, samples->time[i])))
		return false;
	if (slice->nr_pids && samples->columns & DT_COL_PID && samples->pid[i] != slice->pids[0])
		return false;
	return !(samples->columns & (slice->phys ? DT_COL_PHYS : DT_COL_ADDR)) ||
	       in_addresses(slice, address, address + 1);
}

static void pick(struct picks *picks, const struct dt_batch *batch, uint32_t i)
{
	const struct dt_samples *samples = batch->samples;

	if (batch->kind == DT_KIND_LOSS)
		return;
	if (batch->kind != DT_KIND_SAMPLE) {
		const struct asked asked = ask(batch, i);

		picks->times[picks->nr_times++ % PICKS] = asked.time;
		picks->kdamonds[picks->nr_kdamonds++ % PICKS] = asked.kdamond;
		if (asked.end)
			picks->addresses[picks->nr_addresses++ % PICKS] = asked.start;
		return;
	}
	if (samples->columns & DT_COL_TIME)
		picks->times[picks->nr_times++ % PICKS] = samples->time[i];
	if (samples->columns & DT_COL_ADDR)
		picks->addresses[picks->nr_addresses++ % PICKS] = samples->addr[i];
	if (samples->columns & DT_COL_PHYS)
		picks->addresses[picks->nr_addresses++ % PICKS] = samples->phys[i];
	if (samples->columns & DT_COL_PID)
		picks->pids[picks->nr_pids++ % PICKS] = samples->pid[i];
}

static int take_batch(void *context, struct dt_batch *batch)
{
	struct tally *tally = context;

	for (uint32_t i = 0; i < batch->count; i++) {
		bool keeps;

		if (tally->picks)
			pick(tally->picks, batch, i);
		if (batch->kind == DT_KIND_LOSS)
			keeps = in_time(tally->slice, batch->losses[i].time);
		else if (batch->kind == DT_KIND_SAMPLE)
			keeps = keeps_sample(tally->slice, batch->samples, i);
		else
			keeps = keeps_record(tally->slice, batch, i);
		tally->kept[batch->kind] += keeps;
		tally->refused[batch->kind] += !keeps;
	}
	return 0;
}

static int walk(struct dt_reader *reader, struct tally *tally)
{
	const struct dt_sink sink = {
		.batch = take_batch,
		.context = tally,
		.kinds = (1u << DT_NR_KINDS) - 1,
		.columns = DT_COL_TIME | DT_COL_ADDR | DT_COL_PHYS | DT_COL_PID,
	};
	struct dt_error error;

	return dt_reader_walk(reader, &sink, &error);
}

static uint64_t checksum(const uint8_t *data, size_t size)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 0x100000001b3;
	return sum ^ sum >> 32;
}

static size_t least(size_t nr)
{
	return nr < PICKS ? nr : PICKS;
}

/* The filters, in any combination, by records that are there. */
static void make_filter(struct filter *filter, const struct picks *picks, uint64_t number)
{
	struct dt_slice *slice = &filter->slice;
	const uint64_t which = number >> 8;

	*filter = (struct filter){0};
	if (number & 1 && picks->nr_times) {
		const uint64_t a = picks->times[which % least(picks->nr_times)],
			       b = picks->times[(which >> 8) % least(picks->nr_times)];

		slice->has_time = true;
		slice->from_ns = a < b ? a : b;
		slice->to_ns = number & 16 ? UINT64_MAX : (a < b ? b : a) + (number >> 5 & 1);
	}
	if (number & 2 && picks->nr_addresses) {
		const uint64_t start = picks->addresses[which % least(picks->nr_addresses)];

		filter->address = (struct dt_range){
			start, start > UINT64_MAX - 65536 ? UINT64_MAX : start + 65536};
		slice->nr_addresses = 1;
		slice->addresses = &filter->address;
		slice->phys = number & 64;
	}
	if (number & 4 && picks->nr_kdamonds) {
		filter->stream = (struct dt_stream_filter){
			.has_kdamond = true,
			.kdamond = picks->kdamonds[which % least(picks->nr_kdamonds)]};
		slice->nr_streams = 1;
		slice->streams = &filter->stream;
	}
	if (number & 8 && picks->nr_pids) {
		filter->pid = picks->pids[which % least(picks->nr_pids)];
		slice->nr_pids = 1;
		slice->pids = &filter->pid;
	}
}

static void finding(const char *what, uint64_t found, uint64_t expected)
{
	(void)fprintf(stderr, "%s: %llu, expected %llu\n", what, (unsigned long long)found,
		      (unsigned long long)expected);
	abort();
}

/*
 * Losses stand at the next event of their CPU, which may not stay: they are no records to count;
 * and those without a time at the latest one, which in a damaged file may be anywhere.
 */
static void compare(const struct tally *input, const struct tally *output, bool whole)
{
	char what[32];

	for (int kind = 0; kind < DT_NR_KINDS; kind++) {
		(void)snprintf(what, sizeof(what), "records of kind %d", kind);
		if (output->refused[kind] && (kind != DT_KIND_LOSS || whole)) {
			(void)fprintf(stderr, "refused by the filter: ");
			finding(what, output->refused[kind], 0);
		}
		if (kind != DT_KIND_LOSS && (output->kept[kind] > input->kept[kind] ||
					     (whole && output->kept[kind] < input->kept[kind])))
			finding(what, output->kept[kind], input->kept[kind]);
	}
}

static const char *output_path(void)
{
	static char path[PATH_MAX];
	const char *directory = getenv("TMPDIR");

	if (!path[0])
		(void)snprintf(path, sizeof(path), "%s/fuzz-slice-%ld",
			       directory ? directory : "/tmp", (long)getpid());
	return path;
}

static void check_slice(struct dt_reader *reader, const uint8_t *data, size_t size)
{
	struct picks picks = {0};
	struct tally input = {.picks = &picks, .slice = &(struct dt_slice){0}}, output = {0};
	struct dt_slice_sum sum = {0};
	struct dt_reader *slice = NULL;
	struct dt_error error = {.message = ""};
	struct filter filter;

	if (walk(reader, &input))
		return;
	make_filter(&filter, &picks, checksum(data, size));
	input = (struct tally){.slice = &filter.slice};
	output.slice = &filter.slice;
	if (walk(reader, &input) ||
	    dt_reader_slice(reader, &filter.slice, output_path(), &sum, &error)) {
		if (!access(output_path(), F_OK))
			finding("files after a failure", 1, 0);
		return;
	}
	if (dt_reader_open(&slice, output_path(), &error)) {
		(void)fprintf(stderr, "%s; %s\n", error.message, error.hint);
		abort();
	}
	if (sum.kept > sum.events)
		finding("events kept", sum.kept, sum.events);
	if (walk(slice, &output))
		finding("walks of the slice that fail", 1, 0);
	compare(&input, &output, reader->info.complete && !reader->info.warnings.count);
	dt_reader_close(slice);
	(void)unlink(output_path());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dt_reader *reader = NULL;
	struct dt_error error = {.message = ""};

	if (dt_reader_open_memory(&reader, data, size, &error))
		return 0;
	if (reader->ops->slice)
		check_slice(reader, data, size);
	dt_reader_close(reader);
	return 0;
}
