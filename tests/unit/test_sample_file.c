/* SPDX-License-Identifier: GPL-2.0-only */
/* perf.data as the collector writes it: read back while it is being written, when it is finished,
 * and when the disk was full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/host.h"
#include "collector/sample_file.h"
#include "damon-trace/reader.h"
#include "tests/unit/sysfs_tree.h"

#define NR_SAMPLES 500

/* IDENTIFIER | IP | TID | TIME | ADDR | CPU | PERIOD */
struct sample {
	struct perf_event_header header;
	uint64_t id, ip;
	uint32_t pid, tid;
	uint64_t time, address;
	uint32_t cpu, zero;
	uint64_t period;
};

#define SAMPLE_TYPE                                                                     \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | \
	 PERF_SAMPLE_ADDR | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD)

static struct perf_event_attr attrs[2];
static struct dt_host host;
static struct dt_host_node nodes[2];
static struct dt_roots roots;
static const char *const command[] = {"damon-trace", "record", "-e", "a/b=1/", NULL};
/* the last of each comes while it is being written */
static const uint64_t first_ids[] = {101, 102, 103}, second_ids[] = {201, 202, 203};

static void fill_facts(struct dt_file_facts *facts, size_t nr_ids)
{
	attrs[0] = (struct perf_event_attr){.size = PERF_ATTR_SIZE_VER5,
					    .type = PERF_TYPE_RAW,
					    .config = 0x1cd,
					    .sample_period = 1,
					    .sample_type = SAMPLE_TYPE,
					    .sample_id_all = 1,
					    .use_clockid = 1,
					    .clockid = CLOCK_MONOTONIC};
	attrs[1] = attrs[0];
	attrs[1].config = 0x2cd;
	nodes[0] = (struct dt_host_node){.nid = 0, .cpulist = "0-3", .mem_total_kb = 1000};
	nodes[1] = (struct dt_host_node){.nid = 2, .mem_total_kb = 2000, .mem_free_kb = 5};
	host = (struct dt_host){.hostname = "a-host",
				.release = "7.3.0-test",
				.arch = "x86_64",
				.cpu_model = "A Processor",
				.cpu_id = "Vendor,1,2,3",
				.cpus_online = 4,
				.cpus_possible = 8,
				.mem_total_kb = 3000,
				.nr_nodes = 2,
				.nodes = nodes};
	*facts = (struct dt_file_facts){
		.roots = &roots,
		.nr_events = 2,
		.events = {{"a/b=1/", &attrs[0], 1, nr_ids, first_ids},
			   {"a/c=1/P", &attrs[1], 1, nr_ids, second_ids}},
		.host = &host,
		.command = command,
		.use_clockid = true,
		.clockid = CLOCK_MONOTONIC,
	};
}

/* Half of them of each event, their identifiers in turn. */
static int add_samples(struct dt_sample_file *file, size_t nr, size_t nr_ids)
{
	struct dt_error error;
	int ret = 0;

	for (size_t i = 0; i < nr && !ret; i++) {
		const uint64_t *ids = i % 2 ? second_ids : first_ids;
		const struct sample sample = {
			.header = {PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, sizeof(sample)},
			.id = ids[i / 2 % nr_ids],
			.pid = 77,
			.tid = 78,
			.time = 1000000 + i,
			.address = i % 5 ? 0x1000 * i : 0,
			.cpu = (uint32_t)i % 4,
			.period = 1,
		};

		ret = dt_file_add_record(file, &sample, sizeof(sample), &error);
	}
	return ret;
}

static struct dt_reader *open_file(const char *path)
{
	const struct dt_sink sink = {0};
	struct dt_error error = {0};
	struct dt_reader *reader;

	if (dt_reader_open(&reader, path, &error))
		fail_msg("%s", error.message);
	if (dt_reader_walk(reader, &sink, &error))
		fail_msg("%s", error.message);
	return reader;
}

