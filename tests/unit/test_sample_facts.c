/* SPDX-License-Identifier: GPL-2.0-only */
/* What samples are worth, of samples made by hand; the sums are written out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sample_batch.h"
#include "tests/unit/section_find.h"

#define MS 1000000ull

static const struct dt_view all = {.sample_facts = true, .node = -1};

static void near_to(double got, double expected)
{
	if (fabs(got - expected) > 1e-9 * fmax(1, fabs(expected)))
		fail_msg("%.17g instead of %.17g", got, expected);
}

/* Each sample has one reason, the first that holds. */
static void test_reasons(void **state)
{
	static const struct hand_sample samples[] = {
		{.addr = 1, .phys = 1, .misc = DT_MISC_USER | DT_MISC_EXACT_IP},
		{.addr = 1, .phys = 0, .misc = DT_MISC_USER},
		{.addr = 1, .phys = 0, .misc = DT_MISC_KERNEL},
		{.addr = 1, .phys = 1, .misc = DT_MISC_KERNEL | DT_MISC_EXACT_IP},
		{.addr = 1, .phys = 1, .misc = DT_MISC_GUEST_KERNEL},
		{.addr = 1, .phys = 1, .misc = DT_MISC_GUEST_USER},
		{.addr = 1, .phys = 1, .misc = DT_MISC_HYPERVISOR},
		{.addr = 0, .phys = 1, .misc = DT_MISC_KERNEL},
	};
	struct hand_run run = {.event = {.name = "mem", .has_attr = true, .precise = 2}};
	const struct dt_section *section;
	const struct dt_table *table;

	(void)state;
	hand_begin(&run, &dt_sample_facts_analyzer, &all, 0, 1000 * MS);
	hand_samples(&run, samples, 8, DT_COL_ADDR | DT_COL_PHYS | DT_COL_MISC);
	hand_samples(&run, samples, 2, DT_COL_MISC);
	hand_finish(&run);
	section = section_find(&run.report, "sample_facts");
	table = section_table(section, "use");
	near_to(table_number(table, "reason", "none", "samples"), 1);
	near_to(table_number(table, "reason", "no_physical_address", "samples"), 1);
	near_to(table_number(table, "reason", "kernel", "samples"), 2);
	near_to(table_number(table, "reason", "guest", "samples"), 2);
	near_to(table_number(table, "reason", "hypervisor", "samples"), 1);
	near_to(table_number(table, "reason", "address_zero", "samples"), 1);
	near_to(table_number(table, "reason", "no_address_field", "samples"), 2);
	assert_false(table_value(table, "reason", "address_zero", "valid_address")->truth);
	assert_true(table_value(table, "reason", "kernel", "valid_address")->truth);
	near_to(section_number(section, "usable_share"), 7 / 10.0);
	table = section_table(section, "events");
	near_to(table_number(table, "event", "mem", "precise_asked"), 2);
	near_to(table_number(table, "event", "mem", "precise_share"), 3 / 10.0);
	hand_free(&run);
}

static void test_accesses(void **state)
{
	static struct hand_sample samples[1000];
	struct hand_run run = {0};
	const struct dt_section *section;
	const struct dt_table *table;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		samples[i] = (struct hand_sample){
			.addr = 1,
			.data_src = i < 900 ? HAND_L1 : HAND_STORE,
			.weight = i < 900 ? i + 1 : 0,
			.weights = 17u | 99u << 16,
			.page_size = i % 4   ? 4096
				     : i % 8 ? 2 << 20
					     : 0,
		};
	hand_begin(&run, &dt_sample_facts_analyzer, &all, 0, 1);
	hand_samples(&run, samples, 1000,
		     DT_COL_ADDR | DT_COL_DATA_SRC | DT_COL_WEIGHT | DT_COL_WEIGHTS | DT_COL_PAGE);
	hand_finish(&run);
	section = section_find(&run.report, "sample_facts");
	table = section_table(section, "accesses");
	near_to(table_number(table, "access", "load", "samples"), 900);
	near_to(table_number(table, "access", "store", "samples"), 100);
	near_to(table_number(table, "access", "load", "latency_mean_cycles"), 450.5);
	/* within 1/256 of the sorted value's */
	assert_true(fabs(table_number(table, "access", "load", "latency_p50_cycles") - 450) <=
		    450 / 256.0);
	assert_true(fabs(table_number(table, "access", "load", "latency_p99_cycles") - 891) <=
		    891 / 256.0);
	near_to(table_number(table, "access", "load", "latency_max_cycles"), 900);
	assert_int_equal(table_value(table, "access", "store", "latency_samples")->type,
			 DT_VALUE_ABSENT);
	near_to(table_number(table, "access", "whole instruction", "latency_max_cycles"), 17);
	table = section_table(section, "page_sizes");
	assert_int_equal(table->nr_rows, 3);
	near_to((double)table->values[0].integer, 4096);
	near_to((double)table->values[1].integer, 750);
	near_to((double)table->values[table->nr_columns].integer, 2 << 20);
	near_to((double)table->values[table->nr_columns + 1].integer, 125);
	assert_int_equal(table->values[2 * table->nr_columns].type, DT_VALUE_ABSENT);
	near_to((double)table->values[2 * table->nr_columns + 1].integer, 125);
	hand_free(&run);
}

