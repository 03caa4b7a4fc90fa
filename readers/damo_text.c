/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts of damo. What damo report access --raw_form prints (damo report raw of older ones): for
 * each record its first time, then snapshots with a line for each region; times are rounded to
 * milliseconds. And the lines of its record format perf_script, which name no process and are
 * sorted by target. Neither says the intervals.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/damo_record.h"
#include "readers/damo_units.h"
#include "readers/emit.h"
#include "readers/source.h"

#define WINDOW	       (64u << 10)
#define LINE_MAX_BYTES 512

struct damo_text {
	struct dt_reader reader;
	struct dt_event_count event;
	struct dt_damo_snapshot snapshot;
	bool script; /* the second of the two */
	uint64_t base_ns, target;
	uint64_t nr_unknown;
	int ret;
};

static const char *value_of(const char *line, const char *key)
{
	const size_t length = strlen(key);

	return !strncmp(line, key, length) && line[length] == ':' ? line + length + 1 : NULL;
}

static void end_snapshot(struct damo_text *text, struct dt_emitter *emitter)
{
	dt_damo_snapshot_emit(&text->snapshot, emitter,
			      text->reader.counted ? NULL : &text->reader.info, 0, text->target);
	text->ret = emitter->error;
}

/* ---- pieces of a line: each moves *at behind itself, or is false ---- */

