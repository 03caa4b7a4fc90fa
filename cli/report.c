/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace report: wire readers, analyzers and renderers. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzers/segment_labels.h"
#include "cli/machines.h"
#include "cli/printed.h"
#include "cli/report.h"
#include "damon-trace/folded.h"
#include "damon-trace/symbols.h"
#include "render/regions.h"
#include "render/schemes.h"
#include "render/side_by_side.h"
#include "render/witness.h"

/* Maps of one source that can be taken in; JSON and CSV have all that the view allows. */
#define TERMINAL_MAPS 4
#define PICTURE_MAPS  8

static void help(FILE *out)
{
	(void)fputs(
		"Usage: damon-trace report [VIEW...] [OPTIONS] [INPUT...]\n"
		"\n"
		"Shows what a recording holds. INPUT: a trace.dat of trace-cmd, a perf.data of\n"
		"perf, a directory of either kind, a record of damo, what perf script, perf mem\n"
		"report -D or trace-cmd report print, or - for standard input; its kind is\n"
		"found by its content. Default: " DT_DEFAULT_INPUT ".\n"
		"Without a view: a summary, then every view that applies. Several inputs of\n"
		"one machine that follow each other are one; different machines come one\n"
		"after the other, each under its name, and then their key figures side by side.\n"
		"\n"
		"Views and options:\n",
		out);
	dt_options_help(out, dt_report_option_table);
	(void)fputs(
		"\n"
		"Time runs left to right, addresses upwards. A gap in the addresses that nobody\n"
		"monitored is folded away and marked; a cell that nobody observed is not drawn\n"
		"as cold.\n"
		"\n"
		"Examples:\n"
		"  damon-trace report --heatmap trace.dat\n"
		"  damon-trace report --heatmap --time 10,20 --plot heat.png perf.data\n"
		"  damon-trace report --goals --plot goals.png\n"
		"  perf record -e page-faults -d -o - -- COMMAND | damon-trace report -\n"
		"  perf script -F pid,tid,time,event,addr | damon-trace report --heatmap -\n"
		"\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but the input was\n"
		"incomplete or events were lost.\n",
		out);
}

/* Decoding and analysis each take a core when there are two. */
static unsigned count_threads(void)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return 1;
	return CPU_COUNT(&cpus) > 1 ? 2 : 1;
}

static void limit_maps(struct dt_view *view, uint32_t most)
{
	if (view->max_stream_maps > most)
		view->max_stream_maps = most;
	if (view->max_sample_maps > most)
		view->max_sample_maps = most;
}

/* Views that are no sections. */
static bool has_other_views(const struct dt_report_options *options)
{
	return options->heatmap || options->view.wss || options->view.regions ||
	       options->view.schemes || options->view.goals_asked || options->view.folded;
}

/* A view was asked for by name; else it is a summary with every view that applies. */
static bool has_views(const struct dt_report_options *options)
{
	return has_other_views(options) || options->view.sections_asked;
}

/* The kinds of input decide what a picture can show; asked before anything is drawn. */
static void choose_defaults(struct dt_report_options *options)
{
	const bool text = !options->json && !options->csv && !options->plot;
	unsigned time_cells, address_cells;
	struct dt_style cells;

	if (!dt_report_wants_heatmap(options)) {
		options->view.damon = false;
		options->view.samples = false;
	} else if (!options->has_source) {
		options->view.damon = true;
		options->view.samples = true;
	}
	/* bytes are set beside the points that they moved */
	options->view.goals = options->view.goals_asked || options->view.schemes ||
			      (!has_views(options) && !options->csv && !options->plot);
	dt_terminal_style(&options->style, STDOUT_FILENO,
			  options->output ? DT_CHOICE_NEVER : options->color, options->ascii);
	if (options->json || options->csv)
		return;
	limit_maps(&options->view, text ? TERMINAL_MAPS : PICTURE_MAPS);
	if (!text)
		return;
	if (options->has_resolution)
		return;
	cells = options->style;
	/* marks of schemes take a whole character each */
	cells.utf8 &= !options->view.schemes;
	dt_term_cells(&cells, &time_cells, &address_cells);
	options->view.time_cells = time_cells;
	options->view.address_cells = address_cells;
	options->view.fit = true;
}

