/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace event: an event's name, or a log of perf, as what DAMON has to be told. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "collector/event_resolve.h"
#include "collector/pmu.h"
#include "readers/perf_log.h"
#include "render/hw_event.h"

/* Logs are some KB; more than this is another file. */
#define LOG_BYTES_MAX ((size_t)64 << 20)

/* Types up to this one are the same on every machine: enum perf_type_id. */
#define LAST_FIXED_TYPE 5

struct event_options {
	struct dt_roots roots;
	const char *log; /* NULL: names are given */
	const char *pmu;
	uint64_t freq, period; /* at most one is not 0 */
	bool vaddr, json;
};

/* ---- options ---- */

static int set_text(const char **member, const char *text, struct dt_error *error)
{
	if (!*text)
		return dt_fail(error, EINVAL, NULL, "an empty text");
	*member = text;
	return 0;
}

static int set_log(void *target, const char *text, struct dt_error *error)
{
	return set_text(&((struct event_options *)target)->log, text, error);
}

static int set_pmu(void *target, const char *text, struct dt_error *error)
{
	return set_text(&((struct event_options *)target)->pmu, text, error);
}

static int set_sysfs(void *target, const char *text, struct dt_error *error)
{
	return set_text(&((struct event_options *)target)->roots.sysfs, text, error);
}

static int set_rate(uint64_t *member, const char *text, struct dt_error *error)
{
	const int ret = dt_parse_number(text, member, error);

	if (!ret && !*member)
		return dt_fail(error, EINVAL, NULL, "a number above 0 is needed");
	return ret;
}

static int set_freq(void *target, const char *text, struct dt_error *error)
{
	return set_rate(&((struct event_options *)target)->freq, text, error);
}

static int set_period(void *target, const char *text, struct dt_error *error)
{
	return set_rate(&((struct event_options *)target)->period, text, error);
}

DT_OPTION_FLAG(set_vaddr, struct event_options, vaddr);
DT_OPTION_FLAG(set_json, struct event_options, json);

static const struct dt_option option_table[] = {
	{"from-log", 0, "FILE", "what perf mem record -vv or perf record -vv printed; - is stdin",
	 set_log},
	{"pmu", 0, "NAME", "which one, where several have such an event, or the log names none",
	 set_pmu},
	{"freq", 0, "N",
	 "samples a second and CPU, whatever the event or the log says (4000 when they say "
	 "nothing)",
	 set_freq},
	{"period", 0, "N", "events from sample to sample instead", set_period},
	{"vaddr", 0, NULL,
	 "for DAMON's virtual addresses: without physical ones, which paddr needs", set_vaddr},
	{"json", 0, NULL, "as a JSON object", set_json},
	{"sysfs", 0, "DIR", "where sysfs is mounted (/sys)", set_sysfs},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs(
		"Usage: damon-trace event [OPTIONS] NAME...\n"
		"       damon-trace event [OPTIONS] --from-log FILE\n"
		"\n"
		"The numbers of an event (type, config, config1, config2), written as a perf\n"
		"event string, as the values of damo's --perf_event, and as the files of each\n"
		"layout that DAMON's sysfs tree has for hardware samples. Nothing is written to\n"
		"them. NAME: as perf writes events: PMU/TERM=VALUE,.../MODIFIERS, rHEX, a\n"
		"generic name, or the name that a PMU has for it.\n"
		"\n"
		"From a log it takes the events that perf sampled with: not those that the\n"
		"kernel refused, nor perf's own tests of what the kernel can do.\n"
		"\n"
		"Options:\n",
		out);
	dt_options_help(out, option_table);
	(void)fputs(
		"\n"
		"Examples:\n"
		"  damon-trace event cpu/mem-loads,ldlat=30/P\n"
		"  damon-trace event --pmu cpu_core mem-loads:P\n"
		"  damon-trace event --json ibs_op/cnt_ctl=1/ | jq -r '.events[0].damo[]'\n"
		"  perf mem record -vv -- true 2>&1 | damon-trace event --from-log -\n"
		"\n"
		"Exit status: 0 done, 1 failed (no event of the log can be used), 2 wrong usage\n"
		"(no such event, or one of several PMUs), 3 a part of the log was not read, 4\n"
		"the machine has no such PMU.\n",
		out);
}

static int fail(const struct dt_error *error, int status)
{
	dt_print_error("event", error);
	return status;
}

