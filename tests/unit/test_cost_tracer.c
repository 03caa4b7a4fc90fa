/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions can be traced and by what, on a tree of plain files. Where the kernel takes it is
 * for the lab to show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "collector/cost_functions.h"
#include "collector/cost_tracer.h"
#include "collector/trace_files.h"

static const char available[] = "vfs_read\n"
				"damon_va_check_accesses\n"
				"damon_va_prepare_access_checks\n"
				"kdamond_merge_regions.constprop.0 [damon]\n"
				"damon_folio_young_one\n";
static const char symbols[] = "ffffffff81000000 T vfs_read\n"
			      "ffffffff81000300 t kdamond_merge_regions.constprop.0\t[damon]\n"
			      "ffffffff81000100 t damon_va_check_accesses\n"
			      "ffffffff81000200 t damon_va_prepare_access_checks\n"
			      "ffffffff81000280 t damon_va_prepare_access_checks.cold\n"
			      "ffffffff81000400 t damon_va_update\n";
static const char hidden[] = "0000000000000000 t damon_va_check_accesses\n"
			     "0000000000000000 t damon_va_prepare_access_checks\n";

static char directory[] = "/tmp/test_cost-XXXXXX";
static struct dt_roots roots;
static struct dt_trace_instance instance;

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void check_file(const char *name, const char *expected)
{
	char *text;

	assert_int_equal(dt_trace_read(directory, name, &text, NULL), 0);
	assert_string_equal(text, expected);
	free(text);
}