static void check_events(const struct dt_reader *reader, uint64_t nr)
{
	assert_int_equal(reader->info.samples_total, nr);
	assert_int_equal(reader->info.samples_address_zero, (nr + 4) / 5);
	assert_int_equal(reader->info.nr_events, 2);
	assert_string_equal(reader->info.events[0].name, "a/b=1/");
	assert_int_equal(reader->info.events[0].count, (nr + 1) / 2);
	assert_string_equal(reader->info.events[1].name, "a/c=1/P");
	assert_int_equal(reader->info.events[1].count, nr / 2);
	assert_string_equal(reader->info.clock, "monotonic");
}

static int begin(struct dt_sample_file *file, struct dt_file_facts *facts, uint64_t room)
{
	const struct dt_synth synth = {.file = file, .roots = &roots, .trailer = 32};
	struct dt_error error;
	int ret;

	roots = (struct dt_roots){.sysfs = "tests/fixtures/sysfs-intel", .proc = sysfs_tree_root()};
	fill_facts(facts, 2);
	ret = dt_file_begin(file, sysfs_tree_root(), "perf.data", facts, room, &error);
	if (!ret)
		ret = dt_synth_names(&synth, facts, &error);
	return ret;
}

static void test_unfinished_and_finished(void **state)
{
	struct dt_sample_file file;
	struct dt_file_facts facts;
	struct dt_reader *reader;
	struct dt_error error;

	(void)state;
	assert_int_equal(begin(&file, &facts, 6), 0);
	assert_int_equal(add_samples(&file, NR_SAMPLES, 2), 0);
	/* as after a kill */
	reader = open_file(file.path);
	check_events(reader, NR_SAMPLES);
	assert_false(reader->info.complete);
	dt_reader_close(reader);

	facts.first_ns = 1000000;
	facts.last_ns = 1000000 + NR_SAMPLES - 1;
	assert_int_equal(dt_file_finish(&file, &facts, &error), 0);
	dt_file_close(&file);
	reader = open_file(file.path);
	check_events(reader, NR_SAMPLES);
	assert_true(reader->info.complete);
	assert_int_equal(reader->info.warnings.count, 0);
	assert_string_equal(reader->info.host, "a-host");
	assert_string_equal(reader->info.kernel, "7.3.0-test");
	assert_string_equal(reader->info.arch, "x86_64");
	assert_int_equal(reader->info.cpus, 4);
	assert_string_equal(reader->info.command, "damon-trace record -e a/b=1/");
	dt_reader_close(reader);
}

/* A CPU that came: its identifiers are in the header, or behind everything where it has no room. */
static void test_more_identifiers(void **state)
{
	(void)state;
	for (uint64_t room = 4; room <= 6; room += 2) {
		struct dt_sample_file file;
		struct dt_file_facts facts;
		struct dt_reader *reader;
		struct dt_error error;

		assert_int_equal(begin(&file, &facts, room), 0);
		fill_facts(&facts, 3);
		assert_int_equal(dt_file_write_ids(&file, &facts), 0);
		assert_int_equal(add_samples(&file, NR_SAMPLES, 3), 0);
		if (room == 6) {
			reader = open_file(file.path);
			check_events(reader, NR_SAMPLES);
			dt_reader_close(reader);
		}
		assert_int_equal(dt_file_finish(&file, &facts, &error), 0);
		dt_file_close(&file);
		reader = open_file(file.path);
		check_events(reader, NR_SAMPLES);
		assert_true(reader->info.complete);
		assert_int_equal(reader->info.warnings.count, 0);
		dt_reader_close(reader);
	}
}

/* A limit for the size of files stands for the full disk: it comes in the midst of a record. */
static void test_full(void **state)
{
	struct dt_sample_file file;
	struct dt_file_facts facts;
	struct rlimit before, now;
	struct dt_reader *reader;
	struct dt_error error;
	uint64_t nr;

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(begin(&file, &facts, 6), 0);
	now = before;
	now.rlim_cur = file.end + 100 * sizeof(struct sample) + 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	assert_int_equal(add_samples(&file, NR_SAMPLES, 2), -EFBIG);
	nr = (file.end - file.data_at) / sizeof(struct sample);
	assert_int_equal(dt_file_finish(&file, &facts, &error), -EFBIG);
	assert_non_null(strstr(error.message, "perf.data"));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	dt_file_close(&file);
	reader = open_file(file.path);
	/* all of them, and the names that came first */
	assert_in_range(nr, 100, 101);
	check_events(reader, 100);
	assert_true(reader->info.complete);
	dt_reader_close(reader);
}

