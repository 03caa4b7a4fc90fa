/* SPDX-License-Identifier: GPL-2.0-only */
/* host.json as it should not be: damaged, cut, huge, of other types. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "damon-trace/host_context.h"
#include "tests/tools/tree.h"

static char directory[] = "/tmp/test_host_json-XXXXXX";

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
	dt_tree_remove(directory);
	return 0;
}

static void write_text(const char *text, size_t size)
{
	FILE *file = fopen(path_of("host.json"), "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Read it; the number of warnings. */
static uint64_t read_it(struct dt_host_context **context)
{
	struct dt_warnings warnings = {0};

	assert_int_equal(dt_host_context_read(context, directory, &warnings), 0);
	return warnings.count;
}

static uint64_t warnings_of(const char *text)
{
	struct dt_host_context *context;
	uint64_t count;

	write_text(text, strlen(text));
	count = read_it(&context);
	if (count)
		assert_null(context);
	dt_host_context_free(context);
	return count;
}

static void test_none(void **state)
{
	struct dt_host_context *context;

	(void)state;
	assert_int_equal(read_it(&context), 0);
	assert_null(context);
}

static void test_damaged(void **state)
{
	(void)state;
	assert_int_equal(warnings_of(""), 1);
	assert_int_equal(warnings_of("{\"schema\":1,"), 1);
	assert_int_equal(warnings_of("[1,2]"), 1);
	assert_int_equal(warnings_of("\"text\""), 1);
	assert_int_equal(warnings_of("{} trailing"), 1);
	assert_int_equal(warnings_of("{}"), 0);
}

/* Nothing in it is of the type that is expected. */
static void test_types(void **state)
{
	static const char text[] =
		"{\"recording\":[],\"kernel\":7,\"machine\":null,\"nodes\":{\"a\":1},\"pmus\":4,"
		"\"account\":{\"cpus\":[1,\"x\",null,[],{}]},"
		"\"damon\":{\"at_start\":{\"kdamonds\":{\"0\":{\"pid\":\"99999999999999999999\","
		"\"contexts\":{\"0\":{\"operations\":5,\"addr_unit\":\"0\",\"targets\":[],"
		"\"monitoring_attrs\":{\"intervals\":{\"sample_us\":\"-5\",\"aggr_us\":\"x\"}},"
		"\"schemes\":{\"0\":{\"quotas\":7}}}}}}},\"at_end\":\"no\"}}";
	struct dt_host_context *context;
	const struct dt_host_kdamond *kdamond;

	(void)state;
	write_text(text, sizeof(text) - 1);
	assert_int_equal(read_it(&context), 0);
	assert_non_null(context);
	assert_int_equal(context->nr_nodes, 0);
	assert_false(context->ended);
	assert_true(context->realtime_offset_start == INT64_MIN);
	assert_int_equal(context->account.nr_cpus, 5);
	assert_int_equal(context->account.cpus[0].events, 0);
	assert_int_equal(context->at_start.nr_kdamonds, 1);
	kdamond = &context->at_start.kdamonds[0];
	assert_int_equal(kdamond->pid, -1);
	assert_int_equal(kdamond->nr_contexts, 1);
	assert_int_equal(kdamond->contexts[0].addr_unit, 1);
	assert_int_equal(kdamond->contexts[0].sample_us, 0);
	assert_int_equal(kdamond->contexts[0].aggr_us, 0);
	assert_int_equal(kdamond->contexts[0].nr_schemes, 1);
	assert_int_equal(kdamond->contexts[0].schemes[0].nr_goals, 0);
	dt_host_context_free(context);
}

