/* SPDX-License-Identifier: GPL-2.0-only */
/* The witnesses' lines, out of trees of our own that change between samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "collector/witness.h"
#include "damon-trace/witnesses.h"
#include "tests/tools/tree.h"

static char directory[] = "/tmp/test_witness-XXXXXX";
static char sysfs[64], proc[64];
static const struct dt_roots roots = {"", sysfs, proc};

static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(directory + sizeof(directory) - 7, 7, "XXXXXX");
	if (!mkdtemp(directory))
		return -1;
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

/* In place, as the kernel does it: the descriptors stay good. */
static void put(const char *name, const char *text)
{
	const int fd = open(path_of(name), O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0666);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static struct dt_witness *open_witness(const char *tree)
{
	struct dt_witness *witness;
	struct dt_error error;

	assert_int_equal(dt_tree_unpack(tree, directory), 0);
	assert_int_equal(dt_witness_open(&witness, &roots, &error), 0);
	return witness;
}

static uint64_t sample(struct dt_witness *witness, uint64_t time)
{
	struct dt_error error;
	uint64_t bytes = 0;

	assert_int_equal(dt_witness_sample(witness, time, &bytes, &error), 0);
	return bytes;
}

static void begin_segment(struct dt_witness *witness, const char *name)
{
	struct dt_error error;

	assert_int_equal(dt_witness_segment(witness, directory, name, &error), 0);
}

/* The lines of a file as an array. */
static json_t *read_lines(const char *name)
{
	FILE *file = fopen(path_of(name), "re");
	json_t *lines = json_array();
	char *line = NULL;
	size_t size = 0;

	assert_non_null(file);
	while (getline(&line, &size, file) > 0) {
		json_t *value = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		assert_true(json_is_object(value));
		assert_int_equal(json_array_append_new(lines, value), 0);
	}
	free(line);
	(void)fclose(file);
	return lines;
}

/* A number by its path, "nodes/#1/nid"; -1: it is not there. */
static json_int_t number(const json_t *value, const char *path)
{
	char copy[256], *rest = NULL;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *key = strtok_r(copy, "/", &rest); key; key = strtok_r(NULL, "/", &rest))
		value = *key == '#' ? json_array_get(value, strtoul(key + 1, NULL, 10))
				    : json_object_get(value, key);
	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static void test_sources(void **state)
{
	struct dt_witness *witness = open_witness("tests/fixtures/host-cxl.tree");
	const json_t *line;
	json_t *lines;

	(void)state;
	begin_segment(witness, "witness.jsonl");
	(void)sample(witness, 1000);
	lines = read_lines("witness.jsonl");
	line = json_array_get(lines, 0);
	assert_int_equal(number(line, "time_ns"), 1000);
	assert_int_equal(json_array_size(json_object_get(line, "nodes")), 2);
	assert_int_equal(number(line, "nodes/#1/nid"), 1);
	assert_int_equal(number(line, "nodes/#1/mem_free_kb"), 524288);
	assert_int_equal(number(line, "nodes/#1/mem_used_kb"), 3670016);
	assert_int_equal(number(line, "nodes/#1/active_anon_kb"), 1001);
	assert_int_equal(number(line, "nodes/#1/inactive_anon_kb"), 2001);
	assert_int_equal(number(line, "nodes/#0/active_file_kb"), 3000);
	assert_int_equal(number(line, "nodes/#0/inactive_file_kb"), 4000);
	assert_int_equal(number(line, "nodes/#1/numa_miss"), 201);
	assert_int_equal(number(line, "vmstat/pgmigrate_success"), 11);
	assert_int_equal(number(line, "vmstat/pgpromote_success"), 7);
	assert_int_equal(number(line, "vmstat/pgdemote_direct"), 9);
	assert_int_equal(number(line, "vmstat/numa_pages_migrated"), 10);
	assert_int_equal(number(line, "vmstat/pgfault"), -1);
	assert_int_equal(number(line, "psi/some_us"), 1234);
	assert_int_equal(number(line, "psi/full_us"), 567);
	assert_int_equal(number(line, "mbm/#0/total_bytes"), 1000000);
	/* "Unavailable" is not 0 */
	assert_int_equal(number(line, "mbm/#1/total_bytes"), -1);
	assert_int_equal(number(line, "mbm/#1/local_bytes"), 5);
	json_decref(lines);
	dt_witness_close(witness);
}

/* schedstat in ns, else clock ticks; a process that only has the name is none. */
static void test_kdamonds(void **state)
{
	struct dt_witness *witness = open_witness("tests/fixtures/host-cxl.tree");
	const json_t *line;
	json_t *lines;

	(void)state;
	begin_segment(witness, "witness.jsonl");
	(void)sample(witness, 1);
	lines = read_lines("witness.jsonl");
	line = json_array_get(lines, 0);
	assert_int_equal(json_array_size(json_object_get(line, "kdamonds")), 2);
	assert_int_equal(number(line, "kdamonds/#0/pid"), 77);
	assert_int_equal(number(line, "kdamonds/#0/cpu_ns"), 123456789);
	assert_int_equal(number(line, "kdamonds/#1/pid"), 78);
	assert_int_equal(number(line, "kdamonds/#1/cpu_ns"),
			 150 * (1000000000 / sysconf(_SC_CLK_TCK)));
	json_decref(lines);
	dt_witness_close(witness);
}

/* Now and then, and in the last line. */
static void test_interrupts(void **state)
{
	struct dt_witness *witness = open_witness("tests/fixtures/host-cxl.tree");
	struct dt_witnesses *read;
	const json_t *interrupts;
	json_t *lines;

	(void)state;
	begin_segment(witness, "witness.jsonl");
	(void)sample(witness, 1000);
	(void)sample(witness, 2000);
	put("proc/interrupts", "           CPU0       CPU2       CPU3\n"
			       "NMI:        125          7         1   Non-maskable interrupts\n"
			       "PMI:        103          0         1   Performance monitoring\n");
	dt_witness_is_last(witness);
	(void)sample(witness, 3000);
	lines = read_lines("witness.jsonl");
	interrupts = json_object_get(json_array_get(lines, 0), "interrupts");
	assert_int_equal(json_array_size(json_object_get(interrupts, "cpus")), 2);
	assert_int_equal(number(interrupts, "cpus/#1"), 2);
	assert_int_equal(number(interrupts, "nmi/#0"), 120);
	assert_int_equal(number(interrupts, "nmi/#1"), 7);
	assert_int_equal(json_array_size(json_object_get(interrupts, "pmi")), 2);
	assert_int_equal(number(interrupts, "pmi/#0"), 100);
	assert_null(json_object_get(json_array_get(lines, 1), "interrupts"));
	assert_int_equal(number(lines, "#2/interrupts/nmi/#2"), 1);
	json_decref(lines);
	dt_witness_close(witness);
	/* and read back */
	assert_int_equal(dt_witnesses_read(&read, path_of(""), 4096), 0);
	assert_non_null(read);
	assert_int_equal(read->nr_interrupts, 3);
	assert_int_equal(read->interrupts[0].first_nmi, 120);
	assert_int_equal(read->interrupts[0].last_nmi, 125);
	assert_int_equal(read->interrupts[0].last_pmi, 103);
	assert_int_equal(read->interrupts[1].cpu, 2);
	assert_int_equal(read->interrupts[1].last_nmi, 7);
	/* it came later */
	assert_int_equal(read->interrupts[2].cpu, 3);
	assert_int_equal(read->interrupts[2].first_nmi, 1);
	dt_witnesses_free(read);
}

/* Values are read anew each time; longer and shorter lines follow each other. */
static void test_changes(void **state)
{
	struct dt_witness *witness = open_witness("tests/fixtures/host-cxl.tree");
	json_t *lines;

	(void)state;
	begin_segment(witness, "witness.jsonl");
	(void)sample(witness, 1);
	put("proc/vmstat", "pgmigrate_success 99999999999\n");
	put("proc/77/schedstat", "7 8 9\n");
	(void)sample(witness, 2);
	put("proc/vmstat", "pgmigrate_success 1\npgmigrate_fail 2\nnuma_hit 3\nnuma_miss 4\n");
	(void)sample(witness, 0);
	lines = read_lines("witness.jsonl");
	assert_int_equal(json_array_size(lines), 3);
	assert_true(number(lines, "#1/vmstat/pgmigrate_success") == 99999999999);
	assert_int_equal(number(lines, "#1/vmstat/pgmigrate_fail"), -1);
	assert_int_equal(number(lines, "#1/kdamonds/#0/cpu_ns"), 7);
	assert_int_equal(number(lines, "#2/vmstat/numa_miss"), 4);
	/* a clock that could not be read */
	assert_int_equal(number(lines, "#2/time_ns"), -1);
	json_decref(lines);
	dt_witness_close(witness);
}

/* Those that come are found within a few samples, those that go are dropped. */
static void test_come_and_go(void **state)
{
	struct dt_witness *witness = open_witness("tests/fixtures/host-cxl.tree");
	char former[256];
	size_t found = 0, last;
	json_t *lines;

	(void)state;
	begin_segment(witness, "witness.jsonl");
	(void)sample(witness, 1);
	/* a user's process of that name becomes a kernel thread of a new number */
	(void)snprintf(former, sizeof(former), "%s", path_of("proc/500"));
	assert_int_equal(rename(former, path_of("proc/501")), 0);
	put("proc/501/stat", "501 (kdamond.9) S 2 0 0 0 -1 2129984 0 0 0 0 0 5 0 0\n");
	for (uint64_t time = 2; time < 12; time++)
		(void)sample(witness, time);
	lines = read_lines("witness.jsonl");
	for (size_t i = 0; i < json_array_size(lines); i++)
		found += number(json_array_get(lines, i), "kdamonds/#2/pid") == 501;
	assert_in_range(found, 5, 10);
	json_decref(lines);

	/* of a process that ended nothing can be read */
	put("proc/501/schedstat", "");
	put("proc/501/stat", "");
	(void)sample(witness, 12);
	lines = read_lines("witness.jsonl");
	last = json_array_size(lines) - 1;
	assert_int_equal(number(json_array_get(lines, last), "kdamonds/#2/pid"), -1);
	json_decref(lines);
	dt_witness_close(witness);
}

static void test_segments(void **state)
{
	struct dt_witness *witness = open_witness("tests/fixtures/host-cxl.tree");
	json_t *lines;

	(void)state;
	/* before there is a file nothing is lost but the sample */
	assert_int_equal(sample(witness, 1), 0);
	begin_segment(witness, "witness.jsonl");
	assert_true(sample(witness, 2) > 0);
	begin_segment(witness, "witness.jsonl.1");
	(void)sample(witness, 3);
	(void)sample(witness, 4);
	lines = read_lines("witness.jsonl");
	assert_int_equal(json_array_size(lines), 1);
	json_decref(lines);
	lines = read_lines("witness.jsonl.1");
	assert_int_equal(json_array_size(lines), 2);
	assert_int_equal(number(lines, "#0/time_ns"), 3);
	json_decref(lines);
	dt_witness_close(witness);
}

/* A machine without any of the sources still has a clock. */
static void test_nothing(void **state)
{
	struct dt_witness *witness;
	struct dt_error error;
	json_t *lines;

	(void)state;
	assert_int_equal(dt_witness_open(&witness, &roots, &error), 0);
	begin_segment(witness, "witness.jsonl");
	(void)sample(witness, 5);
	lines = read_lines("witness.jsonl");
	assert_int_equal(number(lines, "#0/time_ns"), 5);
	assert_null(json_object_get(json_array_get(lines, 0), "psi"));
	assert_null(json_object_get(json_array_get(lines, 0), "nodes"));
	assert_null(json_object_get(json_array_get(lines, 0), "mbm"));
	json_decref(lines);
	dt_witness_close(witness);
	dt_witness_close(NULL);
}

/* A file that cannot grow keeps whole lines only. */
static void test_full(void **state)
{
	struct dt_witness *witness = open_witness("tests/fixtures/host-cxl.tree");
	struct rlimit before, limit;
	struct dt_error error = {0};
	uint64_t length;
	json_t *lines;

	(void)state;
	begin_segment(witness, "witness.jsonl");
	length = sample(witness, 1);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	limit = before;
	limit.rlim_cur = length + length / 2;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(dt_witness_sample(witness, 2, NULL, &error), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(error.message, "witness.jsonl"));
	lines = read_lines("witness.jsonl");
	assert_int_equal(json_array_size(lines), 1);
	json_decref(lines);
	/* and goes on when there is room again */
	(void)sample(witness, 3);
	lines = read_lines("witness.jsonl");
	assert_int_equal(json_array_size(lines), 2);
	assert_int_equal(number(lines, "#1/time_ns"), 3);
	json_decref(lines);
	dt_witness_close(witness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sources, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kdamonds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_interrupts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_come_and_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_segments, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
