/* SPDX-License-Identifier: GPL-2.0-only */
/* From the bytes of a data file to stretches of whole records. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "readers/perf_feed.h"
#include "readers/perf_format.h"
#include "readers/perf_unpack.h"

void dt_perf_feed_free(struct dt_perf_feed *feed)
{
	dt_perf_unpack_free(feed->unpack);
	feed->unpack = NULL;
}

bool dt_perf_feed_stops(uint32_t type)
{
	return type == RECORD_COMPRESSED || type == RECORD_COMPRESSED2 ||
	       type == RECORD_TRACING_DATA || type == RECORD_AUXTRACE;
}

uint64_t dt_perf_feed_offset(const struct dt_perf_feed *feed)
{
	return feed->record;
}

__attribute__((format(printf, 2, 3))) static void damaged(struct dt_perf_feed *feed,
							  const char *format, ...)
{
	char text[160];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	dt_warn(feed->warnings, feed->record, "%s%s%s", feed->name ? feed->name : "",
		feed->name ? ": " : "", text);
	feed->incomplete = true;
}

/* Nothing behind this place can be understood. */
static void give_up(struct dt_perf_feed *feed)
{
	feed->offset = feed->end;
	feed->payload = feed->payload_end;
	feed->done = true;
}

static uint64_t left_in_file(const struct dt_perf_feed *feed)
{
	return feed->end - feed->offset;
}

/* At least need bytes at the feed's offset; NULL ends the feed. */
static const unsigned char *look(struct dt_perf_feed *feed, size_t need, size_t *available,
				 int *error)
{
	const unsigned char *at;

	if (left_in_file(feed) >= need) {
		at = dt_window_get(feed->window, feed->offset, need, available);
		if (at) {
			if (*available > left_in_file(feed))
				*available = (size_t)left_in_file(feed);
			return at;
		}
		*error = feed->window->error;
	}
	if (!*error)
		damaged(feed, "the file ends inside a record: %" PRIu64 " bytes of it left out",
			left_in_file(feed));
	give_up(feed);
	return NULL;
}

/* Pages that never reached the disk read as zeros; what follows them may be whole again. */
static void pass_zeros(struct dt_perf_feed *feed, int *error)
{
	static const unsigned char zeros[RECORD_HEADER];
	size_t available, at = 0;
	const unsigned char *bytes = look(feed, sizeof(zeros), &available, error);

	if (!bytes)
		return;
	while (at + sizeof(zeros) <= available && !memcmp(bytes + at, zeros, sizeof(zeros)))
		at += sizeof(zeros);
	if (feed->offset != feed->zeros_end)
		damaged(feed, "zeros in place of records are passed over");
	feed->offset += at;
	feed->zeros_end = feed->offset;
}

static void bad_record(struct dt_perf_feed *feed, struct dt_perf_record record, int *error)
{
	if (!record.type && !record.misc && !record.size && !feed->unpacked) {
		pass_zeros(feed, error);
		return;
	}
	damaged(feed,
		"a record of type %" PRIu32 " and size %" PRIu16 " cannot stand here"
		": everything behind it is left out",
		record.type, record.size);
	give_up(feed);
}

/* Pass over size bytes, or over what there is of them. */
static void pass_all(struct dt_perf_feed *feed, uint64_t size)
{
	if (size > left_in_file(feed)) {
		damaged(feed, "the file ends inside a record");
		size = left_in_file(feed);
	}
	feed->offset += size;
}

/* The payload begins `head` bytes into the record and has size bytes. */
static int begin_payload(struct dt_perf_feed *feed, const unsigned char *at, size_t available,
			 unsigned head, uint64_t size)
{
	uint64_t left = left_in_file(feed) - head;

	if (!feed->unpack)
		feed->unpack = dt_perf_unpack_new();
	if (!feed->unpack)
		return -ENOMEM;
	if (size > left)
		size = left;
	if (!dt_perf_unpack_begin(feed->unpack, at + head, available - head))
		return 0;
	feed->payload = feed->offset + head;
	feed->payload_end = feed->payload + size;
	return 0;
}

static uint64_t align8(uint64_t size)
{
	return (size + 7) & ~7ull;
}

