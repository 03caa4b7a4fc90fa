/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `perf report -D`, `perf script -D`: every record of a perf.data file, with all that it holds. A
 * sample is one line, and what it has beyond address and period stands in the lines behind it:
 *
 *	CPU TIME OFFSET [SIZE]: PERF_RECORD_SAMPLE(IP, FLAGS): PID/TID: IP period: N addr: ADDR
 *	... weight: 47,0x12,0x0
 *	 . data_src: 0x10668100842
 *	 .. phys_addr: 0x44e96a308
 *
 * The dump does not say which event a sample belongs to, and prints an address of 0 for those that
 * have none. Bytes, call chains and the like are passed over.
 */
#include <stdio.h>

#include "readers/text.h"
#include "readers/text_scan.h"

#define EVENT "samples"

/* The first number of a line is a CPU when it is the only one, and no larger than this. */
#define CPU_MAX 65535

static const char *dump_decimal(const char *at, const char *end, const char *label, uint64_t *value)
{
	const char *found = dt_find(at, end, label);

	if (!found)
		return NULL;
	found = dt_skip_blanks(found + strlen(label));
	at = dt_decimal(found, value);
	return at == found ? NULL : at;
}

static bool dump_hex(const char *at, const char *end, const char *label, uint64_t *value)
{
	const char *found = dt_find(at, end, label);

	if (!found)
		return false;
	found = dt_skip_blanks(found + strlen(label));
	return dt_hex_number(found, value) > found;
}

/* "CPU TIME OFFSET [SIZE]: " before the record; which of the numbers are there varies. */
static uint32_t take_stamps(struct dt_text_sample *sample, const char *at)
{
	uint64_t numbers[2] = {0, 0};
	unsigned nr = 0;
	uint32_t columns = 0;

	for (at = dt_skip_blanks(at); nr < 2 && dt_is_digit(*at); nr++) {
		const char *stop = dt_decimal(at, &numbers[nr]);

		/* "0x5c160": the offset */
		if (stop == at || !dt_is_blank(*stop))
			break;
		at = dt_skip_blanks(stop);
	}
	if ((nr == 2 || (nr == 1 && numbers[0] <= CPU_MAX)) && numbers[0] <= CPU_MAX) {
		sample->cpu = (int32_t)numbers[0];
		columns |= DT_COL_CPU;
	}
	if (nr == 2 || (nr == 1 && numbers[0] > CPU_MAX)) {
		sample->time = numbers[nr - 1];
		columns |= DT_COL_TIME;
	}
	return columns;
}

static void count_stamp(struct dt_text *text, uint64_t time)
{
	struct dt_input_info *const info = &text->reader.info;

	text->has_ns |= text->learning;
	if (text->learning)
		return;
	if (text->counting) {
		info->start_ns = time < info->start_ns ? time : info->start_ns;
		info->end_ns = time > info->end_ns ? time : info->end_ns;
	}
	if (text->nr_losses)
		dt_text_put_time(text, time);
	text->last_time = time;
}

/* Behind "PERF_RECORD_SAMPLE": "(IP, 0x4002): 12/13: 0xffff period: 15 addr: 0" */
static bool take_sample(struct dt_text *text, const char *at, const char *end)
{
	struct dt_text_sample *const sample = &text->sample;
	const char *colon = dt_find(at, end, "): ");
	const char *stop, *tid;
	uint64_t pid, thread;

	if (!colon)
		return false;
	at = colon + strlen("): ");
	/* -1/-1: perf recorded no process */
	if (dt_begins(at, end, "-1/-1: ")) {
		stop = at + strlen("-1/-1");
	} else {
		tid = dt_decimal(at, &pid);
		if (*tid != '/')
			return false;
		stop = dt_decimal(tid + 1, &thread);
		if (*stop != ':' || pid > INT32_MAX || thread > INT32_MAX)
			return false;
		sample->pid = (int32_t)pid;
		sample->tid = (int32_t)thread;
		sample->columns |= DT_COL_PID | DT_COL_TID;
	}
	at = dt_skip_blanks(stop + 1);
	if (dt_hex_number(at, &sample->ip) == at)
		return false;
	sample->columns |= DT_COL_IP;
	if (dump_decimal(at, end, " period: ", &sample->period))
		sample->columns |= DT_COL_PERIOD;
	if (dump_hex(at, end, " addr: ", &sample->addr))
		sample->columns |= DT_COL_ADDR;
	dt_text_put_sample(text, dt_text_event(text, EVENT, strlen(EVENT), false));
	return true;
}

