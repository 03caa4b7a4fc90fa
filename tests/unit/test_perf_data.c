/* SPDX-License-Identifier: GPL-2.0-only */
/* perf.data in all its forms: what the writer wrote comes out, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <unistd.h>

#include <cmocka.h>

#include "readers/perf_order.h"
#include "tests/unit/perf_check.h"

#define FIXED                                                                                \
	(PW_IP | PW_TID | PW_TIME | PW_ADDR | PW_CPU | PW_PERIOD | PW_WEIGHT | PW_DATA_SRC | \
	 PW_PHYS_ADDR)
#define VARIABLE                                                                         \
	(PW_CALLCHAIN | PW_RAW | PW_BRANCH_STACK | PW_REGS_USER | PW_STACK_USER |        \
	 PW_WEIGHT_STRUCT | PW_DATA_SRC | PW_TRANSACTION | PW_REGS_INTR | PW_PHYS_ADDR | \
	 PW_CGROUP | PW_DATA_PAGE_SIZE | PW_CODE_PAGE_SIZE)

/* WEIGHT and WEIGHT_STRUCT exclude each other. */
#define ALL_FIELDS ((FIXED & ~PW_WEIGHT) | VARIABLE)

/* What the cases below leave 0. */
static struct perf_writer_options with_defaults(struct perf_writer_options options)
{
	options.attr_size = options.attr_size ? options.attr_size : 128;
	options.samples = options.samples ? options.samples : 3000;
	options.sample_type = options.sample_type ? options.sample_type : PW_DEFAULT;
	options.events = options.events ? options.events : 1;
	options.cpus = options.cpus ? options.cpus : 4;
	options.round = options.round ? options.round : 200;
	options.pids = 3;
	options.seed = 7;
	options.base = 0x7f0000000000ull;
	options.range = 64 << 20;
	options.phases = 4;
	options.regions = 20;
	return options;
}

static const struct {
	const char *name;
	struct perf_writer_options options;
} forms[] = {
	{"plain", {0}},
	{"fixed fields", {.sample_type = FIXED}},
	{"variable fields", {.sample_type = PW_DEFAULT | PW_CPU | VARIABLE}},
	{"registers alone", {.sample_type = PW_DEFAULT | PW_WEIGHT | PW_REGS_INTR | PW_PHYS_ADDR}},
	{"stream id", {.sample_type = PW_DEFAULT | PW_STREAM_ID}},
	{"pipe", {.mode = PW_PIPE, .sample_type = FIXED}},
	{"big-endian", {.big = true, .sample_type = FIXED}},
	{"big-endian, variable", {.big = true, .sample_type = ALL_FIELDS}},
	{"big-endian pipe",
	 {.big = true, .mode = PW_PIPE, .events = 2, .identifier = PW_IDENTIFIER}},
	{"three events", {.events = 3, .identifier = PW_IDENTIFIER}},
	{"three events by id", {.events = 3, .identifier = PW_ID, .mode = PW_PIPE}},
	{"mixed layouts", {.events = 4, .identifier = PW_IDENTIFIER, .mixed = true}},
	{"mixed layouts by id", {.events = 2, .identifier = PW_ID, .mixed = true}},
	{"identifiers not listed", {.identifier = PW_IDENTIFIER, .no_ids = true}},
	{"zstd 81", {.compress = 81}},
	{"zstd 83", {.compress = 83}},
	{"zstd 81, records over many payloads", {.compress = 81, .compress_chunk = 37}},
	{"zstd 83 pipe", {.compress = 83, .mode = PW_PIPE, .sample_type = ALL_FIELDS}},
	{"zstd 81 big-endian", {.compress = 81, .big = true}},
	{"unterminated", {.unterminated = true}},
	{"auxtrace", {.auxtrace = true}},
	{"auxtrace pipe", {.auxtrace = true, .mode = PW_PIPE}},
	{"losses",
	 {.sample_type = FIXED, .lost_every = 100, .dropped_every = 150, .throttle_every = 333}},
	{"losses, ids, big-endian",
	 {.big = true,
	  .events = 2,
	  .identifier = PW_IDENTIFIER,
	  .lost_every = 100,
	  .dropped_every = 150,
	  .throttle_every = 333}},
	{"damon", {.identifier = PW_IDENTIFIER, .snapshots = 40}},
	{"damon probe", {.identifier = PW_ID, .snapshots = 40, .goals = PW_GOALS_PROBE}},
	{"damon pipe", {.identifier = PW_IDENTIFIER, .snapshots = 40, .mode = PW_PIPE}},
	{"damon big-endian",
	 {.identifier = PW_IDENTIFIER, .snapshots = 40, .big = true, .goals = PW_GOALS_PROBE}},
	{"damon zstd",
	 {.identifier = PW_IDENTIFIER, .snapshots = 40, .compress = 83, .lost_every = 70}},
	{"damon by name", {.identifier = PW_IDENTIFIER, .snapshots = 40, .no_formats = true}},
	{"clock", {.mono = true}},
};

