/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's events out of raw bytes: the layouts of kernels of every age, width and byte order, ones
 * that no kernel has, the built-in ones, and formats and payloads that are damaged.
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

#include "readers/damon_events.h"

#define PID	   4242
#define TIME	   0x123456789abcull
#define MAX_FIELDS 12
#define MAX_RAW	   512

/* A field: how the kernel declares it, where the record has it, and a value that all widths hold.
 */
struct field {
	const char *type, *name;
	unsigned size; /* on the wire; 0: the machine's long */
	size_t place;  /* in the record; NOWHERE: the record has no such field */
	unsigned width;
	int64_t value;
	bool optional;
	int64_t absent; /* what the record then says */
};

#define NOWHERE		 SIZE_MAX
#define IN(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)

struct event {
	const char *name;
	enum dt_kind kind;
	size_t pid_place;
	struct field fields[MAX_FIELDS];
};

#define UNKNOWN ((int64_t)DT_UNKNOWN_U32)

/* In the order of the kernel's structures (include/trace/events/damon.h). */
static const struct event events[] = {
	{"damon_aggregated",
	 DT_KIND_REGION,
	 offsetof(struct dt_region, kdamond),
	 {{"unsigned long", "target_id", 0, IN(dt_region, target_id), 3, false, 0},
	  {"unsigned int", "nr_regions", 4, IN(dt_region, nr_regions), 10, false, 0},
	  {"unsigned long", "start", 0, IN(dt_region, start), 64, false, 0},
	  {"unsigned long", "end", 0, IN(dt_region, end), 100, false, 0},
	  {"unsigned int", "nr_accesses", 4, IN(dt_region, nr_accesses), 20, false, 0},
	  {"unsigned int", "age", 4, IN(dt_region, age), 77, true, UNKNOWN}}},
	{"damos_before_apply",
	 DT_KIND_APPLY,
	 offsetof(struct dt_apply, kdamond),
	 {{"unsigned int", "context_idx", 4, IN(dt_apply, context_idx), 1, true, UNKNOWN},
	  {"unsigned int", "scheme_idx", 4, IN(dt_apply, scheme_idx), 2, false, 0},
	  {"unsigned long", "target_idx", 0, IN(dt_apply, target_idx), 3, true, 0},
	  {"unsigned long", "start", 0, IN(dt_apply, start), 4, false, 0},
	  {"unsigned long", "end", 0, IN(dt_apply, end), 127, false, 0},
	  {"unsigned int", "nr_accesses", 4, IN(dt_apply, nr_accesses), 6, true, 0},
	  {"unsigned int", "age", 4, IN(dt_apply, age), 7, true, UNKNOWN},
	  {"unsigned int", "nr_regions", 4, IN(dt_apply, nr_regions), 8, true, 0}}},
	{"damon_monitor_intervals_tune",
	 DT_KIND_INTERVALS,
	 offsetof(struct dt_intervals, kdamond),
	 {{"unsigned long", "sample_us", 0, IN(dt_intervals, sample_us), 99, false, 0}}},
	{"damos_esz",
	 DT_KIND_ESZ,
	 offsetof(struct dt_esz, kdamond),
	 {{"unsigned int", "context_idx", 4, IN(dt_esz, context_idx), 1, true, UNKNOWN},
	  {"unsigned int", "scheme_idx", 4, IN(dt_esz, scheme_idx), 0, false, 0},
	  {"unsigned long", "esz", 0, IN(dt_esz, esz), 111, false, 0}}},
	{"damos_stat_after_apply_interval",
	 DT_KIND_STAT,
	 offsetof(struct dt_stat, kdamond),
	 {{"unsigned int", "context_idx", 4, IN(dt_stat, context_idx), 1, true, UNKNOWN},
	  {"unsigned int", "scheme_idx", 4, IN(dt_stat, scheme_idx), 2, false, 0},
	  {"unsigned long", "nr_tried", 0, IN(dt_stat, nr_tried), 3, false, 0},
	  {"unsigned long", "sz_tried", 0, IN(dt_stat, sz_tried), 4, false, 0},
	  {"unsigned long", "nr_applied", 0, IN(dt_stat, nr_applied), 5, false, 0},
	  {"unsigned long", "sz_applied", 0, IN(dt_stat, sz_applied), 6, false, 0},
	  {"unsigned long", "sz_ops_filter_passed", 0, IN(dt_stat, sz_ops_filter_passed), 7, true,
	   0},
	  {"unsigned long", "qt_exceeds", 0, IN(dt_stat, qt_exceeds), 8, true, 0},
	  {"unsigned long", "nr_snapshots", 0, IN(dt_stat, nr_snapshots), 9, true, 0}}},
	{"damos_node_eligible_mem_bp",
	 DT_KIND_GOAL,
	 offsetof(struct dt_goal, kdamond),
	 {{"unsigned int", "context_idx", 4, IN(dt_goal, context_idx), 0, true, UNKNOWN},
	  {"unsigned int", "scheme_idx", 4, IN(dt_goal, scheme_idx), 2, true, UNKNOWN},
	  {"int", "nid", 4, IN(dt_goal, nid), -1, false, 0},
	  {"unsigned long", "target_value", 0, IN(dt_goal, target_value), 70, false, 0},
	  {"unsigned long", "current_value", 0, IN(dt_goal, current_value), 31, false, 0},
	  {"s32", "metric", 4, IN(dt_goal, metric), 8, true, UNKNOWN},
	  {"u64", "score", 8, IN(dt_goal, score), 44, true, -1}}},
	{"damon_perf_ring_overflow",
	 DT_KIND_OVERFLOW,
	 offsetof(struct dt_overflow, kdamond),
	 {{"int", "cpu", 4, IN(dt_overflow, cpu), 5, false, 0}}},
};

