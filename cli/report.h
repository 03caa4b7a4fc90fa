/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of `damon-trace report`. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/cli.h"
#include "cli/terminal.h"
#include "damon-trace/tune_journal.h"
#include "damon-trace/analyzer.h"

/* What is read when no input is named. */
#define DT_DEFAULT_INPUT "damon-trace.data"

/* Room for repeatable options. */
#define DT_REPEAT_MAX 64

/* CPUs whose nodes are kept. */
#define DT_MOST_CPUS 4096

struct dt_report_options {
	struct dt_view view;
	struct dt_style style;
	bool heatmap; /* asked for by name */
	bool has_source;
	bool has_resolution;
	bool json, csv, ascii;
	enum dt_color_choice color;
	const char *plot;   /* path, or NULL */
	const char *output; /* path, or NULL for stdout */
	FILE *stream;	    /* instead of both, stays open; or NULL */
	/* of several machines: where the report's key figures go, under that name; or NULL */
	struct dt_side_by_side *sides;
	const char *machine;
	const char *command; /* that errors name */
	struct dt_range addresses[DT_REPEAT_MAX];
	struct dt_stream_filter streams[DT_REPEAT_MAX];
	struct dt_node_range nodes[DT_REPEAT_MAX];
	struct dt_known_stream known[DT_REPEAT_MAX];
	struct dt_goal_setup goal_setups[DT_REPEAT_MAX];
	struct dt_goal_write goal_writes[DT_GOAL_WRITES_MAX];
	int32_t pids[DT_REPEAT_MAX];
	int16_t cpu_nodes[DT_MOST_CPUS];
	const char *iomem;  /* read when all options are known */
	bool node_selected; /* --node is among the addresses */
};

extern const struct dt_option dt_report_option_table[];

struct dt_inputs;

/* A word out of a list; *index is its place. The error names the nearest one. */
int dt_report_choose(const char *text, const char *const *words, unsigned *index,
		     struct dt_error *error);

/* Where the names of code are read. */
struct dt_roots;
extern const struct dt_roots dt_report_roots;
bool dt_report_wants_symbols(const struct dt_view *view);

/* report_who.c: --by, --latency, --folded and --tier. */
int dt_report_set_by(void *target, const char *text, struct dt_error *error);
int dt_report_set_latency(void *target, const char *text, struct dt_error *error);
int dt_report_set_folded(void *target, const char *text, struct dt_error *error);
int dt_report_set_tier(void *target, const char *text, struct dt_error *error);

/* Room for the names of what samples fell into, beside maps whose resolution nobody chose. */
void dt_report_leave_room(struct dt_report_options *options, const struct dt_inputs *inputs);

/* Do these views go together? As dt_report_options_settle. */
int dt_report_who_settle(const struct dt_report_options *options, struct dt_error *error);

/* Why there are no call chains: a sentence and the remedy. */
void dt_report_explain_no_chains(const struct dt_report *report, struct dt_error *error);

/* The heatmap is drawn: asked for, or in a report without named views. */
bool dt_report_wants_heatmap(const struct dt_report_options *options);

/* Are pictures or tables of the working sets and regions, not of a map? */
bool dt_report_wants_regions(const struct dt_report_options *options);

void dt_report_options_init(struct dt_report_options *options);

/* All views at once: whatever a report can say. */
void dt_report_options_all_views(struct dt_report_options *options);

/*
 * Views that were asked for and refused: an error where people read it, a note in JSON and CSV. An
 * enum dt_exit.
 */
int dt_report_judge_sections(const struct dt_report_options *options, struct dt_report *report);

/* Why there are no goals, as far as the inputs tell. */
void dt_report_explain_no_goals(const struct dt_report *report, struct dt_error *error);

/*
 * What can be checked only when all options are known, and the reading of --iomem.
 * DT_EXIT_OK, DT_EXIT_USAGE or DT_EXIT_FAILED with *error filled.
 */
int dt_report_options_settle(struct dt_report_options *options, struct dt_error *error);

struct dt_inputs;

/* Make the report of inputs of one machine and write it. An enum dt_exit. */
int dt_report_inputs(struct dt_report_options *options, struct dt_inputs *inputs);

/*
 * The reports of several machines, one after the other under their names. Prints errors. An enum
 * dt_exit: the worst of them.
 */
struct dt_machines;
int dt_report_machines(struct dt_report_options *options, struct dt_machines *machines);

/* How goals were set up, from the recordings among the inputs. */
void dt_report_take_goals(struct dt_report_options *options, const struct dt_inputs *inputs);

/* What the recordings among the inputs tell, where no option did. */
void dt_report_take_host(struct dt_report_options *options, const struct dt_inputs *inputs);

/* --node as address ranges, when it is known where the nodes are. As dt_report_options_settle. */
int dt_report_select_node(struct dt_report_options *options, struct dt_error *error);

/*
 * Make the report of the inputs (nr 0: the default one) and write it as the options say. Prints
 * errors and the inputs' warnings. An enum dt_exit.
 */
int dt_report_run(struct dt_report_options *options, int nr, char **paths);

/*
 * The memory of /proc/iomem in FILE: System RAM, persistent and CXL memory. Adds ranges to
 * ranges[*nr..room). 0 or -errno with *error filled.
 */
int dt_iomem_read(const char *path, struct dt_node_range *ranges, size_t *nr, size_t room,
		  struct dt_error *error);

#endif
