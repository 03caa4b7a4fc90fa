/* SPDX-License-Identifier: GPL-2.0-only */
/* PMUs and their fields, the best event of several machines, and DAMON as another user of IBS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/event_choose.h"
#include "collector/event_name.h"
#include "collector/nearest.h"
#include "tests/unit/sysfs_tree.h"

#define AMD "tests/fixtures/sysfs-amd"

static void test_best(void **state)
{
	static const struct {
		const char *sysfs, *best;
		size_t nr;
	} machines[] = {
		{"tests/fixtures/sysfs-intel", "{cpu/mem-loads-aux/,cpu/mem-loads,ldlat=30/}:P", 2},
		{"tests/fixtures/sysfs-hybrid",
		 "cpu_atom/mem-loads,ldlat=30/P,"
		 "{cpu_core/mem-loads-aux/,cpu_core/mem-loads,ldlat=30/}:P",
		 2},
		{AMD, "ibs_op/cnt_ctl=1/", 2},
		{"tests/fixtures/sysfs-vm", "page-faults", 1},
		{"/nonexistent", "page-faults", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		const struct dt_roots roots = {.sysfs = machines[i].sysfs, .proc = "/nonexistent"};
		struct dt_event_choice choices[DT_CHOICES_MAX];
		struct dt_error error;

		assert_int_equal(dt_event_choices(&roots, choices), machines[i].nr);
		assert_string_equal(choices[0].name, machines[i].best);
		assert_string_equal(choices[machines[i].nr - 1].name, "page-faults");
		for (size_t k = 0; k < machines[i].nr; k++) {
			struct dt_sampled_events *events = calloc(1, sizeof(*events));

			assert_non_null(events);
			assert_int_equal(dt_sampled_parse(events, &roots, choices[k].name, &error),
					 0);
			free(events);
		}
	}
}

/* An Intel processor whose PMU has no load latency. */
static void test_l3_miss(void **state)
{
	const struct dt_roots roots = {.sysfs = sysfs_tree_root(), .proc = sysfs_tree_root()};
	struct dt_event_choice choices[DT_CHOICES_MAX];

	(void)state;
	sysfs_tree_put("bus/event_source/devices/cpu/type", "4");
	sysfs_tree_put("bus/event_source/devices/cpu/format/event", "config:0-7");
	sysfs_tree_put("bus/event_source/devices/cpu/format/umask", "config:8-15");
	sysfs_tree_put("cpuinfo", "processor\t: 0\nvendor_id\t: AuthenticAMD");
	assert_int_equal(dt_event_choices(&roots, choices), 1);
	sysfs_tree_put("cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel");
	assert_int_equal(dt_event_choices(&roots, choices), 2);
	assert_string_equal(choices[0].name,
			    "cpu/event=0xd1,umask=0x20,name=MEM_LOAD_RETIRED.L3_MISS/P");
	/* not precise: it would have no addresses */
	sysfs_tree_put("bus/event_source/devices/cpu/caps/max_precise", "0");
	assert_int_equal(dt_event_choices(&roots, choices), 1);
}

#define KDAMONDS "kernel/mm/damon/admin/kdamonds/"
#define ATTRS	 KDAMONDS "1/contexts/0/monitoring_attrs/"

/* Each layout that DAMON has had for it: the file and what it says. */
static const struct {
	const char *path, *text;
	bool held;
} layouts[] = {
	{ATTRS "sample/perf_events/0/type", "11", true},
	{ATTRS "sample/perf_events/0/type", "4", false},
	{ATTRS "sample/primitives/perf_events/0/type", "11", true},
	{ATTRS "probes/0/filters/0/perf_event_type", "ibs_op", true},
	{ATTRS "probes/0/filters/0/perf_event_type", "cpu", false},
	{ATTRS "probes/0/preps/0/type", "11", true},
	/* another kind of filter with a number of its own */
	{ATTRS "probes/0/filters/0/type", "11", false},
	{KDAMONDS "1/contexts/0/schemes/0/perf_events/0/type", "11", false},
};

