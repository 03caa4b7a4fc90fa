/* SPDX-License-Identifier: GPL-2.0-only */
/* See trace_page_out.h; include/linux/ring_buffer.h has the encoding of events. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_page.h"
#include "readers/trace_page_out.h"

#define RB_MISSED_EVENTS (1u << 31)
#define RB_MISSED_STORED (1u << 30)
#define TYPE_TIME_EXTEND 30u
#define DELTA_BITS	 27
#define DELTA_MASK	 ((1u << DELTA_BITS) - 1)
/* A time extend has this many bits more. */
#define EXTEND_BITS 32

int dt_page_out_begin(struct dt_page_out *out)
{
	out->page = calloc(1, out->page_size);
	return out->page ? 0 : -ENOMEM;
}

void dt_page_out_free(struct dt_page_out *out)
{
	free(out->page);
	out->page = NULL;
}

static void store(const struct dt_page_out *out, unsigned char *to, uint64_t value, uint32_t size)
{
	const bool swap = dt_must_swap(out->big_endian);
	uint32_t narrow = (uint32_t)value;

	if (size == 8) {
		value = swap ? __builtin_bswap64(value) : value;
		memcpy(to, &value, 8);
		return;
	}
	narrow = swap ? __builtin_bswap32(narrow) : narrow;
	memcpy(to, &narrow, 4);
}

/* Bytes for events; behind them the count of those that are missing may have to fit. */
static uint32_t room(const struct dt_page_out *out)
{
	const uint32_t data = out->page_size - out->layout->data_offset;

	return out->missed_count ? data - out->layout->commit_size : data;
}

static void begin(struct dt_page_out *out, uint64_t time)
{
	memset(out->page, 0, out->page_size);
	store(out, out->page, time, 8);
	out->begun = true;
	out->used = 0;
	out->time = time;
	out->missed = false;
	out->missed_count = 0;
}

void dt_page_out_flush(struct dt_page_out *out)
{
	const struct dt_page_layout *layout = out->layout;
	uint32_t commit = out->used;

	if (!out->begun || out->error)
		return;
	if (out->missed) {
		commit |= RB_MISSED_EVENTS;
		if (out->missed_count) {
			commit |= RB_MISSED_STORED;
			store(out, out->page + layout->data_offset + out->used, out->missed_count,
			      layout->commit_size);
		}
	}
	store(out, out->page + layout->commit_offset, commit, layout->commit_size);
	out->error = out->take(out->context, out->page);
	out->begun = false;
}

static void put_header(struct dt_page_out *out, uint32_t type_len, uint32_t delta)
{
	const uint32_t header =
		out->big_endian ? type_len << DELTA_BITS | delta : type_len | delta << 5;

	store(out, out->page + out->layout->data_offset + out->used, header, 4);
	out->used += 4;
}

void dt_page_out_event(struct dt_page_out *out, uint64_t time, const unsigned char *data,
		       uint32_t size)
{
	const bool explicit = !size || size % 4 || size / 4 > DT_PAGE_TYPE_MAX;
	const uint32_t padded = (size + 3) & ~3u, need = 4 + (explicit ? 4 : 0) + padded;
	uint64_t delta = time - out->time;

	/* times go on within a page; one that does not begins a page */
	if (out->begun && (time < out->time || delta >> (DELTA_BITS + EXTEND_BITS) ||
			   out->used + need + (delta > DELTA_MASK ? 8 : 0) > room(out)))
		dt_page_out_flush(out);
	if (!out->begun)
		begin(out, time);
	delta = time - out->time;
	if (need > room(out)) {
		out->error = -EBADMSG;
		return;
	}
	if (delta > DELTA_MASK) {
		put_header(out, TYPE_TIME_EXTEND, (uint32_t)(delta & DELTA_MASK));
		store(out, out->page + out->layout->data_offset + out->used, delta >> DELTA_BITS,
		      4);
		out->used += 4;
		delta = 0;
	}
	put_header(out, explicit ? 0 : size / 4, (uint32_t)delta);
	if (explicit) {
		/* the length counts its own word */
		store(out, out->page + out->layout->data_offset + out->used, size + 4, 4);
		out->used += 4;
	}
	memcpy(out->page + out->layout->data_offset + out->used, data, size);
	out->used += padded;
	out->time = time;
}

void dt_page_out_missed(struct dt_page_out *out, uint64_t time, uint64_t count)
{
	dt_page_out_flush(out);
	begin(out, time);
	out->missed = true;
	out->missed_count = count;
}

void dt_page_out_whole(struct dt_page_out *out, const unsigned char *page)
{
	dt_page_out_flush(out);
	if (!out->error)
		out->error = out->take(out->context, page);
}
