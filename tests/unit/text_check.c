/* SPDX-License-Identifier: GPL-2.0-only */
/* See text_check.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tools/rows.h"
#include "tests/unit/text_check.h"

struct rows {
	FILE *out;
	const struct dt_reader *reader;
};

static int take(void *context, struct dt_batch *batch)
{
	const struct rows *rows = context;

	for (uint32_t i = 0; i < batch->count; i++)
		dt_row_print(rows->out, rows->reader, batch, i);
	return 0;
}

struct dt_reader *text_open(const char *text, size_t size)
{
	struct dt_error error = {.message = ""};
	struct dt_reader *reader = NULL;

	if (dt_reader_open_memory(&reader, text, size, &error))
		fail_msg("%s: %.80s", error.message, text);
	return reader;
}

char *text_rows(struct dt_reader *reader, uint32_t columns)
{
	char *text = NULL;
	size_t size = 0;
	struct rows rows = {.out = open_memstream(&text, &size), .reader = reader};
	const struct dt_sink sink = {.batch = take,
				     .context = &rows,
				     .kinds = (1u << DT_NR_KINDS) - 1,
				     .columns = columns};
	struct dt_error error = {.message = ""};

	assert_non_null(rows.out);
	assert_int_equal(dt_reader_walk(reader, &sink, &error), 0);
	(void)fclose(rows.out);
	return text;
}

void text_check(const struct text_case *test, const char *kind)
{
	struct dt_reader *reader = text_open(test->text, strlen(test->text));
	char *first = text_rows(reader, DT_COL_ALL);
	char *second = text_rows(reader, DT_COL_ALL);

	print_message("           %s\n", test->name);
	assert_string_equal(reader->info.kind, kind);
	assert_string_equal(first, test->rows);
	assert_string_equal(second, test->rows);
	assert_int_equal(reader->info.warnings.count, test->unknown);
	assert_int_equal(reader->info.complete, !test->unknown);
	dt_reader_close(reader);
	free(first);
	free(second);
}
