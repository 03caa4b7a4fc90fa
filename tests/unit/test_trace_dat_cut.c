/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.dat version 7 without the option that says where the CPUs' data is: cut before it, cut in
 * the data, or left by a writer that was killed. Every event in the bytes that are there comes out.
 * How many those are is known from the same recording as version 6, cut after the same pages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/reader.h"
#include "readers/damon_events.h"
#include "tests/tools/trace_world.h"

#define CPUS_MAX    4
#define CHUNK_PAGES 10 /* of the writer, as of trace-cmd */
#define HEADER	    16 /* of a section: u16 id, u16 flags, u32 name, u64 size */

static const struct dt_tw_config kinds[] = {
	{.version = 7, .long_size = 8, .page_size = 4096, .cpus = 1, .compression = DT_TW_ZSTD},
	{.version = 7, .long_size = 8, .page_size = 4096, .cpus = 4, .compression = DT_TW_ZSTD},
	{.version = 7, .long_size = 8, .page_size = 4096, .cpus = 3, .compression = DT_TW_ZLIB},
	{.version = 7, .long_size = 8, .page_size = 4096, .cpus = 1},
	{.version = 7, .long_size = 8, .page_size = 4096, .cpus = 4},
	{.version = 7, .long_size = 4, .page_size = 4096, .cpus = 2, .big_endian = true},
	{.version = 7,
	 .long_size = 8,
	 .page_size = 4096,
	 .cpus = 2,
	 .compression = DT_TW_ZLIB,
	 .big_endian = true},
	{.version = 7, .long_size = 8, .page_size = 4096, .subbuf_size = 16384, .cpus = 3},
	{.version = 7,
	 .long_size = 8,
	 .page_size = 4096,
	 .subbuf_size = 8192,
	 .cpus = 3,
	 .compression = DT_TW_ZSTD},
	{.version = 7, .long_size = 8, .page_size = 1024, .cpus = 2, .absolute_time = true},
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct made {
	struct dt_tw_config config;
	unsigned char *bytes;
	size_t size;
	uint64_t options, last_options; /* sections */
	uint64_t first_section;
	uint64_t data[CPUS_MAX], data_size[CPUS_MAX]; /* of the buffer with the events */
};

/* Two kdamonds that migrate. In an instance, the top buffer has no data. */
static struct made make(const struct dt_tw_config *config, uint64_t snapshots, bool instance)
{
	struct dt_world world = dt_world_default();
	struct dt_tw *writer = dt_tw_new(config);
	struct made made = {.config = *config};

	world.kdamonds = 2;
	world.snapshots = snapshots;
	world.migrate = 50;
	world.schemes = true;
	if (instance)
		world.nr_buffers = dt_tw_instance(writer, "other", NULL);
	dt_world_write(&world, writer, config->cpus);
	made.bytes = dt_tw_finish_memory(writer, &made.size);
	made.options = dt_tw_place(writer, DT_TW_AT_OPTIONS);
	made.last_options = dt_tw_place(writer, DT_TW_AT_CPU_TABLE);
	made.first_section = dt_tw_place(writer, DT_TW_AT_HEADER_PAGE);
	for (uint32_t cpu = 0; cpu < config->cpus; cpu++)
		made.data[cpu] = dt_tw_data_place(writer, (struct dt_tw_where){instance, cpu},
						  &made.data_size[cpu]);
	dt_tw_free(writer);
	return made;
}

static uint64_t number(const struct made *made, uint64_t at, unsigned size)
{
	uint64_t value = 0;

	assert_true(at + size <= made->size);
	for (unsigned i = 0; i < size; i++)
		value = value << 8 | made->bytes[at + (made->config.big_endian ? i : size - 1 - i)];
	return value;
}

/* What came out of a file. */
struct content {
	uint64_t records, sum; /* the sum does not depend on the order */
	uint64_t last[DT_NR_KINDS];
	bool ordered, complete;
	struct dt_warnings warnings;
};

static void mix(uint64_t *hash, uint64_t value)
{
	*hash = (*hash ^ value) * 0x9e3779b97f4a7c15ull;
	*hash ^= *hash >> 32;
}

static void add(struct content *content, enum dt_kind kind, const void *record)
{
	const struct dt_region *region = record;
	uint64_t hash = kind, time;

	memcpy(&time, record, sizeof(time));
	mix(&hash, time);
	if (kind == DT_KIND_REGION) {
		mix(&hash, region->start);
		mix(&hash, region->end);
		mix(&hash, (uint64_t)region->nr_accesses << 32 | region->age);
		mix(&hash, (uint32_t)region->kdamond);
	}
	content->sum += hash;
	content->records++;
	if (time < content->last[kind])
		content->ordered = false;
	content->last[kind] = time;
}

static int keep(void *context, struct dt_batch *batch)
{
	const size_t size = dt_record_size(batch->kind);

	for (uint32_t i = 0; batch->kind != DT_KIND_LOSS && i < batch->count; i++)
		add(context, batch->kind, (const char *)batch->records + i * size);
	return 0;
}

/* Read the first size bytes, which stand alone. */
static struct content read_first(const unsigned char *bytes, size_t size)
{
	struct content content = {.ordered = true};
	const struct dt_sink sink = {
		.batch = keep, .context = &content, .kinds = ~0u, .columns = DT_COL_ALL};
	unsigned char *copy = malloc(size);
	struct dt_error error = {0};
	struct dt_reader *reader;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	if (dt_reader_open_memory(&reader, copy, size, &error))
		fail_msg("%s", error.message);
	assert_int_equal(dt_reader_walk(reader, &sink, &error), 0);
	content.complete = reader->info.complete;
	content.warnings = reader->info.warnings;
	dt_reader_close(reader);
	free(copy);
	return content;
}

/* All that is expected, in order, and a warning at that place. */
static void expect(const struct content *content, const struct content *expected, uint64_t offset)
{
	bool told = false;

	assert_int_equal(content->records, expected->records);
	assert_int_equal(content->sum, expected->sum);
	assert_true(content->ordered);
	assert_false(content->complete);
	for (uint64_t i = 0; i < content->warnings.count && i < DT_WARNINGS_KEPT; i++)
		told |= content->warnings.kept[i].offset == offset;
	assert_true(told);
}

/* The header of the data's section, which follows the first options. */
static uint64_t data_section(const struct made *made)
{
	return made->options + HEADER + number(made, made->options + 8, 8);
}

static void test_cut_before_the_option(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_KINDS; i++) {
		/* with 3 snapshots each CPU has a single page that spans nearly all of the time */
		for (unsigned snapshots = 3; snapshots <= 120; snapshots += 117) {
			struct made made = make(&kinds[i], snapshots, false);
			const struct content whole = read_first(made.bytes, made.size);
			struct content cut;

			assert_true(whole.complete && whole.ordered);
			assert_true(whole.records > snapshots * 20);
			cut = read_first(made.bytes, made.last_options);
			expect(&cut, &whole, data_section(&made));
			/* within the option, and within its section's header */
			cut = read_first(made.bytes, made.last_options + HEADER + 20);
			expect(&cut, &whole, data_section(&made));
			cut = read_first(made.bytes, made.last_options + 9);
			expect(&cut, &whole, data_section(&made));
			free(made.bytes);
		}
	}
}

