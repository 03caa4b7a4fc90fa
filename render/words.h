/* SPDX-License-Identifier: GPL-2.0-only */
/* The words that terminal pictures, plots and summaries share. */
#ifndef RENDER_WORDS_H
#define RENDER_WORDS_H

#include "damon-trace/render.h"

/* "kdamond 123, context 0, target 0"; what is unknown is left out. Returns buffer. */
char *dt_words_stream(char *buffer, size_t size, const struct dt_stream_id *stream);

/* What a grid shows: "DAMON: kdamond 123, target 0, virtual addresses". ASCII. Returns buffer. */
char *dt_words_subject(char *buffer, size_t size, const struct dt_grid *grid);

/* A place of the axis upwards: "0x7f0000", or a latency in cycles. Returns buffer. */
char *dt_words_edge(char *buffer, size_t size, const struct dt_grid *grid, uint64_t address);

/*
 * The size of the cells, "1.07 s x 2 MiB", when `times` time cells and `addresses` address cells
 * are drawn as one. Returns buffer.
 */
char *dt_words_cells(char *buffer, size_t size, const struct dt_grid *grid, uint32_t times,
		     uint32_t addresses);

/*
 * What lies in [start, end) of a segment: its node, or the segment's own label; empty when nothing
 * is known. ASCII. Returns buffer.
 */
char *dt_words_place(char *buffer, size_t size, const struct dt_grid *grid, uint32_t segment,
		     uint64_t start, uint64_t end);

/* A value of a cell, 3 digits; whole numbers up to 7 in full. Returns buffer. */
char *dt_words_value(char *buffer, size_t size, double value);

/* Why a gap between segments is folded: "127.5 TiB not monitored". Returns buffer. */
char *dt_words_gap(char *buffer, size_t size, const struct dt_grid *grid, uint64_t bytes);

/* What second 0 is: "0 s = 12.345678901 s on the recording's clock". Returns buffer. */
char *dt_words_clock(char *buffer, size_t size, uint64_t zero);

/* Time 0 of the picture: "0 s = 12.345678901 s on the recording's clock". Returns buffer. */
char *dt_words_start(char *buffer, size_t size, const struct dt_grid *grid);

/* Sample columns by bit number: DT_COL_TIME is the 0th. NULL beyond the last,
 * empty for what is not worth a word. */
const char *dt_words_column(unsigned bit);

#endif