/* Ranges that are none are left out, the others stay. */
static void test_ranges(void **state)
{
	static const char text[] =
		"{\"nodes\":[{\"nid\":3,\"ranges\":[[\"0x2000\",\"0x1000\"],[\"0x10\"],[1,2],"
		"[\"10\",\"20\"],[\"0x1000\",\"0x2000z\"],"
		"[\"0x1000\",\"0xfffffffffffffffff\"],[\"0x1000\",\"0x2000\"]]}]}";
	struct dt_host_context *context;

	(void)state;
	write_text(text, sizeof(text) - 1);
	assert_int_equal(read_it(&context), 0);
	assert_int_equal(context->nr_nodes, 1);
	assert_int_equal(context->nodes[0].nid, 3);
	assert_int_equal(context->nodes[0].nr_ranges, 1);
	assert_int_equal(context->nodes[0].ranges[0].end, 0x2000);
	dt_host_context_free(context);
}

/* Numbers of things are bounded, and texts are cut. */
static void test_bounds(void **state)
{
	const size_t nr = 5000;
	struct dt_host_context *context;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	(void)fputs("{\"damon_trace\":\"", out);
	for (size_t i = 0; i < nr; i++)
		(void)fputc('v', out);
	(void)fputs("\",\"nodes\":[", out);
	for (size_t i = 0; i < nr; i++)
		(void)fprintf(out, "%s{\"nid\":%zu}", i ? "," : "", i);
	(void)fputs("],\"damon\":{\"at_start\":{\"kdamonds\":{", out);
	for (size_t i = 0; i < nr; i++)
		(void)fprintf(out, "%s\"%zu\":{}", i ? "," : "", i);
	(void)fputs("}}}}", out);
	assert_int_equal(fclose(out), 0);
	write_text(text, size);
	free(text);
	assert_int_equal(read_it(&context), 0);
	assert_int_equal(strlen(context->version), sizeof(context->version) - 1);
	assert_int_equal(context->nr_nodes, 1024);
	assert_int_equal(context->at_start.nr_kdamonds, 256);
	dt_host_context_free(context);
}

/* Deeper than any parser's stack should be asked to go. */
static void test_depth(void **state)
{
	const size_t depth = 1000000;
	char *text = malloc(depth + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '[', depth);
	text[depth] = '\0';
	assert_int_equal(warnings_of(text), 1);
	free(text);
}

static void test_huge(void **state)
{
	struct dt_host_context *context;

	(void)state;
	write_text("{}", 2);
	assert_int_equal(truncate(path_of("host.json"), (off_t)1 << 40), 0);
	assert_int_equal(read_it(&context), 1);
	assert_null(context);
}

/* A pipe that nobody writes to must not be waited for. */
static void test_no_file(void **state)
{
	struct dt_host_context *context;

	(void)state;
	assert_int_equal(mkfifo(path_of("host.json"), 0666), 0);
	assert_int_equal(read_it(&context), 1);
	assert_null(context);
	assert_int_equal(unlink(path_of("host.json")), 0);
	assert_int_equal(mkdir(path_of("host.json"), 0777), 0);
	assert_int_equal(read_it(&context), 1);
	assert_null(context);
}

/* Cut anywhere and with any byte broken: a warning or a result, and no more. */
static void test_cut(void **state)
{
	static const char text[] =
		"{\"recording\":{\"filter\":\"a\",\"events\":[\"x:y\"],\"ended\":true},\"nodes\":"
		"[{\"nid\":0,\"ranges\":[[\"0x1000\",\"0x2000\"]]}],\"account\":{\"cpus\":[{"
		"\"cpu\":"
		"0}]},\"damon\":{\"at_start\":{\"kdamonds\":{\"0\":{\"contexts\":{\"0\":{"
		"\"schemes\":"
		"{\"0\":{\"quotas\":{\"goals\":{\"0\":{\"nid\":\"1\"}}}}}}}}}}}}";
	char broken[sizeof(text)];
	struct dt_host_context *context;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		write_text(text, i);
		assert_int_equal(read_it(&context), 1);
		assert_null(context);
		memcpy(broken, text, sizeof(text));
		broken[i] = (char)(broken[i] ^ 0x15);
		write_text(broken, sizeof(text) - 1);
		(void)read_it(&context);
		dt_host_context_free(context);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ranges, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_depth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_huge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