#define NR_EVENTS (sizeof(events) / sizeof(events[0]))

/* A format text and a payload that fits it, and what must come out. */
struct made {
	bool big;
	char format[4096];
	size_t length;
	unsigned char raw[MAX_RAW];
	unsigned size;
	union dt_damon_record expected;
};

static void store(const struct made *made, unsigned char *at, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> 8 * (made->big ? size - 1 - i : i));
}

static void print(struct made *made, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void print(struct made *made, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	made->length += (size_t)vsnprintf(made->format + made->length,
					  sizeof(made->format) - made->length, format, arguments);
	va_end(arguments);
	assert_true(made->length < sizeof(made->format));
}

static void print_field(struct made *made, const char *type, const char *name, unsigned offset,
			unsigned size, bool is_signed)
{
	print(made, "\tfield:%s %s;\toffset:%u;\tsize:%u;\tsigned:%d;\n", type, name, offset, size,
	      is_signed);
}

static void begin(struct made *made, const char *name, bool big)
{
	memset(made, 0, sizeof(*made));
	made->big = big;
	print(made, "name: %s\nID: 1234\nformat:\n", name);
	print_field(made, "unsigned short", "common_type", 0, 2, false);
	print_field(made, "unsigned char", "common_flags", 2, 1, false);
	print_field(made, "unsigned char", "common_preempt_count", 3, 1, false);
	print_field(made, "int", "common_pid", 4, 4, true);
	print(made, "\n");
	store(made, made->raw + 4, PID, 4);
	made->size = 8;
}

static void end(struct made *made)
{
	print(made, "\nprint fmt: \"target_id=%%lu nr_regions=%%u %%lu-%%lu: %%u %%u\", "
		    "REC->target_id, __print_symbolic(REC->x, { 1, \"field:int age;\" })\n");
}

static void put_at(struct made *made, const struct field *field, unsigned offset, unsigned size)
{
	print_field(made, field->type, field->name, offset, size, field->value < 0);
	store(made, made->raw + offset, (uint64_t)field->value, size);
	if (offset + size > made->size)
		made->size = offset + size;
}

static void expect(struct made *made, const struct field *field, int64_t value)
{
	const uint32_t narrow = (uint32_t)value;

	if (field->place == NOWHERE)
		return;
	if (field->width == 8)
		memcpy((char *)&made->expected + field->place, &value, 8);
	else
		memcpy((char *)&made->expected + field->place, &narrow, 4);
}

static void expect_head(struct made *made, const struct event *event)
{
	const uint32_t pid = PID;

	made->expected.time = TIME;
	memcpy((char *)&made->expected + event->pid_place, &pid, 4);
	for (const struct field *field = event->fields; field->name; field++)
		expect(made, field, field->absent);
}

/* As the compiler of that machine lays the structure out. */
static void make_kernel_layout(struct made *made, const struct event *event, bool big,
			       unsigned long_size)
{
	begin(made, event->name, big);
	expect_head(made, event);
	for (const struct field *field = event->fields; field->name; field++) {
		const unsigned size = field->size ? field->size : long_size;

		put_at(made, field, (made->size + size - 1) / size * size, size);
		expect(made, field, field->value);
	}
	end(made);
}

static struct dt_damon_decoder *decoder_of(const struct made *made)
{
	struct dt_damon_decoder *decoder;

	assert_int_equal(dt_damon_decoder_new(&decoder, made->format, made->length, made->big), 0);
	assert_non_null(decoder);
	return decoder;
}

/* The payload alone in memory, so that a sanitizer sees every byte too many. */
static int decode(const struct dt_damon_decoder *decoder, union dt_damon_record *record,
		  const unsigned char *raw, size_t size)
{
	unsigned char *exact = malloc(size ? size : 1);
	int ret;

	assert_non_null(exact);
	memcpy(exact, raw, size);
	ret = dt_damon_decode_record(decoder, record, TIME, exact, size);
	free(exact);
	return ret;
}

static void check_decoder(const struct dt_damon_decoder *decoder, const struct made *made,
			  enum dt_kind kind)
{
	union dt_damon_record record;

	assert_int_equal(dt_damon_decoder_kind(decoder), kind);
	assert_int_equal(decode(decoder, &record, made->raw, made->size), 0);
	assert_memory_equal(&record, &made->expected, dt_record_size(kind));
	for (size_t size = 0; size < made->size; size++)
		assert_int_equal(decode(decoder, &record, made->raw, size), -EBADMSG);
	/* the ring rounds lengths up */
	assert_int_equal(decode(decoder, &record, made->raw, made->size + 7), 0);
	assert_memory_equal(&record, &made->expected, dt_record_size(kind));
}

static void test_kernel_layouts(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_EVENTS * 4; i++) {
		const struct event *event = &events[i / 4];
		struct dt_damon_decoder *decoder;
		struct made made;

		make_kernel_layout(&made, event, i & 1, i & 2 ? 4 : 8);
		decoder = decoder_of(&made);
		check_decoder(decoder, &made, event->kind);
		dt_damon_decoder_free(decoder);
	}
}

