/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzz target of the reader of perf's -vv logs, and of the forms in which its events are shown.
 *
 * Input: the name of a PMU up to a newline, which may be empty, then the log.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "readers/perf_log.h"
#include "render/hw_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is shown is JSON whatever the names are, and text without control characters. */
static void check_output(const struct dt_hw_report *report, bool json)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	json_t *root;

	if (!out)
		abort();
	if (json ? dt_hw_json(out, report) : dt_hw_text(out, report))
		abort();
	if (fclose(out))
		abort();
	for (size_t i = 0; !json && i < length; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n')
			abort();
	if (json) {
		root = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
		if (!root)
			abort();
		json_decref(root);
	}
	free(text);
}

static void show(struct dt_log_choice *choice)
{
	struct dt_hw_notes notes = {0};
	const struct dt_hw_report report = {.events = &choice->events,
					    .notes = &notes,
					    .nr_skipped = choice->nr_skipped,
					    .skipped = choice->skipped};

	if (!choice->events.nr || choice->events.nr > DT_HW_EVENTS_MAX)
		abort();
	for (size_t i = 0; i < choice->events.nr; i++)
		if (choice->events.list[i].precise > 3 ||
		    (choice->events.list[i].freq && choice->events.list[i].period))
			abort();
	check_output(&report, true);
	check_output(&report, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
	struct dt_log_choice *choice = calloc(1, sizeof(*choice));
	struct dt_perf_log log;
	struct dt_error error = {0};
	char *pmu, *text;
	size_t length;

	if (!newline || !choice) {
		free(choice);
		return 0;
	}
	length = size - (size_t)(newline + 1 - data);
	pmu = strndup((const char *)data, (size_t)(newline - data));
	text = malloc(length + 1);
	if (!pmu || !text)
		abort();
	memcpy(text, newline + 1, length);
	if (dt_perf_log_parse(&log, text, length, &error)) {
		if (log.nr || !error.message[0])
			abort();
	} else if (!dt_perf_log_choose(&log, *pmu ? pmu : NULL, choice, &error)) {
		show(choice);
	} else if (!error.message[0]) {
		abort();
	}
	dt_perf_log_free(&log);
	free(choice);
	free(text);
	free(pmu);
	return 0;
}
