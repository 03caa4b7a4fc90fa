/* SPDX-License-Identifier: GPL-2.0-only */
/* What `damon-trace tune` takes when it tunes the running kernel. */
#ifndef CLI_TUNE_LIVE_H
#define CLI_TUNE_LIVE_H

#include <stdbool.h>

#include "cli/cli.h"
#include "damon-trace/actuator.h"
#include "damon-trace/roots.h"
#include "damon-trace/setup.h"

struct dt_tune_options;

struct dt_tune_live {
	struct dt_roots roots;
	struct dt_actuator_choice choice;
	const char *state;     /* directory */
	const char *recording; /* that is being made; NULL: none */
	const char *clock;     /* NULL: the recording's, else perf */
	const char *goals;     /* file or pipe of evaluations; NULL: trace them */
	const char *resctrl;   /* NULL: where it usually is */
	bool keep;
};

#define DT_TUNE_LIVE_DEFAULT                                                      \
	{                                                                         \
		.roots = DT_ROOTS_DEFAULT, .choice = {DT_ACTUATOR_GOALS, -1, -1}, \
		.state = DT_STATE_DIRECTORY,                                      \
	}

/* Its options; the target is a struct dt_tune_options. Ends with a NULL name. */
extern const struct dt_option dt_tune_live_options[];

/* The objectives, for --help. */
void dt_tune_live_help(FILE *out);

/*
 * Take the options of a file in YAML or JSON: a map of option names without the dashes. Lists are
 * joined with commas, true sets a flag. The texts are kept until the process ends. 0 or -errno.
 */
int dt_tune_config(const char *path, const struct dt_option *options, void *target,
		   struct dt_error *error);

/* Tune the running kernel. Prints errors. An enum dt_exit. */
int dt_tune_live_run(struct dt_tune_options *options);

/* tune_live_print.c: the entries of the loop as lines for people. */
struct dt_entry;
void dt_tune_print(FILE *out, const struct dt_entry *entry, uint64_t start_ns);

#endif
