/* SPDX-License-Identifier: GPL-2.0-only */
/* Records on their way into batches: order among kinds, full batches, a sink that fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>

#include <cmocka.h>

#include "readers/damon_events.h"

#define ALL_KINDS ((1u << DT_NR_KINDS) - 1)

/* What arrived: of every kind the times in their order, and all times of the three ordered kinds.
 */
struct got {
	uint64_t batches, records[DT_NR_KINDS], last[DT_NR_KINDS];
	uint64_t last_ordered;
	uint64_t largest, disorder;
	int fail_at; /* number of the batch that fails, from 1; 0: none */
	bool exchange;
};

static bool is_ordered(enum dt_kind kind)
{
	return kind == DT_KIND_REGION || kind == DT_KIND_INTERVALS || kind == DT_KIND_LOSS;
}

static int take(void *context, struct dt_batch *batch)
{
	struct got *got = context;

	assert_true(batch->count > 0);
	got->batches++;
	got->largest = batch->count > got->largest ? batch->count : got->largest;
	for (uint32_t i = 0; i < batch->count && batch->kind != DT_KIND_SAMPLE; i++) {
		const union dt_damon_record *record =
			(const void *)((const char *)batch->records +
				       i * dt_record_size(batch->kind));

		got->disorder += record->time <= got->last[batch->kind];
		got->last[batch->kind] = record->time;
		if (is_ordered(batch->kind)) {
			got->disorder += record->time <= got->last_ordered;
			got->last_ordered = record->time;
		}
	}
	got->records[batch->kind] += batch->count;
	if (got->exchange) {
		dt_batch_free(batch->kind, batch->records);
		batch->records = dt_batch_alloc(batch->kind);
		assert_non_null(batch->records);
	}
	return got->batches == (uint64_t)got->fail_at ? -ECANCELED : 0;
}

static void put(struct dt_emitter *emitter, enum dt_kind kind, uint64_t time)
{
	union dt_damon_record *record = dt_emit(emitter, kind, dt_record_size(kind));

	record->time = time;
}

/* Kinds in any sequence, the ordered ones often in long runs. */
static void emit_random(struct dt_emitter *emitter, uint64_t seed, uint64_t nr,
			uint64_t records[DT_NR_KINDS])
{
	uint64_t random = seed;
	enum dt_kind kind = DT_KIND_REGION;

	for (uint64_t i = 1; i <= nr; i++) {
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		if ((random >> 33) % (seed % 3 ? 5 : 2000) == 0)
			kind = (enum dt_kind)((random >> 40) % DT_KIND_SAMPLE);
		put(emitter, kind, i);
		records[kind]++;
	}
}

static void test_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct got got = {.exchange = seed & 1};
		const struct dt_sink sink = {take, &got, ALL_KINDS, DT_COL_ALL};
		uint64_t records[DT_NR_KINDS] = {0};
		struct dt_emitter emitter;

		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		emit_random(&emitter, seed, 40000, records);
		assert_int_equal(dt_emit_flush_all(&emitter), 0);
		assert_int_equal(dt_emit_flush_all(&emitter), 0);
		assert_int_equal(got.disorder, 0);
		assert_true(got.largest <= DT_BATCH_MAX);
		for (int kind = 0; kind < DT_KIND_SAMPLE; kind++)
			assert_int_equal(got.records[kind], records[kind]);
		dt_emitter_free(&emitter);
	}
}

/* What belongs together in order is flushed before the next kind of the three begins. */
static void test_flushed_before(void **state)
{
	static const enum dt_kind ordered[] = {DT_KIND_REGION, DT_KIND_INTERVALS, DT_KIND_LOSS};

	(void)state;
	for (unsigned i = 0; i < 9; i++) {
		const enum dt_kind first = ordered[i / 3], second = ordered[i % 3];
		struct got got = {0};
		const struct dt_sink sink = {take, &got, ALL_KINDS, 0};
		struct dt_emitter emitter;

		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		put(&emitter, first, 1);
		put(&emitter, DT_KIND_ESZ, 1);
		put(&emitter, second, 2);
		assert_int_equal(got.records[first], first != second);
		assert_int_equal(got.records[DT_KIND_ESZ], 0);
		assert_int_equal(dt_emit_flush_all(&emitter), 0);
		assert_int_equal(got.batches, first == second ? 2 : 3);
		assert_int_equal(got.disorder, 0);
		dt_emitter_free(&emitter);
	}
}

/* A call must not be closed by a return from behind a loss; regions do not cut calls short. */
static void test_calls_and_losses(void **state)
{
	struct got got = {0};
	const struct dt_sink sink = {take, &got, ALL_KINDS, 0};
	struct dt_emitter emitter;

	(void)state;
	assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
	put(&emitter, DT_KIND_CALL, 1);
	put(&emitter, DT_KIND_REGION, 2);
	put(&emitter, DT_KIND_CALL, 3);
	assert_int_equal(got.batches, 0);
	put(&emitter, DT_KIND_LOSS, 4);
	assert_int_equal(got.records[DT_KIND_CALL], 2);
	assert_int_equal(got.records[DT_KIND_REGION], 1);
	assert_int_equal(got.records[DT_KIND_LOSS], 0);
	put(&emitter, DT_KIND_CALL, 5);
	assert_int_equal(got.records[DT_KIND_LOSS], 1);
	assert_int_equal(dt_emit_flush_all(&emitter), 0);
	assert_int_equal(got.disorder, 0);
	dt_emitter_free(&emitter);
}