static void test_ibs_held(void **state)
{
	const struct dt_roots roots = {.sysfs = sysfs_tree_root()};
	char who[128];

	(void)state;
	sysfs_tree_put("bus/event_source/devices/ibs_op/type", "11");
	sysfs_tree_put(KDAMONDS "nr_kdamonds", "2");
	sysfs_tree_put(KDAMONDS "0/state", "on");
	sysfs_tree_put(KDAMONDS "1/state", "on");
	assert_false(dt_ibs_held(&roots, who, sizeof(who)));
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		sysfs_tree_put(layouts[i].path, layouts[i].text);
		if (dt_ibs_held(&roots, who, sizeof(who)) != layouts[i].held)
			fail_msg("%s: %s", layouts[i].path, layouts[i].text);
		if (layouts[i].held)
			assert_non_null(strstr(who, "kdamond 1"));
		/* one that is off holds nothing */
		sysfs_tree_put(KDAMONDS "1/state", "off");
		assert_false(dt_ibs_held(&roots, who, sizeof(who)));
		sysfs_tree_put(KDAMONDS "1/state", "on");
		sysfs_tree_put(layouts[i].path, "0");
	}
}

static void test_fields(void **state)
{
	const struct dt_roots roots = {.sysfs = sysfs_tree_root()};
	struct dt_pmu_field field;
	struct dt_pmu pmu;
	uint64_t word = 0xf0;

	(void)state;
	sysfs_tree_put("bus/event_source/devices/x/type", "77");
	sysfs_tree_put("bus/event_source/devices/x/cpumask", "0,8");
	sysfs_tree_put("bus/event_source/devices/x/format/split", "config1:0-3,8,12-13");
	sysfs_tree_put("bus/event_source/devices/x/format/all", "config2:0-63");
	sysfs_tree_put("bus/event_source/devices/x/format/bad", "config:3-1");
	sysfs_tree_put("bus/event_source/devices/x/format/wide", "config:0-64");
	sysfs_tree_put("bus/event_source/devices/x/format/none", "attr:0-4");
	sysfs_tree_put("bus/event_source/devices/y/type", "7x");
	assert_int_equal(dt_pmu_open(&pmu, &roots, "y"), -EINVAL);
	assert_int_equal(dt_pmu_open(&pmu, &roots, "z"), -ENOENT);
	assert_int_equal(dt_pmu_open(&pmu, &roots, "x"), 0);
	assert_int_equal(pmu.type, 77);
	assert_string_equal(pmu.cpus, "0,8");
	assert_int_equal(pmu.max_precise, -1);
	assert_int_equal(dt_pmu_field(&pmu, "split", &field), 0);
	assert_int_equal(field.word, 1);
	assert_int_equal(field.mask, 0x310f);
	/* the bits of the value go up through the ranges, other bits stay */
	assert_int_equal(dt_pmu_deposit(&field, 0x55, &word), 0);
	assert_int_equal(word, 0x20f0 | 0x05 | 0x100);
	assert_int_equal(dt_pmu_deposit(&field, 0x80, &word), -ERANGE);
	assert_int_equal(dt_pmu_field(&pmu, "all", &field), 0);
	assert_int_equal(field.mask, UINT64_MAX);
	assert_int_equal(dt_pmu_deposit(&field, UINT64_MAX, &word), 0);
	assert_int_equal(dt_pmu_field(&pmu, "bad", &field), -EINVAL);
	assert_int_equal(dt_pmu_field(&pmu, "wide", &field), -EINVAL);
	assert_int_equal(dt_pmu_field(&pmu, "none", &field), -EINVAL);
	assert_int_equal(dt_pmu_field(&pmu, "../type", &field), -ENOENT);
}

static void test_nearest(void **state)
{
	static const char *const names[] = {"mem-stores", "mem-loads", "mem-loads-aux", "topdown",
					    "mem-loads"};
	struct dt_nearest nearest;
	char text[128];

	(void)state;
	dt_nearest_begin(&nearest, "mem-laods", 9);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		dt_nearest_offer(&nearest, names[i]);
	assert_string_equal(dt_nearest_text(&nearest, text, sizeof(text)),
			    "did you mean mem-loads?");
	dt_nearest_begin(&nearest, "mem-loads", 5);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		dt_nearest_offer(&nearest, names[i]);
	assert_string_equal(dt_nearest_text(&nearest, text, sizeof(text)),
			    "did you mean mem-loads or mem-loads-aux?");
	dt_nearest_begin(&nearest, "zzz", 3);
	dt_nearest_offer(&nearest, "topdown");
	assert_string_equal(dt_nearest_text(&nearest, text, sizeof(text)), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_best),
		cmocka_unit_test_setup_teardown(test_l3_miss, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test_setup_teardown(test_ibs_held, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test_setup_teardown(test_fields, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
