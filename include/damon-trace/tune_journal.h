/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tune.jsonl (doc/tune-live.md): what a tuner saw, decided and wrote, one JSON object a line, each
 * appended and flushed before anything that it announces is done. It stands in the state directory,
 * where restore finds what to put back after a tuner was killed, and, when one is being made, in
 * the directory of the recording, where report finds when targets were written.
 */
#ifndef DAMON_TRACE_TUNE_JOURNAL_H
#define DAMON_TRACE_TUNE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "damon-trace/actuator.h"
#include "damon-trace/tuner.h"

#define DT_TUNE_JOURNAL "tune.jsonl"
/* The lock of the state directory that a tuner holds. */
#define DT_TUNE_LOCK "tune.lock"

/* State directory, recording, standard output. */
#define DT_TUNE_FILES 3

/* What the first line says of the tuner. Borrowed. */
struct dt_tune_facts {
	const char *version, *boot_id, *clock;
	const char *law, *objective; /* objective NULL: none */
	const struct dt_actuator *actuator;
	const char *instance; /* trace instance of its own; NULL: it has none */
	bool dry_run;
};

struct dt_tune_journal {
	struct dt_journal journal; /* for dt_tune_loop */
	size_t nr;
	FILE *files[DT_TUNE_FILES];
	bool borrowed[DT_TUNE_FILES];
	int code; /* errno of the first that failed; 0 */
};

/* Append to a file of the name DT_TUNE_JOURNAL in a directory, or (anew) take its place. */
int dt_tune_journal_open(struct dt_tune_journal *journal, const char *directory, bool anew,
			 struct dt_error *error);
/* Write to a stream of the caller's as well. */
void dt_tune_journal_tee(struct dt_tune_journal *journal, FILE *out);
void dt_tune_journal_close(struct dt_tune_journal *journal);

/* ---- lines beside those of dt_tune_loop; 0 or -errno with *error filled ---- */

int dt_tune_journal_begin(struct dt_tune_journal *journal, const struct dt_tune_facts *facts,
			  struct dt_error *error);
/* These values are about to be written; one for each file of the actuator. */
int dt_tune_journal_intend(struct dt_tune_journal *journal, uint64_t time_ns, uint32_t target,
			   const uint64_t *values, size_t nr, struct dt_error *error);
/* They were; or (done false) what was there before stands there again. */
int dt_tune_journal_wrote(struct dt_tune_journal *journal, uint64_t time_ns, bool done,
			  struct dt_error *error);
/* There is nothing to restore any more: the original values are back, or were given up. */
int dt_tune_journal_settle(struct dt_tune_journal *journal, uint64_t time_ns, const char *how,
			   struct dt_error *error);

/* ---- what restore reads ---- */

struct dt_tune_value {
	char path[DT_DAMON_PATH];
	uint64_t original;
	/* What the tuner put there last, and what it was about to put there. */
	uint64_t ours, intended;
};

struct dt_tune_record {
	char boot_id[64];
	int32_t pid; /* of the tuner */
	unsigned kdamond;
	int32_t kdamond_pid;
	char command[64];
	char instance[64]; /* of the tuner, by the name that its pid gives; "": it had none */
	bool settled, dry_run;
	size_t nr;
	struct dt_tune_value values[DT_ACTUATOR_FILES];
};

/*
 * The record of the last tuner in a journal. A line that was cut is passed over. -ENOENT: there is
 * no journal, or nothing in it; -EINVAL: it is damaged, the error names the line.
 */
int dt_tune_record_read(struct dt_tune_record *record, const char *directory,
			struct dt_error *error);
/* The same in memory, for a tuner that ends by itself: what dt_tune_journal_* write to the file. */
void dt_tune_record_begin(struct dt_tune_record *record, const struct dt_tune_facts *facts);
void dt_tune_record_intend(struct dt_tune_record *record, const uint64_t *values, size_t nr);
void dt_tune_record_wrote(struct dt_tune_record *record, bool done);

struct dt_tune_restored {
	size_t restored; /* files that have their original value again */
	size_t before;	 /* had it */
	size_t foreign;	 /* hold what somebody else wrote: left alone */
	size_t gone;	 /* files that are no more */
};

/*
 * Put the original values back, all or none, where what stands there is the tuner's own. What is
 * left alone goes to notes. 0 or -errno with *error filled.
 */
int dt_tune_restore(struct dt_damon_sysfs *sysfs, const struct dt_tune_record *record,
		    struct dt_tune_restored *restored, struct dt_warnings *notes,
		    struct dt_error *error);

/* ---- what report reads ---- */

/* Writes of one report; later steps begin with their first evaluation. */
#define DT_GOAL_WRITES_MAX 1024

/*
 * The writes of goals in a directory's tune.jsonl, one for each of both schemes, by time, with
 * those that gave the former targets back at the end of a tuner. How many there are; 0 also without
 * a journal. What is damaged is a warning.
 */
size_t dt_tune_writes_read(struct dt_goal_write *writes, size_t room, const char *directory,
			   struct dt_warnings *warnings);

#endif