/* Why there is no map, as far as the inputs tell. */
static void explain_emptiness(const struct dt_report_options *options,
			      const struct dt_report *report, struct dt_error *error)
{
	uint64_t samples = 0, with_address = 0, with_phys = 0, regions = 0;

	for (size_t i = 0; i < report->nr_inputs; i++) {
		const struct dt_input_info *info = report->inputs[i];

		samples += info->samples_total;
		with_address += info->samples_with_address;
		with_phys += info->samples_with_phys;
		for (size_t j = 0; j < info->nr_events; j++)
			if (strstr(info->events[j].name, "aggregated"))
				regions += info->events[j].count;
	}
	if (options->view.samples && options->view.phys && samples && !with_phys)
		(void)dt_fail(error, ENODATA,
			      "record them with perf record -d --phys-data as root, from an event "
			      "that has them (PEBS, IBS; page-faults come before the page exists)",
			      "no sample has a physical address");
	else if (options->view.samples && samples && !with_address && !regions)
		(void)dt_fail(error, ENODATA, "record with addresses: perf record -d ...",
			      "none of the samples has an address");
	else if (!samples && !regions)
		(void)dt_fail(error, ENODATA,
			      "record damon:damon_aggregated, or samples with addresses (perf "
			      "record -d)",
			      "no DAMON regions and no memory samples in the input");
	else
		(void)dt_fail(error, ENODATA,
			      regions == 1 || !options->view.damon || options->view.aggr_ns
				      ? NULL
				      : "a single snapshot covers time only with --intervals",
			      "nothing to draw: the options leave nothing in view");
}

/* Charts of goals are of plain characters where no terminal shows them. */
static struct dt_style chart_style(const struct dt_report_options *options)
{
	struct dt_style style = options->style;

	style.utf8 &= style.color != DT_COLOR_NONE || (!options->output && isatty(STDOUT_FILENO));
	return style;
}

static int print_text(FILE *out, const struct dt_report_options *options,
		      const struct dt_report *report)
{
	const struct dt_style chart = chart_style(options);

	if (!has_views(options))
		dt_text_summary(out, report);
	for (size_t i = 0; i < report->nr_grids; i++) {
		if (i || !options->heatmap)
			(void)fputc('\n', out);
		dt_term_grid(out, &report->grids[i], &options->style);
	}
	dt_text_regions(out, report, &options->style);
	dt_text_schemes(out, report, &options->style);
	if (report->has_goals && report->goals.nr &&
	    (!options->view.goals_asked || options->heatmap || options->view.wss ||
	     options->view.regions || options->view.schemes))
		(void)fputc('\n', out);
	if (report->has_goals)
		dt_text_goals(out, report, &chart);
	dt_text_witnesses(out, report, &options->style);
	if (report->nr_sections && (!has_views(options) || has_other_views(options)))
		(void)fputc('\n', out);
	dt_text_sections(out, report, &options->style);
	return 0;
}

static int print_report(const struct dt_report_options *options, const struct dt_report *report)
{
	struct dt_printed printed = {.stream = options->stream};
	FILE *out;

	if (!options->stream && dt_printed_open(&printed, options->output, options->command))
		return DT_EXIT_FAILED;
	out = printed.stream;
	if (report->folded)
		(void)dt_folded_write(out, report->folded);
	else if (options->json)
		dt_json_report(out, report);
	else if (options->csv && options->view.goals_asked)
		dt_csv_goals(out, report);
	else if (options->csv && options->view.sections_asked)
		dt_csv_sections(out, report);
	else if (options->csv && dt_report_wants_regions(options))
		dt_csv_regions(out, report);
	else if (options->csv)
		dt_csv_grids(out, report);
	else if (!options->plot)
		(void)print_text(out, options, report);
	if (options->stream)
		return DT_EXIT_OK;
	return dt_printed_finish(&printed, options->command);
}

