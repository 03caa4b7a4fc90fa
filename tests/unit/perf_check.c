/* SPDX-License-Identifier: GPL-2.0-only */
/* A sink that keeps everything, and the comparison with what the writer wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "tests/unit/perf_check.h"

void perf_rows_add(struct perf_rows *rows, const struct perf_row *row)
{
	if (rows->count == rows->room) {
		rows->room = rows->room ? 2 * rows->room : 1024;
		rows->list = realloc(rows->list, rows->room * sizeof(*rows->list));
		assert_non_null(rows->list);
	}
	rows->list[rows->count++] = *row;
}

void perf_rows_free(struct perf_rows *rows)
{
	free(rows->list);
	*rows = (struct perf_rows){0};
}

/* The writer's times differ between samples, so that they alone decide. */
static int compare_rows(const void *a, const void *b)
{
	const struct perf_row *left = a, *right = b;

	if (left->truth.time != right->truth.time)
		return left->truth.time < right->truth.time ? -1 : 1;
	return 0;
}

void perf_rows_sort(struct perf_rows *rows)
{
	if (rows->count)
		qsort(rows->list, rows->count, sizeof(*rows->list), compare_rows);
}

void perf_got_free(struct perf_got *got)
{
	perf_rows_free(&got->samples);
	perf_rows_free(&got->regions);
	perf_rows_free(&got->goals);
	perf_rows_free(&got->losses);
}

static void keep_samples(struct perf_got *got, const struct dt_samples *samples, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t columns = samples->columns;
		struct perf_row row = {
			.columns = columns, .has = samples->has, .event = samples->event};
		struct perf_truth *truth = &row.truth;

		truth->kind = PT_SAMPLE;
		truth->time = columns & DT_COL_TIME ? samples->time[i] : 0;
		truth->ip = columns & DT_COL_IP ? samples->ip[i] : 0;
		truth->pid = columns & DT_COL_PID ? (uint32_t)samples->pid[i] : 0;
		truth->tid = columns & DT_COL_TID ? (uint32_t)samples->tid[i] : 0;
		truth->cpu = columns & DT_COL_CPU ? (uint32_t)samples->cpu[i] : 0;
		truth->addr = columns & DT_COL_ADDR ? samples->addr[i] : 0;
		truth->phys = columns & DT_COL_PHYS ? samples->phys[i] : 0;
		truth->period = columns & DT_COL_PERIOD ? samples->period[i] : 0;
		truth->weight = columns & DT_COL_WEIGHT ? samples->weight[i] : 0;
		truth->data_src = columns & DT_COL_DATA_SRC ? samples->data_src[i] : 0;
		perf_rows_add(&got->samples, &row);
	}
}

static void keep_region(struct perf_got *got, const struct dt_region *region)
{
	struct perf_row row = {.truth = {.kind = PT_REGION,
					 .time = region->time,
					 .pid = (uint32_t)region->kdamond,
					 .start = region->start,
					 .end = region->end,
					 .accesses = region->nr_accesses,
					 .age = region->age,
					 .count = region->nr_regions}};

	perf_rows_add(&got->regions, &row);
}

static void keep_goal(struct perf_got *got, const struct dt_goal *goal)
{
	struct perf_row row = {.truth = {.kind = PT_GOAL,
					 .time = goal->time,
					 .pid = (uint32_t)goal->kdamond,
					 .nid = (uint32_t)goal->nid,
					 .target = goal->target_value,
					 .current = goal->current_value}};

	perf_rows_add(&got->goals, &row);
}

static void keep_loss(struct perf_got *got, const struct dt_loss *loss)
{
	struct perf_row row = {
		.truth = {.kind = loss->what == DT_LOSS_THROTTLE ? PT_THROTTLE : PT_LOST,
			  .time = loss->time,
			  .cpu = (uint32_t)loss->cpu,
			  .count = loss->count},
		.event = loss->what};

	perf_rows_add(&got->losses, &row);
}

static void keep_time(struct perf_got *got, enum dt_kind kind, uint64_t time)
{
	if (time < got->last[kind])
		got->disorder++;
	got->last[kind] = time;
}

static void keep_records(struct perf_got *got, const struct dt_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		if (batch->kind == DT_KIND_REGION) {
			keep_region(got, &batch->regions[i]);
			keep_time(got, batch->kind, batch->regions[i].time);
		} else if (batch->kind == DT_KIND_GOAL) {
			keep_goal(got, &batch->goals[i]);
			keep_time(got, batch->kind, batch->goals[i].time);
		} else if (batch->kind == DT_KIND_LOSS) {
			keep_loss(got, &batch->losses[i]);
			keep_time(got, batch->kind, batch->losses[i].time);
		}
	}
}

static int keep(void *context, struct dt_batch *batch)
{
	struct perf_got *got = context;

	assert_in_range(batch->count, 1, DT_BATCH_MAX);
	if (batch->kind == DT_KIND_SAMPLE)
		keep_samples(got, batch->samples, batch->count);
	else
		keep_records(got, batch);
	if (got->swap) {
		dt_batch_free(batch->kind, batch->records);
		batch->records = dt_batch_alloc(batch->kind);
		assert_non_null(batch->records);
	}
	got->batches++;
	return got->fail_after && got->batches >= (uint64_t)got->fail_after ? -ECANCELED : 0;
}

