/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Segments of a recording as the collector writes them: finished, left behind by a recorder that
 * was killed, and on a disk that is full. The pages come from the writer of test recordings, whose
 * own file says what must come out.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "collector/trace_names.h"
#include "collector/trace_segment.h"
#include "damon-trace/reader.h"
#include "tests/tools/trace_writer.h"
#include "tests/unit/perf_check.h"

#define NR_REGIONS 4000
#define CPUS	   3 /* the last one has no events */
#define PAGE	   4096

static char directory[] = "/tmp/test_segment-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(directory + sizeof(directory) - 7, 7, "XXXXXX");
	(void)signal(SIGXFSZ, SIG_IGN);
	return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = {
		"trace.dat",   "trace.dat.cpu0",   "trace.dat.cpu1",   "trace.dat.cpu2",
		"trace.dat.1", "trace.dat.1.cpu0", "trace.dat.1.cpu1", "saved_cmdlines"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(path_of(names[i]));
	return rmdir(directory);
}

static bool exists(const char *name)
{
	return !access(path_of(name), F_OK);
}

/* A recording in memory, and what the collector would have read of its kernel. */
struct made {
	unsigned char *bytes;
	size_t size;
	uint64_t data[CPUS], sizes[CPUS];
	struct dt_trace_facts facts;
};

static struct dt_trace_text text_of(char *text)
{
	return (struct dt_trace_text){.text = text, .size = strlen(text)};
}

static char *copy(const char *text)
{
	char *made = strdup(text);

	assert_non_null(made);
	return made;
}

static void take_facts(struct made *made, const struct dt_tw *writer)
{
	static const char header_page[] =
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";
	struct dt_trace_facts *facts = &made->facts;

	*facts = (struct dt_trace_facts){.page_size = PAGE,
					 .nr_cpus = CPUS,
					 .clock = "[perf]",
					 .uname = "Linux host-of-test 7.3.0-test x86_64",
					 .id = 77,
					 .nr_events = 2};
	facts->header_page = text_of(copy(header_page));
	facts->header_event = text_of(copy("# compressed entry header\n"));
	facts->clocks = text_of(copy("local global [perf] mono\n"));
	facts->tracefs = copy(directory);
	facts->proc = copy("/nowhere");
	facts->names = calloc(2, sizeof(*facts->names));
	facts->formats = calloc(2, sizeof(*facts->formats));
	assert_non_null(facts->names);
	assert_non_null(facts->formats);
	facts->names[0] = copy("damon:damon_aggregated");
	facts->names[1] = copy("damon:damos_esz");
	facts->formats[0] = text_of(dt_tw_format(writer, DT_TW_AGGREGATED));
	facts->formats[1] = text_of(dt_tw_format(writer, DT_TW_ESZ));
}

static void make(struct made *made)
{
	const struct dt_tw_config config = {
		.version = 6, .long_size = 8, .page_size = PAGE, .cpus = CPUS, .clock = "perf"};
	struct dt_tw *writer = dt_tw_new(&config);

	for (uint64_t i = 0; i < NR_REGIONS; i++) {
		const struct dt_region region = {.time = 1000000 + i * 1000,
						 .start = i % 10 * PAGE,
						 .end = (i % 10 + 1) * PAGE,
						 .nr_regions = 10,
						 .nr_accesses = (uint32_t)i,
						 .kdamond = 7};
		const struct dt_tw_where where = {0, i / 500 & 1};

		dt_tw_region(writer, where, &region);
		if (i % 1000 == 0) {
			const struct dt_esz esz = {.time = region.time, .kdamond = 7};

			dt_tw_esz(writer, where, &esz);
		}
	}
	made->bytes = dt_tw_finish_memory(writer, &made->size);
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		made->data[cpu] =
			dt_tw_data_place(writer, (struct dt_tw_where){0, cpu}, &made->sizes[cpu]);
	assert_int_equal(made->sizes[2], 0);
	assert_true(made->sizes[0] >= 4 * PAGE && made->sizes[1] >= 4 * PAGE);
	take_facts(made, writer);
	dt_tw_free(writer);
}

static void made_free(struct made *made)
{
	dt_trace_facts_free(&made->facts);
	free(made->bytes);
}

static struct dt_trace_segment *begin(const struct made *made, const char *name)
{
	struct dt_trace_segment *segment;
	struct dt_error error = {0};

	if (dt_trace_segment_begin(&segment, &made->facts, directory, name, &error))
		fail_msg("%s", error.message);
	return segment;
}

/* The pages of each CPU, from one to before the other; `cut` bytes of the last one are missing. */
static void put_pages(struct dt_trace_segment *segment, const struct made *made, uint64_t from,
		      uint64_t to, size_t cut)
{
	for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
		const uint64_t start =
			from * PAGE < made->sizes[cpu] ? from * PAGE : made->sizes[cpu];
		const uint64_t end = to < made->sizes[cpu] / PAGE ? to * PAGE : made->sizes[cpu];
		int fd;

		if (start == end)
			continue;
		fd = dt_trace_segment_file(segment, cpu);
		assert_true(fd >= 0);
		assert_int_equal(
			write(fd, made->bytes + made->data[cpu] + start, end - start - cut),
			end - start - cut);
		dt_trace_segment_grow(segment, cpu, end - start - (cut ? PAGE : 0));
	}
}