/* What the record does not have, between what it has. */
static void put_junk(struct made *made, uint64_t *random)
{
	static const struct field junk[] = {
		{"unsigned long", "new_in_7_9", 8, NOWHERE, 0, 0x5a5a5a5a5a5a5a5a, true, 0},
		{"char", "comm[16]", 8, NOWHERE, 0, 0x6262626262626262, true, 0},
		{"struct list_head *", "ended", 8, NOWHERE, 0, 0x7777777777777777, true, 0},
		{"unsigned int", "restart", 4, NOWHERE, 0, 0x11111111, true, 0},
	};

	*random = *random * 6364136223846793005ull + 1442695040888963407ull;
	put_at(made, &junk[*random >> 62], made->size, junk[*random >> 62].size);
}

/* Any order, any widths, odd offsets, unknown fields between, optional ones missing. */
static void make_scrambled(struct made *made, const struct event *event, uint64_t *random)
{
	const struct field *order[MAX_FIELDS] = {NULL};
	size_t nr = 0;

	begin(made, event->name, *random >> 63);
	expect_head(made, event);
	for (const struct field *field = event->fields; field->name; field++) {
		size_t at;

		*random = *random * 6364136223846793005ull + 1442695040888963407ull;
		at = (*random >> 33) % (nr + 1);
		order[nr++] = order[at];
		order[at] = field;
	}
	for (size_t i = 0; i < nr; i++) {
		*random = *random * 6364136223846793005ull + 1442695040888963407ull;
		if (order[i]->optional && *random >> 62 == 0)
			continue;
		if (*random >> 61 & 1)
			put_junk(made, random);
		put_at(made, order[i], made->size + (unsigned)(*random >> 40) % 4,
		       1u << (*random >> 33) % 4);
		expect(made, order[i], order[i]->value);
	}
	end(made);
}

