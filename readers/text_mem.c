/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `perf mem report -D`: a heading that names the columns, then a line for each sample, in blanks or
 * separated by what was asked for (-x,). There are no times.
 *
 *	# PID, TID, IP, ADDR, PHYS ADDR, DATA PAGE SIZE, LOCAL WEIGHT, DSRC, SYMBOL
 *
 * The first line, and with some perfs every line, has a fault: the format of ADDR is "0x016%lx"
 * where "0x%016lx" was meant, so three wrong digits stand before the address. A number printed
 * without zeros in front never begins so.
 */
#include <stdio.h>

#include "readers/text.h"
#include "readers/text_scan.h"

#define FAULT "0x016"

#define EVENT "samples"

static const struct {
	const char *heading;
	enum dt_text_mem column;
} headings[] = {
	{"PID", DT_MEM_PID},
	{"TID", DT_MEM_TID},
	{"IP", DT_MEM_IP},
	{"ADDR", DT_MEM_ADDR},
	{"PHYS ADDR", DT_MEM_PHYS},
	{"DATA PAGE SIZE", DT_MEM_PAGE},
	{"LOCAL WEIGHT", DT_MEM_WEIGHT},
	{"DSRC", DT_MEM_SOURCE},
};

static void read_headings(struct dt_text *text, const char *at, const char *end)
{
	text->nr_mem_columns = 0;
	while (at < end && text->nr_mem_columns < DT_TEXT_MEM_COLUMNS) {
		const char *stop = memchr(at, ',', (size_t)(end - at));
		const char *word = dt_skip_blanks(at);
		enum dt_text_mem column = DT_MEM_OTHER;
		size_t length;

		stop = stop ? stop : end;
		length = (size_t)(dt_trim(word, stop) - word);
		for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
			if (strlen(headings[i].heading) == length &&
			    !memcmp(headings[i].heading, word, length))
				column = headings[i].column;
		text->mem_columns[text->nr_mem_columns++] = (uint8_t)column;
		at = stop < end ? stop + 1 : end;
	}
}

/* What stands behind the first number: blanks, or the separator that was asked for. */
static void find_separator(struct dt_text *text, const char *at, const char *end)
{
	while (at < end && dt_is_digit(*at))
		at++;
	if (at < end)
		text->mem_separator = *at == '\t' ? ' ' : *at;
}

static bool take_address(const char *at, const char *end, uint64_t *address)
{
	if (dt_begins(at, end, FAULT))
		return dt_hexadecimal(at + strlen(FAULT), address) == end &&
		       at + strlen(FAULT) < end;
	return dt_hex_number(at, address) == end;
}

/* One value; false: it is not what its column says. */
static bool take_value(struct dt_text_sample *sample, enum dt_text_mem column, const char *at,
		       const char *end)
{
	if (at == end)
		return column == DT_MEM_OTHER;
	switch (column) {
	case DT_MEM_PID:
		sample->columns |= DT_COL_PID;
		return dt_whole_int(at, end, &sample->pid);
	case DT_MEM_TID:
		sample->columns |= DT_COL_TID;
		return dt_whole_int(at, end, &sample->tid);
	case DT_MEM_IP:
		sample->columns |= DT_COL_IP;
		return dt_hex_number(at, &sample->ip) == end;
	case DT_MEM_ADDR:
		sample->columns |= DT_COL_ADDR;
		return take_address(at, end, &sample->addr);
	case DT_MEM_PHYS:
		sample->columns |= DT_COL_PHYS;
		return dt_hex_number(at, &sample->phys) == end;
	case DT_MEM_PAGE:
		sample->columns |= DT_COL_PAGE;
		sample->page_size = dt_text_page_size(at, end);
		return true;
	case DT_MEM_WEIGHT:
		sample->columns |= DT_COL_WEIGHT;
		return dt_decimal(at, &sample->weight) == end;
	case DT_MEM_SOURCE:
		sample->columns |= DT_COL_DATA_SRC;
		return dt_hex_number(at, &sample->data_src) == end;
	default:
		return true;
	}
}

static bool take_row(struct dt_text *text, const char *at, const char *end)
{
	struct dt_text_sample *const sample = &text->sample;
	const bool blanks = text->mem_separator == ' ';
	unsigned known = 0;

	sample->columns = 0;
	for (unsigned i = 0; i < text->nr_mem_columns; i++) {
		const enum dt_text_mem column = text->mem_columns[i];
		const char *stop;

		at = dt_skip_blanks(at);
		/* names have blanks, and nothing that matters stands behind them */
		if (column == DT_MEM_OTHER)
			break;
		if (blanks)
			stop = dt_word_end(at, end);
		else
			stop = memchr(at, text->mem_separator, (size_t)(end - at));
		stop = stop ? stop : end;
		if (!take_value(sample, column, at, dt_trim(at, stop)))
			return false;
		known++;
		at = stop < end ? stop + !blanks : end;
	}
	return known > 0;
}

bool dt_text_mem_line(struct dt_text *text, const char *at, const char *end)
{
	dt_text_flush_sample(text);
	at = dt_skip_blanks(at);
	if (at == end)
		return true;
	if (*at == '#') {
		const char *name = dt_skip_blanks(at + 1);

		if (dt_begins(name, end, "PID,"))
			read_headings(text, name, end);
		else
			dt_text_header_line(text, at, end);
		return true;
	}
	if (!dt_is_digit(*at))
		return false;
	if (!text->mem_separator)
		find_separator(text, at, end);
	if (!take_row(text, at, end))
		return false;
	dt_text_put_sample(text, dt_text_event(text, EVENT, strlen(EVENT), false));
	return true;
}
