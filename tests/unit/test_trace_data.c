/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk over a trace.dat's CPUs: what the writer wrote comes out in time order, record by
 * record; losses stand where they belong; counts are right whatever happened before; numbers in a
 * file that no kernel would write do no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "damon-trace/reader.h"
#include "readers/damon_events.h"
#include "tests/tools/trace_writer.h"

#define ALL_KINDS ((1u << DT_NR_KINDS) - 1)
#define START	  1000000000ull

struct row {
	enum dt_kind kind;
	union dt_damon_record record;
};

struct rows {
	struct row *list;
	size_t nr, room;
	size_t batches, fail_at;
};

static void rows_add(struct rows *rows, enum dt_kind kind, const void *record)
{
	if (rows->nr == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 1024;
		rows->list = realloc(rows->list, rows->room * sizeof(*rows->list));
		assert_non_null(rows->list);
	}
	memset(&rows->list[rows->nr], 0, sizeof(struct row));
	rows->list[rows->nr].kind = kind;
	memcpy(&rows->list[rows->nr++].record, record, dt_record_size(kind));
}

static int keep(void *context, struct dt_batch *batch)
{
	const size_t size = dt_record_size(batch->kind);
	struct rows *rows = context;

	if (++rows->batches == rows->fail_at)
		return -ECANCELED;
	for (uint32_t i = 0; i < batch->count; i++)
		rows_add(rows, batch->kind, (char *)batch->records + i * size);
	return 0;
}

static int walk(struct dt_reader *reader, struct rows *rows)
{
	const struct dt_sink sink = {keep, rows, ALL_KINDS, DT_COL_ALL};
	struct dt_error error;

	return dt_reader_walk(reader, &sink, &error);
}

/* A finished file, opened. */
struct opened {
	unsigned char *bytes;
	struct dt_reader *reader;
};

static void finish(struct dt_tw *writer, struct opened *opened)
{
	struct dt_error error = {0};
	size_t size;

	opened->bytes = dt_tw_finish_memory(writer, &size);
	dt_tw_free(writer);
	if (dt_reader_open_memory(&opened->reader, opened->bytes, size, &error))
		fail_msg("open: %s", error.message);
}

static void done(struct opened *opened, struct rows *rows)
{
	dt_reader_close(opened->reader);
	free(opened->bytes);
	free(rows->list);
	*rows = (struct rows){0};
}

static uint64_t next(uint64_t *random)
{
	*random = *random * 6364136223846793005ull + 1442695040888963407ull;
	return *random >> 33;
}

static union dt_damon_record any_record(enum dt_kind kind, uint64_t time, uint64_t *random)
{
	union dt_damon_record record;
	/* within 32 bits, which all machines have */
	const uint64_t a = next(random), b = next(random);
	const uint32_t c = (uint32_t)next(random) % 100, d = (uint32_t)next(random) % 9;
	const int32_t pid = (int32_t)(next(random) % 32768);

	memset(&record, 0, sizeof(record));
	switch (kind) {
	case DT_KIND_REGION:
		record.region = (struct dt_region){time, a, a + b, d, 10, c, d, pid, 0, 0, {0}};
		break;
	case DT_KIND_INTERVALS:
		record.intervals = (struct dt_intervals){time, a, pid};
		break;
	case DT_KIND_APPLY:
		record.apply = (struct dt_apply){time, a, b, c, d, c, d, c, d, pid};
		break;
	case DT_KIND_ESZ:
		record.esz = (struct dt_esz){time, a, c, d, pid};
		break;
	case DT_KIND_STAT:
		record.stat = (struct dt_stat){time, a, b, a, b, a, b, a, c, d, pid};
		break;
	case DT_KIND_GOAL:
		record.goal = (struct dt_goal){time,	       a,	   b,  UINT64_MAX, c, d,
					       DT_UNKNOWN_U32, (int32_t)d, pid};
		break;
	default:
		record.overflow = (struct dt_overflow){time, (int32_t)c, pid};
		break;
	}
	return record;
}