/*
 * CPU 0: 300, 256 and 255 samples in three intervals of 5 ms, of 200; CPU 2: one each in ten. 255
 * fit, so two of the 200 overflow and 45 + 1 of 811 samples are lost.
 */
static void test_ring(void **state)
{
	static const uint32_t fills[] = {300, 256, 255};
	static struct hand_sample samples[1000];
	struct hand_run run = {.event = {.name = "mem", .period = 900, .is_frequency = true}};
	struct dt_known_stream known = {.kdamond = 7, .sample_ns = 5 * MS};
	struct dt_view view = all;
	const struct dt_section *section;
	const struct dt_table *table;
	uint32_t nr = 0;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		for (uint32_t j = 0; j < fills[i]; j++)
			samples[nr++] = (struct hand_sample){
				.time = 10 * MS * (i + 1) + j, .addr = 1, .period = 10};
	for (uint32_t i = 0; i < 10; i++)
		samples[nr++] =
			(struct hand_sample){.time = 50 * MS * i, .addr = 1, .cpu = 2, .period = 5};
	view.known.nr = 1;
	view.known.streams = &known;
	run.reader.info.cpus = 6;
	hand_begin(&run, &dt_sample_facts_analyzer, &view, 0, 1000 * MS);
	hand_samples(&run, samples, nr, DT_COL_TIME | DT_COL_ADDR | DT_COL_CPU | DT_COL_PERIOD);
	hand_finish(&run);
	section = section_find(&run.report, "sample_facts");
	assert_string_equal(section_figure(section, "ring_interval_source")->text, "recorded");
	near_to(section_number(section, "ring_interval_ns"), 5e6);
	near_to(section_number(section, "ring_worst_cpu"), 0);
	near_to(section_number(section, "ring_worst_busiest"), 300);
	near_to(section_number(section, "ring_worst_expected"), 811 * 0.005);
	near_to(section_number(section, "ring_worst_overflow_share"), 2 / 200.0);
	near_to(section_number(section, "ring_dropped_share"), 46 / 821.0);
	near_to(section_number(section, "cpus_without_samples"), 4);
	assert_string_equal(section_figure(section, "silent_cpus")->text, "1, 3-5");
	table = section_table(section, "events");
	near_to(table_number(table, "event", "mem", "asked_hz"), 900);
	near_to(table_number(table, "event", "mem", "rate_hz"), 821);
	near_to(table_number(table, "event", "mem", "cpus"), 2);
	near_to(table_number(table, "event", "mem", "achieved_share"), 821 / 2.0 / 900);
	near_to(table_number(table, "event", "mem", "mean_period"), 8160 / 821.0);
	table = section_table(section, "cpus");
	assert_int_equal(table->nr_rows, 2);
	near_to((double)table->values[table->nr_columns].integer, 2);
	hand_free(&run);
}