static void check_info(const struct dt_reader *reader, const struct perf_made *made,
		       const struct perf_writer_options *options)
{
	const struct dt_input_info *info = &reader->info;
	uint64_t samples = 0;

	for (unsigned i = 0; i < options->events; i++)
		samples += made->totals.samples[i];
	assert_int_equal(info->samples_total, samples);
	assert_int_equal(info->samples_with_address, made->totals.with_address);
	assert_int_equal(info->samples_address_zero, made->totals.address_zero);
	assert_int_equal(info->samples_with_phys, made->totals.with_phys);
	assert_int_equal(info->lost_samples, made->totals.lost + made->totals.dropped);
	assert_int_equal(info->lost_events, 0);
	assert_int_equal(info->throttles, made->totals.throttles);
	assert_int_equal(info->start_ns, made->totals.first);
	assert_int_equal(info->end_ns, made->totals.last);
	assert_int_equal(info->big_endian, options->big);
	assert_int_equal(info->complete, !options->unterminated);
	assert_int_equal(info->warnings.count != 0, options->unterminated || options->no_formats);
	assert_string_equal(info->clock, options->mono ? "monotonic" : "perf");
}

static void check_names(const struct dt_reader *reader, const struct perf_made *made,
			const struct perf_writer_options *options)
{
	const struct dt_input_info *info = &reader->info;
	size_t first = options->snapshots ? 2 : 0;

	assert_int_equal(info->nr_events, first + options->events);
	for (unsigned i = 0; i < options->events; i++) {
		const struct dt_event_count *event = &info->events[first + i];

		if (!options->unterminated)
			assert_string_equal(event->name, perf_writer_event_name(i));
		assert_int_equal(event->count, made->totals.samples[i]);
		assert_true(event->is_sample);
		assert_true(event->has & DT_COL_TIME);
	}
	if (!first)
		return;
	assert_string_equal(info->events[0].name, "damon_aggregated");
	assert_string_equal(info->events[1].name, "damos_node_eligible_mem_bp");
	assert_int_equal(info->events[0].count, made->totals.regions);
	assert_int_equal(info->events[1].count, made->totals.goals);
	assert_false(info->events[0].is_sample);
}

static void check_event_of_samples(const struct perf_made *made, const struct perf_got *got,
				   size_t first)
{
	size_t sample = 0;

	for (size_t i = 0; i < made->truth.count; i++)
		if (made->truth.list[i].truth.kind == PT_SAMPLE)
			assert_int_equal(got->samples.list[sample++].event,
					 made->truth.list[i].truth.event + first);
}

static void check_reader(struct dt_reader *reader, const struct perf_made *made,
			 const struct perf_writer_options *options)
{
	/* the second walk must yield the same and leave the counts as they are */
	for (int walk = 0; walk < 2; walk++) {
		struct perf_got got = {.swap = walk == 1};

		assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
		perf_rows_sort(&got.samples);
		perf_check_all(made, &got, options);
		check_event_of_samples(made, &got, options->snapshots ? 2 : 0);
		check_info(reader, made, options);
		check_names(reader, made, options);
		perf_got_free(&got);
	}
}

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct perf_writer_options options = with_defaults(forms[i].options);
		struct dt_reader *reader;
		struct perf_made made;

		print_message("           %s\n", forms[i].name);
		perf_make(&made, &options);
		reader = perf_open(&made, made.out.used);
		check_reader(reader, &made, &options);
		dt_reader_close(reader);
		perf_made_free(&made);
	}
}