static bool literal(const char **at, const char *text)
{
	const size_t length = strlen(text);

	if (strncmp(*at, text, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool number(const char **at, int base, uint64_t *value)
{
	char *end;

	*at += strspn(*at, " \t");
	if (!isxdigit((unsigned char)**at))
		return false;
	errno = 0;
	*value = strtoull(*at, &end, base);
	if (errno || end == *at)
		return false;
	*at = end;
	return true;
}

/* A small number, which in a fake region is -1. */
static bool signed_number(const char **at, int64_t *value)
{
	uint64_t size;
	bool negative;

	*at += strspn(*at, " \t");
	negative = literal(at, "-");
	if (!number(at, 10, &size) || size > INT64_MAX)
		return false;
	*value = negative ? -(int64_t)size : (int64_t)size;
	return true;
}

static uint32_t clamp(int64_t value)
{
	return value > UINT32_MAX - 1 ? UINT32_MAX - 1 : (uint32_t)value;
}

/* False: there is no place for it. age below 0: not told. */
static bool add_region(struct damo_text *text, uint64_t start, uint64_t end, int64_t accesses,
		       int64_t age)
{
	bool full;
	struct dt_region *region = dt_damo_snapshot_add(&text->snapshot, &full);

	if (!region) {
		text->ret = full ? 0 : -ENOMEM;
		return false;
	}
	region->start = start;
	region->end = end;
	region->nr_accesses = clamp(accesses);
	region->age = age < 0 ? DT_UNKNOWN_U32 : clamp(age);
	return true;
}

/* ---- what damo report access --raw_form prints ---- */

/* "000000001000-00000147c000 (  20.480 MiB)           0     1": hexadecimal; no age of old. */
static bool take_region(struct damo_text *text, const char *line)
{
	const char *rest = strchr(line, ')');
	int64_t accesses, age = -1;
	uint64_t start, end;

	if (!rest || !number(&line, 16, &start) || !literal(&line, "-") ||
	    !number(&line, 16, &end) || start >= end)
		return false;
	rest++;
	(void)literal(&rest, ":");
	if (!signed_number(&rest, &accesses) || accesses < 0)
		return false;
	(void)signed_number(&rest, &age);
	return add_region(text, start, end, accesses, age);
}

static bool take_header(struct damo_text *text, const char *line, struct dt_emitter *emitter)
{
	struct dt_damo_snapshot *snapshot = &text->snapshot;
	const char *value;
	uint64_t count;

	if ((value = value_of(line, "base_time_absolute"))) {
		end_snapshot(text, emitter);
		return dt_damo_time(value, 1, &text->base_ns);
	}
	if ((value = value_of(line, "monitoring_end"))) {
		if (!dt_damo_time(value, 1, &count) || count > UINT64_MAX - text->base_ns)
			return false;
		snapshot->end_ns = text->base_ns + count;
		return true;
	}
	if ((value = value_of(line, "target_id")))
		return dt_damo_number(value, &text->target);
	if ((value = value_of(line, "nr_regions"))) {
		if (!dt_damo_number(value, &count) || count > DT_DAMO_REGIONS)
			return false;
		snapshot->nr_regions = (uint32_t)count;
		return true;
	}
	return value_of(line, "monitoring_duration") || !strncmp(line, "monitoring_", 11);
}

static void take_line(struct damo_text *text, const char *line, struct dt_emitter *emitter)
{
	bool known;

	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return;
	if (value_of(line, "monitoring_start")) {
		end_snapshot(text, emitter);
		return;
	}
	known = strchr("0123456789abcdef", *line) && strchr(line, '(') && take_region(text, line);
	if (!known && !text->ret)
		known = take_header(text, line, emitter);
	text->nr_unknown += !known;
}

/* ---- records in the format perf_script ---- */

struct script_region {
	uint64_t ns, target, nr_regions, start, end;
	int64_t accesses, age;
};

/*
 * "kdamond.x xxxx xxxx 7.207829: damon:damon_aggregated: target_id=0 nr_regions=43
 * 4194304-11223040: 0 2"
 */
static bool parse_script(const char *line, struct script_region *region)
{
	uint64_t seconds, micros;

	region->age = -1;
	if (!literal(&line, "kdamond.x xxxx xxxx ") || !number(&line, 10, &seconds) ||
	    !literal(&line, ".") || !number(&line, 10, &micros) ||
	    !literal(&line, ": damon:damon_aggregated: target_id=") ||
	    !number(&line, 10, &region->target) || !literal(&line, " nr_regions=") ||
	    !number(&line, 10, &region->nr_regions) || !number(&line, 10, &region->start) ||
	    !literal(&line, "-") || !number(&line, 10, &region->end) || !literal(&line, ":") ||
	    !signed_number(&line, &region->accesses))
		return false;
	(void)signed_number(&line, &region->age);
	region->ns = seconds * 1000000000u + micros * 1000;
	return seconds < UINT64_MAX / 2000000000u && micros < 1000000 &&
	       region->nr_regions <= DT_DAMO_REGIONS;
}

/* A region of no length at the end only tells damo how long the snapshot before was. */
static void take_script_line(struct damo_text *text, const char *line, struct dt_emitter *emitter)
{
	struct dt_damo_snapshot *snapshot = &text->snapshot;
	struct script_region region;

	if (!*line)
		return;
	if (!parse_script(line, &region)) {
		text->nr_unknown++;
		return;
	}
	if (region.ns != snapshot->end_ns || region.target != text->target ||
	    snapshot->nr == region.nr_regions)
		end_snapshot(text, emitter);
	if (region.start >= region.end || region.accesses < 0 || text->ret)
		return;
	snapshot->end_ns = region.ns;
	snapshot->nr_regions = (uint32_t)region.nr_regions;
	text->target = region.target;
	text->nr_unknown +=
		!add_region(text, region.start, region.end, region.accesses, region.age);
}

static int take_lines(struct damo_text *text, struct dt_emitter *emitter)
{
	const struct dt_source *source = text->reader.source;
	struct dt_window window;
	uint64_t offset = 0;
	int ret = dt_window_init(&window, source, WINDOW);

	while (!ret && !text->ret && offset < source->size) {
		char line[LINE_MAX_BYTES];
		size_t available, length;
		const unsigned char *at = dt_window_get(&window, offset, 1, &available);
		const unsigned char *end;

		if (!at)
			break;
		if (available < LINE_MAX_BYTES && offset + available < source->size)
			at = dt_window_get(&window, offset, LINE_MAX_BYTES, &available);
		if (!at)
			break;
		end = memchr(at, '\n', available);
		length = end ? (size_t)(end - at) : available;
		(void)snprintf(line, sizeof(line), "%.*s",
			       (int)(length < sizeof(line) ? length : sizeof(line) - 1),
			       (const char *)at);
		if (text->script)
			take_script_line(text, line, emitter);
		else
			take_line(text, line, emitter);
		offset += length + (end != NULL);
	}
	if (!ret)
		ret = text->ret ? text->ret : window.error;
	dt_window_free(&window);
	if (!ret) {
		end_snapshot(text, emitter);
		ret = text->ret;
	}
	return ret;
}

static int walk_text(struct dt_reader *reader, const struct dt_sink *sink, struct dt_error *error)
{
	struct damo_text *text = (struct damo_text *)reader;
	struct dt_emitter emitter;
	int ret = dt_emitter_init(&emitter, sink);

	if (ret)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	text->snapshot.nr = 0;
	text->base_ns = text->target = text->nr_unknown = 0;
	text->ret = 0;
	if (!reader->counted) {
		reader->info.start_ns = UINT64_MAX;
		reader->info.end_ns = 0;
		reader->info.warnings.count = 0;
		text->event.count = 0;
	}
	ret = take_lines(text, &emitter);
	if (!ret)
		ret = dt_emit_flush_all(&emitter);
	dt_emitter_free(&emitter);
	if (ret || reader->counted)
		return ret;
	if (reader->info.start_ns > reader->info.end_ns)
		reader->info.start_ns = 1;
	if (text->nr_unknown)
		dt_warn(&reader->info.warnings, UINT64_MAX, "%" PRIu64 " lines were not understood",
			text->nr_unknown);
	reader->info.complete = !text->nr_unknown;
	reader->counted = true;
	return 0;
}

static const char raw_head[] = "base_time_absolute: ", script_head[] = "kdamond.x xxxx xxxx ";

static bool begins(const unsigned char *head, size_t size, const char *with)
{
	return size > strlen(with) && !memcmp(head, with, strlen(with));
}

static bool probe_text(const unsigned char *head, size_t size)
{
	return begins(head, size, raw_head) || begins(head, size, script_head);
}

static void close_text(struct dt_reader *reader)
{
	struct damo_text *text = (struct damo_text *)reader;
	struct dt_source *source = reader->source;

	free(text->snapshot.regions);
	free(text);
	dt_source_close(source);
}

static int open_text(struct dt_reader **reader, struct dt_source *source, struct dt_error *error)
{
	struct damo_text *text = calloc(1, sizeof(*text));
	unsigned char head[sizeof(script_head)];
	struct dt_input_info *info;

	if (!text)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	info = &text->reader.info;
	text->reader.source = source;
	info->path = source->path;
	info->kind = "damo text";
	info->size = source->size;
	info->start_ns = 1;
	info->nr_events = 1;
	info->events = &text->event;
	(void)snprintf(text->event.name, sizeof(text->event.name), "damon_aggregated");
	text->script = dt_source_read(source, head, 0, sizeof(head)) == (int64_t)sizeof(head) &&
		       begins(head, sizeof(head), script_head);
	(void)snprintf(info->version, sizeof(info->version), "%s",
		       text->script ? "perf_script, microseconds" : "raw, milliseconds");
	*reader = &text->reader;
	return 0;
}

const struct dt_reader_ops dt_damo_text_reader = {
	.name = "damo text",
	.expects = "text of damo (report access --raw_form, perf_script records)",
	.probe = probe_text,
	.open = open_text,
	.walk = walk_text,
	.close = close_text,
};
