/* SPDX-License-Identifier: GPL-2.0-only */
/* What a perf.data file says of its events: their names, and the formats of tracepoints. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "readers/perf_format.h"
#include "readers/perf_reader.h"

/* The attr of an entry of EVENT_DESC: that of its first identifier, else the one in its place. */
static int32_t described_attr(const struct dt_perf_reader *reader, struct dt_bytes *bytes,
			      uint32_t nr_ids, uint32_t place)
{
	int32_t attr = -1;

	if (nr_ids && dt_bytes_left(bytes) >= 8) {
		uint64_t here = bytes->position;

		attr = dt_perf_ids_find(&reader->attrs, dt_bytes_u64(bytes));
		bytes->position = here;
	}
	if (attr < 0 && place < reader->attrs.count)
		attr = (int32_t)place;
	return attr;
}

static int read_described_event(struct dt_perf_reader *reader, struct dt_bytes *bytes,
				uint32_t attr_size, uint32_t place, bool adopt)
{
	char name[sizeof(reader->attrs.list[0].name)];
	uint32_t nr_ids;
	int32_t attr;
	int ret;

	if (adopt) {
		uint64_t next = bytes->position + attr_size;

		ret = dt_perf_attr_read(&reader->attrs, bytes, attr_size);
		if (ret)
			return ret;
		dt_bytes_skip(bytes, next - bytes->position);
	} else {
		dt_bytes_skip(bytes, attr_size);
	}
	nr_ids = dt_bytes_u32(bytes);
	if (!dt_perf_text(bytes, name, sizeof(name)) || nr_ids > dt_bytes_left(bytes) / 8)
		return -EBADMSG;
	attr = described_attr(reader, bytes, nr_ids, place);
	if (attr < 0) {
		dt_bytes_skip(bytes, 8ull * nr_ids);
		return 0;
	}
	(void)snprintf(reader->attrs.list[attr].name, sizeof(name), "%s", name);
	return dt_perf_ids_read(&reader->attrs, bytes, nr_ids, (uint32_t)attr);
}

int dt_perf_event_desc_read(struct dt_perf_reader *reader)
{
	bool adopt = !reader->attrs.count;
	uint32_t events, attr_size;
	struct dt_bytes bytes;
	int ret;

	if (!reader->event_desc_size)
		return 0;
	ret = dt_bytes_init(&bytes, reader->base.source, reader->event_desc,
			    reader->event_desc + reader->event_desc_size,
			    reader->big == (__BYTE_ORDER == __LITTLE_ENDIAN));
	if (ret)
		return ret;
	events = dt_bytes_u32(&bytes);
	attr_size = dt_bytes_u32(&bytes);
	if (bytes.failed || attr_size < ATTR_SIZE_MIN)
		ret = -EBADMSG;
	for (uint32_t i = 0; i < events && !ret; i++)
		ret = read_described_event(reader, &bytes, attr_size, i, adopt);
	if (ret == -EBADMSG || ret == -E2BIG) {
		dt_warn(&reader->base.info.warnings, bytes.position,
			"the description of the events is damaged: used up to here");
		reader->damaged = true;
		ret = 0;
	}
	dt_bytes_free(&bytes);
	return ret;
}

/* "\x17\x08\x44tracing", version, byte order, long size, page size; then as in trace.dat 6. */
static int read_tracing(struct dt_perf_reader *reader, struct dt_bytes *bytes)
{
	struct dt_page_layout unused = {0, 8, 16, 0};
	struct dt_warnings *warnings = &reader->base.info.warnings;
	char version[16];
	uint8_t big, long_size;
	int ret;

	if (!dt_bytes_expect(bytes, "\x17\x08\x44tracing", 10) ||
	    !dt_bytes_string(bytes, version, sizeof(version)))
		return -EBADMSG;
	big = dt_bytes_u8(bytes);
	long_size = dt_bytes_u8(bytes);
	(void)dt_bytes_u32(bytes);
	if (bytes->failed || big > 1 || (long_size != 4 && long_size != 8))
		return -EBADMSG;
	bytes->swap = big == (__BYTE_ORDER == __LITTLE_ENDIAN);
	reader->formats = dt_event_table_new(big);
	if (!reader->formats)
		return -ENOMEM;
	ret = dt_formats_read_headers(&unused, bytes);
	if (!ret)
		ret = dt_formats_read_ftrace(reader->formats, bytes, warnings);
	if (!ret)
		ret = dt_formats_read_systems(reader->formats, bytes, warnings);
	return ret;
}

int dt_perf_tracing_read(struct dt_perf_reader *reader)
{
	struct dt_bytes bytes;
	int ret;

	if (!reader->tracing_size || reader->formats)
		return 0;
	ret = dt_bytes_init(&bytes, reader->base.source, reader->tracing,
			    reader->tracing + reader->tracing_size, false);
	if (ret)
		return ret;
	ret = read_tracing(reader, &bytes);
	if (ret == -EBADMSG) {
		dt_warn(&reader->base.info.warnings, bytes.position,
			"the formats of the tracepoints are damaged: used up to here");
		reader->damaged = true;
		ret = 0;
	}
	dt_bytes_free(&bytes);
	return ret;
}
