/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections as JSON, CSV and pictures. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "section_world.h"

static json_t *parsed(const struct section_world *world)
{
	char *text = section_world_written(world, dt_json_report);
	json_error_t problem;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &problem);

	if (!root)
		fail_msg("%s in %s", problem.text, text);
	free(text);
	return root;
}

static void test_json(void **state)
{
	struct section_world world;
	struct dt_section *section;
	json_t *root, *tiers, *row, *chart, *series;

	(void)state;
	section_world_init(&world);
	section = section_world_tiers(&world);
	(void)section_world_chart(section, true);
	section_world_grid(section);
	root = parsed(&world);
	tiers = json_object_get(root, "tiers");
	assert_int_equal(json_object_size(tiers), 12);
	assert_int_equal(json_integer_value(json_object_get(tiers, "samples")), 1234567);
	assert_true(json_number_value(json_object_get(tiers, "usable_share")) == 0.9823);
	assert_true(json_number_value(json_object_get(tiers, "rate_hz")) == 3998.25);
	assert_true(json_is_true(json_object_get(tiers, "precise")));
	assert_true(json_is_null(json_object_get(tiers, "lag_s")));
	assert_string_equal(json_string_value(json_object_get(tiers, "event")), "a, \"b\"");
	assert_true(json_is_array(json_object_get(tiers, "conflicts")));
	assert_int_equal(json_array_size(json_object_get(tiers, "conflicts")), 0);
	assert_int_equal(json_array_size(json_object_get(tiers, "by_tier")), 3);
	row = json_array_get(json_object_get(tiers, "by_tier"), 2);
	assert_int_equal(json_object_size(row), 7);
	assert_string_equal(json_string_value(json_object_get(row, "tier")), "L1");
	assert_true(json_is_null(json_object_get(row, "latency_cycles")));
	assert_true(json_is_true(json_object_get(row, "big")));
	assert_int_equal(json_integer_value(json_object_get(row, "bytes")), 3145728000);
	chart = json_object_get(tiers, "over_time");
	assert_string_equal(json_string_value(json_object_get(chart, "unit")), "share");
	assert_int_equal(json_integer_value(json_object_get(chart, "start_ns")), 6000000000);
	assert_int_equal(json_integer_value(json_object_get(chart, "step_ns")), 1000000000);
	series = json_object_get(json_object_get(chart, "series"), "far");
	assert_int_equal(json_array_size(series), 30);
	assert_true(json_number_value(json_array_get(series, 9)) == 0.5);
	assert_true(json_is_null(json_array_get(series, 10)));
	assert_int_equal(json_array_size(json_object_get(json_object_get(tiers, "heat"), "cells")),
			 2);
	json_decref(root);
	section_world_clear(&world);
}

/* An array where there may be many, even of one; an object else; no key without sections. */
static void test_json_many(void **state)
{
	struct section_world world;
	json_t *root, *many;

	(void)state;
	section_world_init(&world);
	root = parsed(&world);
	assert_null(json_object_get(root, "agreement"));
	json_decref(root);
	(void)dt_report_section(&world.report, "sparsity", "Sparsity", false);
	for (int pid = 7; pid < 9; pid++)
		dt_section_integer(dt_report_section(&world.report, "agreement", "Agreement", true),
				   "pid", "pid", DT_UNIT_NONE, (uint64_t)pid);
	dt_section_integer(dt_report_section(&world.report, "lone", "Lone", true), "n", "n",
			   DT_UNIT_NONE, UINT64_MAX / 2);
	root = parsed(&world);
	many = json_object_get(root, "agreement");
	assert_int_equal(json_array_size(many), 2);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(many, 1), "pid")), 8);
	many = json_object_get(root, "lone");
	assert_int_equal(json_array_size(many), 1);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(many, 0), "n")),
			 INT64_MAX);
	assert_int_equal(json_object_size(json_object_get(root, "sparsity")), 0);
	assert_true(json_is_array(json_object_get(root, "notes")));
	json_decref(root);
	section_world_clear(&world);
}

static void test_csv(void **state)
{
	static const char expected[] =
		"figure,value\n"
		"samples,1234567\n"
		"usable_share,0.9823\n"
		"latency_cycles,412\n"
		"rate_hz,3998.25\n"
		"bytes,12884901888\n"
		"precise,true\n"
		"lag_s,\n"
		"event,\"a, \"\"b\"\"\"\n"
		"\n"
		"tier,samples,share\n"
		"\n"
		"tier,samples,share,latency_cycles,bytes,first_ns,big\n"
		"local DRAM,2,0.66666666666666663,300,2097152,6500000000,false\n"
		"\"CXL memory, far\",1,0.33333333333333331,900,1048576,6250000000,false\n"
		"L1,3000,0.0002,,3145728000,756000000000,true\n"
		"\n"
		"time_ns,near,far\n"
		"6000000000,0.5,0.5\n"
		"7000000000,0.5,0.5\n";
	struct section_world world;
	struct dt_section *section;
	char *text, *rest;

	(void)state;
	section_world_init(&world);
	section = section_world_tiers(&world);
	(void)section_world_chart(section, true);
	section_world_grid(section);
	text = section_world_written(&world, dt_csv_sections);
	rest = strstr(text, "8000000000,");
	assert_non_null(rest);
	assert_non_null(strstr(rest, "15000000000,0.5,0.5\n16000000000,,\n"));
	assert_non_null(strstr(rest, "\n35000000000,0.5,0.5\n\nsource,kdamond,"));
	assert_non_null(strstr(rest, "\nsamples,,,,,20000000000,35000000000,0x0,0x40000000,\n"));
	*rest = '\0';
	assert_string_equal(text, expected);
	free(text);
	section_world_clear(&world);
}