/* Goals were asked for, and there are none. */
static int judge_no_goals(const struct dt_report_options *options, struct dt_report *report)
{
	struct dt_error error = {0};

	if (report->goals.nr || !options->view.goals_asked)
		return DT_EXIT_OK;
	dt_report_explain_no_goals(report, &error);
	if (!options->json && !options->csv) {
		dt_print_error("report", &error);
		return DT_EXIT_FAILED;
	}
	dt_report_note(report, "no goals: %s; %s", error.message, error.hint);
	return DT_EXIT_OK;
}

/* A picture of nothing is an error; JSON, CSV and a summary of nothing are fine and say so. */
static int judge_emptiness(const struct dt_report_options *options, struct dt_report *report)
{
	struct dt_error error = {0};

	if (report->nr_grids || !dt_report_wants_heatmap(options))
		return DT_EXIT_OK;
	explain_emptiness(options, report, &error);
	if ((options->heatmap || options->plot) && !options->json && !options->csv) {
		dt_print_error("report", &error);
		return DT_EXIT_FAILED;
	}
	dt_report_note(report, "no heatmap: %s%s%s", error.message, error.hint[0] ? "; " : "",
		       error.hint);
	return DT_EXIT_OK;
}

/* Stacks of one frame each would look like call chains. */
static int judge_no_chains(const struct dt_report_options *options, const struct dt_report *report)
{
	struct dt_error error = {0};

	if (!report->folded || report->has_chains)
		return DT_EXIT_OK;
	dt_report_explain_no_chains(report, &error);
	dt_print_error(options->command, &error);
	return DT_EXIT_FAILED;
}

/* A section that is not whole would look as if there were no more. */
static int judge_memory(const struct dt_report_options *options, const struct dt_report *report)
{
	struct dt_error error = {0};

	if (!report->out_of_memory)
		return DT_EXIT_OK;
	(void)dt_fail(&error, ENOMEM, "look at a shorter time with --time",
		      "no memory for the results");
	dt_print_error(options->command, &error);
	return DT_EXIT_FAILED;
}

static int draw(const struct dt_report_options *options, const struct dt_report *report,
		struct dt_error *error)
{
	if (options->view.goals_asked)
		return dt_plot_goals(options->plot, report, error);
	if (options->view.sections_asked)
		return dt_plot_sections(options->plot, report, &options->style, error);
	if (dt_report_wants_regions(options))
		return dt_plot_regions(options->plot, report, error);
	return dt_plot_grids(options->plot, report, &options->style, error);
}

static int render(const struct dt_report_options *options, struct dt_report *report)
{
	struct dt_error error = {0};
	int ret = judge_memory(options, report);

	if (!ret)
		ret = judge_emptiness(options, report);
	if (!ret)
		ret = judge_no_goals(options, report);
	if (!ret)
		ret = dt_report_judge_sections(options, report);
	if (!ret)
		ret = judge_no_chains(options, report);
	if (ret)
		return ret;
	if (options->plot && draw(options, report, &error)) {
		dt_print_error("report", &error);
		ret = DT_EXIT_FAILED;
	}
	if (!ret)
		ret = print_report(options, report);
	if (ret || options->json || (!has_views(options) && !options->plot && !options->csv))
		return ret;
	for (size_t i = 0; i < report->nr_notes; i++)
		(void)fprintf(stderr, "damon-trace: note: %s\n", report->notes[i]);
	return ret;
}

/* Names for the processes of the maps and for what they have mapped, from whichever input knows
 * them. */
static void name_processes(const struct dt_inputs *inputs, struct dt_report *report)
{
	for (size_t i = 0; i < report->nr_grids; i++) {
		struct dt_grid *grid = &report->grids[i];
		const char *comm = NULL;

		for (size_t j = 0; j < inputs->nr && !comm && grid->pid >= 0; j++)
			comm = dt_reader_comm(inputs->readers[j], grid->pid);
		if (comm)
			(void)snprintf(grid->comm, sizeof(grid->comm), "%s", comm);
		dt_label_segments(grid, inputs->readers, inputs->nr);
	}
}

