/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What perf prints with -vv: the perf_event_attr of each event that it opens, and whether the
 * kernel took it. Bug reports and mails have such logs, and they say in numbers which event a
 * machine sampled with.
 */
#ifndef READERS_PERF_LOG_H
#define READERS_PERF_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "damon-trace/hw_event.h"

/* Dumps of one log that are kept; perf prints a few for each event. */
#define DT_LOG_DUMPS_MAX 1024

enum dt_log_outcome {
	DT_LOG_UNTOLD, /* the log does not say whether the kernel took it */
	DT_LOG_OPENED,
	DT_LOG_REFUSED,
};

/* One "perf_event_attr:" with the lines below it. */
struct dt_log_dump {
	struct dt_hw_event event;
	uint64_t line; /* where it begins, from 1 */
	enum dt_log_outcome outcome;
	int code;	   /* the errno of a refusal */
	bool by_frequency; /* its rate is one */
	bool sampled;	   /* it has a period or a frequency */
	bool whole;	   /* its end was seen */
	char problem[160]; /* a value that cannot be read, so it is no event; else empty */
	char unknown[160]; /* names of lines that are not known, with commas; else empty */
};

struct dt_perf_log {
	size_t nr;
	struct dt_log_dump *dumps;
	uint64_t left_out; /* dumps beyond DT_LOG_DUMPS_MAX */
	bool base64;	   /* a part of the mail was encoded so, and was not read */
};

/*
 * Find the dumps of a text, which is decoded in place: quoted-printable, "> " before the lines,
 * any indentation. text[length] must be a byte of the caller's that may be written. 0, -ENOMEM, or
 * -EINVAL when there is no dump, with *error filled. Free the log also after a failure.
 */
int dt_perf_log_parse(struct dt_perf_log *log, char *text, size_t length, struct dt_error *error);
void dt_perf_log_free(struct dt_perf_log *log);

/* ---- which events were sampled ---- */

#define DT_LOG_SKIPPED_MAX 32

struct dt_log_choice {
	struct dt_hw_events events;
	char unknown[160];     /* lines of the chosen dumps that are not known; else empty */
	uint64_t untold;       /* chosen ones of which the log does not say that they were opened */
	bool counted;	       /* perf counted them, as perf stat does: there is no rate */
	size_t nr_skipped;     /* kept in skipped[] */
	uint64_t skipped_more; /* and that many more */
	struct dt_hw_skipped skipped[DT_LOG_SKIPPED_MAX];
};

/*
 * The events that perf sampled with, each once: the last attempt that the kernel took. pmu: only
 * those of this PMU, which is also the name of one that the log does not name; NULL: all.
 * 0, or with *error filled (what was passed over is in *choice then too)
 *
 * -ENOENT     no event was opened
 * -ENOTUNIQ   events of several PMUs: their names, and how to say which
 * -EINVAL     no PMU of this name is in the log
 * -E2BIG      more than DT_HW_EVENTS_MAX
 */
int dt_perf_log_choose(const struct dt_perf_log *log, const char *pmu, struct dt_log_choice *choice,
		       struct dt_error *error);

/* ---- between the files of this reader ---- */

/* Take a line of a dump, without space around it; it is cut into pieces. Is it one, or a piece of
 * one that a mail program broke? A value that cannot be read is the dump's problem. */
bool dt_perf_log_field(struct dt_log_dump *dump, char *line);

/*
 * Undo quoted-printable where the mail says, or where the text shows, that it is so encoded.
 * Returns the new length. *base64 is set when a part is encoded in base64, which is left as it is.
 */
size_t dt_mail_decode(char *text, size_t length, bool *base64);

#endif
