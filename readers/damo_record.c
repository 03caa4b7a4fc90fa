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

#include "readers/damo_record.h"
#include "readers/damo_units.h"
#include "readers/emit.h"
#include "readers/json_tokens.h"

struct record {
	int32_t kdamond;
	uint64_t target, scheme; /* scheme UINT64_MAX: none */
	uint64_t sample_ns, aggr_ns;
	uint64_t nr_snapshots;
	bool left_out; /* of another scheme than the first of its target */
};

struct damo {
	struct dt_reader reader;
	bool zipped;
	size_t nr;
	struct record *records; /* DT_DAMO_RECORDS */
	struct dt_known_stream *known;
	struct dt_event_count event;
	struct dt_damo_snapshot snapshot;
};

/* One pass over the file. */
struct pass {
	struct damo *damo;
	struct dt_json_tokens tokens;
	struct dt_emitter *emitter; /* NULL: opening, which fills the records */
	struct dt_input_info *info; /* of the pass that counts, else NULL */
	struct record *record;
	uint64_t seen_snapshots; /* of the record */
	uint64_t sample_ns;	 /* last told of the record's kdamond; 0: none yet */
	int ret;		 /* -errno that ends it */
	const char *what;	 /* damage that is no fault of JSON's */
};

typedef bool (*member)(struct pass *pass, void *target, const char *key, enum dt_json_token token);

/* The members of an object whose brace was read. False: damage. */
static bool members(struct pass *pass, member take, void *target)
{
	char key[DT_JSON_TEXT];

	for (;;) {
		enum dt_json_token token = dt_json_next(&pass->tokens);

		if (token == DT_JSON_OBJECT_END)
			return true;
		if (token != DT_JSON_KEY)
			return false;
		memcpy(key, pass->tokens.text, sizeof(key));
		token = dt_json_next(&pass->tokens);
		if (!take(pass, target, key, token) || pass->ret)
			return false;
	}
}

static bool is_null(const struct pass *pass, enum dt_json_token token)
{
	return token == DT_JSON_SCALAR && !strcmp(pass->tokens.text, "null");
}

static bool is_value(enum dt_json_token token)
{
	return token == DT_JSON_SCALAR || token == DT_JSON_STRING;
}

static bool no_number(struct pass *pass)
{
	pass->what = "this is no number";
	return false;
}

/* ---- regions ---- */

/* One region while its members come: damo has accesses and ages in either of two units. */
struct draft {
	uint64_t start, end, samples, age, age_ns;
	double percent;
	bool has_samples, has_percent, has_age, has_age_ns;
};

static bool take_accesses(struct pass *pass, void *target, const char *key,
			  enum dt_json_token token)
{
	struct draft *draft = target;

	if (!is_value(token) || is_null(pass, token))
		return dt_json_skip(&pass->tokens, token);
	if (!strcmp(key, "samples"))
		draft->has_samples = dt_damo_number(pass->tokens.text, &draft->samples);
	else if (!strcmp(key, "percent"))
		draft->has_percent = dt_damo_percent(pass->tokens.text, &draft->percent);
	return true;
}

static bool take_age(struct pass *pass, void *target, const char *key, enum dt_json_token token)
{
	struct draft *draft = target;

	if (!is_value(token) || is_null(pass, token))
		return dt_json_skip(&pass->tokens, token);
	if (!strcmp(key, "aggr_intervals"))
		draft->has_age = dt_damo_number(pass->tokens.text, &draft->age);
	else if (!strcmp(key, "usec"))
		draft->has_age_ns = dt_damo_time(pass->tokens.text, 1000, &draft->age_ns);
	return true;
}

static bool take_region_member(struct pass *pass, void *target, const char *key,
			       enum dt_json_token token)
{
	struct draft *draft = target;
	const char *text = pass->tokens.text;

	if (token == DT_JSON_OBJECT && !strcmp(key, "nr_accesses"))
		return members(pass, take_accesses, draft);
	if (token == DT_JSON_OBJECT && !strcmp(key, "age"))
		return members(pass, take_age, draft);
	if (!is_value(token) || is_null(pass, token))
		return dt_json_skip(&pass->tokens, token);
	if (!strcmp(key, "start"))
		return dt_damo_bytes(text, &draft->start) || no_number(pass);
	if (!strcmp(key, "end"))
		return dt_damo_bytes(text, &draft->end) || no_number(pass);
	/* records of old have bare numbers */
	if (!strcmp(key, "nr_accesses"))
		draft->has_samples = dt_damo_number(text, &draft->samples);
	else if (!strcmp(key, "age"))
		draft->has_age = dt_damo_number(text, &draft->age);
	return true;
}

static uint32_t clamp(double value)
{
	return value >= UINT32_MAX - 1 ? UINT32_MAX - 1 : value > 0 ? (uint32_t)(value + 0.5) : 0;
}

