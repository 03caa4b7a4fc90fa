/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing tune.jsonl: a line an object, handed to the kernel at once, so that a kill loses none. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "damon-trace/tune_journal.h"
#include "support/json_writer.h"

#define SCHEMA 1

/* A line is one write of the file's, so that none is seen by half. */
#define BUFFER_SIZE 65536

static const char *const entry_names[] = {
	[DT_ENTRY_BEGIN] = "begin",
	[DT_ENTRY_EVALUATION] = "evaluation",
	[DT_ENTRY_SETTLED] = "settled",
	[DT_ENTRY_MEASUREMENT] = "measurement",
	[DT_ENTRY_OBSERVATION] = "observation",
	[DT_ENTRY_DECISION] = "decision",
	[DT_ENTRY_WRITE] = "write",
	[DT_ENTRY_ROLLBACK] = "rollback",
	[DT_ENTRY_FOREIGN] = "foreign",
	[DT_ENTRY_LOSS] = "loss",
	[DT_ENTRY_END] = "end",
};

static const char *const move_names[] = {
	[DT_MOVE_HOLD] = "hold",
	[DT_MOVE_WRITE] = "write",
	[DT_MOVE_MEASURE] = "measure",
	[DT_MOVE_DONE] = "done",
};

/* ---- lines to all files ---- */

typedef void (*line_of)(struct dt_json *json, const void *context);

static int put_line(struct dt_tune_journal *journal, const char *what, uint64_t time_ns,
		    line_of line, const void *context)
{
	for (size_t i = 0; i < journal->nr; i++) {
		struct dt_json json;

		dt_json_begin(&json, journal->files[i]);
		dt_json_object(&json, NULL);
		dt_json_string(&json, "what", what);
		if (time_ns)
			dt_json_u64(&json, "time_ns", time_ns);
		else
			dt_json_null(&json, "time_ns");
		if (line)
			line(&json, context);
		dt_json_object_end(&json);
		dt_json_end(&json);
		errno = 0;
		if ((fflush(journal->files[i]) || ferror(journal->files[i])) && !journal->code)
			journal->code = errno ? errno : EIO;
	}
	return -journal->code;
}

static int explain(const struct dt_tune_journal *journal, int ret, struct dt_error *error)
{
	(void)journal;
	if (!ret)
		return 0;
	return dt_fail(error, -ret, ret == -ENOSPC ? "make room on its disk" : NULL,
		       "cannot write " DT_TUNE_JOURNAL ": %s", strerror(-ret));
}

/* ---- entries of the loop ---- */

static void put_goal(struct dt_json *json, const struct dt_goal *goal)
{
	dt_json_i64(json, "kdamond", goal->kdamond);
	if (goal->scheme_idx == DT_UNKNOWN_U32)
		dt_json_null(json, "scheme");
	else
		dt_json_u64(json, "scheme", goal->scheme_idx);
	dt_json_i64(json, "nid", goal->nid);
	dt_json_u64(json, "target", goal->target_value);
	dt_json_u64(json, "value", goal->current_value);
}

static void put_observation(struct dt_json *json, const struct dt_observation *observation)
{
	dt_json_u64(json, "target", observation->target);
	dt_json_string(json, "verdict", dt_goal_verdict_name(observation->verdict));
	dt_json_double(json, "value", observation->value);
	dt_json_double(json, "objective", observation->objective);
	dt_json_double(json, "error", observation->error);
	dt_json_u64(json, "windows", observation->windows);
	dt_json_bool(json, "rolled_back", observation->rolled_back);
}

static void put_decision(struct dt_json *json, const struct dt_decision *decision)
{
	dt_json_string(json, "move", move_names[decision->move]);
	if (decision->move == DT_MOVE_WRITE)
		dt_json_u64(json, "target", decision->target);
	if (decision->again_ns)
		dt_json_u64(json, "again_ns", decision->again_ns);
	dt_json_text(json, "reason", decision->reason);
}

static void put_entry(struct dt_json *json, const void *context)
{
	const struct dt_entry *entry = context;

	switch (entry->what) {
	case DT_ENTRY_EVALUATION:
		put_goal(json, &entry->goal);
		break;
	case DT_ENTRY_SETTLED:
		dt_json_string(json, "verdict", dt_goal_verdict_name(entry->verdict));
		break;
	case DT_ENTRY_MEASUREMENT:
		dt_json_double(json, "objective", entry->objective);
		break;
	case DT_ENTRY_OBSERVATION:
		put_observation(json, &entry->observation);
		break;
	case DT_ENTRY_DECISION:
		put_decision(json, &entry->decision);
		break;
	case DT_ENTRY_WRITE:
	case DT_ENTRY_ROLLBACK:
	case DT_ENTRY_FOREIGN:
		dt_json_u64(json, "from", entry->from);
		dt_json_u64(json, "to", entry->to);
		dt_json_bool(json, "verified", entry->verified);
		dt_json_bool(json, "dry_run", entry->dry_run);
		break;
	case DT_ENTRY_BEGIN:
	case DT_ENTRY_END:
		dt_json_u64(json, "to", entry->to);
		break;
	case DT_ENTRY_LOSS:
		break;
	}
	if (entry->text)
		dt_json_string(json, "text", entry->text);
}