#define MAPS_A                                                              \
	"00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/a program\n" \
	"00651000-00652000 r--p 00051000 08:02 173521 /usr/bin/a program\n" \
	"7ffc0000-7ffd0000 rw-p 00000000 00:00 0 [stack]\n"                 \
	"80000000-80001000 r-xp 00000000 00:00 0"

static uint64_t synthesize(bool data, const struct dt_pids *pids, struct dt_reader **reader)
{
	struct dt_sample_file file;
	struct dt_file_facts facts;
	struct dt_synth synth;
	struct dt_error error;
	uint64_t before;

	assert_int_equal(begin(&file, &facts, 6), 0);
	before = file.end;
	synth = (struct dt_synth){.file = &file, .roots = &roots, .trailer = 32, .data = data};
	dt_synth_find_kernel(&roots, &synth.text_start, &synth.text_end);
	assert_int_equal(synth.text_end - synth.text_start, 0x1000000);
	assert_int_equal(dt_synth_all(&synth, pids, &error), 0);
	before = file.end - before;
	assert_int_equal(add_samples(&file, 1, 1), 0);
	assert_int_equal(dt_file_finish(&file, &facts, &error), 0);
	dt_file_close(&file);
	*reader = open_file(file.path);
	assert_int_equal((*reader)->info.warnings.count, 0);
	return before;
}

static void test_processes(void **state)
{
	const struct dt_pids one = {.nr = 1, .list = (pid_t[]){78}};
	struct dt_reader *reader;
	uint64_t code, data, alone;

	(void)state;
	sysfs_tree_put("kallsyms", "0000000000000000 A fixed\nffffffff81000000 T _text\n"
				   "ffffffff81000000 T _stext\nffffffff82000000 T _etext");
	sysfs_tree_put("modules", "ext4 1000 1 - Live 0xffffffffc0000000\n"
				  "hidden 1000 1 - Live 0x0000000000000000");
	sysfs_tree_put("77/task/77/comm", "main thread");
	sysfs_tree_put("77/task/78/comm", "worker");
	sysfs_tree_put("77/maps", MAPS_A);
	sysfs_tree_put("78/status", "Name:\tworker\nTgid:\t77");
	sysfs_tree_put("78/not-a-process", "");
	sysfs_tree_put("90/task/90/comm", "other");
	sysfs_tree_put("90/maps", MAPS_A);
	code = synthesize(false, NULL, &reader);
	assert_string_equal(dt_reader_comm(reader, 77), "main thread");
	assert_string_equal(dt_reader_comm(reader, 90), "other");
	dt_reader_close(reader);
	data = synthesize(true, NULL, &reader);
	dt_reader_close(reader);
	/* two mappings more of both processes */
	assert_int_equal(data - code, 2 * (2 * (8 + 64 + 32) + 24 + 8));
	/* the thread's whole process, and nothing of the other */
	alone = synthesize(true, &one, &reader);
	assert_string_equal(dt_reader_comm(reader, 77), "main thread");
	assert_null(dt_reader_comm(reader, 90));
	assert_true(alone < data);
	dt_reader_close(reader);
}

static void test_no_place(void **state)
{
	struct dt_sample_file file;
	struct dt_file_facts facts;
	struct dt_error error = {0};

	(void)state;
	fill_facts(&facts, 2);
	assert_int_equal(dt_file_begin(&file, "/nonexistent", "perf.data", &facts, 6, &error),
			 -ENOENT);
	assert_non_null(strstr(error.message, "/nonexistent/perf.data"));
	dt_file_close(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_unfinished_and_finished, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test_setup_teardown(test_more_identifiers, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test_setup_teardown(test_full, sysfs_tree_set_up, sysfs_tree_tear_down),
		cmocka_unit_test_setup_teardown(test_processes, sysfs_tree_set_up,
						sysfs_tree_tear_down),
		cmocka_unit_test(test_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
