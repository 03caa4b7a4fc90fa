/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The facts of a machine out of trees of our own, and host.json: what is written is what is read
 * back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <zlib.h>

#include "collector/host.h"
#include "damon-trace/host_context.h"
#include "tests/tools/tree.h"

static char directory[] = "/tmp/test_host-XXXXXX";
static char tracefs[64], sysfs[64], proc[64];
static const struct dt_roots roots = {tracefs, sysfs, proc};

static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void unpack(const char *tree)
{
	char path[128];

	dt_tree_remove(directory);
	(void)snprintf(path, sizeof(path), "tests/fixtures/%s.tree", tree);
	assert_int_equal(dt_tree_unpack(path, directory), 0);
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(directory + sizeof(directory) - 7, 7, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(tracefs, sizeof(tracefs), "%s/tracefs", directory);
	(void)snprintf(sysfs, sizeof(sysfs), "%s/sys", directory);
	(void)snprintf(proc, sizeof(proc), "%s/proc", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dt_tree_remove(directory);
	return 0;
}

static void expect_range(const struct dt_host_node *node, size_t i, uint64_t start, uint64_t end)
{
	assert_true(i < node->nr_ranges);
	assert_int_equal(node->ranges[i].start, start);
	assert_int_equal(node->ranges[i].end, end);
}

static void test_names(void **state)
{
	struct dt_error error;
	struct dt_host host;

	(void)state;
	unpack("host-cxl");
	assert_int_equal(dt_host_read(&host, &roots, &error), 0);
	assert_string_equal(host.hostname, "tiers");
	assert_string_equal(host.release, "7.3.0-fixture");
	assert_string_equal(host.version, "#1 SMP PREEMPT_DYNAMIC fixture");
	assert_string_equal(host.arch, "x86_64");
	assert_string_equal(host.cpu_model, "AMD EPYC 9755 128-Core Processor");
	assert_string_equal(host.cpu_id, "AuthenticAMD,26,2,1");
	assert_int_equal(host.cpus_online, 2);
	assert_int_equal(host.cpus_possible, 4);
	assert_int_equal(host.mem_total_kb, 12582912);
	assert_int_equal(host.page_size, sysconf(_SC_PAGESIZE));
	assert_int_equal(host.perf_event_paranoid, 2);
	assert_int_equal(host.perf_event_mlock_kb, 516);
	assert_int_equal(host.perf_event_max_sample_rate, 100000);
	dt_host_free(&host);
}

/* Blocks shared by nodes and blocks that are offline; memory below a CXL window. */
static void test_nodes(void **state)
{
	struct dt_error error;
	struct dt_host host;

	(void)state;
	unpack("host-cxl");
	assert_int_equal(dt_host_read(&host, &roots, &error), 0);
	assert_true(host.iomem_known);
	assert_int_equal(host.nr_nodes, 2);
	assert_true(host.nodes[0].has_cpus && host.nodes[0].has_memory);
	assert_string_equal(host.nodes[0].cpulist, "0-1");
	assert_int_equal(host.nodes[0].mem_total_kb, 4194304);
	assert_int_equal(host.nodes[0].mem_free_kb, 524288);
	assert_int_equal(host.nodes[0].nr_ranges, 3);
	expect_range(&host.nodes[0], 0, 0x1000, 0xa0000);
	expect_range(&host.nodes[0], 1, 0x100000, 0x80000000);
	expect_range(&host.nodes[0], 2, 0x100000000, 0x180000000);
	assert_int_equal(host.nodes[1].nid, 1);
	assert_false(host.nodes[1].has_cpus);
	assert_true(host.nodes[1].has_memory);
	assert_int_equal(host.nodes[1].nr_ranges, 1);
	expect_range(&host.nodes[1], 0, 0x180000000, 0x280000000);
	dt_host_free(&host);
}

/* Without blocks the zones tell; zeros of /proc/iomem narrow nothing. */
static void test_nodes_without_root(void **state)
{
	struct dt_error error;
	struct dt_host host;

	(void)state;
	unpack("host-vm");
	assert_int_equal(dt_host_read(&host, &roots, &error), 0);
	assert_false(host.iomem_known);
	assert_int_equal(host.nr_nodes, 1);
	assert_int_equal(host.nodes[0].nr_ranges, 1);
	expect_range(&host.nodes[0], 0, 0x1000, 0x80000000);
	dt_host_free(&host);
}

static void test_pmus(void **state)
{
	struct dt_error error;
	struct dt_host host;
	unsigned memory = 0;

	(void)state;
	unpack("host-cxl");
	assert_int_equal(dt_host_read(&host, &roots, &error), 0);
	assert_int_equal(host.nr_pmus, 3);
	for (size_t i = 0; i < host.nr_pmus; i++) {
		memory += host.pmus[i].memory;
		if (!strcmp(host.pmus[i].name, "ibs_op")) {
			assert_true(host.pmus[i].memory);
			assert_int_equal(host.pmus[i].type, 11);
		}
	}
	assert_int_equal(memory, 1);
	dt_host_free(&host);
}

static bool has_line(const struct dt_host *host, const char *line)
{
	const char *found = strstr(host->config, line);

	return found && (found == host->config || found[-1] == '\n') && found[strlen(line)] == '\n';
}

static void test_config(void **state)
{
	static const char text[] = "CONFIG_DAMON=y\nCONFIG_DEBUG_INFO_BTF=y\n";
	struct dt_error error;
	struct dt_host host;
	gzFile file;

	(void)state;
	unpack("host-cxl");
	assert_int_equal(dt_host_read(&host, &roots, &error), 0);
	assert_true(has_line(&host, "CONFIG_DAMON=y"));
	assert_true(has_line(&host, "CONFIG_DAMON_RECLAIM=n"));
	assert_true(has_line(&host, "CONFIG_FPROBE_EVENTS=y"));
	assert_true(has_line(&host, "CONFIG_NUMA=y"));
	/* a name that only begins alike, and one of no interest */
	assert_null(strstr(host.config, "DAMNATION"));
	assert_null(strstr(host.config, "LOCALVERSION"));
	dt_host_free(&host);

	file = gzopen(path_of("proc/config.gz"), "wb");
	assert_non_null(file);
	assert_int_equal(gzwrite(file, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(gzclose(file), Z_OK);
	assert_int_equal(dt_host_read(&host, &roots, &error), 0);
	assert_string_equal(host.config, text);
	dt_host_free(&host);
}

/* A tree with nothing in it is a machine of which nothing is known. */
static void test_nothing(void **state)
{
	struct dt_error error;
	struct dt_host host;

	(void)state;
	assert_int_equal(dt_host_read(&host, &roots, &error), 0);
	assert_int_equal(host.nr_nodes, 0);
	assert_int_equal(host.nr_pmus, 0);
	assert_true(host.perf_event_paranoid == INT64_MIN);
	assert_false(host.iomem_known);
	assert_true(host.release[0]);
	dt_host_free(&host);
}

static json_t *read_json(void)
{
	json_error_t why;
	json_t *root = json_load_file(path_of("host.json"), JSON_REJECT_DUPLICATES, &why);

	if (!root)
		fail_msg("host.json: line %d: %s", why.line, why.text);
	return root;
}

/* The member at the end of a path, "kdamonds/0/state"; "#2" is an element of an array. */
static const json_t *at(const json_t *value, const char *path)
{
	char copy[256], *rest = NULL;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *key = strtok_r(copy, "/", &rest); key; key = strtok_r(NULL, "/", &rest))
		value = *key == '#' ? json_array_get(value, strtoul(key + 1, NULL, 10))
				    : json_object_get(value, key);
	return value;
}

static void write_host(const struct dt_host_record *record)
{
	struct dt_damon_tree *tree;
	struct dt_error error;
	struct dt_host host;

	assert_int_equal(dt_host_read(&host, &roots, &error), 0);
	assert_int_equal(dt_damon_tree_read(&tree, &roots, &error), 0);
	assert_int_equal(dt_host_write(directory, &host, record, tree, NULL, &error), 0);
	dt_damon_tree_free(tree);
	dt_host_free(&host);
}

/* All that can be read, by its path; nothing that cannot, and no tried regions. */
static void test_damon_tree(void **state)
{
	static const struct dt_host_record record = {.clock = "perf"};
	const json_t *context, *scheme;
	json_t *root;

	(void)state;
	unpack("host-cxl");
	write_host(&record);
	root = read_json();
	context = at(root, "damon/at_start/kdamonds/0/contexts/0");
	assert_string_equal(json_string_value(at(context, "operations")), "paddr");
	assert_string_equal(json_string_value(at(context, "avail_operations")),
			    "vaddr\nfvaddr\npaddr");
	assert_non_null(at(context, "targets/0/pid_target"));
	assert_null(at(context, "targets/0/obsolete_target"));
	scheme = at(context, "schemes/0");
	assert_string_equal(json_string_value(at(scheme, "quotas/goals/0/target_value")), "6000");
	assert_non_null(at(scheme, "tried_regions/total_bytes"));
	assert_null(at(scheme, "tried_regions/0"));
	assert_string_equal(
		json_string_value(at(root, "damon/at_start/modules/damon_reclaim/aggr_interval")),
		"200000");
	assert_true(json_is_null(at(root, "damon/at_end")));
	json_decref(root);
}

static void test_no_damon(void **state)
{
	struct dt_damon_tree *tree = NULL;
	struct dt_error error;

	(void)state;
	unpack("host-nodamon");
	assert_int_equal(dt_damon_tree_read(&tree, &roots, &error), -ENOENT);
	assert_null(tree);
	assert_non_null(strstr(error.message, sysfs));
	dt_damon_tree_free(NULL);
}

/* ---- written and read back ---- */

static const char *const command[] = {"record", "-d", "5", NULL};
static const char *const events[] = {"damon:damon_aggregated", "damon:damos_esz", NULL};

static struct dt_cpu_account cpus[] = {
	{.cpu = 0, .events = 10, .overrun = 1, .commit_overrun = 2, .dropped = 3, .samples = 1000},
	{.cpu = 1, .lost = 4, .lost_samples = 5, .throttles = 6, .enabled_ns = 8, .running_ns = 7},
};

static const struct dt_account account = {2, cpus};

static const struct dt_host_record full = {
	.version = "1.2.3",
	.command = command,
	.clock = "mono",
	.events = events,
	.sample_event = "ibs_op//",
	.goal_source = "none",
	.goal_reason = "why \"not\"",
	.filter = "nr_accesses > 0",
	.buffer_kb = 4096,
	.pid = 4242,
	.realtime_offset_start = -5,
	.realtime_offset_end = INT64_MIN,
	.start_ns = 1000000000,
	.end_ns = 3000000000,
	.account = &account,
	.ended = true,
	.end_reason = "duration",
};

static struct dt_host_context *read_back(void)
{
	struct dt_host_context *context;
	struct dt_warnings warnings = {0};

	assert_int_equal(dt_host_context_read(&context, directory, &warnings), 0);
	assert_int_equal(warnings.count, 0);
	assert_non_null(context);
	return context;
}

static void test_record_back(void **state)
{
	struct dt_host_context *host;

	(void)state;
	unpack("host-cxl");
	write_host(&full);
	assert_int_equal(access(path_of("host.json.new"), F_OK), -1);
	host = read_back();
	assert_string_equal(host->version, "1.2.3");
	assert_string_equal(host->command, "record -d 5");
	assert_true(host->ended);
	assert_string_equal(host->end_reason, "duration");
	assert_string_equal(host->clock, "mono");
	assert_int_equal(host->start_ns, 1000000000);
	assert_int_equal(host->end_ns, 3000000000);
	assert_int_equal(host->realtime_offset_start, -5);
	assert_true(host->realtime_offset_end == INT64_MIN);
	assert_int_equal(host->nr_events, 2);
	assert_string_equal(host->events[1], "damon:damos_esz");
	assert_string_equal(host->filter, "nr_accesses > 0");
	assert_string_equal(host->sample_event, "ibs_op//");
	assert_int_equal(host->pid, 4242);
	assert_int_equal(host->buffer_kb, 4096);
	assert_string_equal(host->goal_source, "none");
	assert_string_equal(host->goal_reason, "why \"not\"");
	assert_int_equal(host->account.nr_cpus, 2);
	assert_memory_equal(host->account.cpus, cpus, sizeof(cpus));
	dt_host_context_free(host);
}

static void test_machine_back(void **state)
{
	struct dt_host_context *host;

	(void)state;
	unpack("host-cxl");
	write_host(&full);
	host = read_back();
	assert_string_equal(host->hostname, "tiers");
	assert_string_equal(host->release, "7.3.0-fixture");
	assert_int_equal(host->cpus_online, 2);
	assert_true(host->iomem_known);
	assert_int_equal(host->nr_nodes, 2);
	assert_true(host->nodes[0].has_cpus);
	assert_string_equal(host->nodes[0].cpus, "0-1");
	assert_int_equal(host->nodes[0].nr_ranges, 3);
	assert_false(host->nodes[1].has_cpus);
	assert_int_equal(host->nodes[1].ranges[0].start, 0x180000000);
	assert_int_equal(host->nodes[1].ranges[0].end, 0x280000000);
	dt_host_context_free(host);
}

static void test_damon_back(void **state)
{
	const struct dt_host_monitor *monitor;
	const struct dt_host_scheme *scheme;
	struct dt_host_context *host;

	(void)state;
	unpack("host-cxl");
	write_host(&full);
	host = read_back();
	assert_int_equal(host->at_start.nr_kdamonds, 5);
	monitor = dt_host_monitor_find(host, 77, DT_UNKNOWN_U32);
	assert_non_null(monitor);
	assert_string_equal(monitor->operations, "paddr");
	assert_int_equal(monitor->sample_us, 5000);
	assert_int_equal(monitor->aggr_us, 100000);
	assert_int_equal(monitor->addr_unit, 1);
	assert_int_equal(monitor->max_regions, 1000);
	assert_false(monitor->tunes_intervals);
	assert_false(dt_host_monitor_weighs(monitor));
	assert_int_equal(monitor->nr_schemes, 2);
	scheme = &monitor->schemes[1];
	assert_string_equal(scheme->action, "migrate_hot");
	assert_int_equal(scheme->target_nid, 1);
	assert_int_equal(scheme->quota_bytes, 67108864);
	assert_int_equal(scheme->reset_interval_ms, 200);
	assert_string_equal(scheme->goal_tuner, "temporal");
	assert_int_equal(scheme->nr_accesses.min, 1);
	assert_true(scheme->size.max == UINT64_MAX);
	assert_int_equal(scheme->nr_goals, 1);
	assert_string_equal(scheme->goals[0].metric, "node_eligible_mem_bp");
	assert_int_equal(scheme->goals[0].target_value, 4000);
	assert_int_equal(scheme->goals[0].nid, 1);
	/* two processes, and probes that weigh */
	monitor = dt_host_monitor_find(host, 78, 0);
	assert_string_equal(monitor->operations, "vaddr");
	assert_true(monitor->tunes_intervals);
	assert_int_equal(monitor->nr_targets, 2);
	assert_int_equal(monitor->target_pids[1], 4243);
	assert_int_equal(monitor->nr_probes, 2);
	assert_int_equal(monitor->weights[1], 3);
	assert_true(dt_host_monitor_weighs(monitor));
	/* a module's; what is off has no pid to be found by */
	assert_int_equal(dt_host_monitor_find(host, 79, 0)->aggr_us, 200000);
	assert_null(dt_host_monitor_find(host, -1, 0));
	assert_null(dt_host_monitor_find(host, 77, 1));
	assert_null(dt_host_monitor_find(host, 4711, 0));
	assert_null(dt_host_monitor_find(NULL, 77, 0));
	dt_host_context_free(host);
}

/* At the start of a recording much is not known yet, and a reader can tell. */
static void test_begun(void **state)
{
	static const struct dt_host_record begun = {.clock = "perf"};
	struct dt_host_context *host;

	(void)state;
	unpack("host-vm");
	write_host(&begun);
	host = read_back();
	assert_false(host->ended);
	assert_string_equal(host->end_reason, "");
	assert_int_equal(host->account.nr_cpus, 0);
	assert_null(host->filter);
	assert_int_equal(host->pid, 0);
	dt_host_context_free(host);
}

/* What stood there stays when the new one cannot be written. */
static void test_unwritable(void **state)
{
	struct dt_error error = {0};
	struct dt_host host = {0};

	(void)state;
	unpack("host-vm");
	write_host(&full);
	assert_int_equal(mkdir(path_of("host.json.new"), 0777), 0);
	assert_int_equal(dt_host_write(directory, &host, &full, NULL, NULL, &error), -EISDIR);
	assert_non_null(strstr(error.message, "host.json.new"));
	dt_host_context_free(read_back());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nodes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nodes_without_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pmus, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_config, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damon_tree, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_damon, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_record_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_machine_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damon_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_begun, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unwritable, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
