/* SPDX-License-Identifier: GPL-2.0-only */
/* The header of a perf.data file: which sections there are, checked against the file's size. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "readers/perf_format.h"
#include "readers/perf_reader.h"

struct section {
	uint64_t offset, size;
};

static struct section section_at(const unsigned char *at, bool big)
{
	return (struct section){dt_perf_u64(at, big), dt_perf_u64(at + 8, big)};
}

/* Does the section lie in the file as a whole? */
static bool section_fits(const struct dt_perf_reader *reader, struct section section)
{
	uint64_t size = reader->base.source->size;

	return section.offset <= size && section.size <= size - section.offset;
}

static int read_attr_ids(struct dt_perf_reader *reader, struct section ids, uint32_t attr)
{
	struct dt_bytes bytes;
	uint64_t end;
	int ret;

	if (!ids.size)
		return 0;
	end = ids.offset + ids.size < ids.size ? UINT64_MAX : ids.offset + ids.size;
	if (end > reader->ids_end)
		reader->ids_end = end;
	if (!section_fits(reader, ids)) {
		dt_warn(&reader->base.info.warnings, ids.offset,
			"the identifiers of event %" PRIu32 " lie outside the file: left out",
			attr);
		reader->damaged = true;
		return 0;
	}
	ret = dt_bytes_init(&bytes, reader->base.source, ids.offset, ids.offset + ids.size,
			    reader->big == (__BYTE_ORDER == __LITTLE_ENDIAN));
	if (ret)
		return ret;
	ret = dt_perf_ids_read(&reader->attrs, &bytes, ids.size / 8, attr);
	dt_bytes_free(&bytes);
	return ret;
}

/* One entry of the attr section: an attr, and the section of its identifiers. */
static int read_attr_entry(struct dt_perf_reader *reader, struct dt_bytes *bytes,
			   uint64_t entry_size)
{
	uint64_t next = bytes->position + entry_size;
	struct section ids;
	int ret;

	ret = dt_perf_attr_read(&reader->attrs, bytes, entry_size - sizeof(ids));
	if (ret)
		return ret;
	ids.offset = dt_bytes_u64(bytes);
	ids.size = dt_bytes_u64(bytes);
	if (bytes->failed)
		return -EBADMSG;
	dt_bytes_skip(bytes, next - bytes->position);
	return read_attr_ids(reader, ids, reader->attrs.count - 1);
}

static int read_attrs(struct dt_perf_reader *reader, struct section attrs, uint64_t entry_size)
{
	struct dt_warnings *warnings = &reader->base.info.warnings;
	struct dt_bytes bytes;
	int ret;

	if (entry_size < ATTR_SIZE_MIN + sizeof(struct section) || entry_size > RECORD_MAX ||
	    attrs.offset > reader->base.source->size) {
		dt_warn(warnings, attrs.offset, "the events' section is damaged: left out");
		reader->damaged = true;
		return 0;
	}
	if (!section_fits(reader, attrs))
		attrs.size = reader->base.source->size - attrs.offset;
	ret = dt_bytes_init(&bytes, reader->base.source, attrs.offset, attrs.offset + attrs.size,
			    reader->big == (__BYTE_ORDER == __LITTLE_ENDIAN));
	if (ret)
		return ret;
	while (!ret && dt_bytes_left(&bytes) >= entry_size)
		ret = read_attr_entry(reader, &bytes, entry_size);
	if (ret == -E2BIG || ret == -EBADMSG) {
		dt_warn(warnings, bytes.position,
			"event %" PRIu32 " or its identifiers %s: those from there on are left out",
			reader->attrs.count, ret == -E2BIG ? "are too many" : "are damaged");
		reader->damaged = true;
		ret = 0;
	}
	dt_bytes_free(&bytes);
	return ret;
}

/* An array of unsigned long: the halves are swapped when a 32-bit big-endian machine wrote it. */
static void read_feature_bits(struct dt_perf_reader *reader, const unsigned char *at)
{
	const uint64_t usual = 1ull << FEATURE_HOSTNAME;

	for (unsigned i = 0; i < 4; i++)
		reader->features[i] = dt_perf_u64(at + 8 * i, reader->big);
	if (!reader->big || reader->features[0] & usual || !(reader->features[0] >> 32 & usual))
		return;
	for (unsigned i = 0; i < 4; i++)
		reader->features[i] = reader->features[i] << 32 | reader->features[i] >> 32;
}