static void test_scrambled_layouts(void **state)
{
	uint64_t random = 20261124;

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		const struct event *event = &events[i % NR_EVENTS];
		struct dt_damon_decoder *decoder;
		union dt_damon_record record;
		struct made made;

		make_scrambled(&made, event, &random);
		decoder = decoder_of(&made);
		assert_int_equal(decode(decoder, &record, made.raw, made.size), 0);
		assert_memory_equal(&record, &made.expected, dt_record_size(event->kind));
		dt_damon_decoder_free(decoder);
	}
}

/* Each event without each of its fields: without a needed one there is no decoder. */
static void test_missing_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_EVENTS; i++) {
		const struct event *event = &events[i];

		for (const struct field *gone = event->fields; gone->name; gone++) {
			struct dt_damon_decoder *decoder;
			struct made made;
			int ret;

			begin(&made, event->name, false);
			expect_head(&made, event);
			for (const struct field *field = event->fields; field->name; field++) {
				if (field == gone)
					continue;
				put_at(&made, field, made.size, 8);
				expect(&made, field, field->value);
			}
			end(&made);
			ret = dt_damon_decoder_new(&decoder, made.format, made.length, false);
			assert_int_equal(ret, gone->optional ? 0 : -EBADMSG);
			if (ret)
				assert_null(decoder);
			else
				check_decoder(decoder, &made, event->kind);
			dt_damon_decoder_free(decoder);
		}
	}
}

static void test_built_in_layouts(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_EVENTS * 2; i++) {
		const struct event *event = &events[i / 2];
		struct event native = *event;
		struct dt_damon_decoder *decoder;
		struct made made;

		/* only the dynamic probe has metric and score */
		if (event->kind == DT_KIND_GOAL)
			native.fields[5].name = NULL;
		make_kernel_layout(&made, &native, i & 1, 8);
		if (event->kind == DT_KIND_GOAL) {
			made.expected.goal.metric = DT_UNKNOWN_U32;
			made.expected.goal.score = UINT64_MAX;
		}
		decoder = dt_damon_decoder_builtin(event->name, i & 1);
		assert_non_null(decoder);
		check_decoder(decoder, &made, event->kind);
		dt_damon_decoder_free(decoder);
	}
	assert_null(dt_damon_decoder_builtin("sched_switch", false));
	assert_null(dt_damon_decoder_builtin("", false));
	assert_null(dt_damon_decoder_builtin("damon_aggregated ", false));
}

/* The dynamic event on damos_quota_score(), as its format file stands in tracefs. */
static void test_dynamic_probe(void **state)
{
	static const struct field fields[] = {
		{"unsigned long", "__probe_func", 8, NOWHERE, 0, 0x7fffffff81596da0, false, 0},
		{"unsigned long", "__probe_ret_ip", 8, NOWHERE, 0, 0x7fffffff815972e2, false, 0},
		{"s32", "metric", 4, IN(dt_goal, metric), 8, false, 0},
		{"s32", "nid", 4, IN(dt_goal, nid), -1, false, 0},
		{"u64", "target_value", 8, IN(dt_goal, target_value), 7000, false, 0},
		{"u64", "current_value", 8, IN(dt_goal, current_value), 6973, false, 0},
		{"u64", "score", 8, IN(dt_goal, score), 9961, false, 0},
		{"u64", "scheme", 8, NOWHERE, 0, 0x7fff888012345678, false, 0},
	};

	(void)state;
	for (int big = 0; big < 2; big++) {
		struct dt_damon_decoder *decoder;
		struct made made;

		begin(&made, "damos_node_eligible_mem_bp", big);
		made.expected.goal = (struct dt_goal){.time = TIME,
						      .kdamond = PID,
						      .context_idx = DT_UNKNOWN_U32,
						      .scheme_idx = DT_UNKNOWN_U32};
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			put_at(&made, &fields[i], made.size, fields[i].size);
			expect(&made, &fields[i], fields[i].value);
		}
		end(&made);
		decoder = decoder_of(&made);
		/* the last field is none of the record's: the payload may end before it */
		made.size -= 8;
		check_decoder(decoder, &made, DT_KIND_GOAL);
		dt_damon_decoder_free(decoder);
	}
}

