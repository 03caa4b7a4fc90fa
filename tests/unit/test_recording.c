/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recording directories: trace.dat and perf.data as one input, one of them alone, one of them
 * damaged, and directories that are none.
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

#include "tests/tools/trace_writer.h"
#include "tests/unit/perf_check.h"

#define NR_REGIONS 3000
#define NR_LOST	   17
#define TRACE	   "trace.dat"
#define PERF	   "perf.data"

static char directory[] = "/tmp/test_recording-XXXXXX";

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
	return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path_of(TRACE));
	(void)unlink(path_of(PERF));
	return rmdir(directory);
}

/* Regions a microsecond apart from `start` on, and a marked loss among them. */
static void write_trace(uint64_t start)
{
	const struct dt_tw_config config = {.version = 6,
					    .long_size = 8,
					    .page_size = 4096,
					    .cpus = 2,
					    .uname = "Linux host-of-trace 7.3.0-test x86_64",
					    .clock = "perf"};
	struct dt_tw *writer = dt_tw_new(&config);
	FILE *file = fopen(path_of(TRACE), "w");

	assert_non_null(file);
	for (uint64_t i = 0; i < NR_REGIONS; i++) {
		const struct dt_region region = {.time = start + i * 1000,
						 .start = i % 10 * 4096,
						 .end = (i % 10 + 1) * 4096,
						 .nr_regions = 10,
						 .kdamond = 7};
		const struct dt_tw_where where = {0, i / 500 & 1};

		if (i == 2000)
			dt_tw_lose(writer, where, NR_LOST);
		dt_tw_region(writer, where, &region);
		/* an event that perf.data has not, and a name that both have */
		if (i % 1000 == 0) {
			const struct dt_esz esz = {.time = region.time, .kdamond = 7};

			dt_tw_esz(writer, where, &esz);
		}
	}
	assert_int_equal(dt_tw_finish(writer, file), 0);
	dt_tw_free(writer);
	assert_int_equal(fclose(file), 0);
}

static void write_perf(struct perf_made *made, struct perf_writer_options options)
{
	options.attr_size = 128;
	options.samples = 5000;
	options.sample_type = PW_DEFAULT | PW_PHYS_ADDR;
	options.identifier = PW_IDENTIFIER;
	options.seed = 3;
	options.cpus = 4;
	options.pids = 2;
	options.base = 0x7f0000000000ull;
	options.range = 64 << 20;
	options.phases = 4;
	options.round = 200;
	options.regions = 20;
	options.lost_every = 500;
	options.throttle_every = 700;
	perf_make_at(made, &options, path_of(PERF));
}

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct dt_reader *open_recording(void)
{
	struct dt_error error = {0};
	struct dt_reader *reader;

	if (dt_reader_open(&reader, directory, &error))
		fail_msg("open: %s", error.message);
	assert_string_equal(reader->info.kind, "recording");
	assert_string_equal(reader->info.path, directory);
	return reader;
}

static const struct dt_event_count *find_event(const struct dt_reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->info.nr_events; i++)
		if (!strcmp(reader->info.events[i].name, name))
			return &reader->info.events[i];
	return NULL;
}

/* The sums of both parts, whatever was walked before. */
static void check_sums(const struct dt_reader *reader, const struct perf_made *made,
		       uint64_t trace_start)
{
	const struct dt_input_info *info = &reader->info;
	const uint64_t trace_end = trace_start + (NR_REGIONS - 1) * 1000ull;

	assert_true(reader->counted);
	assert_true(info->complete);
	assert_int_equal(info->lost_events, NR_LOST);
	assert_int_equal(info->lost_unknown, 0);
	assert_int_equal(info->lost_samples, made->totals.lost + made->totals.dropped);
	assert_int_equal(info->throttles, made->totals.throttles);
	assert_int_equal(info->samples_total, made->totals.samples[0] + made->totals.samples[1]);
	assert_int_equal(info->samples_with_address, made->totals.with_address);
	assert_int_equal(info->samples_address_zero, made->totals.address_zero);
	assert_int_equal(info->samples_with_phys, made->totals.with_phys);
	assert_int_equal(info->start_ns,
			 trace_start < made->totals.first ? trace_start : made->totals.first);
	assert_int_equal(info->end_ns,
			 trace_end > made->totals.last ? trace_end : made->totals.last);
	assert_string_equal(info->kernel, "7.3.0-test");
	assert_string_equal(info->host, "host-of-trace");
	assert_string_equal(info->clock, "perf");
}

