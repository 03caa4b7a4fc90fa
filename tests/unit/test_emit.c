/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Batches between reader and sink: nothing lost or sent twice, the promised order, full batches,
 * sinks that fail and sinks that exchange the storage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "readers/damon_events.h"
#include "readers/emit.h"

#define NR_RECORDS 50000
#define ALL_KINDS  ((1u << DT_NR_KINDS) - 1)

/* What the sink was given; records carry their place in the order of emission as time. */
struct got {
	uint8_t kind[NR_RECORDS];
	uint64_t time[NR_RECORDS];
	size_t nr, batches;
	size_t fail_at; /* batch that the sink refuses, from 1 */
	uint32_t sizes[64];
	void *mine[DT_NR_KINDS]; /* storage to exchange */
	bool swap;
};

static int take(void *context, struct dt_batch *batch)
{
	const size_t size = dt_record_size(batch->kind);
	struct got *got = context;

	assert_in_range(batch->count, 1, DT_BATCH_MAX);
	if (got->batches < 64)
		got->sizes[got->batches] = batch->count;
	if (++got->batches == got->fail_at)
		return -ECANCELED;
	for (uint32_t i = 0; i < batch->count; i++) {
		assert_true(got->nr < NR_RECORDS);
		got->kind[got->nr] = (uint8_t)batch->kind;
		/* every record begins with its time */
		memcpy(&got->time[got->nr++], (char *)batch->records + i * size, 8);
	}
	if (got->swap) {
		void *full = batch->records;

		batch->records = got->mine[batch->kind];
		got->mine[batch->kind] = full;
		memset(full, 0xee, DT_BATCH_MAX * size);
	}
	return 0;
}

static void emit(struct dt_emitter *emitter, enum dt_kind kind, uint64_t time)
{
	const size_t size = dt_record_size(kind);
	char *place = dt_emit(emitter, kind, size);

	memset(place, 0x55, size);
	memcpy(place, &time, 8);
}

static struct got *got_new(bool swap)
{
	struct got *got = calloc(1, sizeof(*got));

	assert_non_null(got);
	got->swap = swap;
	for (int kind = 0; swap && kind < DT_KIND_SAMPLE; kind++) {
		got->mine[kind] = dt_batch_alloc((enum dt_kind)kind);
		assert_non_null(got->mine[kind]);
	}
	return got;
}

static void got_free(struct got *got)
{
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++)
		dt_batch_free((enum dt_kind)kind, got->mine[kind]);
	free(got);
}

static bool is_ordered(uint8_t kind)
{
	return kind == DT_KIND_REGION || kind == DT_KIND_INTERVALS || kind == DT_KIND_LOSS;
}

static void check_order(const struct got *got, const uint8_t *kinds, uint32_t wanted)
{
	uint64_t last[DT_NR_KINDS] = {0}, last_ordered = 0;
	size_t expected = 0;

	for (size_t i = 0; i < NR_RECORDS; i++)
		expected += wanted >> kinds[i] & 1;
	assert_int_equal(got->nr, expected);
	for (size_t i = 0; i < got->nr; i++) {
		const uint8_t kind = got->kind[i];

		assert_true(wanted >> kind & 1);
		assert_in_range(got->time[i], 1, NR_RECORDS);
		assert_int_equal(kinds[got->time[i] - 1], kind);
		assert_true(got->time[i] > last[kind]);
		last[kind] = got->time[i];
		if (!is_ordered(kind))
			continue;
		assert_true(got->time[i] > last_ordered);
		last_ordered = got->time[i];
	}
}

/* Runs of regions with the others strewn in, as a kdamond prints them. */
static void test_order(void **state)
{
	static const uint32_t wants[] = {ALL_KINDS, 0, 1u << DT_KIND_REGION,
					 ALL_KINDS & ~(1u << DT_KIND_LOSS),
					 1u << DT_KIND_LOSS | 1u << DT_KIND_GOAL};
	static uint8_t kinds[NR_RECORDS];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(wants) / sizeof(wants[0]); i++) {
		const struct dt_sink sink = {take, got_new(i & 1), wants[i / 2], 0};
		struct dt_emitter emitter;
		uint64_t random = i;

		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		for (size_t j = 0; j < NR_RECORDS; j++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			kinds[j] = random >> 50 & 63 ? DT_KIND_REGION
						     : (uint8_t)((random >> 33) % DT_KIND_SAMPLE);
			emit(&emitter, kinds[j], j + 1);
		}
		assert_int_equal(dt_emit_flush_all(&emitter), 0);
		check_order(sink.context, kinds, sink.kinds);
		/* nothing is left */
		assert_int_equal(dt_emit_flush_all(&emitter), 0);
		check_order(sink.context, kinds, sink.kinds);
		dt_emitter_free(&emitter);
		got_free(sink.context);
	}
}

