/* SPDX-License-Identifier: GPL-2.0-only */
/* From configurations to DAMON's files: damo's own output, the keys that are ours, and mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/setup.h"

#define CONTEXT "0/contexts/0/"
#define SCHEME	CONTEXT "schemes/0/"

static struct dt_host_range near_ranges[] = {
	{0x1000, 0xa0000}, {0x100000, 0x80000000}, {0x100000000, 0x180000000}};
static struct dt_host_range far_ranges[] = {{0x180000000, 0x280000000}};
static const struct dt_host_node_facts nodes[] = {
	{.nid = 0, .mem_total_kb = 4 << 20, .nr_ranges = 3, .ranges = near_ranges},
	{.nid = 1, .mem_total_kb = 4 << 20, .nr_ranges = 1, .ranges = far_ranges},
	{.nid = 2},
};
static const struct dt_setup_pmu pmus[] = {{"cpu", 4}, {"ibs_op", 11}};
static const struct dt_setup_machine machine = {.release = "7.3.4",
						.boot_id = "b",
						.page_size = 4096,
						.nr_nodes = 3,
						.nodes = nodes,
						.nr_pmus = 2,
						.pmus = pmus};

static struct dt_damon_features features;
static struct dt_damon_node tree;
static struct dt_warnings notes;
static struct dt_error error;
static int32_t pid;

static int set_up(void **state)
{
	(void)state;
	features = (struct dt_damon_features){.split_filters = true};
	notes = (struct dt_warnings){0};
	pid = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dt_damon_node_clear(&tree);
	return 0;
}

static int convert(struct dt_config *config, int ret)
{
	dt_damon_node_clear(&tree);
	if (!ret)
		ret = dt_config_tree(config, &machine, &features, pid, &tree, &notes, &error);
	dt_config_free(config);
	return ret;
}

static int parse(const char *text)
{
	struct dt_config *config;
	const int ret = dt_config_open_text(&config, "test", text, strlen(text), &error);

	return convert(config, ret);
}

static void read_file(const char *path)
{
	struct dt_config *config;
	const int ret = dt_config_open(&config, path, &error);

	if (convert(config, ret))
		fail_msg("%s", error.message);
}

/* NULL: the file is not to be written. */
static void expect(const char *path, const char *value)
{
	const char *text = dt_damon_node_text(&tree, "%s", path);

	if (value ? !text || strcmp(text, value) != 0 : text != NULL)
		fail_msg("%s: %s, not %s", path, text ? text : "nothing",
			 value ? value : "nothing");
}

static void test_damo_json(void **state)
{
	(void)state;
	read_file("tests/fixtures/damo-paddr.json");
	expect("nr_kdamonds", "1");
	expect("0/contexts/nr_contexts", "1");
	expect(CONTEXT "operations", "paddr");
	expect(CONTEXT "addr_unit", NULL);
	expect(CONTEXT "monitoring_attrs/intervals/sample_us", "5000");
	expect(CONTEXT "monitoring_attrs/intervals/aggr_us", "100000");
	expect(CONTEXT "monitoring_attrs/intervals/update_us", "1000000");
	/* nothing but what a new file holds: kernels without it need not refuse */
	expect(CONTEXT "monitoring_attrs/intervals/intervals_goal/aggrs", NULL);
	expect(CONTEXT "monitoring_attrs/nr_regions/max", "1000");
	expect(CONTEXT "targets/0/pid_target", NULL);
	expect(CONTEXT "targets/0/regions/0/start", "4096");
	expect(CONTEXT "targets/0/regions/0/end", "1073741824");
	expect(SCHEME "action", "migrate_hot");
	expect(SCHEME "target_nid", "0");
	expect(SCHEME "access_pattern/sz/max", "18446744073709551615");
	/* 5 % of 100 ms / 5 ms */
	expect(SCHEME "access_pattern/nr_accesses/min", "1");
	expect(SCHEME "access_pattern/nr_accesses/max", "4294967295");
	expect(SCHEME "access_pattern/age/max", "4294967295");
	expect(SCHEME "quotas/bytes", "67108864");
	expect(SCHEME "quotas/ms", NULL);
	expect(SCHEME "quotas/reset_interval_ms", "1000");
	expect(SCHEME "quotas/weights/age_permil", "1000");
	expect(SCHEME "quotas/goals/nr_goals", "1");
	expect(SCHEME "quotas/goals/0/target_metric", "node_mem_used_bp");
	expect(SCHEME "quotas/goals/0/target_value", "50");
	expect(SCHEME "ops_filters/nr_filters", "1");
	expect(SCHEME "ops_filters/0/type", "anon");
	expect(SCHEME "ops_filters/0/matching", "Y");
	expect(SCHEME "ops_filters/0/allow", "Y");
	expect(SCHEME "core_filters/0/type", "addr");
	expect(SCHEME "core_filters/0/allow", NULL);
	expect(SCHEME "core_filters/0/addr_start", "4096");
	expect(SCHEME "core_filters/0/addr_end", "8192");
	expect(SCHEME "filters/nr_filters", NULL);
	assert_int_equal(notes.count, 0);
}