static void test_both(void **state)
{
	struct perf_writer_options options = {.events = 2};

	(void)state;
	/* the trace begins first, ends last, or lies inside or outside the other's time */
	for (uint64_t start = 1; start < 4000000000000ull; start *= 50) {
		struct perf_made made;
		struct dt_reader *reader;
		struct stat status;
		uint64_t size;

		write_trace(start);
		write_perf(&made, options);
		assert_int_equal(stat(path_of(TRACE), &status), 0);
		size = (uint64_t)status.st_size;
		assert_int_equal(stat(path_of(PERF), &status), 0);
		reader = open_recording();
		assert_int_equal(reader->info.size, size + (uint64_t)status.st_size);
		for (int round = 0; round < 3; round++) {
			struct perf_got got = {.swap = round & 1};

			assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
			assert_int_equal(got.regions.count, NR_REGIONS);
			assert_int_equal(got.samples.count,
					 made.totals.samples[0] + made.totals.samples[1]);
			check_sums(reader, &made, start);
			assert_int_equal(find_event(reader, "damon_aggregated")->count, NR_REGIONS);
			assert_int_equal(reader->info.nr_events, 4);
			perf_got_free(&got);
		}
		dt_reader_close(reader);
		perf_made_free(&made);
	}
}

/* A sample says which of the recording's events it is of. */
static void test_sample_events(void **state)
{
	/* tracepoints of DAMON's before the memory events, in both files */
	struct perf_writer_options options = {.events = 2, .snapshots = 40};
	struct perf_made made;
	struct perf_got got = {0};
	struct dt_reader *reader;
	uint64_t counts[8] = {0};

	(void)state;
	write_trace(1000);
	write_perf(&made, options);
	reader = open_recording();
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(find_event(reader, "damon_aggregated")->count,
			 NR_REGIONS + made.totals.regions);
	assert_int_equal(got.regions.count, NR_REGIONS + made.totals.regions);
	for (size_t i = 0; i < got.samples.count; i++) {
		const uint32_t event = got.samples.list[i].event;

		assert_true(event < reader->info.nr_events && event < 8);
		assert_true(reader->info.events[event].is_sample);
		assert_true(reader->info.events[event].has & DT_COL_ADDR);
		counts[event]++;
	}
	for (size_t i = 0; i < reader->info.nr_events; i++)
		if (reader->info.events[i].is_sample)
			assert_int_equal(reader->info.events[i].count, counts[i]);
	perf_got_free(&got);
	dt_reader_close(reader);
	perf_made_free(&made);
}

static void test_one_part(void **state)
{
	struct perf_writer_options options = {.events = 2};
	struct perf_made made;

	(void)state;
	write_trace(1000);
	for (int part = 0; part < 2; part++) {
		struct perf_got got = {0};
		struct dt_reader *reader = open_recording();

		assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
		assert_int_equal(got.regions.count, part ? 0 : NR_REGIONS);
		assert_int_equal(got.samples.count, part ? 5000 : 0);
		assert_true(reader->info.complete);
		assert_int_equal(reader->info.warnings.count, 0);
		perf_got_free(&got);
		dt_reader_close(reader);
		if (part) {
			perf_made_free(&made);
		} else {
			assert_int_equal(unlink(path_of(TRACE)), 0);
			write_perf(&made, options);
		}
	}
}