/* Nothing, an address, texts that spreadsheets break at. */
static void test_csv_texts(void **state)
{
	struct section_world world;
	struct dt_section *section;
	char *text;

	(void)state;
	section_world_init(&world);
	text = section_world_written(&world, dt_csv_sections);
	assert_string_equal(text, "");
	free(text);
	section = dt_report_section(&world.report, "x", "X", true);
	dt_section_integer(section, "start", "start", DT_UNIT_ADDRESS, UINT64_MAX);
	dt_section_text(section, "lines", "lines", "a\nb");
	section = dt_report_section(&world.report, "x", "X", true);
	dt_section_absent(section, "start", "start");
	text = section_world_written(&world, dt_csv_sections);
	assert_string_equal(text, "figure,value\nstart,0xffffffffffffffff\nlines,\"a\nb\"\n\n"
				  "figure,value\nstart,\n");
	free(text);
	section_world_clear(&world);
}

/* The script that dt_plot_sections keeps; free it. */
static char *script_of(const struct section_world *world)
{
	char path[] = "/tmp/section-plot-XXXXXX.gp", *text;
	const int fd = mkstemps(path, 3);
	const struct dt_style style = {.palette = DT_PALETTE_VIRIDIS};
	struct dt_error error;
	ssize_t length;

	assert_true(fd >= 0);
	if (dt_plot_sections(path, &world->report, &style, &error))
		fail_msg("%s", error.message);
	(void)close(fd);
	text = calloc(1, 1 << 16);
	{
		FILE *file = fopen(path, "re");

		assert_non_null(file);
		length = (ssize_t)fread(text, 1, (1 << 16) - 1, file);
		(void)fclose(file);
	}
	assert_true(length > 0);
	(void)unlink(path);
	return text;
}

/* Areas lie on each other, and end where nothing is known; all panels have one axis. */
static void test_plot(void **state)
{
	struct section_world world;
	struct dt_section *section;
	char *text, *axis;

	(void)state;
	section_world_init(&world);
	section = section_world_tiers(&world);
	(void)section_world_chart(section, true);
	(void)section_world_chart(section, false);
	section_world_grid(section);
	text = script_of(&world);
	assert_non_null(strstr(text, "$chart0 << EOD\n1 0.5 1\n2 0.5 1\n2 0.5 1\n3 0.5 1\n"));
	assert_non_null(strstr(text, "\n11 0.5 1\n\n15 0.5 1\n"));
	assert_non_null(strstr(text, "$chart1 << EOD\n1 0.5 0.5\n2 0.5 0.5\n"));
	assert_non_null(strstr(text, "title 'far, CXL'"));
	assert_non_null(strstr(text, "'100.0 %%' 1)"));
	axis = text;
	for (int panel = 0; panel < 3; panel++) {
		axis = strstr(axis, "set xrange [");
		assert_non_null(axis);
		axis += strlen("set xrange [");
		assert_memory_equal(axis, "0:31]", 5);
	}
	free(text);
	section_world_clear(&world);
}

static void test_plot_nothing(void **state)
{
	const struct dt_style style = {.palette = DT_PALETTE_VIRIDIS};
	struct section_world world;
	struct dt_section *section;
	struct dt_error error;

	(void)state;
	section_world_init(&world);
	assert_int_equal(dt_plot_sections("/tmp/none.gp", &world.report, &style, &error), -ENODATA);
	section = section_world_tiers(&world);
	assert_int_equal(dt_plot_sections("/tmp/none.gp", &world.report, &style, &error), -ENODATA);
	for (int i = 0; i < 200; i++)
		(void)section_world_chart(section, true);
	assert_int_equal(dt_plot_sections("/tmp/none.gp", &world.report, &style, &error), -E2BIG);
	assert_int_not_equal(access("/tmp/none.gp", F_OK), 0);
	section_world_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json), cmocka_unit_test(test_json_many),
		cmocka_unit_test(test_csv),  cmocka_unit_test(test_csv_texts),
		cmocka_unit_test(test_plot), cmocka_unit_test(test_plot_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
