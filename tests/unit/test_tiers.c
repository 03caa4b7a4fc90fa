/* SPDX-License-Identifier: GPL-2.0-only */
/* Tiers, nodes, contradictions and shares of samples made by hand; the sums are written out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzers/tiers.h"
#include "tests/unit/sample_batch.h"
#include "tests/unit/section_find.h"

#define COLUMNS                                                                                 \
	(DT_COL_TIME | DT_COL_ADDR | DT_COL_PHYS | DT_COL_PERIOD | DT_COL_WEIGHT | DT_COL_CPU | \
	 DT_COL_DATA_SRC | DT_COL_PID)

#define MIB 1048576ull

/* Node 0 has the CPUs 0 and 1, node 1 the CPU 2, node 2 is memory alone. */
static const struct dt_node_range nodes[] = {
	{.node = 0, .start = 0, .end = 64 * MIB, .label = "node 0", .cpus = 1},
	{.node = 1, .start = 128 * MIB, .end = 192 * MIB, .label = "node 1", .cpus = 1},
	{.node = 2, .start = 192 * MIB, .end = 256 * MIB, .label = "node 2", .cpus = -1},
	{.node = 0, .start = 256 * MIB, .end = 320 * MIB, .label = "node 0", .cpus = 1},
};
static const int16_t cpu_nodes[] = {0, 0, 1};

static const struct dt_view all = {.tiers = true, .node = -1};
static const struct dt_view with_nodes = {.tiers = true,
					  .node = -1,
					  .nr_nodes = 4,
					  .nodes = nodes,
					  .nr_cpu_nodes = 3,
					  .cpu_nodes = cpu_nodes};

static void near_to(double got, double expected)
{
	if (fabs(got - expected) > 1e-9 * fmax(1, fabs(expected)))
		fail_msg("%.17g instead of %.17g", got, expected);
}

static void test_tiers_add_up(void **state)
{
	static const struct hand_sample samples[] = {
		{.time = 10, .period = 100, .weight = 5, .data_src = HAND_L1},
		{.time = 11, .period = 100, .weight = 7, .data_src = HAND_L1},
		{.time = 12, .period = 50, .weight = 300, .data_src = HAND_LOCAL_DRAM},
		{.time = 13, .period = 50, .weight = 500, .data_src = HAND_CXL},
		{.time = 14, .period = 50, .weight = 0, .data_src = HAND_CXL},
		{.time = 15, .period = 150, .weight = 9, .data_src = 0},
	};
	struct hand_run run = {0};
	const struct dt_section *section;
	const struct dt_table *table;

	(void)state;
	hand_begin(&run, &dt_tiers_analyzer, &all, 10, 20);
	hand_samples(&run, samples, 6, COLUMNS);
	hand_finish(&run);
	section = section_find(&run.report, "tiers");
	table = section_table(section, "tiers");
	near_to(section_number(section, "samples"), 6);
	near_to(section_number(section, "accesses"), 500);
	near_to(section_number(section, "memory_share"), 3 / 6.0);
	near_to(section_number(section, "dram_share"), 1 / 3.0);
	near_to(section_number(section, "far_share"), 2 / 3.0);
	near_to(section_number(section, "known_share"), 5 / 6.0);
	near_to(table_number(table, "tier", "l1", "samples"), 2);
	near_to(table_number(table, "tier", "l1", "accesses_share"), 200 / 500.0);
	near_to(table_number(table, "tier", "l1", "latency_mean_cycles"), 6);
	near_to(table_number(table, "tier", "cxl", "samples"), 2);
	/* a latency of 0 was not measured */
	near_to(table_number(table, "tier", "cxl", "latency_samples"), 1);
	near_to(table_number(table, "tier", "cxl", "latency_max_cycles"), 500);
	near_to(table_number(table, "tier", "unknown", "share"), 1 / 6.0);
	assert_int_equal(section_table(section, "nodes")->nr_rows, 0);
	assert_true(section_says(section, "all physical addresses are 0"));
	hand_free(&run);
}

