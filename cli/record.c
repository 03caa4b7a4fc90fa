/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace record: options, the line per second, the account at the end. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "collector/recorder.h"
#include "damon-trace/render.h"

#define MOST_EVENTS 64
#define NS_PER_S    1000000000ull

/* Rings beyond this are a mistake in the unit: 16 GiB per CPU. */
#define MOST_BUFFER_KB (16ull << 20)

struct record_options {
	struct dt_recorder_options recorder;
	const char *events[MOST_EVENTS + 1];
	size_t nr_events;
	bool no_damon, no_samples, all, quiet;
};

static int set_output(void *target, const char *text, struct dt_error *error)
{
	if (!*text || !strcmp(text, "-"))
		return dt_fail(error, EINVAL, NULL, "a recording is a directory");
	((struct record_options *)target)->recorder.output = text;
	return 0;
}

static int add_event(void *target, const char *text, struct dt_error *error)
{
	struct record_options *options = target;

	if (!*text)
		return dt_fail(error, EINVAL, NULL, "an event has a name");
	if (options->nr_events == MOST_EVENTS)
		return dt_fail(error, EINVAL, "globs name many tracepoints at once: sched:*",
			       "at most %d events", MOST_EVENTS);
	options->events[options->nr_events++] = text;
	return 0;
}

static int set_pid(void *target, const char *text, struct dt_error *error)
{
	uint64_t pid;

	if (dt_parse_number(text, &pid, error))
		return -EINVAL;
	if (!pid || pid > INT_MAX)
		return dt_fail(error, EINVAL, NULL, "%s is no pid", text);
	((struct record_options *)target)->recorder.pid = (pid_t)pid;
	return 0;
}

static int set_duration(void *target, const char *text, struct dt_error *error)
{
	struct record_options *options = target;
	int ret = dt_parse_duration(text, NS_PER_S, &options->recorder.duration_ns, error);

	if (!ret && !options->recorder.duration_ns)
		ret = dt_fail(error, EINVAL, NULL, "a recording of no length holds nothing");
	return ret;
}

static int set_clock(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct record_options *)target)->recorder.clock = text;
	return 0;
}

static int set_buffer(void *target, const char *text, struct dt_error *error)
{
	struct record_options *options = target;

	if (dt_parse_number(text, &options->recorder.buffer_kb, error))
		return -EINVAL;
	if (!options->recorder.buffer_kb || options->recorder.buffer_kb > MOST_BUFFER_KB)
		return dt_fail(error, EINVAL, "the unit is KB per CPU: 4096 is 4 MiB",
			       "%s KB is no size for a ring", text);
	return 0;
}

static int set_max_size(void *target, const char *text, struct dt_error *error)
{
	struct record_options *options = target;

	if (dt_parse_bytes(text, &options->recorder.max_size, error))
		return -EINVAL;
	if (options->recorder.max_size < DT_RECORDER_LEAST_SIZE)
		return dt_fail(error, EINVAL, NULL, "the least is %uM",
			       DT_RECORDER_LEAST_SIZE >> 20);
	return 0;
}

static int set_filter(void *target, const char *text, struct dt_error *error)
{
	(void)error;
	((struct record_options *)target)->recorder.filter = text;
	return 0;
}

static int set_root(const char **root, const char *text, struct dt_error *error)
{
	if (text[0] != '/')
		return dt_fail(error, EINVAL, NULL, "the path of a mount begins with /");
	*root = text;
	return 0;
}

static int set_tracefs(void *target, const char *text, struct dt_error *error)
{
	return set_root(&((struct record_options *)target)->recorder.roots.tracefs, text, error);
}

static int set_sysfs(void *target, const char *text, struct dt_error *error)
{
	return set_root(&((struct record_options *)target)->recorder.roots.sysfs, text, error);
}

/* Flags: one setter each, for a table of pointers to functions. */
#define FLAG(function, member)                                                      \
	static int function(void *target, const char *text, struct dt_error *error) \
	{                                                                           \
		(void)text;                                                         \
		(void)error;                                                        \
		((struct record_options *)target)->member = true;                   \
		return 0;                                                           \
	}

FLAG(set_no_damon, no_damon)
FLAG(set_no_samples, no_samples)
FLAG(set_all, all)
FLAG(set_force, recorder.force)
FLAG(set_callchain, recorder.callchain)
FLAG(set_cost, recorder.cost)
FLAG(set_quiet, quiet)