static void test_attr_sizes(void **state)
{
	static const uint32_t sizes[] = {64,  72,  80,	96,  104, 112, 120,
					 128, 136, 144, 152, 200, 248, 4096};

	(void)state;
	for (size_t i = 0; i < 4 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct perf_writer_options options = with_defaults((struct perf_writer_options){
			.events = 2, .samples = 300, .identifier = PW_IDENTIFIER});
		struct dt_reader *reader;
		struct perf_made made;

		options.attr_size = sizes[i / 4];
		options.mode = i & 1 ? PW_PIPE : PW_FILE;
		options.big = i & 2;
		perf_make(&made, &options);
		reader = perf_open(&made, made.out.used);
		check_reader(reader, &made, &options);
		dt_reader_close(reader);
		perf_made_free(&made);
	}
}

/* Every form of PERF_SAMPLE_READ in front of fields that must still be found. */
static void test_read_formats(void **state)
{
	(void)state;
	for (uint64_t format = 0; format < 32; format++) {
		struct perf_writer_options options = with_defaults((struct perf_writer_options){
			.samples = 200,
			.sample_type = FIXED | PW_READ | (format & 1 ? PW_CALLCHAIN : 0)});
		struct dt_reader *reader;
		struct perf_made made;

		options.read_format = format;
		options.big = format & 2;
		perf_make(&made, &options);
		reader = perf_open(&made, made.out.used);
		check_reader(reader, &made, &options);
		dt_reader_close(reader);
		perf_made_free(&made);
	}
}

/* A compressed record whose size does not fit into the 16 bits of its header. */
static void test_large_payload(void **state)
{
	struct perf_writer_options options =
		with_defaults((struct perf_writer_options){.compress = 83,
							   .compress_chunk = 300000,
							   .samples = 20000,
							   .round = 4096,
							   .sample_type = FIXED});
	/* header, identifiers of four CPUs, one attr, FINISHED_INIT */
	const size_t first = 104 + 32 + 144 + 8;
	struct dt_reader *reader;
	struct perf_made made;
	uint64_t payload;

	(void)state;
	perf_make(&made, &options);
	assert_int_equal(made.out.bytes[first], 83);
	memcpy(&payload, made.out.bytes + first + 8, sizeof(payload));
	assert_in_range(payload, 65536, options.compress_chunk);
	reader = perf_open(&made, made.out.used);
	check_reader(reader, &made, &options);
	dt_reader_close(reader);
	perf_made_free(&made);
}

static void remove_directory(const char *path, unsigned cpus)
{
	char name[4096];

	for (unsigned i = 0; i <= cpus; i++) {
		if (i)
			(void)snprintf(name, sizeof(name), "%s/data.%u", path, i - 1);
		else
			(void)snprintf(name, sizeof(name), "%s/data", path);
		(void)unlink(name);
	}
	(void)rmdir(path);
}

static void check_directory(const struct perf_writer_options *options)
{
	char path[] = "/tmp/dt-perf-XXXXXX", file[64];
	struct dt_error error = {0};
	struct dt_reader *reader;
	struct perf_got got = {0};
	struct perf_made made;

	assert_non_null(mkdtemp(path));
	perf_make_at(&made, options, path);
	assert_int_equal(dt_reader_open(&reader, path, &error), 0);
	assert_string_equal(reader->info.path, path);
	assert_non_null(strstr(reader->info.version, "directory mode"));
	check_reader(reader, &made, options);
	dt_reader_close(reader);
	/* its main file alone has no samples, and must say so */
	(void)snprintf(file, sizeof(file), "%s/data", path);
	assert_int_equal(dt_reader_open(&reader, file, &error), 0);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_false(reader->info.complete);
	assert_true(perf_has_warning(reader, "belongs to a directory"));
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_made_free(&made);
	remove_directory(path, options->cpus);
}

