/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plugin for trace-cmd and perf, linked in: what it prints of formats and records that are
 * built here byte by byte, of every kernel's form, and of damaged ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <traceevent/event-parse.h>

int tep_plugin_loader(struct tep_handle *tep);
int tep_plugin_unloader(struct tep_handle *tep);

/* An event being made: its format text, and a record with the fields' values. */
static struct {
	char format[4096];
	size_t length;
	unsigned char data[512];
	unsigned size;
} made;

static struct tep_handle *tep;
static char text[1024];

static void add_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add_text(const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(made.format + made.length, sizeof(made.format) - made.length, format,
			   arguments);
	va_end(arguments);
	assert_in_range(length, 0, sizeof(made.format) - made.length - 1);
	made.length += (size_t)length;
}

static void add_field(const char *type, const char *name, unsigned size, uint64_t value)
{
	made.size = (made.size + size - 1) / size * size;
	add_text("\tfield:%s %s;\toffset:%u;\tsize:%u;\tsigned:%d;\n", type, name, made.size, size,
		 type[0] == 'i' || type[0] == 's');
	for (unsigned i = 0; i < size; i++)
		made.data[made.size + i] = (unsigned char)(value >> 8 * i);
	made.size += size;
}

#define U32(name, value)  add_field("unsigned int", name, 4, value)
#define S32(name, value)  add_field("int", name, 4, (uint64_t)(value))
#define LONG(name, value) add_field("unsigned long", name, 8, value)
#define U64(name, value)  add_field("u64", name, 8, value)

static void begin(const char *name, unsigned id)
{
	memset(&made, 0, sizeof(made));
	add_text("name: %s\nID: %u\nformat:\n", name, id);
	add_field("unsigned short", "common_type", 2, id);
	add_field("unsigned char", "common_flags", 1, 0);
	add_field("unsigned char", "common_preempt_count", 1, 0);
	add_field("int", "common_pid", 4, 77);
	add_text("\n");
}

static void finish(const char *system, const char *print)
{
	add_text("\nprint fmt: %s\n", print);
	assert_int_equal(tep_parse_event(tep, made.format, made.length, system), 0);
}

