/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gen_rows INPUT: every record of a recording as one line of names and values, so that tests can
 * hold two inputs against each other, or one against what another program prints of it.
 */
#include <stdio.h>

#include "tests/tools/rows.h"

static int take(void *context, struct dt_batch *batch)
{
	for (uint32_t i = 0; i < batch->count; i++)
		dt_row_print(stdout, context, batch, i);
	return 0;
}

int main(int argc, char **argv)
{
	struct dt_sink sink = {
		.batch = take, .kinds = (1u << DT_NR_KINDS) - 1, .columns = DT_COL_ALL};
	struct dt_error error = {.message = ""};
	struct dt_reader *reader;

	if (argc != 2) {
		(void)fputs("usage: gen_rows INPUT\n", stderr);
		return 2;
	}
	if (dt_reader_open(&reader, argv[1], &error)) {
		(void)fprintf(stderr, "gen_rows: %s\n", error.message);
		return 1;
	}
	sink.context = reader;
	if (dt_reader_walk(reader, &sink, &error)) {
		(void)fprintf(stderr, "gen_rows: %s\n", error.message);
		dt_reader_close(reader);
		return 1;
	}
	dt_reader_close(reader);
	return 0;
}