static void test_directories(void **state)
{
	static const struct perf_writer_options kinds[] = {
		{.mode = PW_DIRECTORY},
		{.mode = PW_DIRECTORY,
		 .identifier = PW_IDENTIFIER,
		 .snapshots = 100,
		 .samples = 20000,
		 .lost_every = 500,
		 .cpus = 7},
		{.mode = PW_DIRECTORY,
		 .identifier = PW_IDENTIFIER,
		 .snapshots = 100,
		 .samples = 20000,
		 .compress = 81,
		 .compress_chunk = 1000},
		{.mode = PW_DIRECTORY,
		 .big = true,
		 .compress = 83,
		 .events = 2,
		 .identifier = PW_IDENTIFIER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct perf_writer_options options = with_defaults(kinds[i]);

		check_directory(&options);
	}
}

static void test_features(void **state)
{
	static const enum perf_writer_mode modes[] = {PW_FILE, PW_PIPE};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct perf_writer_options options =
			with_defaults((struct perf_writer_options){.cpus = 3});
		const struct dt_input_info *info;
		struct dt_reader *reader;
		struct perf_made made;

		options.mode = modes[i];
		options.compress = i ? 83 : 0;
		perf_make(&made, &options);
		reader = perf_open(&made, made.out.used);
		info = &reader->info;
		assert_string_equal(info->host, "testhost");
		assert_string_equal(info->kernel, "7.3.4-test");
		assert_string_equal(info->arch, "x86_64");
		assert_string_equal(info->command, "perf record -d -- made-up");
		assert_string_equal(info->version, i ? "2, pipe mode, zstd" : "2");
		assert_int_equal(info->cpus, 3);
		assert_int_equal(info->size, made.out.used);
		dt_reader_close(reader);
		perf_made_free(&made);
	}
}

/* Only what was asked for is filled; the counts are complete all the same. */
/* Of the fields in FIXED, and what every record has. */
#define FIXED_COLUMNS (((DT_COL_TID << 1) - 1) | DT_COL_MISC)

static void test_columns(void **state)
{
	const struct perf_writer_options options =
		with_defaults((struct perf_writer_options){.sample_type = FIXED});
	const uint32_t asked = DT_COL_TIME | DT_COL_WEIGHT | DT_COL_PHYS;
	struct perf_got got = {0}, none = {0};
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	perf_make(&made, &options);
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &none, 0, DT_COL_ALL), 0);
	assert_int_equal(none.batches, 0);
	check_info(reader, &made, &options);
	assert_int_equal(perf_collect(reader, &got, 1u << DT_KIND_SAMPLE, asked), 0);
	assert_int_equal(got.samples.count, options.samples);
	for (size_t i = 0; i < got.samples.count; i++) {
		assert_int_equal(got.samples.list[i].columns, asked);
		assert_int_equal(got.samples.list[i].has, FIXED_COLUMNS);
	}
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_got_free(&none);
	perf_made_free(&made);
}

/* What the writer puts into each sample beside the truth (tests/tools/perf_writer_records.c). */
#define WRITTEN_WEIGHTS 0x00070011u
#define WRITTEN_CGROUP	1
#define WRITTEN_PAGE	4096
#define IBS_WORDS	7

static uint64_t word_at(const struct dt_samples *samples, struct dt_piece piece, uint32_t word,
			bool big)
{
	uint64_t value;

	assert_in_range(8 * word + 8, 8, piece.size);
	assert_in_range(piece.offset + piece.size, piece.size, samples->heap_used);
	memcpy(&value, samples->heap + piece.offset + 8 * word, sizeof(value));
	return big ? be64toh(value) : value;
}

/* caps are 4 bytes, so the registers behind them stand askew */
static uint64_t register_at(const struct dt_samples *samples, struct dt_piece raw, uint32_t word,
			    bool big)
{
	raw.offset += 4;
	raw.size -= 4;
	return word_at(samples, raw, word, big);
}

