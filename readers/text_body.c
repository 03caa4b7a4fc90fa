/* SPDX-License-Identifier: GPL-2.0-only */
/* See text_body.h. */
#include "damon-trace/data_source.h"
#include "readers/text_body.h"
#include "readers/text_scan.h"

/* Columns from the end of what stands before to the end of the number. */
#define WIDTH_NUMBER 16
#define WIDTH_IP     17

/* Latencies are u16 or, as cache latency, u32 of which no real one needs as many digits. */
#define WEIGHT_DIGITS 7

#define WEIGHTS_MAX 3

/* Columns that stand behind addr. */
#define BEHIND_ADDR \
	(DT_COL_IP | DT_COL_PHYS | DT_COL_WEIGHT | DT_COL_WEIGHTS | DT_COL_DATA_SRC | DT_COL_PAGE)

struct number {
	uint64_t hex, decimal;
	size_t digits, gap;
	bool letters;
};

struct body {
	struct dt_text_sample *sample;
	const struct dt_text_layout *layout;
	struct dt_text_layout *learn;
	const char *end;
	unsigned nr;	     /* numbers behind addr and data_src */
	bool behind_text;    /* the next number follows the text of data_src, which is padded */
	unsigned nr_weights; /* of them */
};

/* The number at `at`, which followed something that ended at `base`. NULL: it is none. */
static const char *take_number(struct number *number, const char *base, const char *at)
{
	const char *stop = dt_hexadecimal(at, &number->hex);

	if (stop == at || !(dt_is_blank(*stop) || *stop == '\n'))
		return NULL;
	number->digits = (size_t)(stop - at);
	number->gap = (size_t)(stop - base);
	number->letters = dt_decimal(at, &number->decimal) != stop;
	return stop;
}

/* Is what stands at `at` no number, no path and no page size? Then it is a symbol or a file. */
static bool is_name(const struct body *body, const char *at)
{
	struct number number;

	return at < body->end && *at != '/' && !take_number(&number, at, at) &&
	       !dt_text_page_size(at, dt_word_end(at, body->end)) &&
	       !dt_begins(at, body->end, "N/A");
}

uint64_t dt_text_page_size(const char *at, const char *end)
{
	uint64_t value;
	const char *stop = dt_decimal(at, &value);
	const char *const units = "KMG";
	const char *unit;

	if (stop == at || stop + 1 != end || value > 4096 || !(unit = strchr(units, *stop)) ||
	    !*unit)
		return 0;
	return value << (10 * (unit - units + 1));
}

static void put_ip(struct body *body, uint64_t value)
{
	body->sample->ip = value;
	body->sample->columns |= DT_COL_IP;
}

static void put_phys(struct body *body, uint64_t value)
{
	body->sample->phys = value;
	body->sample->columns |= DT_COL_PHYS;
}

static void put_weight(struct body *body, uint64_t value)
{
	struct dt_text_sample *sample = body->sample;

	if (body->nr_weights == 0) {
		sample->weight = value;
		sample->weights = 0;
		sample->columns |= DT_COL_WEIGHT;
	} else if (value <= UINT16_MAX && body->nr_weights < WEIGHTS_MAX) {
		sample->weights |= (uint32_t)value << (16 * (body->nr_weights - 1));
		sample->columns |= DT_COL_WEIGHTS;
	}
	body->nr_weights++;
}

static bool may_be_weight(const struct body *body)
{
	if (body->layout->has_fields)
		return body->nr_weights < body->layout->nr_weights;
	return body->nr_weights < WEIGHTS_MAX;
}

/*
 * perf pads the text of data_src to the longest one so far: its distance to what follows is that
 * of the line where it is shortest.
 */
static size_t gap_of(struct body *body, const struct number *number)
{
	if (!body->behind_text)
		return number->gap;
	if (body->learn && (!body->learn->text_gap || number->gap < body->learn->text_gap))
		body->learn->text_gap = number->gap;
	return body->layout->text_gap;
}

/* A number behind addr and data_src. last: something that is no number follows it. */
static void put_number(struct body *body, const struct number *number, bool last)
{
	const unsigned place = body->nr < DT_TEXT_NUMBERS ? body->nr : DT_TEXT_NUMBERS - 1;
	const bool has_ip = body->sample->columns & DT_COL_IP;
	const size_t gap = gap_of(body, number);
	const bool aligned = gap == WIDTH_NUMBER || gap == WIDTH_IP;
	bool letters = number->letters;

	if (!has_ip && (gap == WIDTH_IP || (last && (!aligned || body->behind_text)))) {
		put_ip(body, number->hex);
		return;
	}
	if (body->learn && letters)
		body->learn->letters |= 1u << place;
	letters |= body->layout->letters >> place & 1;
	body->nr++;
	if (!letters && may_be_weight(body))
		put_weight(body, number->decimal);
	else if (!(body->sample->columns & DT_COL_PHYS) && (aligned || has_ip))
		put_phys(body, number->hex);
	else if (!has_ip)
		put_ip(body, number->hex);
}

