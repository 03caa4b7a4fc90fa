/* SPDX-License-Identifier: GPL-2.0-only */
/* See tune_world.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "damon-trace/setup.h"
#include "tests/unit/sysfs_tree.h"
#include "tests/unit/tune_world.h"

static struct dt_host_range ranges[][1] = {{{0x100000, 0x40000000}}, {{0x40000000, 0x80000000}}};
static const struct dt_host_node_facts nodes[] = {
	{.nid = 0, .mem_total_kb = 1 << 20, .nr_ranges = 1, .ranges = ranges[0]},
	{.nid = 1, .mem_total_kb = 1 << 20, .nr_ranges = 1, .ranges = ranges[1]},
};
static const struct dt_setup_machine machine = {.release = "7.3.4",
						.boot_id = "this boot",
						.page_size = 4096,
						.nr_nodes = 2,
						.nodes = nodes};

const char *tune_world_path(unsigned scheme)
{
	return scheme ? "0/contexts/0/schemes/1/quotas/goals/0/target_value"
		      : "0/contexts/0/schemes/0/quotas/goals/0/target_value";
}

static void set_up_pull_push(struct tune_world *world)
{
	struct dt_setup setup = {.sysfs = &world->sysfs,
				 .sys = sysfs_tree_root(),
				 .machine = &machine,
				 .directory = world->state,
				 .origin = "a test"};
	struct dt_state state = {.phase = DT_STATE_BEGUN};
	struct dt_config *config;
	struct dt_pull_push options;
	char *text;

	assert_int_equal(dt_pull_push_parse(&options, "near=0,far=1,target=60%", &world->error), 0);
	assert_int_equal(dt_pull_push_text(&options, &machine, true, &text, &world->error), 0);
	assert_int_equal(dt_config_open_text(&config, "text", text, strlen(text), &world->error),
			 0);
	free(text);
	setup.config = config;
	assert_int_equal(dt_setup_run(&setup, &state, &world->error), 0);
	dt_state_clear(&state);
	dt_config_free(config);
}

void tune_world_journal(struct tune_world *world)
{
	const struct dt_actuator_choice choice = {DT_ACTUATOR_GOALS, -1, -1};
	struct dt_damon_node tree = {0};

	dt_tune_journal_close(&world->journal);
	assert_int_equal(dt_damon_sysfs_read(&world->sysfs, &tree, &world->error), 0);
	assert_int_equal(dt_actuator_find(&world->actuator, &tree, &choice, &world->error), 0);
	dt_damon_node_clear(&tree);
	world->facts = (struct dt_tune_facts){.version = "0",
					      .boot_id = "this boot",
					      .clock = "mono",
					      .law = "step",
					      .actuator = &world->actuator};
	assert_int_equal(dt_tune_journal_open(&world->journal, world->state, true, &world->error),
			 0);
	assert_int_equal(dt_tune_journal_begin(&world->journal, &world->facts, &world->error), 0);
	dt_tune_record_begin(&world->record, &world->facts);
}

void tune_world_begin(struct tune_world *world)
{
	const struct dt_roots roots = {.sysfs = sysfs_tree_root()};

	memset(world, 0, sizeof(*world));
	assert_int_equal(fake_kernel_make(&world->kernel, sysfs_tree_root(), 703, FAKE_NO_SAMPLES),
			 0);
	assert_int_equal(
		dt_damon_sysfs_open(&world->sysfs, &roots, &world->kernel.files, &world->error), 0);
	world->sysfs.busy_ms = 50;
	(void)snprintf(world->state, sizeof(world->state), "%s/state", sysfs_tree_root());
	set_up_pull_push(world);
	tune_world_journal(world);
	world->kernel.nr_writes = 0;
}

void tune_world_end(struct tune_world *world)
{
	dt_tune_journal_close(&world->journal);
}

long tune_world_file(const struct tune_world *world, const char *path)
{
	char text[DT_DAMON_TEXT];
	struct dt_error error;

	if (dt_damon_sysfs_get(&world->sysfs, path, text, &error))
		return -1;
	return strtol(text, NULL, 10);
}

void tune_world_expect(const struct tune_world *world, long pull, long push)
{
	assert_int_equal(tune_world_file(world, tune_world_path(0)), pull);
	assert_int_equal(tune_world_file(world, tune_world_path(1)), push);
	assert_int_equal(fake_kernel_live_target(&world->kernel, 0, 0), pull);
	assert_int_equal(fake_kernel_live_target(&world->kernel, 0, 1), push);
}

void tune_world_foreign(struct tune_world *world, const char *path, const char *value)
{
	struct dt_damon_sysfs other = world->sysfs;

	other.stop = NULL;
	assert_int_equal(dt_damon_sysfs_put(&other, path, value, &world->error), 0);
	assert_int_equal(
		dt_damon_sysfs_command(&other, 0, "commit_schemes_quota_goals", &world->error), 0);
}

int tune_world_write(struct tune_world *world, uint32_t target)
{
	uint64_t values[DT_ACTUATOR_FILES];
	struct dt_damon_plan plan = {0};
	char number[32];
	int ret;

	dt_actuator_values(&world->actuator, target, values);
	for (size_t i = 0; i < world->actuator.nr; i++) {
		(void)snprintf(number, sizeof(number), "%" PRIu64, values[i]);
		assert_int_equal(dt_damon_plan_add(&plan, world->actuator.files[i].path, number),
				 0);
	}
	assert_int_equal(dt_tune_journal_intend(&world->journal, 1, target, values,
						world->actuator.nr, &world->error),
			 0);
	dt_tune_record_intend(&world->record, values, world->actuator.nr);
	ret = dt_damon_sysfs_transaction(&world->sysfs, &plan, 0, world->actuator.command,
					 &world->error);
	dt_damon_plan_clear(&plan);
	assert_int_equal(dt_tune_journal_wrote(&world->journal, 2, !ret, &world->error), 0);
	dt_tune_record_wrote(&world->record, !ret);
	return ret;
}
