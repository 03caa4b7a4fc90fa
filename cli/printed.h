/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command prints: to standard output, or to a file that keeps its former content until all
 * is printed. */
#ifndef CLI_PRINTED_H
#define CLI_PRINTED_H

#include <stdio.h>

#include "support/replace.h"

struct dt_printed {
	FILE *stream;
	const char *path; /* NULL: standard output */
	struct dt_replace file;
};

/* path NULL: standard output. DT_EXIT_OK, or DT_EXIT_FAILED with the error printed. */
int dt_printed_open(struct dt_printed *printed, const char *path, const char *command);

/* All is printed: as dt_finish_output(). */
int dt_printed_finish(struct dt_printed *printed, const char *command);

/*
 * One of several files under a common name: "a.d/run.csv" with '.' and "goals" is
 * "a.d/run.goals.csv"; where there is no ending the word comes last. Allocated; NULL: no memory.
 */
char *dt_printed_path(const char *path, char separator, const char *word);

#endif