int perf_collect(struct dt_reader *reader, struct perf_got *got, uint32_t kinds, uint32_t columns)
{
	const struct dt_sink sink = {keep, got, kinds, columns};
	struct dt_error error = {0};
	int ret = dt_reader_walk(reader, &sink, &error);

	if (ret && ret != -ECANCELED)
		print_message("walk: %s\n", error.message);
	return ret;
}

static void keep_truth(void *context, const struct perf_truth *truth)
{
	struct perf_row row = {.truth = *truth};

	perf_rows_add(context, &row);
}

void perf_make(struct perf_made *made, const struct perf_writer_options *options)
{
	struct perf_truth_sink sink = {keep_truth, &made->truth};

	*made = (struct perf_made){0};
	perf_out_init(&made->out, NULL, options->big);
	assert_int_equal(perf_write(options, &made->out, &sink, &made->totals), 0);
}

void perf_make_at(struct perf_made *made, const struct perf_writer_options *options,
		  const char *path)
{
	struct perf_truth_sink sink = {keep_truth, &made->truth};

	*made = (struct perf_made){0};
	assert_int_equal(perf_write_path(options, path, &sink, &made->totals), 0);
}

void perf_made_free(struct perf_made *made)
{
	perf_out_free(&made->out);
	perf_rows_free(&made->truth);
}

struct dt_reader *perf_open(const struct perf_made *made, size_t size)
{
	struct dt_error error = {0};
	struct dt_reader *reader;
	int ret = dt_reader_open_memory(&reader, made->out.bytes, size, &error);

	if (ret)
		fail_msg("open: %s", error.message);
	assert_string_equal(reader->info.kind, "perf.data");
	return reader;
}

static void check_sample(const struct perf_truth *want, const struct perf_row *got,
			 uint64_t sample_type)
{
	const struct perf_truth *have = &got->truth;

	assert_int_equal(have->time, want->time);
	if (sample_type & PW_IP)
		assert_int_equal(have->ip, want->ip);
	if (sample_type & PW_TID) {
		assert_int_equal(have->pid, want->pid);
		assert_int_equal(have->tid, want->tid);
	}
	if (sample_type & PW_ADDR)
		assert_int_equal(have->addr, want->addr);
	if (sample_type & PW_CPU)
		assert_int_equal(have->cpu, want->cpu);
	if (sample_type & (PW_WEIGHT | PW_WEIGHT_STRUCT))
		assert_int_equal(have->weight, want->weight);
	if (sample_type & PW_DATA_SRC)
		assert_int_equal(have->data_src, want->data_src);
	if (sample_type & PW_PHYS_ADDR)
		assert_int_equal(have->phys, want->phys);
	assert_int_equal(have->period, want->period);
}

static void check_damon(const struct perf_truth *want, const struct perf_truth *have)
{
	assert_int_equal(have->time, want->time);
	assert_int_equal(have->pid, want->pid);
	if (want->kind == PT_REGION) {
		assert_int_equal(have->start, want->start);
		assert_int_equal(have->end, want->end);
		assert_int_equal(have->accesses, want->accesses);
		assert_int_equal(have->age, want->age);
	} else {
		assert_int_equal(have->nid, want->nid);
		assert_int_equal(have->target, want->target);
		assert_int_equal(have->current, want->current);
	}
}

static void check_loss(const struct perf_truth *want, const struct perf_row *got, bool has_cpu)
{
	assert_int_equal(got->truth.time, want->time);
	assert_int_equal(got->truth.count, want->count);
	assert_int_equal(got->event,
			 want->kind == PT_THROTTLE ? DT_LOSS_THROTTLE : DT_LOSS_SAMPLES);
	if (has_cpu)
		assert_int_equal(got->truth.cpu, want->cpu);
}

void perf_check_all(const struct perf_made *made, const struct perf_got *got,
		    const struct perf_writer_options *options)
{
	size_t samples = 0, regions = 0, goals = 0, losses = 0;

	for (size_t i = 0; i < made->truth.count; i++) {
		const struct perf_truth *want = &made->truth.list[i].truth;
		uint64_t type = options->sample_type;

		if (options->mixed && want->event % 2)
			type |= PW_CPU | PW_PERIOD;
		if (want->kind == PT_SAMPLE) {
			assert_true(samples < got->samples.count);
			check_sample(want, &got->samples.list[samples++], type);
		} else if (want->kind == PT_REGION) {
			assert_true(regions < got->regions.count);
			check_damon(want, &got->regions.list[regions++].truth);
		} else if (want->kind == PT_GOAL) {
			assert_true(goals < got->goals.count);
			check_damon(want, &got->goals.list[goals++].truth);
		} else {
			assert_true(losses < got->losses.count);
			check_loss(want, &got->losses.list[losses++],
				   options->sample_type & PW_CPU);
		}
	}
	assert_int_equal(samples, got->samples.count);
	assert_int_equal(regions, got->regions.count);
	assert_int_equal(goals, got->goals.count);
	assert_int_equal(losses, got->losses.count);
	assert_int_equal(got->disorder, 0);
}

bool perf_has_warning(const struct dt_reader *reader, const char *part)
{
	const struct dt_warnings *warnings = &reader->info.warnings;

	for (uint64_t i = 0; i < warnings->count && i < DT_WARNINGS_KEPT; i++)
		if (strstr(warnings->kept[i].text, part))
			return true;
	return false;
}