struct late {
	uint64_t samples, links;
	uint32_t columns;
	bool big, swap;
};

static void check_chain(struct late *late, const struct dt_samples *samples, uint32_t i)
{
	const struct dt_piece chain = samples->chain[i];

	assert_int_equal(chain.size, 8 * (1 + samples->time[i] % 7));
	for (uint32_t link = 0; link < chain.size / 8; link++, late->links++)
		assert_int_equal(word_at(samples, chain, link, false),
				 samples->ip[i] + 16ull * link);
}

static int check_late(void *context, struct dt_batch *batch)
{
	struct late *late = context;
	const struct dt_samples *samples = batch->samples;

	assert_int_equal(samples->columns, late->columns);
	for (uint32_t i = 0; i < batch->count; i++) {
		if (late->columns & DT_COL_WEIGHTS)
			assert_int_equal(samples->weights[i], WRITTEN_WEIGHTS);
		assert_int_equal(samples->cgroup[i], WRITTEN_CGROUP);
		assert_int_equal(samples->page_size[i], WRITTEN_PAGE);
		assert_int_equal(samples->misc[i] & DT_MISC_MODE, DT_MISC_USER);
		if (late->columns & DT_COL_CHAIN)
			check_chain(late, samples, i);
		if (!(late->columns & DT_COL_RAW))
			continue;
		assert_int_equal(samples->raw[i].size, 4 + 8 * IBS_WORDS);
		assert_int_equal(register_at(samples, samples->raw[i], 1, late->big),
				 samples->ip[i]);
		assert_int_equal(register_at(samples, samples->raw[i], 5, late->big),
				 samples->addr[i]);
	}
	late->samples += batch->count;
	if (late->swap) {
		dt_batch_free(batch->kind, batch->records);
		batch->records = dt_batch_alloc(batch->kind);
		assert_non_null(batch->records);
	}
	return 0;
}

static void test_late_columns(void **state)
{
	static const uint64_t types[] = {0, PW_CALLCHAIN, PW_RAW,
					 PW_CALLCHAIN | PW_RAW | PW_REGS_INTR | PW_STACK_USER};

	(void)state;
	for (unsigned i = 0; i < 4 * sizeof(types) / sizeof(types[0]); i++) {
		const uint64_t type = types[i / 4];
		const struct perf_writer_options options =
			with_defaults((struct perf_writer_options){
				.sample_type = PW_DEFAULT | PW_WEIGHT_STRUCT | PW_CGROUP |
					       PW_DATA_PAGE_SIZE | type,
				.big = i % 2});
		struct late late = {.big = i % 2, .swap = i & 2};
		const struct dt_sink sink = {check_late, &late, 1u << DT_KIND_SAMPLE, DT_COL_ALL};
		struct dt_error error = {0};
		struct dt_reader *reader;
		struct perf_made made;

		late.columns = DT_COL_TIME | DT_COL_IP | DT_COL_PID | DT_COL_TID | DT_COL_ADDR |
			       DT_COL_PERIOD | DT_COL_WEIGHT | DT_COL_WEIGHTS | DT_COL_CGROUP |
			       DT_COL_PAGE | DT_COL_MISC | (type & PW_RAW ? DT_COL_RAW : 0) |
			       (type & PW_CALLCHAIN ? DT_COL_CHAIN : 0);
		perf_make(&made, &options);
		reader = perf_open(&made, made.out.used);
		assert_int_equal(dt_reader_walk(reader, &sink, &error), 0);
		assert_int_equal(late.samples, options.samples);
		assert_true(!(type & PW_CALLCHAIN) || late.links > late.samples);
		dt_reader_close(reader);
		perf_made_free(&made);
	}
}

static void test_sink_fails(void **state)
{
	const struct perf_writer_options options =
		with_defaults((struct perf_writer_options){.identifier = PW_IDENTIFIER,
							   .snapshots = 200,
							   .samples = 20000,
							   .no_formats = true});
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	perf_make(&made, &options);
	reader = perf_open(&made, made.out.used);
	for (int after = 1; after < 5; after++) {
		struct perf_got got = {.fail_after = after};

		assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL),
				 -ECANCELED);
		assert_int_equal(got.batches, after);
		assert_false(reader->counted);
		perf_got_free(&got);
	}
	check_reader(reader, &made, &options);
	dt_reader_close(reader);
	perf_made_free(&made);
}

