/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls out of bytes: functions by the symbols of the file, fields by the formats of the file, and
 * neither believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damon-trace/function.h"
#include "damon-trace/reader.h"
#include "tests/tools/trace_writer.h"

#define START	1000000000ull
#define ADDRESS 0xffffffff81000000ull

struct kept {
	uint32_t nr;
	struct dt_call calls[16];
	uint64_t warnings;
};

static int keep(void *context, struct dt_batch *batch)
{
	struct kept *kept = context;

	assert_int_equal(batch->kind, DT_KIND_CALL);
	for (uint32_t i = 0; i < batch->count; i++)
		if (kept->nr < 16)
			kept->calls[kept->nr++] = batch->calls[i];
	return 0;
}

static void read_back(struct dt_tw *writer, struct kept *kept)
{
	const struct dt_sink sink = {keep, kept, 1u << DT_KIND_CALL, 0};
	struct dt_error error;
	struct dt_reader *reader;
	unsigned char *bytes;
	size_t size;

	*kept = (struct kept){0};
	bytes = dt_tw_finish_memory(writer, &size);
	if (dt_reader_open_memory(&reader, bytes, size, &error))
		fail_msg("%s", error.message);
	assert_int_equal(dt_reader_walk(reader, &sink, &error), 0);
	kept->warnings = reader->info.warnings.count;
	dt_reader_close(reader);
	dt_tw_free(writer);
	free(bytes);
}

static struct dt_tw *writer_of(int version, const char *symbols)
{
	return dt_tw_new(&(struct dt_tw_config){.version = version,
						.cpus = 1,
						.events = DT_TW_GRAPH_EVENTS | DT_TW_PROBE_EVENTS,
						.kallsyms = symbols});
}

static void graph_exit(struct dt_tw *writer, uint64_t time, uint64_t address, uint64_t from,
		       uint64_t to)
{
	dt_tw_event(writer, (struct dt_tw_where){0, 0}, DT_TW_GRAPH_EXIT, time, 7,
		    (const uint64_t[]){address, 0, 0, from, to});
}

/* /proc/kallsyms of a whole kernel is larger than anything that is read at once. */
static char *long_symbols(size_t before)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (size_t i = 0; i < before; i++)
		(void)fprintf(out, "%016llx T a_symbol_%zu\n",
			      (unsigned long long)(ADDRESS - 0x100000 + i * 16), i);
	(void)fprintf(out, "%016llx t damon_va_update.isra.0\n", ADDRESS);
	(void)fprintf(out, "%016llx t damon_va_update.isra.0.cold\n", ADDRESS + 0x800);
	for (size_t i = 0; i < before; i++)
		(void)fprintf(out, "%016llx T b_symbol_%zu\t[module]\n",
			      (unsigned long long)(ADDRESS + 0x1000 + i * 16), i);
	(void)fprintf(out, "%016llx t kdamond_call", ADDRESS + 0x100000);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void check_symbols(int version, size_t before)
{
	char *symbols = long_symbols(before);
	struct dt_tw *writer = writer_of(version, symbols);
	struct kept kept = {0};

	graph_exit(writer, START + 1, ADDRESS, 10, 20);
	graph_exit(writer, START + 2, ADDRESS + 4, 10, 40); /* behind endbr64 */
	graph_exit(writer, START + 3, ADDRESS + 17, 10, 20);
	graph_exit(writer, START + 4, ADDRESS - 1, 10, 20);
	graph_exit(writer, START + 5, ADDRESS + 0x804, 10, 20);
	graph_exit(writer, START + 6, ADDRESS + 0x100000, 10, 20);
	read_back(writer, &kept);
	assert_int_equal(kept.warnings, 0);
	assert_int_equal(kept.nr, 3);
	assert_string_equal(dt_functions[kept.calls[0].function].name, "damon_va_update");
	assert_int_equal(kept.calls[1].time, START + 2);
	assert_int_equal(kept.calls[1].duration, 30);
	assert_int_equal(kept.calls[1].kdamond, 7);
	assert_int_equal(kept.calls[1].what, DT_CALL_LEAVE);
	assert_int_equal(kept.calls[1].by, DT_CALL_BY_GRAPH);
	assert_string_equal(dt_functions[kept.calls[2].function].name, "kdamond_call");
	free(symbols);
}

