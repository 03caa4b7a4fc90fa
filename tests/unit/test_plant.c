/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's tuners against sequences worked out by hand and one that a kernel printed; the plant
 * model's own rules. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/plant_builtin.h"
#include "control/plant_model.h"

#define MIB (1024.0 * 1024)

static uint64_t next(struct dt_tuner *tuner, uint64_t value, uint64_t target)
{
	return dt_tuner_next(tuner, dt_tuner_score(value, target));
}

/* Doubled each window at score 0: 2^12 is a page, 2^29 is 512 MiB. */
static void test_consist_grows_from_one_byte(void **state)
{
	struct dt_tuner tuner = {.kind = DT_TUNER_CONSIST, .cap = UINT64_MAX};
	uint64_t esz = 1;

	(void)state;
	for (unsigned window = 1; window <= 29; window++) {
		esz = next(&tuner, 0, 6000);
		assert_int_equal(esz, UINT64_C(1) << window);
		if (window == 12)
			assert_int_equal(esz, 4096);
	}
	assert_int_equal(esz, 512u << 20);
}

/* 6000 of 8000 is 7500: times 1.25 a window, and parts of a byte are kept. */
static void test_consist_by_hand(void **state)
{
	static const uint64_t up[] = {1, 1, 1, 2, 3, 3, 4, 5, 7, 9};
	struct dt_tuner tuner = {.kind = DT_TUNER_CONSIST, .cap = UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(up) / sizeof(up[0]); i++)
		assert_int_equal(next(&tuner, 6000, 8000), up[i]);
	/* 9000 of 6000 is 15000: half; at the target: the same; at twice the target: one byte */
	tuner.input = 1000 * DT_TUNER_BYTE;
	assert_int_equal(next(&tuner, 9000, 6000), 500);
	assert_int_equal(next(&tuner, 6000, 6000), 500);
	assert_int_equal(next(&tuner, 8000, 4000), 1);
	assert_int_equal(next(&tuner, 9999, 6000), 1);
}

/* The quota is capped, what it is made from is not: it has to come back all the way. */
static void test_consist_winds_up(void **state)
{
	struct dt_tuner tuner = {.kind = DT_TUNER_CONSIST, .cap = 1024};

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		(void)next(&tuner, 0, 6000);
	assert_int_equal(tuner.input / DT_TUNER_BYTE, 1u << 20);
	for (unsigned i = 0; i < 9; i++)
		assert_int_equal(next(&tuner, 9000, 6000), 1024);
	assert_int_equal(next(&tuner, 9000, 6000), 1024);
	assert_int_equal(next(&tuner, 9000, 6000), 512);
	/* and no window at all makes it overflow */
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(next(&tuner, 0, 6000) > 0, 1);
	assert_int_equal(tuner.input, UINT64_MAX);
}

/* Values and quotas as Linux 7.3 printed them, target 6000 bp, from a start of less than a byte
 * more than was printed. */
static void test_consist_as_a_kernel(void **state)
{
	static const struct {
		uint32_t value, esz;
	} printed[] = {
		{0, 4035},	  {0, 8071},	    {0, 16142},	      {0, 32284},
		{0, 64569},	  {0, 129138},	    {0, 258277},      {0, 516554},
		{0, 1033109},	  {246, 2023861},   {369, 3923255},   {565, 7477332},
		{878, 13860731},  {1847, 23455130}, {3285, 34068576}, {5294, 38078448},
		{7512, 28482679}, {9238, 13113425}, {10000, 4372016}, {10000, 1457630},
		{10000, 485973},  {10000, 162023},  {10000, 54018},   {10000, 18009},
		{10000, 6004},	  {10000, 2001},    {10000, 667},     {10000, 222},
		{10000, 74},	  {10000, 24},	    {10000, 8},	      {9876, 2},
		{9928, 1},	  {9877, 1},	    {5260, 1},
	};
	/* 4035.5 / 2 lies in the middle of what 4035 may have come from */
	struct dt_tuner tuner = {
		.kind = DT_TUNER_CONSIST, .cap = UINT64_MAX, .input = 40355000 / 2};

	(void)state;
	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
		const double esz = (double)next(&tuner, printed[i].value, 6000);

		/* half a byte of 4035, and what the kernel cuts off */
		assert_true(fabs(esz - printed[i].esz) <= 1 + printed[i].esz * 1.3e-4);
	}
}