/* The recorder's own sum counts only as far as it exceeds what LOST records told. */
static void test_lost_totals(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct perf_writer_options options = with_defaults(
			(struct perf_writer_options){.sample_type = FIXED, .lost_every = 100});
		struct perf_got got = {0};
		struct dt_reader *reader;
		struct perf_made made;
		uint64_t sum = 0;

		options.lost_total = i ? 1000000 : 5;
		perf_make(&made, &options);
		reader = perf_open(&made, made.out.used);
		assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
		assert_int_equal(reader->info.lost_samples, i ? 1000000 : made.totals.lost);
		for (size_t row = 0; row < got.losses.count; row++)
			sum += got.losses.list[row].truth.count;
		assert_int_equal(sum, reader->info.lost_samples);
		dt_reader_close(reader);
		perf_got_free(&got);
		perf_made_free(&made);
	}
}

/* Losses of a ring that a tracepoint owns are lost events: here the only event is one. */
static void test_lost_events(void **state)
{
	struct perf_writer_options options =
		with_defaults((struct perf_writer_options){.lost_every = 100, .mode = PW_PIPE});
	struct perf_got got = {0};
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	perf_make(&made, &options);
	/* the type of the only attr, which begins behind the record's header */
	assert_int_equal(made.out.bytes[16 + 8], 1);
	made.out.bytes[16 + 8] = 2;
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(reader->info.lost_events, made.totals.lost);
	assert_int_equal(reader->info.lost_samples, 0);
	assert_int_equal(reader->info.samples_total, 0);
	assert_int_equal(reader->info.events[0].count, options.samples);
	assert_int_equal(got.samples.count, 0);
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_made_free(&made);
}

/* Several events of one layout whose samples do not tell them apart: all count as the first. */
static void test_no_identifiers(void **state)
{
	struct perf_writer_options options =
		with_defaults((struct perf_writer_options){.events = 2});
	struct perf_got got = {0}, none = {0};
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	perf_make(&made, &options);
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	perf_rows_sort(&got.samples);
	perf_check_all(&made, &got, &options);
	assert_int_equal(reader->info.events[0].count, options.samples);
	assert_true(perf_has_warning(reader, "all count as the first"));
	dt_reader_close(reader);
	perf_made_free(&made);

	/* of two layouts: nothing is certain, and nothing is made up */
	options.mixed = true;
	perf_make(&made, &options);
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &none, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(none.samples.count, 0);
	assert_false(reader->info.complete);
	assert_true(perf_has_warning(reader, "left out"));
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_got_free(&none);
	perf_made_free(&made);
}

/* Data of size 0 with features behind it is no killed recorder's. */
static void test_nothing_recorded(void **state)
{
	struct perf_writer_options options =
		with_defaults((struct perf_writer_options){.empty = true});
	struct perf_got got = {0};
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	options.samples = 0;
	perf_make(&made, &options);
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	assert_int_equal(got.batches, 0);
	assert_true(reader->info.complete);
	assert_true(reader->info.start_ns > reader->info.end_ns);
	assert_string_equal(reader->info.host, "testhost");
	dt_reader_close(reader);
	perf_made_free(&made);
}

/* The regions that were got are those that were written, in their order. */
static void check_regions(const struct perf_made *made, const struct perf_got *got)
{
	size_t nr = 0;

	for (size_t i = 0; i < made->truth.count; i++) {
		const struct perf_truth *want = &made->truth.list[i].truth;
		const struct perf_truth *have;

		if (want->kind != PT_REGION)
			continue;
		assert_true(nr < got->regions.count);
		have = &got->regions.list[nr++].truth;
		assert_int_equal(want->time, have->time);
		assert_int_equal(want->start, have->start);
		assert_int_equal(want->end, have->end);
		assert_int_equal(want->accesses, have->accesses);
	}
	assert_int_equal(nr, got->regions.count);
}

