/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of `damon-trace tune`, live and on simulated plants. */
#ifndef CLI_TUNE_H
#define CLI_TUNE_H

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/tune_live.h"
#include "damon-trace/reader.h"
#include "damon-trace/tune_journal.h"
#include "damon-trace/tuner.h"

#define DT_TUNE_POINTS 64

struct dt_tune_options {
	const char *replay;	   /* a recording, or the name of a model; NULL: live */
	const char *laws;	   /* names, separated by commas; NULL: hold */
	const char *objective;	   /* NULL: none */
	struct dt_law_setup setup; /* initial 0: not given */
	struct dt_schedule_point schedule[DT_TUNE_POINTS];
	struct dt_loop_limits limits;
	bool has_maximize;
	bool json, csv, ascii;
	enum dt_color_choice color;
	const char *plot, *output;
	const char *config; /* a file of options; NULL: none */
	struct dt_tune_live live;
};

/*
 * `tune --replay`: run the laws on the plant and print how they compare. Prints errors. An enum
 * dt_exit.
 */
int dt_replay_run(struct dt_tune_options *options);

/*
 * Remove the trace instance and the dynamic event of a tuner that is dead; what was, and what could
 * not be, goes to notes.
 */
void dt_tune_remove_left(const struct dt_roots *roots, const struct dt_tune_record *record,
			 struct dt_warnings *notes);

/* The models and curves, for --help. */
void dt_replay_help(FILE *out);

#endif
