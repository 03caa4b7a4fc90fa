/* SPDX-License-Identifier: GPL-2.0-only */
/* What doctor finds in trees of our own; what it asks of the running kernel is not looked at. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/perf_event.h>

#include <sys/stat.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "collector/doctor_impl.h"
#include "tests/tools/tree.h"

static char directory[] = "/tmp/test_doctor-XXXXXX";
static char tracefs[64], sysfs[64], proc[64];
static const struct dt_roots roots = {tracefs, sysfs, proc};
static struct dt_doctor doctor;

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
	dt_doctor_free(&doctor);
	dt_tree_remove(directory);
	return 0;
}

static void examine(const char *tree)
{
	struct dt_error error;
	char path[128];

	(void)snprintf(path, sizeof(path), "tests/fixtures/%s.tree", tree);
	assert_int_equal(dt_tree_unpack(path, directory), 0);
	assert_int_equal(dt_doctor_examine(&doctor, &roots, &error), 0);
}

/* The row of that name whose detail has the text; NULL: none. */
static const struct dt_doctor_check *find(const char *name, const char *detail)
{
	for (size_t i = 0; i < doctor.nr; i++)
		if (!strcmp(doctor.checks[i].name, name) &&
		    (!detail || strstr(doctor.checks[i].detail, detail)))
			return &doctor.checks[i];
	return NULL;
}

static void expect(const char *name, enum dt_doctor_state state, const char *detail)
{
	const struct dt_doctor_check *check = find(name, detail);

	if (!check) {
		print_error("no row \"%s\" with \"%s\"\n", name, detail ? detail : "");
		fail();
		return;
	}
	assert_string_equal(dt_doctor_state_name(check->state), dt_doctor_state_name(state));
}

/* Whatever is not as it should be says what to do, or at least what it means. */
static void expect_advice(void)
{
	for (size_t i = 0; i < doctor.nr; i++) {
		const struct dt_doctor_check *check = &doctor.checks[i];

		assert_true(check->name[0] && check->detail[0]);
		if (check->state >= DT_DOCTOR_WARN && !check->remedy[0])
			fail_msg("\"%s\" has no remedy", check->name);
	}
}

static void test_tiers(void **state)
{
	(void)state;
	examine("host-cxl");
	assert_true(doctor.can_record);
	expect_advice();
	expect("tracefs", DT_DOCTOR_OK, tracefs);
	expect("clock", DT_DOCTOR_OK, "perf");
	expect("DAMON events", DT_DOCTOR_OK, "damos_stat_after_apply_interval");
	assert_null(find("absent event", NULL));
	expect("quota goals", DT_DOCTOR_OK, "tracepoint");
	expect("built in", DT_DOCTOR_OK, "DAMON_STAT");
	assert_null(find("built in", "DAMON_RECLAIM"));
	expect("runs", DT_DOCTOR_OK,
	       "kdamond 0 (pid 77), paddr: samples every 5 ms, aggregates every 100 ms, 10 to 1000 "
	       "regions; 2 schemes (migrate_hot, migrate_hot), 2 goals");
	expect("runs", DT_DOCTOR_OK, "kdamond 1 (pid 78), vaddr");
	expect("runs", DT_DOCTOR_OK, "damon_reclaim (pid 79)");
	assert_null(find("runs", "kdamond 2"));
	assert_null(find("runs", "damon_stat"));
	expect("hardware", DT_DOCTOR_OK, "ibs_op");
	expect("permission", DT_DOCTOR_OK, "perf_event_paranoid = 2");
	expect("node 1", DT_DOCTOR_OK, "4.0 GiB, no CPUs");
	expect("node 1", DT_DOCTOR_OK, "0x180000000-0x280000000");
	assert_null(find("tiers", NULL));
	expect("bandwidth", DT_DOCTOR_OK, NULL);
}

/* The instance of a recorder that is dead; nobody else's. */
static void test_leftovers(void **state)
{
	(void)state;
	examine("host-cxl");
	expect("leftovers", DT_DOCTOR_WARN, "damon-trace-99999");
	assert_null(find("leftovers", "other"));
	assert_non_null(strstr(find("leftovers", NULL)->remedy, "doctor --clean"));
}

static void test_guest(void **state)
{
	(void)state;
	examine("host-vm");
	assert_true(doctor.can_record);
	expect_advice();
	expect("absent event", DT_DOCTOR_NOTE, "damos_esz");
	expect("absent event", DT_DOCTOR_NOTE, "damon_perf_ring_overflow");
	assert_null(find("absent event", "damon_aggregated"));
	assert_non_null(strstr(find("absent event", "damos_stat")->remedy, "7.0"));
	assert_non_null(strstr(find("absent event", "damos_stat")->effect, "applied"));
	expect("BTF", DT_DOCTOR_NOTE, NULL);
	expect("quota goals", DT_DOCTOR_NOTE, NULL);
	expect("runs", DT_DOCTOR_WARN, "no kdamond");
	expect("from hardware", DT_DOCTOR_NOTE, "cannot be told");
	expect("hardware", DT_DOCTOR_WARN, "no unit");
	expect("permission", DT_DOCTOR_WARN, "perf_event_paranoid = 2");
	assert_non_null(strstr(find("permission", NULL)->remedy, "CAP_PERFMON"));
	expect("tiers", DT_DOCTOR_NOTE, NULL);
	expect("node ranges", DT_DOCTOR_WARN, "iomem");
	expect("pressure", DT_DOCTOR_NOTE, NULL);
	expect("leftovers", DT_DOCTOR_OK, NULL);
}

