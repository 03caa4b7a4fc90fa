/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that wait for the start of a recording, and processes that are attached to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/workload.h"

static void wait_for_end(const struct dt_workload *workload)
{
	struct pollfd poll_fd = {.fd = workload->pid_fd, .events = POLLIN};

	assert_int_equal(poll(&poll_fd, 1, 60000), 1);
}

static void test_waits_for_go(void **state)
{
	char path[] = "/tmp/test_workload-XXXXXX", script[128];
	char *const command[] = {"sh", "-c", script, NULL};
	struct dt_workload workload;
	struct dt_error error;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(script, sizeof(script), "rm %s; exit 7", path);
	assert_int_equal(dt_workload_prepare(&workload, command, &error), 0);
	assert_true(workload.pid > 0);
	assert_false(dt_workload_ended(&workload));
	/* it stands before exec: nothing has been done yet */
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(dt_workload_go(&workload, &error), 0);
	wait_for_end(&workload);
	assert_true(dt_workload_ended(&workload));
	assert_int_equal(workload.status, 7);
	assert_int_equal(access(path, F_OK), -1);
	dt_workload_close(&workload);
}

static void test_never_started(void **state)
{
	char *const command[] = {"false", NULL};
	struct dt_workload workload;
	struct dt_error error;
	pid_t pid;

	(void)state;
	assert_int_equal(dt_workload_prepare(&workload, command, &error), 0);
	pid = workload.pid;
	dt_workload_close(&workload);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void test_cannot_run(void **state)
{
	char *const command[] = {"/nonexistent/program", NULL};
	struct dt_workload workload;
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_workload_prepare(&workload, command, &error), 0);
	assert_int_equal(dt_workload_go(&workload, &error), -ENOENT);
	assert_non_null(strstr(error.message, "No such file"));
	assert_true(error.hint[0]);
	dt_workload_close(&workload);
}

static void test_is_ended(void **state)
{
	char *const command[] = {"sleep", "600", NULL};
	struct dt_workload workload;
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_workload_prepare(&workload, command, &error), 0);
	assert_int_equal(dt_workload_go(&workload, &error), 0);
	assert_false(dt_workload_ended(&workload));
	dt_workload_end(&workload);
	assert_true(dt_workload_ended(&workload));
	assert_int_equal(workload.status, 128 + SIGTERM);
	dt_workload_close(&workload);
}

/* The recorder blocks signals for its own loop; a command must get them. */
static void test_signals_are_not_blocked(void **state)
{
	char *const command[] = {"sh", "-c", "grep -q '^SigBlk:[[:space:]]*0*$' /proc/self/status",
				 NULL};
	struct dt_workload workload;
	struct dt_error error;
	sigset_t blocked, before;

	(void)state;
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGINT);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &blocked, &before);
	assert_int_equal(dt_workload_prepare(&workload, command, &error), 0);
	assert_int_equal(dt_workload_go(&workload, &error), 0);
	wait_for_end(&workload);
	assert_true(dt_workload_ended(&workload));
	assert_int_equal(workload.status, 0);
	dt_workload_close(&workload);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static void test_attach(void **state)
{
	struct dt_workload workload;
	struct dt_error error;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		(void)pause();
		_exit(0);
	}
	assert_int_equal(dt_workload_attach(&workload, pid, &error), 0);
	assert_false(dt_workload_ended(&workload));
	(void)kill(pid, SIGKILL);
	wait_for_end(&workload);
	(void)waitpid(pid, NULL, 0);
	assert_true(dt_workload_ended(&workload));
	/* somebody else's process has no status for us */
	assert_false(workload.is_child);
	dt_workload_close(&workload);
	assert_int_equal(dt_workload_attach(&workload, pid, &error), -ESRCH);
	assert_non_null(strstr(error.message, "no process has the pid"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits_for_go),
		cmocka_unit_test(test_never_started),
		cmocka_unit_test(test_cannot_run),
		cmocka_unit_test(test_is_ended),
		cmocka_unit_test(test_signals_are_not_blocked),
		cmocka_unit_test(test_attach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
