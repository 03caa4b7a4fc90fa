/* SPDX-License-Identifier: GPL-2.0-only */
/* The median against sorting, also where the values no longer fit into memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzers/median.h"

/* More than the values held in memory, so that some wait in the file. */
#define MANY 300001

static int ascending(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static uint64_t by_sorting(uint64_t *values, size_t nr)
{
	uint64_t low, high;

	qsort(values, nr, sizeof(*values), ascending);
	low = values[(nr - 1) / 2];
	high = values[nr / 2];
	return low + (high - low) / 2;
}

/* Asked twice and between two additions: asking changes nothing. */
static void compare(uint64_t *values, size_t nr)
{
	struct dt_median median = {0};
	uint64_t got, again;

	for (size_t i = 0; i < nr; i++) {
		dt_median_add(&median, values[i]);
		if (i == nr / 2)
			assert_int_equal(dt_median_get(&median, &got), 0);
	}
	assert_int_equal(dt_median_get(&median, &got), 0);
	assert_int_equal(dt_median_get(&median, &again), 0);
	assert_int_equal(median.count, nr);
	assert_int_equal(got, by_sorting(values, nr));
	assert_int_equal(got, again);
	dt_median_free(&median);
}

static void test_small(void **state)
{
	struct dt_median median = {0};
	uint64_t got = 1;

	(void)state;
	assert_int_equal(dt_median_get(&median, &got), 0);
	assert_int_equal(got, 0);
	dt_median_free(&median);
	compare((uint64_t[]){5}, 1);
	compare((uint64_t[]){1, 4}, 2);
	compare((uint64_t[]){UINT64_MAX, UINT64_MAX - 1}, 2);
	compare((uint64_t[]){UINT64_MAX, 0}, 2);
	compare((uint64_t[]){9, 1, 5}, 3);
	compare((uint64_t[]){0xffff, 0x10000, 0xffffffff, 0x100000000}, 4);
}

static void test_random(void **state)
{
	static const size_t sizes[] = {2, 3, 255, 256, 257, 65535, 65536, 65537, 131073, MANY};
	uint64_t *values = calloc(MANY, sizeof(*values));
	uint64_t random = 11;

	(void)state;
	assert_non_null(values);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		/* from the whole width down to a few values that repeat */
		for (unsigned shift = 0; shift < 64; shift += 21) {
			for (size_t j = 0; j < sizes[i]; j++) {
				random = random * 6364136223846793005ull + 1442695040888963407ull;
				values[j] = (random ^ random >> 32) >> shift;
			}
			compare(values, sizes[i]);
		}
	}
	free(values);
}

/* No place for the file: an error, never a wrong median. */
static void test_no_room(void **state)
{
	struct dt_median median = {0};
	uint64_t got;
	const char *old = getenv("TMPDIR");
	char *kept = old ? strdup(old) : NULL;

	(void)state;
	assert_int_equal(setenv("TMPDIR", "/proc/no/such/directory", 1), 0);
	for (uint64_t i = 0; i < 200000; i++)
		dt_median_add(&median, i);
	assert_true(dt_median_get(&median, &got) < 0);
	dt_median_free(&median);
	assert_int_equal(kept ? setenv("TMPDIR", kept, 1) : unsetenv("TMPDIR"), 0);
	free(kept);
}

/* With standard input closed the temporary file's descriptor must not be taken for none. */
static void test_no_stdin(void **state)
{
	const int kept = dup(STDIN_FILENO);
	struct dt_median median = {0};
	uint64_t got = 0;
	int ret;

	(void)state;
	(void)close(STDIN_FILENO);
	for (uint64_t i = 0; i < MANY; i++)
		dt_median_add(&median, i);
	ret = dt_median_get(&median, &got);
	dt_median_free(&median);
	if (kept >= 0) {
		(void)dup2(kept, STDIN_FILENO);
		(void)close(kept);
	}
	assert_int_equal(ret, 0);
	assert_int_equal(got, (MANY - 1) / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_no_stdin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