static void write_record(struct dt_tw *writer, struct dt_tw_where where, enum dt_kind kind,
			 const union dt_damon_record *record)
{
	switch (kind) {
	case DT_KIND_REGION:
		dt_tw_region(writer, where, &record->region);
		break;
	case DT_KIND_INTERVALS:
		dt_tw_intervals(writer, where, &record->intervals);
		break;
	case DT_KIND_APPLY:
		dt_tw_apply(writer, where, &record->apply);
		break;
	case DT_KIND_ESZ:
		dt_tw_esz(writer, where, &record->esz);
		break;
	case DT_KIND_STAT:
		dt_tw_stat(writer, where, &record->stat);
		break;
	case DT_KIND_GOAL:
		dt_tw_goal(writer, where, &record->goal);
		break;
	default:
		dt_tw_overflow(writer, where, &record->overflow);
		break;
	}
}

static const enum dt_kind written_kinds[] = {
	DT_KIND_REGION, DT_KIND_REGION, DT_KIND_REGION, DT_KIND_REGION, DT_KIND_INTERVALS,
	DT_KIND_APPLY,	DT_KIND_ESZ,	DT_KIND_STAT,	DT_KIND_GOAL,	DT_KIND_OVERFLOW};

/* Events of all kinds over the CPUs of two buffers; often many in a row on one of them. */
static void write_all(struct dt_tw *writer, uint64_t seed, struct rows *written)
{
	const uint32_t instance = dt_tw_instance(writer, "other", NULL);
	struct dt_tw_where where = {0, 0};
	uint64_t random = seed, time = START;

	for (int i = 0; i < 6000; i++) {
		const enum dt_kind kind = written_kinds[next(&random) % 10];
		union dt_damon_record record;

		if (next(&random) % 20 == 0)
			where = (struct dt_tw_where){next(&random) & 1 ? instance : 0,
						     (uint32_t)next(&random) % 3};
		/* now and then further apart than the 27 bits of a header tell */
		time += next(&random) % 100 ? 1 + next(&random) % 3000 : next(&random) % (1u << 29);
		record = any_record(kind, time, &random);
		write_record(writer, where, kind, &record);
		rows_add(written, kind, &record);
	}
}

static const struct dt_tw_config machines[] = {
	{.version = 6, .long_size = 8},
	{.version = 6, .long_size = 4},
	{.version = 6, .long_size = 8, .big_endian = true},
	{.version = 6, .long_size = 4, .big_endian = true},
	{.version = 6, .long_size = 8, .page_size = 65536},
	{.version = 6, .long_size = 8, .page_size = 4096, .subbuf_size = 16384},
	{.version = 6, .long_size = 8, .absolute_time = true},
	{.version = 6, .long_size = 8, .align_8 = true, .big_endian = true},
	{.version = 7, .long_size = 8},
	{.version = 7, .long_size = 8, .compression = DT_TW_ZSTD},
	{.version = 7, .long_size = 8, .compression = DT_TW_ZLIB, .chunk_subbufs = 3},
	{.version = 7, .long_size = 4, .compression = DT_TW_ZLIB, .big_endian = true},
};

/* Regions, intervals and losses keep their order; so does every kind by itself. */
static void check_rows(const struct rows *got, const struct rows *written)
{
	for (int kind = 0; kind < DT_KIND_SAMPLE; kind++) {
		size_t at = 0;

		for (size_t i = 0; i < written->nr; i++) {
			if (written->list[i].kind != (enum dt_kind)kind)
				continue;
			while (at < got->nr && got->list[at].kind != (enum dt_kind)kind)
				at++;
			assert_true(at < got->nr);
			if (kind == DT_KIND_REGION)
				memset(got->list[at].record.region.probe_hits, 0, DT_MAX_PROBES);
			assert_memory_equal(&got->list[at++].record, &written->list[i].record,
					    kind == DT_KIND_REGION
						    ? offsetof(struct dt_region, probe_hits)
						    : dt_record_size((enum dt_kind)kind) - 4);
		}
		while (at < got->nr)
			assert_int_not_equal(got->list[at++].kind, kind);
	}
}