static void test_damo_yaml(void **state)
{
	(void)state;
	features.split_filters = false;
	read_file("tests/fixtures/damo-vaddr.yaml");
	expect(CONTEXT "operations", "vaddr");
	expect(CONTEXT "targets/0/pid_target", "4242");
	expect(CONTEXT "monitoring_attrs/intervals/intervals_goal/access_bp", "400");
	expect(CONTEXT "monitoring_attrs/intervals/intervals_goal/aggrs", "3");
	expect(CONTEXT "monitoring_attrs/intervals/intervals_goal/max_sample_us", "10000000");
	expect(SCHEME "action", "pageout");
	expect(SCHEME "access_pattern/nr_accesses/max", "0");
	/* 2 m of 100 ms */
	expect(SCHEME "access_pattern/age/min", "1200");
	expect(SCHEME "quotas/ms", "10");
	expect(SCHEME "quotas/bytes", "1073741824");
	expect(SCHEME "quotas/goals/0/target_metric", "some_mem_psi_us");
	expect(SCHEME "quotas/goals/0/target_value", "10000");
	expect(SCHEME "quotas/goals/0/nid", NULL);
	expect(SCHEME "quotas/weights/nr_accesses_permil", "300");
	expect(SCHEME "watermarks/metric", "free_mem_rate");
	expect(SCHEME "watermarks/interval_us", "5000000");
	expect(SCHEME "watermarks/high", "500");
	/* one list, as kernels before 6.15 have it */
	expect(SCHEME "filters/nr_filters", "2");
	expect(SCHEME "filters/0/memcg_path", "/cold");
	expect(SCHEME "filters/1/type", "hugepage_size");
	expect(SCHEME "filters/1/min", "2097152");
	expect(SCHEME "filters/1/max", "1073741824");
	expect(SCHEME "core_filters/nr_filters", NULL);
}

/* The kernel's default pattern matches nothing, damo's everything. */
static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("kdamonds: [{contexts: [{ops: paddr, targets: [{regions: []}], "
			       "schemes: [{action: stat}]}]}]"),
			 0);
	expect(SCHEME "access_pattern/sz/max", "18446744073709551615");
	expect(SCHEME "access_pattern/nr_accesses/max", "4294967295");
	expect(SCHEME "access_pattern/age/max", "4294967295");
	expect(CONTEXT "monitoring_attrs/intervals/update_us", "1000000");
}

static void test_nodes(void **state)
{
	(void)state;
	read_file("share/pull-push.yaml");
	/* the scrap below 1 MiB is left out, the hole of the PCI bus is too large to be joined */
	expect(CONTEXT "targets/0/regions/nr_regions", "3");
	expect(CONTEXT "targets/0/regions/0/start", "1048576");
	expect(CONTEXT "targets/0/regions/0/end", "2147483648");
	expect(CONTEXT "targets/0/regions/1/start", "4294967296");
	expect(CONTEXT "targets/0/regions/2/start", "6442450944");
	expect(CONTEXT "targets/0/regions/2/end", "10737418240");
	/* PULL takes from node 1, PUSH from node 0 */
	expect(SCHEME "core_filters/nr_filters", "1");
	expect(SCHEME "core_filters/0/addr_start", "6442450944");
	expect(CONTEXT "schemes/1/core_filters/nr_filters", "2");
	expect(CONTEXT "schemes/1/core_filters/0/addr_start", "1048576");
	expect(CONTEXT "schemes/1/core_filters/1/addr_end", "6442450944");
	expect(SCHEME "quotas/goals/0/target_value", "6000");
	expect(CONTEXT "schemes/1/quotas/goals/0/target_value", "4000");
	expect(CONTEXT "schemes/1/quotas/goals/0/nid", "1");
}