static int no_memory(void)
{
	struct dt_error error;

	(void)dt_fail(&error, ENOMEM, NULL, "out of memory");
	return fail(&error, DT_EXIT_FAILED);
}

static int status_of(int ret)
{
	switch (-ret) {
	case EINVAL:
	case ENOTUNIQ:
	case E2BIG:
		return DT_EXIT_USAGE;
	case ENODEV:
		return DT_EXIT_MACHINE;
	default:
		return DT_EXIT_FAILED;
	}
}

/* ---- what is shown ---- */

/* The rate of the command line, else the event's own, else ours. */
static void settle_rate(const struct event_options *options, struct dt_hw_event *event)
{
	if (options->freq || options->period) {
		event->freq = options->freq;
		event->period = options->period;
	} else if (!event->freq && !event->period) {
		event->freq = DT_HW_DEFAULT_FREQ;
		event->default_rate = true;
	}
}

/* IBS counts in steps of 16, and the kernel refuses the rest. */
static int check_period(const struct dt_hw_event *event)
{
	struct dt_error error;

	if (strncmp(event->pmu, "ibs_", 4) != 0 || event->period % 16 == 0)
		return DT_EXIT_OK;
	(void)dt_fail(&error, EINVAL, NULL,
		      "IBS counts in steps of 16: --period %" PRIu64 " would do",
		      (event->period + 15) / 16 * 16);
	return fail(&error, DT_EXIT_USAGE);
}

static int show(const struct event_options *options, struct dt_hw_events *events,
		const struct dt_hw_report *report)
{
	int ret = 0;

	for (size_t i = 0; i < events->nr && !ret; i++) {
		settle_rate(options, &events->list[i]);
		ret = check_period(&events->list[i]);
	}
	if (ret)
		return ret;
	ret = options->json ? dt_hw_json(stdout, report) : dt_hw_text(stdout, report);
	return ret ? no_memory() : dt_finish_output(stdout, "event", NULL);
}

/* ---- names ---- */

static int show_names(const struct event_options *options, int nr, char **names)
{
	struct dt_hw_events *events = calloc(1, sizeof(*events));
	struct dt_hw_notes notes = {0};
	const struct dt_hw_report report = {
		.events = events, .wish.phys_addr = !options->vaddr, .notes = &notes};
	struct dt_error error = {0};
	int ret = 0;

	if (!events)
		return no_memory();
	for (int i = 0; i < nr && !ret; i++)
		ret = dt_hw_events_resolve(events, &options->roots, names[i], options->pmu, &error);
	if (ret)
		ret = fail(&error, status_of(ret));
	else
		ret = show(options, events, &report);
	free(events);
	return ret;
}

/* ---- logs ---- */

/* All of it and a byte more. */
static int read_log(const char *path, char **text, size_t *length, struct dt_error *error)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	size_t size = 1 << 16;
	int code = 0;

	*text = NULL;
	*length = 0;
	if (!file)
		return dt_fail(error, errno, NULL, "cannot open %s: %s", path, strerror(errno));
	while (!code) {
		char *larger = realloc(*text, size + 1);
		size_t got;

		if (!larger) {
			code = ENOMEM;
			break;
		}
		*text = larger;
		errno = 0;
		got = fread(*text + *length, 1, size - *length, file);
		*length += got;
		if (ferror(file))
			code = errno ? errno : EIO;
		else if (*length < size)
			break;
		else if (size >= LOG_BYTES_MAX)
			code = EFBIG;
		size *= 2;
	}
	if (file != stdin)
		(void)fclose(file);
	if (code == EFBIG)
		return dt_fail(error, code,
			       "give it the part with the dumps: grep -A 60 perf_event_attr: FILE",
			       "%s is larger than %zu MiB", path, LOG_BYTES_MAX >> 20);
	return code ? dt_fail(error, code, NULL, "cannot read %s: %s", path, strerror(code)) : 0;
}

/* A PMU's number is that of the log's machine. */
static void note_machine(const struct event_options *options, const struct dt_hw_event *event,
			 struct dt_hw_notes *notes)
{
	struct dt_pmu pmu;

	if (event->type <= LAST_FIXED_TYPE || !event->pmu[0])
		return;
	if (dt_pmu_open(&pmu, &options->roots, event->pmu))
		dt_hw_note(notes,
			   "%s had type %" PRIu32 " on the log's machine; another one may have "
			   "another number",
			   event->pmu, event->type);
	else if (pmu.type != event->type)
		dt_hw_note(notes,
			   "%s had type %" PRIu32 " on the log's machine, and has %" PRIu32
			   " on this one",
			   event->pmu, event->type, pmu.type);
}