static const struct dt_option option_table[] = {
	{"output", 'o', "DIR", "the recording, a directory (" DT_RECORDING_DEFAULT ")", set_output},
	{"force", 0, NULL, "replace a recording that is there", set_force},
	{"event", 'e', "EVENT",
	 "record EVENT too; repeatable. SYSTEM:EVENT, globs allowed, is a tracepoint; anything "
	 "else "
	 "is sampled, named as perf names it (page-faults, ibs_op//, cpu/mem-loads,ldlat=30/P) and "
	 "takes the place of the default",
	 add_event},
	{"no-damon", 0, NULL, "no DAMON events", set_no_damon},
	{"no-samples", 0, NULL, "no memory samples but those named with -e", set_no_samples},
	{"pid", 'p', "PID", "sample this process, its threads and children", set_pid},
	{"all", 'a', NULL, "sample the whole system (the default without -p and COMMAND)", set_all},
	{"call-graph", 'g', NULL, "sample call chains too", set_callchain},
	{"cost", 0, NULL,
	 "record what monitoring costs too: entry and return of DAMON's functions (report --cost)",
	 set_cost},
	{"duration", 'd', "SECONDS", "stop after so long (also 500ms, 2min)", set_duration},
	{"clock", 0, "CLOCK", "of both rings: perf (the default), mono, mono_raw, boot, tai",
	 set_clock},
	{"buffer", 'b', "KB", "size of each CPU's rings (4096)", set_buffer},
	{"max-size", 0, "SIZE", "bound the recording: the oldest segment goes (also 500M, 2G)",
	 set_max_size},
	{"filter", 0, "EXPR",
	 "record only tracepoints with these fields, for instance "
	 "'nr_accesses > 0'",
	 set_filter},
	{"quiet", 'q', NULL, "no line per second", set_quiet},
	{"tracefs", 0, "DIR", "where tracefs is mounted (/sys/kernel/tracing)", set_tracefs},
	{"sysfs", 0, "DIR", "where sysfs is mounted (/sys)", set_sysfs},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs("Usage: damon-trace record [OPTIONS] [-- COMMAND [ARGUMENT...]]\n"
		    "\n"
		    "Record DAMON's events and memory samples on one clock, into a directory of a\n"
		    "trace.dat, a perf.data and a host.json, until COMMAND ends, the duration is\n"
		    "over, or Ctrl-C. DAMON's own state is only read.\n"
		    "\n"
		    "Options:\n",
		    out);
	dt_options_help(out, option_table);
	(void)fputs("\n"
		    "Examples:\n"
		    "  damon-trace record -d 30\n"
		    "  damon-trace record -e ibs_op// -- ./benchmark\n"
		    "  damon-trace report --heatmap\n"
		    "\n"
		    "Exit status: that of COMMAND when it ran; else 0 done, 1 failed, 2 wrong\n"
		    "usage, 3 events were lost or the disk was full, 4 the machine lacks\n"
		    "something (damon-trace doctor tells what).\n",
		    out);
}

/* ---- what the user sees ---- */

struct screen {
	bool live;  /* a line that is written over */
	bool drawn; /* there is one */
};

static void clear_line(struct screen *screen)
{
	if (screen->drawn)
		(void)fputs("\r\033[K", stderr);
	screen->drawn = false;
}

static void show_note(void *context, const char *line)
{
	clear_line(context);
	(void)fprintf(stderr, "damon-trace record: %s\n", line);
}

static void show_progress(void *context, const struct dt_recorder_progress *progress)
{
	struct screen *screen = context;
	char bytes[32];

	if (!screen->live)
		return;
	clear_line(screen);
	(void)fprintf(stderr, "%6.0f s  %.0f events/s  %.0f samples/s  %s  %" PRIu64 " lost",
		      (double)progress->elapsed_ns / 1e9, progress->events_per_s,
		      progress->samples_per_s,
		      dt_text_bytes(bytes, sizeof(bytes), (double)progress->bytes), progress->lost);
	(void)fflush(stderr);
	screen->drawn = true;
}

/* CPUs that sampled nothing while others did: "0-3,7". */
static void silent_cpus(const struct dt_account *account, char *list, size_t size)
{
	size_t length = 0;

	list[0] = '\0';
	for (size_t i = 0; i < account->nr_cpus && length < size; i++) {
		size_t last = i;

		if (account->cpus[i].samples || !account->cpus[i].enabled_ns)
			continue;
		while (last + 1 < account->nr_cpus && !account->cpus[last + 1].samples &&
		       account->cpus[last + 1].enabled_ns)
			last++;
		length += (size_t)snprintf(list + length, size - length,
					   last > i ? "%s%d-%d" : "%s%d", length ? "," : "",
					   account->cpus[i].cpu, account->cpus[last].cpu);
		i = last;
	}
}

static void show_losses(const struct dt_recorder_end *end)
{
	if (!end->lost_events && !end->lost_samples && !end->throttles) {
		(void)fputs("; nothing lost\n", stderr);
		return;
	}
	(void)fprintf(stderr,
		      "; lost: %" PRIu64 " events, %" PRIu64 " samples, %" PRIu64
		      " throttles (a larger -b, or a lower rate, helps)\n",
		      end->lost_events, end->lost_samples, end->throttles);
}

