/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A record that damo reads: an array of one object for each stream (and for each sampling interval
 * that it had), in JSON or JSON in zlib. Streams come in turn and stand one after the other there.
 */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <zlib.h>

#include "damon-trace/host_context.h"
#include "exporters/export.h"
#include "exporters/spool.h"

/* One record of damo's. */
struct record {
	size_t input;
	uint32_t stream; /* index in its walk */
	struct dt_stream_id id;
	uint64_t sample_ns, aggr_ns;
	int series;
	bool open;	     /* a snapshot is being written */
	uint32_t nr_regions; /* that it should have */
	uint32_t seen;
	uint64_t bytes;
	uint64_t nr_snapshots;
};

struct damo {
	struct dt_spool *spool;
	size_t nr, room;
	struct record *records;
	size_t last; /* used last */
	z_stream zip;
	bool zipping;
};

static int damo_begin(struct dt_export *export, struct dt_error *error)
{
	struct damo *damo = calloc(1, sizeof(*damo));
	int ret = damo ? dt_spool_new(&damo->spool) : -ENOMEM;

	export->state = damo;
	if (!ret && export->compress) {
		ret = deflateInit(&damo->zip, Z_DEFAULT_COMPRESSION) == Z_OK ? 0 : -ENOMEM;
		damo->zipping = !ret;
	}
	if (ret)
		return dt_fail(error, -ret, "set TMPDIR to a writable directory",
			       "cannot create a temporary file: %s", strerror(-ret));
	return 0;
}

static int put(struct damo *damo, const struct record *record, const char *from, const char *to)
{
	return dt_spool_put(damo->spool, record->series, from, (size_t)(to - from));
}

/* What damo ignores and the reader here knows: that a snapshot has not all of its regions. */
static int end_snapshot(struct damo *damo, struct record *record)
{
	char text[160], *to = text;

	if (!record->open)
		return 0;
	record->open = false;
	to = stpcpy(to, "],\"total_bytes\":\"");
	to = dt_put_u64(to, record->bytes);
	to = stpcpy(to, "\",\"damos_stats\":null");
	if (record->seen < record->nr_regions) {
		to = stpcpy(to, ",\"nr_regions\":");
		to = dt_put_u64(to, record->nr_regions);
	}
	*to++ = '}';
	return put(damo, record, text, to);
}

/* start_time: that of the snapshot before, or one aggregation earlier. */
static int begin_snapshot(struct damo *damo, struct record *record, const struct dt_stream *stream)
{
	uint64_t start = stream->time > stream->aggr_ns ? stream->time - stream->aggr_ns : 0;
	char text[160], *to = text;

	if (stream->has_previous && stream->previous < stream->time)
		start = stream->previous;
	to = stpcpy(to, record->nr_snapshots++ ? ",\n{" : "\n{");
	to = stpcpy(to, "\"start_time\":\"");
	to = dt_put_u64(to, start);
	to = stpcpy(to, "\",\"end_time\":\"");
	to = dt_put_u64(to, stream->time);
	to = stpcpy(to, "\",\"regions\":[");
	record->open = true;
	record->seen = 0;
	record->bytes = 0;
	record->nr_regions = stream->nr_regions;
	return put(damo, record, text, to);
}

static bool same_stream(const struct record *record, const struct dt_export *export,
			const struct dt_stream *stream)
{
	return record->input == export->input && record->stream == stream->index;
}

static bool same_intervals(const struct record *record, const struct dt_stream *stream)
{
	return record->sample_ns == stream->sample_ns && record->aggr_ns == stream->aggr_ns;
}