static void test_full_batches(void **state)
{
	(void)state;
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++) {
		struct got got = {0};
		const struct dt_sink sink = {take, &got, ALL_KINDS, 0};
		struct dt_emitter emitter;

		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		for (uint64_t i = 1; i <= DT_BATCH_MAX; i++)
			put(&emitter, (enum dt_kind)kind, i);
		assert_int_equal(got.batches, 0);
		put(&emitter, (enum dt_kind)kind, DT_BATCH_MAX + 1);
		assert_int_equal(got.batches, 1);
		assert_int_equal(got.records[kind], DT_BATCH_MAX);
		assert_int_equal(dt_emit_flush_all(&emitter), 0);
		assert_int_equal(got.records[kind], DT_BATCH_MAX + 1);
		assert_int_equal(got.disorder, 0);
		dt_emitter_free(&emitter);
	}
}

/* Kinds that the sink does not want never reach it, and disturb none that it wants. */
static void test_unwanted(void **state)
{
	struct got got = {0};
	const struct dt_sink sink = {take, &got, 1u << DT_KIND_GOAL | 1u << DT_KIND_REGION, 0};
	uint64_t records[DT_NR_KINDS] = {0};
	struct dt_emitter emitter;

	(void)state;
	assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
	emit_random(&emitter, 5, 20000, records);
	assert_int_equal(dt_emit_flush_all(&emitter), 0);
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++) {
		const bool wanted = kind == DT_KIND_GOAL || kind == DT_KIND_REGION;

		assert_true(records[kind] > 0);
		assert_int_equal(got.records[kind], wanted ? records[kind] : 0);
	}
	assert_int_equal(got.disorder, 0);
	dt_emitter_free(&emitter);
}

/* After the first error nothing more is sent, however much is emitted, and it is kept. */
static void test_sink_fails(void **state)
{
	(void)state;
	for (int fail_at = 1; fail_at <= 3; fail_at++) {
		struct got got = {.fail_at = fail_at};
		const struct dt_sink sink = {take, &got, ALL_KINDS, DT_COL_ALL};
		uint64_t records[DT_NR_KINDS] = {0};
		struct dt_batch samples = {.kind = DT_KIND_SAMPLE, .count = 7};
		struct dt_emitter emitter;

		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		emit_random(&emitter, 3, 30000, records);
		dt_emit_samples(&emitter, &samples);
		assert_int_equal(samples.count, 0);
		assert_int_equal(dt_emit_flush_all(&emitter), -ECANCELED);
		assert_int_equal(emitter.error, -ECANCELED);
		assert_int_equal(got.batches, fail_at);
		assert_int_equal(got.records[DT_KIND_SAMPLE], 0);
		dt_emitter_free(&emitter);
	}
}

/* Every column has room for a whole batch, and none lies in another. */
static void test_sample_columns(void **state)
{
	struct dt_samples *samples = dt_batch_alloc(DT_KIND_SAMPLE);
	uint64_t *const wide[] = {samples->time,   samples->ip,	    samples->addr,    samples->phys,
				  samples->period, samples->weight, samples->data_src};
	int32_t *const narrow[] = {samples->pid, samples->tid, samples->cpu};
	struct got got = {0};
	const struct dt_sink sink = {take, &got, ALL_KINDS, DT_COL_ALL};
	struct dt_batch batch = {.kind = DT_KIND_SAMPLE, .count = DT_BATCH_MAX};
	struct dt_emitter emitter;

	(void)state;
	assert_int_equal(samples->columns, 0);
	assert_int_equal(samples->has, 0);
	for (uint32_t column = 0; column < 7; column++)
		for (uint32_t i = 0; i < DT_BATCH_MAX; i++)
			wide[column][i] = (uint64_t)column << 32 | i;
	for (uint32_t column = 0; column < 3; column++)
		for (uint32_t i = 0; i < DT_BATCH_MAX; i++)
			narrow[column][i] = (int32_t)(column << 16 | i);
	for (uint32_t column = 0; column < 7; column++)
		for (uint32_t i = 0; i < DT_BATCH_MAX; i++)
			assert_int_equal(wide[column][i], (uint64_t)column << 32 | i);
	for (uint32_t column = 0; column < 3; column++)
		for (uint32_t i = 0; i < DT_BATCH_MAX; i++)
			assert_int_equal(narrow[column][i], column << 16 | i);
	batch.samples = samples;
	assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
	dt_emit_samples(&emitter, &batch);
	dt_emit_samples(&emitter, &batch);
	assert_int_equal(got.records[DT_KIND_SAMPLE], DT_BATCH_MAX);
	assert_int_equal(got.batches, 1);
	dt_emitter_free(&emitter);
	dt_batch_free(DT_KIND_SAMPLE, samples);
	dt_batch_free(DT_KIND_SAMPLE, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_flushed_before),
		cmocka_unit_test(test_calls_and_losses),
		cmocka_unit_test(test_full_batches),
		cmocka_unit_test(test_unwanted),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_sample_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