static void settle(const struct pass *pass, const struct draft *draft, struct dt_region *region)
{
	const struct record *record = pass->record;
	const double ratio =
		record->sample_ns ? (double)record->aggr_ns / (double)record->sample_ns : 0;

	region->start = draft->start;
	region->end = draft->end;
	if (draft->has_samples)
		region->nr_accesses = clamp((double)draft->samples);
	else if (draft->has_percent)
		region->nr_accesses = clamp(draft->percent * ratio / 100);
	if (draft->has_age)
		region->age = clamp((double)draft->age);
	else if (draft->has_age_ns && record->aggr_ns)
		region->age = clamp((double)draft->age_ns / (double)record->aggr_ns);
}

static bool take_region(struct pass *pass)
{
	struct draft draft = {0};
	struct dt_region *region;
	bool full;

	if (!members(pass, take_region_member, &draft))
		return false;
	/* damo puts one of no length at the end of a file with a single snapshot */
	if (!pass->emitter || draft.start >= draft.end)
		return true;
	region = dt_damo_snapshot_add(&pass->damo->snapshot, &full);
	if (!region) {
		pass->what = "a snapshot has more regions than can be held";
		pass->ret = full ? 0 : -ENOMEM;
		return false;
	}
	settle(pass, &draft, region);
	return true;
}

/* ---- snapshots ---- */

static bool take_snapshot_member(struct pass *pass, void *target, const char *key,
				 enum dt_json_token token)
{
	struct dt_damo_snapshot *snapshot = &pass->damo->snapshot;
	uint64_t number;

	(void)target;
	if (token == DT_JSON_ARRAY && !strcmp(key, "regions")) {
		for (;;) {
			token = dt_json_next(&pass->tokens);
			if (token == DT_JSON_ARRAY_END)
				return true;
			if (token != DT_JSON_OBJECT || !take_region(pass))
				return false;
		}
	}
	if (!is_value(token) || is_null(pass, token))
		return dt_json_skip(&pass->tokens, token);
	if (!strcmp(key, "end_time"))
		return dt_damo_time(pass->tokens.text, 1, &snapshot->end_ns) || no_number(pass);
	if (!strcmp(key, "nr_regions") && dt_damo_number(pass->tokens.text, &number))
		snapshot->nr_regions = number > DT_DAMO_REGIONS ? 0 : (uint32_t)number;
	return true;
}

/* The kernel tells new intervals before the snapshot that still used the old ones. */
static void tell_intervals(struct pass *pass, const struct record *record)
{
	struct dt_intervals *intervals;

	if (!record->sample_ns || record->sample_ns == pass->sample_ns)
		return;
	pass->sample_ns = record->sample_ns;
	intervals = dt_emit(pass->emitter, DT_KIND_INTERVALS, sizeof(*intervals));
	*intervals = (struct dt_intervals){.time = pass->damo->snapshot.end_ns,
					   .sample_us = record->sample_ns / 1000,
					   .kdamond = record->kdamond};
}

/* The next record of the same target, which goes on with other intervals. */
static const struct record *successor(const struct damo *damo, const struct record *record)
{
	for (const struct record *next = record + 1; next < damo->records + damo->nr; next++)
		if (next->kdamond == record->kdamond && next->target == record->target &&
		    !next->left_out)
			return next;
	return NULL;
}

static void emit_snapshot(struct pass *pass)
{
	struct damo *damo = pass->damo;
	const struct record *next = NULL;

	if (pass->seen_snapshots == 0)
		tell_intervals(pass, pass->record);
	if (++pass->seen_snapshots == pass->record->nr_snapshots)
		next = successor(damo, pass->record);
	if (next)
		tell_intervals(pass, next);
	dt_damo_snapshot_emit(&damo->snapshot, pass->emitter, pass->info, pass->record->kdamond,
			      pass->record->target);
	pass->ret = pass->emitter->error;
}

static bool take_snapshots(struct pass *pass)
{
	struct dt_damo_snapshot *snapshot = &pass->damo->snapshot;

	for (;;) {
		const enum dt_json_token token = dt_json_next(&pass->tokens);

		if (token == DT_JSON_ARRAY_END)
			return true;
		if (token != DT_JSON_OBJECT)
			return false;
		snapshot->nr = 0;
		snapshot->nr_regions = 0;
		snapshot->end_ns = 0;
		if (!members(pass, take_snapshot_member, NULL))
			return false;
		if (!pass->emitter)
			pass->record->nr_snapshots++;
		else if (!pass->record->left_out)
			emit_snapshot(pass);
		if (pass->ret)
			return false;
	}
}

/* ---- records ---- */

static bool take_interval(struct pass *pass, void *target, const char *key,
			  enum dt_json_token token)
{
	struct record *record = target;
	uint64_t *ns = !strcmp(key, "sample_us") || !strcmp(key, "sample") ? &record->sample_ns
		       : !strcmp(key, "aggr_us") || !strcmp(key, "aggr")   ? &record->aggr_ns
									   : NULL;