static const char *print(void)
{
	struct tep_record record = {.data = made.data, .size = (int)made.size};
	struct trace_seq s;

	trace_seq_init(&s);
	tep_print_event(tep, &s, &record, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(&s);
	(void)snprintf(text, sizeof(text), "%s", s.buffer);
	trace_seq_destroy(&s);
	return text;
}

static void option(const char *name, const char *value)
{
	char full[32];

	(void)snprintf(full, sizeof(full), "damon:%s", name);
	assert_int_equal(tep_plugin_add_option(full, value), 0);
}

static int set_up(void **state)
{
	(void)state;
	tep = tep_alloc();
	if (!tep)
		return -1;
	tep_set_long_size(tep, 8);
	tep_set_file_bigendian(tep, TEP_LITTLE_ENDIAN);
	tep_plugin_loader(tep);
	option("human", "0");
	option("raw", "0");
	option("unit", "auto");
	option("intervals", "");
	option("sectors", "");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tep_plugin_unloader(tep);
	tep_free(tep);
	tep_plugin_free_options_list(NULL);
	return 0;
}

/* ---- regions ---- */

#define REGION_PRINT                                                       \
	"\"target_id=%lu nr_regions=%u %lu-%lu: %u %u\", REC->target_id, " \
	"REC->nr_regions, REC->start, REC->end, REC->nr_accesses, REC->age"

static void begin_region(uint64_t target, uint64_t start, uint64_t end, uint64_t accesses)
{
	begin("damon_aggregated", 742);
	LONG("target_id", target);
	LONG("start", start);
	LONG("end", end);
	U32("nr_regions", 91);
	U32("nr_accesses", accesses);
}

static void make_region(uint64_t target, uint64_t start, uint64_t end, uint64_t accesses)
{
	begin_region(target, start, end, accesses);
	U32("age", 3);
	finish("damon", REGION_PRINT);
}

static void test_region_exact(void **state)
{
	(void)state;
	make_region(0, 0x7f0000000000, 0x7f0000400000, 17);
	assert_string_equal(print(),
			    "target_id=0 nr_regions=91 139637976727552-139637980921856: 17 3");
}

static void test_region_human(void **state)
{
	(void)state;
	make_region(0, 0x7f0000000000, 0x7f0000400000, 17);
	option("human", "1");
	assert_string_equal(
		print(), "target 0 region 4.0 MiB @0x7f0000000000 17 accesses age 3 (91 regions)");
	option("intervals", "5ms,100ms");
	assert_string_equal(print(),
			    "target 0 region 4.0 MiB @0x7f0000000000 85 % age 3 (91 regions)");
	option("raw", "1");
	assert_string_equal(print(),
			    "target_id=0 nr_regions=91 139637976727552-139637980921856: 17 3");
}

/* 5.15 had no age, and a pointer for a number. */
static void test_region_old(void **state)
{
	(void)state;
	begin_region(0xffff8881002a4c00, 4096, 8192, 1);
	finish("damon", "\"target_id=%lu nr_regions=%u %lu-%lu: %u\", REC->target_id, "
			"REC->nr_regions, REC->start, REC->end, REC->nr_accesses");
	assert_string_equal(print(), "target_id=18446612686367771648 nr_regions=91 4096-8192: 1");
	option("human", "1");
	assert_string_equal(print(), "target 0xffff8881002a4c00 region 4.0 KiB @0x1000 1 access "
				     "(91 regions)");
}

static void test_units(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *unit, *size;
	} cases[] = {
		{0, "auto", "0 B"},
		{1023, "auto", "1023 B"},
		{1024, "auto", "1.0 KiB"},
		{1048524, "auto", "1023.9 KiB"},
		{1048575, "auto", "1.0 MiB"},
		{5ULL << 40, "auto", "5.0 TiB"},
		{9ULL << 50, "auto", "9216.0 TiB"},
		{1536, "B", "1536 B"},
		{1536, "K", "1.500 KiB"},
		{1536, "M", "0.001 MiB"},
		{3ULL << 29, "G", "1.500 GiB"},
		{1ULL << 40, "T", "1.000 TiB"},
	};

	(void)state;
	option("human", "1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[128];

		make_region(0, 4096, 4096 + cases[i].bytes, 0);
		option("unit", cases[i].unit);
		(void)snprintf(expected, sizeof(expected),
			       "target 0 region %s @0x1000 0 accesses age 3 (91 regions)",
			       cases[i].size);
		assert_string_equal(print(), expected);
	}
}

static void test_sectors(void **state)
{
	(void)state;
	make_region(0, 0x3ff00000, 0x40100000, 2);
	option("sectors", "1G");
	assert_string_equal(print(), "target 0 region 2.0 MiB @0x3ff00000 in sectors 0-1 "
				     "2 accesses age 3 (91 regions)");
	option("sectors", "2G");
	assert_string_equal(print(), "target 0 region 2.0 MiB @0x3ff00000 in sector 0 "
				     "2 accesses age 3 (91 regions)");
	option("sectors", "dram=0-0x3fffffff,cxl=1G-2G");
	assert_string_equal(print(), "target 0 region 2.0 MiB @0x3ff00000 in dram to cxl "
				     "2 accesses age 3 (91 regions)");
	option("sectors", "far=3G-4G,all=0-2G");
	assert_string_equal(print(), "target 0 region 2.0 MiB @0x3ff00000 in all "
				     "2 accesses age 3 (91 regions)");
}

/* What is not understood is said on stderr and left out. */
static void test_wrong_options(void **state)
{
	static const char *const intervals[] = {
		"5",	      "5ms",	    "5ms,",
		"0ms,1s",     "2s,1s",	    "5ms,100msx",
		"-5ms,100ms", "5 ms,100ms", "99999999999999999s,1s"};
	static const char *const sectors[] = {"0",    "1Gx",	"a=",	  "a=1", "a=2-1",
					      "=1-2", "a=1-2;", "a=1-2,", "-1",	 "99999999999T"};

	(void)state;
	make_region(0, 4096, 8192, 17);
	for (size_t i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++) {
		option("intervals", intervals[i]);
		assert_string_equal(print(), "target_id=0 nr_regions=91 4096-8192: 17 3");
	}
	option("intervals", "");
	for (size_t i = 0; i < sizeof(sectors) / sizeof(sectors[0]); i++) {
		option("sectors", sectors[i]);
		assert_string_equal(print(), "target_id=0 nr_regions=91 4096-8192: 17 3");
	}
	option("sectors", "");
	option("human", "1");
	option("unit", "m");
	assert_string_equal(print(),
			    "target 0 region 4.0 KiB @0x1000 17 accesses age 3 (91 regions)");
}