static void test_symbols(void **state)
{
	(void)state;
	/* lines end at every place of what is read at once */
	for (size_t before = 0; before<200; before += before> 90 && before < 140 ? 1 : 13) {
		check_symbols(6, before);
		check_symbols(7, before);
	}
	check_symbols(6, 5000);
}

/* A file without symbols, or with text that is none. */
static void test_no_symbols(void **state)
{
	static const char *const texts[] = {
		NULL,
		"",
		"\n\n\n",
		"ffffffff81000000",
		"ffffffff81000000 t",
		"ffffffff81000000 t ",
		"ffffffff81000000 tt damon_va_update\n",
		"0000000000000000 t damon_va_update\n",
		"t damon_va_update\n",
	};
	struct kept kept = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct dt_tw *writer = writer_of(6, texts[i]);

		graph_exit(writer, START, ADDRESS, 10, 20);
		graph_exit(writer, START + 1, 0, 10, 20);
		read_back(writer, &kept);
		assert_int_equal(kept.nr, 0);
		assert_int_equal(kept.warnings, 0);
	}
}

#define COMMON "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"

static void check_format(const char *format, uint32_t calls, uint64_t duration, uint64_t warnings)
{
	char *symbols = long_symbols(0);
	struct dt_tw *writer = writer_of(6, symbols);
	struct kept kept = {0};

	dt_tw_set_format(writer, DT_TW_GRAPH_EXIT, format);
	graph_exit(writer, START, ADDRESS, 10, 20);
	read_back(writer, &kept);
	assert_int_equal(kept.nr, calls);
	assert_int_equal(kept.warnings, warnings);
	if (calls)
		assert_int_equal(kept.calls[0].duration, duration);
	free(symbols);
}

static void test_formats(void **state)
{
#define HEAD "name: funcgraph_exit\nID: 10\nformat:\n" COMMON
#define FUNC "\tfield:unsigned long func;\toffset:8;\tsize:8;\tsigned:0;\n"
	(void)state;
	check_format(HEAD FUNC
		     "\tfield:unsigned long long calltime;\toffset:24;\tsize:8;\tsigned:0;\n"
		     "\tfield:unsigned long long rettime;\toffset:32;\tsize:8;\tsigned:0;\n",
		     1, 10, 0);
	/* by the time of the entry, then */
	check_format(HEAD FUNC
		     "\tfield:unsigned long long rettime;\toffset:32;\tsize:8;\tsigned:0;\n",
		     1, UINT64_MAX, 0);
	/* it ended before it began */
	check_format(HEAD FUNC
		     "\tfield:unsigned long long rettime;\toffset:24;\tsize:8;\tsigned:0;\n"
		     "\tfield:unsigned long long calltime;\toffset:32;\tsize:8;\tsigned:0;\n",
		     1, UINT64_MAX, 0);
	check_format(HEAD, 0, 0, 1);
	/* beyond the event, of another width */
	check_format(HEAD "\tfield:unsigned long func;\toffset:4096;\tsize:8;\tsigned:0;\n", 0, 0,
		     1);
	check_format(HEAD "\tfield:unsigned char func;\toffset:8;\tsize:1;\tsigned:0;\n", 0, 0, 1);
}

/* Dynamic events say by their name what they are of. */
static void test_probes(void **state)
{
	struct dt_tw *writer = writer_of(6, NULL);
	struct kept kept = {0};

	(void)state;
	dt_tw_set_format(writer, DT_TW_ENTER, "name: enter_do_exit\nID: 1670\nformat:\n" COMMON);
	for (int i = 0; i < 4; i++)
		dt_tw_event(writer, (struct dt_tw_where){0, 0}, (enum dt_tw_event)(DT_TW_ENTER + i),
			    START + (uint64_t)i, 9, (const uint64_t[]){1, 2});
	read_back(writer, &kept);
	assert_int_equal(kept.nr, 3);
	assert_int_equal(kept.calls[0].what, DT_CALL_LEAVE);
	assert_int_equal(kept.calls[1].what, DT_CALL_ENTER);
	assert_int_equal(kept.calls[2].duration, UINT64_MAX);
	assert_int_equal(kept.calls[2].by, DT_CALL_BY_PROBE);
	assert_int_equal(kept.calls[2].kdamond, 9);
	assert_string_equal(dt_functions[kept.calls[0].function].name, dt_tw_functions[0]);
	assert_string_equal(dt_functions[kept.calls[2].function].name, dt_tw_functions[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_no_symbols),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