/* For the views that they stand beside; without memory for them those stand alone. */
static void read_witnesses(const struct dt_inputs *inputs, const struct dt_report *report)
{
	for (size_t i = 0; i < inputs->nr && (report->has_schemes || report->has_goals); i++)
		(void)dt_reader_witnesses(inputs->readers[i]);
}

static int make_report(struct dt_report_options *options, struct dt_inputs *inputs)
{
	struct dt_report report = {.nr_inputs = inputs->nr};
	struct dt_error error = {0};
	int ret;

	options->view.symbols =
		dt_report_wants_symbols(&options->view) ? dt_symbols_new(&dt_report_roots) : NULL;
	report.inputs = calloc(inputs->nr + 1, sizeof(const struct dt_input_info *));
	if (!report.inputs)
		return DT_EXIT_FAILED;
	for (size_t i = 0; i < inputs->nr; i++)
		report.inputs[i] = &inputs->readers[i]->info;
	for (size_t i = 0; i < inputs->nr && options->view.cost; i++)
		(void)dt_reader_witnesses(inputs->readers[i]);
	if (dt_analyze(inputs->readers, inputs->nr, &options->view, count_threads(), &report,
		       &error)) {
		dt_print_error(options->command, &error);
		ret = DT_EXIT_FAILED;
	} else {
		if (has_views(options) && !options->view.goals_asked)
			report.has_goals = false;
		name_processes(inputs, &report);
		read_witnesses(inputs, &report);
		ret = render(options, &report);
		if (!ret)
			dt_side_by_side_add(options->sides, options->machine, &report);
	}
	if (!ret)
		ret = dt_inputs_judge(inputs);
	free(report.inputs);
	dt_report_clear(&report);
	dt_symbols_free(options->view.symbols);
	options->view.symbols = NULL;
	return ret;
}

int dt_report_inputs(struct dt_report_options *options, struct dt_inputs *inputs)
{
	struct dt_error error;
	int ret;

	dt_report_take_host(options, inputs);
	dt_report_take_goals(options, inputs);
	dt_report_leave_room(options, inputs);
	ret = dt_report_select_node(options, &error);
	if (ret) {
		dt_print_error(options->command, &error);
		return ret;
	}
	return make_report(options, inputs);
}

int dt_report_run(struct dt_report_options *options, int nr, char **paths)
{
	static char *default_input[] = {(char *)DT_DEFAULT_INPUT};
	struct dt_machines machines = {0};
	struct dt_inputs inputs = {0};
	int ret;

	if (dt_inputs_refuse(options->command, options->output, nr, paths) ||
	    dt_inputs_refuse(options->command, options->plot, nr, paths))
		return DT_EXIT_USAGE;
	choose_defaults(options);
	ret = dt_inputs_open(&inputs, options->command, nr ? (size_t)nr : 1,
			     nr ? paths : default_input);
	if (!ret)
		ret = dt_machines_sort(&machines, &inputs, options->command);
	if (!ret)
		ret = machines.nr == 1 ? dt_report_inputs(options, &machines.list[0].inputs)
				       : dt_report_machines(options, &machines);
	dt_machines_close(&machines);
	dt_inputs_close(&inputs);
	return ret;
}

static int run(int argc, char **argv)
{
	struct dt_report_options options;
	struct dt_error error;
	int nr, ret;

	dt_report_options_init(&options);
	if (!dt_command_parse(&dt_command_report, dt_report_option_table, &options, argc, argv, &nr,
			      &ret))
		return ret;
	ret = dt_report_options_settle(&options, &error);
	if (ret) {
		dt_print_error("report", &error);
		return ret;
	}
	return dt_report_run(&options, nr, argv + 1);
}

const struct dt_command dt_command_report = {
	.name = "report",
	.summary = "heatmaps and summaries of a recording",
	.run = run,
	.help = help,
};
