/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace slice: a smaller recording of the same kind. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/report.h"
#include "cli/slice_survey.h"
#include "damon-trace/slice.h"

/* Options that a report has too mean the same there: its own parsers read them. */
static int as_report(const char *name, void *target, const char *text, struct dt_error *error)
{
	for (const struct dt_option *option = dt_report_option_table; option->name; option++)
		if (!strcmp(option->name, name))
			return option->parse(target, text, error);
	return -EINVAL;
}

static int set_time(void *target, const char *text, struct dt_error *error)
{
	return as_report("time", target, text, error);
}

static int set_address(void *target, const char *text, struct dt_error *error)
{
	return as_report("address", target, text, error);
}

static int set_stream(void *target, const char *text, struct dt_error *error)
{
	return as_report("stream", target, text, error);
}

static int set_node(void *target, const char *text, struct dt_error *error)
{
	return as_report("node", target, text, error);
}

static int set_nodes(void *target, const char *text, struct dt_error *error)
{
	return as_report("nodes", target, text, error);
}

static int set_iomem(void *target, const char *text, struct dt_error *error)
{
	return as_report("iomem", target, text, error);
}

static int set_pid(void *target, const char *text, struct dt_error *error)
{
	return as_report("pid", target, text, error);
}

static int set_phys(void *target, const char *text, struct dt_error *error)
{
	return as_report("phys", target, text, error);
}

static int set_output(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct dt_report_options *)target)->output = text;
	return 0;
}

static const struct dt_option option_table[] = {
	{"time", 0, "FROM,TO",
	 "only this time, in seconds from the first event, or with @ on the recording's own clock: "
	 "5,10 or @33.2,@58.4; TO itself is not in it; an empty end is the recording's",
	 set_time},
	{"address", 0, "LO,HI",
	 "only regions and memory samples of these addresses (0x1000, 64M, 4G); repeatable",
	 set_address},
	{"stream", 0, "KEY=N,...",
	 "only DAMON's events of this stream: kdamond=PID, context=N, target=N, any of them; "
	 "repeatable",
	 set_stream},
	{"pid", 0, "PID", "only this process's memory samples; repeatable", set_pid},
	{"node", 0, "N",
	 "only this node's addresses, of samples the physical ones (needs --nodes, --iomem or a "
	 "recording's host.json)",
	 set_node},
	{"nodes", 0, "N=LO-HI,...", "the NUMA nodes' physical ranges", set_nodes},
	{"iomem", 0, "FILE", "a copy of the machine's /proc/iomem, instead of --nodes", set_iomem},
	{"phys", 0, NULL, "--address means the samples' physical addresses", set_phys},
	{"output", 'o', "OUT", "the slice; of a directory a directory, which must be new",
	 set_output},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs(
		"Usage: damon-trace slice [OPTIONS] -o OUT INPUT\n"
		"\n"
		"Writes a smaller recording of the same kind, which trace-cmd, perf and all\n"
		"commands here open. INPUT: a trace.dat of trace-cmd, a perf.data of perf, or\n"
		"a directory of either kind. Records are copied as they are, together with all\n"
		"that describes machine, processes and events. A filter chooses among the\n"
		"records that have what it asks for; the others stay: --time chooses among\n"
		"all events and losses, --address among regions and memory samples, --stream\n"
		"among DAMON's events, --pid among memory samples. Without a filter all stay.\n"
		"\n"
		"Options:\n",
		out);
	dt_options_help(out, option_table);
	(void)fputs("\n"
		    "OUT appears only when it is whole; until then a directory is OUT.new, and a\n"
		    "file that is replaced keeps its content.\n"
		    "\n"
		    "Examples:\n"
		    "  damon-trace slice --time 10,20 -o ten.dat trace.dat\n"
		    "  damon-trace slice --address 4G,5G --stream kdamond=812 -o hot.data "
		    "damon-trace.data\n"
		    "  damon-trace slice --pid 4711 -o one.data perf.data\n"
		    "\n"
		    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but the input was\n"
		    "incomplete or events were lost.\n",
		    out);
}

