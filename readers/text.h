/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts: what perf, trace-cmd and tracefs print, read line by line.
 *
 * A form knows one line at a time. It tells the walk of samples, DAMON records and losses; the walk
 * (text.c) reads the bytes, counts, makes batches, and keeps account of lines nobody understood.
 * The beginning of a text is read twice: at opening for what all of its lines have in common.
 */
#ifndef READERS_TEXT_H
#define READERS_TEXT_H

#include "damon-trace/reader.h"
#include "readers/damon_layouts.h"
#include "readers/emit.h"
#include "readers/perf_comm.h"
#include "readers/text_body.h"
#include "readers/text_spool.h"

extern const struct dt_reader_ops dt_perf_script_reader;
extern const struct dt_reader_ops dt_trace_text_reader;
extern const struct dt_reader_ops dt_perf_mem_text_reader;
extern const struct dt_reader_ops dt_perf_dump_reader;

/* Distinct events of a text. Of other events than DAMON's only so many are told apart. */
#define DT_TEXT_EVENTS	     192
#define DT_TEXT_OTHER_EVENTS 128

struct dt_text_event {
	char raw[128]; /* as printed */
	size_t raw_length;
	const struct dt_event_spec *spec; /* NULL: not DAMON's */
	bool is_sample;
	uint32_t index; /* among info.events */
	uint32_t has;	/* DT_COL_* that its lines had */
	uint64_t count;
	struct dt_batch batch; /* of samples; records NULL until the first */
};

/* Columns of perf mem report. */
enum dt_text_mem {
	DT_MEM_PID,
	DT_MEM_TID,
	DT_MEM_IP,
	DT_MEM_ADDR,
	DT_MEM_PHYS,
	DT_MEM_PAGE,
	DT_MEM_WEIGHT,
	DT_MEM_SOURCE,
	DT_MEM_OTHER,
};

#define DT_TEXT_MEM_COLUMNS 16

/* A loss without a time of its own: it gets that of the next line with one. */
struct dt_text_loss {
	uint64_t count; /* 0: not known */
	int32_t cpu;
	uint8_t what;
};

#define DT_TEXT_LOSSES 32

struct dt_text {
	struct dt_reader reader;
	/* of one line of the form; false: not understood. *end is a newline */
	bool (*line)(struct dt_text *text, const char *at, const char *end);
	struct dt_text_layout layout;
	struct dt_perf_comms comms;
	uint32_t known_pids[256]; /* names that were put last, by pid: pid and a hash of the name */
	uint32_t known_names[256];
	uint64_t overwritten; /* events that the ring had lost before it was printed */
	uint8_t mem_columns[DT_TEXT_MEM_COLUMNS]; /* enum dt_text_mem */
	unsigned nr_mem_columns;
	char mem_separator; /* '\0': not known yet */
	unsigned nr_events;
	struct dt_text_event *events; /* DT_TEXT_EVENTS of them */
	struct dt_text_event *last;   /* that was looked up last */
	bool has_ns, has_us;
	struct dt_text_spool *spool; /* of a stream: its records, for the walks after the first */

	/* of the walk, or of the reading at opening (then learning, without an emitter) */
	bool learning, counting;
	struct dt_emitter *emitter;
	uint32_t need; /* DT_COL_* that this walk looks at */
	uint64_t lines, unknown;
	uint64_t offset; /* of the line */
	uint64_t last_time, damon_time, disorder;
	bool has_sample;	       /* one waits: the next line may add to it */
	struct dt_text_sample sample;  /* that one */
	struct dt_text_event *sampled; /* its event */
	unsigned nr_losses;
	struct dt_text_loss losses[DT_TEXT_LOSSES];
};

/* ---- what forms tell the walk ---- */

/* The event of a name, made when it is new. is_trace: a name of ftrace, not of perf. */
struct dt_text_event *dt_text_event(struct dt_text *text, const char *name, size_t length,
				    bool is_trace);

/* text->sample is filled: send it once the next line has come. */
void dt_text_put_sample(struct dt_text *text, struct dt_text_event *event);
/* The sample that waits is complete. */
void dt_text_flush_sample(struct dt_text *text);

/* An event of DAMON's; false: a field is missing. */
bool dt_text_put_damon(struct dt_text *text, struct dt_text_event *event, uint64_t time,
		       int32_t pid, const char *at, const char *end);

/* Before the next record; count 0: not known, cpu -1: likewise. */
void dt_text_put_loss(struct dt_text *text, enum dt_loss_what what, uint64_t count, int32_t cpu);

/* A time stamp went by. */
void dt_text_put_time(struct dt_text *text, uint64_t time);

void dt_text_put_comm(struct dt_text *text, int32_t pid, const char *name, size_t length);

/* ---- the forms' lines ---- */

bool dt_text_event_line(struct dt_text *text, const char *at, const char *end);
bool dt_text_mem_line(struct dt_text *text, const char *at, const char *end);
bool dt_text_dump_line(struct dt_text *text, const char *at, const char *end);

/* "# ..." of any form: what it tells of the recording. */
void dt_text_header_line(struct dt_text *text, const char *at, const char *end);

/* PERF_RECORD_...: losses and names; at: behind "PERF_RECORD_". */
void dt_text_perf_record(struct dt_text *text, const char *at, const char *end, int32_t cpu);

/* ---- which form is it? ---- */

enum dt_text_form {
	DT_TEXT_NONE,
	DT_TEXT_PERF_SCRIPT,
	DT_TEXT_TRACE,
	DT_TEXT_PERF_MEM,
	DT_TEXT_PERF_DUMP,
};

enum dt_text_form dt_text_guess(const unsigned char *head, size_t size);

#endif
