/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of exports and of the reader of damo's records, each alone. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/reader.h"
#include "exporters/output.h"
#include "exporters/points.h"
#include "exporters/protobuf.h"
#include "exporters/spool.h"
#include "readers/damo_units.h"
#include "readers/json_tokens.h"

/* ---- numbers ---- */

static void numbers_are_those_of_printf(void **state)
{
	char own[64], other[64];

	(void)state;
	for (unsigned shift = 0; shift < 64; shift++)
		for (int near = -12; near <= 12; near++) {
			const uint64_t value = (1ull << shift) + (uint64_t)near;

			*dt_put_u64(own, value) = '\0';
			(void)snprintf(other, sizeof(other), "%" PRIu64, value);
			assert_string_equal(own, other);
			*dt_put_i64(own, (int64_t)value) = '\0';
			(void)snprintf(other, sizeof(other), "%" PRId64, (int64_t)value);
			assert_string_equal(own, other);
		}
}

static void seconds_are_cut(void **state)
{
	static const struct {
		int64_t ns;
		unsigned decimals;
		const char *text;
	} cases[] = {
		{0, 3, "0.000"},
		{999999, 3, "0.000"},
		{1234567890, 3, "1.234"},
		{1234567890, 9, "1.234567890"},
		{-1500000000, 3, "-1.500"},
		{INT64_MIN, 3, "-9223372036.854"},
		{INT64_MAX, 9, "9223372036.854775807"},
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		*dt_put_seconds(text, cases[i].ns, cases[i].decimals) = '\0';
		assert_string_equal(text, cases[i].text);
	}
}

/* ---- protobuf: the examples of its encoding guide, and limits ---- */

static void protobuf_is_encoded(void **state)
{
	static const unsigned char number[] = {0x08, 0x96, 0x01};
	static const unsigned char inner[] = {0x1a, 0x03, 0x08, 0x96, 0x01};
	static const unsigned char text[] = {0x12, 7, 't', 'e', 's', 't', 'i', 'n', 'g'};
	static const unsigned char one[] = {0x29, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f};
	struct dt_protobuf a = {.size = 0}, b = {.size = 0}, c = {.size = 0}, d = {.size = 0};

	(void)state;
	dt_pb_u64(&a, 1, 150);
	assert_int_equal(a.size, sizeof(number));
	assert_memory_equal(a.bytes, number, sizeof(number));
	dt_pb_message(&b, 3, &a);
	assert_int_equal(b.size, sizeof(inner));
	assert_memory_equal(b.bytes, inner, sizeof(inner));
	dt_pb_text(&c, 2, "testing");
	assert_int_equal(c.size, sizeof(text));
	assert_memory_equal(c.bytes, text, sizeof(text));
	dt_pb_double(&d, 5, 1.0);
	assert_int_equal(d.size, sizeof(one));
	assert_memory_equal(d.bytes, one, sizeof(one));
}

static void protobuf_is_bounded(void **state)
{
	struct dt_protobuf message = {.size = 0};
	char text[300];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 100; i++) {
		dt_pb_text(&message, 2, text);
		dt_pb_u64(&message, 1, UINT64_MAX);
		dt_pb_double(&message, 3, 0.5);
		assert_true(message.size <= sizeof(message.bytes));
	}
}

/* ---- spool ---- */

struct collected {
	size_t size;
	unsigned char bytes[200000];
};

static int collect(void *context, const void *data, size_t size)
{
	struct collected *collected = context;

	assert_true(collected->size + size <= sizeof(collected->bytes));
	memcpy(collected->bytes + collected->size, data, size);
	collected->size += size;
	return 0;
}

static void series_come_back_whole(void **state)
{
	static struct collected collected;
	struct dt_spool *spool;
	size_t sizes[3] = {0};

	(void)state;
	assert_int_equal(dt_spool_new(&spool), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(dt_spool_add(spool), i);
	/* in turn, in pieces of all sizes, each byte known by its series and place */
	for (unsigned round = 0; round < 120; round++)
		for (int i = 0; i < 2; i++) {
			unsigned char piece[2000];
			const size_t size = (round * 37 + (unsigned)i * 11) % sizeof(piece);

			for (size_t j = 0; j < size; j++)
				piece[j] = (unsigned char)((sizes[i] + j) * 7 + (unsigned)i);
			assert_int_equal(dt_spool_put(spool, i, piece, size), 0);
			sizes[i] += size;
		}
	for (int i = 0; i < 3; i++) {
		collected.size = 0;
		assert_int_equal(dt_spool_each(spool, i, collect, &collected), 0);
		assert_int_equal(collected.size, sizes[i]);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(collected.bytes[j], (unsigned char)(j * 7 + (unsigned)i));
	}
	assert_true(sizes[0] > 20000);
	for (int i = 3; i < DT_SPOOL_SERIES; i++)
		assert_int_equal(dt_spool_add(spool), i);
	assert_int_equal(dt_spool_add(spool), -EMFILE);
	dt_spool_free(spool);
}

static void series_are_told_apart(void **state)
{
	struct dt_series_index index = {0};
	struct dt_series_key key = {.metric = DT_METRIC_ESZ, .kdamond = 7};
	bool fresh;

	(void)state;
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 100; i++) {
			key.scheme = i;
			assert_int_equal(dt_export_series_find(&index, &key, &fresh), i);
			assert_int_equal(fresh, !round);
		}
	key.nid = 1;
	assert_int_equal(dt_export_series_find(&index, &key, &fresh), 100);
	dt_export_series_free(&index);
}

