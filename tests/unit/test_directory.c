/* SPDX-License-Identifier: GPL-2.0-only */
/* Directories of recordings: made, replaced only when they are recordings, bounded by segments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "collector/directory.h"
#include "damon-trace/recording.h"

static char base[] = "/tmp/test_directory-XXXXXX";
static char path[64];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(base))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/recording", base);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(base);
}

static const char *file(const char *name)
{
	static char full[128];

	(void)snprintf(full, sizeof(full), "%s/%s", path, name);
	return full;
}

static void put(const char *name, size_t size)
{
	static const char zeros[4096];
	int fd = open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	for (; size; size -= sizeof(zeros))
		assert_int_equal(write(fd, zeros, sizeof(zeros)), sizeof(zeros));
	assert_int_equal(close(fd), 0);
}

static void test_never_taken_over(void **state)
{
	struct dt_directory directory;
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_directory_make(&directory, path, false, &error), 0);
	dt_directory_close(&directory);
	assert_int_equal(dt_directory_make(&directory, path, false, &error), -EEXIST);
	assert_non_null(strstr(error.message, "exists"));
	assert_non_null(strstr(error.hint, "--force"));
	assert_int_equal(rmdir(path), 0);
}

static void test_force_replaces_recordings_only(void **state)
{
	static const char *const parts[] = {
		"trace.dat",	     "trace.dat.cpu0", "trace.dat.3", "perf.data",
		"trace.dat.12.cpu7", "perf.data.2",    "host.json",   "witness.jsonl",
		"witness.jsonl.1",   "host.json.new",  "tune.jsonl",  "trace.dat.new",
		"trace.dat.2.new"};
	struct dt_directory directory;
	struct dt_error error;

	(void)state;
	assert_int_equal(mkdir(path, 0755), 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		put(parts[i], 4096);
	put("notes.txt", 4096);
	assert_int_equal(dt_directory_make(&directory, path, true, &error), -ENOTEMPTY);
	assert_non_null(strstr(error.message, "notes.txt"));
	/* nothing was removed for it */
	assert_int_equal(access(file("trace.dat"), F_OK), 0);
	assert_int_equal(unlink(file("notes.txt")), 0);
	put("trace.dat.old", 4096);
	assert_int_equal(dt_directory_make(&directory, path, true, &error), -ENOTEMPTY);
	assert_int_equal(unlink(file("trace.dat.old")), 0);
	assert_int_equal(dt_directory_make(&directory, path, true, &error), 0);
	dt_directory_close(&directory);
	assert_int_equal(rmdir(path), 0);
}

static void test_no_place(void **state)
{
	struct dt_directory directory;
	struct dt_error error;

	(void)state;
	assert_int_equal(dt_directory_make(&directory, "/nonexistent/place", false, &error),
			 -ENOENT);
	assert_non_null(strstr(error.hint, "-o"));
}

static void test_segments(void **state)
{
	struct dt_directory directory;
	struct dt_error error;
	char name[64];
	uint64_t bytes;

	(void)state;
	assert_string_equal(dt_directory_part(name, DT_RECORDING_TRACE, 0), "trace.dat");
	assert_string_equal(dt_directory_part(name, DT_RECORDING_PERF, 12), "perf.data.12");
	assert_int_equal(dt_directory_make(&directory, path, false, &error), 0);
	put("trace.dat", 65536);
	put("perf.data", 65536);
	put("trace.dat.1", 65536);
	put("host.json", 4096);
	bytes = dt_directory_bytes(&directory);
	assert_true(bytes >= 3 * 65536 + 4096);
	/* the only segment never goes */
	assert_false(dt_directory_forget(&directory));
	directory.youngest = 1;
	assert_true(dt_directory_forget(&directory));
	assert_int_equal(access(file("trace.dat"), F_OK), -1);
	assert_int_equal(access(file("perf.data"), F_OK), -1);
	assert_int_equal(access(file("trace.dat.1"), F_OK), 0);
	assert_true(dt_directory_bytes(&directory) <= bytes - 2 * 65536);
	assert_false(dt_directory_forget(&directory));
	dt_directory_close(&directory);
	assert_int_equal(unlink(file("trace.dat.1")), 0);
	assert_int_equal(unlink(file("host.json")), 0);
	/* what was kept back has no name */
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_taken_over),
		cmocka_unit_test(test_force_replaces_recordings_only),
		cmocka_unit_test(test_no_place),
		cmocka_unit_test(test_segments),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
