/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * setup and stop: whatever goes wrong, at whichever write, DAMON is afterwards what it was before,
 * and what other programs started is left alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "damon-trace/setup.h"
#include "tests/tools/tree.h"
#include "tests/unit/fake_kernel.h"
#include "tests/unit/sysfs_tree.h"

static struct dt_host_range ranges[][1] = {{{0x100000, 0x40000000}}, {{0x40000000, 0x80000000}}};
static const struct dt_host_node_facts nodes[] = {
	{.nid = 0, .mem_total_kb = 1 << 20, .nr_ranges = 1, .ranges = ranges[0]},
	{.nid = 1, .mem_total_kb = 1 << 20, .nr_ranges = 1, .ranges = ranges[1]},
};
static const struct dt_setup_pmu pmus[] = {{"ibs_op", 11}};
static const struct dt_setup_machine machine = {.release = "7.3.4",
						.boot_id = "this boot",
						.page_size = 4096,
						.nr_nodes = 2,
						.nodes = nodes,
						.nr_pmus = 1,
						.pmus = pmus};

static struct fake_kernel kernel;
static struct dt_damon_sysfs sysfs;
static struct dt_setup setup;
static struct dt_config *config;
static struct dt_state record;
static struct dt_error error;
static struct dt_roots roots = DT_ROOTS_DEFAULT;
static char directory[512];
static volatile sig_atomic_t stop;

static void boot(unsigned version, enum fake_layout layout, int other)
{
	dt_tree_remove(sysfs_tree_root());
	assert_int_equal(fake_kernel_make(&kernel, sysfs_tree_root(), version, layout), 0);
	if (other >= 0)
		assert_int_equal(fake_kernel_other(&kernel, other), 0);
	roots.sysfs = sysfs_tree_root();
	assert_int_equal(dt_damon_sysfs_open(&sysfs, &roots, &kernel.files, &error), 0);
	sysfs.stop = &stop;
	sysfs.busy_ms = 20;
	stop = 0;
	setup.take_over = false;
	setup.notes = (struct dt_warnings){0};
}

/* As few writes as have one of each kind, for tests that repeat it for every write. */
static const char small[] = "kdamonds: [{refresh_ms: 1 s, contexts: [{ops: paddr, "
			    "targets: [{nodes: [0]}], perf_events: [{pmu: ibs_op}], "
			    "schemes: [{action: stat, quotas: {goals: "
			    "[{metric: node_eligible_mem_bp, target_value: 60 %}]}}]}]}]";

static int set_up(void **state)
{
	struct dt_pull_push options;
	char *text;
	int ret;

	if (sysfs_tree_set_up(state) ||
	    dt_pull_push_parse(&options, "near=0,far=1,target=60%", &error) ||
	    dt_pull_push_text(&options, &machine, false, &text, &error))
		return -1;
	ret = dt_config_open_text(&config, "text", text, strlen(text), &error);
	free(text);
	(void)snprintf(directory, sizeof(directory), "%s/state", sysfs_tree_root());
	setup = (struct dt_setup){.sysfs = &sysfs,
				  .sys = sysfs_tree_root(),
				  .machine = &machine,
				  .directory = directory,
				  .config = config,
				  .origin = "a test"};
	boot(703, FAKE_NO_SAMPLES, -1);
	return ret;
}

static int tear_down(void **state)
{
	dt_config_free(config);
	return sysfs_tree_tear_down(state);
}

static int run(void)
{
	const int ret = dt_setup_run(&setup, &record, &error);

	dt_state_clear(&record);
	return ret;
}

static bool has_record(void)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/setup.json", directory);
	return !access(path, F_OK);
}

static void expect_file(const char *path, const char *value)
{
	char text[DT_DAMON_TEXT];

	assert_int_equal(dt_damon_sysfs_get(&sysfs, path, text, &error), 0);
	assert_string_equal(text, value);
}

static void test_start_and_stop(void **state)
{
	size_t stopped;

	(void)state;
	if (run())
		fail_msg("%s", error.message);
	expect_file("0/state", "on");
	assert_int_equal(fake_kernel_live_target(&kernel, 0, 0), 6000);
	assert_int_equal(fake_kernel_live_target(&kernel, 0, 1), 4000);
	assert_int_equal(fake_kernel_live_nid(&kernel, 0, 1), 1);
	assert_int_equal(dt_state_read(&record, directory, &error), 0);
	assert_int_equal(record.phase, DT_STATE_RUNNING);
	assert_string_equal(record.origin, "a test");
	assert_int_equal(record.nr_kdamonds, 1);
	assert_true(dt_state_owns(&record, &machine, 0, 1000));
	assert_false(dt_state_owns(&record, &machine, 0, 1001));
	assert_false(dt_state_owns(&record, &machine, 1, 1000));
	assert_int_equal(record.before_writes.nr, 1);
	assert_true(record.writes.nr > 40);
	dt_state_clear(&record);

	assert_int_equal(dt_setup_stop(&setup, NULL, 0, &stopped, &error), 0);
	assert_int_equal(stopped, 1);
	expect_file("nr_kdamonds", "0");
	assert_false(has_record());
	assert_int_equal(dt_setup_stop(&setup, NULL, 0, &stopped, &error), 0);
	assert_int_equal(stopped, 0);
}