static void test_wide_values(void **state)
{
	static const struct field wide = {"u64", "nr_accesses", 8, IN(dt_region, nr_accesses),
					  0,	 false,		0};
	static const struct {
		uint64_t value;
		uint32_t expected;
	} cases[] = {{UINT32_MAX - 1ull, UINT32_MAX - 1},
		     {1ull << 32, UINT32_MAX},
		     {INT64_MAX, UINT32_MAX}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field field = wide;
		struct dt_damon_decoder *decoder;
		union dt_damon_record record;
		struct made made;

		begin(&made, "damon_aggregated", false);
		for (const struct field *other = events[0].fields; other->name; other++)
			if (strcmp(other->name, field.name) != 0)
				put_at(&made, other, made.size, 8);
		field.value = (int64_t)cases[i].value;
		put_at(&made, &field, made.size, 8);
		end(&made);
		decoder = decoder_of(&made);
		assert_int_equal(decode(decoder, &record, made.raw, made.size), 0);
		assert_int_equal(record.region.nr_accesses, cases[i].expected);
		dt_damon_decoder_free(decoder);
	}
}

/* Fields of the record in the kernel's order, then probe_hits: a word, and bytes elsewhere. */
static void make_probes(struct made *made, const char *name, bool big, uint32_t location)
{
	static const int order[] = {0, 2, 3, 1, 4, 5};

	begin(made, name, big);
	for (size_t i = 0; i < 6; i++) {
		const struct field *field = &events[0].fields[order[i]];

		put_at(made, field, made->size, field->size ? field->size : 8);
	}
	assert_int_equal(made->size, 44);
	print_field(made, "__data_loc unsigned char[]", "probe_hits", 44, 4, false);
	store(made, made->raw + 44, location, 4);
	memcpy(made->raw + 48, "\x13\x00\x05\xff\x77", 5);
	made->size = 53;
	end(made);
}

static const struct {
	uint32_t offset, length, nr;
	const char *hits;
} locations[] = {
	{48, 2, 2, "\x13\x00"},
	{48, 4, 4, "\x13\x00\x05\xff"},
	{48, 5, 4, "\x13\x00\x05\xff"}, /* more than there can be: the first four */
	{49, 4, 4, "\x00\x05\xff\x77"},
	{52, 1, 1, "\x77"},
	{53, 0, 0, ""}, /* nothing, at the very end */
	{48, 6, 0, ""}, /* out of bounds: none */
	{53, 1, 0, ""},
	{54, 0, 0, ""},
	{0xffff, 0xffff, 0, ""},
	{0, 0xffff, 0, ""},
	{0xffff, 0, 0, ""},
};

static void test_probe_hits(void **state)
{
	static const char *const names[] = {"damon_region_aggregated", "damon_aggregated_v2"};
	const size_t nr = sizeof(locations) / sizeof(locations[0]);

	(void)state;
	for (size_t i = 0; i < nr * 8; i++) {
		const uint32_t location = locations[i / 8].length << 16 | locations[i / 8].offset;
		struct dt_damon_decoder *decoder;
		union dt_damon_record record;
		struct made made;

		make_probes(&made, names[i & 1], i & 2, location);
		decoder = i & 4 ? decoder_of(&made) : dt_damon_decoder_builtin(names[i & 1], i & 2);
		assert_non_null(decoder);
		assert_null(dt_damon_decoder_plain(decoder));
		assert_int_equal(decode(decoder, &record, made.raw, made.size), 0);
		assert_int_equal(record.region.event, DT_REGION_WITH_PROBES);
		assert_int_equal(record.region.end, 100);
		assert_int_equal(record.region.nr_regions, 10);
		assert_int_equal(record.region.age, 77);
		assert_int_equal(record.region.nr_probes, locations[i / 8].nr);
		assert_memory_equal(record.region.probe_hits, locations[i / 8].hits,
				    locations[i / 8].nr);
		dt_damon_decoder_free(decoder);
	}
}