static int add_record(struct dt_export *export, struct damo *damo, const struct dt_stream *stream)
{
	const int series = dt_spool_add(damo->spool);

	if (series < 0)
		return series;
	if (damo->nr == damo->room) {
		const size_t room = damo->room ? damo->room * 2 : 8;
		struct record *records = realloc(damo->records, room * sizeof(*records));

		if (!records)
			return -ENOMEM;
		damo->records = records;
		damo->room = room;
	}
	damo->records[damo->nr] = (struct record){.input = export->input,
						  .stream = stream->index,
						  .id = stream->count.stream,
						  .sample_ns = stream->sample_ns,
						  .aggr_ns = stream->aggr_ns,
						  .series = series};
	damo->last = damo->nr++;
	return 0;
}

/* The latest record of the stream, or with new intervals a new one. */
static int find_record(struct dt_export *export, struct damo *damo, const struct dt_stream *stream)
{
	size_t i = damo->nr;

	if (damo->nr && same_stream(&damo->records[damo->last], export, stream) &&
	    same_intervals(&damo->records[damo->last], stream))
		return 0;
	while (i && !same_stream(&damo->records[i - 1], export, stream))
		i--;
	if (i && same_intervals(&damo->records[i - 1], stream)) {
		damo->last = i - 1;
		return 0;
	}
	if (i) {
		const int ret = end_snapshot(damo, &damo->records[i - 1]);

		if (ret)
			return ret;
	}
	return add_record(export, damo, stream);
}

static int put_region(struct damo *damo, struct record *record, const struct dt_region *region)
{
	char text[320], *to = text;

	to = stpcpy(to, record->seen++ ? ",\n{\"start\":\"" : "\n{\"start\":\"");
	to = dt_put_u64(to, region->start);
	to = stpcpy(to, "\",\"end\":\"");
	to = dt_put_u64(to, region->end);
	to = stpcpy(to, "\",\"nr_accesses\":{\"samples\":");
	to = dt_put_u64(to, region->nr_accesses);
	to = stpcpy(to, ",\"percent\":null},\"age\":{\"usec\":null,\"aggr_intervals\":\"");
	to = dt_put_u64(to, region->age == DT_UNKNOWN_U32 ? 0 : region->age);
	to = stpcpy(to, "\"},\"sz_filter_passed\":\"0\"}");
	record->bytes += region->end - region->start;
	return put(damo, record, text, to);
}

static int damo_region(struct dt_export *export, const struct dt_region *region,
		       const struct dt_stream *stream, bool first)
{
	struct damo *damo = export->state;
	struct record *record;
	int ret = find_record(export, damo, stream);

	/* more targets than blocks fit into memory */
	if (ret == -EMFILE) {
		export->left_out++;
		export->left_out_why = "there are more targets than an export takes at once";
		return 0;
	}
	if (ret)
		return ret;
	record = &damo->records[damo->last];
	if (first || !record->open) {
		ret = end_snapshot(damo, record);
		if (!ret)
			ret = begin_snapshot(damo, record, stream);
	}
	if (!ret)
		ret = put_region(damo, record, region);
	export->rows[DT_EXPORT_REGIONS]++;
	return ret;
}

static int damo_input_end(struct dt_export *export)
{
	struct damo *damo = export->state;
	int ret = 0;

	for (size_t i = 0; i < damo->nr && !ret; i++)
		ret = end_snapshot(damo, &damo->records[i]);
	return ret;
}

/* ---- the file ---- */

static int zip_piece(struct dt_export *export, const void *data, size_t size, int flush)
{
	struct damo *damo = export->state;
	struct dt_output *output = export->outputs[0];

	damo->zip.next_in = (unsigned char *)(uintptr_t)data;
	damo->zip.avail_in = (unsigned)size;
	do {
		char *room = dt_output_room(output);

		damo->zip.next_out = (unsigned char *)room;
		damo->zip.avail_out = DT_OUTPUT_ROOM;
		if (deflate(&damo->zip, flush) == Z_STREAM_ERROR)
			return -EIO;
		dt_output_took(output, (char *)damo->zip.next_out);
	} while (!damo->zip.avail_out);
	return output->error;
}