static int check_usage(const struct dt_report_options *options, int nr, struct dt_error *error)
{
	if (nr != 1)
		return dt_fail(error, EINVAL, "damon-trace slice --time 10,20 -o ten.dat trace.dat",
			       nr ? "one input at a time" : "which input?");
	if (!options->output || !strcmp(options->output, "-"))
		return dt_fail(error, EINVAL, "give it with -o OUT",
			       options->output
				       ? "a slice needs a file, as its header is written last"
				       : "where to write the slice?");
	return 0;
}

/* What is asked for, on the recording's own clock. */
static struct dt_slice choose(const struct dt_report_options *options,
			      const struct dt_input_info *info)
{
	const struct dt_view *view = &options->view;
	struct dt_slice slice = {
		.has_time = view->has_time,
		.from_ns = view->from_ns,
		.to_ns = view->to_ns,
		.nr_addresses = view->nr_addresses,
		.addresses = view->addresses,
		.nr_streams = view->nr_streams,
		.streams = view->streams,
		.nr_pids = view->nr_pids,
		.pids = view->pids,
		.phys = view->phys || view->node >= 0,
	};

	if (view->has_time && view->time_relative && info->start_ns <= info->end_ns) {
		slice.from_ns += info->start_ns;
		if (slice.to_ns < UINT64_MAX - info->start_ns)
			slice.to_ns += info->start_ns;
		else
			slice.to_ns = UINT64_MAX;
	}
	return slice;
}

static int slice_input(struct dt_report_options *options, struct dt_reader *reader,
		       struct dt_error *error)
{
	struct dt_slice_sum sum = {0};
	struct dt_slice_survey survey;
	struct dt_slice slice;
	int ret = dt_slice_survey(&survey, reader, &options->view, error);

	if (ret)
		return ret;
	slice = choose(options, &reader->info);
	ret = dt_slice_survey_judge(&survey, reader, &slice, error);
	if (ret)
		return ret;
	/* until there is something to remove, signals end the program as always */
	slice.stop = dt_interrupt_catch();
	ret = dt_reader_slice(reader, &slice, options->output, &sum, error);
	if (ret)
		return ret;
	(void)fprintf(stderr, "damon-trace: %s: %" PRIu64 " of %" PRIu64 " events and samples\n",
		      options->output, sum.kept, sum.events);
	if (survey.regions.chosen)
		(void)fputs("damon-trace: note: regions elsewhere were left out, so that reports "
			    "count its snapshots as incomplete\n",
			    stderr);
	return 0;
}

static int slice_path(struct dt_report_options *options, char **paths)
{
	struct dt_inputs inputs = {0};
	struct dt_error error = {0};
	int ret = dt_inputs_open(&inputs, "slice", 1, paths);

	if (!ret) {
		dt_report_take_host(options, &inputs);
		ret = dt_report_select_node(options, &error);
		if (!ret && slice_input(options, inputs.readers[0], &error))
			ret = DT_EXIT_FAILED;
		if (ret)
			dt_print_error("slice", &error);
	}
	if (!ret)
		ret = dt_inputs_judge(&inputs);
	dt_inputs_close(&inputs);
	return ret;
}

static int run(int argc, char **argv)
{
	struct dt_report_options options;
	struct dt_error error;
	int nr, ret;

	dt_report_options_init(&options);
	options.command = "slice";
	if (!dt_command_parse(&dt_command_slice, option_table, &options, argc, argv, &nr, &ret))
		return ret;
	ret = check_usage(&options, nr, &error) ? DT_EXIT_USAGE : DT_EXIT_OK;
	if (!ret)
		ret = dt_report_options_settle(&options, &error);
	if (ret) {
		dt_print_error("slice", &error);
		return ret;
	}
	if (dt_inputs_refuse("slice", options.output, nr, argv + 1))
		return DT_EXIT_USAGE;
	return slice_path(&options, argv + 1);
}

const struct dt_command dt_command_slice = {
	.name = "slice",
	.summary = "a smaller recording of the same kind: by time, addresses, streams",
	.run = run,
	.help = help,
};