static void test_full_batches(void **state)
{
	(void)state;
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++) {
		const struct dt_sink sink = {take, got_new(false), ALL_KINDS, 0};
		struct got *got = sink.context;
		struct dt_emitter emitter;

		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		for (uint64_t i = 0; i < 2 * DT_BATCH_MAX + 5; i++)
			emit(&emitter, (enum dt_kind)kind, i);
		assert_int_equal(got->batches, 2);
		dt_emit_flush(&emitter, (enum dt_kind)kind);
		assert_int_equal(got->batches, 3);
		assert_int_equal(got->sizes[0], DT_BATCH_MAX);
		assert_int_equal(got->sizes[1], DT_BATCH_MAX);
		assert_int_equal(got->sizes[2], 5);
		for (size_t i = 0; i < got->nr; i++)
			assert_int_equal(got->time[i], i);
		dt_emitter_free(&emitter);
		got_free(got);
	}
}

/* The first error stays; the reader may go on to emit, but the sink is not called again. */
static void test_sink_fails(void **state)
{
	(void)state;
	for (size_t fail_at = 1; fail_at <= 4; fail_at++) {
		const struct dt_sink sink = {take, got_new(false), ALL_KINDS, 0};
		struct got *got = sink.context;
		struct dt_emitter emitter;

		got->fail_at = fail_at;
		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		for (uint64_t i = 0; i < 6 * DT_BATCH_MAX; i++)
			emit(&emitter, DT_KIND_GOAL, i);
		assert_int_equal(emitter.error, -ECANCELED);
		assert_int_equal(dt_emit_flush_all(&emitter), -ECANCELED);
		assert_int_equal(got->batches, fail_at);
		assert_int_equal(got->nr, (fail_at - 1) * DT_BATCH_MAX);
		dt_emitter_free(&emitter);
		got_free(got);
	}
}

static int count_samples(void *context, struct dt_batch *batch)
{
	uint64_t *sum = context;

	assert_int_equal(batch->kind, DT_KIND_SAMPLE);
	for (uint32_t i = 0; i < batch->count; i++)
		*sum += batch->samples->addr[i];
	return 0;
}

static void test_samples(void **state)
{
	(void)state;
	for (int wanted = 0; wanted < 2; wanted++) {
		uint64_t sum = 0;
		const struct dt_sink sink = {count_samples, &sum,
					     wanted ? 1u << DT_KIND_SAMPLE : 1u << DT_KIND_GOAL, 0};
		struct dt_batch batch = {.kind = DT_KIND_SAMPLE};
		struct dt_emitter emitter;

		batch.records = dt_batch_alloc(DT_KIND_SAMPLE);
		assert_non_null(batch.records);
		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		dt_emit_samples(&emitter, &batch); /* nothing is sent of nothing */
		for (uint64_t i = 0; i < 3; i++)
			batch.samples->addr[batch.count++] = 100 + i;
		dt_emit_samples(&emitter, &batch);
		assert_int_equal(batch.count, 0);
		assert_int_equal(sum, wanted ? 303 : 0);
		assert_int_equal(dt_emit_flush_all(&emitter), 0);
		assert_int_equal(sum, wanted ? 303 : 0);
		dt_emitter_free(&emitter);
		dt_batch_free(DT_KIND_SAMPLE, batch.records);
	}
}

/* The storage of every kind holds DT_BATCH_MAX records, and columns do not overlap. */
static void test_storage(void **state)
{
	struct dt_samples *samples = dt_batch_alloc(DT_KIND_SAMPLE);
	uint64_t *wide[7];
	int32_t *narrow[3];

	(void)state;
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++) {
		const size_t size = dt_record_size((enum dt_kind)kind);
		void *records = dt_batch_alloc((enum dt_kind)kind);

		assert_non_null(records);
		assert_in_range(size, 8, sizeof(union dt_damon_record));
		memset(records, kind, DT_BATCH_MAX * size);
		dt_batch_free((enum dt_kind)kind, records);
	}
	assert_non_null(samples);
	assert_int_equal(samples->columns, 0);
	assert_int_equal(samples->has, 0);
	memcpy(wide,
	       (uint64_t *[]){samples->time, samples->ip, samples->addr, samples->phys,
			      samples->period, samples->weight, samples->data_src},
	       sizeof(wide));
	memcpy(narrow, (int32_t *[]){samples->pid, samples->tid, samples->cpu}, sizeof(narrow));
	for (int column = 0; column < 10; column++)
		for (int i = 0; i < DT_BATCH_MAX; i++) {
			if (column < 7)
				wide[column][i] = (uint64_t)(column * DT_BATCH_MAX + i);
			else
				narrow[column - 7][i] = column * DT_BATCH_MAX + i;
		}
	for (int column = 0; column < 10; column++)
		for (int i = 0; i < DT_BATCH_MAX; i++)
			assert_int_equal(column < 7 ? (int64_t)wide[column][i]
						    : narrow[column - 7][i],
					 column * DT_BATCH_MAX + i);
	dt_batch_free(DT_KIND_SAMPLE, samples);
	dt_batch_free(DT_KIND_SAMPLE, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),	   cmocka_unit_test(test_full_batches),
		cmocka_unit_test(test_sink_fails), cmocka_unit_test(test_samples),
		cmocka_unit_test(test_storage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
