/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of tune that only the running kernel has. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/control.h"
#include "cli/tune.h"
#include "damon-trace/objective.h"

#define NS_PER_S 1000000000ull

static struct dt_tune_live *live_of(void *target)
{
	return &((struct dt_tune_options *)target)->live;
}

DT_CONTROL_PATH(set_config, struct dt_tune_options, config);

static int set_actuator(void *target, const char *text, struct dt_error *error)
{
	if (!strcmp(text, "goals"))
		live_of(target)->choice.kind = DT_ACTUATOR_GOALS;
	else if (!strcmp(text, "weights"))
		live_of(target)->choice.kind = DT_ACTUATOR_WEIGHTS;
	else
		return dt_fail(error, EINVAL, "it takes: goals, weights",
			       "there is no actuator \"%s\"", text);
	return 0;
}

static int set_number(int *number, const char *text, struct dt_error *error)
{
	uint64_t value;

	if (dt_parse_number(text, &value, error))
		return -EINVAL;
	if (value > INT_MAX)
		return dt_fail(error, EINVAL, NULL, "\"%s\" is too large", text);
	*number = (int)value;
	return 0;
}

static int set_kdamond(void *target, const char *text, struct dt_error *error)
{
	return set_number(&live_of(target)->choice.kdamond, text, error);
}

static int set_scheme(void *target, const char *text, struct dt_error *error)
{
	return set_number(&live_of(target)->choice.scheme, text, error);
}

static int set_settle(void *target, const char *text, struct dt_error *error)
{
	return dt_parse_duration(text, NS_PER_S,
				 &((struct dt_tune_options *)target)->limits.settle_ns, error);
}

static int set_window(void *target, const char *text, struct dt_error *error)
{
	return dt_parse_duration(text, NS_PER_S,
				 &((struct dt_tune_options *)target)->limits.window_ns, error);
}

static int set_windows(void *target, const char *text, struct dt_error *error)
{
	int number = 0;

	if (set_number(&number, text, error))
		return -EINVAL;
	if (number < 1)
		return dt_fail(error, EINVAL, NULL, "\"%s\": at least one window", text);
	((struct dt_tune_options *)target)->limits.most_windows = (unsigned)number;
	return 0;
}

static int set_worse(void *target, const char *text, struct dt_error *error)
{
	char *end;
	double part = strtod(text, &end);

	if (!strcmp(end, "%"))
		part /= 100, end++;
	if (end == text || *end || !(part > 0 && part <= 1000))
		return dt_fail(error, EINVAL, NULL, "\"%s\" is no share above 0: 10%%", text);
	((struct dt_tune_options *)target)->limits.worse = part;
	return 0;
}

DT_OPTION_FLAG(set_dry_run, struct dt_tune_options, limits.dry_run);

static int set_keep(void *target, const char *text, struct dt_error *error)
{
	(void)text;
	(void)error;
	live_of(target)->keep = true;
	return 0;
}

static int set_recording(void *target, const char *text, struct dt_error *error)
{
	return dt_control_path(&live_of(target)->recording, text, error);
}

static int set_clock(void *target, const char *text, struct dt_error *error)
{
	return dt_control_path(&live_of(target)->clock, text, error);
}

static int set_goals(void *target, const char *text, struct dt_error *error)
{
	return dt_control_path(&live_of(target)->goals, text, error);
}

static int set_state(void *target, const char *text, struct dt_error *error)
{
	return dt_control_path(&live_of(target)->state, text, error);
}

static int set_tracefs(void *target, const char *text, struct dt_error *error)
{
	return dt_control_path(&live_of(target)->roots.tracefs, text, error);
}

static int set_sysfs(void *target, const char *text, struct dt_error *error)
{
	return dt_control_path(&live_of(target)->roots.sysfs, text, error);
}

static int set_proc(void *target, const char *text, struct dt_error *error)
{
	return dt_control_path(&live_of(target)->roots.proc, text, error);
}

static int set_resctrl(void *target, const char *text, struct dt_error *error)
{
	return dt_control_path(&live_of(target)->resctrl, text, error);
}

const struct dt_option dt_tune_live_options[] = {
	{"config", 0, "FILE",
	 "options from a file in YAML or JSON, \"law: step\" for --law step; those given beside "
	 "it come first",
	 set_config},
	{"actuator", 0, "KIND",
	 "what is written: goals (the default), the targets of a PULL and a PUSH scheme; or "
	 "weights, of a scheme's destinations",
	 set_actuator},
	{"kdamond", 0, "N", "which one, where several could be tuned", set_kdamond},
	{"scheme", 0, "N", "the PULL scheme (the first), or that with the weights", set_scheme},
	{"settle", 0, "TIME", "the longest wait for a goal to settle (60s)", set_settle},
	{"window", 0, "TIME", "of one measurement (10 evaluations of the goal)", set_window},
	{"windows", 0, "N", "the most measurements of one target (30)", set_windows},
	{"worse", 0, "SHARE", "go back when the objective is worse by that (10%)", set_worse},
	{"dry-run", 'n', NULL, "decide, and write nothing", set_dry_run},
	{"keep", 0, NULL, "leave the last target in force at the end", set_keep},
	{"record", 0, "DIR", "put tune.jsonl also into the recording that is being made there",
	 set_recording},
	{"clock", 0, "CLOCK", "of all times (that of --record, else perf)", set_clock},
	{"goals", 0, "FILE",
	 "take evaluations from lines of a file or pipe in place of tracing them: goal TIME "
	 "KDAMOND SCHEME NID TARGET VALUE",
	 set_goals},
	{"state", 0, "DIR", "where what has to be restored is noted (" DT_STATE_DIRECTORY ")",
	 set_state},
	{"sysfs", 0, "DIR", "where sysfs is mounted (/sys)", set_sysfs},
	{"proc", 0, "DIR", "where procfs is mounted (/proc)", set_proc},
	{"tracefs", 0, "DIR", "where tracefs is mounted (/sys/kernel/tracing)", set_tracefs},
	{"resctrl", 0, "DIR", "where resctrl is mounted (/sys/fs/resctrl)", set_resctrl},
	{NULL, 0, NULL, NULL, NULL},
};

void dt_tune_live_help(FILE *out)
{
	(void)fputs("\nObjectives of the running machine:\n", out);
	for (size_t i = 0; dt_objectives[i]; i++) {
		const struct dt_objective_kind *kind = dt_objectives[i];
		char name[64];

		(void)snprintf(name, sizeof(name), "%s%s%s%s%s", kind->name,
			       kind->argument && !kind->needs_argument ? "[" : "",
			       kind->argument ? ":" : "", kind->argument ? kind->argument : "",
			       kind->argument && !kind->needs_argument ? "]" : "");
		if (strlen(name) > 18)
			(void)fprintf(out, "  %s\n  %-18s", name, "");
		else
			(void)fprintf(out, "  %-18s", name);
		(void)fprintf(out, " %s%s%s%s\n", kind->summary, *kind->unit ? " (" : "",
			      kind->unit, *kind->unit ? ")" : "");
	}
}
