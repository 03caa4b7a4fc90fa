/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace info: what a recording is. */
#include <errno.h>

#include "cli/cli.h"
#include "cli/inputs.h"
#include "damon-trace/render.h"

struct info_options {
	bool json;
};

DT_OPTION_FLAG(set_json, struct info_options, json);

static const struct dt_option option_table[] = {
	{"json", 0, NULL, "as a JSON object", set_json},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs("Usage: damon-trace info [OPTIONS] INPUT...\n"
		    "\n"
		    "What a recording is: kind and version, kernel, clock, time range, events and\n"
		    "their counts, losses, whether it is complete. INPUT: as for report.\n"
		    "\n"
		    "Options:\n",
		    out);
	dt_options_help(out, option_table);
	(void)fputs("\nExample:\n  damon-trace info trace.dat\n", out);
}

/* Nothing is analyzed: the walk counts. */
static int ignore(void *context, struct dt_batch *batch)
{
	(void)context;
	(void)batch;
	return 0;
}

static int show(struct dt_reader *reader, const struct info_options *options, bool first)
{
	const struct dt_sink sink = {.batch = ignore};
	struct dt_error error = {0};

	if (dt_reader_walk(reader, &sink, &error)) {
		dt_print_error("info", &error);
		return DT_EXIT_FAILED;
	}
	if (options->json) {
		dt_json_info(stdout, &reader->info);
		return DT_EXIT_OK;
	}
	if (!first)
		(void)putchar('\n');
	dt_text_info(stdout, &reader->info);
	return DT_EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct info_options options = {0};
	struct dt_inputs inputs;
	struct dt_error error;
	int nr, ret, output;

	if (!dt_command_parse(&dt_command_info, option_table, &options, argc, argv, &nr, &ret))
		return ret;
	if (!nr) {
		(void)dt_fail(&error, EINVAL, "damon-trace info trace.dat", "which input?");
		dt_print_error("info", &error);
		return DT_EXIT_USAGE;
	}
	ret = dt_inputs_open(&inputs, "info", (size_t)nr, argv + 1);
	for (size_t i = 0; i < inputs.nr && !ret; i++)
		ret = show(inputs.readers[i], &options, !i);
	output = dt_finish_output(stdout, "info", NULL);
	if (!ret)
		ret = output;
	if (!ret)
		ret = dt_inputs_judge(&inputs);
	dt_inputs_close(&inputs);
	return ret;
}

const struct dt_command dt_command_info = {
	.name = "info",
	.summary = "what a recording is: kind, kernel, clock, events, losses",
	.run = run,
	.help = help,
};