static void take_weights(struct dt_text_sample *sample, const char *at, const char *end)
{
	const char *stop = dump_decimal(at, end, "weight: ", &sample->weight);
	uint64_t more[2] = {0, 0};
	unsigned nr = 0;

	if (!stop)
		return;
	sample->columns |= DT_COL_WEIGHT;
	for (; nr < 2 && *stop == ','; nr++) {
		const char *number = stop + 1;

		stop = dt_hex_number(number, &more[nr]);
		if (stop == number)
			return;
	}
	if (nr && more[0] <= UINT16_MAX && more[1] <= UINT16_MAX) {
		sample->weights = (uint32_t)(more[0] | more[1] << 16);
		sample->columns |= DT_COL_WEIGHTS;
	}
}

/* A line that belongs to the sample before it. */
static void take_detail(struct dt_text *text, const char *at, const char *end)
{
	struct dt_text_sample *const sample = &text->sample;
	const char *label;

	while (at < end && (*at == '.' || dt_is_blank(*at)))
		at++;
	if (dt_begins(at, end, "data_src: ")) {
		if (dump_hex(at, end, "data_src: ", &sample->data_src))
			sample->columns |= DT_COL_DATA_SRC;
	} else if (dt_begins(at, end, "phys_addr: ")) {
		if (dump_hex(at, end, "phys_addr: ", &sample->phys))
			sample->columns |= DT_COL_PHYS;
	} else if (dt_begins(at, end, "weight: ")) {
		take_weights(sample, at, end);
	} else if (dt_begins(at, end, "data page size: ")) {
		label = dt_skip_blanks(at + strlen("data page size: "));
		sample->page_size = dt_text_page_size(label, dt_trim(label, end));
		sample->columns |= DT_COL_PAGE;
	} else if (dt_begins(at, end, "thread: ") && text->counting) {
		const char *colon = memrchr(at, ':', (size_t)(end - at));

		label = at + strlen("thread: ");
		if (colon > label && sample->columns & DT_COL_PID && sample->pid == sample->tid)
			dt_text_put_comm(text, sample->pid, label, (size_t)(colon - label));
	}
}

bool dt_text_dump_line(struct dt_text *text, const char *at, const char *end)
{
	static const char record[] = "]: PERF_RECORD_";
	struct dt_text_sample stamps = {0};
	const char *name;

	/* details begin with dots, and are by far the most */
	if (*at == '.' || *at == ' ') {
		const char *first = dt_skip_blanks(at);

		if (first < end && *first == '.') {
			if (text->has_sample)
				take_detail(text, first, end);
			return true;
		}
	}
	name = dt_find(at, end, record);
	if (!name) {
		/* "# ..." and what perf says besides; an empty line ends a sample */
		if (*at == '#')
			dt_text_header_line(text, at, end);
		return true;
	}
	dt_text_flush_sample(text);
	name += strlen(record);
	stamps.columns = take_stamps(&stamps, at);
	if (stamps.columns & DT_COL_TIME)
		count_stamp(text, stamps.time);
	if (dt_begins(name, end, "SAMPLE")) {
		text->sample = stamps;
		return take_sample(text, name, end);
	}
	dt_text_perf_record(text, name, end, stamps.columns & DT_COL_CPU ? stamps.cpu : -1);
	if (text->nr_losses && stamps.columns & DT_COL_TIME)
		dt_text_put_time(text, stamps.time);
	return true;
}
