/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk over a text, and the readers of its forms. See text.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "readers/source.h"
#include "readers/text.h"
#include "readers/text_damon.h"
#include "readers/text_scan.h"

/* Lines longer than this are no lines of a recording. */
#define BUFFER (256u << 10)

/* Read at opening to learn what all lines have in common. */
#define LEARN DT_STREAM_HEAD

/* Lines not understood that are shown, with as many bytes of each. */
#define SHOWN	    4
#define SHOWN_BYTES 80

const unsigned char dt_hex_value[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static void show_unknown(struct dt_text *text, const char *at, const char *end)
{
	char shown[SHOWN_BYTES + 1];
	size_t length = 0;

	for (at = dt_skip_blanks(at); at < end && length < SHOWN_BYTES; at++)
		shown[length++] = *at >= ' ' && *at <= '~' ? *at : '?';
	shown[length] = '\0';
	dt_warn(&text->reader.info.warnings, text->offset,
		"line %" PRIu64 " is not understood: %s%s", text->lines, shown,
		at < end ? "..." : "");
}

/* What the plugin for trace-cmd and perf makes of DAMON's events: rounded, so not to be read. */
static bool is_human(const char *at, const char *end)
{
	static const char *const words[] = {" ctx ", " of eligible, ", " region ",
					    " sampling every ", "DAMON's sample ring "};
	const char *event = memmem(at, (size_t)(end - at), "damo", 4);

	for (size_t i = 0; event && i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(event, (size_t)(end - event), words[i], strlen(words[i])))
			return true;
	return false;
}

static void take_line(struct dt_text *text, char *at, char *end)
{
	text->lines++;
	if (end > at && end[-1] == '\r')
		*--end = '\n';
	if (text->line(text, at, end))
		return;
	text->unknown++;
	text->human = text->human || is_human(at, end);
	if (text->counting && text->unknown <= SHOWN)
		show_unknown(text, at, end);
}

/*
 * Take the whole lines of buffer[0 .. filled); at the end of the text also what is left, behind
 * which there is room for a newline. How many bytes were taken.
 */
static size_t take_lines(struct dt_text *text, char *buffer, size_t filled, bool is_end)
{
	const uint64_t start = text->offset;
	char *at = buffer;

	while (at < buffer + filled) {
		char *end = memchr(at, '\n', (size_t)(buffer + filled - at));

		if (!end && !is_end)
			break;
		if (!end) {
			end = buffer + filled;
			*end = '\n';
		}
		text->offset = start + (uint64_t)(at - buffer);
		take_line(text, at, end);
		at = end + 1;
	}
	text->offset = start;
	return at - buffer < (ptrdiff_t)filled ? (size_t)(at - buffer) : filled;
}

/* A line that fills the buffer: no line of ours. Drop what there is of it. */
static void drop_long(struct dt_text *text, char *buffer, bool *dropping)
{
	if (!*dropping) {
		text->lines++;
		text->unknown++;
		if (text->counting && text->unknown <= SHOWN)
			show_unknown(text, buffer, buffer + SHOWN_BYTES + 1);
	}
	*dropping = true;
}

/* The rest of a dropped line at the beginning of the buffer: how long it is. */
static size_t rest_of_long(const char *buffer, size_t filled, bool *dropping)
{
	const char *end = *dropping ? memchr(buffer, '\n', filled) : NULL;

	if (!*dropping)
		return 0;
	*dropping = !end;
	return end ? (size_t)(end - buffer) + 1 : filled;
}

/* All lines of the first `limit` bytes. */
static int take_all(struct dt_text *text, uint64_t limit)
{
	char *buffer = malloc(BUFFER + 1);
	bool dropping = false, is_end = false;
	size_t filled = 0;

	if (!buffer)
		return -ENOMEM;
	text->offset = 0;
	while (!(is_end && !filled) && text->offset + filled < limit &&
	       !(text->emitter && text->emitter->error)) {
		const uint64_t at = text->offset + filled;
		const size_t room = BUFFER - filled;
		const size_t size = room < limit - at ? room : (size_t)(limit - at);
		const int64_t got = dt_source_take(text->reader.source, buffer + filled, at, size);
		size_t taken;

		if (got < 0) {
			free(buffer);
			return (int)got;
		}
		is_end = (size_t)got < size;
		filled += (size_t)got;
		taken = rest_of_long(buffer, filled, &dropping);
		if (!taken && !dropping)
			taken = take_lines(text, buffer, filled, is_end);
		if (!taken && filled == BUFFER) {
			drop_long(text, buffer, &dropping);
			taken = filled;
		}
		text->offset += taken;
		filled -= taken;
		memmove(buffer, buffer + taken, filled);
	}
	dt_text_flush_sample(text);
	free(buffer);
	return 0;
}

/* ---- counts ---- */

static void forget_counts(struct dt_text *text)
{
	struct dt_input_info *info = &text->reader.info;

	info->start_ns = UINT64_MAX;
	info->end_ns = 0;
	info->lost_events = info->lost_unknown = info->lost_samples = info->throttles = 0;
	info->samples_total = info->samples_with_address = 0;
	info->samples_address_zero = info->samples_with_phys = 0;
	info->warnings.count = 0;
	for (unsigned i = 0; i < text->nr_events; i++)
		text->events[i].count = 0;
}

static void begin_lines(struct dt_text *text)
{
	text->lines = text->unknown = text->disorder = 0;
	text->last_time = text->damon_time = 0;
	text->has_sample = false;
	text->nr_losses = 0;
}

static void finish_counting(struct dt_text *text)
{
	struct dt_input_info *info = &text->reader.info;

	if (info->start_ns > info->end_ns) {
		info->start_ns = 1;
		info->end_ns = 0;
	}
	for (unsigned i = 0; i < text->nr_events; i++)
		info->events[text->events[i].index].count += text->events[i].count;
	if (text->unknown > SHOWN)
		dt_warn(&info->warnings, UINT64_MAX,
			"%" PRIu64 " of %" PRIu64 " lines were not understood", text->unknown,
			text->lines);
	if (text->human)
		dt_warn(&info->warnings, UINT64_MAX,
			"the text has DAMON's events in the human form of the plugin: print it "
			"anew with trace-cmd report -N, or with DAMON_TRACE_PLUGIN=raw in the "
			"environment");
	if (text->disorder)
		dt_warn(&info->warnings, UINT64_MAX,
			"DAMON's events go back in time (in %" PRIu64
			" places): is this several texts in one?",
			text->disorder);
	info->complete = !text->unknown && !text->disorder;
	text->reader.counted = true;
}

/* ---- the reader ---- */

static void flush_batches(struct dt_text *text)
{
	for (unsigned i = 0; i < text->nr_events; i++)
		if (text->events[i].batch.records)
			dt_emit_samples(text->emitter, &text->events[i].batch);
}

/* The lines of the text, to the sink. */
static int walk_lines(struct dt_text *text, const struct dt_sink *sink)
{
	struct dt_emitter emitter;
	int ret = dt_emitter_init(&emitter, sink);

	if (ret)
		return ret;
	text->emitter = &emitter;
	text->counting = !text->reader.counted;
	text->need = text->counting ? DT_COL_ALL : sink->columns;
	if (text->counting)
		forget_counts(text);
	begin_lines(text);
	if (text->overwritten)
		dt_text_put_loss(text, DT_LOSS_EVENTS, text->overwritten, -1);
	ret = take_all(text, UINT64_MAX);
	dt_text_put_time(text, text->last_time);
	flush_batches(text);
	if (!ret)
		ret = dt_emit_flush_all(&emitter);
	dt_emitter_free(&emitter);
	text->emitter = NULL;
	if (!ret && text->counting)
		finish_counting(text);
	return ret;
}

/* Of a stream: the first walk keeps the records, later ones read them back. */
static int walk_stream(struct dt_text *text, const struct dt_sink *sink, struct dt_error *error)
{
	struct dt_sink tee;
	int ret;

	if (text->reader.counted)
		return dt_text_spool_walk(text->spool, sink);
	/* a walk that its sink ended has used the stream up */
	if (text->spool)
		return dt_fail(error, ESPIPE, "keep the text in a file", "%s: cannot be read twice",
			       text->reader.info.path);
	ret = dt_text_spool_new(&text->spool);
	if (ret)
		return dt_fail(error, -ret, "set TMPDIR to a writable directory",
			       "cannot create a temporary file: %s", strerror(-ret));
	dt_text_spool_sink(text->spool, sink, &tee);
	ret = walk_lines(text, &tee);
	if (ret && ret == dt_text_spool_error(text->spool))
		return dt_fail(
			error, -ret,
			"the records of a stream are kept in a temporary file: set TMPDIR to "
			"a directory with room for them",
			"cannot keep the records of %s: %s", text->reader.info.path,
			strerror(-ret));
	text->reader.info.size = text->reader.source->size;
	return ret;
}

static int walk_text(struct dt_reader *reader, const struct dt_sink *sink, struct dt_error *error)
{
	struct dt_text *text = (struct dt_text *)reader;
	const int ret =
		reader->source->head ? walk_stream(text, sink, error) : walk_lines(text, sink);

	return dt_source_explain(reader->source, ret, error);
}

static void free_text(struct dt_text *text)
{
	for (unsigned i = 0; text->events && i < text->nr_events; i++)
		dt_batch_free(DT_KIND_SAMPLE, text->events[i].batch.records);
	free(text->events);
	free(text->reader.info.events);
	dt_text_spool_free(text->spool);
	dt_perf_comms_free(&text->comms);
	free(text);
}

static void close_text(struct dt_reader *reader)
{
	struct dt_source *source = reader->source;

	free_text((struct dt_text *)reader);
	dt_source_close(source);
}

static const char *comm_of(const struct dt_reader *reader, int32_t pid)
{
	return dt_perf_comms_find(&((const struct dt_text *)reader)->comms, pid);
}

static int learn(struct dt_text *text)
{
	int ret;

	text->learning = true;
	text->need = DT_COL_ALL;
	begin_lines(text);
	ret = take_all(text, LEARN);
	text->learning = false;
	for (unsigned i = 0; i < text->nr_events; i++)
		text->events[i].count = 0;
	return ret;
}

static int open_text(struct dt_reader **reader, struct dt_source *source, struct dt_error *error,
		     const char *kind,
		     bool (*line)(struct dt_text *text, const char *at, const char *end))
{
	struct dt_text *text = calloc(1, sizeof(*text));
	struct dt_input_info *info;
	int ret;

	if (!text)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	text->line = line;
	text->reader.source = source;
	info = &text->reader.info;
	info->path = source->path;
	info->kind = kind;
	info->size = source->size;
	info->start_ns = 1;
	/* analyzers read the list while a walk adds to it: it must not move */
	info->events = calloc(DT_TEXT_EVENTS, sizeof(*info->events));
	text->events = calloc(DT_TEXT_EVENTS, sizeof(*text->events));
	ret = info->events && text->events ? learn(text) : -ENOMEM;
	if (ret) {
		free_text(text);
		return dt_fail(error, -ret, NULL, "cannot read %s: %s", source->path,
			       strerror(-ret));
	}
	(void)snprintf(info->version, sizeof(info->version), "%s",
		       text->has_ns   ? "nanoseconds"
		       : text->has_us ? "microseconds"
				      : "without times");
	*reader = &text->reader;
	return 0;
}

#define TEXT_READER(symbol, text_kind, form, text_line, expected)                   \
	static bool probe_##form(const unsigned char *head, size_t size)            \
	{                                                                           \
		return dt_text_guess(head, size) == form;                           \
	}                                                                           \
	static int open_##form(struct dt_reader **reader, struct dt_source *source, \
			       struct dt_error *error)                              \
	{                                                                           \
		return open_text(reader, source, error, text_kind, text_line);      \
	}                                                                           \
	const struct dt_reader_ops symbol = {                                       \
		.name = text_kind,                                                  \
		.expects = expected,                                                \
		.streams = true,                                                    \
		.probe = probe_##form,                                              \
		.open = open_##form,                                                \
		.walk = walk_text,                                                  \
		.comm = comm_of,                                                    \
		.close = close_text,                                                \
	}

TEXT_READER(dt_perf_script_reader, "perf script text", DT_TEXT_PERF_SCRIPT, dt_text_event_line,
	    "text of perf script");
TEXT_READER(dt_trace_text_reader, "trace text", DT_TEXT_TRACE, dt_text_event_line,
	    "text of trace-cmd report or of tracefs");
TEXT_READER(dt_perf_mem_text_reader, "perf mem report text", DT_TEXT_PERF_MEM, dt_text_mem_line,
	    "text of perf mem report -D");
TEXT_READER(dt_perf_dump_reader, "perf report -D text", DT_TEXT_PERF_DUMP, dt_text_dump_line,
	    "text of perf report -D");