static struct dt_reader *open_input(const char *path)
{
	struct dt_error error = {0};
	struct dt_reader *reader;

	if (dt_reader_open(&reader, path, &error))
		fail_msg("%s", error.message);
	return reader;
}

static struct dt_reader *collect(const char *path, struct perf_got *got)
{
	struct dt_reader *reader = open_input(path);

	*got = (struct perf_got){0};
	assert_int_equal(perf_collect(reader, got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(got->disorder, 0);
	return reader;
}

/* The same regions as the writer's own file gives. */
static void check_regions(const struct made *made, const struct perf_got *got)
{
	struct perf_got expected = {0};
	struct dt_error error = {0};
	struct dt_reader *reader;

	assert_int_equal(dt_reader_open_memory(&reader, made->bytes, made->size, &error), 0);
	assert_int_equal(perf_collect(reader, &expected, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(expected.regions.count, NR_REGIONS);
	assert_int_equal(got->regions.count, NR_REGIONS);
	for (size_t i = 0; i < NR_REGIONS; i++)
		assert_memory_equal(&got->regions.list[i].truth, &expected.regions.list[i].truth,
				    sizeof(struct perf_truth));
	perf_got_free(&expected);
	dt_reader_close(reader);
}

static void test_finished(void **state)
{
	struct dt_trace_segment *segment;
	struct dt_error error = {0};
	struct dt_reader *reader;
	struct perf_got got;
	struct made made;

	(void)state;
	make(&made);
	segment = begin(&made, "trace.dat");
	put_pages(segment, &made, 0, 3, 0);
	put_pages(segment, &made, 3, UINT64_MAX, 0);
	/* only what was counted since its begin is this segment's */
	dt_trace_segment_first(segment)[0].overrun = 100;
	dt_trace_segment_last(segment)[0].overrun = 130;
	dt_trace_segment_last(segment)[1].dropped = 5;
	assert_int_equal(dt_trace_segment_finish(segment, &error), 0);
	assert_true(exists("trace.dat"));
	assert_false(exists("trace.dat.cpu0") || exists("trace.dat.cpu1"));
	assert_false(exists("trace.dat.cpu2") || exists("trace.dat.new"));
	reader = collect(path_of("trace.dat"), &got);
	check_regions(&made, &got);
	assert_true(reader->info.complete);
	assert_int_equal(reader->info.lost_events, 35);
	assert_int_equal(reader->info.cpus, CPUS);
	assert_string_equal(reader->info.clock, "perf");
	assert_string_equal(reader->info.host, "host-of-test");
	assert_string_equal(reader->info.kernel, "7.3.0-test");
	assert_string_equal(reader->info.arch, "x86_64");
	assert_int_equal(reader->info.nr_events, 2);
	perf_got_free(&got);
	dt_reader_close(reader);
	made_free(&made);
}

/* A recorder that nobody let record anything. */
static void test_empty(void **state)
{
	struct dt_error error = {0};
	struct dt_reader *reader;
	struct perf_got got;
	struct made made;

	(void)state;
	make(&made);
	assert_int_equal(dt_trace_segment_finish(begin(&made, "trace.dat"), &error), 0);
	reader = collect(path_of("trace.dat"), &got);
	assert_int_equal(got.regions.count, 0);
	assert_true(reader->info.complete);
	perf_got_free(&got);
	dt_reader_close(reader);
	made_free(&made);
}

/* What kill -9 leaves: by itself and as a part of the directory. */
static void test_killed(void **state)
{
	struct made made;

	(void)state;
	make(&made);
	dt_trace_segment_free(begin(&made, "trace.dat"));
	for (int round = 0; round < 3; round++) {
		struct dt_trace_segment *segment;
		struct dt_reader *reader;
		struct perf_got got;

		if (!round) {
			/* killed before the first page */
			reader = collect(path_of("trace.dat"), &got);
			assert_int_equal(got.regions.count, 0);
		} else {
			(void)unlink(path_of("trace.dat"));
			segment = begin(&made, "trace.dat");
			if (round == 1)
				put_pages(segment, &made, 0, UINT64_MAX, 0);
			dt_trace_segment_free(segment);
			reader = collect(round == 1 ? path_of("trace.dat") : directory, &got);
			check_regions(&made, &got);
			assert_true(perf_has_warning(reader, "not closed by its recorder"));
		}
		assert_false(reader->info.complete);
		assert_string_equal(reader->info.clock, "perf");
		perf_got_free(&got);
		dt_reader_close(reader);
	}
	made_free(&made);
}

/* Killed while a page was being written. */
static void test_cut_page(void **state)
{
	struct dt_trace_segment *segment;
	struct dt_reader *reader;
	struct perf_got got;
	struct made made;

	(void)state;
	make(&made);
	segment = begin(&made, "trace.dat");
	put_pages(segment, &made, 0, 4, 1000);
	dt_trace_segment_free(segment);
	reader = collect(path_of("trace.dat"), &got);
	/* three whole pages of two CPUs at least, at most 64 bytes an event */
	assert_true(got.regions.count > 2 * 3 * PAGE / 64);
	assert_true(got.regions.count < NR_REGIONS);
	assert_false(reader->info.complete);
	perf_got_free(&got);
	dt_reader_close(reader);
	made_free(&made);
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size == RLIM_INFINITY ? limit.rlim_max : size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* No room for the finished file: what there is stays, and can still be read. */
static void test_no_room(void **state)
{
	struct dt_trace_segment *segment;
	struct dt_error error = {0};
	struct dt_reader *reader;
	struct perf_got got;
	struct made made;
	int ret;

	(void)state;
	make(&made);
	segment = begin(&made, "trace.dat");
	put_pages(segment, &made, 0, UINT64_MAX, 0);
	limit_files(made.sizes[0] + PAGE);
	ret = dt_trace_segment_finish(segment, &error);
	limit_files(RLIM_INFINITY);
	assert_int_equal(ret, -EFBIG);
	assert_non_null(strstr(error.message, "trace.dat"));
	assert_true(error.hint[0]);
	assert_false(exists("trace.dat.new"));
	assert_true(exists("trace.dat.cpu0") && exists("trace.dat.cpu1"));
	reader = collect(path_of("trace.dat"), &got);
	check_regions(&made, &got);
	assert_false(reader->info.complete);
	perf_got_free(&got);
	dt_reader_close(reader);
	made_free(&made);
}

/* No room for the header: nothing stays. And a file that is there is not written over. */
static void test_cannot_begin(void **state)
{
	struct dt_trace_segment *segment;
	struct dt_error error = {0};
	struct made made;
	int ret;

	(void)state;
	make(&made);
	limit_files(100);
	ret = dt_trace_segment_begin(&segment, &made.facts, directory, "trace.dat", &error);
	limit_files(RLIM_INFINITY);
	assert_int_equal(ret, -EFBIG);
	assert_false(exists("trace.dat"));
	dt_trace_segment_free(begin(&made, "trace.dat"));
	assert_int_equal(
		dt_trace_segment_begin(&segment, &made.facts, directory, "trace.dat", &error),
		-EEXIST);
	assert_int_equal(dt_trace_segment_begin(&segment, &made.facts, "/nowhere", "a", &error),
			 -ENOENT);
	made_free(&made);
}

/* Segments that follow each other are one recording, the second one not closed. */
static void test_rotated(void **state)
{
	struct dt_trace_segment *segment;
	struct dt_error error = {0};
	struct dt_reader *reader;
	struct perf_got got;
	struct made made;

	(void)state;
	make(&made);
	segment = begin(&made, "trace.dat");
	put_pages(segment, &made, 0, 4, 0);
	dt_trace_segment_last(segment)[0].overrun = 3;
	assert_int_equal(dt_trace_segment_finish(segment, &error), 0);
	segment = begin(&made, "trace.dat.1");
	put_pages(segment, &made, 4, UINT64_MAX, 0);
	dt_trace_segment_free(segment);
	reader = collect(directory, &got);
	assert_int_equal(got.regions.count, NR_REGIONS);
	assert_false(reader->info.complete);
	assert_true(perf_has_warning(reader, "trace.dat.1: "));
	assert_int_equal(reader->info.lost_events, 3);
	perf_got_free(&got);
	dt_reader_close(reader);
	/* the older one is gone */
	assert_int_equal(unlink(path_of("trace.dat")), 0);
	reader = collect(directory, &got);
	assert_true(got.regions.count > 0 && got.regions.count < NR_REGIONS);
	perf_got_free(&got);
	dt_reader_close(reader);
	made_free(&made);
}

/* What is known now goes before what was known earlier; nothing is said twice. */
static void test_names(void **state)
{
	FILE *file = fopen(path_of("saved_cmdlines"), "w");
	char *names;

	(void)state;
	assert_non_null(file);
	assert_true(fputs("12 new name\n7 kdamond.0\nnonsense\n99999999999 x\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(dt_trace_names_read(directory, "/nowhere", "12 old\n13 gone\n", &names),
			 0);
	assert_string_equal(names, "12 new name\n7 kdamond.0\n13 gone\n");
	free(names);
	assert_int_equal(dt_trace_names_read("/nowhere", "/nowhere", NULL, &names), 0);
	assert_string_equal(names, "");
	free(names);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_finished), TEST(test_empty),	 TEST(test_killed),
		TEST(test_cut_page), TEST(test_no_room), TEST(test_cannot_begin),
		TEST(test_rotated),  TEST(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