/* A record with a payload that is not for the caller. */
static void take(struct dt_perf_feed *feed, struct dt_perf_record record, int *error)
{
	unsigned need = record.type == RECORD_COMPRESSED     ? RECORD_HEADER
			: record.type == RECORD_TRACING_DATA ? 12
							     : 16;
	uint64_t size = record.size, inner;
	const unsigned char *at;
	size_t available;

	at = look(feed, need, &available, error);
	if (!at)
		return;
	if (size < need) {
		/* the low 16 bits of a larger total, where the record tells its length itself */
		if (record.type != RECORD_COMPRESSED2) {
			bad_record(feed, record, error);
			return;
		}
		size = need;
	}
	switch (record.type) {
	case RECORD_TRACING_DATA:
		size += align8(dt_perf_u32(at + 8, feed->big));
		break;
	case RECORD_AUXTRACE:
		inner = dt_perf_u64(at + 8, feed->big);
		size = inner > left_in_file(feed) ? UINT64_MAX : size + inner;
		break;
	case RECORD_COMPRESSED:
		*error = begin_payload(feed, at, available, need, size - need);
		break;
	default:
		inner = dt_perf_u64(at + 8, feed->big);
		*error = begin_payload(feed, at, available, need, inner);
		if (inner > left_in_file(feed))
			size = UINT64_MAX;
		else if (align8(need + inner) > size)
			size = align8(need + inner);
		break;
	}
	if (feed->outside && dt_perf_feed_stops(record.type) && record.type != RECORD_COMPRESSED &&
	    record.type != RECORD_COMPRESSED2 && size <= left_in_file(feed))
		*error = feed->outside(feed->context, feed->offset, size);
	pass_all(feed, size);
}

/* The next stretch of the file itself; NULL with nothing said: look again. */
static const unsigned char *from_file(struct dt_perf_feed *feed, size_t *size, int *error)
{
	struct dt_perf_record record;
	const unsigned char *at;

	feed->record = feed->offset;
	feed->unpacked = false;
	at = look(feed, RECORD_HEADER, size, error);
	if (!at)
		return NULL;
	record = dt_perf_record_at(at, feed->big);
	if (dt_perf_feed_stops(record.type)) {
		take(feed, record, error);
		return NULL;
	}
	if (record.size < RECORD_HEADER) {
		bad_record(feed, record, error);
		return NULL;
	}
	return *size >= record.size ? at : look(feed, record.size, size, error);
}

/* The next stretch of what is unpacked; NULL: more must be unpacked. */
static const unsigned char *from_plain(struct dt_perf_feed *feed, size_t *size, int *error)
{
	const unsigned char *at = dt_perf_unpack_plain(feed->unpack, size);
	struct dt_perf_record record;

	if (*size < RECORD_HEADER)
		return NULL;
	record = dt_perf_record_at(at, feed->big);
	feed->unpacked = true;
	if (record.size < RECORD_HEADER || dt_perf_feed_stops(record.type)) {
		bad_record(feed, record, error);
		return NULL;
	}
	return *size >= record.size ? at : NULL;
}

static bool may_unpack(const struct dt_perf_feed *feed)
{
	return feed->payload < feed->payload_end || dt_perf_unpack_pending(feed->unpack);
}

static void unpack_more(struct dt_perf_feed *feed, int *error)
{
	const unsigned char *at = NULL;
	size_t size = 0, rest;

	if (feed->payload < feed->payload_end) {
		at = dt_window_get(feed->window, feed->payload, 1, &size);
		if (!at) {
			*error = feed->window->error;
			damaged(feed, "the file ends inside compressed data");
			give_up(feed);
			return;
		}
		if (size > feed->payload_end - feed->payload)
			size = (size_t)(feed->payload_end - feed->payload);
	}
	rest = size;
	if (dt_perf_unpack_some(feed->unpack, &at, &rest)) {
		damaged(feed, "compressed data is damaged: left out up to where it begins anew");
		feed->payload = feed->payload_end;
		return;
	}
	feed->payload += size - rest;
}

static void finish(struct dt_perf_feed *feed)
{
	size_t rest = 0;

	feed->done = true;
	if (!feed->unpack)
		return;
	(void)dt_perf_unpack_plain(feed->unpack, &rest);
	if (rest && !feed->incomplete)
		damaged(feed, "the compressed data ends inside a record");
}

const unsigned char *dt_perf_feed_next(struct dt_perf_feed *feed, size_t *size, int *error)
{
	*error = 0;
	while (!feed->done && !*error) {
		const unsigned char *at = NULL;

		if (feed->unpack) {
			at = from_plain(feed, size, error);
			if (!at && !feed->done && may_unpack(feed)) {
				unpack_more(feed, error);
				continue;
			}
		}
		if (!at && !feed->done) {
			if (!left_in_file(feed))
				finish(feed);
			else
				at = from_file(feed, size, error);
		}
		if (at)
			return at;
	}
	return NULL;
}

void dt_perf_feed_pass(struct dt_perf_feed *feed, size_t size)
{
	if (feed->unpacked)
		dt_perf_unpack_pass(feed->unpack, size);
	else
		feed->offset += size;
}
