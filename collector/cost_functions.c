/* SPDX-License-Identifier: GPL-2.0-only */
/* See cost_functions.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/cost_functions.h"
#include "collector/trace_files.h"

struct finder {
	struct dt_cost_function *functions;
	size_t nr, most;
};

static struct dt_cost_function *find(const struct finder *finder, const char *name, size_t length)
{
	for (size_t i = 0; i < finder->nr; i++)
		if (strlen(finder->functions[i].name) == length &&
		    !memcmp(finder->functions[i].name, name, length))
			return &finder->functions[i];
	return NULL;
}

static void add(struct finder *finder, const char *name, size_t length)
{
	const uint16_t function = dt_function_find(name, length);
	struct dt_cost_function *made;

	if (function == DT_NO_FUNCTION || length >= sizeof(made->name) ||
	    finder->nr == finder->most || find(finder, name, length))
		return;
	made = &finder->functions[finder->nr++];
	*made = (struct dt_cost_function){.function = function};
	memcpy(made->name, name, length);
}

/* Each line up to the first blank or tab: functions that can be traced. */
static bool take_available(struct finder *finder, const struct dt_roots *roots)
{
	char *text = NULL;

	if (dt_trace_read(roots->tracefs, "available_filter_functions", &text, NULL))
		return false;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		add(finder, line, strcspn(line, " \t\n"));
	free(text);
	return true;
}

/* "ADDRESS TYPE NAME": addresses of known functions, and where asked for the functions too. */
static void take_symbols(struct finder *finder, const struct dt_roots *roots, bool all)
{
	char *text = NULL;

	if (dt_trace_read(roots->proc, "kallsyms", &text, NULL))
		return;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const size_t blank = strcspn(line, " \n");
		const char *name = line + blank + 3;
		struct dt_cost_function *function;
		size_t length;

		if (line[blank] != ' ' || line[blank + 1] == '\n' || line[blank + 2] != ' ')
			continue;
		length = strcspn(name, " \t\n");
		if (all && strchr("tT", line[blank + 1]))
			add(finder, name, length);
		function = find(finder, name, length);
		if (function)
			function->address = strtoull(line, NULL, 16);
	}
	free(text);
}

/* "ffffffff81234564 damon_va_update": told since Linux 6.5, whatever kptr_restrict says. */
static void take_entries(struct finder *finder, const struct dt_roots *roots)
{
	char *text = NULL;

	if (dt_trace_read(roots->tracefs, "available_filter_functions_addrs", &text, NULL))
		return;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const size_t blank = strcspn(line, " \n");
		struct dt_cost_function *function =
			line[blank] == ' '
				? find(finder, line + blank + 1, strcspn(line + blank + 1, " \t\n"))
				: NULL;

		if (function && !function->address)
			function->address = strtoull(line, NULL, 16);
	}
	free(text);
}

size_t dt_cost_functions_find(struct dt_cost_function *functions, size_t most,
			      const struct dt_roots *roots)
{
	struct finder finder = {.functions = functions, .most = most};
	const bool told = take_available(&finder, roots);

	take_symbols(&finder, roots, !told);
	if (told)
		take_entries(&finder, roots);
	return finder.nr;
}
