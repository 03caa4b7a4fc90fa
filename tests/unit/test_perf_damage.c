/* SPDX-License-Identifier: GPL-2.0-only */
/* Cut, overwritten and senseless perf.data: what is whole is used, the rest is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/perf_check.h"

/* 8 header, ip, tid, time, addr, period */
#define PLAIN_SAMPLE 48

static struct perf_writer_options small(struct perf_writer_options options)
{
	options.attr_size = 128;
	options.samples = options.samples ? options.samples : 60;
	options.sample_type = options.sample_type ? options.sample_type : PW_DEFAULT;
	options.events = options.events ? options.events : 1;
	options.cpus = 2;
	options.round = 20;
	options.pids = 2;
	options.seed = 3;
	options.base = 0x7f0000000000ull;
	options.range = 1 << 20;
	options.phases = 2;
	options.regions = 3;
	return options;
}

static const struct perf_writer_options kinds[] = {
	{.identifier = PW_IDENTIFIER, .snapshots = 3, .lost_every = 25},
	{.identifier = PW_IDENTIFIER, .snapshots = 3, .mode = PW_PIPE, .goals = PW_GOALS_PROBE},
	{.identifier = PW_ID, .events = 2, .big = true, .lost_every = 20, .throttle_every = 20},
	{.compress = 81, .compress_chunk = 300, .snapshots = 2, .identifier = PW_IDENTIFIER},
	{.compress = 83, .compress_chunk = 300, .mode = PW_PIPE},
	{.sample_type = PW_DEFAULT | PW_CALLCHAIN | PW_RAW | PW_BRANCH_STACK | PW_REGS_USER |
			PW_STACK_USER | PW_WEIGHT_STRUCT | PW_DATA_SRC | PW_REGS_INTR |
			PW_PHYS_ADDR,
	 .auxtrace = true},
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The bytes stand alone, so that a read past their end is a read past an allocation. */
static uint64_t walk_copy(const unsigned char *bytes, size_t size, bool *complete)
{
	unsigned char *copy = malloc(size ? size : 1);
	struct dt_error error = {0};
	struct dt_reader *reader;
	struct perf_got got = {0};
	uint64_t rows = 0;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	*complete = false;
	if (!dt_reader_open_memory(&reader, copy, size, &error)) {
		assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
		*complete = reader->info.complete;
		rows = got.samples.count + got.regions.count + got.goals.count;
		assert_int_equal(reader->info.samples_total, got.samples.count);
		dt_reader_close(reader);
	} else {
		assert_true(error.message[0]);
	}
	perf_got_free(&got);
	free(copy);
	return rows;
}

static void test_cut_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_KINDS; i++) {
		struct perf_writer_options options = small(kinds[i]);
		struct perf_made made;
		uint64_t all;
		bool complete;

		perf_make(&made, &options);
		all = walk_copy(made.out.bytes, made.out.used, &complete);
		assert_true(complete);
		assert_int_equal(all, options.samples + made.totals.regions + made.totals.goals);
		for (size_t size = 0; size < made.out.used; size++) {
			assert_true(walk_copy(made.out.bytes, size, &complete) <= all);
			/* a pipe may end between two records */
			if (options.mode == PW_FILE)
				assert_false(complete);
		}
		perf_made_free(&made);
	}
}

/* Whole samples in front of the cut are all there. */
static void test_cut_keeps_the_rest(void **state)
{
	struct perf_writer_options options = small((struct perf_writer_options){0});
	/* header, identifiers of two CPUs, one attr, FINISHED_INIT */
	const size_t data = 104 + 16 + 144 + 8;
	struct perf_made made;
	bool complete;

	(void)state;
	options.round = 4096;
	perf_make(&made, &options);
	for (size_t size = data; size < data + 30 * PLAIN_SAMPLE; size++)
		assert_int_equal(walk_copy(made.out.bytes, size, &complete),
				 (size - data) / PLAIN_SAMPLE);
	perf_made_free(&made);
}

