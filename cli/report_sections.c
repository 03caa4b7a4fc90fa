/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Views that cannot be made of the inputs say so in figures "refused" and "remedy" of their
 * section. Asked for by name with nothing else of their kind, that is an error.
 */
#include <errno.h>
#include <string.h>

#include "cli/report.h"
#include "damon-trace/section.h"

/* The text of a figure; NULL when there is none. */
static const char *figure_text(const struct dt_section *section, const char *name)
{
	for (size_t i = 0; i < section->nr_figures; i++) {
		const struct dt_figure *figure = &section->figures[i];

		if (!strcmp(figure->heading.name, name) && figure->value.type == DT_VALUE_TEXT)
			return figure->value.text;
	}
	return NULL;
}

/* The first section of the key, when all of the key were refused; else NULL. */
static const struct dt_section *find_refused(const struct dt_report *report, const char *key)
{
	const struct dt_section *refused = NULL;

	for (size_t i = 0; i < report->nr_sections; i++) {
		const struct dt_section *section = report->sections[i];

		if (strcmp(section->key, key) != 0)
			continue;
		if (!figure_text(section, "refused"))
			return NULL;
		refused = refused ? refused : section;
	}
	return refused;
}

static int judge(const struct dt_report_options *options, struct dt_report *report, const char *key)
{
	const struct dt_section *section = find_refused(report, key);
	const char *reason = section ? figure_text(section, "refused") : NULL;
	const char *remedy = section ? figure_text(section, "remedy") : NULL;
	struct dt_error error = {0};

	if (!reason)
		return DT_EXIT_OK;
	(void)dt_fail(&error, ENODATA, remedy, "%s", reason);
	if (!options->json && !options->csv) {
		dt_print_error(options->command, &error);
		return DT_EXIT_FAILED;
	}
	dt_report_note(report, "no %s: %s; %s", key, error.message, error.hint);
	return DT_EXIT_OK;
}

int dt_report_judge_sections(const struct dt_report_options *options, struct dt_report *report)
{
	int ret = DT_EXIT_OK;

	if (options->view.agreement)
		ret = judge(options, report, "agreement");
	if (!ret && options->view.sparsity)
		ret = judge(options, report, "sparsity");
	return ret;
}
