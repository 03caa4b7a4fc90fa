/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A slice of perf.data: the header and the events as they stand, the records that stay, then the
 * features with their new places. Of a directory, a directory.
 */
#include <errno.h>
#include <string.h>

#include "readers/outdir.h"
#include "readers/perf_feed.h"
#include "readers/perf_format.h"
#include "readers/perf_slice.h"
#include "readers/slice_filter.h"

#define WINDOW (256u << 10)

/* Offsets in struct perf_file_header */
#define AT_ATTRS    24
#define AT_DATA	    40
#define AT_FEATURES 72

/* ---- records ---- */

/* Runs of records that stay, copied at once. Returns the bytes passed. */
static size_t copy_stretch(struct dt_perf_slicer *slicer, const unsigned char *at, size_t size)
{
	size_t passed = 0, run = 0;

	while (size - passed >= RECORD_HEADER) {
		const struct dt_perf_record record =
			dt_perf_record_at(at + passed, slicer->reader->big);

		if (record.size < RECORD_HEADER || record.size > size - passed ||
		    dt_perf_feed_stops(record.type))
			break;
		if (!dt_perf_slice_keeps(slicer, at + passed, record)) {
			dt_outfile_write(&slicer->out, at + run, passed - run);
			run = passed + record.size;
		}
		passed += record.size;
	}
	dt_outfile_write(&slicer->out, at + run, passed - run);
	return passed;
}

static int copy_payload(void *context, uint64_t offset, uint64_t size)
{
	struct dt_perf_slicer *slicer = context;

	dt_outfile_copy(&slicer->out, slicer->source, offset, size);
	return 0;
}

/* Damage was told by the walk before; here the records around it are taken as there. */
static int copy_records(struct dt_perf_slicer *slicer, const struct dt_perf_part *part)
{
	struct dt_warnings warnings = {0};
	struct dt_window window;
	struct dt_perf_feed feed = {
		.source = part->source,
		.window = &window,
		.offset = part->start,
		.end = part->end,
		.zeros_end = UINT64_MAX,
		.big = slicer->reader->big,
		.done = part->start >= part->end,
		.warnings = &warnings,
		.outside = copy_payload,
		.context = slicer,
	};
	int ret = dt_window_init(&window, part->source, WINDOW);

	slicer->source = part->source;
	slicer->latest = 0;
	while (!ret && !dt_outfile_error(&slicer->out)) {
		size_t size;
		const unsigned char *at = dt_perf_feed_next(&feed, &size, &ret);

		if (!at)
			break;
		dt_perf_feed_pass(&feed, copy_stretch(slicer, at, size));
	}
	dt_perf_feed_free(&feed);
	dt_window_free(&window);
	return ret;
}

/* ---- features ---- */

static void put_u64(unsigned char *to, uint64_t value, bool big)
{
	value = big ? htobe64(value) : htole64(value);
	memcpy(to, &value, sizeof(value));
}

/* A feature that is true of the slice as well. */
static bool feature_stays(const struct dt_perf_slicer *slicer, unsigned feature)
{
	const struct dt_perf_reader *reader = slicer->reader;

	if (!(reader->features[feature / 64] >> (feature % 64) & 1))
		return false;
	/* its index tells where in the file the data is; perf finds it without, too */
	if (feature == FEATURE_AUXTRACE)
		return dt_slice_is_whole(slicer->slice) && !reader->zstd;
	return feature != FEATURE_COMPRESSED;
}

/* Where a feature stands in the input; false when it is not there. */
static bool feature_section(const struct dt_perf_reader *reader, unsigned feature, uint64_t *offset,
			    uint64_t *size)
{
	const struct dt_source *source = reader->base.source;
	uint64_t entry = reader->data_end;
	unsigned char bytes[16];

	for (unsigned i = 0; i < feature; i++)
		entry += reader->features[i / 64] >> (i % 64) & 1 ? sizeof(bytes) : 0;
	if (dt_source_read(source, bytes, entry, sizeof(bytes)) != (int64_t)sizeof(bytes))
		return false;
	*offset = dt_perf_u64(bytes, reader->big);
	*size = dt_perf_u64(bytes + 8, reader->big);
	return *offset <= source->size && *size <= source->size - *offset;
}

static void copy_feature(struct dt_perf_slicer *slicer, unsigned feature, uint64_t offset,
			 uint64_t size)
{
	unsigned char times[16];

	if (feature != FEATURE_SAMPLE_TIME || size != sizeof(times) ||
	    dt_slice_is_whole(slicer->slice)) {
		dt_outfile_copy(&slicer->out, slicer->reader->base.source, offset, size);
		return;
	}
	put_u64(times, slicer->first <= slicer->last ? slicer->first : 0, slicer->reader->big);
	put_u64(times + 8, slicer->last, slicer->reader->big);
	dt_outfile_write(&slicer->out, times, sizeof(times));
}

