/* SPDX-License-Identifier: GPL-2.0-only */
/* The option table of `damon-trace export`, and its help. */
#include <errno.h>
#include <string.h>

#include "cli/export.h"

static int set_format(void *target, const char *text, struct dt_error *error)
{
	struct dt_export_options *options = target;
	char list[160] = "";
	size_t length = 0;

	for (size_t i = 0; dt_export_formats[i]; i++) {
		if (!strcmp(text, dt_export_formats[i]->name)) {
			options->export.format = dt_export_formats[i];
			return 0;
		}
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
					   i ? ", " : "", dt_export_formats[i]->name);
	}
	return dt_fail(error, EINVAL, NULL, "\"%s\" is none of: %s", text, list);
}

static int set_what(void *target, const char *text, struct dt_error *error)
{
	struct dt_export_options *options = target;
	char word[32], hint[80];

	for (;; text++) {
		const size_t length = strcspn(text, ",");
		const char *nearest;
		int table = 0;

		(void)snprintf(word, sizeof(word), "%.*s", (int)length, text);
		while (dt_export_tables[table] && strcmp(word, dt_export_tables[table]) != 0)
			table++;
		if (!dt_export_tables[table]) {
			nearest = dt_nearest(word, dt_export_tables);
			(void)snprintf(hint, sizeof(hint), "did you mean %s?",
				       nearest ? nearest : "");
			return dt_fail(error, EINVAL, nearest ? hint : NULL,
				       "\"%s\" is none of: regions, samples, goals, schemes, tiers",
				       word);
		}
		options->export.tables |= 1u << table;
		text += length;
		if (!*text)
			return 0;
	}
}

static int set_epoch(void *target, const char *text, struct dt_error *error)
{
	struct dt_export_options *options = target;
	uint64_t ns;

	if (dt_parse_duration(text, 1000000000ull, &ns, error))
		return -EINVAL;
	if (ns > INT64_MAX)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is too late", text);
	options->export.has_epoch = true;
	options->export.epoch_ns = (int64_t)ns;
	return 0;
}

static int set_file(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_export_options *)target)->path = strcmp(text, "-") != 0 ? text : NULL;
	return 0;
}

static const struct dt_option own_options[] = {
	{"to", 0, "FORMAT", "csv, jsonl, openmetrics, perfetto or damo", set_format},
	{"what", 0, "TABLE,...",
	 "regions, samples, goals, schemes, tiers; default: what the input has and the format can "
	 "hold",
	 set_what},
	{"output", 'o', "FILE",
	 "write there instead of to stdout; csv of several tables: a file each, FILE.csv becomes "
	 "FILE.regions.csv; damo: zlib when it is named damon.data, *.zz or *.zlib",
	 set_file},
	{"epoch", 0, "SECONDS",
	 "openmetrics: what the recording's clock 0 is in seconds from 1970; default: as the "
	 "recording says, else 0",
	 set_epoch},
	{NULL, 0, NULL, NULL, NULL},
};

/* Those of report that choose records or say what is known of them. */
static const char *const taken[] = {"time",  "address", "stream", "intervals", "nodes",
				    "iomem", "node",	"pid",	  "phys",      NULL};

void dt_export_fill_options(struct dt_option table[DT_EXPORT_OPTIONS])
{
	size_t nr = 0;

	for (size_t i = 0; own_options[i].name; i++)
		table[nr++] = own_options[i];
	for (size_t i = 0; taken[i]; i++)
		for (const struct dt_option *option = dt_report_option_table; option->name;
		     option++)
			if (!strcmp(option->name, taken[i]) && nr < DT_EXPORT_OPTIONS - 1)
				table[nr++] = *option;
	table[nr] = (struct dt_option){0};
}

void dt_export_help(FILE *out)
{
	struct dt_option table[DT_EXPORT_OPTIONS];

	dt_export_fill_options(table);
	(void)fputs(
		"Usage: damon-trace export --to FORMAT [OPTIONS] [INPUT...]\n"
		"\n"
		"Writes the records of recordings in the formats of other tools, from any input\n"
		"that report reads. Default input: " DT_DEFAULT_INPUT ".\n"
		"\n"
		"Formats:\n",
		out);
	for (size_t i = 0; dt_export_formats[i]; i++)
		(void)fprintf(out, "  %-12s %s\n", dt_export_formats[i]->name,
			      dt_export_formats[i]->summary);
	(void)fputs("\nOptions:\n", out);
	dt_options_help(out, table);
	(void)fputs(
		"\n"
		"An existing FILE keeps its content until all is written. Columns, metrics and\n"
		"tracks are described in doc/export.md.\n"
		"\n"
		"Examples:\n"
		"  damon-trace export --to csv --what regions trace.dat >regions.csv\n"
		"  damon-trace export --to csv -o run.csv\n"
		"  damon-trace export --to jsonl --time 10,20 trace.dat | jq -c .\n"
		"  damon-trace export --to openmetrics -o run.om &&\n"
		"      promtool tsdb create-blocks-from openmetrics run.om data/\n"
		"  damon-trace export --to perfetto -o run.pftrace\n"
		"  damon-trace export --to damo -o damon.data trace.dat &&\n"
		"      damo report heatmap --input damon.data\n"
		"\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but the input was\n"
		"incomplete or events were lost.\n",
		out);
}