static int write_piece(void *context, const void *data, size_t size)
{
	struct dt_export *export = context;

	if (export->compress)
		return zip_piece(export, data, size, Z_NO_FLUSH);
	dt_output_bytes(export->outputs[0], data, size);
	return export->outputs[0]->error;
}

static int write_text(struct dt_export *export, const char *text)
{
	return write_piece(export, text, strlen(text));
}

/* damo counts kdamonds from 0; their pids are told apart by our own number. */
static uint32_t kdamond_number(const struct damo *damo, const struct record *record)
{
	uint32_t number = 0;

	for (const struct record *other = damo->records; other < record; other++) {
		bool seen = false;

		if (other->id.kdamond == record->id.kdamond && other->input == record->input)
			return kdamond_number(damo, other);
		for (const struct record *before = damo->records; before < other; before++)
			seen |= before->id.kdamond == other->id.kdamond &&
				before->input == other->input;
		number += !seen;
	}
	return number;
}

static int write_record(struct dt_export *export, const struct record *record)
{
	struct damo *damo = export->state;
	const uint64_t sample = record->sample_ns / 1000, aggr = record->aggr_ns / 1000;
	const struct dt_host_context *host = export->readers[record->input]->info.host_context;
	const struct dt_host_monitor *monitor =
		host ? dt_host_monitor_find(host, record->id.kdamond, DT_UNKNOWN_U32) : NULL;
	const uint64_t update = monitor && monitor->update_us ? monitor->update_us : aggr * 10;
	char text[512];
	int ret;

	(void)snprintf(text, sizeof(text), "%s{\"kdamond_idx\":%u,\"context_idx\":0,\"intervals\":",
		       record == damo->records ? "[" : ",\n", kdamond_number(damo, record));
	ret = write_text(export, text);
	(void)snprintf(text, sizeof(text), "null");
	if (sample)
		(void)snprintf(text, sizeof(text),
			       "{\"sample_us\":\"%llu\",\"aggr_us\":\"%llu\","
			       "\"ops_update_us\":\"%llu\"}",
			       (unsigned long long)sample, (unsigned long long)aggr,
			       (unsigned long long)update);
	if (!ret)
		ret = write_text(export, text);
	(void)snprintf(text, sizeof(text),
		       ",\"scheme_idx\":null,\"target_id\":%llu,\"scheme_filters\":[],"
		       "\"snapshots\":[",
		       (unsigned long long)record->id.target);
	if (!ret)
		ret = write_text(export, text);
	if (!ret)
		ret = dt_spool_each(damo->spool, record->series, write_piece, export);
	return ret ? ret : write_text(export, "]}");
}

static int damo_finish(struct dt_export *export, struct dt_error *error)
{
	struct damo *damo = export->state;
	int ret = 0;

	for (size_t i = 0; i < damo->nr && !ret; i++)
		ret = write_record(export, &damo->records[i]);
	if (!ret)
		ret = write_text(export, damo->nr ? "]\n" : "[]\n");
	if (!ret && export->compress)
		ret = zip_piece(export, NULL, 0, Z_FINISH);
	return ret ? dt_fail(error, -ret, NULL, "cannot write the record: %s", strerror(-ret)) : 0;
}

static void damo_end(struct dt_export *export)
{
	struct damo *damo = export->state;

	if (!damo)
		return;
	if (damo->zipping)
		(void)deflateEnd(&damo->zip);
	dt_spool_free(damo->spool);
	free(damo->records);
	free(damo);
	export->state = NULL;
}

const struct dt_export_format dt_export_damo = {
	.name = "damo",
	.summary = "a record that damo report reads: JSON, or zlib by the file's name",
	.one_machine = true,
	.tables = 1u << DT_EXPORT_REGIONS,
	.begin = damo_begin,
	.region = damo_region,
	.input_end = damo_input_end,
	.finish = damo_finish,
	.end = damo_end,
};