#define EVENTS	   CONTEXT "monitoring_attrs/sample/perf_events/"
#define PRIMITIVES CONTEXT "monitoring_attrs/sample/primitives/perf_events/"
#define PROBE	   CONTEXT "monitoring_attrs/probes/"

static void test_samplings(void **state)
{
	(void)state;
	features.sampling = DT_SAMPLING_PERF_EVENTS;
	read_file("share/ibs-pull-push.yaml");
	expect(EVENTS "nr_perf_events", "1");
	expect(EVENTS "0/type", "11");
	expect(EVENTS "0/sample_freq", "4000");
	expect(EVENTS "0/sample_phys_addr", "1");
	expect(EVENTS "0/exclude_kernel", "0");
	expect(EVENTS "0/exclude_hv", "0");
	assert_int_equal(notes.count, 0);

	features.sampling = DT_SAMPLING_PRIMITIVES;
	read_file("share/ibs-pull-push.yaml");
	expect(PRIMITIVES "type", "11");
	expect(PRIMITIVES "sample_freq", "4000");
	expect(PRIMITIVES "exclude_hv", NULL);
	expect(EVENTS "nr_perf_events", NULL);

	features.sampling = DT_SAMPLING_PROBE_FILTERS;
	read_file("share/ibs-pull-push.yaml");
	expect(PROBE "nr_probes", "1");
	expect(PROBE "0/weight", "1");
	expect(PROBE "0/filters/nr_filters", "1");
	expect(PROBE "0/filters/0/type", "perf_event");
	expect(PROBE "0/filters/0/perf_event_type", "ibs_op");
	expect(PROBE "0/filters/0/allow", "Y");

	features.sampling = DT_SAMPLING_PROBE_PREPS;
	read_file("share/ibs-pull-push.yaml");
	expect(PROBE "0/preps/nr_preps", "1");
	expect(PROBE "0/preps/0/prep_action", "perf_event");
	expect(PROBE "0/preps/0/sample_freq", "4000");
	assert_int_equal(notes.count, 0);

	features.sampling = DT_SAMPLING_ACCESSED_BIT;
	read_file("share/ibs-pull-push.yaml");
	expect(EVENTS "nr_perf_events", NULL);
	expect(PROBE "nr_probes", NULL);
	assert_int_equal(notes.count, 1);
	assert_non_null(strstr(notes.kept[0].text, "accessed bit"));
}

/* Whichever stands first, the configuration's own probes keep their numbers. */
static void test_probes_beside(void **state)
{
	(void)state;
	features.sampling = DT_SAMPLING_PROBE_PREPS;
	assert_int_equal(parse("kdamonds: [{contexts: [{ops: paddr, perf_events: [{pmu: ibs_op}], "
			       "probes: [{weight: 2, filters: [{filter_type: anon, allow: true}]}],"
			       " targets: [{regions: []}]}]}]"),
			 0);
	expect(PROBE "nr_probes", "2");
	expect(PROBE "0/weight", "2");
	expect(PROBE "0/filters/0/type", "anon");
	expect(PROBE "1/preps/0/type", "11");
}

static void test_weighted(void **state)
{
	(void)state;
	pid = 42;
	features.sampling = DT_SAMPLING_PERF_EVENTS;
	read_file("share/pebs-weighted.yaml");
	expect(CONTEXT "targets/0/pid_target", "42");
	expect(EVENTS "0/type", "4");
	expect(EVENTS "0/config", "8401");
	expect(SCHEME "dests/nr_dests", "2");
	expect(SCHEME "dests/0/id", NULL);
	expect(SCHEME "dests/0/weight", "3");
	expect(SCHEME "dests/1/id", "1");
	expect(SCHEME "dests/1/weight", "1");
}

