/* SPDX-License-Identifier: GPL-2.0-only */
/* A value at parts of the time: exact while all are kept, near by when they were thinned. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzers/history.h"

static const double parts[] = {0, 0.25, 0.5, 0.75, 1};

#define NR_PARTS (sizeof(parts) / sizeof(parts[0]))
#define MANY	 1000003

/* Left at least of more than can be kept. */
#define KEPT (DT_HISTORY_MOST / 2.0)

static void test_few(void **state)
{
	/* unevenly in time, and not in its order: at 100, 110, 190, 300, 500 */
	static const struct dt_history_value given[] = {
		{300, 4}, {500, 5}, {100, 1}, {110, 2}, {190, 3}};
	/* instants 100, 200, 300, 400, 500: the first value then or later */
	static const double expected[NR_PARTS] = {1, 4, 4, 5, 5};
	struct dt_history history = {0};
	double got[NR_PARTS];

	(void)state;
	dt_history_at(&history, parts, NR_PARTS, got);
	for (size_t i = 0; i < NR_PARTS; i++)
		assert_true(isnan(got[i]));
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		assert_int_equal(dt_history_add(&history, given[i].time, given[i].value), 0);
	dt_history_at(&history, parts, NR_PARTS, got);
	for (size_t i = 0; i < NR_PARTS; i++)
		assert_true(got[i] == expected[i]);
	dt_history_free(&history);
}

/* The first and the last are never lost; in between one of every few is left. */
static void test_many(void **state)
{
	static const size_t numbers[] = {1,	2,     63,    64,     65,     65534,
					 65535, 65536, 65537, 131071, 131073, MANY};

	(void)state;
	for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
		const size_t nr = numbers[k];
		struct dt_history history = {0};
		double got[NR_PARTS];

		for (size_t i = 0; i < nr; i++)
			assert_int_equal(dt_history_add(&history, 1000 + 10 * i, (double)i), 0);
		assert_true(history.nr < DT_HISTORY_MOST);
		dt_history_at(&history, parts, NR_PARTS, got);
		assert_true(got[0] == 0 && got[NR_PARTS - 1] == (double)(nr - 1));
		for (size_t i = 0; i < NR_PARTS; i++) {
			const double exact = ceil(parts[i] * (double)(nr - 1) - 0.1);

			if (nr < DT_HISTORY_MOST)
				assert_true(got[i] == exact);
			assert_true(got[i] >= exact && got[i] - exact <= (double)nr / KEPT + 1);
		}
		dt_history_free(&history);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