static void test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct dt_tw_config config = machines[i];
		struct rows written = {0}, got = {0};
		struct opened opened;
		struct dt_tw *writer;

		config.cpus = 3;
		writer = dt_tw_new(&config);
		write_all(writer, i, &written);
		finish(writer, &opened);
		for (int round = 0; round < 2; round++) {
			uint64_t last = 0;

			got.nr = 0;
			assert_int_equal(walk(opened.reader, &got), 0);
			assert_int_equal(got.nr, written.nr);
			check_rows(&got, &written);
			for (size_t j = 0; j < got.nr; j++) {
				if (got.list[j].kind != DT_KIND_REGION &&
				    got.list[j].kind != DT_KIND_INTERVALS)
					continue;
				assert_true(got.list[j].record.time > last);
				last = got.list[j].record.time;
			}
		}
		assert_true(opened.reader->info.complete);
		assert_int_equal(opened.reader->info.start_ns, written.list[0].record.time);
		assert_int_equal(opened.reader->info.end_ns,
				 written.list[written.nr - 1].record.time);
		assert_int_equal(opened.reader->info.warnings.count, 0);
		done(&opened, &got);
		free(written.list);
	}
}

static uint64_t count_of(const struct dt_reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->info.nr_events; i++)
		if (!strcmp(reader->info.events[i].name, name))
			return reader->info.events[i].count;
	return 0;
}

static void put_region(struct dt_tw *writer, uint32_t cpu, uint64_t time)
{
	const struct dt_region region = {.time = time, .end = 4096, .nr_regions = 1, .kdamond = 7};

	dt_tw_region(writer, (struct dt_tw_where){0, cpu}, &region);
}

static struct dt_tw *plain_writer(uint32_t cpus)
{
	const struct dt_tw_config config = {
		.version = 6, .long_size = 8, .page_size = 4096, .cpus = cpus};

	return dt_tw_new(&config);
}

/* A sink that gave up does not spoil the counts of the walk that is made after all. */
static void test_sink_fails(void **state)
{
	struct dt_tw *writer = plain_writer(1);
	struct opened opened;
	struct rows got = {0};

	(void)state;
	for (uint64_t i = 0; i < 5000; i++) {
		if (i == 3000)
			dt_tw_lose(writer, (struct dt_tw_where){0, 0}, 12);
		put_region(writer, 0, START + i * 1000);
	}
	finish(writer, &opened);
	got.fail_at = 3;
	assert_int_equal(walk(opened.reader, &got), -ECANCELED);
	assert_int_equal(got.batches, 3);
	assert_false(opened.reader->counted);
	got.fail_at = 0;
	got.nr = 0;
	assert_int_equal(walk(opened.reader, &got), 0);
	assert_int_equal(got.nr, 5001);
	assert_true(opened.reader->counted);
	assert_int_equal(count_of(opened.reader, "damon_aggregated"), 5000);
	assert_int_equal(opened.reader->info.lost_events, 12);
	done(&opened, &got);
}

/* A page that holds nothing but the mark that events before it are missing. */
static void put_empty_lossy_page(struct dt_tw *writer, uint32_t cpu, uint64_t time, uint64_t count)
{
	unsigned char page[32] = {0};
	const uint32_t commit = 1u << 31 | (count ? 1u << 30 : 0);

	memcpy(page, &time, 8);
	memcpy(page + 8, &commit, 4);
	memcpy(page + 16, &count, 8);
	dt_tw_raw_subbuf(writer, (struct dt_tw_where){0, cpu}, page, sizeof(page));
}