/* Every kind of contradiction once or more, and pairs that are none. */
static void test_contradictions(void **state)
{
	static const struct hand_sample samples[] = {
		/* local DRAM: own node, other node (twice), memory alone (three times) */
		{.time = 1, .cpu = 0, .phys = 1 * MIB, .data_src = HAND_LOCAL_DRAM},
		{.time = 1, .cpu = 0, .phys = 130 * MIB, .data_src = HAND_LOCAL_DRAM},
		{.time = 1, .cpu = 2, .phys = 257 * MIB, .data_src = HAND_LOCAL_DRAM},
		{.time = 1, .cpu = 0, .phys = 200 * MIB, .data_src = HAND_LOCAL_DRAM},
		{.time = 1, .cpu = 2, .phys = 200 * MIB, .data_src = HAND_LOCAL_DRAM},
		{.time = 1, .cpu = 7, .phys = 200 * MIB, .data_src = HAND_LOCAL_DRAM},
		/* remote DRAM: own node; other node and memory alone are none */
		{.time = 1, .cpu = 2, .phys = 128 * MIB, .data_src = HAND_REMOTE_DRAM},
		{.time = 1, .cpu = 2, .phys = 64 * MIB - 1, .data_src = HAND_REMOTE_DRAM},
		{.time = 1, .cpu = 2, .phys = 192 * MIB, .data_src = HAND_REMOTE_DRAM},
		/* CXL: a node with CPUs; memory alone is none */
		{.time = 1, .cpu = 0, .phys = 319 * MIB, .data_src = HAND_CXL},
		{.time = 1, .cpu = 0, .phys = 255 * MIB, .data_src = HAND_CXL},
		/* a CPU whose node is not known contradicts nothing by nearness */
		{.time = 1, .cpu = 7, .phys = 130 * MIB, .data_src = HAND_LOCAL_DRAM},
		/* not compared: a cache, no address, an address between the nodes and behind */
		{.time = 1, .cpu = 0, .phys = 200 * MIB, .data_src = HAND_L1},
		{.time = 1, .cpu = 0, .phys = 0, .data_src = HAND_LOCAL_DRAM},
		{.time = 1, .cpu = 0, .phys = 64 * MIB, .data_src = HAND_LOCAL_DRAM},
		{.time = 1, .cpu = 0, .phys = UINT64_MAX, .data_src = HAND_LOCAL_DRAM},
	};
	struct hand_run run = {0};
	const struct dt_section *section;
	const struct dt_table *table;

	(void)state;
	hand_begin(&run, &dt_tiers_analyzer, &with_nodes, 0, 2);
	hand_samples(&run, samples, sizeof(samples) / sizeof(samples[0]), COLUMNS);
	hand_finish(&run);
	section = section_find(&run.report, "tiers");
	near_to(section_number(section, "compared"), 12);
	near_to(section_number(section, "contradicting"), 7);
	near_to(section_number(section, "with_phys"), 15);
	table = section_table(section, "contradictions");
	near_to(table_number(table, "kind", "local_dram_on_cpuless_node", "samples"), 3);
	near_to(table_number(table, "kind", "local_dram_on_other_node", "samples"), 2);
	near_to(table_number(table, "kind", "remote_dram_on_own_node", "samples"), 1);
	near_to(table_number(table, "kind", "far_memory_on_cpu_node", "samples"), 1);
	table = section_table(section, "nodes");
	near_to(table_number(table, "name", "node 0", "samples"), 4);
	near_to(table_number(table, "name", "node 1", "samples"), 3);
	near_to(table_number(table, "name", "node 2", "samples"), 6);
	near_to(table_number(table, "name", "elsewhere", "samples"), 2);
	near_to(table_number(table, "name", "no address", "samples"), 1);
	assert_true(table_value(table, "name", "node 1", "has_cpus")->truth);
	assert_false(table_value(table, "name", "node 2", "has_cpus")->truth);
	hand_free(&run);
}