static void test_losses(void **state)
{
	static const struct hand_sample samples[] = {{.time = 1, .addr = 1}};
	struct dt_loss losses[] = {
		{.time = 100 * MS, .count = 40, .cpu = 0, .what = DT_LOSS_SAMPLES},
		{.time = 900 * MS, .count = 2, .cpu = 1, .what = DT_LOSS_SAMPLES},
		{.time = 900 * MS, .count = 0, .cpu = 1, .what = DT_LOSS_SAMPLES},
		{.time = 900 * MS, .cpu = 1, .what = DT_LOSS_THROTTLE},
		{.time = 500 * MS, .count = 9, .what = DT_LOSS_EVENTS},
		{.time = 0, .count = 8, .cpu = -1, .what = DT_LOSS_SAMPLES},
	};
	struct dt_overflow drops[] = {{.time = 10 * MS, .cpu = 3},
				      {.time = 20 * MS, .cpu = 3},
				      {.time = 30 * MS, .cpu = 1},
				      {.time = 40 * MS, .cpu = -1}};
	struct hand_run run = {0};
	const struct dt_section *section;
	const struct dt_chart *chart;
	const struct dt_table *table;
	double sum = 0;

	(void)state;
	hand_begin(&run, &dt_sample_facts_analyzer, &all, 0, 2000 * MS);
	hand_samples(&run, samples, 1, DT_COL_TIME | DT_COL_ADDR);
	hand_records(&run, DT_KIND_LOSS, losses, 6);
	hand_records(&run, DT_KIND_OVERFLOW, drops, 4);
	hand_finish(&run);
	section = section_find(&run.report, "sample_facts");
	near_to(section_number(section, "lost_samples"), 50);
	near_to(section_number(section, "lost_gaps"), 1);
	near_to(section_number(section, "lost_share"), 50 / 51.0);
	near_to(section_number(section, "throttles"), 1);
	near_to(section_number(section, "throttles_hz"), 0.5);
	near_to(section_number(section, "ring_overflows"), 4);
	near_to(section_number(section, "ring_overflows_hz"), 2);
	table = section_table(section, "ring_overflows_by_cpu");
	assert_int_equal(table->nr_rows, 2);
	near_to((double)table->values[0].integer, 1);
	near_to((double)table->values[table->nr_columns + 1].integer, 2);
	near_to(table->values[table->nr_columns + 2].number, 1);
	/* over time only what has one */
	chart = section_chart(section, "losses");
	for (uint32_t i = 0; i < chart->nr_points; i++)
		sum += chart_series(chart, "lost_samples")[i];
	near_to(sum, 42);
	chart = section_chart(section, "throttled");
	near_to(chart_series(chart, "throttles")[chart->nr_points - 1], 1);
	hand_free(&run);
}

/* In view: half of the samples, and a second of the two. */
static void test_time(void **state)
{
	static struct hand_sample samples[200];
	struct dt_view view = {.sample_facts = true,
			       .node = -1,
			       .has_time = true,
			       .time_relative = true,
			       .from_ns = 1000 * MS,
			       .to_ns = UINT64_MAX};
	struct dt_loss losses[] = {{.time = 100 * MS, .count = 40, .what = DT_LOSS_SAMPLES},
				   {.time = 5500 * MS, .count = 1, .what = DT_LOSS_SAMPLES},
				   {.time = 6500 * MS, .count = 2, .what = DT_LOSS_SAMPLES}};
	struct hand_run run = {0};
	const struct dt_section *section;

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		samples[i] = (struct hand_sample){.time = 5000 * MS + i * 10 * MS, .addr = 1};
	hand_begin(&run, &dt_sample_facts_analyzer, &view, 5000 * MS, 7000 * MS);
	hand_samples(&run, samples, 200, DT_COL_TIME | DT_COL_ADDR);
	hand_records(&run, DT_KIND_LOSS, losses, 3);
	hand_finish(&run);
	section = section_find(&run.report, "sample_facts");
	near_to(section_number(section, "samples"), 100);
	near_to(section_number(section, "seconds"), 1);
	near_to(section_number(section, "lost_samples"), 2);
	hand_free(&run);
}

static void test_missing(void **state)
{
	static const struct hand_sample samples[] = {{.time = 1}};
	struct hand_run run = {0};

	(void)state;
	hand_begin(&run, &dt_sample_facts_analyzer, &all, 0, 2);
	hand_samples(&run, samples, 1, DT_COL_TIME | DT_COL_PHYS);
	hand_finish(&run);
	assert_true(section_says(section_find(&run.report, "sample_facts"), "perf record -d"));
	assert_true(section_says(section_find(&run.report, "sample_facts"),
				 "all physical addresses are 0"));
	assert_true(section_is_absent(section_find(&run.report, "sample_facts"),
				      "cpus_without_samples"));
	hand_free(&run);
}

/* CPU numbers out of a damaged file cost no memory. */
static void test_absurd_cpus(void **state)
{
	static const struct hand_sample samples[] = {{.time = 1, .addr = 1, .cpu = INT32_MAX},
						     {.time = 2, .addr = 1, .cpu = -1},
						     {.time = 3, .addr = 1, .cpu = 4095}};
	struct hand_run run = {0};

	(void)state;
	hand_begin(&run, &dt_sample_facts_analyzer, &all, 0, 2);
	hand_samples(&run, samples, 3, DT_COL_TIME | DT_COL_ADDR | DT_COL_CPU);
	hand_finish(&run);
	near_to(section_number(section_find(&run.report, "sample_facts"), "uncounted"), 2);
	near_to(section_number(section_find(&run.report, "sample_facts"), "samples"), 3);
	hand_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),	    cmocka_unit_test(test_accesses),
		cmocka_unit_test(test_ring),	    cmocka_unit_test(test_losses),
		cmocka_unit_test(test_time),	    cmocka_unit_test(test_missing),
		cmocka_unit_test(test_absurd_cpus),
	};

	return cmocka_run_group_tests_name("sample_facts", tests, NULL, NULL);
}
