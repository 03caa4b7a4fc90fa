/* SPDX-License-Identifier: GPL-2.0-only */
/* damon-trace tune on the running kernel: what has to stand before the loop, and after it. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/control.h"
#include "cli/tune.h"
#include "collector/host_files.h"
#include "collector/tracer.h"
#include "damon-trace/plant_live.h"

/* Everything of one run; ended by end(). */
struct run {
	struct dt_journal journal; /* forwards to `file`, and prints */
	struct dt_tune_options *options;
	struct dt_damon_sysfs sysfs;
	struct dt_actuator actuator;
	struct dt_tune_facts facts;
	struct dt_tune_journal file;
	struct dt_tune_record record;
	struct dt_plant *plant;
	char boot_id[64], clock[32], instance[64];
	int lock;
	uint64_t start_ns;
	bool begun; /* values may be ours */
};

static int take_entry(struct dt_journal *journal, const struct dt_entry *entry)
{
	struct run *run = (struct run *)journal;

	if (!run->options->json)
		dt_tune_print(stdout, entry, run->start_ns);
	return run->file.nr ? run->file.journal.entry(&run->file.journal, entry) : 0;
}

/* ---- before the loop ---- */

/* What a killed tuner left must be put back first: its originals are the true ones. */
static int check_left_over(const struct run *run, struct dt_error *error)
{
	struct dt_tune_record record;
	struct dt_warnings notes = {0};
	struct dt_error ignored;

	if (dt_tune_record_read(&record, run->options->live.state, &ignored))
		return 0;
	dt_tune_remove_left(&run->options->live.roots, &record, &notes);
	dt_control_notes("tune", &notes);
	if (record.settled || record.dry_run || strcmp(record.boot_id, run->boot_id) != 0)
		return 0;
	return dt_fail(error, EBUSY, "damon-trace restore",
		       "the tuner with pid %d was killed, and its values are still there",
		       (int)record.pid);
}

static int lock_state(struct run *run, struct dt_error *error)
{
	int ret = dt_state_lock(run->options->live.state, DT_TUNE_LOCK, &run->lock, error);

	if (!ret)
		ret = check_left_over(run, error);
	return ret;
}

/* All times of tune.jsonl are on the recording's clock. */
static int choose_clock(struct run *run, struct dt_error *error)
{
	const struct dt_tune_live *live = &run->options->live;
	struct dt_host_context *host = NULL;
	struct dt_warnings warnings = {0};
	int ret = 0;

	(void)snprintf(run->clock, sizeof(run->clock), "%s", live->clock ? live->clock : "perf");
	if (live->goals || !run->actuator.has_goal)
		(void)snprintf(run->clock, sizeof(run->clock), "mono");
	if (!live->recording)
		return 0;
	if (dt_host_context_read(&host, live->recording, &warnings) || !host || !host->clock[0])
		ret = dt_fail(error, ENOENT,
			      "damon-trace record -o DIR makes it; it has to run already",
			      "%s is no recording", live->recording);
	else if (!live->clock && !live->goals && run->actuator.has_goal)
		(void)snprintf(run->clock, sizeof(run->clock), "%s", host->clock);
	if (!ret && host && strcmp(host->clock, run->clock) != 0)
		ret = dt_fail(error, EINVAL, "record with --clock as well",
			      "%s is recorded on the clock %s, and not on %s", live->recording,
			      host->clock, run->clock);
	dt_host_context_free(host);
	return ret;
}

static int find_actuator(struct run *run, struct dt_error *error)
{
	struct dt_damon_node tree = {0};
	int ret = dt_damon_sysfs_read(&run->sysfs, &tree, error);

	if (!ret)
		ret = dt_actuator_find(&run->actuator, &tree, &run->options->live.choice, error);
	dt_damon_node_clear(&tree);
	return ret;
}

