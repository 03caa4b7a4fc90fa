/* SPDX-License-Identifier: GPL-2.0-only */
/* A pass over damon.data: its members by their names, old ones too, into records and regions. */
#include <errno.h>
#include <string.h>

#include "readers/damo_pass.h"
#include "readers/damo_units.h"
#include "readers/emit.h"

typedef bool (*member)(struct dt_damo_pass *pass, void *target, const char *key,
		       enum dt_json_token token);

/* The members of an object whose brace was read. False: damage. */
static bool members(struct dt_damo_pass *pass, member take, void *target)
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

static bool is_null(const struct dt_damo_pass *pass, enum dt_json_token token)
{
	return token == DT_JSON_SCALAR && !strcmp(pass->tokens.text, "null");
}

static bool is_value(enum dt_json_token token)
{
	return token == DT_JSON_SCALAR || token == DT_JSON_STRING;
}

static bool no_number(struct dt_damo_pass *pass)
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

static bool take_accesses(struct dt_damo_pass *pass, void *target, const char *key,
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

static bool take_age(struct dt_damo_pass *pass, void *target, const char *key,
		     enum dt_json_token token)
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

static bool take_region_member(struct dt_damo_pass *pass, void *target, const char *key,
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

static void settle(const struct dt_damo_pass *pass, const struct draft *draft,
		   struct dt_region *region)
{
	const struct dt_damo_entry *record = pass->record;
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

static bool take_region(struct dt_damo_pass *pass)
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

static bool take_snapshot_member(struct dt_damo_pass *pass, void *target, const char *key,
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
static void tell_intervals(struct dt_damo_pass *pass, const struct dt_damo_entry *record)
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
static const struct dt_damo_entry *successor(const struct dt_damo *damo,
					     const struct dt_damo_entry *record)
{
	for (const struct dt_damo_entry *next = record + 1; next < damo->records + damo->nr; next++)
		if (next->kdamond == record->kdamond && next->target == record->target &&
		    !next->left_out)
			return next;
	return NULL;
}

static void emit_snapshot(struct dt_damo_pass *pass)
{
	struct dt_damo *damo = pass->damo;
	const struct dt_damo_entry *next = NULL;

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

static bool take_snapshots(struct dt_damo_pass *pass)
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

static bool take_interval(struct dt_damo_pass *pass, void *target, const char *key,
			  enum dt_json_token token)
{
	struct dt_damo_entry *record = target;
	uint64_t *ns = !strcmp(key, "sample_us") || !strcmp(key, "sample") ? &record->sample_ns
		       : !strcmp(key, "aggr_us") || !strcmp(key, "aggr")   ? &record->aggr_ns
									   : NULL;

	if (!ns || !is_value(token) || is_null(pass, token))
		return dt_json_skip(&pass->tokens, token);
	return dt_damo_time(pass->tokens.text, 1000, ns) || no_number(pass);
}

static bool take_record_member(struct dt_damo_pass *pass, void *target, const char *key,
			       enum dt_json_token token)
{
	struct dt_damo_entry *record = target;
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

static struct dt_damo_entry *next_record(struct dt_damo_pass *pass, size_t index)
{
	struct dt_damo *damo = pass->damo;

	if (index == DT_DAMO_RECORDS || (pass->emitter && index >= damo->nr)) {
		/* or the first pass found damage in the one before */
		if (index == DT_DAMO_RECORDS)
			pass->what = "there are more records than are read";
		return NULL;
	}
	if (!pass->emitter) {
		damo->records[index] = (struct dt_damo_entry){.scheme = UINT64_MAX};
		damo->nr = index + 1;
	}
	if (!index || damo->records[index].kdamond != damo->records[index - 1].kdamond)
		pass->sample_ns = 0;
	return &damo->records[index];
}

/* All of it. False: damage. */
static bool take_records(struct dt_damo_pass *pass)
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
		/* of a record that was left out its last snapshot is still there */
		pass->damo->snapshot.nr = 0;
		if (!pass->record || !members(pass, take_record_member, pass->record))
			return false;
	}
}

/* Where in the file the next token is. */
static uint64_t place_of(const struct dt_json_tokens *tokens)
{
	return tokens->zipped ? UINT64_MAX : tokens->offset - (tokens->filled - tokens->at);
}

int dt_damo_run(struct dt_damo_pass *pass)
{
	struct dt_damo *damo = pass->damo;
	struct dt_input_info *info = pass->info;
	bool whole;
	int ret = dt_json_tokens_init(&pass->tokens, damo->reader.source, damo->zipped);

	if (ret)
		goto out;
	whole = take_records(pass);
	ret = pass->ret ? pass->ret : pass->tokens.error;
	if (!ret && !whole && pass->emitter && pass->record && damo->snapshot.nr &&
	    damo->snapshot.end_ns && !pass->record->left_out) {
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