/* Their table, then each of them. kept: bits of those that are there, as the header has them. */
static void copy_features(struct dt_perf_slicer *slicer, uint64_t kept[4])
{
	static const unsigned char blank[16];
	const uint64_t table = slicer->out.position;
	uint64_t offset, size;
	unsigned nr = 0;

	memset(kept, 0, 4 * sizeof(*kept));
	if (slicer->reader->unterminated)
		return;
	for (unsigned i = 0; i < FEATURES; i++)
		if (feature_stays(slicer, i) &&
		    feature_section(slicer->reader, i, &offset, &size)) {
			kept[i / 64] |= 1ull << (i % 64);
			dt_outfile_write(&slicer->out, blank, sizeof(blank));
		}
	for (unsigned i = 0; i < FEATURES; i++) {
		unsigned char entry[16];

		if (!(kept[i / 64] >> (i % 64) & 1) ||
		    !feature_section(slicer->reader, i, &offset, &size))
			continue;
		put_u64(entry, slicer->out.position, slicer->reader->big);
		put_u64(entry + 8, size, slicer->reader->big);
		dt_outfile_patch(&slicer->out, table + 16ull * nr++, entry, sizeof(entry));
		copy_feature(slicer, i, offset, size);
	}
}

/* ---- the file ---- */

/* What describes the events stands before the data in every file that perf writes. */
static bool is_usual(const struct dt_perf_reader *reader)
{
	unsigned char section[16];
	uint64_t offset, size;

	if (dt_source_read(reader->base.source, section, AT_ATTRS, sizeof(section)) !=
	    (int64_t)sizeof(section))
		return false;
	offset = dt_perf_u64(section, reader->big);
	size = dt_perf_u64(section + 8, reader->big);
	return reader->data_start <= reader->base.source->size &&
	       reader->ids_end <= reader->data_start && offset <= reader->data_start &&
	       size <= reader->data_start - offset;
}

static int fill_file(struct dt_perf_slicer *slicer, struct dt_error *error)
{
	const struct dt_perf_reader *reader = slicer->reader;
	const uint64_t start = reader->pipe ? PIPE_HEADER_SIZE : reader->data_start;
	unsigned char words[4 * 8];
	uint64_t kept[4], end;
	int ret;

	if (!reader->pipe && !is_usual(reader))
		return dt_fail(error, EOPNOTSUPP, NULL,
			       "%s: its events are not described in front of its data: no slice "
			       "can be made of it",
			       reader->base.info.path);
	dt_outfile_copy(&slicer->out, reader->base.source, 0, start);
	ret = copy_records(slicer, &reader->parts[0]);
	if (ret)
		return dt_fail(error, -ret, NULL, "cannot read %s: %s", reader->base.info.path,
			       strerror(-ret));
	if (reader->pipe)
		return 0;
	end = slicer->out.position;
	put_u64(words, end - start, reader->big);
	dt_outfile_patch(&slicer->out, AT_DATA + 8, words, 8);
	if (start < FILE_HEADER_SIZE)
		return 0;
	copy_features(slicer, kept);
	for (unsigned i = 0; i < 4; i++)
		put_u64(words + 8 * i, kept[i], reader->big);
	dt_outfile_patch(&slicer->out, AT_FEATURES, words, sizeof(words));
	return 0;
}

/* The file of one CPU in a directory: records and nothing else. */
static int fill_part(struct dt_perf_slicer *slicer, const struct dt_perf_part *part,
		     struct dt_error *error)
{
	const int ret = copy_records(slicer, part);

	return ret ? dt_fail(error, -ret, NULL, "cannot read %s of %s: %s", part->name,
			     slicer->reader->base.info.path, strerror(-ret))
		   : 0;
}

/* part NULL: the file that has the header. */
static int slice_file(struct dt_perf_slicer *slicer, const struct dt_perf_part *part,
		      const char *path, struct dt_error *error)
{
	int ret = dt_outfile_begin(&slicer->out, path,
				   part ? part->source : slicer->reader->base.source,
				   slicer->slice->stop, error);

	if (ret)
		return ret;
	ret = part ? fill_part(slicer, part, error) : fill_file(slicer, error);
	if (ret)
		dt_outfile_drop(&slicer->out);
	return ret ? ret : dt_outfile_finish(&slicer->out, error);
}

/* The header's file comes last: its features tell of the samples in the others. */
static int slice_directory(struct dt_perf_slicer *slicer, const char *path, struct dt_error *error)
{
	const struct dt_perf_reader *reader = slicer->reader;
	struct dt_outdir directory;
	char file[sizeof(directory.path)];
	int ret = dt_outdir_begin(&directory, path, error);

	if (ret)
		return ret;
	for (size_t i = 1; i < reader->nr_parts && !ret; i++) {
		ret = dt_outdir_file(&directory, reader->parts[i].name, file, error);
		if (!ret)
			ret = slice_file(slicer, &reader->parts[i], file, error);
	}
	if (!ret)
		ret = dt_outdir_file(&directory, "data", file, error);
	if (!ret)
		ret = slice_file(slicer, NULL, file, error);
	if (ret)
		dt_outdir_drop(&directory);
	return ret ? ret : dt_outdir_finish(&directory, error);
}

int dt_perf_slice(struct dt_reader *base, const struct dt_slice *slice, const char *path,
		  struct dt_slice_sum *sum, struct dt_error *error)
{
	struct dt_perf_slicer slicer = {
		.reader = dt_perf_reader(base),
		.slice = slice,
		.sum = sum,
		.first = UINT64_MAX,
	};

	if (!slicer.reader->nr_parts)
		return dt_fail(error, ENODATA, NULL, "%s has no data", base->info.path);
	return slicer.reader->nr_parts > 1 ? slice_directory(&slicer, path, error)
					   : slice_file(&slicer, NULL, path, error);
}