/* The top buffer's section is empty, and whole: what follows it is no data. */
static void test_cut_with_an_empty_buffer(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_KINDS; i++) {
		struct made made = make(&kinds[i], 40, true);
		const struct content whole = read_first(made.bytes, made.size);
		const struct content cut = read_first(made.bytes, made.last_options);
		const uint64_t empty = data_section(&made);

		assert_true(whole.complete);
		assert_int_equal(number(&made, empty + 8, 8), 0);
		assert_int_equal(cut.records, whole.records);
		assert_int_equal(cut.sum, whole.sum);
		assert_true(cut.ordered && !cut.complete);
		free(made.bytes);
	}
}

static void test_no_first_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_KINDS; i++) {
		for (unsigned value = 0; value < 256; value += 0x7f) {
			struct made made = make(&kinds[i], 40, i & 1);
			const struct content whole = read_first(made.bytes, made.size);
			struct content damaged;

			/* the offset of the first options, of which all others follow */
			memset(made.bytes + made.first_section - 8, (int)value, 8);
			damaged = read_first(made.bytes, made.size);
			assert_int_equal(damaged.records, whole.records);
			assert_int_equal(damaged.sum, whole.sum);
			assert_false(damaged.complete);
			free(made.bytes);
		}
	}
}

/* A cut of the version 7 file, and where version 6 is cut after the same pages. */
struct cut {
	uint64_t at, as_version_6;
	uint32_t cpu;
};