static void test_apply(void **state)
{
	(void)state;
	begin("damos_before_apply", 743);
	U32("context_idx", 0);
	U32("scheme_idx", 1);
	LONG("target_idx", 2);
	LONG("start", 1ULL << 30);
	LONG("end", 3ULL << 29);
	U32("nr_accesses", 0);
	U32("age", 12);
	U32("nr_regions", 1);
	finish("damon", "\"ctx_idx=%u scheme_idx=%u target_idx=%lu nr_regions=%u %lu-%lu: %u %u\", "
			"REC->context_idx, REC->scheme_idx, REC->target_idx, REC->nr_regions, "
			"REC->start, REC->end, REC->nr_accesses, REC->age");
	assert_string_equal(print(), "ctx_idx=0 scheme_idx=1 target_idx=2 nr_regions=1 "
				     "1073741824-1610612736: 0 12");
	option("human", NULL);
	assert_string_equal(print(), "ctx 0 scheme 1 target 2 region 512.0 MiB @0x40000000 "
				     "0 accesses age 12 (1 region)");
}

/* ---- probes: 7.2 ---- */

static void make_probes(uint64_t place)
{
	begin("damon_region_aggregated", 744);
	LONG("target_id", 0);
	LONG("start", 4096);
	LONG("end", 8192);
	U32("nr_regions", 2);
	U32("nr_accesses", 19);
	U32("age", 1);
	add_field("__data_loc unsigned char[]", "probe_hits", 4, place);
	made.data[48] = 19;
	made.data[49] = 4;
	made.size = 50;
	finish("damon", "\"target_id=%lu nr_regions=%u %lu-%lu: %u %u probe_hits=%s\", "
			"REC->target_id, REC->nr_regions, REC->start, REC->end, REC->nr_accesses, "
			"REC->age, __print_hex(__get_dynamic_array(probe_hits), "
			"__get_dynamic_array_len(probe_hits))");
}

static void test_probes(void **state)
{
	(void)state;
	make_probes(2 << 16 | 48);
	assert_string_equal(print(), "target_id=0 nr_regions=2 4096-8192: 19 1 probe_hits=13 04");
	option("human", "1");
	assert_string_equal(print(), "target 0 region 4.0 KiB @0x1000 19 accesses age 1 "
				     "probes 19 4 (2 regions)");
	option("intervals", "5000us,100ms");
	assert_string_equal(print(), "target 0 region 4.0 KiB @0x1000 95 % age 1 "
				     "probes 95 % 20 % (2 regions)");
}

/* Places that are not in the record. */
static void test_probes_damaged(void **state)
{
	static const uint64_t places[] = {3 << 16 | 48, 2 << 16 | 49, 0xffffffff, 1 << 16 | 50};

	(void)state;
	option("human", "1");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		tear_down(NULL);
		set_up(NULL);
		option("human", "1");
		make_probes(places[i]);
		assert_string_equal(
			print(), "target 0 region 4.0 KiB @0x1000 19 accesses age 1 (2 regions)");
	}
}

/* ---- the rest ---- */