static uint64_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static void test_overwritten(void **state)
{
	static const unsigned char extremes[] = {0x00, 0xff, 0x7f, 0x80, 0x01};
	uint64_t random = 88172645463325252ull;

	(void)state;
	for (size_t i = 0; i < NR_KINDS * 500; i++) {
		struct perf_writer_options options = small(kinds[i % NR_KINDS]);
		struct perf_made made;
		bool complete;

		perf_make(&made, &options);
		for (unsigned change = 0; change < 1 + i % 7; change++) {
			/* mostly in the header, where a byte says more */
			size_t place = next_random(&random) % (i & 1 ? made.out.used : 600);
			uint64_t dice = next_random(&random);

			made.out.bytes[place] = dice & 256 ? (unsigned char)dice
							   : extremes[dice % sizeof(extremes)];
		}
		(void)walk_copy(made.out.bytes, made.out.used, &complete);
		perf_made_free(&made);
	}
}

/* A hole of zeros costs what it covers, not what follows. */
static void test_zeros(void **state)
{
	struct perf_writer_options options = small((struct perf_writer_options){0});
	const size_t data = 104 + 16 + 144 + 8;
	struct perf_got got = {0};
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	options.round = 4096;
	perf_make(&made, &options);
	memset(made.out.bytes + data + 10 * PLAIN_SAMPLE, 0, 20 * PLAIN_SAMPLE);
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(got.samples.count, options.samples - 20);
	assert_false(reader->info.complete);
	assert_int_equal(reader->info.warnings.count, 1);
	assert_int_equal(reader->info.warnings.kept[0].offset, data + 10 * PLAIN_SAMPLE);
	assert_true(perf_has_warning(reader, "zeros"));
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_made_free(&made);
}

static void test_impossible_size(void **state)
{
	struct perf_writer_options options = small((struct perf_writer_options){0});
	const size_t data = 104 + 16 + 144 + 8;
	struct perf_got got = {0};
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	options.round = 4096;
	perf_make(&made, &options);
	made.out.bytes[data + 10 * PLAIN_SAMPLE + 6] = 4;
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(got.samples.count, 10);
	assert_false(reader->info.complete);
	assert_int_equal(reader->info.warnings.kept[0].offset, data + 10 * PLAIN_SAMPLE);
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_made_free(&made);
}

/* Damage inside one compressed stream: nothing behind it can be unpacked, all before it is used. */
static void test_damaged_compression(void **state)
{
	struct perf_writer_options options =
		small((struct perf_writer_options){.compress = 81, .samples = 2000});
	struct dt_reader *reader;
	struct perf_got got = {0};
	struct perf_made made;

	(void)state;
	options.compress_chunk = 2000;
	perf_make(&made, &options);
	memset(made.out.bytes + made.out.used / 2, 0x5a, 64);
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_in_range(got.samples.count, options.samples / 4, options.samples - 1);
	assert_false(reader->info.complete);
	assert_true(reader->info.warnings.count > 0);
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_made_free(&made);
}

/* An identifier that no event has: its samples are counted as left out. */
static void test_unknown_identifier(void **state)
{
	struct perf_writer_options options =
		small((struct perf_writer_options){.events = 2, .identifier = PW_IDENTIFIER});
	/* two attrs of 144 bytes, two identifiers each, FINISHED_INIT, sample header */
	const size_t first = 104 + 32 + 288 + 8 + 8;
	struct perf_got got = {0};
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	perf_make(&made, &options);
	made.out.bytes[first + 7] = 0x77;
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(got.samples.count, options.samples - 1);
	assert_false(reader->info.complete);
	assert_true(perf_has_warning(reader, "1 samples belong to no event"));
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_made_free(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_cut_keeps_the_rest),
		cmocka_unit_test(test_overwritten),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_impossible_size),
		cmocka_unit_test(test_damaged_compression),
		cmocka_unit_test(test_unknown_identifier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
