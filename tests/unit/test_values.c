/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers with units: what is one, what it is worth, and everything that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/report.h"

struct good {
	const char *text;
	uint64_t value;
};

static const struct good numbers[] = {
	{"0", 0},	{"7", 7},
	{"007", 7},	{"18446744073709551615", UINT64_MAX},
	{"0x0", 0},	{"0xffffffffffffffff", UINT64_MAX},
	{"0XaB", 0xab},
};

static const char *const no_numbers[] = {
	"",
	" ",
	" 1",
	"1 ",
	"-1",
	"+1",
	"10abc",
	"1.5",
	"1e3",
	"0x",
	"0xg",
	"x1",
	"1K",
	"1,000",
	"18446744073709551616",
	"99999999999999999999999",
	"0x10000000000000000",
	"\xc2\xb9",
	"0x 1",
};

static const struct good byte_counts[] = {
	{"0", 0},
	{"4096", 4096},
	{"0x1000", 4096},
	{"1B", 1},
	{"4K", 4096},
	{"4k", 4096},
	{"4KB", 4096},
	{"4KiB", 4096},
	{"0x2M", 2ull << 20},
	{"3GiB", 3ull << 30},
	{"1T", 1ull << 40},
	{"16777215T", 16777215ull << 40},
	{"18446744073709551615", UINT64_MAX},
	{"18014398509481983K", 18014398509481983ull << 10},
};

static const char *const no_byte_counts[] = {
	"",
	"K",
	"KiB",
	"4iB",
	"4Ki",
	"4KBB",
	"4KK",
	"4X",
	"4 K",
	" 4K",
	"4K ",
	"-4K",
	"1.5G",
	"4Kib",
	"4P",
	"4b",
	"0xK",
	"4KiBs",
	"4MB2",
	"16777216T",
	"18014398509481984K",
	"18446744073709551616",
};

struct good_duration {
	const char *text;
	uint64_t unit, ns;
};

static const struct good_duration durations[] = {
	{"0", 1, 0},
	{"5", 1000, 5000},
	{"5ns", 1000000, 5},
	{"5us", 1, 5000},
	{"5ms", 1, 5000000},
	{"1.5ms", 1, 1500000},
	{"0.25", 1000, 250},
	{"1.000000001s", 1, 1000000001},
	{"2min", 1, 120000000000ull},
	{"1.5h", 1, 5400000000000ull},
	{"18446744073.709551615s", 1, UINT64_MAX},
	{"18446744073709551615", 1, UINT64_MAX},
	/* digits far behind the nanosecond change nothing */
	{"0.10000000000000000000000000000009s", 1, 100000000},
};

static const char *const no_durations[] = {
	"",	    "ms",
	"-1ms",	    "+1ms",
	" 1ms",	    "1 ms",
	"1ms ",	    "1.5.5ms",
	".5ms",	    "1,5ms",
	"1m",	    "1S",
	"1msec",    "1e3",
	"0x",	    "1min2",
	"0x10ms",   "0X1s",
	"5.",	    "5.ms",
	"5hh",	    "1.5 ms",
	"nan",	    "18446744073709551616",
	"5124096h", "18446744073.709551616s",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* On failure the value is left alone and the message shows the text. */
static void expect_refused(int ret, const char *text, uint64_t value, const struct dt_error *error)
{
	assert_int_equal(ret, -EINVAL);
	assert_int_equal(value, 4711);
	assert_non_null(strstr(error->message, text));
}

static void test_numbers(void **state)
{
	struct dt_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		uint64_t value = 4711;

		assert_int_equal(dt_parse_number(numbers[i].text, &value, &error), 0);
		assert_int_equal(value, numbers[i].value);
	}
	for (size_t i = 0; i < COUNT(no_numbers); i++) {
		uint64_t value = 4711;
		const int ret = dt_parse_number(no_numbers[i], &value, &error);

		expect_refused(ret, no_numbers[i], value, &error);
	}
}

static void test_bytes(void **state)
{
	struct dt_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(byte_counts); i++) {
		uint64_t value = 4711;

		assert_int_equal(dt_parse_bytes(byte_counts[i].text, &value, &error), 0);
		assert_int_equal(value, byte_counts[i].value);
	}
	for (size_t i = 0; i < COUNT(no_byte_counts); i++) {
		uint64_t value = 4711;
		const int ret = dt_parse_bytes(no_byte_counts[i], &value, &error);

		expect_refused(ret, no_byte_counts[i], value, &error);
	}
}

