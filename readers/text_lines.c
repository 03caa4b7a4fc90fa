/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of events: what perf script, trace-cmd report and the tracefs file print. One parser reads
 * them all, as people put several of them into one file.
 */
#include <stdio.h>

#include "readers/text.h"
#include "readers/text_front.h"
#include "readers/text_scan.h"

/* perf's own records among the events (--show-lost-events and the like). */
#define PERF_RECORD "PERF_RECORD_"

/* What a function tracer prints has no event, only names. */
#define FUNCTIONS "function"

/* Samples of texts that do not name their event. */
#define NAMELESS "samples"

/* "lost 123", "lost:123": the number behind the last word of that kind. */
static uint64_t count_behind(const char *at, const char *end, const char *word)
{
	const char *found = dt_find(at, end, word);
	uint64_t count = 0;

	if (!found)
		return 0;
	found += strlen(word);
	while (found < end && !dt_is_digit(*found))
		found++;
	(void)dt_decimal(found, &count);
	return count;
}

void dt_text_perf_record(struct dt_text *text, const char *at, const char *end, int32_t cpu)
{
	uint64_t pid;
	const char *colon;

	if (dt_begins(at, end, "LOST")) {
		dt_text_put_loss(text, DT_LOSS_SAMPLES, count_behind(at, end, "lost"), cpu);
	} else if (dt_begins(at, end, "THROTTLE")) {
		dt_text_put_loss(text, DT_LOSS_THROTTLE, 0, cpu);
	} else if (dt_begins(at, end, "COMM")) {
		/* "COMM: name:pid/tid", "COMM exec: name:pid/tid" */
		at = dt_find(at, end, ": ");
		colon = at ? memrchr(at, ':', (size_t)(end - at)) : NULL;
		if (at && colon > at + 2 && *dt_decimal(colon + 1, &pid) == '/' && pid <= INT32_MAX)
			dt_text_put_comm(text, (int32_t)pid, at + 2, (size_t)(colon - at - 2));
	}
}

/* "CPU:1 [LOST 123 EVENTS]", "CPU:1 [LOST EVENTS]", trace-cmd's "CPU:1 [123 EVENTS DROPPED]" */
static bool lost_line(struct dt_text *text, const char *at, const char *end)
{
	const char *open = memchr(at, '[', (size_t)(end - at));
	uint64_t cpu, count = 0;

	if (!open || !dt_find(open, end, "EVENTS"))
		return false;
	if (dt_decimal(at + strlen("CPU:"), &cpu) == at + strlen("CPU:") || cpu > INT32_MAX)
		return false;
	while (open < end && !dt_is_digit(*open))
		open++;
	if (open < end)
		(void)dt_decimal(open, &count);
	dt_text_put_loss(text, DT_LOSS_EVENTS, count, (int32_t)cpu);
	return true;
}

/* perf script's closing words, which it writes to stderr: "Processed 9 events and lost 2 chunks!"
 */
static bool processed_line(struct dt_text *text, const char *at, const char *end)
{
	if (dt_begins(at, end, "Check IO/CPU overload!"))
		return true;
	if (!dt_begins(at, end, "Processed ") || !dt_find(at, end, " lost "))
		return false;
	if (!text->counting || !text->reader.info.lost_samples)
		dt_text_put_loss(text, DT_LOSS_SAMPLES, 0, -1);
	return true;
}

/* Lines that begin with no event; *taken: it was one of these. False: damaged. */
static bool other_line(struct dt_text *text, const char *at, const char *end, bool *taken)
{
	*taken = true;
	if (at == end)
		return true;
	if (*at == '#') {
		dt_text_header_line(text, at, end);
		return true;
	}
	if (dt_begins(at, end, "CPU:"))
		return lost_line(text, at, end);
	if (dt_begins(at, end, "cpus=") || dt_begins(at, end, "version = ") ||
	    (dt_begins(at, end, "CPU ") && dt_find(at, end, " is empty")))
		return true;
	if (dt_begins(at, end, "Processed ") || dt_begins(at, end, "Check "))
		return processed_line(text, at, end);
	*taken = false;
	return true;
}