/* Gaps without an event between them are one loss: of unknown size when one of them is. */
static void test_gaps_add_up(void **state)
{
	static const struct {
		uint64_t counts[3];
		uint64_t sum, known, unknown;
	} cases[] = {
		{{5, 6, 7}, 18, 18, 0}, {{0, 6, 7}, 0, 13, 1}, {{5, 0, 7}, 0, 12, 1},
		{{5, 6, 0}, 0, 11, 1},	{{0, 0, 7}, 0, 7, 2},  {{0, 0, 0}, 0, 0, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dt_tw *writer = plain_writer(1);
		struct opened opened;
		struct rows got = {0};

		put_region(writer, 0, START);
		put_empty_lossy_page(writer, 0, START + 10, cases[i].counts[0]);
		put_empty_lossy_page(writer, 0, START + 20, cases[i].counts[1]);
		dt_tw_lose(writer, (struct dt_tw_where){0, 0},
			   cases[i].counts[2] ? cases[i].counts[2] : DT_TW_LOST_UNKNOWN);
		put_region(writer, 0, START + 30);
		finish(writer, &opened);
		assert_int_equal(walk(opened.reader, &got), 0);
		assert_int_equal(got.nr, 3);
		assert_int_equal(got.list[1].kind, DT_KIND_LOSS);
		assert_int_equal(got.list[1].record.loss.count, cases[i].sum);
		assert_int_equal(got.list[1].record.loss.time, START + 30);
		assert_int_equal(got.list[1].record.loss.what, DT_LOSS_EVENTS);
		assert_int_equal(got.list[1].record.loss.cpu, 0);
		assert_int_equal(opened.reader->info.lost_events, cases[i].known);
		assert_int_equal(opened.reader->info.lost_unknown, cases[i].unknown);
		done(&opened, &got);
	}
}

/* Losses that no event follows, on a CPU with events and on one with none: they are told too. */
static void test_losses_at_the_end(void **state)
{
	struct dt_tw *writer = plain_writer(3);
	uint64_t last = 0, losses = 0;
	struct opened opened;
	struct rows got = {0};

	(void)state;
	put_region(writer, 0, START);
	put_empty_lossy_page(writer, 0, START + 50, 4);
	put_empty_lossy_page(writer, 1, START + 20, 9);
	for (uint64_t i = 0; i < 10; i++)
		put_region(writer, 2, START + 10 * i);
	finish(writer, &opened);
	assert_int_equal(walk(opened.reader, &got), 0);
	for (size_t i = 0; i < got.nr; i++) {
		if (got.list[i].kind != DT_KIND_LOSS)
			continue;
		/* in time order, as records of one kind come */
		assert_true(got.list[i].record.time >= last);
		last = got.list[i].record.time;
		losses += got.list[i].record.loss.count;
	}
	assert_int_equal(got.nr, 13);
	assert_int_equal(losses, 13);
	assert_int_equal(opened.reader->info.lost_events, 13);
	done(&opened, &got);
}

/* TSC2NSEC: u32 mult, u32 shift, u64 offset. Every time is converted, that of a loss as well. */
static void test_raw_clock(void **state)
{
	struct {
		uint32_t mult, shift;
		uint64_t offset;
	} conversion = {3, 1, 1000};
	struct dt_tw *writer = plain_writer(2);
	struct opened opened;
	struct rows got = {0};

	(void)state;
	dt_tw_option(writer, 14, &conversion, sizeof(conversion));
	put_region(writer, 0, 2000);
	put_region(writer, 0, 3001);
	put_region(writer, 1, 500);
	put_empty_lossy_page(writer, 1, 2500, 4);
	finish(writer, &opened);
	assert_int_equal(walk(opened.reader, &got), 0);
	assert_int_equal(got.nr, 4);
	assert_int_equal(got.list[0].record.time, 0);
	assert_int_equal(got.list[1].record.time, 1500);
	for (size_t i = 2; i < 4; i++)
		assert_int_equal(got.list[i].record.time,
				 got.list[i].kind == DT_KIND_LOSS ? 2250 : 3001);
	assert_int_equal(opened.reader->info.end_ns, 3001);
	done(&opened, &got);
}

/* Among regions one that is shorter than its format says: it is left out, and nothing else. */
static void test_short_region(void **state)
{
	struct dt_tw *writer = plain_writer(1);
	unsigned char payload[48] = {0};
	const uint16_t id = dt_tw_event_id(DT_TW_AGGREGATED);
	struct opened opened;
	struct rows got = {0};

	(void)state;
	memcpy(payload, &id, sizeof(id));
	for (uint64_t i = 0; i < 30; i++) {
		if (i % 3 == 2)
			dt_tw_raw(writer, (struct dt_tw_where){0, 0}, START + i, payload,
				  i == 29 ? 0 : (i % 12) * 4);
		else
			put_region(writer, 0, START + i);
	}
	finish(writer, &opened);
	assert_int_equal(walk(opened.reader, &got), 0);
	assert_int_equal(got.nr, 20);
	for (size_t i = 0; i < got.nr; i++) {
		assert_int_equal(got.list[i].record.time, START + i / 2 * 3 + i % 2);
		assert_int_equal(got.list[i].record.region.end, 4096);
	}
	assert_int_equal(opened.reader->info.warnings.count, 10);
	assert_false(opened.reader->info.complete);
	done(&opened, &got);
}

/* header_page texts, damaged and odd: a warning or a walk, and never a read outside a page. */
static void test_page_layouts(void **state)
{
	static const char *const texts[] = {
		"",
		"nothing",
		"\tfield: local_t commit;\toffset:64;\tsize:8;\tsigned:1;\n",
		("\tfield: local_t commit;\toffset:64;\tsize:8;\tsigned:1;\n"
		 "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n"),
		("\tfield: local_t commit;\toffset:0;\tsize:4;\tsigned:1;\n"
		 "\tfield: char data;\toffset:4;\tsize:4092;\tsigned:0;\n"),
		"\tfield: local_t commit;\toffset:8;\tsize:16;\tsigned:1;\n",
		"\tfield: local_t commit;\toffset:4294967288;\tsize:8;\tsigned:1;\n",
		"\tfield: local_t commit;\toffset:18446744073709551615;\tsize:8;\tsigned:1;\n",
		"\tfield: local_t commit;\toffset:-8;\tsize:8;\tsigned:1;\n",
		"\tfield: char data;\toffset:128;\tsize:4080;\tsigned:0;\n",
		"\tfield: char data;\toffset:129;\tsize:4080;\tsigned:0;\n",
		"\tfield: char data;\toffset:0;\tsize:4080;\tsigned:0;\n",
		"\tfield: char data;\toffset:16;\tsize:0;\tsigned:0;\n",
		"\tfield: char data;\toffset:16;\tsize:4194304;\tsigned:0;\n",
		"\tfield: char data;\toffset:16;\tsize:4294967295;\tsigned:0;\n",
		"\tfield: local_t commit;\n\tfield: char data;\toffset:16;\tsize:4080;\n",
		" commit; offset:8; size:8; data; offset:16;",
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(texts) / sizeof(texts[0]); i++) {
		const struct dt_tw_config config = {.version = i & 1 ? 7 : 6,
						    .long_size = 8,
						    .page_size = 4096,
						    .cpus = 1,
						    .header_page = texts[i / 2]};
		struct dt_tw *writer = dt_tw_new(&config);
		struct opened opened;
		struct rows got = {0};

		for (uint64_t j = 0; j < 300; j++)
			put_region(writer, 0, START + j);
		finish(writer, &opened);
		/* nobody knows what comes out, but it ends, and within the bytes */
		assert_int_equal(walk(opened.reader, &got), 0);
		assert_true(got.nr <= 300 || opened.reader->info.warnings.count);
		done(&opened, &got);
	}
}

/* Raw events of every id that 16 bits can name, no format known: each is counted under its own. */
static void test_all_ids(void **state)
{
	struct dt_tw *writer = plain_writer(1);
	uint64_t time = START, sum = 0;
	struct opened opened;
	struct rows got = {0};

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t id = 0; id < 65536; id++) {
			const uint16_t payload[4] = {(uint16_t)id};

			dt_tw_raw(writer, (struct dt_tw_where){0, 0}, ++time, payload,
				  sizeof(payload));
		}
	finish(writer, &opened);
	assert_int_equal(walk(opened.reader, &got), 0);
	for (size_t i = 0; i < opened.reader->info.nr_events; i++)
		sum += opened.reader->info.events[i].count;
	assert_int_equal(sum, 2 * 65536);
	assert_int_equal(count_of(opened.reader, "event-60000"), 2);
	assert_int_equal(count_of(opened.reader, "event-65535"), 2);
	done(&opened, &got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_gaps_add_up), cmocka_unit_test(test_losses_at_the_end),
		cmocka_unit_test(test_raw_clock),   cmocka_unit_test(test_page_layouts),
		cmocka_unit_test(test_all_ids),	    cmocka_unit_test(test_short_region),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
