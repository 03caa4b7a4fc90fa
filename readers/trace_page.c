/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of the kernel's ring buffer: headers and the rare event kinds. */
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_page.h"

/* kernel/trace/ring_buffer.c: flags in the commit word of a page that a reader got */
#define RB_MISSED_EVENTS (1u << 31)
#define RB_MISSED_STORED (1u << 30)
#define COMMIT_MASK	 ((1u << 27) - 1)

/* include/linux/ring_buffer.h: enum ring_buffer_type */
#define TYPE_PADDING	 29
#define TYPE_TIME_EXTEND 30
#define TYPE_TIME_STAMP	 31

/* An absolute time stamp event holds 59 bits; the top ones are those of the last time. */
#define TS_SHIFT  27
#define TS_MASK	  ((1ull << 59) - 1)
#define TS_PERIOD (1ull << 59)

static uint64_t load(const unsigned char *at, uint32_t size, bool swap)
{
	uint64_t wide;
	uint32_t narrow;

	if (size == 8) {
		memcpy(&wide, at, 8);
		return swap ? __builtin_bswap64(wide) : wide;
	}
	memcpy(&narrow, at, 4);
	return swap ? __builtin_bswap32(narrow) : narrow;
}

/* The count of missed events stands behind the data, where the writer had room for it. */
static void read_missed(struct dt_page_head *head, const struct dt_page_layout *layout,
			const struct dt_trace_page *page, uint32_t flags, size_t room)
{
	head->missed = flags & RB_MISSED_EVENTS;
	head->missed_count = 0;
	if (head->missed && flags & RB_MISSED_STORED && room >= layout->commit_size)
		head->missed_count = load(page->end, layout->commit_size, page->swap);
}

int dt_trace_page_begin(struct dt_trace_page *page, struct dt_page_head *head,
			const struct dt_page_layout *layout, const unsigned char *base, size_t size,
			bool big_endian)
{
	uint32_t flags, commit;
	size_t room;

	if (size < layout->data_offset)
		return -EBADMSG;
	*page = (struct dt_trace_page){.base = base,
				       .position = base + layout->data_offset,
				       .big_endian = big_endian,
				       .swap = dt_must_swap(big_endian)};
	page->time = load(base, 8, page->swap);
	flags = (uint32_t)load(base + layout->commit_offset, layout->commit_size, page->swap);
	commit = flags & COMMIT_MASK;
	room = size - layout->data_offset;
	head->time = page->time;
	head->oversized = commit > room;
	if (head->oversized)
		commit = (uint32_t)room;
	page->end = page->position + commit;
	read_missed(head, layout, page, flags, room - commit);
	return 0;
}

static int explicit_length(struct dt_trace_page *page, uint32_t delta, size_t left)
{
	uint32_t length = dt_page_load32(page, page->position + 4);

	/* the length counts its own word */
	if (length < 4 || length > left - 4)
		return -EBADMSG;
	page->time += delta;
	page->data = page->position + 8;
	page->size = length - 4;
	length = (length + 3) & ~3u;
	page->position += length > left - 4 ? left : 4 + (size_t)length;
	return 1;
}

static int padding(struct dt_trace_page *page, uint32_t delta, size_t left)
{
	uint32_t length = dt_page_load32(page, page->position + 4);

	/* without a time delta: the rest of the page was never written */
	if (!delta) {
		page->position = page->end;
		return 0;
	}
	if (length > left - 4)
		return -EBADMSG;
	page->time += delta;
	page->position += 4 + (size_t)length;
	return 1;
}

static void absolute_time(struct dt_trace_page *page, uint64_t stamp)
{
	uint64_t time = (page->time & ~TS_MASK) | stamp;

	/* the 59 bits may have wrapped since the last event */
	if (page->time & ~TS_MASK && time < page->time)
		time += TS_PERIOD;
	page->time = time;
}

int dt_trace_page_next_rare(struct dt_trace_page *page, uint32_t type_len, uint32_t delta)
{
	for (;;) {
		size_t left = (size_t)(page->end - page->position);
		uint64_t extend;
		int ret;

		if (type_len == TYPE_PADDING && !delta && left < 8) {
			page->position = page->end;
			return 0;
		}
		if (left < 8)
			return -EBADMSG;
		switch (type_len) {
		case 0:
			return explicit_length(page, delta, left);
		case TYPE_PADDING:
			ret = padding(page, delta, left);
			if (ret <= 0)
				return ret;
			break;
		default:
			extend = dt_page_load32(page, page->position + 4);
			extend = (extend << TS_SHIFT) + delta;
			if (type_len == TYPE_TIME_EXTEND)
				page->time += extend;
			else
				absolute_time(page, extend & TS_MASK);
			page->position += 8;
			break;
		}
		if (page->end - page->position < 4)
			return 0;
		extend = dt_page_load32(page, page->position);
		type_len = page->big_endian ? (uint32_t)(extend >> 27) : extend & 31;
		delta = page->big_endian ? extend & ((1u << 27) - 1) : (uint32_t)(extend >> 5);
		if (type_len - 1 < DT_PAGE_TYPE_MAX)
			return dt_trace_page_next(page);
	}
}