/* The features' sections stand in the order of their bits, behind a table behind the data. */
static int read_features(struct dt_perf_reader *reader)
{
	uint64_t table = reader->data_end;
	int ret = 0;

	for (unsigned feature = 0; feature < FEATURES && !ret; feature++) {
		unsigned char entry[16];
		struct section section;

		if (!(reader->features[feature / 64] >> (feature % 64) & 1))
			continue;
		if (dt_source_read(reader->base.source, entry, table, sizeof(entry)) !=
		    (int64_t)sizeof(entry)) {
			dt_warn(&reader->base.info.warnings, table,
				"the file ends in its list of features");
			reader->damaged = true;
			break;
		}
		table += sizeof(entry);
		section = section_at(entry, reader->big);
		if (!section_fits(reader, section)) {
			dt_warn(&reader->base.info.warnings, section.offset,
				"feature %u lies outside the file: left out", feature);
			reader->damaged = true;
			continue;
		}
		ret = dt_perf_feature_read(reader, feature, section.offset, section.size);
	}
	return ret;
}

/*
 * A recorder that was killed leaves the data's size 0. So does one that recorded nothing, but then
 * the table of features stands where data would be, and names a place behind itself.
 */
static bool is_empty(const struct dt_perf_reader *reader, uint64_t offset)
{
	unsigned char entry[16];
	unsigned count = 0;

	for (unsigned i = 0; i < 4; i++)
		count += (unsigned)__builtin_popcountll(reader->features[i]);
	if (!count || dt_source_read(reader->base.source, entry, offset, sizeof(entry)) !=
			      (int64_t)sizeof(entry))
		return false;
	return section_at(entry, reader->big).offset == offset + 16 * count;
}

static void place_data(struct dt_perf_reader *reader, struct section data)
{
	struct dt_warnings *warnings = &reader->base.info.warnings;
	uint64_t size = reader->base.source->size;

	reader->data_start = data.offset;
	reader->data_end = data.offset + data.size;
	if (data.offset > size || data.offset < FILE_HEADER_SIZE_OLD) {
		dt_warn(warnings, data.offset, "the header places the data outside the file");
		reader->data_start = reader->data_end = size;
		reader->damaged = true;
	} else if (!data.size && !is_empty(reader, data.offset)) {
		dt_warn(warnings, data.offset,
			"the recorder was killed before it closed the file: read to the end of the "
			"file");
		reader->unterminated = true;
		reader->data_end = size;
	} else if (!section_fits(reader, data)) {
		dt_warn(warnings, size,
			"the file is cut: %" PRIu64 " of %" PRIu64 " bytes of its data are there",
			size - data.offset, data.size);
		reader->damaged = true;
		reader->data_end = size;
	}
}

static int read_file_header(struct dt_perf_reader *reader, const unsigned char *header,
			    uint64_t header_size)
{
	bool whole = true;
	int ret;

	if (header_size >= FILE_HEADER_SIZE)
		read_feature_bits(reader, header + 72);
	place_data(reader, section_at(header + 40, reader->big));
	whole = !reader->unterminated && !reader->damaged;
	ret = read_attrs(reader, section_at(header + 24, reader->big),
			 dt_perf_u64(header + 16, reader->big));
	/* an unterminated file has the bits, but not the sections */
	return !ret && whole ? read_features(reader) : ret;
}

int dt_perf_header_read(struct dt_perf_reader *reader, struct dt_error *error)
{
	const struct dt_source *source = reader->base.source;
	unsigned char header[FILE_HEADER_SIZE] = {0};
	uint64_t header_size;
	int64_t got;

	got = dt_source_read(source, header, 0, sizeof(header));
	if (got < 0)
		return dt_fail(error, (int)-got, NULL, "cannot read %s: %s", source->path,
			       strerror((int)-got));
	if (!memcmp(header, "PERFFILE", 8) || !memcmp(header, "ELIFFREP", 8))
		return dt_fail(error, ENOTSUP, "record again with a perf of Linux 3.0 or later",
			       "%s is a perf.data file of version 1 (PERFFILE): only version 2 "
			       "(PERFILE2) can be read",
			       source->path);
	reader->big = !memcmp(header, "2ELIFREP", 8);
	header_size = dt_perf_u64(header + 8, reader->big);
	if (got >= PIPE_HEADER_SIZE && header_size == PIPE_HEADER_SIZE) {
		reader->pipe = true;
		reader->data_start = PIPE_HEADER_SIZE;
		reader->data_end = source->size;
		return 0;
	}
	if (got < FILE_HEADER_SIZE_OLD || header_size < FILE_HEADER_SIZE_OLD)
		return dt_fail(error, ENOMSG, NULL,
			       "%s begins as perf.data, but its header is cut or damaged",
			       source->path);
	got = read_file_header(reader, header, header_size);
	return got ? dt_fail(error, (int)-got, NULL, "cannot read the header of %s: %s",
			     source->path, strerror((int)-got))
		   : 0;
}