/* ---- damo's numbers ---- */

static void damo_numbers(void **state)
{
	uint64_t value;
	double percent;

	(void)state;
	assert_true(dt_damo_number("18,446,623,435,582,458,880", &value));
	assert_true(value == 18446623435582458880ull);
	assert_true(dt_damo_number("max", &value));
	assert_true(value == UINT64_MAX);
	assert_true(dt_damo_number("18446744073709551615", &value));
	assert_true(value == UINT64_MAX);
	assert_true(dt_damo_time("8 m 59.809 s", 1, &value));
	assert_true(value == 539809000000ull);
	assert_true(dt_damo_time("10,401 s 764 ms 781 us", 1, &value));
	assert_true(value == 10401764781000ull);
	assert_true(dt_damo_time("5000", 1000, &value));
	assert_true(value == 5000000);
	assert_true(dt_damo_time("1234567890123456789", 1, &value));
	assert_true(value == 1234567890123456789ull);
	assert_true(dt_damo_bytes("4.000 KiB", &value));
	assert_true(value == 4096);
	assert_true(dt_damo_bytes("1.5EiB", &value));
	assert_true(value == 1729382256910270464ull);
	assert_true(dt_damo_percent("50 %", &percent));
	assert_true(percent == 50);
	assert_false(dt_damo_number("here", &value));
	assert_false(dt_damo_number("", &value));
	assert_false(dt_damo_number("1 2x", &value));
	assert_false(dt_damo_time("5 parsecs", 1, &value));
	assert_false(dt_damo_percent("warm", &percent));
}

/* ---- damo's records: whatever is done to one, nothing worse than a warning comes of it ---- */

static const char record[] =
	"[{\"kdamond_idx\": 1, \"intervals\": {\"sample_us\": \"5 ms\", \"aggr_us\": 100000},\n"
	"\"target_id\": 3, \"snapshots\": [{\"start_time\": \"0\", \"end_time\": \"1 s\",\n"
	"\"regions\": [{\"start\": \"4,096\", \"end\": \"8.000 KiB\", \"nr_accesses\":\n"
	"{\"samples\": null, \"percent\": 50}, \"age\": {\"usec\": \"300 ms\",\n"
	"\"aggr_intervals\": null}}]}]}]\n";

static int take(void *context, struct dt_batch *batch)
{
	if (batch->kind == DT_KIND_REGION)
		for (uint32_t i = 0; i < batch->count; i++) {
			*(struct dt_region *)context = batch->regions[i];
			((struct dt_region *)context)->nr_regions = batch->count;
		}
	return 0;
}

static void read_record(const char *text, size_t size, struct dt_region *region, bool *complete)
{
	const struct dt_sink sink = {
		.batch = take, .context = region, .kinds = 1u << DT_KIND_REGION};
	struct dt_reader *reader;
	struct dt_error error;

	*complete = false;
	*region = (struct dt_region){0};
	if (dt_reader_open_memory(&reader, text, size, &error))
		return;
	assert_int_equal(dt_reader_walk(reader, &sink, &error), 0);
	*complete = reader->info.complete;
	dt_reader_close(reader);
}

static void units_of_a_record(void **state)
{
	struct dt_region region;
	bool complete;

	(void)state;
	read_record(record, sizeof(record) - 1, &region, &complete);
	assert_true(complete);
	assert_true(region.start == 4096 && region.end == 8192 && region.time == 1000000000);
	assert_true(region.kdamond == 1 && region.target_id == 3 && region.nr_regions == 1);
	/* half of the 20 samplings of 100 ms, three times 100 ms */
	assert_true(region.nr_accesses == 10 && region.age == 3);
}

static void damaged_records(void **state)
{
	char text[sizeof(record)];
	struct dt_region region;
	bool complete;

	(void)state;
	for (size_t cut = 0; cut < sizeof(record) - 3; cut++) {
		read_record(record, cut, &region, &complete);
		assert_false(complete);
	}
	for (size_t i = 0; i < sizeof(record) - 1; i++)
		for (const char *with = "\"{}[],:\\0x\n"; *with; with++) {
			memcpy(text, record, sizeof(record));
			text[i] = *with;
			read_record(text, sizeof(record) - 1, &region, &complete);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_those_of_printf),
		cmocka_unit_test(seconds_are_cut),
		cmocka_unit_test(protobuf_is_encoded),
		cmocka_unit_test(protobuf_is_bounded),
		cmocka_unit_test(series_come_back_whole),
		cmocka_unit_test(series_are_told_apart),
		cmocka_unit_test(damo_numbers),
		cmocka_unit_test(units_of_a_record),
		cmocka_unit_test(damaged_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
