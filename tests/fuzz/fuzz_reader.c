/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzz target of the readers: arbitrary bytes, opened and walked twice by a sink that wants, and
 * looks at, everything. Compiled once for each format: DT_FUZZ_KIND is in the reader's name, and
 * what another reader claims is passed over, so that a target stays with its own format.
 */
#include <stdlib.h>
#include <string.h>

#include "damon-trace/reader.h"
#include "readers/damon_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Keeps the compiler from dropping the reads that the sanitizers are to see. */
static volatile uint64_t fuzz_sum;

static void look_at(const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += byte[i];
	fuzz_sum += sum;
}

static void look_at_samples(const struct dt_samples *samples, size_t count)
{
	const struct {
		uint32_t column;
		const void *values;
		size_t size;
	} columns[] = {
		{DT_COL_TIME, samples->time, sizeof(*samples->time)},
		{DT_COL_IP, samples->ip, sizeof(*samples->ip)},
		{DT_COL_PID, samples->pid, sizeof(*samples->pid)},
		{DT_COL_TID, samples->tid, sizeof(*samples->tid)},
		{DT_COL_ADDR, samples->addr, sizeof(*samples->addr)},
		{DT_COL_PHYS, samples->phys, sizeof(*samples->phys)},
		{DT_COL_CPU, samples->cpu, sizeof(*samples->cpu)},
		{DT_COL_PERIOD, samples->period, sizeof(*samples->period)},
		{DT_COL_WEIGHT, samples->weight, sizeof(*samples->weight)},
		{DT_COL_DATA_SRC, samples->data_src, sizeof(*samples->data_src)},
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (samples->columns & columns[i].column)
			look_at(columns[i].values, count * columns[i].size);
}

/* The header's promises about a batch are checked here: a broken one is a finding too. */
static int take_batch(void *context, struct dt_batch *batch)
{
	uint64_t *records = context;

	if (batch->count == 0 || batch->count > DT_BATCH_MAX || batch->kind >= DT_NR_KINDS)
		abort();
	if (batch->kind == DT_KIND_SAMPLE)
		look_at_samples(batch->samples, batch->count);
	else
		look_at(batch->records, batch->count * dt_record_size(batch->kind));
	*records += batch->count;
	return 0;
}

static void look_at_info(const struct dt_input_info *info)
{
	look_at(info->version, strnlen(info->version, sizeof(info->version)));
	look_at(info->kernel, strnlen(info->kernel, sizeof(info->kernel)));
	look_at(info->host, strnlen(info->host, sizeof(info->host)));
	look_at(info->arch, strnlen(info->arch, sizeof(info->arch)));
	look_at(info->clock, strnlen(info->clock, sizeof(info->clock)));
	look_at(info->command, strnlen(info->command, sizeof(info->command)));
	look_at(info->events, info->nr_events * sizeof(info->events[0]));
}

static void walk_twice(struct dt_reader *reader)
{
	uint64_t records[2] = {0, 0};
	struct dt_error error = {.message = ""};
	int status[2];

	for (int i = 0; i < 2; i++) {
		const struct dt_sink sink = {
			.batch = take_batch,
			.context = &records[i],
			.kinds = (1u << DT_NR_KINDS) - 1,
			.columns = DT_COL_ALL,
		};

		status[i] = dt_reader_walk(reader, &sink, &error);
		look_at_info(&reader->info);
	}
	if (status[0] != status[1] || records[0] != records[1])
		abort();
}

/* damo has texts, too, which are those of its own target. */
static bool is_ours(const char *name)
{
	return strstr(name, DT_FUZZ_KIND) &&
	       (!strstr(name, "damo") || !strcmp(DT_FUZZ_KIND, "damo"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dt_reader *reader = NULL;
	struct dt_error error = {.message = ""};

	if (dt_reader_open_memory(&reader, data, size, &error))
		return 0;
	if (is_ours(reader->ops->name))
		walk_twice(reader);
	dt_reader_close(reader);
	return 0;
}