static void show_end(const struct record_options *options, const struct dt_recorder_end *end,
		     const struct dt_account *account)
{
	char bytes[32], list[256];

	(void)fprintf(
		stderr, "recorded %.1f s (%s): %" PRIu64 " events, %" PRIu64 " samples, %s in %s",
		(double)end->elapsed_ns / 1e9, end->reason, end->events, end->samples,
		dt_text_bytes(bytes, sizeof(bytes), (double)end->bytes), options->recorder.output);
	show_losses(end);
	if (!end->samples)
		return;
	silent_cpus(account, list, sizeof(list));
	if (*list)
		(void)fprintf(stderr, "CPUs without samples: %s\n", list);
}

/* ---- the command ---- */

/* What an errno of the recorder means for who called us. */
static int exit_of(int ret)
{
	switch (-ret) {
	case EINVAL:
		return DT_EXIT_USAGE;
	case EPERM:
	case EACCES:
	case ENOENT:
	case ENODEV:
	case ENXIO:
	case EOPNOTSUPP:
	case ENOSYS:
	case EMFILE:
	case ENFILE:
	case EBUSY:
		return DT_EXIT_MACHINE;
	default:
		return DT_EXIT_FAILED;
	}
}

static int judge(const struct dt_recorder_end *end)
{
	if (end->incomplete)
		return DT_EXIT_INCOMPLETE;
	if (end->has_status)
		return end->status;
	return end->lost_events || end->lost_samples ? DT_EXIT_INCOMPLETE : DT_EXIT_OK;
}

static int fail(int ret, const struct dt_error *error)
{
	dt_print_error("record", error);
	return exit_of(ret);
}

static int record(const struct record_options *options)
{
	struct screen screen = {.live = !options->quiet && isatty(STDERR_FILENO)};
	const struct dt_recorder_listener listener = {
		.context = &screen, .note = show_note, .progress = show_progress};
	struct dt_recorder_end end;
	struct dt_recorder *recorder;
	struct dt_error error = {0};
	int ret;

	ret = dt_recorder_open(&recorder, &options->recorder, &listener, &error);
	if (ret)
		return fail(ret, &error);
	(void)fprintf(stderr, "recording %s; %s\n", dt_recorder_description(recorder),
		      options->recorder.command	      ? "until the command ends"
		      : options->recorder.duration_ns ? "Ctrl-C stops early"
						      : "Ctrl-C stops");
	ret = dt_recorder_run(recorder, &end, &error);
	clear_line(&screen);
	if (!ret)
		show_end(options, &end, dt_recorder_account(recorder));
	dt_recorder_close(recorder);
	return ret ? fail(ret, &error) : judge(&end);
}

/* "--" and what follows is the command. */
static int split_command(struct record_options *options, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--")) {
			if (i + 1 < argc)
				options->recorder.command = argv + i + 1;
			return i;
		}
	return argc;
}

static int check(const struct record_options *options, int nr_rest, char **argv)
{
	struct dt_error error;

	if (nr_rest)
		(void)dt_fail(&error, EINVAL, "a command comes behind --: record -- COMMAND",
			      "unexpected argument \"%s\"", argv[1]);
	else if (options->recorder.pid && options->all)
		(void)dt_fail(&error, EINVAL, NULL, "-p and -a exclude each other");
	else if (options->recorder.pid && options->recorder.command)
		(void)dt_fail(&error, EINVAL, NULL, "-p and a command exclude each other");
	else
		return DT_EXIT_OK;
	dt_print_error("record", &error);
	return DT_EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	struct record_options options = {
		.recorder = {.roots = DT_ROOTS_DEFAULT,
			     .version = DT_VERSION,
			     .output = DT_RECORDING_DEFAULT,
			     .clock = "perf"},
	};
	const char *given[MOST_EVENTS * 2];
	int own, nr, ret;

	/* as it was given: parsing moves arguments about */
	given[0] = "damon-trace";
	for (own = 0; own < argc && own < MOST_EVENTS * 2 - 2; own++)
		given[own + 1] = argv[own];
	given[own + 1] = NULL;
	options.recorder.argv = given;
	own = split_command(&options, argc, argv);
	if (!dt_command_parse(&dt_command_record, option_table, &options, own, argv, &nr, &ret))
		return ret;
	ret = check(&options, nr, argv);
	if (ret)
		return ret;
	options.recorder.events = options.events;
	options.recorder.damon = !options.no_damon;
	options.recorder.samples = !options.no_samples;
	return record(&options);
}

const struct dt_command dt_command_record = {
	.name = "record",
	.summary = "record DAMON's events and memory samples of this machine",
	.run = run,
	.help = help,
};