/* Many ranges are searched, few compared one by one: the same places from both. */
static void test_places(void **state)
{
	static struct dt_node_range ranges[40];
	static uint64_t phys[DT_BATCH_MAX];
	static uint8_t places[DT_BATCH_MAX];
	struct dt_view view = {.nodes = ranges};
	struct dt_place_map map;

	(void)state;
	for (int i = 0; i < 40; i++) {
		/* given backwards, with a hole behind each */
		ranges[39 - i] = (struct dt_node_range){.node = i % 3,
							.start = (uint64_t)i * 100 + 10,
							.end = (uint64_t)i * 100 + 60};
	}
	for (size_t nr = 1; nr <= 40; nr++) {
		view.nr_nodes = nr;
		dt_place_map_init(&map, &view);
		for (uint32_t i = 0; i < DT_BATCH_MAX; i++)
			phys[i] = i < 1000 ? i * 4 : UINT64_MAX - 1023 + i;
		dt_place_map_find(&map, phys, DT_BATCH_MAX, places);
		for (uint32_t i = 0; i < DT_BATCH_MAX; i++) {
			int32_t node = -1;

			for (size_t j = 0; j < nr; j++)
				if (phys[i] >= ranges[j].start && phys[i] < ranges[j].end)
					node = ranges[j].node;
			if (!phys[i])
				assert_int_equal(places[i], DT_PLACE_NONE);
			else if (node < 0)
				assert_int_equal(places[i], DT_PLACE_OUTSIDE);
			else
				assert_int_equal(map.places[places[i]].node, node);
		}
	}
}

/* Shares over time: 60 of 80 on node 0 in the first half, 20 of 80 in the second. */
static void fill_halves(struct hand_sample *samples, uint32_t nr, uint64_t length)
{
	for (uint32_t i = 0; i < nr; i++) {
		const bool late = i >= nr / 2;
		const bool near = (i % 4 == 0) == late;

		samples[i] = (struct hand_sample){
			.time = 1 + length * i / nr,
			.cpu = 0,
			.phys = near ? MIB : 200 * MIB,
			.data_src = near ? HAND_LOCAL_DRAM : HAND_CXL,
		};
	}
}

static void test_shares_over_time(void **state)
{
	static struct hand_sample samples[4000];
	const uint64_t length = 1ull << 33;
	const struct dt_chart *chart;
	struct hand_run run = {0};
	double first = 0, last = 0;

	(void)state;
	fill_halves(samples, 4000, length);
	hand_begin(&run, &dt_tiers_analyzer, &with_nodes, 0, length);
	hand_samples(&run, samples, 4000, COLUMNS);
	hand_finish(&run);
	chart = section_chart(section_find(&run.report, "tiers"), "memory_shares");
	assert_non_null(chart);
	assert_int_equal(chart->nr_points, 512);
	assert_true(chart->step_ns == length / 512);
	for (uint32_t i = 0; i < chart->nr_points; i++) {
		near_to(chart_series(chart, "dram_share")[i] + chart_series(chart, "far_share")[i],
			1);
		*(i < chart->nr_points / 2 ? &first : &last) +=
			chart_series(chart, "dram_share")[i] / (chart->nr_points / 2.0);
	}
	assert_true(fabs(first - 0.75) < 0.01 && fabs(last - 0.25) < 0.01);
	chart = section_chart(section_find(&run.report, "tiers"), "node_shares");
	near_to(chart_series(chart, "node_0")[0] + chart_series(chart, "node_2")[0], 1);
	near_to(chart_series(chart, "node_1")[0], 0);
	hand_free(&run);
}

/* A goal of that node whose value is 1000 bp above the share, and one on the far node. */
static void test_goals_are_followed(void **state)
{
	static struct hand_sample samples[4000];
	const uint64_t length = 1ull << 33;
	struct hand_run run = {0};
	struct dt_goal_stream *streams;

	(void)state;
	fill_halves(samples, 4000, length);
	hand_begin(&run, &dt_tiers_analyzer, &with_nodes, 0, length);
	hand_samples(&run, samples, 4000, COLUMNS);
	streams = calloc(3, sizeof(*streams));
	assert_non_null(streams);
	for (int i = 0; i < 3; i++) {
		streams[i] = (struct dt_goal_stream){
			.metric = i == 2 ? 0 : DT_UNKNOWN_U32, .nid = i == 1 ? 2 : 0, .count = 3};
		streams[i].evaluations = calloc(3, sizeof(*streams[i].evaluations));
		assert_non_null(streams[i].evaluations);
		streams[i].evaluations[1].time = length / 2;
		streams[i].evaluations[2].time = length;
		/* node 0: 75 then 25 percent; the other two have the rest */
		streams[i].evaluations[0].value = i == 1 ? 3500 : 8500;
		streams[i].evaluations[1].value = i == 1 ? 8500 : 3500;
		streams[i].evaluations[2].value = 5000;
	}
	run.report.goals = (struct dt_goals){.nr = 3, .streams = streams};
	hand_finish(&run);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(streams[i].samples.series, "node_share");
		assert_false(streams[i].samples.assumed);
		assert_true(streams[i].samples.correlation > 0.95);
		assert_true(fabs(streams[i].samples.mean_difference + 1000) < 1);
		assert_int_equal(streams[i].samples.nr_pairs, 512);
	}
	/* user_input is no share of memory */
	assert_string_equal(streams[2].samples.series, "");
	hand_free(&run);
}

