/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports of several machines. Their clocks and pids have nothing to do with each other, so that
 * nothing is drawn into one map: each has its own report, one below the other, and at the end their
 * key figures stand side by side.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/machines.h"
#include "cli/printed.h"
#include "cli/report.h"
#include "render/side_by_side.h"

static void print_heading(FILE *out, const struct dt_machine *machine, bool first)
{
	const struct dt_inputs *inputs = &machine->inputs;

	(void)fprintf(out, "%s== %s:", first ? "" : "\n", machine->name);
	for (size_t i = 0; i < inputs->nr; i++)
		(void)fprintf(out, "%s %s", i ? "," : "", inputs->readers[i]->info.path);
	(void)fputs(" ==\n", out);
}

/* What no host name has cannot spoil the JSON either. */
static void print_string(FILE *out, const char *text)
{
	(void)fputc('"', out);
	for (; *text; text++) {
		const unsigned char byte = (unsigned char)*text;

		(void)fputc(byte < ' ' || byte > '~' || byte == '"' || byte == '\\' ? '?' : byte,
			    out);
	}
	(void)fputc('"', out);
}

static void begin(FILE *out, const struct dt_report_options *options,
		  const struct dt_machine *machine, bool first)
{
	if (!options->json) {
		if (!options->plot && !options->csv)
			print_heading(out, machine, first);
		return;
	}
	(void)fprintf(out, "%s{\"machine\":", first ? "{\"machines\":[\n" : ",\n");
	print_string(out, machine->name);
	(void)fputs(",\n\"report\":", out);
}

/* What has no place for two machines is a file each: heat.png of the machine "web 1" is
 * heat-web_1.png. */
static char *name_own(const char *path, const char *machine)
{
	char word[sizeof(((struct dt_machine *)NULL)->name)];

	(void)snprintf(word, sizeof(word), "%s", machine);
	for (char *at = word; *at; at++)
		if (strchr("/ ()", *at))
			*at = '_';
	return dt_printed_path(path, '-', word);
}

/* A report adds to the options what it learns of its machine. */
static int report_one(struct dt_report_options *options, const struct dt_report_options *given,
		      struct dt_machine *machine)
{
	char *plot = given->plot ? name_own(given->plot, machine->name) : NULL;
	char *table = given->csv ? name_own(given->output, machine->name) : NULL;
	int ret = DT_EXIT_FAILED;

	if ((!given->plot || plot) && (!given->csv || table)) {
		options->plot = plot;
		if (given->csv)
			options->output = table;
		options->machine = machine->name;
		ret = dt_report_inputs(options, &machine->inputs);
		*options = *given;
	}
	free(plot);
	free(table);
	return ret;
}

static int worse(int left, int right)
{
	if (left == DT_EXIT_FAILED || right == DT_EXIT_OK)
		return left;
	return left == DT_EXIT_OK || right == DT_EXIT_FAILED ? right : left;
}

static int report_all(struct dt_report_options *options, struct dt_machines *machines)
{
	struct dt_report_options *given = malloc(sizeof(*given));
	int ret = DT_EXIT_OK;

	if (!given)
		return DT_EXIT_FAILED;
	/* pictures, tables, JSON and stacks have no place for it */
	if (!options->json && !options->csv && !options->plot && !options->view.folded)
		options->sides = dt_side_by_side_new(machines->nr);
	*given = *options;
	for (size_t i = 0; i < machines->nr; i++) {
		int own;

		begin(options->stream, options, &machines->list[i], !i);
		own = report_one(options, given, &machines->list[i]);
		if (own && own != DT_EXIT_INCOMPLETE && options->json)
			(void)fputs("null", options->stream);
		if (options->json)
			(void)fputc('}', options->stream);
		ret = worse(ret, own);
	}
	if (options->json)
		(void)fputs("\n]}\n", options->stream);
	if (options->sides)
		(void)fputc('\n', options->stream);
	dt_side_by_side_text(options->stream, options->sides, &options->style);
	dt_side_by_side_free(options->sides);
	options->sides = NULL;
	free(given);
	return ret;
}

static int refuse_csv(const struct dt_report_options *options, const struct dt_machines *machines)
{
	struct dt_error error;

	(void)dt_fail(&error, EINVAL, "-o FILE.csv for a file each, or --json",
		      "--csv on standard output is of one machine, and these are %zu: %s, %s%s",
		      machines->nr, machines->list[0].name, machines->list[1].name,
		      machines->nr > 2 ? ", ..." : "");
	dt_print_error(options->command, &error);
	return DT_EXIT_USAGE;
}

int dt_report_machines(struct dt_report_options *options, struct dt_machines *machines)
{
	struct dt_printed printed;
	int ret, end;

	if (options->csv && !options->output)
		return refuse_csv(options, machines);
	if (options->stream || options->csv)
		return report_all(options, machines);
	if (dt_printed_open(&printed, options->output, options->command))
		return DT_EXIT_FAILED;
	options->stream = printed.stream;
	ret = report_all(options, machines);
	end = dt_printed_finish(&printed, options->command);
	options->stream = NULL;
	return worse(ret, end);
}
