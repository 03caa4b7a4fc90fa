/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records in front of the samples. A pipe has no header to go back to: its events, features
 * and formats come as records. A file that was not closed has its event names only there.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "readers/perf_feed.h"
#include "readers/perf_format.h"
#include "readers/perf_reader.h"

/* The largest record that is looked into, and its payload behind it. */
#define SETUP_WINDOW (2u * RECORD_MAX)

static int bytes_of(struct dt_perf_reader *reader, struct dt_bytes *bytes, uint64_t offset,
		    uint64_t size)
{
	return dt_bytes_init(bytes, reader->base.source, offset, offset + size,
			     reader->big == (__BYTE_ORDER == __LITTLE_ENDIAN));
}

/* An attr and its identifiers. */
static int read_attr_record(struct dt_perf_reader *reader, uint64_t offset, uint16_t size)
{
	struct dt_bytes bytes;
	int ret;

	ret = bytes_of(reader, &bytes, offset + RECORD_HEADER, size - RECORD_HEADER);
	if (ret)
		return ret;
	ret = dt_perf_attr_read(&reader->attrs, &bytes, 0);
	if (!ret)
		ret = dt_perf_ids_read(&reader->attrs, &bytes, dt_bytes_left(&bytes) / 8,
				       reader->attrs.count - 1);
	if (ret == -EBADMSG || ret == -E2BIG) {
		dt_warn(&reader->base.info.warnings, offset,
			"an event's record is damaged or one "
			"too many: left out");
		reader->damaged = true;
		ret = 0;
	}
	dt_bytes_free(&bytes);
	return ret;
}

/* u64 type, u64 id, and for us a name. */
static int read_event_update(struct dt_perf_reader *reader, uint64_t offset, uint16_t size)
{
	struct dt_bytes bytes;
	uint64_t type, id;
	int32_t attr;
	int ret;

	ret = bytes_of(reader, &bytes, offset + RECORD_HEADER, size - RECORD_HEADER);
	if (ret)
		return ret;
	type = dt_bytes_u64(&bytes);
	id = dt_bytes_u64(&bytes);
	attr = dt_perf_ids_find(&reader->attrs, id);
	if (!bytes.failed && type == EVENT_UPDATE_NAME && attr >= 0)
		(void)dt_bytes_string(&bytes, reader->attrs.list[attr].name,
				      sizeof(reader->attrs.list[attr].name));
	dt_bytes_free(&bytes);
	return 0;
}

static int read_feature_record(struct dt_perf_reader *reader, const unsigned char *at,
			       uint64_t offset, uint16_t size)
{
	uint64_t feature = dt_perf_u64(at + RECORD_HEADER, reader->big);

	if (feature >= FEATURES)
		return 0;
	return dt_perf_feature_read(reader, (unsigned)feature, offset + 16, size - 16u);
}

static int read_setup_record(struct dt_perf_reader *reader, const unsigned char *at,
			     struct dt_perf_record record, uint64_t offset)
{
	if (record.type == RECORD_ATTR)
		return reader->pipe ? read_attr_record(reader, offset, record.size) : 0;
	if (record.type == RECORD_EVENT_UPDATE)
		return read_event_update(reader, offset, record.size);
	if (record.type == RECORD_FEATURE && record.size >= 16)
		return read_feature_record(reader, at, offset, record.size);
	return 0;
}

/* The bytes behind a record that its size does not count. */
static uint64_t outside(struct dt_perf_reader *reader, const unsigned char *at,
			struct dt_perf_record record, uint64_t offset, uint64_t left)
{
	uint64_t size = 0;

	if (record.type == RECORD_TRACING_DATA && record.size >= 12) {
		size = dt_perf_u32(at + RECORD_HEADER, reader->big);
		reader->tracing = offset + record.size;
		reader->tracing_size = size < left ? size : left;
		size = (size + 7) & ~7ull;
	} else if (record.type == RECORD_AUXTRACE && record.size >= 16) {
		size = dt_perf_u64(at + RECORD_HEADER, reader->big);
	}
	return size < left ? size : left;
}

static bool ends_setup(uint32_t type)
{
	return type == RECORD_SAMPLE || type == RECORD_COMPRESSED || type == RECORD_COMPRESSED2;
}

int dt_perf_setup_read(struct dt_perf_reader *reader, struct dt_error *error)
{
	uint64_t offset = reader->data_start, end = reader->data_end;
	struct dt_window window;
	int ret;

	ret = dt_window_init(&window, reader->base.source, SETUP_WINDOW);
	while (!ret && offset < end && end - offset >= RECORD_HEADER) {
		struct dt_perf_record record;
		const unsigned char *at;
		size_t available;

		at = dt_window_get(&window, offset, RECORD_HEADER, &available);
		if (!at) {
			ret = window.error;
			break;
		}
		record = dt_perf_record_at(at, reader->big);
		if (ends_setup(record.type) || record.size < RECORD_HEADER ||
		    record.size > end - offset)
			break;
		at = dt_window_get(&window, offset, record.size, &available);
		if (!at) {
			ret = window.error;
			break;
		}
		ret = read_setup_record(reader, at, record, offset);
		offset += record.size +
			  outside(reader, at, record, offset, end - offset - record.size);
	}
	dt_window_free(&window);
	if (ret)
		return dt_fail(error, -ret, NULL, "cannot read the events of %s: %s",
			       reader->base.source->path, strerror(-ret));
	return 0;
}
