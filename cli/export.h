/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of `damon-trace export`. */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "cli/cli.h"
#include "cli/report.h"
#include "exporters/export.h"

/* Most options: those of report that choose records, and the own ones. */
#define DT_EXPORT_OPTIONS 32

struct dt_export_options {
	struct dt_report_options report; /* first: its options are parsed into it */
	struct dt_export export;
	const char *path; /* NULL: standard output */
};

/* The table of all options, with its end. */
void dt_export_fill_options(struct dt_option table[DT_EXPORT_OPTIONS]);
void dt_export_help(FILE *out);

#endif