/*
 * An entry of the call chain that follows a sample. perf prints it relative to its file, so it does
 * not tell where the sample was taken.
 */
static bool is_chain(const char *at, const char *end)
{
	uint64_t address;
	const char *stop;

	at = dt_skip_blanks(at);
	stop = dt_hexadecimal(at, &address);
	return at == end || (stop > at && dt_is_blank(*stop));
}

static void take_front(struct dt_text *text, const struct dt_text_front *front)
{
	struct dt_text_sample *const sample = &text->sample;
	uint32_t columns = front->columns;

	if (front->lone_pid && text->layout.pid_only)
		columns &= ~DT_COL_TID;
	if (front->lone_pid && text->layout.tid_only)
		columns &= ~DT_COL_PID;
	sample->columns = columns;
	sample->time = columns & DT_COL_TIME ? front->time : 0;
	sample->pid = front->pid;
	sample->tid = front->tid;
	sample->cpu = front->cpu;
	sample->period = front->period;
}

static bool sample_line(struct dt_text *text, const struct dt_text_front *front,
			struct dt_text_event *event, const char *end)
{
	const bool fast = !text->learning && !text->counting && event->has & DT_COL_ADDR;

	take_front(text, front);
	if (dt_text_body(&text->sample, &text->layout, text->learning ? &text->layout : NULL,
			 front->body, end, fast ? text->need : DT_COL_ALL)) {
		/* nothing but a number at the beginning of a line is no recording */
		if (!(text->sample.columns & DT_COL_TIME) &&
		    !(text->sample.columns & DT_COL_DATA_SRC) && !text->sample.aligned)
			return false;
	} else if (dt_skip_blanks(front->body) != end || !(front->columns & DT_COL_TIME)) {
		return false;
	}
	dt_text_put_sample(text, event);
	dt_text_flush_sample(text);
	return true;
}

static void count_time(struct dt_text *text, const struct dt_text_front *front)
{
	struct dt_input_info *const info = &text->reader.info;

	if (text->learning) {
		text->has_ns |= front->is_ns;
		text->has_us |= !front->is_ns;
		return;
	}
	if (text->counting) {
		info->start_ns = front->time < info->start_ns ? front->time : info->start_ns;
		info->end_ns = front->time > info->end_ns ? front->time : info->end_ns;
	}
	if (text->nr_losses)
		dt_text_put_time(text, front->time);
	text->last_time = front->time;
}

/* The event of a line, and who it was where somebody asks. */
static struct dt_text_event *event_of(struct dt_text *text, struct dt_text_front *front,
				      const char *at)
{
	const char *const name = front->has_event ? front->event : NAMELESS;
	const size_t length = front->has_event ? front->event_length : strlen(NAMELESS);
	const struct dt_text_event *const last = text->last;

	if (text->learning || text->counting || !last || !last->is_sample ||
	    text->need & (DT_COL_PID | DT_COL_TID | DT_COL_CPU))
		dt_text_front_who(front, at);
	if (text->counting && front->columns & DT_COL_PID && front->comm_length)
		dt_text_put_comm(text, front->pid, front->comm, front->comm_length);
	if (front->is_trace && front->has_event && name[length] != ':')
		return dt_text_event(text, FUNCTIONS, strlen(FUNCTIONS), true);
	return dt_text_event(text, name, length, front->is_trace);
}

/* The body alone: perf script -F addr,data_src and the like. */
static bool bare_line(struct dt_text *text, const char *at, const char *end)
{
	struct dt_text_front front = {.body = at};

	return sample_line(text, &front, dt_text_event(text, NAMELESS, strlen(NAMELESS), false),
			   end);
}

