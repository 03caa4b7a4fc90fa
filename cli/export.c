/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace export: the records of inputs to the formats of other tools. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/export.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/machines.h"
#include "cli/printed.h"

/* ---- targets ---- */

static int fail(const struct dt_error *error, int status)
{
	dt_print_error("export", error);
	return status;
}

static unsigned count_tables(uint32_t tables)
{
	return (unsigned)__builtin_popcount(tables);
}

/* The names of tables, "regions and goals". */
static void name_tables(char *text, size_t size, uint32_t tables)
{
	const unsigned nr = count_tables(tables);
	size_t length = 0;
	unsigned done = 0;

	text[0] = '\0';
	for (int i = 0; i < DT_NR_EXPORT_TABLES && length < size; i++) {
		if (!(tables & (1u << i)))
			continue;
		length += (size_t)snprintf(text + length, size - length, "%s%s",
					   !done	    ? ""
					   : done + 1 == nr ? " and "
							    : ", ",
					   dt_export_tables[i]);
		done++;
	}
}

/* A file for each table: *base, opened before the input was read, is for a single one. */
static int open_tables(struct dt_export_options *options, struct dt_output **base,
		       struct dt_error *error)
{
	struct dt_export *export = &options->export;
	const unsigned nr = count_tables(export->tables);
	char *path, names[80];
	int ret = 0;

	if (nr > 1 && !options->path) {
		name_tables(names, sizeof(names), export->tables);
		(void)dt_fail(error, EINVAL,
			      "choose one with --what, or -o FILE.csv for a file each",
			      "%s: CSV on standard output is one table", names);
		return DT_EXIT_USAGE;
	}
	for (int i = 0; i < DT_NR_EXPORT_TABLES && !ret; i++) {
		if (!(export->tables & (1u << i)))
			continue;
		if (nr == 1) {
			export->outputs[i] = *base;
			*base = NULL;
			return DT_EXIT_OK;
		}
		path = dt_printed_path(options->path, '.', dt_export_tables[i]);
		ret = path ? dt_output_open(&export->outputs[i], path, error)
			   : dt_fail(error, ENOMEM, NULL, "out of memory");
		free(path);
		if (!ret)
			export->outputs[i]->stop = export->stop;
	}
	return ret ? DT_EXIT_FAILED : DT_EXIT_OK;
}

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
	va_list arguments;

	(void)fputs("damon-trace: note: ", stderr);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
}

/* Which tables: those asked for, else those that are there and have a place. */
static int choose_tables(struct dt_export *export, struct dt_error *error)
{
	uint32_t there, asked = export->tables;
	char names[80];

	if (dt_export_find_tables(export, &there, error))
		return DT_EXIT_FAILED;
	if (!asked) {
		export->tables = there & export->format->tables;
	} else if (asked & ~export->format->tables) {
		name_tables(names, sizeof(names), asked & ~export->format->tables);
		(void)dt_fail(error, EINVAL, NULL, "--to %s has no place for %s",
			      export->format->name, names);
		return DT_EXIT_USAGE;
	} else if (asked & ~there) {
		name_tables(names, sizeof(names), asked & ~there);
		note("the input has no %s", names);
	}
	if (export->tables)
		return DT_EXIT_OK;
	(void)dt_fail(error, ENODATA, NULL, "the input has nothing that --to %s could write",
		      export->format->name);
	return DT_EXIT_FAILED;
}

/* Rows do not show what is not there. */
static void note_losses(const struct dt_inputs *inputs)
{
	uint64_t events = 0, gaps = 0, samples = 0;

	for (size_t i = 0; i < inputs->nr; i++) {
		events += inputs->readers[i]->info.lost_events;
		gaps += inputs->readers[i]->info.lost_unknown;
		samples += inputs->readers[i]->info.lost_samples;
	}
	if (events)
		note("%llu events were lost", (unsigned long long)events);
	if (gaps)
		note("events were lost in %llu places, nobody knows how many",
		     (unsigned long long)gaps);
	if (samples)
		note("%llu samples were lost", (unsigned long long)samples);
}

static int commit(struct dt_export *export, struct dt_error *error)
{
	for (int i = 0; i < DT_NR_EXPORT_TABLES; i++) {
		const int ret =
			export->outputs[i] ? dt_output_commit(export->outputs[i], error) : 0;

		if (ret == -EPIPE)
			error->message[0] = '\0';
		if (ret)
			return DT_EXIT_FAILED;
	}
	return DT_EXIT_OK;
}

static bool failed_to_write(const struct dt_export *export)
{
	for (int i = 0; i < DT_NR_EXPORT_TABLES; i++)
		if (export->outputs[i] && export->outputs[i]->error)
			return true;
	return false;
}

