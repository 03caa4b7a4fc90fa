/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which text is it? The first lines tell. What no form claims is no recording, so that a log or a
 * letter is refused instead of being read as noise.
 */
#include <stdlib.h>

#include "readers/text.h"
#include "readers/text_front.h"
#include "readers/text_scan.h"

/* Lines that are looked at. */
#define LINES 200

/* Of a line: the form that claims it, and how sure that is. */
static enum dt_text_form guess_line(const char *at, const char *end)
{
	const struct dt_text_layout layout = {.first_large = 1};
	struct dt_text_sample sample = {0};
	struct dt_text_front front;
	const char *word = dt_skip_blanks(at);

	if (dt_begins(word, end, "# PID, ") && dt_find(word, end, " ADDR"))
		return DT_TEXT_PERF_MEM;
	if (dt_begins(word, end, "# tracer:") || dt_begins(at, end, "cpus="))
		return DT_TEXT_TRACE;
	if (*word == '#' || *at == '\t' || word == end)
		return DT_TEXT_NONE;
	if (dt_find(at, end, "]: PERF_RECORD_"))
		return DT_TEXT_PERF_DUMP;
	if (!dt_text_front(&front, at, end)) {
		front = (struct dt_text_front){.body = at};
	} else if (front.columns & DT_COL_TIME) {
		dt_text_front_who(&front, at);
		if (front.is_trace)
			return DT_TEXT_TRACE;
		/* an event with words of its own, of a process: a tracepoint */
		if (front.has_event && front.columns & DT_COL_TID)
			return DT_TEXT_PERF_SCRIPT;
	}
	if (!dt_text_body(&sample, &layout, NULL, front.body, end, DT_COL_ALL))
		return DT_TEXT_NONE;
	return front.columns & DT_COL_TIME || sample.columns & DT_COL_DATA_SRC || sample.aligned
		       ? DT_TEXT_PERF_SCRIPT
		       : DT_TEXT_NONE;
}

static enum dt_text_form guess_lines(char *at, char *stop)
{
	enum dt_text_form form = DT_TEXT_NONE;

	for (unsigned lines = 0; at < stop && lines < LINES; lines++) {
		char *end = memchr(at, '\n', (size_t)(stop - at));
		char *const next = end + 1;
		enum dt_text_form of_line;

		if (end > at && end[-1] == '\r')
			*--end = '\n';
		of_line = guess_line(at, end);
		/* a dump has lines of all kinds, of which only its own are sure */
		if (of_line == DT_TEXT_PERF_DUMP || of_line == DT_TEXT_PERF_MEM)
			return of_line;
		if (form == DT_TEXT_NONE)
			form = of_line;
		at = next;
	}
	return form;
}

enum dt_text_form dt_text_guess(const unsigned char *head, size_t size)
{
	enum dt_text_form form;
	char *text;

	if (!size || memchr(head, '\0', size))
		return DT_TEXT_NONE;
	text = malloc(size + 1);
	if (!text)
		return DT_TEXT_NONE;
	memcpy(text, head, size);
	/* the last line may be cut: then it claims nothing or what it is */
	text[size] = '\n';
	form = guess_lines(text, text + size + 1);
	free(text);
	return form;
}