static void test_temporal(void **state)
{
	struct dt_tuner tuner = {.kind = DT_TUNER_TEMPORAL, .cap = 8 << 20};

	(void)state;
	assert_int_equal(next(&tuner, 0, 6000), 8 << 20);
	assert_int_equal(next(&tuner, 5999, 6000), 8 << 20);
	assert_int_equal(next(&tuner, 6000, 6000), 0);
	assert_int_equal(next(&tuner, 9999, 6000), 0);
	assert_int_equal(next(&tuner, 5999, 6000), 8 << 20);
}

/* 100 MiB, all on node 1, 10 MiB a window: one point in ten each, until the target. */
static void test_model_by_hand(void **state)
{
	static const double values[] = {0, 1000, 2000, 3000, 4000, 5000, 6000, 6000, 6000};
	const struct dt_plant_parameters p = {
		.tuner = DT_TUNER_TEMPORAL,
		.quota_bytes = 10 * MIB,
		.period_s = 1,
		.rate = 10 * MIB,
		.hot_bytes = 100 * MIB,
		.folio_bytes = 2 * MIB,
	};
	struct dt_plant_model model;

	(void)state;
	assert_int_equal(dt_plant_model_begin(&model, &p, 1, NULL), 0);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		/* six windows of one idle second and one of migration */
		assert_true(fabs(model.now_s - (i <= 6 ? 2.0 * (double)i : 6.0 + (double)i)) <
			    1e-9);
		dt_plant_model_step(&model, 6000);
		assert_true(fabs(model.value_bp - values[i]) < 1e-9);
	}
	assert_true(fabs(model.moved - 60 * MIB) < 1);
	dt_plant_model_end(&model);
}

/* What left its node counts nowhere until the lag is over: 10 of 100 MiB gone, 0 of 90 seen. */
static void test_model_lag(void **state)
{
	const struct dt_plant_parameters p = {
		.tuner = DT_TUNER_TEMPORAL,
		.quota_bytes = 10 * MIB,
		.period_s = 1,
		.rate = 1e15,
		.hot_bytes = 100 * MIB,
		.folio_bytes = 2 * MIB,
		.lag_s = 1.5,
	};
	/* arrived / (arrived + left): 0/90, 10/90 (one parcel on its way, 80 left), 20/90, ... */
	static const double values[] = {0, 0, 10000.0 * 10 / 90, 10000.0 * 20 / 90};
	struct dt_plant_model model;

	(void)state;
	assert_int_equal(dt_plant_model_begin(&model, &p, 1, NULL), 0);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		dt_plant_model_step(&model, 6000);
		assert_true(fabs(model.value_bp - floor(values[i])) < 1e-9);
	}
	assert_true(fabs(model.share_bp - 4000) < 1e-6);
	dt_plant_model_end(&model);
}

/* Nothing is made or lost, whatever the lots say, and the same seed says the same. */
static void test_model_keeps_its_bytes(void **state)
{
	(void)state;
	for (const struct dt_plant_builtin *plant = dt_plant_builtins; plant->name; plant++) {
		for (uint64_t seed = 1; seed <= 20; seed++) {
			struct dt_plant_model a, b;

			assert_int_equal(dt_plant_model_begin(&a, &plant->p, seed, NULL), 0);
			assert_int_equal(dt_plant_model_begin(&b, &plant->p, seed, NULL), 0);
			for (unsigned i = 0; i < 500; i++) {
				const uint32_t target =
					1 + (uint32_t)((i / 50 * 7919 * seed) % 9999);

				dt_plant_model_step(&a, target);
				dt_plant_model_step(&b, target);
				assert_true(a.value_bp == b.value_bp && a.now_s == b.now_s);
				assert_true(a.value_bp >= 0 && a.value_bp <= 10000);
				assert_true(a.share_bp >= -1e-6 && a.share_bp <= 10000 + 1e-6);
				assert_true(a.counted[0] >= -1 && a.counted[1] >= -1);
			}
			dt_plant_model_end(&a);
			dt_plant_model_end(&b);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_consist_grows_from_one_byte),
		cmocka_unit_test(test_consist_by_hand),
		cmocka_unit_test(test_consist_winds_up),
		cmocka_unit_test(test_consist_as_a_kernel),
		cmocka_unit_test(test_temporal),
		cmocka_unit_test(test_model_by_hand),
		cmocka_unit_test(test_model_lag),
		cmocka_unit_test(test_model_keeps_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