	if (!ns || !is_value(token) || is_null(pass, token))
		return dt_json_skip(&pass->tokens, token);
	return dt_damo_time(pass->tokens.text, 1000, ns) || no_number(pass);
}

static bool take_record_member(struct pass *pass, void *target, const char *key,
			       enum dt_json_token token)
{
	struct record *record = target;
	uint64_t number;

	if (token == DT_JSON_ARRAY && !strcmp(key, "snapshots"))
		return take_snapshots(pass);
	/* what follows was learnt at opening */
	if (pass->emitter)
		return dt_json_skip(&pass->tokens, token);
	if (token == DT_JSON_OBJECT && !strcmp(key, "intervals"))
		return members(pass, take_interval, record);
	if (!is_value(token) || is_null(pass, token))
		return dt_json_skip(&pass->tokens, token);
	if (!dt_damo_number(pass->tokens.text, &number))
		return true;
	if (!strcmp(key, "kdamond_idx") && number <= INT32_MAX)
		record->kdamond = (int32_t)number;
	else if (!strcmp(key, "target_id"))
		record->target = number;
	else if (!strcmp(key, "scheme_idx"))
		record->scheme = number;
	return true;
}

static struct record *next_record(struct pass *pass, size_t index)
{
	struct damo *damo = pass->damo;

	if (index == DT_DAMO_RECORDS || (pass->emitter && index >= damo->nr)) {
		pass->what = "there are more records than are read";
		return NULL;
	}
	if (!pass->emitter) {
		damo->records[index] = (struct record){.scheme = UINT64_MAX};
		damo->nr = index + 1;
	}
	if (!index || damo->records[index].kdamond != damo->records[index - 1].kdamond)
		pass->sample_ns = 0;
	return &damo->records[index];
}

/* All of it. False: damage. */
static bool take_records(struct pass *pass)
{
	enum dt_json_token token = dt_json_next(&pass->tokens);

	if (token != DT_JSON_ARRAY)
		return false;
	for (size_t index = 0;; index++) {
		token = dt_json_next(&pass->tokens);
		if (token == DT_JSON_ARRAY_END)
			return dt_json_next(&pass->tokens) == DT_JSON_END;
		if (token != DT_JSON_OBJECT)
			return false;
		pass->record = next_record(pass, index);
		pass->seen_snapshots = 0;
		if (!pass->record || !members(pass, take_record_member, pass->record))
			return false;
	}
}

/* Where in the file the next token is. */
static uint64_t place_of(const struct dt_json_tokens *tokens)
{
	return tokens->zipped ? UINT64_MAX : tokens->offset - (tokens->filled - tokens->at);
}

static int run_pass(struct pass *pass)
{
	struct damo *damo = pass->damo;
	struct dt_input_info *info = pass->info;
	bool whole;
	int ret = dt_json_tokens_init(&pass->tokens, damo->reader.source, damo->zipped);

	if (ret)
		goto out;
	whole = take_records(pass);
	ret = pass->ret ? pass->ret : pass->tokens.error;
	if (!ret && !whole && pass->emitter && damo->snapshot.nr && damo->snapshot.end_ns &&
	    !pass->record->left_out) {
		/* cut within a snapshot: what is there of it counts, as one that is not whole */
		damo->snapshot.nr_regions = (uint32_t)damo->snapshot.nr + 1;
		emit_snapshot(pass);
	}
	if (!ret && !whole && info) {
		info->complete = false;
		dt_warn(&info->warnings, place_of(&pass->tokens), "%s: what follows was not read",
			pass->tokens.why ? pass->tokens.why
			: pass->what	 ? pass->what
					 : "this is not what damo writes");
	}
out:
	dt_json_tokens_free(&pass->tokens);
	return ret;
}

/* ---- the reader ---- */

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

static void free_damo(struct damo *damo)
{
	free(damo->records);
	free(damo->known);
	free(damo->snapshot.regions);
	free(damo);
}

static void close_damo(struct dt_reader *reader)
{
	struct dt_source *source = reader->source;

	free_damo((struct damo *)reader);
	dt_source_close(source);
}

/* Of each kdamond the first intervals; and which records are of a second scheme. */
static int learn(struct damo *damo)
{
	struct dt_input_info *info = &damo->reader.info;

	damo->known = calloc(damo->nr + 1, sizeof(*damo->known));
	if (!damo->known)
		return -ENOMEM;
	for (size_t i = 0; i < damo->nr; i++) {
		struct record *record = &damo->records[i];
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
	struct damo *damo = calloc(1, sizeof(*damo));
	struct pass pass = {.damo = damo};
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
		ret = run_pass(&pass);
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

static void warn_left_out(struct damo *damo)
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
	struct damo *damo = (struct damo *)reader;
	struct dt_emitter emitter;
	struct pass pass = {.damo = damo, .emitter = &emitter};
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
	ret = run_pass(&pass);
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
