/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of the kernel's ring buffer (include/linux/ring_buffer.h): a page header, then events with
 * time deltas. Decoded event by event; every length is checked against the page.
 */
#ifndef READERS_TRACE_PAGE_H
#define READERS_TRACE_PAGE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "readers/formats.h"

struct dt_trace_page {
	const unsigned char *base;     /* of the page */
	const unsigned char *position; /* of the next event header */
	const unsigned char *end;      /* of the committed events */
	uint64_t time;		       /* of the last event, raw clock units */
	bool swap;		       /* byte order is not ours */
	bool big_endian;
	/* the event that dt_trace_page_next found: */
	const unsigned char *data; /* from common_type on */
	uint32_t size;
};

struct dt_page_head {
	uint64_t time;
	bool missed;	       /* events were lost before this page */
	uint64_t missed_count; /* 0: how many is not known */
	bool oversized;	       /* the commit count was larger than the page; cut down to it */
};

/*
 * Begin a page of `size` bytes (the sub-buffer, or what is left of the file). Returns 0, or
 * -EBADMSG when even its header is not there.
 */
int dt_trace_page_begin(struct dt_trace_page *page, struct dt_page_head *head,
			const struct dt_page_layout *layout, const unsigned char *base, size_t size,
			bool big_endian);

/* Rare kinds of headers: padding, time stamps, explicit lengths. As dt_trace_page_next. */
int dt_trace_page_next_rare(struct dt_trace_page *page, uint32_t type_len, uint32_t delta);

#define DT_PAGE_TYPE_MAX 28 /* longer type_len values are padding and times */

static inline uint32_t dt_page_load32(const struct dt_trace_page *page, const unsigned char *at)
{
	uint32_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return page->swap ? __builtin_bswap32(value) : value;
}

/* Advance to the next event with data. 1: found; 0: end of the page; -EBADMSG: damaged here. */
static inline int dt_trace_page_next(struct dt_trace_page *page)
{
	uint32_t header, type_len, delta, size;

	if (page->end - page->position < 4)
		return 0;
	header = dt_page_load32(page, page->position);
	if (page->big_endian) {
		type_len = header >> 27;
		delta = header & ((1u << 27) - 1);
	} else {
		type_len = header & 31;
		delta = header >> 5;
	}
	if (__builtin_expect(type_len - 1 >= DT_PAGE_TYPE_MAX, 0))
		return dt_trace_page_next_rare(page, type_len, delta);
	size = type_len * 4;
	if (__builtin_expect((size_t)(page->end - page->position) < 4 + (size_t)size, 0))
		return -EBADMSG;
	page->time += delta;
	page->data = page->position + 4;
	page->size = size;
	page->position += 4 + size;
	return 1;
}

#endif