static void expect_mistake(const char *text, const char *place, const char *message,
			   const char *hint)
{
	error = (struct dt_error){{0}, {0}};
	if (!parse(text))
		fail_msg("taken: %s", text);
	if (strncmp(error.message, place, strlen(place)) != 0 || !strstr(error.message, message) ||
	    !strstr(error.hint, hint))
		fail_msg("%s\n  hint: %s\nof: %s", error.message, error.hint, text);
}

#define ONE(context) "kdamonds:\n- contexts:\n  - ops: paddr\n    " context "\n"
#define GOAL(goal)   ONE("schemes: [{quotas: {goals: [" goal "]}}]")

static void test_mistakes(void **state)
{
	(void)state;
	expect_mistake("", "test: ", "empty", "");
	expect_mistake("[]", "test:1:1: ", "must be a map", "");
	expect_mistake("{}", "test:1:1: ", "no kdamonds", "share/");
	expect_mistake("kdamonds: []", "test:1:1: ", "no kdamonds", "");
	expect_mistake("kdamond: []", "test:1:1: ", "unknown key \"kdamond\"", "kdamonds");
	expect_mistake("kdamonds:\n  - contexts: 5", "test:2:15: ", "must be a list", "");
	expect_mistake("kdamonds: [", "test:2:1: ", "", "YAML or JSON");
	expect_mistake("{\"kdamonds\": [}", "test:1:15: ", "", "");
	expect_mistake("a: 1\na: 2", "test:2:1: ", "twice", "");
	expect_mistake("--- {}\n--- {}", "test:2:5: ", "second document", "");
	expect_mistake("kdamonds: [{contexts: [{targets: []}]}]", "test:1:24: ", "no \"ops\"", "");
	expect_mistake(ONE("intervals: {sample_us: fast}"), "test:4:28: ", "\"fast\" is not a time",
		       "");
	expect_mistake(ONE("intervals: {sample_us: 1 s, aggr_us: 5 ms}"),
		       "test:3:5: ", "aggregation interval", "");
	expect_mistake(ONE("nr_regions: {min: 10abc}"), "test:4:23: ", "\"10abc\"", "");
	expect_mistake(ONE("nr_region: {min: 10}"), "test:4:5: ", "unknown key \"nr_region\"",
		       "nr_regions");
	expect_mistake(ONE("targets: [{nodes: [7]}]"), "test:4:24: ", "no node 7",
		       "nodes with memory: 0 1");
	expect_mistake(ONE("targets: [{nodes: [2]}]"), "test:4:24: ", "has no memory", "");
	expect_mistake(ONE("targets: [{nodes: [1, 1]}]"), "test:4:23: ", "twice", "");
	expect_mistake("kdamonds: [{contexts: [{ops: vaddr, targets: [{pid: null}]}]}]",
		       "test:1:53: ", "names no process", "--pid");
	expect_mistake("kdamonds: [{contexts: [{ops: vaddr, targets: [{pid: 0}]}]}]",
		       "test:1:53: ", "no process", "");
	expect_mistake(GOAL("{metric: node_eligible_mem_bp}"), "test:4:33: ", "no \"target_value\"",
		       "");
	expect_mistake(GOAL("{metric: node_eligible_mem_bp, target_value: 0 %}"),
		       "test:4:78: ", "target_value of 0", "divide");
	expect_mistake(GOAL("{metric: node_eligible_mem_bp, target_value: 100 %}"),
		       "test:4:78: ", "above 9999", "");
	expect_mistake(ONE("schemes: [{filters: [{type: anon}]}]"),
		       "test:4:27: ", "unknown key \"type\"", "filter_type");
	expect_mistake(ONE("schemes: [{filters: [{filter_type: anon, node: 1}]}]"),
		       "test:4:52: ", "type addr", "");
	expect_mistake(ONE("schemes: [{access_pattern: {nr_accesses: {min: many}}}]"),
		       "test:4:52: ", "\"many\"", "");
	expect_mistake(ONE("perf_events: [{sample_freq: 5}]"), "test:4:19: ", "neither \"pmu\"",
		       "");
	expect_mistake(ONE("perf_events: [{pmu: ibs_op, freqency: 5}]"),
		       "test:4:33: ", "unknown key \"freqency\"", "sample_freq");
}