static int set_up(void **state)
{
	char path[256];

	(void)state;
	(void)snprintf(directory + sizeof(directory) - 7, 7, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	roots = (struct dt_roots){directory, directory, directory};
	(void)snprintf(instance.path, sizeof(instance.path), "%s/instance", directory);
	(void)snprintf(path, sizeof(path), "%s/sys", directory);
	if (mkdir(instance.path, 0755) || mkdir(path, 0755))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/sys/kernel", directory);
	if (mkdir(path, 0755))
		return -1;
	put("available_filter_functions", available);
	put("kallsyms", symbols);
	put("sys/kernel/ftrace_enabled", "1\n");
	put("dynamic_events", "");
	put("instance/available_tracers", "function_graph function nop\n");
	put("instance/current_tracer", "");
	put("instance/set_ftrace_filter", "");
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

static void test_functions(void **state)
{
	struct dt_cost_function functions[8];

	(void)state;
	assert_int_equal(dt_cost_functions_find(functions, 8, &roots), 3);
	assert_string_equal(functions[0].name, "damon_va_check_accesses");
	assert_true(functions[0].address == 0xffffffff81000100);
	assert_string_equal(functions[2].name, "kdamond_merge_regions.constprop.0");
	assert_true(functions[2].address == 0xffffffff81000300);
	assert_string_equal(dt_functions[functions[2].function].name, "kdamond_merge_regions");
	assert_int_equal(dt_cost_functions_find(functions, 2, &roots), 2);
	/* what can be traced is not told: all that there are */
	put("available_filter_functions", "");
	assert_int_equal(dt_cost_functions_find(functions, 8, &roots), 0);
}

/* kptr_restrict hides addresses; the list of what can be traced has them since Linux 6.5. */
static void test_hidden(void **state)
{
	struct dt_cost_function functions[8];

	(void)state;
	put("kallsyms", hidden);
	assert_int_equal(dt_cost_functions_find(functions, 8, &roots), 3);
	assert_true(!functions[0].address);
	put("available_filter_functions_addrs", "ffffffff81000104 damon_va_check_accesses\n"
						"ffffffff81000004 vfs_read\n");
	assert_int_equal(dt_cost_functions_find(functions, 8, &roots), 3);
	assert_true(functions[0].address == 0xffffffff81000104);
	assert_true(!functions[1].address);
}

static void make(struct dt_cost_tracer *cost, struct dt_trace_events *events)
{
	*events = (struct dt_trace_events){0};
	assert_int_equal(dt_cost_tracer_make(cost, &instance, events, &roots), 0);
}

static void test_graph(void **state)
{
	struct dt_cost_tracer cost;
	struct dt_trace_events events;
	char *text;

	(void)state;
	make(&cost, &events);
	assert_int_equal(cost.source, DT_COST_GRAPH);
	assert_null(cost.why);
	assert_int_equal(events.nr, 0);
	check_file("instance/current_tracer", "function_graph");
	check_file("dynamic_events", "");
	check_file("instance/set_ftrace_filter", "damon_va_check_accesses"
						 "damon_va_prepare_access_checks"
						 "kdamond_merge_regions.constprop.0");
	text = dt_cost_symbols(&cost);
	assert_string_equal(text, "ffffffff81000100 t damon_va_check_accesses\n"
				  "ffffffff81000200 t damon_va_prepare_access_checks\n"
				  "ffffffff81000300 t kdamond_merge_regions.constprop.0\n");
	free(text);
	put("instance/current_tracer", "");
	dt_cost_tracer_stop(&cost, &instance);
	check_file("instance/current_tracer", "nop");
	dt_cost_tracer_remove(&cost);
	dt_trace_events_free(&events);
}

/* Each pair names its function as the kernel does, its events as DAMON's source does. */
static void check_probes(void)
{
	struct dt_cost_tracer cost;
	struct dt_trace_events events;
	char first[256], *text;

	make(&cost, &events);
	assert_int_equal(cost.source, DT_COST_FPROBE);
	assert_int_equal(events.nr, 6);
	for (size_t i = 0; i < events.nr; i++)
		assert_true(dt_cost_is_event(events.names[i]));
	assert_int_equal(dt_trace_read(directory, "dynamic_events", &text, NULL), 0);
	(void)snprintf(first, sizeof(first),
		       "f:damon_trace_%d/enter_damon_va_check_accesses damon_va_check_accesses"
		       "f:damon_trace_%d/leave_damon_va_check_accesses "
		       "damon_va_check_accesses%%return",
		       (int)getpid(), (int)getpid());
	assert_int_equal(strncmp(text, first, strlen(first)), 0);
	assert_non_null(strstr(text, "/leave_kdamond_merge_regions "
				     "kdamond_merge_regions.constprop.0%return"));
	free(text);
	put("dynamic_events", "");
	dt_cost_tracer_remove(&cost);
	assert_int_equal(dt_trace_read(directory, "dynamic_events", &text, NULL), 0);
	(void)snprintf(first, sizeof(first), "-:damon_trace_%d/leave_", (int)getpid());
	assert_int_equal(strncmp(text, first, strlen(first)), 0);
	free(text);
	dt_trace_events_free(&events);
}

static void test_no_graph(void **state)
{
	(void)state;
	put("instance/available_tracers", "function nop\n");
	check_probes();
}

static void test_graph_off(void **state)
{
	(void)state;
	put("sys/kernel/ftrace_enabled", "0\n");
	check_probes();
}

static void test_none(void **state)
{
	struct dt_cost_tracer cost;
	struct dt_trace_events events;
	char path[256];

	(void)state;
	put("instance/available_tracers", "nop\n");
	(void)snprintf(path, sizeof(path), "%s/dynamic_events", directory);
	assert_int_equal(unlink(path), 0);
	make(&cost, &events);
	assert_int_equal(cost.source, DT_COST_NONE);
	assert_non_null(strstr(cost.why, "CONFIG_FPROBE_EVENTS"));
	dt_cost_tracer_stop(&cost, &instance);
	dt_cost_tracer_remove(&cost);
	put("available_filter_functions", "vfs_read\n");
	make(&cost, &events);
	assert_int_equal(cost.source, DT_COST_NONE);
	assert_non_null(strstr(cost.why, "none of DAMON's functions"));
}

static void test_possible(void **state)
{
	const char *why;

	(void)state;
	put("available_tracers", "function_graph nop\n");
	assert_int_equal(dt_cost_possible(&roots, &why), DT_COST_GRAPH);
	put("sys/kernel/ftrace_enabled", "0\n");
	put("README", "\t           f[:[<group>/][<event>]] <func-name>\n");
	assert_int_equal(dt_cost_possible(&roots, &why), DT_COST_FPROBE);
	put("README", "\n");
	put("kprobe_events", "");
	assert_int_equal(dt_cost_possible(&roots, &why), DT_COST_KPROBE);
	assert_string_equal(why, "");
	put("available_filter_functions", "vfs_read\n");
	assert_int_equal(dt_cost_possible(&roots, &why), DT_COST_NONE);
	assert_non_null(strstr(why, "none of DAMON's functions"));
}

static void test_names(void **state)
{
	(void)state;
	assert_true(dt_cost_is_event("damon_trace_12:enter_damon_va_update"));
	assert_true(dt_cost_is_event("damon_trace_12:leave_damon_va_update"));
	assert_false(dt_cost_is_event("damon_trace_12:damos_node_eligible_mem_bp"));
	assert_false(dt_cost_is_event("syscalls:enter_x"));
	assert_false(dt_cost_is_event("damon_trace_12"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_functions), TEST(test_hidden), TEST(test_graph),    TEST(test_no_graph),
		TEST(test_graph_off), TEST(test_none),	 TEST(test_possible), TEST(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
