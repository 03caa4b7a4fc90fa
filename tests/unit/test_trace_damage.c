/* SPDX-License-Identifier: GPL-2.0-only */
/* Cut and overwritten trace.dat of every kind: what is whole is used, nothing is read past. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/reader.h"
#include "tests/tools/trace_world.h"

/* Version 6, both compressions of version 7, another byte order and a 32-bit machine. */
static const struct dt_tw_config kinds[] = {
	{.version = 6, .long_size = 8, .page_size = 4096, .cpus = 2},
	{.version = 6, .long_size = 4, .page_size = 4096, .cpus = 1, .big_endian = true},
	{.version = 7, .long_size = 8, .page_size = 4096, .cpus = 2, .compression = DT_TW_ZSTD},
	{.version = 7, .long_size = 8, .page_size = 4096, .cpus = 2, .compression = DT_TW_ZLIB},
	{.version = 7, .long_size = 8, .page_size = 8192, .cpus = 1, .big_endian = true},
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct made {
	unsigned char *bytes;
	size_t size;
};

/* A recording of about 64 KiB: two kdamonds, pairs of region events, goals, a marked loss. */
static struct made make(const struct dt_tw_config *config)
{
	struct dt_world world = dt_world_default();
	struct dt_tw *writer = dt_tw_new(config);
	struct made made;

	world.kdamonds = 2;
	world.regions = 12;
	world.snapshots = 16;
	world.events = DT_WORLD_PAIRS;
	world.schemes = true;
	world.goals = true;
	world.drops.count = 1;
	world.drops.change[0] = (struct dt_world_change){.at = 100, .value = 3};
	world.mark = DT_WORLD_MARK_KNOWN;
	(void)dt_tw_instance(writer, "other", NULL);
	world.nr_buffers = 1;
	dt_world_write(&world, writer, config->cpus);
	made.bytes = dt_tw_finish_memory(writer, &made.size);
	dt_tw_free(writer);
	return made;
}

static int count(void *context, struct dt_batch *batch)
{
	uint64_t *records = context;

	if (batch->kind != DT_KIND_LOSS)
		*records += batch->count;
	return 0;
}

/* The bytes stand alone, so that a read past their end is a read past an allocation. */
static uint64_t walk_copy(const unsigned char *bytes, size_t size, bool *complete)
{
	unsigned char *copy = malloc(size ? size : 1);
	struct dt_error error = {0};
	struct dt_reader *reader;
	uint64_t records = 0;
	const struct dt_sink sink = {
		.batch = count, .context = &records, .kinds = ~0u, .columns = DT_COL_ALL};

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	*complete = false;
	if (!dt_reader_open_memory(&reader, copy, size, &error)) {
		assert_int_equal(dt_reader_walk(reader, &sink, &error), 0);
		*complete = reader->info.complete;
		dt_reader_close(reader);
	} else {
		assert_true(error.message[0]);
	}
	free(copy);
	return records;
}

/* Under a sanitizer every byte would take minutes: there a prime step visits all kinds of places.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__)
#define STEP 13
#else
#define STEP 1
#endif

static void test_cut_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_KINDS; i++) {
		struct made made = make(&kinds[i]);
		uint64_t all;
		bool complete;

		all = walk_copy(made.bytes, made.size, &complete);
		assert_true(complete);
		assert_true(all > 500);
		for (size_t size = 0; size < made.size; size += STEP) {
			uint64_t records = walk_copy(made.bytes, size, &complete);

			assert_true(records <= all);
			/* what is cut may be the unused rest of the last page */
			if (records < all)
				assert_false(complete);
		}
		free(made.bytes);
	}
}

/* The records in front of a cut are all there: half of the CPU data gives about half of them. */
static void test_cut_keeps_the_rest(void **state)
{
	struct made made = make(&kinds[0]);
	uint64_t all, least = 0;
	bool complete;

	(void)state;
	all = walk_copy(made.bytes, made.size, &complete);
	for (size_t size = made.size / 2; size < made.size; size += 512) {
		uint64_t records = walk_copy(made.bytes, size, &complete);

		assert_true(records >= least);
		least = records;
	}
	assert_true(least > all * 9 / 10);
	free(made.bytes);
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
	for (size_t i = 0; i < NR_KINDS; i++) {
		struct made made = make(&kinds[i]);

		for (size_t round = 0; round < 3000 / STEP; round++) {
			unsigned char *copy = malloc(made.size);
			bool complete;

			assert_non_null(copy);
			memcpy(copy, made.bytes, made.size);
			for (size_t change = 0; change < 1 + round % 7; change++) {
				size_t place = next_random(&random) % made.size;
				uint64_t dice = next_random(&random);

				/* the magic itself would only test the magic */
				if (place >= 10)
					copy[place] = dice & 256 ? (unsigned char)dice
								 : extremes[dice % 5];
			}
			(void)walk_copy(copy, made.size, &complete);
			free(copy);
		}
		free(made.bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_everywhere),
		cmocka_unit_test(test_cut_keeps_the_rest),
		cmocka_unit_test(test_overwritten),
	};

	return cmocka_run_group_tests_name("trace_damage", tests, NULL, NULL);
}
