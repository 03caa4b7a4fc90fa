/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the collector does with tracefs besides its rings, on a tree of plain files: finding events,
 * their filters, leftovers of dead recorders, and what it says where something is missing.
 */
#include <errno.h>
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

#include "collector/trace_events.h"
#include "collector/trace_files.h"
#include "collector/tracer.h"

static char directory[] = "/tmp/test_tree-XXXXXX";
static struct dt_roots roots;

static const char available[] = "damon:damos_esz\n"
				"damon:damon_aggregated\n"
				"raw_syscalls:sys_enter\n"
				"raw_syscalls:sys_exit\n"
				"sched:sched_switch\n";

static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

/* With the directories above it. */
static void make_directory(const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s", path_of(name));
	for (char *at = path + strlen(directory) + 1; *at; at++)
		if (*at == '/') {
			*at = '\0';
			(void)mkdir(path, 0755);
			*at = '/';
		}
	assert_true(!mkdir(path, 0755) || errno == EEXIST);
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(directory + sizeof(directory) - 7, 7, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	roots = (struct dt_roots){directory, directory, directory};
	write_file("available_events", available);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

/* ---- events ---- */

static void check_found(bool damon, const char *const *patterns, const char *expected)
{
	struct dt_trace_events events = {0};
	struct dt_error error = {0};
	char text[512] = "";
	size_t used = 0;

	if (dt_trace_events_find(&events, &roots, damon, patterns, &error))
		fail_msg("%s", error.message);
	for (size_t i = 0; i < events.nr; i++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s ", events.names[i]);
	}
	assert_string_equal(text, expected);
	assert_true(!events.nr || !events.names[events.nr]);
	dt_trace_events_free(&events);
}

static void test_find(void **state)
{
	static const char *const one[] = {"sched:sched_switch", NULL};
	static const char *const globs[] = {"raw_syscalls:*", "*:sys_e?it", "damon:damos_*", NULL};
	static const char *const none[] = {NULL};

	(void)state;
	check_found(true, NULL, "damon:damon_aggregated damon:damos_esz ");
	check_found(true, none, "damon:damon_aggregated damon:damos_esz ");
	check_found(false, one, "sched:sched_switch ");
	check_found(false, none, "");
	check_found(true, globs,
		    "damon:damon_aggregated damon:damos_esz raw_syscalls:sys_enter "
		    "raw_syscalls:sys_exit ");
	/* a kernel without DAMON */
	write_file("available_events", "sched:sched_switch\n");
	check_found(true, one, "sched:sched_switch ");
	check_found(true, NULL, "");
}

static void test_unknown(void **state)
{
	static const struct {
		const char *name, *message, *hint;
	} cases[] = {
		{"damon:damon_agregated", "damon:damon_agregated", "damon:damon_aggregated"},
		{"sched:sched_swich", "no event", "sched:sched_switch"},
		{"xyzzy:*", "xyzzy:*", "available_events"},
		{"damon:", "no SYSTEM:EVENT", "damon:damon_aggregated"},
		{":x", "no SYSTEM:EVENT", "damon:damon_aggregated"},
		{"sched", "no SYSTEM:EVENT", "damon:damon_aggregated"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const patterns[] = {cases[i].name, NULL};
		struct dt_trace_events events = {0};
		struct dt_error error = {0};

		assert_int_equal(dt_trace_events_find(&events, &roots, true, patterns, &error),
				 -EINVAL);
		assert_non_null(strstr(error.message, cases[i].message));
		assert_non_null(strstr(error.hint, cases[i].hint));
		dt_trace_events_free(&events);
	}
	{
		struct dt_trace_events events = {0};
		struct dt_error error = {0};

		assert_int_equal(unlink(path_of("available_events")), 0);
		assert_int_equal(dt_trace_events_find(&events, &roots, true, NULL, &error),
				 -ENOENT);
	}
}

static void check_text(const char *name, const char *expected)
{
	char text[512];

	assert_int_equal(dt_trace_read_into(directory, name, text, sizeof(text)), 0);
	assert_string_equal(text, expected);
}

static void test_set(void **state)
{
	struct dt_trace_instance instance = {.on_fd = -1};
	struct dt_trace_events events = {0};
	struct dt_error error = {0};

	(void)state;
	(void)snprintf(instance.path, sizeof(instance.path), "%s", directory);
	assert_int_equal(dt_trace_events_find(&events, &roots, true, NULL, &error), 0);
	make_directory("events/damon/damon_aggregated");
	make_directory("events/damon/damos_esz");
	write_file("events/damon/damon_aggregated/filter", "none\n");
	write_file("events/damon/damon_aggregated/enable", "0");
	write_file("events/damon/damos_esz/filter", "none\n");
	write_file("events/damon/damos_esz/enable", "0");
	assert_int_equal(dt_trace_events_set(&events, &instance, NULL, &error), 0);
	check_text("events/damon/damos_esz/filter", "none\n");
	check_text("events/damon/damos_esz/enable", "1");
	assert_int_equal(dt_trace_events_set(&events, &instance, "esz > 3", &error), 0);
	check_text("events/damon/damon_aggregated/filter", "esz > 3");
	check_text("events/damon/damos_esz/filter", "esz > 3");
	/* an event that cannot be set is named */
	assert_int_equal(unlink(path_of("events/damon/damos_esz/filter")), 0);
	assert_int_equal(dt_trace_events_set(&events, &instance, "esz > 3", &error), -ENOENT);
	assert_non_null(strstr(error.message, "damon:damos_esz"));
	assert_int_equal(unlink(path_of("events/damon/damos_esz/enable")), 0);
	assert_int_equal(dt_trace_events_set(&events, &instance, NULL, &error), -ENOENT);
	assert_non_null(strstr(error.message, "damon:damos_esz"));
	dt_trace_events_free(&events);
}

/* ---- leftovers ---- */

static void test_leftovers(void **state)
{
	struct dt_leftovers leftovers;
	struct dt_error error = {0};
	char text[512];

	(void)state;
	/* 10 lives, 11 and 12 are dead; the rest is not ours */
	make_directory("10");
	make_directory("instances/damon-trace-10");
	make_directory("instances/damon-trace-11");
	make_directory("instances/damon-trace-x");
	make_directory("instances/damon-trace-11x");
	make_directory("instances/damon-trace-");
	make_directory("instances/other");
	write_file("dynamic_events",
		   "f:damon_trace_10/damos_node_eligible_mem_bp damos_quota_score%return nid=1\n"
		   "r16:damon_trace_12/damos_node_eligible_mem_bp damos_quota_score nid=1\n"
		   "p:damon_trace_/x y\n"
		   "p:kprobes/damon_trace_12 y\n"
		   "no event\n");
	assert_int_equal(dt_leftovers_find(&roots, &leftovers, &error), 0);
	assert_int_equal(leftovers.nr, 2);
	assert_string_equal(leftovers.names[0], "damon-trace-11");
	assert_string_equal(leftovers.names[1], "damon_trace_12/damos_node_eligible_mem_bp");
	write_file("dynamic_events", "");
	{
		struct dt_leftovers some;

		write_file("dynamic_events", "p:damon_trace_11/x y\np:damon_trace_12/x y\n");
		assert_int_equal(dt_leftovers_find(&roots, &some, &error), 0);
		assert_int_equal(some.nr, 3);
		dt_leftovers_keep(&some, 11);
		assert_int_equal(some.nr, 2);
		assert_string_equal(some.names[0], "damon-trace-11");
		assert_string_equal(some.names[1], "damon_trace_11/x");
		dt_leftovers_keep(&some, 1);
		assert_int_equal(some.nr, 0);
		dt_leftovers_free(&some);
		write_file("dynamic_events", "");
	}
	assert_int_equal(dt_leftovers_remove(&roots, &leftovers, &error), 0);
	assert_int_not_equal(access(path_of("instances/damon-trace-11"), F_OK), 0);
	assert_int_equal(access(path_of("instances/damon-trace-10"), F_OK), 0);
	assert_int_equal(access(path_of("instances/other"), F_OK), 0);
	assert_int_equal(dt_trace_read_into(directory, "dynamic_events", text, sizeof(text)), 0);
	assert_string_equal(text, "-:damon_trace_12/damos_node_eligible_mem_bp\n");
	/* gone in the meantime is as good */
	assert_int_equal(dt_leftovers_remove(&roots, &leftovers, &error), 0);
	dt_leftovers_free(&leftovers);
	write_file("dynamic_events", "");
	assert_int_equal(dt_leftovers_find(&roots, &leftovers, &error), 0);
	assert_int_equal(leftovers.nr, 0);
	dt_leftovers_free(&leftovers);
}

/* One that cannot be removed is told, and keeps no other from going. */
static void test_stubborn(void **state)
{
	struct dt_leftovers leftovers;
	struct dt_error error = {0};

	(void)state;
	make_directory("instances/damon-trace-11/inside");
	make_directory("instances/damon-trace-12");
	assert_int_equal(dt_leftovers_find(&roots, &leftovers, &error), 0);
	assert_int_equal(leftovers.nr, 2);
	assert_int_equal(dt_leftovers_remove(&roots, &leftovers, &error), -ENOTEMPTY);
	assert_non_null(strstr(error.message, "damon-trace-11"));
	assert_int_not_equal(access(path_of("instances/damon-trace-12"), F_OK), 0);
	dt_leftovers_free(&leftovers);
}

/* ---- machines that lack something ---- */

static void test_lacks(void **state)
{
	const struct dt_tracer_options options = {.roots = &roots, .damon = true};
	struct dt_error error = {0};
	struct dt_tracer *tracer;

	(void)state;
	assert_int_equal(dt_tracer_open(&tracer, &options, &error), -ENOENT);
	assert_non_null(strstr(error.hint, "mount -t tracefs"));
	make_directory("instances");
	write_file("available_events", "sched:sched_switch\n");
	assert_int_equal(dt_tracer_open(&tracer, &options, &error), -ENODEV);
	assert_non_null(strstr(error.hint, "CONFIG_DAMON"));
	assert_non_null(strstr(error.message, "no events of DAMON"));
}

static void test_goals_possible(void **state)
{
	const char *why = NULL;

	(void)state;
	assert_int_equal(dt_goals_possible(&roots, &why), DT_GOALS_NONE);
	assert_non_null(strstr(why, "BTF"));
	make_directory("kernel/btf");
	write_file("kernel/btf/vmlinux", "nonsense");
	assert_int_equal(dt_goals_possible(&roots, &why), DT_GOALS_NONE);
	assert_non_null(strstr(why, "cannot be read"));
	make_directory("events/damon/damos_node_eligible_mem_bp");
	assert_int_equal(dt_goals_possible(&roots, &why), DT_GOALS_NATIVE);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_find),	   TEST(test_unknown),	TEST(test_set),
		TEST(test_leftovers),	   TEST(test_stubborn), TEST(test_lacks),
		TEST(test_goals_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
