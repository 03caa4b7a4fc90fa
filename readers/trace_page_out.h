/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of the kernel's ring buffer, written: whole ones as they were read, or new ones of chosen
 * events with times anew. The counterpart of trace_page.h.
 */
#ifndef READERS_TRACE_PAGE_OUT_H
#define READERS_TRACE_PAGE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "readers/formats.h"

struct dt_page_out {
	const struct dt_page_layout *layout;
	uint32_t page_size; /* of the sub-buffer */
	bool big_endian;
	/* takes a page of page_size bytes; 0 or -errno */
	int (*take)(void *context, const unsigned char *page);
	void *context;
	unsigned char *page; /* being filled */
	bool begun;
	uint32_t used;	       /* bytes of events in it */
	uint64_t time;	       /* of its last event, raw clock units */
	bool missed;	       /* events were lost before it */
	uint64_t missed_count; /* 0: how many is not known */
	int error;	       /* -errno */
};

/* The fields up to context are given. 0 or -ENOMEM. */
int dt_page_out_begin(struct dt_page_out *out);
void dt_page_out_free(struct dt_page_out *out);

/* An event; data: from common_type on. Errors are kept in out->error. */
void dt_page_out_event(struct dt_page_out *out, uint64_t time, const unsigned char *data,
		       uint32_t size);

/* Events are missing before the next one; count 0: how many is not known. */
void dt_page_out_missed(struct dt_page_out *out, uint64_t time, uint64_t count);

/* A page as it was read, page_size bytes. */
void dt_page_out_whole(struct dt_page_out *out, const unsigned char *page);

/* What was begun goes out. */
void dt_page_out_flush(struct dt_page_out *out);

#endif