/* Regions as a sink gets them, by the fast way and by the slow one. */
static int keep_region(void *context, struct dt_batch *batch)
{
	assert_int_equal(batch->kind, DT_KIND_REGION);
	assert_int_equal(batch->count, 1);
	memcpy(context, batch->regions, sizeof(struct dt_region));
	return 0;
}

static void test_emission(void **state)
{
	struct dt_region got;
	struct dt_sink sink = {keep_region, &got, 1u << DT_KIND_REGION, 0};

	(void)state;
	for (int i = 0; i < 8; i++) {
		const bool big = i & 1, wanted = !(i & 4);
		struct dt_damon_decoder *decoder;
		struct dt_emitter emitter;
		struct made made;

		make_kernel_layout(&made, &events[0], big, i & 2 ? 4 : 8);
		decoder = decoder_of(&made);
		assert_int_equal(dt_damon_decoder_plain(decoder) != NULL, !big && !(i & 2));
		sink.kinds = wanted ? 1u << DT_KIND_REGION : 0;
		memset(&got, 0, sizeof(got));
		assert_int_equal(dt_emitter_init(&emitter, &sink), 0);
		assert_int_equal(dt_damon_decode(decoder, &emitter, TIME, made.raw, made.size - 1),
				 -EBADMSG);
		assert_int_equal(dt_damon_decode(decoder, &emitter, TIME, made.raw, made.size), 0);
		assert_int_equal(dt_emit_flush_all(&emitter), 0);
		assert_int_equal(got.time, wanted ? TIME : 0);
		if (wanted)
			assert_memory_equal(&got, &made.expected,
					    offsetof(struct dt_region, probe_hits));
		dt_emitter_free(&emitter);
		dt_damon_decoder_free(decoder);
	}
}

/* Any text: a decoder that reads within the payload, or an error, never both. */
static void try_text(const char *format, size_t size, const struct made *made)
{
	struct dt_damon_decoder *decoder = NULL;
	char *exact = malloc(size ? size : 1);
	union dt_damon_record record;
	int ret;

	assert_non_null(exact);
	memcpy(exact, format, size);
	ret = dt_damon_decoder_new(&decoder, exact, size, made->big);
	assert_true(ret == 0 || ret == -EBADMSG);
	assert_true(!ret || !decoder);
	free(exact);
	for (size_t raw = 0; decoder && raw <= made->size; raw++)
		(void)decode(decoder, &record, made->raw, raw);
	dt_damon_decoder_free(decoder);
}

static void test_damaged_formats(void **state)
{
	static const char bytes[] = {'\0', '\n', ';', ':', '9', '[', ']', 'a', ' ', '\xff'};

	(void)state;
	for (size_t i = 0; i <= NR_EVENTS; i++) {
		struct made made;

		if (i < NR_EVENTS)
			make_kernel_layout(&made, &events[i], false, 8);
		else
			make_probes(&made, "damon_region_aggregated", false, 4u << 16 | 48);
		for (size_t size = 0; size <= made.length; size++)
			try_text(made.format, size, &made);
		for (size_t at = 0; at < made.length; at++) {
			const char old = made.format[at];

			for (size_t j = 0; j < sizeof(bytes); j++) {
				made.format[at] = bytes[j];
				try_text(made.format, made.length, &made);
			}
			made.format[at] = old;
		}
	}
}