/* ---- one thing goes wrong at write number `at` ---- */

enum wrong { WRONG_REFUSED, WRONG_DIED, WRONG_SIGNAL };

static unsigned writes_left;

static void count_down(struct fake_kernel *fake, const char *path)
{
	(void)fake;
	(void)path;
	if (writes_left && !--writes_left)
		stop = 1;
}

/* Returns the result of setup. */
static int run_wrong(enum wrong wrong, unsigned at)
{
	int ret;

	switch (wrong) {
	case WRONG_REFUSED:
		kernel.fail_path = "";
		kernel.fail_errno = EINVAL;
		kernel.fail_after = at;
		kernel.fail_once = true;
		break;
	case WRONG_DIED:
		kernel.dies_after = at + 1;
		break;
	case WRONG_SIGNAL:
		writes_left = at + 1;
		kernel.on_write = count_down;
		break;
	}
	ret = run();
	kernel.fail_path = NULL;
	kernel.dies_after = 0;
	kernel.on_write = NULL;
	return ret;
}

static void expect_tree(const struct dt_damon_node *before)
{
	struct dt_damon_node after = {0};
	struct dt_damon_plan plan = {0};

	assert_int_equal(dt_damon_sysfs_read(&sysfs, &after, &error), 0);
	assert_int_equal(dt_damon_plan_make(&plan, before, &after, &error), 0);
	if (plan.nr)
		fail_msg("%s is not %s any more", plan.writes[0].path, plan.writes[0].value);
	/* nor is there more than before */
	assert_int_equal(before->nr, after.nr);
	dt_damon_plan_clear(&plan);
	dt_damon_node_clear(&after);
}

/*
 * At every write, or every `step`th. other: as for fake_kernel_other, -1: there is none. Returns at
 * which write nothing went wrong any more, because setup makes fewer.
 */
static unsigned go_wrong_everywhere(enum wrong wrong, int other, unsigned step)
{
	unsigned at;

	dt_config_free(config);
	assert_int_equal(dt_config_open_text(&config, "small", small, strlen(small), &error), 0);
	setup.config = config;

	for (at = 0;; at += step) {
		struct dt_damon_node before = {0};
		int ret;

		boot(703, FAKE_PERF_EVENTS, other);
		setup.take_over = other > 0;
		assert_int_equal(dt_damon_sysfs_read(&sysfs, &before, &error), 0);
		ret = run_wrong(wrong, at);
		stop = 0;
		if (!ret) {
			dt_damon_node_clear(&before);
			return at;
		}
		if (ret != (wrong == WRONG_SIGNAL ? -EINTR : -EINVAL))
			fail_msg("at %u: %d, %s", at, ret, error.message);
		if (strstr(error.hint, "not what it was"))
			fail_msg("at %u: %s", at, error.hint);
		expect_tree(&before);
		assert_false(has_record());
		if (other > 0)
			expect_file("0/state", "on");
		dt_damon_node_clear(&before);
	}
}

static void test_refused_everywhere(void **state)
{
	(void)state;
	assert_true(go_wrong_everywhere(WRONG_REFUSED, -1, 1) > 20);
	/* where something is set up and off, or runs and is taken over, there is more to put back
	 */
	assert_true(go_wrong_everywhere(WRONG_REFUSED, 0, 5) > 20);
	assert_true(go_wrong_everywhere(WRONG_REFUSED, 77, 5) > 20);
}

static void test_signal_everywhere(void **state)
{
	(void)state;
	assert_true(go_wrong_everywhere(WRONG_SIGNAL, -1, 2) > 20);
	assert_true(go_wrong_everywhere(WRONG_SIGNAL, 77, 5) > 20);
}

/* It runs before setup begins and dies on the way: setup goes on. */
static void test_death(void **state)
{
	(void)state;
	for (unsigned at = 0; at < 5; at++) {
		boot(703, FAKE_NO_SAMPLES, 77);
		setup.take_over = true;
		assert_int_equal(run_wrong(WRONG_DIED, at), 0);
		expect_file("0/state", "on");
	}
}