static int write_all(struct dt_export *export, struct dt_error *error)
{
	int ret = dt_export_run(export, error);

	/* the commit says which file it was */
	if (ret && failed_to_write(export))
		return commit(export, error);
	if (ret == -EINTR && *export->stop)
		(void)dt_fail(error, EINTR, NULL, "interrupted: nothing was written");
	if (ret)
		return DT_EXIT_FAILED;
	if (export->left_out)
		note("%llu records were left out: %s", (unsigned long long)export->left_out,
		     export->left_out_why);
	if (export->clock_unknown)
		note("the input does not say when its clock began: times count from its 0 "
		     "(--epoch)");
	return commit(export, error);
}

/* ---- the command ---- */

static int export_inputs(struct dt_export_options *options, struct dt_inputs *inputs,
			 struct dt_output **base, struct dt_error *error)
{
	struct dt_export *export = &options->export;
	int ret;

	export->nr_inputs = inputs->nr;
	export->readers = inputs->readers;
	export->view = &options->report.view;
	dt_report_take_host(&options->report, inputs);
	dt_report_take_goals(&options->report, inputs);
	ret = dt_report_select_node(&options->report, error);
	if (!ret)
		ret = choose_tables(export, error);
	if (!ret && export->format->separate) {
		ret = open_tables(options, base, error);
	} else if (!ret) {
		export->outputs[0] = *base;
		*base = NULL;
	}
	return ret ? ret : write_all(export, error);
}

/* One machine's records carry no name; damo has no place for one. */
static int export_machines(struct dt_export_options *options, struct dt_inputs *inputs,
			   struct dt_output **base, struct dt_error *error)
{
	const char **names = calloc(inputs->nr + 1, sizeof(*names));
	struct dt_machines machines;
	int ret = DT_EXIT_FAILED;

	if (!names) {
		(void)dt_fail(error, ENOMEM, NULL, "out of memory");
		return ret;
	}
	ret = dt_machines_name(&machines, inputs, names, "export");
	if (!ret && machines.nr > 1)
		options->export.machines = names;
	if (!ret && machines.nr > 1 && options->export.format->one_machine) {
		(void)dt_fail(error, EINVAL, "make a record of each",
			      "a record of damo is of one machine, and these are of %zu machines: "
			      "%s, %s%s",
			      machines.nr, machines.list[0].name, machines.list[1].name,
			      machines.nr > 2 ? ", ..." : "");
		ret = DT_EXIT_USAGE;
	}
	if (!ret)
		ret = export_inputs(options, inputs, base, error);
	options->export.machines = NULL;
	dt_machines_close(&machines);
	free(names);
	return ret;
}

static int run_export(struct dt_export_options *options, int nr, char **paths)
{
	static char *default_input[] = {(char *)DT_DEFAULT_INPUT};
	struct dt_export *export = &options->export;
	struct dt_inputs inputs = {0};
	struct dt_output *base = NULL;
	struct dt_error error = {0};
	int ret;

	if (dt_inputs_refuse("export", options->path, nr, paths))
		return DT_EXIT_USAGE;
	/* before anything is read: a pipe would be used up for nothing */
	if (dt_output_open(&base, options->path, &error))
		return fail(&error, DT_EXIT_FAILED);
	export->stop = dt_interrupt_catch();
	base->stop = export->stop;
	ret = dt_inputs_open(&inputs, "export", nr ? (size_t)nr : 1, nr ? paths : default_input);
	if (!ret) {
		ret = export_machines(options, &inputs, &base, &error);
		if (ret && error.message[0])
			(void)fail(&error, ret);
		if (!ret) {
			note_losses(&inputs);
			ret = dt_inputs_judge(&inputs);
		}
	}
	dt_output_close(base);
	for (int i = 0; i < DT_NR_EXPORT_TABLES; i++)
		dt_output_close(export->outputs[i]);
	dt_inputs_close(&inputs);
	return ret;
}

static bool wants_zlib(const char *path)
{
	const char *name = path && strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *dot = name ? strrchr(name, '.') : NULL;

	return name && (!strcmp(name, "damon.data") ||
			(dot && (!strcmp(dot, ".zz") || !strcmp(dot, ".zlib"))));
}

static int run(int argc, char **argv)
{
	static struct dt_export_options options;
	struct dt_option table[DT_EXPORT_OPTIONS];
	struct dt_error error = {0};
	int nr, ret;

	dt_export_fill_options(table);
	dt_report_options_init(&options.report);
	options.report.command = "export";
	if (!dt_command_parse(&dt_command_export, table, &options, argc, argv, &nr, &ret))
		return ret;
	if (!options.export.format) {
		(void)dt_fail(&error, EINVAL, "--to csv, jsonl, openmetrics, perfetto or damo",
			      "to what?");
		return fail(&error, DT_EXIT_USAGE);
	}
	ret = dt_report_options_settle(&options.report, &error);
	if (ret)
		return fail(&error, ret);
	options.export.compress = wants_zlib(options.path);
	return run_export(&options, nr, argv + 1);
}

const struct dt_command dt_command_export = {
	.name = "export",
	.summary = "records to CSV, JSON lines, OpenMetrics, Perfetto, damo",
	.run = run,
	.help = dt_export_help,
};