static void test_unusable_fields(void **state)
{
	static const char *const lines[] = {
		"\tfield:unsigned long sample_us;\toffset:8;\tsize:3;\tsigned:0;\n",
		"\tfield:unsigned long sample_us;\toffset:8;\tsize:0;\tsigned:0;\n",
		"\tfield:unsigned long sample_us;\toffset:8;\tsize:16;\tsigned:0;\n",
		"\tfield:unsigned long sample_us;\toffset:-8;\tsize:8;\tsigned:0;\n",
		"\tfield:unsigned long sample_us;\toffset:65535;\tsize:8;\tsigned:0;\n",
		"\tfield:unsigned long sample_us;\toffset:4294967304;\tsize:8;\tsigned:0;\n",
		"\tfield:unsigned long sample_us;\toffset:18446744073709551624;\tsize:8;\n",
		"\tfield:unsigned long sample_us;\toffset:8\tsize:8;\tsigned:0;\n",
		"\tfield:unsigned long sample_us;\toffset:0x8;\tsize:8;\tsigned:0;\n",
		"\tfield:unsigned long sample_us2;\toffset:8;\tsize:8;\tsigned:0;\n",
		"\tfield:unsigned long my_sample_us;\toffset:8;\tsize:8;\tsigned:0;\n",
		"\tfield:__data_loc char[] sample_us;\toffset:8;\tsize:4;\tsigned:0;\n",
		"\tfield: ;\toffset:8;\tsize:8;\tsigned:0;\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct dt_damon_decoder *decoder;
		struct made made;

		begin(&made, "damon_monitor_intervals_tune", false);
		print(&made, "%s", lines[i]);
		end(&made);
		assert_int_equal(dt_damon_decoder_new(&decoder, made.format, made.length, false),
				 -EBADMSG);
		assert_null(decoder);
	}
}

static void test_identity(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t id;
	} cases[] = {
		{"name: x\nID: 7\n", true, 7},
		{"name: x\nID: 7", true, 7},
		{"ID: 4294967295\nname: x\n", true, UINT32_MAX},
		{"name: x\nID: 4294967296\n", false, 0},
		{"name: x\nID: 99999999999\n", false, 0},
		{"name: x\nID: \n", false, 0},
		{"name: x\nID: -1\n", false, 0},
		{"name: x\nID: 7 \n", false, 0},
		{"name: x\nID: 0x7\n", false, 0},
		{"name: \nID: 7\n", false, 0},
		{"name: x\n", false, 0},
		{"ID: 7\n", false, 0},
		{"", false, 0},
		{"\n\n\n", false, 0},
		{" name: x\n ID: 7\n", false, 0},
	};
	char name[64], text[256];
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int ret = dt_format_identity(cases[i].text, strlen(cases[i].text), name, &id);

		assert_int_equal(ret, cases[i].good ? 0 : -EBADMSG);
		if (cases[i].good) {
			assert_string_equal(name, "x");
			assert_int_equal(id, cases[i].id);
		}
	}
	/* the longest name, and one more */
	(void)snprintf(text, sizeof(text), "name: %063d\nID: 1\n", 0);
	assert_int_equal(dt_format_identity(text, strlen(text), name, &id), 0);
	assert_int_equal(strlen(name), 63);
	(void)snprintf(text, sizeof(text), "name: %064d\nID: 1\n", 0);
	assert_int_equal(dt_format_identity(text, strlen(text), name, &id), -EBADMSG);
}

/* Other systems' events have no decoder, and that is no error. */
static void test_foreign(void **state)
{
	struct dt_damon_decoder *decoder;
	struct made made;

	(void)state;
	begin(&made, "sched_switch", false);
	end(&made);
	assert_int_equal(dt_damon_decoder_new(&decoder, made.format, made.length, false), 0);
	assert_null(decoder);
	dt_damon_decoder_free(NULL);
	assert_null(dt_damon_decoder_plain(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_layouts),	cmocka_unit_test(test_scrambled_layouts),
		cmocka_unit_test(test_missing_fields),	cmocka_unit_test(test_built_in_layouts),
		cmocka_unit_test(test_dynamic_probe),	cmocka_unit_test(test_wide_values),
		cmocka_unit_test(test_probe_hits),	cmocka_unit_test(test_emission),
		cmocka_unit_test(test_damaged_formats), cmocka_unit_test(test_unusable_fields),
		cmocka_unit_test(test_identity),	cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