/* phys_addr and page sizes that end the line, behind the names that follow an ip. */
static void take_line_end(struct body *body, const char *names)
{
	const char *at = dt_trim(names, body->end);
	const char *page = NULL;
	const char *word, *page_end = NULL, *before;
	struct number number;

	for (unsigned i = 0; i < 2; i++) {
		word = dt_word_start(names, at);
		if (word == names || (!dt_text_page_size(word, at) && !dt_begins(word, at, "N/A")))
			break;
		page = word;
		page_end = at;
		at = dt_trim(names, word);
	}
	word = dt_word_start(names, at);
	before = dt_trim(names, word);
	if (page && !(body->sample->columns & DT_COL_PAGE)) {
		body->sample->page_size = dt_text_page_size(page, page_end);
		body->sample->columns |= DT_COL_PAGE;
	}
	if (word > before && before > names && take_number(&number, before, word) == at &&
	    number.gap == WIDTH_NUMBER && !(body->sample->columns & DT_COL_PHYS))
		put_phys(body, number.hex);
}

/*
 * The numbers behind base, where that ended which they follow, and what ends the line behind them.
 */
static void take_tail(struct body *body, const char *base)
{
	const char *at = dt_skip_blanks(base);
	struct number number;

	while (at < body->end) {
		const char *stop = take_number(&number, base, at);
		const char *next;

		/* a cgroup's path has its place between weights and ip */
		if (!stop && *at == '/' && !(body->sample->columns & DT_COL_IP)) {
			base = dt_word_end(at, body->end);
			body->behind_text = false;
			at = dt_skip_blanks(base);
			continue;
		}
		if (!stop)
			break;
		/* behind an ip: a symbol that looks like a number */
		if (body->sample->columns & DT_COL_IP && number.gap != WIDTH_NUMBER)
			break;
		next = dt_skip_blanks(stop);
		put_number(body, &number, is_name(body, next));
		body->behind_text = false;
		base = stop;
		at = next;
	}
	if (at < body->end)
		take_line_end(body, base);
}

/* Where the sections "|OP LOAD|LVL L1 hit|..." that begin at `bar` end. */
static const char *last_section(const char *bar, const char *end)
{
	for (;;) {
		const char *next = memchr(bar + 1, '|', (size_t)(end - bar - 1));
		const char *letter = next ? next + 1 : end;

		while (letter < end && *letter >= 'A' && *letter <= 'Z')
			letter++;
		if (!next || letter == next + 1 || letter >= end || !dt_is_blank(*letter))
			return bar;
		bar = next;
	}
}

/* Where the words of the last section end: before what may be a number or a path. */
static const char *behind_words(const char *at, const char *end)
{
	const char *stop = dt_word_end(at, end);
	struct number number;

	for (at = dt_skip_blanks(stop); at < end; at = dt_skip_blanks(stop)) {
		if (*at == '/' || take_number(&number, at, at))
			break;
		stop = dt_word_end(at, end);
	}
	return stop;
}

/* The word before the text, or before the words that old perfs print without a bar. */
static const char *source_number(struct number *number, const char *at, const char *bar)
{
	const char *stop = dt_trim(at, bar);

	while (stop > at) {
		const char *word = dt_word_start(at, stop);

		if (take_number(number, word, word) == stop)
			return word;
		stop = dt_trim(at, word);
	}
	return NULL;
}

static bool take_source(struct body *body, const char *at, const char *bar)
{
	struct dt_text_sample *const sample = body->sample;
	const char *const last = last_section(bar, body->end);
	const char *const tail = behind_words(last + 1, body->end);
	const char *const base = at;
	struct number number;
	const char *word = source_number(&number, at, bar);

	if (word) {
		sample->data_src = number.hex;
		sample->columns |= DT_COL_DATA_SRC;
	} else if (dt_data_src_parse(bar, (size_t)(tail - bar), &sample->data_src)) {
		sample->columns |= DT_COL_DATA_SRC;
	}
	at = dt_skip_blanks(at);
	if (word && at < word && take_number(&number, base, at)) {
		sample->addr = number.hex;
		sample->columns |= DT_COL_ADDR;
		/* so a walk that does not look for data_src takes it for an address too */
		if (body->learn)
			body->learn->first_large++;
	}
	body->behind_text = true;
	take_tail(body, tail);
	return sample->columns & DT_COL_DATA_SRC;
}

