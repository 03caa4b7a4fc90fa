/* SPDX-License-Identifier: GPL-2.0-only */
/* The life of a report: notes are added anywhere, everything it owns is freed in one place. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "damon-trace/folded.h"
#include "damon-trace/regions.h"
#include "damon-trace/scheme.h"
#include "damon-trace/section.h"

void dt_report_clear(struct dt_report *report)
{
	for (size_t i = 0; i < report->nr_grids; i++) {
		free(report->grids[i].segments);
		free(report->grids[i].value);
		for (uint32_t j = 0; j < report->grids[i].nr_schemes; j++)
			free(report->grids[i].schemes[j].cells);
		free(report->grids[i].schemes);
	}
	free(report->grids);
	for (size_t i = 0; i < report->nr_regions; i++) {
		free(report->regions[i].working_set_series.values);
		free(report->regions[i].count_series.values);
	}
	free(report->regions);
	for (size_t i = 0; i < report->nr_schemes; i++) {
		free(report->schemes[i].applied.values);
		free(report->schemes[i].esz.values);
	}
	free(report->schemes);
	dt_sections_clear(report);
	dt_folded_free(report->folded);
	free(report->snapshots);
	dt_goals_clear(&report->goals);
	for (size_t i = 0; i < report->nr_notes; i++)
		free(report->notes[i]);
	free(report->notes);
	*report = (struct dt_report){0};
}

void dt_report_note(struct dt_report *report, const char *format, ...)
{
	va_list arguments;
	char **notes;
	char *note;
	int length;

	va_start(arguments, format);
	length = vasprintf(&note, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	notes = realloc(report->notes, (report->nr_notes + 1) * sizeof(*notes));
	if (!notes) {
		free(note);
		return;
	}
	notes[report->nr_notes++] = note;
	report->notes = notes;
}