/* Without addresses: the data source, and an assumption that is named. */
static void test_goals_by_source(void **state)
{
	static struct hand_sample samples[4000];
	const uint64_t length = 1ull << 33;
	struct hand_run run = {0};
	struct dt_goal_stream *streams = calloc(2, sizeof(*streams));

	(void)state;
	assert_non_null(streams);
	fill_halves(samples, 4000, length);
	hand_begin(&run, &dt_tiers_analyzer, &all, 0, length);
	hand_samples(&run, samples, 4000, COLUMNS & ~DT_COL_PHYS);
	for (int i = 0; i < 2; i++)
		streams[i] = (struct dt_goal_stream){.metric = 8, .nid = i};
	run.report.goals = (struct dt_goals){.nr = 2, .streams = streams};
	hand_finish(&run);
	assert_string_equal(streams[0].samples.series, "dram_share");
	assert_string_equal(streams[1].samples.series, "far_share");
	assert_true(streams[0].samples.assumed && streams[1].samples.assumed);
	assert_int_equal(streams[0].samples.nr_pairs, 0);
	assert_true(isnan(streams[0].samples.mean_difference));
	hand_free(&run);
}

static void test_choices(void **state)
{
	static const struct hand_sample samples[] = {
		{.time = 100, .pid = 1, .addr = 0x1000, .data_src = HAND_L1},
		{.time = 150, .pid = 1, .addr = 0x2000, .data_src = HAND_L1},
		{.time = 199, .pid = 2, .addr = 0x1fff, .data_src = HAND_L1},
		{.time = 200, .pid = 1, .addr = 0x1000, .data_src = HAND_L1},
	};
	static const int32_t pids[] = {1};
	static const struct dt_range range = {0x1000, 0x2000};
	struct dt_view view = {.tiers = true,
			       .node = -1,
			       .has_time = true,
			       .time_relative = true,
			       .from_ns = 50,
			       .to_ns = 100};
	struct hand_run run = {0};

	(void)state;
	hand_begin(&run, &dt_tiers_analyzer, &view, 100, 200);
	hand_samples(&run, samples, 4, COLUMNS);
	hand_finish(&run);
	near_to(section_number(section_find(&run.report, "tiers"), "samples"), 2);
	hand_free(&run);
	view = (struct dt_view){.tiers = true,
				.node = -1,
				.nr_pids = 1,
				.pids = pids,
				.nr_addresses = 1,
				.addresses = &range};
	hand_begin(&run, &dt_tiers_analyzer, &view, 100, 200);
	hand_samples(&run, samples, 4, COLUMNS);
	hand_finish(&run);
	near_to(section_number(section_find(&run.report, "tiers"), "samples"), 2);
	hand_free(&run);
}

static void test_nothing_to_say(void **state)
{
	static const struct hand_sample samples[] = {{.time = 1, .addr = 0x1000, .phys = 0x1000}};
	struct hand_run run = {0};
	const struct dt_section *section;

	(void)state;
	hand_begin(&run, &dt_tiers_analyzer, &all, 0, 2);
	hand_finish(&run);
	section = section_find(&run.report, "tiers");
	assert_true(section_says(section, "no memory samples"));
	assert_true(section_is_absent(section, "dram_share"));
	hand_free(&run);
	hand_begin(&run, &dt_tiers_analyzer, &all, 0, 2);
	hand_samples(&run, samples, 1, DT_COL_TIME | DT_COL_ADDR | DT_COL_PHYS);
	hand_finish(&run);
	section = section_find(&run.report, "tiers");
	assert_true(section_says(section, "the events have no data source"));
	assert_true(section_says(section, "give --nodes or --iomem"));
	near_to(section_number(section, "without_source"), 1);
	hand_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiers_add_up),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_shares_over_time),
		cmocka_unit_test(test_goals_are_followed),
		cmocka_unit_test(test_goals_by_source),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_nothing_to_say),
	};

	return cmocka_run_group_tests_name("tiers", tests, NULL, NULL);
}