static void test_tune(void **state)
{
	static const struct {
		uint64_t us;
		const char *text;
	} cases[] = {{800, "800 us"}, {5000, "5 ms"}, {4713, "4.713 ms"}, {2500000, "2.5 s"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[64];

		begin("damon_monitor_intervals_tune", 745);
		LONG("sample_us", cases[i].us);
		finish("damon", "\"sample_us=%lu\", REC->sample_us");
		option("human", "0");
		(void)snprintf(expected, sizeof(expected), "sample_us=%llu",
			       (unsigned long long)cases[i].us);
		assert_string_equal(print(), expected);
		option("human", "1");
		(void)snprintf(expected, sizeof(expected), "sampling every %s", cases[i].text);
		assert_string_equal(print(), expected);
	}
}

static void test_esz(void **state)
{
	(void)state;
	begin("damos_esz", 746);
	U32("context_idx", 0);
	U32("scheme_idx", 1);
	LONG("esz", 8 << 20);
	finish("damon", "\"ctx_idx=%u scheme_idx=%u esz=%lu\", REC->context_idx, REC->scheme_idx, "
			"REC->esz");
	assert_string_equal(print(), "ctx 0 scheme 1: quota 8.0 MiB");
	option("unit", "G");
	assert_string_equal(print(), "ctx 0 scheme 1: quota 0.008 GiB");
	option("raw", NULL);
	assert_string_equal(print(), "ctx_idx=0 scheme_idx=1 esz=8388608");
}

/* Linux 7.0 prints sz_tried twice. */
static void test_stat(void **state)
{
	(void)state;
	begin("damos_stat_after_apply_interval", 747);
	U32("context_idx", 0);
	U32("scheme_idx", 0);
	LONG("nr_tried", 3);
	LONG("sz_tried", 24 << 20);
	LONG("nr_applied", 1);
	LONG("sz_applied", 8 << 20);
	LONG("sz_ops_filter_passed", 4096);
	LONG("qt_exceeds", 1);
	LONG("nr_snapshots", 7);
	finish("damon", "\"ctx_idx=%u scheme_idx=%u nr_tried=%lu sz_tried=%lu nr_tried=%lu "
			"sz_tried=%lu nr_applied=%lu sz_applied=%lu sz_ops_filter_passed=%lu "
			"qt_exceeds=%lu nr_snapshots=%lu\", REC->context_idx, REC->scheme_idx, "
			"REC->nr_tried, REC->sz_tried, REC->nr_tried, REC->sz_tried, "
			"REC->nr_applied, REC->sz_applied, REC->sz_ops_filter_passed, "
			"REC->qt_exceeds, REC->nr_snapshots");
	assert_string_equal(print(), "ctx 0 scheme 0: tried 24.0 MiB in 3 regions, applied 8.0 MiB "
				     "in 1 region (33.3 %), passed filters 4.0 KiB, quota exceeded "
				     "1 time, 7 snapshots");
	option("raw", "1");
	assert_string_equal(print(), "ctx_idx=0 scheme_idx=0 nr_tried=3 sz_tried=25165824 "
				     "nr_tried=3 sz_tried=25165824 nr_applied=1 sz_applied=8388608 "
				     "sz_ops_filter_passed=4096 qt_exceeds=1 nr_snapshots=7");
}

static void test_overflow(void **state)
{
	(void)state;
	begin("damon_perf_ring_overflow", 748);
	S32("cpu", 3);
	finish("damon", "\"cpu=%d\", REC->cpu");
	assert_string_equal(print(), "DAMON's sample ring of CPU 3 was full: 1 sample lost");
}

/* ---- goals ---- */

static void make_native_goal(void)
{
	begin("damos_node_eligible_mem_bp", 750);
	U32("context_idx", 0);
	U32("scheme_idx", 1);
	S32("nid", -1);
	LONG("target_value", 6000);
	LONG("current_value", 5734);
	finish("damon", "\"ctx_idx=%u scheme_idx=%u nid=%d target_value=%lu current_value=%lu\", "
			"REC->context_idx, REC->scheme_idx, REC->nid, REC->target_value, "
			"REC->current_value");
}

static void begin_dynamic_goal(const char *system, unsigned id, uint64_t metric)
{
	begin("damos_node_eligible_mem_bp", id);
	LONG("__probe_func", 0);
	S32("metric", metric);
	S32("nid", 0);
	U64("target_value", 6000);
	U64("current_value", 5735);
	U64("score", 9558);
	if (id != 1668)
		finish(system, "\"metric=%d nid=%d\", REC->metric, REC->nid");
}

static void test_goal_native(void **state)
{
	(void)state;
	make_native_goal();
	assert_string_equal(print(), "ctx 0 scheme 1: node -1: 57.3 % of eligible, target 60.0 %");
	option("raw", "1");
	assert_string_equal(print(), "ctx_idx=0 scheme_idx=1 nid=-1 target_value=6000 "
				     "current_value=5734");
}

/* A file can have the tracepoint and the dynamic events of two recorders. */
static void test_goal_dynamic(void **state)
{
	static const char expected[] = "node 0: 57.4 % of eligible, target 60.0 %, score 95.6 %";

	(void)state;
	make_native_goal();
	begin_dynamic_goal("damon_trace_12", 1666, 8);
	assert_string_equal(print(), expected);
	begin_dynamic_goal("damon_trace_13", 1667, 8);
	assert_string_equal(print(), expected);
	make_native_goal();
	assert_non_null(strstr(print(), "node -1: 57.3 %"));
}

static void test_goal_other_metric(void **state)
{
	(void)state;
	begin_dynamic_goal("damon_trace_12", 1666, 3);
	assert_string_equal(print(), "metric 3: 5735, target 6000, score 95.6 %");
}

/* The lists: goals up to their head, and the scheme's place among the context's. */
static void test_goal_lists(void **state)
{
	(void)state;
	begin_dynamic_goal("damon_trace_12", 1668, 8);
	S32("metric1", 2);
	S32("nid1", 5);
	U64("target_value1", 100);
	U64("current_value1", 7);
	S32("metric2", 8);
	S32("nid2", 0);
	U64("target_value2", 1);
	U64("current_value2", 1);
	U64("goal", 0xffff000000001000);
	U64("goal1", 0xffff000000002000);
	U64("goal2", 0xffff00000000f000);
	U64("goals", 0xffff00000000f000);
	U64("node", 0xffff00000000b000);
	U64("scheme0", 0xffff00000000a000);
	U64("scheme1", 0xffff00000000b000);
	finish("damon_trace_12", "\"nid=%d\", REC->nid");
	assert_string_equal(print(), "ctx 0 scheme 1: node 0: 57.4 % of eligible, target 60.0 %; "
				     "metric 2: 7, target 100, score 95.6 %");
}

/* ---- damage ---- */

/*
 * A record that ends early is left to libtraceevent, and nothing of it is printed before. The
 * plugin alone is asked, with memory of just that size, so that a sanitizer sees what it reads
 * behind it.
 */
static void test_cut_records(void **state)
{
	struct tep_event *event;
	struct trace_seq s;

	(void)state;
	make_native_goal();
	event = tep_find_event_by_name(tep, "damon", "damos_node_eligible_mem_bp");
	assert_non_null(event);
	for (unsigned size = 1; size < made.size; size++) {
		struct tep_record record = {.data = malloc(size), .size = (int)size};

		assert_non_null(record.data);
		memcpy(record.data, made.data, size);
		trace_seq_init(&s);
		assert_int_not_equal(event->handler(&s, &record, event, event->context), 0);
		assert_int_equal(s.len, 0);
		trace_seq_destroy(&s);
		free(record.data);
	}
}

static void test_missing_field(void **state)
{
	(void)state;
	begin("damos_esz", 746);
	U32("context_idx", 4);
	LONG("esz", 8 << 20);
	finish("damon", "\"ctx_idx=%u esz=%lu\", REC->context_idx, REC->esz");
	assert_string_equal(print(), "ctx_idx=4 esz=8388608");
}

/* A region that ends before it begins is printed as it is. */
static void test_backward_region(void **state)
{
	(void)state;
	make_region(0, 8192, 4096, 2);
	option("human", "1");
	assert_string_equal(print(), "target_id=0 nr_regions=91 8192-4096: 2 3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_region_exact),
		TEST(test_region_human),
		TEST(test_region_old),
		TEST(test_units),
		TEST(test_sectors),
		TEST(test_wrong_options),
		TEST(test_apply),
		TEST(test_probes),
		TEST(test_probes_damaged),
		TEST(test_tune),
		TEST(test_esz),
		TEST(test_stat),
		TEST(test_overflow),
		TEST(test_goal_native),
		TEST(test_goal_dynamic),
		TEST(test_goal_other_metric),
		TEST(test_goal_lists),
		TEST(test_cut_records),
		TEST(test_missing_field),
		TEST(test_backward_region),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