bool dt_text_event_line(struct dt_text *text, const char *at, const char *end)
{
	struct dt_text_front front;
	struct dt_text_event *event;
	bool taken;

	if (*at == '\t')
		return is_chain(at, end);
	if (!dt_is_blank(*at)) {
		const bool understood = other_line(text, at, end, &taken);

		if (taken || !understood)
			return understood;
	}
	if (!dt_text_front(&front, at, end))
		return dt_skip_blanks(at) == end || bare_line(text, at, end);
	if (front.columns & DT_COL_TIME)
		count_time(text, &front);
	if (front.has_event && dt_begins(front.event, end, PERF_RECORD)) {
		dt_text_front_who(&front, at);
		dt_text_perf_record(text, front.event + strlen(PERF_RECORD), end,
				    front.columns & DT_COL_CPU ? front.cpu : -1);
		if (text->nr_losses && front.columns & DT_COL_TIME)
			dt_text_put_time(text, front.time);
		return true;
	}
	event = event_of(text, &front, at);
	if (event->spec) {
		/* without a process the stream would have no key */
		if (!(front.columns & DT_COL_TID))
			dt_text_front_who(&front, at);
		return front.columns & DT_COL_TIME &&
		       dt_text_put_damon(text, event, front.time,
					 front.columns & DT_COL_TID ? front.tid : -1, front.body,
					 end);
	}
	if (event->is_sample)
		return sample_line(text, &front, event, end);
	event->count++;
	return true;
}

/* ---- "# ..." ---- */

static bool value_of(const char *at, const char *end, const char *name, char *value, size_t size)
{
	const char *colon = memchr(at, ':', (size_t)(end - at));

	if (!dt_begins(at, end, name) || !colon || dt_skip_blanks(at + strlen(name)) != colon)
		return false;
	colon = dt_skip_blanks(colon + 1);
	end = dt_trim(colon, end);
	(void)snprintf(value, size, "%.*s", (int)(end - colon), colon);
	return true;
}

static void ring_header(struct dt_text *text, const char *at, const char *end)
{
	uint64_t kept, written;
	const char *slash = dt_decimal(dt_skip_blanks(at), &kept);
	const char *cpus = dt_find(at, end, "#P:");
	uint64_t number;

	if (*slash == '/' && dt_decimal(slash + 1, &written) > slash + 1 && written > kept)
		text->overwritten = written - kept;
	if (cpus && dt_decimal(cpus + strlen("#P:"), &number) > cpus + strlen("#P:") &&
	    number <= UINT16_MAX)
		text->reader.info.cpus = (uint32_t)number;
}

void dt_text_header_line(struct dt_text *text, const char *at, const char *end)
{
	static const char ring[] = "entries-in-buffer/entries-written:";
	struct dt_input_info *const info = &text->reader.info;
	char number[24];
	uint64_t cpus;

	if (!text->learning)
		return;
	at = dt_skip_blanks(at + (*at == '#'));
	if (dt_begins(at, end, ring))
		ring_header(text, at + strlen(ring), end);
	else if (dt_begins(at, end, "fields:"))
		dt_text_layout_fields(&text->layout, at + strlen("fields:"), end);
	else if (value_of(at, end, "nrcpus online", number, sizeof(number)) &&
		 dt_decimal(number, &cpus) > number && cpus <= UINT16_MAX)
		info->cpus = (uint32_t)cpus;
	else if (!value_of(at, end, "hostname", info->host, sizeof(info->host)) &&
		 !value_of(at, end, "os release", info->kernel, sizeof(info->kernel)) &&
		 !value_of(at, end, "arch", info->arch, sizeof(info->arch)) &&
		 !value_of(at, end, "cpuid", info->cpuid, sizeof(info->cpuid)) &&
		 !value_of(at, end, "cpudesc", info->processor, sizeof(info->processor)))
		(void)value_of(at, end, "cmdline", info->command, sizeof(info->command));
}