/*
 * Names and formats are at the end of the file: a killed recorder leaves none, and DAMON's events
 * are known by what they hold.
 */
static void test_unterminated_damon(void **state)
{
	const struct perf_writer_options options = with_defaults((struct perf_writer_options){
		.identifier = PW_IDENTIFIER, .snapshots = 10, .unterminated = true});
	struct perf_got got = {0};
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	perf_make(&made, &options);
	reader = perf_open(&made, made.out.used);
	assert_int_equal(perf_collect(reader, &got, PERF_ALL_KINDS, DT_COL_ALL), 0);
	check_regions(&made, &got);
	assert_int_equal(got.samples.count, options.samples);
	/* too small to be told before regions gave the kdamond away */
	assert_in_range(got.goals.count, made.totals.goals - 2, made.totals.goals);
	assert_string_equal(reader->info.events[0].name, "damon_aggregated");
	assert_int_equal(reader->info.events[0].count, made.totals.regions);
	assert_true(perf_has_warning(reader, "neither name nor format"));
	dt_reader_close(reader);
	perf_got_free(&got);
	perf_made_free(&made);
}

static void test_built_in_layout_is_said(void **state)
{
	const struct perf_writer_options options = with_defaults((struct perf_writer_options){
		.identifier = PW_IDENTIFIER, .snapshots = 10, .no_formats = true});
	struct dt_reader *reader;
	struct perf_made made;

	(void)state;
	perf_make(&made, &options);
	reader = perf_open(&made, made.out.used);
	assert_true(perf_has_warning(reader, "no format of damon_aggregated"));
	dt_reader_close(reader);
	perf_made_free(&made);
}

static void test_version_1(void **state)
{
	static const char *const magics[] = {"PERFFILE", "ELIFFREP"};
	unsigned char bytes[104] = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dt_error error = {0};
		struct dt_reader *reader;

		memcpy(bytes, magics[i], 8);
		assert_int_equal(dt_reader_open_memory(&reader, bytes, sizeof(bytes), &error),
				 -ENOTSUP);
		assert_non_null(strstr(error.message, "PERFFILE"));
		assert_true(error.hint[0]);
	}
}

/* Collects in order; the heap holds back at most its size. */
static void test_order(void **state)
{
	const struct dt_sink sink = {NULL, NULL, 0, 0};
	struct dt_emitter emitter;
	struct dt_perf_order *order;
	uint64_t random = 1;

	(void)state;
	assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
	order = dt_perf_order_new(&emitter);
	assert_non_null(order);
	for (uint64_t i = 0; i < 4ull * DT_PERF_ORDER_MAX; i++) {
		union dt_damon_record record = {0};

		/* no record is further from its place than the half that is always held */
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		record.region.time = 100000 + i + (random >> 33) % (DT_PERF_ORDER_MAX / 4);
		assert_int_equal(dt_perf_order_put(order, DT_KIND_REGION, &record), 0);
	}
	dt_perf_order_release(order, UINT64_MAX);
	assert_int_equal(dt_perf_order_late(order), 0);
	for (uint64_t i = 0; i <= DT_PERF_ORDER_MAX; i++) {
		union dt_damon_record record = {.region = {.time = 10000000 - i}};

		assert_int_equal(dt_perf_order_put(order, DT_KIND_REGION, &record), 0);
	}
	dt_perf_order_release(order, UINT64_MAX);
	assert_int_equal(dt_perf_order_late(order), 1);
	dt_perf_order_free(order);
	dt_emitter_free(&emitter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_attr_sizes),
		cmocka_unit_test(test_read_formats),
		cmocka_unit_test(test_large_payload),
		cmocka_unit_test(test_directories),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_late_columns),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_lost_totals),
		cmocka_unit_test(test_lost_events),
		cmocka_unit_test(test_no_identifiers),
		cmocka_unit_test(test_nothing_recorded),
		cmocka_unit_test(test_unterminated_damon),
		cmocka_unit_test(test_built_in_layout_is_said),
		cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
