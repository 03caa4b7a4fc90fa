/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records as lines of names and values: what tests hold against each other, and against what other
 * programs print.
 */
#ifndef TESTS_TOOLS_ROWS_H
#define TESTS_TOOLS_ROWS_H

#include <stdio.h>

#include "damon-trace/reader.h"

/* Print record i of a batch of the reader's. */
void dt_row_print(FILE *out, const struct dt_reader *reader, const struct dt_batch *batch,
		  uint32_t i);

#endif