/* Somewhere in the part-th quarter of a CPU's data, not at a boundary. */
static struct cut choose_cut(const struct made *made, const struct made *other, uint32_t cpu,
			     unsigned part)
{
	const uint32_t page =
		made->config.subbuf_size ? made->config.subbuf_size : made->config.page_size;
	const uint64_t wanted = made->data[cpu] + made->data_size[cpu] * part / 4 + 3;
	struct cut cut = {.cpu = cpu};
	uint64_t at = made->data[cpu] + 4;
	uint64_t pages = 0;

	if (made->config.compression == DT_TW_NONE) {
		cut.at = wanted;
		cut.as_version_6 = other->data[cpu] + (wanted - made->data[cpu]);
		return cut;
	}
	while (at + 8 + number(made, at, 4) <= wanted) {
		pages += number(made, at + 4, 4) / page;
		at += 8 + number(made, at, 4);
	}
	cut.at = wanted;
	cut.as_version_6 = other->data[cpu] + pages * page;
	return cut;
}

typedef void (*damage_fn)(struct made *made, const struct cut *cut);

static void each_cut(damage_fn damage)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		struct dt_tw_config config = kinds[i];
		struct made other;

		config.version = 6;
		config.compression = DT_TW_NONE;
		other = make(&config, 400, false);
		for (unsigned j = 0; j < 4 * config.cpus; j++) {
			struct made made = make(&kinds[i], 400, false);
			const struct cut cut = choose_cut(&made, &other, j / 4, j % 4);
			const struct content expected = read_first(other.bytes, cut.as_version_6);
			const uint64_t section = data_section(&made);
			struct content content;

			assert_true(j < 2 || expected.records > 100);
			damage(&made, &cut);
			content = read_first(made.bytes, cut.at);
			expect(&content, &expected, section);
			free(made.bytes);
		}
		free(other.bytes);
	}
}

static void leave(struct made *made, const struct cut *cut)
{
	(void)made;
	(void)cut;
}

static void test_cut_in_the_data(void **state)
{
	(void)state;
	each_cut(leave);
}

/*
 * What trace-cmd fills in when it is through: the number of a CPU's chunks, the size of the
 * section, and the place of the next options.
 */
static void unfill(struct made *made, const struct cut *cut)
{
	const uint64_t section = data_section(made);

	memset(made->bytes + section - 8, 0, 8);
	memset(made->bytes + section + 8, 0, 8);
	if (made->config.compression != DT_TW_NONE)
		memset(made->bytes + made->data[cut->cpu], 0, 4);
}

static void test_killed_writer(void **state)
{
	(void)state;
	each_cut(unfill);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_before_the_option),
		cmocka_unit_test(test_cut_with_an_empty_buffer),
		cmocka_unit_test(test_no_first_options),
		cmocka_unit_test(test_cut_in_the_data),
		cmocka_unit_test(test_killed_writer),
	};

	return cmocka_run_group_tests_name("trace_dat_cut", tests, NULL, NULL);
}