static void test_durations(void **state)
{
	struct dt_error error;
	uint64_t ns = 4711;

	(void)state;
	for (size_t i = 0; i < COUNT(durations); i++) {
		assert_int_equal(
			dt_parse_duration(durations[i].text, durations[i].unit, &ns, &error), 0);
		assert_int_equal(ns, durations[i].ns);
	}
	for (size_t i = 0; i < COUNT(no_durations); i++) {
		int ret;

		ns = 4711;
		ret = dt_parse_duration(no_durations[i], 1, &ns, &error);
		expect_refused(ret, no_durations[i], ns, &error);
	}
	/* without a unit of its own a bare number says nothing */
	ns = 4711;
	expect_refused(dt_parse_duration("5", 0, &ns, &error), "5", ns, &error);
}

static void test_split(void **state)
{
	char left[8], right[8];
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_split("a,b", ',', left, right, sizeof(left), &error), 0);
	assert_string_equal(left, "a");
	assert_string_equal(right, "b");
	assert_int_equal(dt_split(",", ',', left, right, sizeof(left), &error), 0);
	assert_string_equal(left, "");
	assert_string_equal(right, "");
	assert_int_equal(dt_split("1-2-3", '-', left, right, sizeof(left), &error), 0);
	assert_string_equal(right, "2-3");
	assert_int_equal(dt_split("1234567,7654321", ',', left, right, sizeof(left), &error), 0);
	assert_string_equal(left, "1234567");
	assert_string_equal(right, "7654321");
	assert_int_equal(dt_split("12345678,1", ',', left, right, sizeof(left), &error), -EINVAL);
	assert_int_equal(dt_split("1,12345678", ',', left, right, sizeof(left), &error), -EINVAL);
	assert_int_equal(dt_split("ab", ',', left, right, sizeof(left), &error), -EINVAL);
	assert_int_equal(dt_split("", ',', left, right, sizeof(left), &error), -EINVAL);
}

/* Reads these lines as /proc/iomem. */
static int read_iomem(const char *text, struct dt_node_range *ranges, size_t *nr, size_t room)
{
	char path[] = "/tmp/test_values-XXXXXX";
	const int fd = mkstemp(path);
	struct dt_error error = {0};
	int ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	*nr = 0;
	ret = dt_iomem_read(path, ranges, nr, room, &error);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ret != 0, error.message[0] != '\0');
	return ret;
}

static void test_iomem(void **state)
{
	struct dt_node_range ranges[4];
	size_t nr;

	(void)state;
	assert_int_equal(read_iomem("00000000-00000fff : Reserved\n"
				    "00001000-0009ffff : System RAM\n"
				    "00100000-7ffdbfff : System RAM\n"
				    "  01000000-01ffffff : Kernel code\n"
				    "100000000-17fffffff : Persistent Memory\n"
				    "a0000000-afffffff : PCI Bus 0000:00\n"
				    "280000000-37fffffff : CXL Window 0\n"
				    "  280000000-37fffffff : System RAM (kmem)\n"
				    "no line of that kind\n",
				    ranges, &nr, 4),
			 0);
	assert_int_equal(nr, 3);
	assert_int_equal(ranges[0].start, 0x100000);
	assert_int_equal(ranges[0].end, 0x7ffdc000);
	assert_int_equal(ranges[0].node, -1);
	assert_string_equal(ranges[0].label, "System RAM");
	assert_string_equal(ranges[1].label, "Persistent Memory");
	assert_int_equal(ranges[2].start, 0x280000000);
	assert_int_equal(ranges[2].end, 0x380000000);
	/* as shown to others than root */
	assert_int_equal(read_iomem("00000000-00000000 : System RAM\n", ranges, &nr, 4), -EINVAL);
	assert_int_equal(read_iomem("", ranges, &nr, 4), -EINVAL);
	assert_int_equal(read_iomem("a0000000-afffffff : PCI Bus 0000:00\n", ranges, &nr, 4),
			 -EINVAL);
	/* the last byte of all addresses has no end behind it and is cut; from back to front is
	 * none */
	assert_int_equal(read_iomem("00000000-ffffffffffffffff : System RAM\n"
				    "90000000-10000000 : System RAM\n",
				    ranges, &nr, 4),
			 0);
	assert_int_equal(nr, 1);
	assert_int_equal(ranges[0].end, UINT64_MAX);
	assert_int_equal(dt_iomem_read("/no/such/file", ranges, &nr, 4, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),	  cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_durations), cmocka_unit_test(test_split),
		cmocka_unit_test(test_iomem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
