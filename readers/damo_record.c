/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * damon.data of damo: an array of records, each of one target (and one set of intervals) with its
 * snapshots, in JSON or JSON in zlib. It is walked once when opened, for the intervals, which no
 * region names, and then as often as asked.
 *
 * Memory: one snapshot. Records follow each other in the file, so times go back between them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/damo_pass.h"
#include "readers/emit.h"

static bool is_record(const char *text, size_t size)
{
	size_t at = 0;

	while (at < size && strchr(" \n\r\t", text[at]))
		at++;
	return at < size && text[at] == '[' && memmem(text, size, "\"target_id\"", 11) &&
	       memmem(text, size, "\"snapshots\"", 11);
}

static bool probe(const unsigned char *head, size_t size)
{
	z_stream zip = {0};
	char text[4096];
	bool found;

	if (!dt_json_is_zlib(head, size))
		return size && !memchr(head, '\0', size) && is_record((const char *)head, size);
	if (inflateInit(&zip) != Z_OK)
		return false;
	zip.next_in = (unsigned char *)(uintptr_t)head;
	zip.avail_in = (unsigned)size;
	zip.next_out = (unsigned char *)text;
	zip.avail_out = sizeof(text);
	(void)inflate(&zip, Z_SYNC_FLUSH);
	found = is_record(text, sizeof(text) - zip.avail_out);
	(void)inflateEnd(&zip);
	return found;
}

static void free_damo(struct dt_damo *damo)
{
	free(damo->records);
	free(damo->known);
	free(damo->snapshot.regions);
	free(damo);
}

static void close_damo(struct dt_reader *reader)
{
	struct dt_source *source = reader->source;

	free_damo((struct dt_damo *)reader);
	dt_source_close(source);
}

/* Of each kdamond the first intervals; and which records are of a second scheme. */
static int learn(struct dt_damo *damo)
{
	struct dt_input_info *info = &damo->reader.info;

	damo->known = calloc(damo->nr + 1, sizeof(*damo->known));
	if (!damo->known)
		return -ENOMEM;
	for (size_t i = 0; i < damo->nr; i++) {
		struct dt_damo_entry *record = &damo->records[i];
		bool known = false;

		for (size_t j = 0; j < i && !record->left_out; j++)
			record->left_out = damo->records[j].kdamond == record->kdamond &&
					   damo->records[j].target == record->target &&
					   damo->records[j].scheme != record->scheme;
		for (size_t j = 0; j < info->nr_known; j++)
			known |= damo->known[j].kdamond == record->kdamond;
		if (!known && record->sample_ns && record->aggr_ns >= record->sample_ns)
			damo->known[info->nr_known++] =
				(struct dt_known_stream){.kdamond = record->kdamond,
							 .sample_ns = record->sample_ns,
							 .aggr_ns = record->aggr_ns,
							 .addr_unit = 1};
	}
	info->known = damo->known;
	return 0;
}

static int open_damo(struct dt_reader **reader, struct dt_source *source, struct dt_error *error)
{
	struct dt_damo *damo = calloc(1, sizeof(*damo));
	struct dt_damo_pass pass = {.damo = damo};
	struct dt_input_info *info;
	unsigned char head[4] = {0};
	int ret = -ENOMEM;

	if (!damo)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	info = &damo->reader.info;
	damo->reader.source = source;
	info->path = source->path;
	info->kind = "damo record";
	info->size = source->size;
	info->start_ns = 1;
	info->nr_events = 1;
	info->events = &damo->event;
	(void)snprintf(damo->event.name, sizeof(damo->event.name), "damon_aggregated");
	damo->zipped = dt_source_read(source, head, 0, sizeof(head)) == (int64_t)sizeof(head) &&
		       dt_json_is_zlib(head, sizeof(head));
	(void)snprintf(info->version, sizeof(info->version), "%s",
		       damo->zipped ? "JSON, zlib" : "JSON");
	damo->records = calloc(DT_DAMO_RECORDS, sizeof(*damo->records));
	if (damo->records)
		ret = dt_damo_run(&pass);
	if (!ret)
		ret = learn(damo);
	if (ret) {
		free_damo(damo);
		return dt_fail(error, -ret, NULL, "cannot read %s: %s", source->path,
			       strerror(-ret));
	}
	*reader = &damo->reader;
	return 0;
}

static void warn_left_out(struct dt_damo *damo)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < damo->nr; i++)
		nr += damo->records[i].left_out;
	if (nr)
		dt_warn(&damo->reader.info.warnings, UINT64_MAX,
			"%llu records are of further schemes of the same targets, and left out",
			(unsigned long long)nr);
}

static int walk_damo(struct dt_reader *reader, const struct dt_sink *sink, struct dt_error *error)
{
	struct dt_damo *damo = (struct dt_damo *)reader;
	struct dt_emitter emitter;
	struct dt_damo_pass pass = {.damo = damo, .emitter = &emitter};
	int ret = dt_emitter_init(&emitter, sink);

	if (ret)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	if (!reader->counted) {
		pass.info = &reader->info;
		reader->info.complete = true;
		reader->info.start_ns = UINT64_MAX;
		reader->info.end_ns = 0;
		reader->info.warnings.count = 0;
		damo->event.count = 0;
	}
	ret = dt_damo_run(&pass);
	if (!ret)
		ret = dt_emit_flush_all(&emitter);
	dt_emitter_free(&emitter);
	if (ret || !pass.info)
		return ret;
	warn_left_out(damo);
	if (reader->info.start_ns > reader->info.end_ns)
		reader->info.start_ns = 1;
	reader->counted = true;
	return 0;
}

const struct dt_reader_ops dt_damo_record_reader = {
	.name = "damo record",
	.expects = "a record of damo",
	.probe = probe,
	.open = open_damo,
	.walk = walk_damo,
	.close = close_damo,
};
