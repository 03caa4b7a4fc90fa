/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings of real perfs, and damaged ones that made other readers crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/perf_check.h"

/* Expected counts: of `perf script` where it can read the file, else by hand. */
static const struct {
	const char *path;
	uint64_t records; /* samples and tracepoints */
	uint64_t samples, regions, applies;
	bool complete;
} files[] = {
	{"own/damon_passive.data", 22342, 19343, 2961, 38, true},
	{"own/damon_paddr_plus_phys.data", 28217, 25117, 3059, 41, true},
	{"own/damon_pipe.data", 1445, 0, 1445, 0, true},
	{"own/pf_basic.data", 1080, 1080, 0, 0, true},
	{"own/pf_pipe.data", 1081, 1081, 0, 0, true},
	{"own/pf_multi_event.data", 1136, 1136, 0, 0, true},
	{"own/pf_mixed_freq.data", 3419, 3419, 0, 0, true},
	{"own/pf_group_read.data", 53, 53, 0, 0, true},
	{"own/pf_callgraph_dwarf.data", 35, 35, 0, 0, true},
	{"own/pf_phys_cpu_weight_page.data", 1085, 1085, 0, 0, true},
	{"own/pf_clockmono.data", 141, 141, 0, 0, true},
	{"own/pf_killed.data", 7111, 7111, 0, 0, false},
	{"own/pf_threads.dir", 2112, 2112, 0, 0, true},
	{"third-party/quipper/perf.data.weight_struct", 14, 14, 0, 0, true},
	{"third-party/quipper/perf.data.piped.header_features_aligned-6.12", 9, 9, 0, 0, true},
	{"third-party/quipper/perf.data.piped.no_attr_ids-4.14", 7, 7, 0, 0, true},
	{"third-party/linux-perf-data/sleep.compressed.data", 8, 8, 0, 0, true},
	{"third-party/linux-perf-data/sleep.compressed.pipe.data", 8, 8, 0, 0, true},
	{"third-party/linux-perf-data/sleep.compressed2.data", 7, 7, 0, 0, true},
	/* its end is not perf.data but what perf said */
	{"third-party/linux-perf-data/sleep.compressed2.pipe.data", 7, 7, 0, 0, false},
	{"third-party/linux-perf-data/fibo.compressed2.pipe.data", 547, 547, 0, 0, true},
	{"third-party/linux-perf-data/sleep.data", 7, 7, 0, 0, true},
	{"third-party/damo/perf.data", 10260, 0, 10260, 0, true},
};

static const char *shared(void)
{
	const char *path = getenv("DT_SHARED");

	return path && *path ? path : "../shared";
}

/* The path of a corpus file, or the test is skipped, loudly. */
static void corpus_path(char path[4096], const char *name)
{
	(void)snprintf(path, 4096, "%s/corpus/%s", shared(), name);
	if (!access(path, R_OK))
		return;
	print_message("SKIP: %s is absent (set DT_SHARED to the folder that has corpus/)\n", path);
	skip();
}

static uint64_t count_of(const struct dt_reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->info.nr_events; i++)
		if (!strcmp(reader->info.events[i].name, name))
			return reader->info.events[i].count;
	return 0;
}

static struct dt_reader *open_at(const char *path)
{
	struct dt_error error = {0};
	struct dt_reader *reader;

	if (dt_reader_open(&reader, path, &error))
		fail_msg("%s: %s", path, error.message);
	return reader;
}

static void check_file(size_t i)
{
	struct perf_got got = {0};
	struct dt_reader *reader;
	uint64_t records = 0;
	char path[4096];

	corpus_path(path, files[i].path);
	reader = open_at(path);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	for (size_t event = 0; event < reader->info.nr_events; event++)
		records += reader->info.events[event].count;
	assert_int_equal(records, files[i].records);
	assert_int_equal(reader->info.samples_total, files[i].samples);
	assert_int_equal(got.samples.count, files[i].samples);
	assert_int_equal(got.regions.count, files[i].regions);
	assert_int_equal(count_of(reader, "damos_before_apply"), files[i].applies);
	assert_int_equal(reader->info.complete, files[i].complete);
	assert_int_equal(reader->info.warnings.count != 0, !files[i].complete);
	assert_int_equal(got.disorder, 0);
	assert_int_equal(reader->info.lost_samples + reader->info.lost_events, 0);
	dt_reader_close(reader);
	perf_got_free(&got);
}

static void test_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		print_message("           %s\n", files[i].path);
		check_file(i);
	}
}

/* perf names the place where the last sample was cut. */
static void test_killed(void **state)
{
	struct perf_got got = {0};
	struct dt_reader *reader;
	char path[4096];

	(void)state;
	corpus_path(path, "own/pf_killed.data");
	reader = open_at(path);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(reader->info.warnings.count, 2);
	assert_int_equal(reader->info.warnings.kept[1].offset, 599944);
	assert_string_equal(reader->info.events[0].name, "page-faults");
	dt_reader_close(reader);
	perf_got_free(&got);
}