static void test_no_damon(void **state)
{
	(void)state;
	examine("host-nodamon");
	assert_false(doctor.can_record);
	expect_advice();
	expect("DAMON events", DT_DOCTOR_MISSING, "none");
	expect("built in", DT_DOCTOR_MISSING, "no DAMON");
	assert_non_null(strstr(find("DAMON events", NULL)->remedy, "CONFIG_DAMON"));
}

static void test_no_tracefs(void **state)
{
	(void)state;
	tracefs[strlen(tracefs) - 1] = 'X';
	examine("host-cxl");
	assert_false(doctor.can_record);
	expect("tracefs", DT_DOCTOR_MISSING, "not mounted");
	assert_non_null(strstr(find("tracefs", NULL)->remedy, "mount -t tracefs"));
}

/* Whoever may not open an event of the whole system hears of that in place of its holder. */
static void expect_holder(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_DUMMY, .size = sizeof(attr)};
	const int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0) {
		print_message("SKIP: the holder of a unit: perf_event_open: %s\n", strerror(errno));
		skip();
		return;
	}
	(void)close(fd);
	expect("event", DT_DOCTOR_WARN, "kdamond 0");
}

static void test_layout_1(void **state)
{
	(void)state;
	examine("host-layout1");
	expect("from hardware", DT_DOCTOR_OK, "sample/perf_events/N");
	expect_holder();
}

static void test_layout_2(void **state)
{
	(void)state;
	examine("host-layout2");
	expect("from hardware", DT_DOCTOR_OK, "sample/primitives/perf_events");
	expect_holder();
}

static void test_layout_3(void **state)
{
	(void)state;
	examine("host-layout3");
	expect("from hardware", DT_DOCTOR_OK, "probes/P/filters/F/perf_event_type");
	expect_holder();
}

/* ---- the plugin of trace-cmd and perf ---- */

static void expect_remedy(const char *name, const char *remedy)
{
	const struct dt_doctor_check *check = find(name, NULL);

	if (!check || !strstr(check->remedy, remedy))
		fail_msg("no row \"%s\" with the remedy \"%s\"", name, remedy);
}

/* A file below the directory, with the directories above it. */
static void put(char path[128], const char *below, const char *content)
{
	FILE *file;

	(void)snprintf(path, 128, "%s/%s", directory, below);
	for (char *slash = path + strlen(directory) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	file = fopen(path, "w");
	if (!file) {
		fail_msg("%s: cannot be made", path);
		return;
	}
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

#define SHARED_PERF "\177ELF libtraceevent.so.1"
#define OWN_PERF    "\177ELF TRACEEVENT_PLUGIN_DIR"

static void examine_plugin(const char *system, const char *environment, const char *home,
			   const char *perf)
{
	char program[128];

	put(program, "bin/perf", perf);
	dt_doctor_free(&doctor);
	dt_doctor_plugin(&doctor, &(struct dt_plugin_places){system, environment, home, program});
}

/* perf with a libtraceevent of its own does not look where the system's does. */
static void test_plugin_places(void **state)
{
	char path[128], system[128], environment[128], home[128];

	(void)state;
	put(path, "sys/plugin_damon.so", "\177ELF");
	(void)snprintf(system, sizeof(system), "%s/sys", directory);
	(void)snprintf(environment, sizeof(environment), "%s/env", directory);
	(void)snprintf(home, sizeof(home), "%s/home", directory);
	examine_plugin(system, NULL, home, OWN_PERF);
	expect("trace-cmd", DT_DOCTOR_OK, path);
	expect("perf", DT_DOCTOR_NOTE, "a libtraceevent of its own");
	expect_remedy("perf", "make install-user");
	examine_plugin(system, NULL, NULL, SHARED_PERF);
	expect("perf", DT_DOCTOR_OK, path);
	examine_plugin(system, NULL, NULL, "#!/bin/sh\n");
	expect("perf", DT_DOCTOR_NOTE, "is not known");

	put(path, "env/plugin_damon.so", "\177ELF");
	examine_plugin(system, environment, home, OWN_PERF);
	expect("perf", DT_DOCTOR_OK, path);
	put(path, "home/.local/lib/traceevent/plugins/plugin_damon.so", "\177ELF");
	examine_plugin(system, environment, home, OWN_PERF);
	expect("perf", DT_DOCTOR_OK, path);
	expect("trace-cmd", DT_DOCTOR_OK, path);
}

static void test_plugin_absent(void **state)
{
	char path[128], system[128];

	(void)state;
	(void)snprintf(system, sizeof(system), "%s/sys", directory);
	examine_plugin(system, NULL, NULL, OWN_PERF);
	expect("trace-cmd", DT_DOCTOR_NOTE, system);
	expect_remedy("trace-cmd", "make install");
	expect("perf", DT_DOCTOR_NOTE, "TRACEEVENT_PLUGIN_DIR");
	/* one that cannot be loaded is none */
	put(path, "sys/plugin_damon.so", "\177EL");
	examine_plugin(system, NULL, NULL, OWN_PERF);
	expect("trace-cmd", DT_DOCTOR_NOTE, system);
	dt_doctor_free(&doctor);
	dt_doctor_plugin(&doctor, &(struct dt_plugin_places){.system = system});
	assert_null(find("perf", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tiers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_leftovers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_damon, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_tracefs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_layout_1, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_layout_2, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_layout_3, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_plugin_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_plugin_absent, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
