/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers with units, as damo writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>

#include <cmocka.h>

#include "control/config_units.h"

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		int ret;
		uint64_t value;
	} cases[] = {
		{"0", 0, 0},
		{"1,000", 0, 1000},
		{"18,446,744,073,709,551,615", 0, UINT64_MAX},
		{"18446744073709551616", -ERANGE, 0},
		{"400.000000", 0, 400},
		{"400.5", -EINVAL, 0},
		{"0x1000", 0, 4096},
		{"0x", -EINVAL, 0},
		{"0xg", -EINVAL, 0},
		{"0x10000000000000000", -ERANGE, 0},
		{"max", 0, UINT64_MAX},
		{"min", 0, 0},
		{"", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"10abc", -EINVAL, 0},
		{",1", -EINVAL, 0},
		{"1,", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 0;
		const int ret = dt_units_number(cases[i].text, &value);

		if (ret != cases[i].ret || (!ret && value != cases[i].value))
			fail_msg("\"%s\": %d, %lu", cases[i].text, ret, (unsigned long)value);
	}
}

static void test_signed(void **state)
{
	int64_t value = 0;

	(void)state;
	assert_int_equal(dt_units_signed("-1", &value), 0);
	assert_int_equal(value, -1);
	assert_int_equal(dt_units_signed("7", &value), 0);
	assert_int_equal(value, 7);
	assert_int_equal(dt_units_signed("--1", &value), -EINVAL);
	assert_int_equal(dt_units_signed("9223372036854775808", &value), -ERANGE);
}

static void test_bytes(void **state)
{
	static const struct {
		const char *text;
		int ret;
		uint64_t value;
	} cases[] = {
		{"64.000 MiB", 0, 64 << 20},
		{"1.5 KiB", 0, 1536},
		{"4096", 0, 4096},
		{"0 B", 0, 0},
		{"2G", 0, 2ull << 30},
		{"2GB", 0, 2ull << 30},
		{"1 TiB", 0, 1ull << 40},
		{"15 EiB", 0, 15ull << 60},
		{"16.000 EiB", 0, UINT64_MAX},
		{"17 EiB", -ERANGE, 0},
		{"max", 0, UINT64_MAX},
		{"5 X", -EINVAL, 0},
		{"5 KiBs", -EINVAL, 0},
		{"K", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 0;
		const int ret = dt_units_bytes(cases[i].text, &value);

		if (ret != cases[i].ret || (!ret && value != cases[i].value))
			fail_msg("\"%s\": %d, %lu", cases[i].text, ret, (unsigned long)value);
	}
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		uint64_t unit;
		int ret;
		uint64_t value;
	} cases[] = {
		{"5 ms", 1000, 0, 5000},
		{"100 ms", 1000, 0, 100000},
		{"1 s", 1000000, 0, 1000},
		{"1 m 2 s", 1000, 0, 62000000},
		{"1 h 1 m", 1000000, 0, 3660000},
		{"0 ns", 1000, 0, 0},
		{"1.5 s", 1000, 0, 1500000},
		{"1,500 us", 1000, 0, 1500},
		{"5000", 1000, 0, 5000},
		{"5000.000000", 1000, 0, 5000},
		{"18446744073709551615", 1000, 0, UINT64_MAX},
		{"max", 1000, 0, UINT64_MAX},
		{"2 d", 1000000000, 0, 172800},
		{"1 s 5", 1000, -EINVAL, 0},
		{"5 min", 1000, -EINVAL, 0},
		{"5 parsecs", 1000, -EINVAL, 0},
		{"300000000 d", 1000, -ERANGE, 0},
		{"", 1000, -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 0;
		const int ret = dt_units_time(cases[i].text, cases[i].unit, &value);

		if (ret != cases[i].ret || (!ret && value != cases[i].value))
			fail_msg("\"%s\": %d, %lu", cases[i].text, ret, (unsigned long)value);
	}
}

static void test_parts(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_int_equal(dt_units_part("60 %", 10000, &value), 0);
	assert_int_equal(value, 6000);
	assert_int_equal(dt_units_part("60.5%", 10000, &value), 0);
	assert_int_equal(value, 6050);
	assert_int_equal(dt_units_part("0.29 %", 10000, &value), 0);
	assert_int_equal(value, 29);
	assert_int_equal(dt_units_part("400.000000", 10000, &value), 0);
	assert_int_equal(value, 400);
	assert_int_equal(dt_units_part("100 %", 1000, &value), 0);
	assert_int_equal(value, 1000);
	assert_int_equal(dt_units_part("100 %%", 1000, &value), -EINVAL);
	assert_int_equal(dt_units_part("1.5", 1000, &value), -EINVAL);
}

static void test_words(void **state)
{
	const char *word;
	double value;
	bool yes;

	(void)state;
	assert_int_equal(dt_units_word("5 samples", &value, &word), 0);
	assert_true(value == 5);
	assert_string_equal(word, "samples");
	assert_int_equal(dt_units_word("2.5%", &value, &word), 0);
	assert_true(value == 2.5);
	assert_string_equal(word, "%");
	assert_int_equal(dt_units_word("samples", &value, &word), -EINVAL);
	assert_int_equal(dt_units_bool("True", &yes), 0);
	assert_true(yes);
	assert_int_equal(dt_units_bool("off", &yes), 0);
	assert_false(yes);
	assert_int_equal(dt_units_bool("maybe", &yes), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_signed),
		cmocka_unit_test(test_bytes),	cmocka_unit_test(test_times),
		cmocka_unit_test(test_parts),	cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