static int open_journal(struct run *run, const struct dt_law *law, struct dt_error *error)
{
	const struct dt_tune_options *options = run->options;
	int ret = 0;

	if (run->actuator.has_goal && !options->live.goals)
		(void)snprintf(run->instance, sizeof(run->instance), DT_INSTANCE_PREFIX "%d",
			       (int)getpid());
	run->facts = (struct dt_tune_facts){.version = DT_VERSION,
					    .boot_id = run->boot_id,
					    .clock = run->clock,
					    .law = law->name,
					    .objective = options->objective,
					    .actuator = &run->actuator,
					    .instance = *run->instance ? run->instance : NULL,
					    .dry_run = options->limits.dry_run};
	if (!options->limits.dry_run)
		ret = dt_tune_journal_open(&run->file, options->live.state, true, error);
	if (!ret && options->live.recording)
		ret = dt_tune_journal_open(&run->file, options->live.recording, false, error);
	if (!ret && options->json)
		dt_tune_journal_tee(&run->file, stdout);
	if (!ret)
		ret = dt_tune_journal_begin(&run->file, &run->facts, error);
	dt_tune_record_begin(&run->record, &run->facts);
	run->begun = !ret && !options->limits.dry_run;
	return ret;
}

static int open_plant(struct run *run, struct dt_error *error)
{
	const struct dt_tune_live *live = &run->options->live;
	struct dt_live_options options = {.sysfs = &run->sysfs,
					  .actuator = &run->actuator,
					  .journal = &run->file,
					  .record = &run->record};
	const struct dt_objective_setup setup = {
		.roots = &live->roots, .resctrl = live->resctrl, .clock = run->clock};
	int fd, ret = 0;

	if (run->options->objective)
		ret = dt_objective_open(&options.objective, run->options->objective, &setup, error);
	if (ret)
		return ret;
	if (!live->goals)
		return dt_plant_live_open(&run->plant, &options, &live->roots, run->clock, error);
	fd = open(live->goals, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return dt_plant_live_open_lines(&run->plant, &options, fd, error);
	ret = dt_fail(error, errno, NULL, "cannot open %s: %s", live->goals, strerror(errno));
	dt_objective_close(options.objective);
	return ret;
}

static int prepare(struct run *run, const struct dt_law *law, struct dt_error *error)
{
	const struct dt_roots *roots = &run->options->live.roots;
	int ret = dt_control_open(&run->sysfs, roots, error);

	/* a closed pipe is an error of writing, after which the values come back */
	(void)signal(SIGPIPE, SIG_IGN);
	if (dt_host_line(run->boot_id, sizeof(run->boot_id), "%s/sys/kernel/random/boot_id",
			 roots->proc) ||
	    !run->boot_id[0])
		(void)snprintf(run->boot_id, sizeof(run->boot_id), "unknown");
	if (!ret && !run->options->limits.dry_run)
		ret = lock_state(run, error);
	if (!ret)
		ret = find_actuator(run, error);
	if (!ret)
		ret = choose_clock(run, error);
	if (!ret)
		ret = open_journal(run, law, error);
	return ret ? ret : open_plant(run, error);
}

/* ---- after the loop ---- */

static uint64_t now_of(const struct run *run)
{
	return run->plant ? run->plant->ops->now(run->plant) : 0;
}

static int put_back(struct run *run, struct dt_error *error)
{
	struct dt_tune_restored restored;
	struct dt_warnings notes = {0};
	int ret;

	if (!run->begun)
		return 0;
	if (run->options->live.keep)
		return dt_tune_journal_settle(&run->file, now_of(run), "kept", error);
	ret = dt_tune_restore(&run->sysfs, &run->record, &restored, &notes, error);
	if (!ret)
		ret = dt_tune_journal_settle(&run->file, now_of(run),
					     restored.foreign ? "foreign" : "back", error);
	if (!ret && !run->options->json && restored.restored)
		(void)printf("the former target of %.2f %% is back\n",
			     dt_actuator_original(&run->actuator) / 100.0);
	dt_control_notes("tune", &notes);
	return ret;
}

static void end(struct run *run)
{
	if (run->plant)
		run->plant->ops->close(run->plant);
	dt_tune_journal_close(&run->file);
	if (run->lock >= 0)
		(void)close(run->lock);
}

static void summarize(const struct run *run, const struct dt_tune_result *result)
{
	if (run->options->json)
		return;
	(void)printf("%u write%s, %u observation%s", result->writes, result->writes == 1 ? "" : "s",
		     result->observations, result->observations == 1 ? "" : "s");
	if (!isnan(result->best_objective))
		(void)printf("; best target %.2f %%, objective %.6g", result->best / 100.0,
			     result->best_objective);
	(void)putchar('\n');
}

static int loop(struct run *run, const struct dt_law *law, struct dt_tune_result *result,
		struct dt_error *error)
{
	struct dt_law_setup setup = run->options->setup;

	setup.initial = run->plant->target;
	run->start_ns = run->plant->ops->now(run->plant);
	return dt_tune_loop(run->plant, law, &setup, &run->options->limits, &run->journal, result,
			    error);
}

static int tune(struct dt_tune_options *options, const struct dt_law *law)
{
	struct run run = {.journal.entry = take_entry, .options = options, .lock = -1};
	struct dt_tune_result result = {.end = DT_TUNE_FAILED};
	struct dt_error error = {{0}, {0}}, second = {{0}, {0}};
	int ret = prepare(&run, law, &error), back;

	if (!ret) {
		ret = loop(&run, law, &result, &error);
		summarize(&run, &result);
	}
	back = put_back(&run, &second);
	end(&run);
	if (ret)
		dt_print_error("tune", &error);
	if (back)
		dt_print_error("tune", &second);
	if (ret || back)
		return dt_control_status(ret ? ret : back);
	ret = dt_finish_output(stdout, "tune", NULL);
	if (result.end == DT_TUNE_GONE || result.end == DT_TUNE_FOREIGN)
		return DT_EXIT_FAILED;
	return ret;
}

/* ---- what was asked for ---- */

static int check(const struct dt_tune_options *options, const struct dt_law *law,
		 struct dt_error *error)
{
	if (!options->laws)
		return dt_fail(error, EINVAL,
			       "--law step --schedule 60%@0,80%@120s, or --law hold to watch",
			       "by which law? --law, or --replay to try some");
	if (!law)
		return dt_fail(error, EINVAL, "damon-trace tune --help lists them",
			       "there is no law \"%s\" (one law tunes)", options->laws);
	if (law->needs_objective && !options->objective)
		return dt_fail(error, EINVAL, "--objective; damon-trace tune --help lists them",
			       "the law %s needs an objective", law->name);
	if (law->needs_objective && !law->needs_set_point && !options->has_maximize)
		return dt_fail(error, EINVAL, NULL, "--maximize or --minimize the objective?");
	if (law->needs_schedule && !options->setup.nr_schedule)
		return dt_fail(error, EINVAL, "--schedule 60%@0,80%@120s",
			       "the law %s needs a schedule", law->name);
	if (law->needs_set_point && isnan(options->setup.set_point))
		return dt_fail(error, EINVAL, "--set-point", "the law %s needs a set point",
			       law->name);
	if (options->csv || options->plot || options->output || options->setup.initial)
		return dt_fail(error, EINVAL, "report --goals draws a recording made with --record",
			       "--csv, --plot, --output and --initial are for --replay");
	return 0;
}

int dt_tune_live_run(struct dt_tune_options *options)
{
	const struct dt_law *law = dt_law_find(options->laws ? options->laws : "");
	struct dt_error error;

	if (!check(options, law, &error))
		return tune(options, law);
	dt_print_error("tune", &error);
	return DT_EXIT_USAGE;
}