static void note_log(const struct event_options *options, const struct dt_perf_log *log,
		     const struct dt_log_choice *choice, struct dt_hw_notes *notes)
{
	if (choice->untold)
		dt_hw_note(notes, "the log does not say whether the kernel took %s",
			   choice->events.nr == 1 ? "it" : "them");
	if (choice->counted)
		dt_hw_note(notes, "perf counted, as perf stat does, and did not sample");
	if (choice->unknown[0])
		dt_hw_note(notes, "lines of the dump that are not known: %s", choice->unknown);
	if (log->base64)
		dt_hw_note(notes, "a part of the mail is encoded in base64 and was not read");
	if (log->left_out)
		dt_hw_note(notes, "%" PRIu64 " dumps behind the first %d were not read",
			   log->left_out, DT_LOG_DUMPS_MAX);
	if (choice->skipped_more)
		dt_hw_note(notes, "%" PRIu64 " more were passed over", choice->skipped_more);
	for (size_t i = 0; i < choice->events.nr; i++)
		note_machine(options, &choice->events.list[i], notes);
}

static int show_log(const struct event_options *options, const struct dt_perf_log *log,
		    struct dt_log_choice *choice)
{
	struct dt_hw_notes notes = {0};
	const struct dt_hw_report report = {.events = &choice->events,
					    .wish.phys_addr = !options->vaddr,
					    .notes = &notes,
					    .nr_skipped = choice->nr_skipped,
					    .skipped = choice->skipped};
	int ret;

	for (size_t i = 0; i < choice->events.nr; i++)
		dt_hw_event_name_generic(&choice->events.list[i]);
	note_log(options, log, choice, &notes);
	ret = show(options, &choice->events, &report);
	return !ret && (log->base64 || log->left_out) ? DT_EXIT_INCOMPLETE : ret;
}

static int choose_and_show(const struct event_options *options)
{
	struct dt_log_choice *choice = calloc(1, sizeof(*choice));
	struct dt_perf_log log = {0};
	struct dt_error error = {0}, outer;
	char *text = NULL;
	size_t length = 0;
	int ret;

	if (!choice)
		return no_memory();
	ret = read_log(options->log, &text, &length, &error);
	if (ret) {
		ret = fail(&error, DT_EXIT_FAILED);
		goto out;
	}
	ret = dt_perf_log_parse(&log, text, length, &error);
	if (!ret)
		ret = dt_perf_log_choose(&log, options->pmu, choice, &error);
	if (ret) {
		(void)dt_fail(&outer, -ret, error.hint, "%s: %s", options->log, error.message);
		/* a file that is no log is no wrong usage */
		ret = fail(&outer, log.nr ? status_of(ret) : DT_EXIT_FAILED);
		goto out;
	}
	ret = show_log(options, &log, choice);
out:
	dt_perf_log_free(&log);
	free(text);
	free(choice);
	return ret;
}

/* ---- the command ---- */

static int check_usage(const struct event_options *options, int nr, char **names)
{
	struct dt_error error;

	if (options->freq && options->period)
		(void)dt_fail(&error, EINVAL, NULL, "--freq and --period exclude each other");
	else if (options->log && nr)
		(void)dt_fail(&error, EINVAL, "leave the name out, or --from-log",
			      "the log tells the events: \"%s\" is one too many", names[0]);
	else if (!options->log && !nr)
		(void)dt_fail(&error, EINVAL, "damon-trace event cpu/mem-loads,ldlat=30/P",
			      "which event?");
	else
		return DT_EXIT_OK;
	return fail(&error, DT_EXIT_USAGE);
}

static int run(int argc, char **argv)
{
	struct event_options options = {.roots = DT_ROOTS_DEFAULT};
	int nr, ret;

	if (!dt_command_parse(&dt_command_event, option_table, &options, argc, argv, &nr, &ret))
		return ret;
	ret = check_usage(&options, nr, argv + 1);
	if (ret)
		return ret;
	return options.log ? choose_and_show(&options) : show_names(&options, nr, argv + 1);
}

const struct dt_command dt_command_event = {
	.name = "event",
	.summary = "an event's numbers, for perf, damo and DAMON's sysfs",
	.run = run,
	.help = help,
};
