/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of `report` one by one: what each makes of its text, its borders, what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/report.h"

#define SECOND 1000000000ull

/* One option set as its table entry does. */
static int set(struct dt_report_options *options, const char *name, const char *text,
	       struct dt_error *error)
{
	const struct dt_option *option = dt_report_option_table;

	while (option->name && strcmp(option->name, name) != 0)
		option++;
	assert_non_null(option->name);
	assert_int_equal(option->argument != NULL, text != NULL);
	*error = (struct dt_error){0};
	return option->parse(options, text, error);
}

static void good(struct dt_report_options *options, const char *name, const char *text)
{
	struct dt_error error;

	if (set(options, name, text, &error))
		fail_msg("--%s %s: %s", name, text ? text : "", error.message);
}

static void bad(const char *name, const char *text)
{
	struct dt_report_options options;
	struct dt_error error;

	dt_report_options_init(&options);
	if (set(&options, name, text, &error) != -EINVAL)
		fail_msg("--%s %s is taken", name, text);
	assert_true(error.message[0]);
}

static void test_time(void **state)
{
	static const struct {
		const char *text;
		bool relative;
		uint64_t from, to;
	} cases[] = {
		{"5,10", true, 5 * SECOND, 10 * SECOND},
		{"0,0.000000001", true, 0, 1},
		{"@33.2,@58.4", false, 33200000000ull, 58400000000ull},
		{"500ms,2min", true, SECOND / 2, 120 * SECOND},
		{"5,", true, 5 * SECOND, UINT64_MAX},
		{",10", true, 0, 10 * SECOND},
		{"@5,", false, 5 * SECOND, UINT64_MAX},
		{",@10", false, 0, 10 * SECOND},
		{",", true, 0, UINT64_MAX},
	};
	static const char *const refused[] = {
		"",	 "5",	 "10,5", "5,5",	 "@1,2", "1,@2",    "@,5", "1,@",	  "a,b",
		"1,2,3", "-1,5", " 1,5", "1, 5", "1;2",	 "@@1,@@2", "0,0", "99999999999,"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dt_report_options options;

		dt_report_options_init(&options);
		good(&options, "time", cases[i].text);
		assert_true(options.view.has_time);
		assert_int_equal(options.view.time_relative, cases[i].relative);
		assert_int_equal(options.view.from_ns, cases[i].from);
		assert_int_equal(options.view.to_ns, cases[i].to);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		bad("time", refused[i]);
}

static void test_resolution(void **state)
{
	static const char *const refused[] = {"",
					      "x",
					      "5",
					      "5x",
					      "x5",
					      "0x5",
					      "5x0",
					      "8193x1",
					      "1x8193",
					      "8192x257",
					      "5X5",
					      "5x5x5",
					      "-5x5",
					      "5 x5",
					      "1.5x5",
					      "0x10x5",
					      "18446744073709551616x1"};
	struct dt_report_options options;

	(void)state;
	dt_report_options_init(&options);
	assert_false(options.has_resolution);
	good(&options, "resolution", "200x64");
	assert_true(options.has_resolution);
	assert_int_equal(options.view.time_cells, 200);
	assert_int_equal(options.view.address_cells, 64);
	good(&options, "resolution", "1x1");
	good(&options, "resolution", "8192x256");
	good(&options, "resolution", "256x8192");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		bad("resolution", refused[i]);
}

static int settle(struct dt_report_options *options)
{
	struct dt_error error = {0};
	const int ret = dt_report_options_settle(options, &error);

	assert_int_equal(ret != 0, error.message[0] != '\0');
	return ret;
}

static void test_addresses(void **state)
{
	static const char *const refused[] = {"",	   "5",	   "5,5",   "6,5",
					      "0x10-0x20", "a,b",  "0,1,2", ",5",
					      "5,",	   "0, 5", "-1,5",  "0,16777216T"};
	struct dt_report_options options;
	struct dt_error error;
	char text[64];

	(void)state;
	dt_report_options_init(&options);
	good(&options, "address", "4G,8G");
	good(&options, "address", "0,0x1000");
	good(&options, "address", "0x1000,4G");
	assert_int_equal(settle(&options), DT_EXIT_OK);
	/* sorted; those that touch do not overlap */
	assert_int_equal(options.view.nr_addresses, 3);
	assert_int_equal(options.view.addresses[0].end, 0x1000);
	assert_int_equal(options.view.addresses[1].end, 4ull << 30);
	assert_int_equal(options.view.addresses[2].start, 4ull << 30);
	good(&options, "address", "0xfff,0x1001");
	assert_int_equal(settle(&options), DT_EXIT_USAGE);
	dt_report_options_init(&options);
	for (unsigned i = 0; i < DT_REPEAT_MAX; i++) {
		(void)snprintf(text, sizeof(text), "%u,%u", i, i + 1);
		good(&options, "address", text);
	}
	assert_int_equal(set(&options, "address", "1000,1001", &error), -EINVAL);
	assert_int_equal(options.view.nr_addresses, DT_REPEAT_MAX);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		bad("address", refused[i]);
}

static void test_nodes(void **state)
{
	static const char *const refused[] = {
		"",	  "0",	   "0=",     "0=5",    "0=5-",	 "=0-5",	 "0=5-5",
		"0=6-5",  "x=0-5", "-1=0-5", "0=0-5,", ",0=0-5", "0=0-5,,1=5-9", "2147483648=0-5",
		"0=0-5-6"};
	struct dt_report_options options;

	(void)state;
	dt_report_options_init(&options);
	/* the last byte, as /proc/iomem has it, or the end */
	good(&options, "nodes", "0=0x0-0x7fffffff,1=0x80000000-0x100000000");
	good(&options, "nodes", "0=0x200000000-0x27fffffff");
	assert_int_equal(options.view.nr_nodes, 3);
	assert_int_equal(options.nodes[0].end, 0x80000000);
	assert_int_equal(options.nodes[1].start, 0x80000000);
	assert_int_equal(options.nodes[1].end, 0x100000000);
	assert_string_equal(options.nodes[2].label, "node 0");
	good(&options, "node", "0");
	assert_int_equal(settle(&options), DT_EXIT_OK);
	assert_int_equal(options.view.nr_addresses, 2);
	assert_int_equal(options.view.addresses[0].end, 0x80000000);
	assert_int_equal(options.view.addresses[1].start, 0x200000000);
	/* with --address there would be two answers; of node 7 nothing is known */
	dt_report_options_init(&options);
	good(&options, "nodes", "0=0-1G");
	good(&options, "node", "0");
	good(&options, "address", "0,1G");
	assert_int_equal(settle(&options), DT_EXIT_USAGE);
	dt_report_options_init(&options);
	good(&options, "nodes", "0=0-1G");
	good(&options, "node", "7");
	assert_int_equal(settle(&options), DT_EXIT_USAGE);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		bad("nodes", refused[i]);
}

/* The last byte of all addresses has no end behind it: the range is cut or refused, never empty. */
static void test_last_node(void **state)
{
	static const char *const texts[] = {"0=0-0xffffffffffffffff",
					    "0=0x1000-0xffffffffffffffff"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct dt_report_options options;
		struct dt_error error;

		dt_report_options_init(&options);
		if (set(&options, "nodes", texts[i], &error))
			continue;
		good(&options, "node", "0");
		assert_int_equal(settle(&options), DT_EXIT_OK);
		assert_int_equal(options.view.nr_addresses, 1);
		assert_true(options.view.addresses[0].start < options.view.addresses[0].end);
	}
}

static void test_streams(void **state)
{
	static const char *const refused[] = {"",
					      "kdamond",
					      "kdamond=",
					      "kdamond=x",
					      "=5",
					      "pid=5",
					      "kdamond=-1",
					      "target=1,",
					      ",target=1",
					      "kdamond=2147483648",
					      "context=2147483648",
					      "target=0x10000000000000000"};
	struct dt_report_options options;

	(void)state;
	dt_report_options_init(&options);
	good(&options, "stream", "kdamond=77,context=1,target=0xffff888012345678");
	good(&options, "stream", "target=0");
	assert_int_equal(options.view.nr_streams, 2);
	assert_true(options.streams[0].has_kdamond && options.streams[0].has_context &&
		    options.streams[0].has_target);
	assert_int_equal(options.streams[0].kdamond, 77);
	assert_int_equal(options.streams[0].context, 1);
	assert_int_equal(options.streams[0].target, 0xffff888012345678);
	assert_false(options.streams[1].has_kdamond || options.streams[1].has_context);
	assert_true(options.streams[1].has_target);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		bad("stream", refused[i]);
}

static void test_intervals(void **state)
{
	static const char *const refused[] = {"",	   "5ms",     "0,100ms",      "5ms,0",
					      "100ms,5ms", "5ms,100", "5ms,100ms,1s", "5m,100ms"};
	struct dt_report_options options;

	(void)state;
	dt_report_options_init(&options);
	good(&options, "intervals", "5000,100000");
	assert_int_equal(options.view.sample_ns, 5000000);
	assert_int_equal(options.view.aggr_ns, 100000000);
	good(&options, "intervals", "1.5ms,1.5ms");
	assert_int_equal(options.view.sample_ns, 1500000);
	assert_int_equal(options.view.aggr_ns, 1500000);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		bad("intervals", refused[i]);
}

static void test_words(void **state)
{
	struct dt_report_options options;
	struct dt_error error;

	(void)state;
	dt_report_options_init(&options);
	good(&options, "source", "damon");
	assert_true(options.view.damon && !options.view.samples && options.has_source);
	good(&options, "source", "samples");
	assert_true(!options.view.damon && options.view.samples);
	good(&options, "source", "both");
	assert_true(options.view.damon && options.view.samples);
	good(&options, "weight", "latency");
	assert_int_equal(options.view.weight, DT_WEIGHT_LATENCY);
	good(&options, "weight", "period");
	assert_int_equal(options.view.weight, DT_WEIGHT_PERIOD);
	good(&options, "scale", "log");
	assert_int_equal(options.style.scale, DT_SCALE_LOG);
	good(&options, "palette", "gray");
	assert_int_equal(options.style.palette, DT_PALETTE_GRAY);
	good(&options, "plot", "a/b.c/heat.png");
	good(&options, "output", "-");
	assert_null(options.output);
	bad("source", "Damon");
	bad("source", "");
	bad("source", "damon ");
	bad("weight", "counts");
	bad("palette", "grey");
	bad("color", "maybe");
	bad("scale", "logarithmic");
	bad("plot", "heat");
	bad("plot", "heat.PNG");
	bad("plot", "png");
	bad("pid", "-5");
	bad("pid", "2147483648");
	bad("node", "-1");
	/* the nearest word is named */
	assert_int_equal(set(&options, "palette", "viridas", &error), -EINVAL);
	assert_non_null(strstr(error.hint, "viridis"));
}

/* Whatever the resolution: at least one map, and no more than memory allows. */
static void test_maps(void **state)
{
	static const char *const texts[] = {"1x1", "256x256", "8192x256", "2048x1024"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct dt_report_options options;
		uint64_t bytes;

		dt_report_options_init(&options);
		good(&options, "resolution", texts[i]);
		assert_int_equal(settle(&options), DT_EXIT_OK);
		bytes = options.view.time_cells * (uint64_t)options.view.address_cells * 8;
		assert_true(options.view.max_stream_maps >= 1);
		assert_true(options.view.max_sample_maps >= options.view.max_stream_maps);
		assert_true(options.view.max_stream_maps * bytes * 2 <= 64u << 20);
		assert_true(options.view.max_sample_maps * bytes <= 64u << 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),	  cmocka_unit_test(test_resolution),
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_last_node), cmocka_unit_test(test_streams),
		cmocka_unit_test(test_intervals), cmocka_unit_test(test_words),
		cmocka_unit_test(test_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