static int take_entry(struct dt_journal *base, const struct dt_entry *entry)
{
	struct dt_tune_journal *journal = (struct dt_tune_journal *)base;

	return put_line(journal, entry_names[entry->what], entry->time_ns, put_entry, entry);
}

/* ---- lines of the tuner ---- */

static void put_facts(struct dt_json *json, const void *context)
{
	const struct dt_tune_facts *facts = context;
	const struct dt_actuator *actuator = facts->actuator;
	const bool goals = actuator->kind == DT_ACTUATOR_GOALS;

	dt_json_u64(json, "schema", SCHEMA);
	dt_json_string(json, "damon_trace", facts->version);
	dt_json_string(json, "boot_id", facts->boot_id);
	dt_json_i64(json, "pid", getpid());
	dt_json_string(json, "clock", facts->clock);
	dt_json_string(json, "law", facts->law);
	dt_json_string(json, "objective", facts->objective);
	dt_json_bool(json, "dry_run", facts->dry_run);
	dt_json_string(json, "actuator", dt_actuator_name(actuator->kind));
	dt_json_u64(json, "kdamond", actuator->kdamond);
	dt_json_i64(json, "kdamond_pid", actuator->pid);
	dt_json_u64(json, "scheme", actuator->pull.scheme);
	if (goals)
		dt_json_u64(json, "complement", actuator->push.scheme);
	else
		dt_json_null(json, "complement");
	dt_json_string(json, "instance", facts->instance);
	dt_json_string(json, "command", actuator->command);
	dt_json_array(json, "files");
	for (size_t i = 0; i < actuator->nr; i++) {
		dt_json_array(json, NULL);
		dt_json_string(json, NULL, actuator->files[i].path);
		dt_json_u64(json, NULL, actuator->files[i].original);
		dt_json_array_end(json);
	}
	dt_json_array_end(json);
}

int dt_tune_journal_begin(struct dt_tune_journal *journal, const struct dt_tune_facts *facts,
			  struct dt_error *error)
{
	return explain(journal, put_line(journal, "tune", 0, put_facts, facts), error);
}

struct intent {
	uint32_t target;
	const uint64_t *values;
	size_t nr;
};

static void put_intent(struct dt_json *json, const void *context)
{
	const struct intent *intent = context;

	dt_json_u64(json, "to", intent->target);
	dt_json_array(json, "values");
	for (size_t i = 0; i < intent->nr; i++)
		dt_json_u64(json, NULL, intent->values[i]);
	dt_json_array_end(json);
}

int dt_tune_journal_intend(struct dt_tune_journal *journal, uint64_t time_ns, uint32_t target,
			   const uint64_t *values, size_t nr, struct dt_error *error)
{
	const struct intent intent = {target, values, nr};

	return explain(journal, put_line(journal, "intend", time_ns, put_intent, &intent), error);
}

static void put_done(struct dt_json *json, const void *context)
{
	dt_json_bool(json, "done", *(const bool *)context);
}

int dt_tune_journal_wrote(struct dt_tune_journal *journal, uint64_t time_ns, bool done,
			  struct dt_error *error)
{
	return explain(journal, put_line(journal, "wrote", time_ns, put_done, &done), error);
}

static void put_how(struct dt_json *json, const void *context)
{
	dt_json_string(json, "how", context);
}

int dt_tune_journal_settle(struct dt_tune_journal *journal, uint64_t time_ns, const char *how,
			   struct dt_error *error)
{
	/* what an earlier line could not say does not keep this one from being tried */
	journal->code = 0;
	return explain(journal, put_line(journal, "restored", time_ns, put_how, how), error);
}

/* ---- files ---- */

void dt_tune_journal_tee(struct dt_tune_journal *journal, FILE *out)
{
	journal->journal.entry = take_entry;
	journal->borrowed[journal->nr] = true;
	journal->files[journal->nr++] = out;
}

/* A killed writer may have left a last line without its end, which the next one must not go on. */
static void end_line(FILE *file)
{
	char last = '\n';

	if (!fseek(file, -1, SEEK_END) && fread(&last, 1, 1, file) == 1 && last != '\n') {
		(void)fseek(file, 0, SEEK_END);
		(void)fputc('\n', file);
	}
	(void)fseek(file, 0, SEEK_END);
}

int dt_tune_journal_open(struct dt_tune_journal *journal, const char *directory, bool anew,
			 struct dt_error *error)
{
	char path[PATH_MAX];
	FILE *file;

	journal->journal.entry = take_entry;
	if (snprintf(path, sizeof(path), "%s/" DT_TUNE_JOURNAL, directory) >= (int)sizeof(path))
		return dt_fail(error, ENAMETOOLONG, NULL, "%s: the path is too long", directory);
	file = fopen(path, anew ? "we" : "a+e");
	if (!file)
		return dt_fail(error, errno, "it takes a directory that exists and may be written",
			       "cannot write %s: %s", path, strerror(errno));
	(void)setvbuf(file, NULL, _IOFBF, BUFFER_SIZE);
	if (!anew)
		end_line(file);
	journal->files[journal->nr++] = file;
	return 0;
}

void dt_tune_journal_close(struct dt_tune_journal *journal)
{
	for (size_t i = 0; i < journal->nr; i++)
		if (!journal->borrowed[i])
			(void)fclose(journal->files[i]);
	*journal = (struct dt_tune_journal){.nr = 0};
}