/* What a killed recorder leaves behind: the part that is whole is read, the other one named. */
static void test_damaged_part(void **state)
{
	static const char *const texts[] = {"", "PERF", "not a recording at all\n"};

	(void)state;
	write_trace(1000);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct perf_got got = {0};
		struct dt_reader *reader;

		write_text(PERF, texts[i]);
		reader = open_recording();
		assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
		assert_int_equal(got.regions.count, NR_REGIONS);
		assert_false(reader->info.complete);
		assert_true(perf_has_warning(reader, PERF));
		assert_int_equal(reader->info.lost_events, NR_LOST);
		perf_got_free(&got);
		dt_reader_close(reader);
	}
	/* a caller that asks for no text gets none */
	{
		struct dt_reader *reader;

		assert_int_equal(dt_reader_open(&reader, directory, NULL), 0);
		dt_reader_close(reader);
	}
}

static void test_no_recording(void **state)
{
	struct dt_error error = {0};
	struct dt_reader *reader;

	(void)state;
	assert_int_equal(dt_reader_open(&reader, directory, &error), -ENOMSG);
	assert_non_null(strstr(error.message, directory));
	assert_true(error.hint[0]);
	error = (struct dt_error){0};
	write_text(TRACE, "text");
	write_text(PERF, "");
	assert_int_equal(dt_reader_open(&reader, directory, &error), -ENOMSG);
	assert_true(error.message[0]);
	assert_int_equal(unlink(path_of(PERF)), 0);
	error = (struct dt_error){0};
	assert_int_equal(dt_reader_open(&reader, directory, &error), -ENOMSG);
	assert_non_null(strstr(error.message, TRACE));
}

/* The sink's error ends the walk wherever it comes; a later walk gives and counts everything. */
static void test_sink_fails(void **state)
{
	struct perf_writer_options options = {.events = 2};
	struct perf_made made;

	(void)state;
	write_trace(1000);
	write_perf(&made, options);
	for (int after = 1; after < 12; after++) {
		struct perf_got got = {.fail_after = after}, all = {0};
		struct dt_reader *reader = open_recording();

		assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL),
				 -ECANCELED);
		assert_int_equal(got.batches, after);
		assert_false(reader->counted);
		assert_int_equal(perf_collect(reader, &all, PERF_ALL_KINDS, DT_COL_ALL), 0);
		assert_int_equal(all.regions.count, NR_REGIONS);
		check_sums(reader, &made, 1000);
		assert_int_equal(find_event(reader, "damon_aggregated")->count, NR_REGIONS);
		perf_got_free(&got);
		perf_got_free(&all);
		dt_reader_close(reader);
	}
	perf_made_free(&made);
}

/* Only what the sink wants comes, from both parts. */
static void test_kinds(void **state)
{
	struct perf_writer_options options = {.events = 1};
	struct perf_made made;
	struct dt_reader *reader;

	(void)state;
	write_trace(1000);
	write_perf(&made, options);
	reader = open_recording();
	for (unsigned wanted = 0; wanted < 8; wanted++) {
		struct perf_got got = {0};
		const uint32_t kinds = (wanted & 1) << DT_KIND_REGION |
				       (wanted >> 1 & 1) << DT_KIND_SAMPLE |
				       (wanted >> 2 & 1) << DT_KIND_LOSS;

		assert_int_equal(perf_collect(reader, &got, kinds, DT_COL_TIME), 0);
		assert_int_equal(got.regions.count, wanted & 1 ? NR_REGIONS : 0);
		assert_int_equal(got.samples.count, wanted & 2 ? 5000 : 0);
		assert_int_equal(got.losses.count != 0, (wanted & 4) != 0);
		perf_got_free(&got);
	}
	dt_reader_close(reader);
	perf_made_free(&made);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both),	 TEST(test_sample_events), TEST(test_one_part),
		TEST(test_damaged_part), TEST(test_no_recording),  TEST(test_sink_fails),
		TEST(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
