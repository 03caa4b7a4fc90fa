/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace restore: give DAMON back what a tuner that was killed had changed. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/control.h"
#include "cli/tune.h"
#include "collector/host_files.h"
#include "damon-trace/tune_journal.h"

struct restore_options {
	struct dt_roots roots;
	const char *state;
};

DT_CONTROL_PATH(set_state, struct restore_options, state);
DT_CONTROL_PATH(set_tracefs, struct restore_options, roots.tracefs);
DT_CONTROL_PATH(set_sysfs, struct restore_options, roots.sysfs);
DT_CONTROL_PATH(set_proc, struct restore_options, roots.proc);

static const struct dt_option option_table[] = {
	{"state", 0, "DIR", "where the tuner noted what it changed (" DT_STATE_DIRECTORY ")",
	 set_state},
	{"sysfs", 0, "DIR", "where sysfs is mounted (/sys)", set_sysfs},
	{"proc", 0, "DIR", "where procfs is mounted (/proc)", set_proc},
	{"tracefs", 0, "DIR", "where tracefs is mounted (/sys/kernel/tracing)", set_tracefs},
	{NULL, 0, NULL, NULL, NULL},
};

static void help(FILE *out)
{
	(void)fputs("Usage: damon-trace restore [OPTIONS]\n"
		    "\n"
		    "Give DAMON back the values that a tuner had changed before it was killed. A\n"
		    "tuner that ends in any other way does so by itself. What somebody else has\n"
		    "changed since is left as it is, and told. The trace instance of the killed\n"
		    "tuner goes, too.\n"
		    "\n"
		    "Options:\n",
		    out);
	dt_options_help(out, option_table);
	(void)fputs(
		"\n"
		"Example:\n"
		"  damon-trace restore\n"
		"\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage, 4 the machine lacks something.\n",
		out);
}

static void tell(const struct dt_tune_restored *restored)
{
	if (restored->restored)
		(void)printf("%zu value%s put back\n", restored->restored,
			     restored->restored == 1 ? "" : "s");
	else if (restored->foreign || restored->gone)
		(void)puts("nothing put back");
	else
		(void)puts("nothing to restore: the values are what they were");
}

/* The tuner's journal says from now on that there is nothing to restore. */
static int settle(const char *state, struct dt_error *error)
{
	struct dt_tune_journal journal = {.nr = 0};
	int ret = dt_tune_journal_open(&journal, state, false, error);

	if (!ret)
		ret = dt_tune_journal_settle(&journal, 0, "by restore", error);
	dt_tune_journal_close(&journal);
	return ret;
}

static int restore_record(const struct restore_options *options,
			  const struct dt_tune_record *record, struct dt_error *error)
{
	struct dt_warnings notes = {0};
	struct dt_tune_restored restored;
	struct dt_damon_sysfs sysfs;
	int ret = dt_control_open(&sysfs, &options->roots, error);

	if (!ret)
		ret = dt_tune_restore(&sysfs, record, &restored, &notes, error);
	if (!ret)
		ret = settle(options->state, error);
	if (!ret)
		tell(&restored);
	dt_control_notes("restore", &notes);
	return ret;
}

/* It is of no use to anybody, whatever is to be said of the values. */
static void clean(const struct restore_options *options, const struct dt_tune_record *record)
{
	struct dt_warnings notes = {0};

	dt_tune_remove_left(&options->roots, record, &notes);
	dt_control_notes("restore", &notes);
}

static int restore(const void *target, struct dt_error *error)
{
	const struct restore_options *options = target;
	struct dt_tune_record record;
	char boot_id[64] = "";
	int lock = -1, ret;

	ret = access(options->state, F_OK) ? -ENOENT : 0;
	if (!ret)
		ret = dt_state_lock(options->state, DT_TUNE_LOCK, &lock, error);
	if (ret == -EBUSY)
		(void)snprintf(error->hint, sizeof(error->hint),
			       "end it: it puts the values back by itself");
	if (ret == -EBUSY)
		return ret;
	if (!ret)
		ret = dt_tune_record_read(&record, options->state, error);
	if (!ret)
		clean(options, &record);
	(void)dt_host_line(boot_id, sizeof(boot_id), "%s/sys/kernel/random/boot_id",
			   options->roots.proc);
	if (ret == -ENOENT || (!ret && (record.settled || record.dry_run)))
		ret = puts("nothing to restore: no tuner has left anything") < 0 ? -EIO : 0;
	else if (!ret && boot_id[0] && strcmp(boot_id, record.boot_id) != 0)
		ret = puts("nothing to restore: the machine was booted since") < 0 ? -EIO : 0;
	else if (!ret)
		ret = restore_record(options, &record, error);
	if (lock >= 0)
		(void)close(lock);
	return ret;
}

static int run(int argc, char **argv)
{
	struct restore_options options = {.roots = DT_ROOTS_DEFAULT, .state = DT_STATE_DIRECTORY};

	return dt_control_run(&dt_command_restore, option_table, &options, restore, argc, argv);
}

const struct dt_command dt_command_restore = {
	.name = "restore",
	.summary = "give DAMON back what a killed tuner had changed",
	.run = run,
	.help = help,
};