/* The kernel's target ids of Linux 5.12 are pointers, and there is no age. */
static void test_old_kernel(void **state)
{
	struct perf_got got = {0};
	struct dt_reader *reader;
	char path[4096];

	(void)state;
	corpus_path(path, "third-party/damo/perf.data");
	reader = open_at(path);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_true(got.regions.count > 0);
	for (size_t i = 0; i < got.regions.count; i++) {
		assert_int_equal(got.regions.list[i].truth.age, DT_UNKNOWN_U32);
		assert_true(got.regions.list[i].truth.start < got.regions.list[i].truth.end);
	}
	dt_reader_close(reader);
	perf_got_free(&got);
}

/* The number at *at, which moves behind it and the character that must end it. */
static bool take_number(const char **at, int base, char end, uint64_t *value)
{
	char *stop;

	while (**at == ' ')
		(*at)++;
	*value = strtoull(*at, &stop, base);
	if (stop == *at || *stop != end)
		return false;
	*at = stop + (end != '\0' && end != '\n');
	return true;
}

/* pid/tid [cpu] sec.ns: */
static bool parse_front(const char *at, struct perf_truth *truth)
{
	uint64_t pid, tid, cpu, seconds, ns;

	if (!take_number(&at, 10, '/', &pid) || !take_number(&at, 10, ' ', &tid))
		return false;
	at = strchr(at, '[');
	if (!at++ || !take_number(&at, 10, ']', &cpu) || !take_number(&at, 10, '.', &seconds) ||
	    !take_number(&at, 10, ':', &ns))
		return false;
	truth->pid = (uint32_t)pid;
	truth->tid = (uint32_t)tid;
	truth->cpu = (uint32_t)cpu;
	truth->time = seconds * 1000000000 + ns;
	return true;
}

/* One line of perf script: comm pid/tid [cpu] sec.ns: event: addr data_src |...| weight ip */
static bool parse_line(const char *line, struct perf_truth *truth)
{
	static const char event_end[] = "pinned:", source_end[] = "N/A";
	const char *at = strchr(line, '/');
	const char *data = strstr(line, event_end), *last = strrchr(line, '|');

	if (!at || !data || !last)
		return false;
	while (at > line && at[-1] != ' ')
		at--;
	last = strstr(last, source_end);
	if (!last)
		return false;
	data += strlen(event_end);
	last += strlen(source_end);
	return parse_front(at, truth) && take_number(&data, 16, ' ', &truth->addr) &&
	       take_number(&data, 16, ' ', &truth->data_src) &&
	       take_number(&last, 10, ' ', &truth->weight) &&
	       take_number(&last, 16, '\n', &truth->ip);
}

static void check_golden_row(const struct perf_truth *want, const struct perf_truth *have)
{
	assert_int_equal(have->time, want->time);
	assert_int_equal(have->pid, want->pid);
	assert_int_equal(have->tid, want->tid);
	assert_int_equal(have->cpu, want->cpu);
	assert_int_equal(have->addr, want->addr);
	assert_int_equal(have->data_src, want->data_src);
	assert_int_equal(have->weight, want->weight);
	assert_int_equal(have->ip, want->ip);
	assert_int_equal(have->period, 10009); /* -c 10009 */
}

/* Load latencies of a real PMU, against perf's own output. */
static void test_golden(void **state)
{
	struct perf_got got = {0};
	struct dt_reader *reader;
	size_t lines = 0;
	char path[4096], line[1024];
	FILE *golden;

	(void)state;
	corpus_path(path, "golden/quipper_weight_struct.script.txt");
	golden = fopen(path, "r");
	assert_non_null(golden);
	corpus_path(path, "third-party/quipper/perf.data.weight_struct");
	reader = open_at(path);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	perf_rows_sort(&got.samples);
	while (fgets(line, sizeof(line), golden)) {
		struct perf_truth want = {0};

		assert_true(parse_line(line, &want));
		assert_true(lines < got.samples.count);
		check_golden_row(&want, &got.samples.list[lines++].truth);
	}
	assert_int_equal(lines, 14);
	assert_int_equal(lines, got.samples.count);
	(void)fclose(golden);
	dt_reader_close(reader);
	perf_got_free(&got);
}

static void test_malformed(void **state)
{
	struct dirent *entry;
	unsigned tried = 0;
	char path[4096];
	DIR *directory;

	(void)state;
	corpus_path(path, "malformed");
	directory = opendir(path);
	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		struct dt_error error = {0};
		struct dt_reader *reader;
		struct perf_got got = {0};
		char file[8192];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		tried++;
		if (dt_reader_open(&reader, file, &error)) {
			assert_true(error.message[0]);
			continue;
		}
		assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
		if (!strcmp(reader->info.kind, "perf.data"))
			assert_false(reader->info.complete);
		dt_reader_close(reader);
		perf_got_free(&got);
	}
	(void)closedir(directory);
	assert_true(tried > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),	   cmocka_unit_test(test_killed),
		cmocka_unit_test(test_old_kernel), cmocka_unit_test(test_golden),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
