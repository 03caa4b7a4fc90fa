/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts of damo. What damo report access --raw_form prints (damo report raw of older ones): for
 * each record its first time, then snapshots with a line for each region; times are rounded to
 * milliseconds. And the lines of its record format perf_script, which name no process and are
 * sorted by target. Neither says the intervals.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/damo_record.h"
#include "readers/damo_units.h"
#include "readers/emit.h"
#include "readers/source.h"

#define WINDOW	 (64u << 10)
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

/* "000000001000-00000147c000 (  20.480 MiB)           0     1": hexadecimal; no age of old. */
static bool take_region(struct damo_text *text, const char *line)
{
	uint64_t start, end, accesses, age = DT_UNKNOWN_U32;
	struct dt_region *region;
	const char *rest = strchr(line, ')');
	bool full;
	int nr;

	if (!rest || sscanf(line, "%" SCNx64 "-%" SCNx64 " (", &start, &end) != 2 || start >= end)
		return false;
	rest += rest[1] == ':' ? 2 : 1;
	nr = sscanf(rest, "%" SCNu64 " %" SCNu64, &accesses, &age);
	if (nr < 1 || accesses > UINT32_MAX)
		return false;
	region = dt_damo_snapshot_add(&text->snapshot, &full);
	if (!region) {
		text->ret = full ? 0 : -ENOMEM;
		return false;
	}
	region->start = start;
	region->end = end;
	region->nr_accesses = (uint32_t)accesses;
	region->age = age > UINT32_MAX ? DT_UNKNOWN_U32 : (uint32_t)age;
	return true;
}

static bool take_header(struct damo_text *text, const char *line, struct dt_emitter *emitter)
{
	struct dt_damo_snapshot *snapshot = &text->snapshot;
	const char *value;
	uint64_t number;

	if ((value = value_of(line, "base_time_absolute"))) {
		end_snapshot(text, emitter);
		return dt_damo_time(value, 1, &text->base_ns);
	}
	if ((value = value_of(line, "monitoring_end"))) {
		if (!dt_damo_time(value, 1, &number) || number > UINT64_MAX - text->base_ns)
			return false;
		snapshot->end_ns = text->base_ns + number;
		return true;
	}
	if ((value = value_of(line, "target_id")))
		return dt_damo_number(value, &text->target);
	if ((value = value_of(line, "nr_regions"))) {
		if (!dt_damo_number(value, &number) || number > DT_DAMO_REGIONS)
			return false;
		snapshot->nr_regions = (uint32_t)number;
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
	known = strchr("0123456789abcdef", *line) && strchr(line, '(') &&
		take_region(text, line);
	if (!known && !text->ret)
		known = take_header(text, line, emitter);
	text->nr_unknown += !known;
}

/*
 * "kdamond.x xxxx xxxx 7.207829: damon:damon_aggregated: target_id=0 nr_regions=43 4194304-11223040:
 * 0 2". A region of no length at the end only tells damo how long the snapshot before was.
 */
static void take_script_line(struct damo_text *text, const char *line, struct dt_emitter *emitter)
{
	struct dt_damo_snapshot *snapshot = &text->snapshot;
	uint64_t seconds, micros, target, nr, start, end;
	int64_t accesses, age = -1;
	struct dt_region *region;
	bool full;

	if (!*line)
		return;
	if (sscanf(line,
		   "kdamond.x xxxx xxxx %" SCNu64 ".%6" SCNu64
		   ": damon:damon_aggregated: target_id=%" SCNu64 " nr_regions=%" SCNu64 " %" SCNu64
		   "-%" SCNu64 ": %" SCNd64 " %" SCNd64,
		   &seconds, &micros, &target, &nr, &start, &end, &accesses, &age) < 7 ||
	    seconds > UINT64_MAX / 2000000000u || nr > DT_DAMO_REGIONS) {
		text->nr_unknown++;
		return;
	}
	seconds = seconds * 1000000000u + micros * 1000;
	if (seconds != snapshot->end_ns || target != text->target || snapshot->nr == nr)
		end_snapshot(text, emitter);
	if (start >= end || accesses < 0 || text->ret)
		return;
	snapshot->end_ns = seconds;
	snapshot->nr_regions = (uint32_t)nr;
	text->target = target;
	region = dt_damo_snapshot_add(snapshot, &full);
	if (!region) {
		text->ret = full ? 0 : -ENOMEM;
		text->nr_unknown++;
		return;
	}
	region->start = start;
	region->end = end;
	region->nr_accesses = accesses > UINT32_MAX ? UINT32_MAX : (uint32_t)accesses;
	region->age = age < 0 || age > UINT32_MAX ? DT_UNKNOWN_U32 : (uint32_t)age;
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
		dt_warn(&reader->info.warnings, UINT64_MAX,
			"%" PRIu64 " lines were not understood", text->nr_unknown);
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