/* Symbol and file of addr, which may have blanks, end before a number that is aligned. */
static const char *behind_names(const struct body *body, const char *at)
{
	struct number number;

	while (at < body->end) {
		const char *stop = dt_word_end(at, body->end);
		const char *next = dt_skip_blanks(stop);

		if (next < body->end && take_number(&number, stop, next) &&
		    (number.gap == WIDTH_NUMBER || number.gap == WIDTH_IP))
			return stop;
		at = next;
	}
	return body->end;
}

/* Without data_src: the first number is an address, unless its place or its size tell otherwise. */
static bool take_plain(struct body *body, const char *base, uint32_t need)
{
	struct dt_text_sample *const sample = body->sample;
	const char *at = dt_skip_blanks(base);
	struct number number;
	const char *stop = take_number(&number, base, at);
	const char *next = stop ? dt_skip_blanks(stop) : NULL;
	bool named;

	if (!stop)
		return false;
	sample->aligned = number.gap == WIDTH_NUMBER || number.gap == WIDTH_IP;
	named = is_name(body, next);
	if (body->learn && (number.letters || number.digits > WEIGHT_DIGITS))
		body->learn->first_large++;
	if (number.gap == WIDTH_IP || (named && number.gap != WIDTH_NUMBER)) {
		put_ip(body, number.hex);
	} else if (!number.letters && !body->layout->first_large && !body->learn) {
		put_weight(body, number.decimal);
		body->nr++;
	} else if (body->layout->first_is_phys) {
		put_phys(body, number.hex);
	} else {
		sample->addr = number.hex;
		sample->columns |= DT_COL_ADDR;
		if (!(need & BEHIND_ADDR))
			return true;
	}
	/* the address of a page fault may have a symbol of its own, and then the ip comes */
	if (named && sample->columns & DT_COL_ADDR && number.gap == WIDTH_NUMBER)
		stop = behind_names(body, next);
	take_tail(body, stop);
	return true;
}

bool dt_text_body(struct dt_text_sample *sample, const struct dt_text_layout *layout,
		  struct dt_text_layout *learn, const char *at, const char *end, uint32_t need)
{
	struct body body = {.sample = sample, .layout = layout, .learn = learn, .end = end};
	const char *bar = need & BEHIND_ADDR ? memchr(at, '|', (size_t)(end - at)) : NULL;

	if (bar && last_section(bar, end) != bar)
		return take_source(&body, at, bar);
	return take_plain(&body, at, need);
}

static bool is_field(const char *at, const char *end, const char *name)
{
	return (size_t)(end - at) == strlen(name) && dt_begins(at, end, name);
}

void dt_text_layout_fields(struct dt_text_layout *layout, const char *at, const char *end)
{
	static const struct {
		const char *name;
		uint32_t column;
	} fields[] = {
		{"addr", DT_COL_ADDR},	       {"phys_addr", DT_COL_PHYS}, {"ip", DT_COL_IP},
		{"weight", DT_COL_WEIGHT},     {"pid", DT_COL_PID},	   {"tid", DT_COL_TID},
		{"data_src", DT_COL_DATA_SRC},
	};

	layout->has_fields = true;
	for (at = dt_skip_blanks(at); at < end;) {
		const char *stop = memchr(at, ',', (size_t)(end - at));

		if (!stop)
			stop = dt_trim(at, end);
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (is_field(at, stop, fields[i].name))
				layout->fields |= fields[i].column;
		layout->nr_weights += is_field(at, stop, "weight") ||
				      is_field(at, stop, "ins_lat") ||
				      is_field(at, stop, "retire_lat");
		at = stop < end ? stop + 1 : end;
	}
	layout->first_is_phys = !(layout->fields & DT_COL_ADDR) && layout->fields & DT_COL_PHYS &&
				!(layout->fields & DT_COL_DATA_SRC) && !layout->nr_weights;
	layout->first_large = layout->fields & (DT_COL_ADDR | DT_COL_PHYS);
	layout->pid_only = layout->fields & DT_COL_PID && !(layout->fields & DT_COL_TID);
	layout->tid_only = layout->fields & DT_COL_TID && !(layout->fields & DT_COL_PID);
}
