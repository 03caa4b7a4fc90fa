/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of a memory sample as perf script prints them behind the event:
 *
 *	addr sym (dso)  data_src |OP LOAD|LVL ...  weight ins_lat retire_lat  cgroup
 *	ip sym (dso)  phys_addr  data_page_size code_page_size
 *
 * Each may be absent and none has a name, so what a number is must be told from its place. perf
 * right-aligns: an ip ends 17 columns behind what it follows, all other numbers 16. That tells
 * addr from ip, and phys_addr from ip. What it does not tell, a physical address from a weight,
 * the digits of the whole beginning of the text do: see struct dt_text_layout.
 */
#ifndef READERS_TEXT_BODY_H
#define READERS_TEXT_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/sample.h"

/* One sample. */
struct dt_text_sample {
	uint32_t columns; /* DT_COL_* that it has */
	uint64_t time, ip, addr, phys, period, weight, data_src, page_size;
	int32_t pid, tid, cpu;
	uint32_t weights;
	bool aligned; /* the first number stood in a column of perf's */
};

/* Numbers behind addr and data_src of which it is remembered how they look. */
#define DT_TEXT_NUMBERS 8

/* What all lines have in common, found at the beginning of the text. */
struct dt_text_layout {
	uint32_t letters;     /* 1u << n: number n had hexadecimal letters in some line */
	size_t text_gap;      /* columns from data_src's text to the number behind; 0: none yet */
	bool first_is_phys;   /* said by a line "# fields: ..." */
	bool has_fields;      /* there was such a line: what follows is what it said */
	uint32_t fields;      /* DT_COL_* that are printed */
	unsigned nr_weights;  /* 0 to 3 */
	bool pid_only;	      /* a lone number is the process, not the thread */
	bool tid_only;	      /* the other way round */
	uint64_t first_large; /* numbers in addr's place that are too large for a weight */
};

/*
 * Parse the body [at, end) into *sample, adding to its columns. need: DT_COL_* that the caller
 * looks at; others may be left out. learn: NULL, or the layout to improve by this line. False:
 * there is nothing of a sample.
 */
bool dt_text_body(struct dt_text_sample *sample, const struct dt_text_layout *layout,
		  struct dt_text_layout *learn, const char *at, const char *end, uint32_t need);

/* "4K", "2M", "1G": bytes; 0: something else. */
uint64_t dt_text_page_size(const char *at, const char *end);

/* "time,event,addr,...", as perf script's -F takes them. */
void dt_text_layout_fields(struct dt_text_layout *layout, const char *at, const char *end);

#endif