static void test_others_are_left_alone(void **state)
{
	const unsigned zero = 0, one = 1;
	size_t stopped;

	(void)state;
	boot(703, FAKE_NO_SAMPLES, 77);
	kernel.nr_writes = 0;
	assert_int_equal(run(), -EBUSY);
	assert_non_null(strstr(error.message, "kdamond 0 (pid 77)"));
	assert_non_null(strstr(error.hint, "--take-over"));
	assert_int_equal(dt_setup_stop(&setup, NULL, 0, &stopped, &error), 0);
	assert_int_equal(stopped, 0);
	assert_int_equal(dt_setup_stop(&setup, &zero, 1, &stopped, &error), -EBUSY);
	assert_int_equal(dt_setup_stop(&setup, &one, 1, &stopped, &error), -ENOENT);
	assert_int_equal(kernel.nr_writes, 0);
	expect_file("0/state", "on");

	setup.take_over = true;
	assert_int_equal(dt_setup_stop(&setup, &zero, 1, &stopped, &error), 0);
	assert_int_equal(stopped, 1);
	expect_file("0/state", "off");
	/* it is its owner's still */
	expect_file("nr_kdamonds", "1");
}

/* What was taken over gets its configuration back, and is told to be off. */
static void test_taken_over(void **state)
{
	size_t stopped;

	(void)state;
	boot(703, FAKE_NO_SAMPLES, 77);
	setup.take_over = true;
	assert_int_equal(run(), 0);
	assert_int_equal(dt_state_read(&record, directory, &error), 0);
	assert_int_equal(record.nr_before, 1);
	assert_int_equal(record.before[0].pid, 77);
	dt_state_clear(&record);
	/* a second setup still goes back to what the first found */
	setup.take_over = false;
	assert_int_equal(run(), 0);
	setup.notes = (struct dt_warnings){0};
	assert_int_equal(dt_setup_stop(&setup, NULL, 0, &stopped, &error), 0);
	assert_int_equal(stopped, 1);
	expect_file("nr_kdamonds", "1");
	expect_file("0/contexts/0/schemes/nr_schemes", "0");
	expect_file("0/state", "off");
	assert_int_equal(setup.notes.count, 1);
	assert_non_null(strstr(setup.notes.kept[0].text, "kdamond 0"));
}

/* A kdamond of ours that ended, and another one in its place. */
static void test_replaced_by_another(void **state)
{
	size_t stopped;

	(void)state;
	assert_int_equal(run(), 0);
	assert_int_equal(dt_damon_sysfs_command(&sysfs, 0, "off", &error), 0);
	assert_int_equal(fake_kernel_other(&kernel, 555), 0);
	assert_int_equal(dt_setup_stop(&setup, NULL, 0, &stopped, &error), 0);
	assert_int_equal(stopped, 0);
	expect_file("0/pid", "555");
	assert_int_equal(run(), -EBUSY);
	expect_file("0/pid", "555");
}

/* ---- hardware samples ---- */

static void test_samplings(void **state)
{
	static const struct {
		enum fake_layout layout;
		const char *path, *value;
	} cases[] = {
		{FAKE_PERF_EVENTS, "sample/perf_events/0/type", "11"},
		{FAKE_PRIMITIVES, "sample/primitives/perf_events/type", "11"},
		{FAKE_PROBE_FILTERS, "probes/0/filters/0/perf_event_type", "ibs_op"},
		{FAKE_PROBE_PREPS, "probes/0/preps/0/type", "11"},
	};
	char path[DT_DAMON_PATH];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		boot(703, cases[i].layout, -1);
		if (run())
			fail_msg("%s", error.message);
		(void)snprintf(path, sizeof(path), "0/contexts/0/monitoring_attrs/%s",
			       cases[i].path);
		expect_file(path, cases[i].value);
		assert_int_equal(setup.notes.count, 0);
	}
	/* a kernel with probes, but without samples: the probe that was tried is gone */
	boot(703, FAKE_NO_SAMPLES, -1);
	assert_int_equal(run(), 0);
	expect_file("0/contexts/0/monitoring_attrs/probes/nr_probes", "0");
	assert_int_equal(setup.notes.count, 1);
	assert_non_null(strstr(setup.notes.kept[0].text, "accessed bit"));
}