/* An alias of an alias of ...: ten levels of ten would be 10^10 values. */
static void test_endless(void **state)
{
	char text[1024] = "x0: &x0 [1]\n";
	char line[128];

	(void)state;
	for (int i = 1; i <= 10; i++) {
		(void)snprintf(line, sizeof(line),
			       "x%d: &x%d [*x%d, *x%d, *x%d, *x%d, *x%d, *x%d, *x%d, *x%d]\n", i, i,
			       i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
		(void)strncat(text, line, sizeof(text) - strlen(text) - 1);
	}
	expect_mistake(text, "test:", "too many values", "");
	expect_mistake("x: &x [*x]", "test:", "", "");
}

static void test_pull_push(void **state)
{
	struct dt_pull_push options;
	struct dt_config *config;
	char *text;
	int ret;

	(void)state;
	assert_int_equal(dt_pull_push_parse(&options,
					    "near=0,far=1,target=60.5%,quota=8M,"
					    "tuner=consist,window=200ms,regions=50-500",
					    &error),
			 0);
	assert_int_equal(options.target_bp, 6050);
	assert_int_equal(dt_pull_push_text(&options, &machine, true, &text, &error), 0);
	ret = dt_config_open_text(&config, "--pull-push", text, strlen(text), &error);
	free(text);
	if (convert(config, ret))
		fail_msg("%s", error.message);
	expect(SCHEME "quotas/goals/0/target_value", "6050");
	expect(CONTEXT "schemes/1/quotas/goals/0/target_value", "3950");
	expect(SCHEME "quotas/bytes", "8388608");
	expect(SCHEME "quotas/reset_interval_ms", "200");
	/* what a new file holds anyway */
	expect(SCHEME "quotas/goal_tuner", NULL);
	expect(CONTEXT "monitoring_attrs/nr_regions/min", "50");
	assert_int_equal(notes.count, 0);
}

static void test_pull_push_mistakes(void **state)
{
	static const char *const cases[][2] = {
		{"near=0,far=1", "near, far and target"},
		{"near=0,far=0,target=60%", "same node"},
		{"near=0,far=1,target=0", "between 0.01% and 99.99%"},
		{"near=0,far=1,target=100%", "between 0.01% and 99.99%"},
		{"near=0,far=1,target=10000", "between 0.01% and 99.99%"},
		{"near=0,far=1,target=most", "\"most\""},
		{"near=0,far=1,target=60%,tuner=best", "temporal or consist"},
		{"near=0,far=1,target=60%,quota=0", "quota"},
		{"near=0,far=1,target=60%,regions=1-5", "regions"},
		{"near=0,far=1,target=60%,sample=1s", "aggr is shorter"},
		{"near=0,far=1,target=60%,speed=1", "speed"},
		{"near", "KEY=VALUE"},
		{"near=-1,far=1,target=60%", "number of a node"},
	};
	struct dt_pull_push options;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_not_equal(dt_pull_push_parse(&options, cases[i][0], &error), 0);
		if (!strstr(error.message, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], error.message);
	}
	assert_int_equal(dt_pull_push_parse(&options, "near=0,far=2,target=60%", &error), 0);
	assert_int_not_equal(dt_pull_push_text(&options, &machine, true, &text, &error), 0);
	assert_non_null(strstr(error.message, "node 2 has no memory"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_damo_json), TEST(test_damo_yaml),	     TEST(test_defaults),
		TEST(test_nodes),     TEST(test_samplings),	     TEST(test_probes_beside),
		TEST(test_weighted),  TEST(test_mistakes),	     TEST(test_endless),
		TEST(test_pull_push), TEST(test_pull_push_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