static void test_sampler_is_held(void **state)
{
	(void)state;
	boot(703, FAKE_PERF_EVENTS, -1);
	kernel.sampler_is_held = true;
	assert_int_equal(run(), -EBUSY);
	assert_non_null(strstr(error.message, "hardware sampler"));
	assert_non_null(strstr(error.hint, "accessed-bit"));
	expect_file("nr_kdamonds", "0");
	assert_false(has_record());
	setup.sampling_given = true;
	setup.sampling = DT_SAMPLING_ACCESSED_BIT;
	assert_int_equal(run(), 0);
	setup.sampling_given = false;
}

static void test_module_holds_damon(void **state)
{
	(void)state;
	sysfs_tree_put("module/damon_stat/parameters/enabled", "Y");
	kernel.fail_path = "0/state";
	kernel.fail_errno = EBUSY;
	assert_int_equal(run(), -EBUSY);
	assert_non_null(strstr(error.message, "damon_stat holds DAMON"));
	assert_non_null(strstr(error.hint, "echo N >"));
	expect_file("nr_kdamonds", "0");
}

static void test_busy_for_a_while(void **state)
{
	(void)state;
	sysfs.busy_ms = 60000;
	kernel.busy = 8;
	assert_int_equal(run(), 0);
	assert_int_equal(sysfs.retries, 8);
}

static void test_older_kernel(void **state)
{
	(void)state;
	boot(618, FAKE_NO_SAMPLES, -1);
	assert_int_equal(run(), -ENOENT);
	assert_non_null(strstr(error.message, "goal_tuner"));
	assert_non_null(strstr(error.hint, "Linux 7.1"));
	expect_file("nr_kdamonds", "0");
}

/* ---- the record ---- */

static void test_locked(void **state)
{
	int fd, second;

	(void)state;
	assert_int_equal(dt_state_lock(directory, "lock", &fd, &error), 0);
	assert_int_equal(dt_state_lock(directory, "lock", &second, &error), -EBUSY);
	assert_non_null(strstr(error.message, "pid "));
	assert_int_equal(run(), -EBUSY);
	(void)close(fd);
	assert_int_equal(run(), 0);
}

static void put_record(const char *text)
{
	char path[600];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/setup.json", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void test_damaged_record(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"{\"schema\":2}",
		"{\"schema\":1}",
		"{\"schema\":1,\"kdamonds\":[{\"kdamond\":-1}]}",
		"{\"schema\":1,\"kdamonds\":[],\"before\":{\"kdamonds\":[],\"writes\":[[\"../x\","
		"\"1\"]]},\"writes\":[]}",
		"{\"schema\":1,\"kdamonds\":[],\"before\":{\"kdamonds\":[],\"writes\":[[\"/x\","
		"\"1\"]]},\"writes\":[]}",
	};
	size_t stopped;

	(void)state;
	assert_int_equal(run(), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put_record(texts[i]);
		if (dt_setup_stop(&setup, NULL, 0, &stopped, &error) != -EINVAL)
			fail_msg("taken: %s", texts[i]);
		assert_non_null(strstr(error.message, "damaged"));
		assert_non_null(strstr(error.hint, "--take-over"));
	}
	expect_file("0/state", "on");
}

static void test_another_boot(void **state)
{
	const struct dt_setup_machine *this = setup.machine;
	struct dt_setup_machine later = machine;
	size_t stopped;

	(void)state;
	assert_int_equal(run(), 0);
	later.boot_id = "a later boot";
	setup.machine = &later;
	assert_int_equal(dt_setup_stop(&setup, NULL, 0, &stopped, &error), 0);
	assert_int_equal(stopped, 0);
	assert_int_equal(run(), -EBUSY);
	setup.machine = this;
}

static void test_plan_writes_nothing(void **state)
{
	struct dt_damon_plan plan = {0};

	(void)state;
	kernel.nr_writes = 0;
	assert_int_equal(dt_setup_plan(&setup, &plan, &error), 0);
	assert_int_equal(kernel.nr_writes, 0);
	assert_string_equal(plan.writes[0].path, "nr_kdamonds");
	assert_string_equal(plan.writes[plan.nr - 1].path, "0/state");
	assert_string_equal(plan.writes[plan.nr - 1].value, "on");
	dt_damon_plan_clear(&plan);
	assert_false(has_record());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_start_and_stop),
		TEST(test_refused_everywhere),
		TEST(test_signal_everywhere),
		TEST(test_death),
		TEST(test_others_are_left_alone),
		TEST(test_taken_over),
		TEST(test_replaced_by_another),
		TEST(test_samplings),
		TEST(test_sampler_is_held),
		TEST(test_module_holds_damon),
		TEST(test_busy_for_a_while),
		TEST(test_older_kernel),
		TEST(test_locked),
		TEST(test_damaged_record),
		TEST(test_another_boot),
		TEST(test_plan_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
