/* SPDX-License-Identifier: GPL-2.0-only */
/* See text_front.h. */
#include "readers/text_front.h"
#include "readers/text_scan.h"

/* perf and ftrace print microseconds, or nanoseconds when asked. */
#define DIGITS_US 6
#define DIGITS_NS 9

#define NS_PER_US 1000ull
#define NS_PER_S  1000000000ull

/* Period as perf script prints it: "%10lu ". */
#define PERIOD_WIDTH 10

/* Blanks around the digits of a time stamp, and a colon behind: *from and *to of the whole. */
static bool time_at(struct dt_text_front *front, const char *start, const char *dot,
		    const char **from, const char **to)
{
	const char *first = dot;
	uint64_t seconds, fraction;
	const char *last;

	while (first > start && dt_is_digit(first[-1]))
		first--;
	if (first == dot || (first > start && !dt_is_blank(first[-1])))
		return false;
	last = dt_decimal(dot + 1, &fraction);
	if (last - dot - 1 != DIGITS_US && last - dot - 1 != DIGITS_NS)
		return false;
	/* a stamp without its colon is one only at the very beginning: in lists cut by hand */
	if (*last != ':' && !(dt_is_blank(*last) && first == dt_skip_blanks(start)))
		return false;
	if (dt_decimal(first, &seconds) != dot || seconds > UINT64_MAX / NS_PER_S - 1)
		return false;
	front->is_ns = last - dot - 1 == DIGITS_NS;
	front->time = seconds * NS_PER_S + (front->is_ns ? fraction : fraction * NS_PER_US);
	front->columns |= DT_COL_TIME;
	*from = first;
	*to = last + (*last == ':');
	return true;
}

static bool find_time(struct dt_text_front *front, const char *at, const char *end,
		      const char **from, const char **to)
{
	const char *dot = at;

	while (dot < end && (dot = memchr(dot, '.', (size_t)(end - dot)))) {
		if (time_at(front, at, dot, from, to))
			return true;
		dot++;
	}
	return false;
}

/* "[003]" that ends at `at`: where it begins, or NULL. */
static const char *cpu_before(struct dt_text_front *front, const char *start, const char *at)
{
	const char *digit = at - 1;

	if (at == start || *digit != ']')
		return NULL;
	while (digit > start && dt_is_digit(digit[-1]))
		digit--;
	if (digit == start || digit[-1] != '[' || !dt_whole_int(digit, at - 1, &front->cpu))
		return NULL;
	front->columns |= DT_COL_CPU;
	return digit - 1;
}

/* trace-cmd's latency format has "1d..h1" in place of "[001]": CPU and flags as one word. */
static const char *cpu_of_flags(struct dt_text_front *front, const char *start, const char *at)
{
	const char *word = dt_word_start(start, at);
	const char *digit = word;

	while (digit < at && dt_is_digit(*digit))
		digit++;
	if (digit == word || digit == at || memchr(word, '/', (size_t)(at - word)) ||
	    !dt_whole_int(word, digit, &front->cpu))
		return NULL;
	front->columns |= DT_COL_CPU;
	return word;
}

/* "(  121)" or "(-----)" of the record-tgid option. */
static const char *skip_tgid(struct dt_text_front *front, const char *start, const char *at)
{
	const char *open = at - 1;
	const char *digits;

	if (at == start || *open != ')')
		return at;
	while (open > start && *open != '(')
		open--;
	digits = dt_skip_blanks(open + 1);
	if (dt_whole_int(digits, at - 1, &front->pid))
		front->columns |= DT_COL_PID;
	return dt_trim(start, open);
}

/* perf: "121" or "120/121". */
static const char *pid_of_perf(struct dt_text_front *front, const char *start, const char *at)
{
	const char *word = dt_word_start(start, at);
	const char *slash = memchr(word, '/', (size_t)(at - word));

	if (slash) {
		if (!dt_whole_int(word, slash, &front->pid) ||
		    !dt_whole_int(slash + 1, at, &front->tid))
			return NULL;
	} else {
		if (!dt_whole_int(word, at, &front->tid))
			return NULL;
		front->pid = front->tid;
		front->lone_pid = true;
	}
	front->columns |= DT_COL_PID | DT_COL_TID;
	return word;
}

/* ftrace: "comm-121"; where the name ends, or NULL. */
static const char *pid_of_trace(struct dt_text_front *front, const char *start, const char *at)
{
	const char *digit = at;

	while (digit > start && dt_is_digit(digit[-1]))
		digit--;
	if (digit == start || digit[-1] != '-' || !dt_whole_int(digit, at, &front->tid))
		return NULL;
	if (!(front->columns & DT_COL_PID))
		front->pid = front->tid;
	front->columns |= DT_COL_PID | DT_COL_TID;
	front->is_trace = true;
	return digit - 1;
}

static void set_comm(struct dt_text_front *front, const char *start, const char *end)
{
	const char *colon;

	start = dt_skip_blanks(start);
	/* of several buffers trace-cmd prints the name before, with a colon and blanks */
	if (front->is_trace && start < end && (colon = dt_find(start, end, ": ")))
		start = dt_skip_blanks(colon + 1);
	front->comm = start;
	front->comm_length = end > start ? (size_t)(end - start) : 0;
}

void dt_text_front_who(struct dt_text_front *front, const char *start)
{
	const char *before = dt_trim(start, front->who);
	const char *found = cpu_before(front, start, before);

	if (!found) {
		/* flags, or perf's misc, stand between the CPU and the time */
		const char *word = dt_trim(start, dt_word_start(start, before));

		found = cpu_before(front, start, word);
		if (!found && pid_of_trace(front, start, word))
			found = cpu_of_flags(front, start, before);
	}
	if (found)
		before = dt_trim(start, found);
	before = skip_tgid(front, start, before);
	found = pid_of_perf(front, start, before);
	if (!found && (front->columns & DT_COL_CPU))
		found = pid_of_trace(front, start, before);
	set_comm(front, start, found ? dt_trim(start, found) : before);
}

/* The event's name ends in a colon that a blank or the line's end follows. */
static bool is_event(const char *word, const char *word_end)
{
	return word_end - word > 1 && word_end[-1] == ':';
}

static void set_event(struct dt_text_front *front, const char *word, const char *word_end,
		      const char *end)
{
	front->has_event = true;
	front->event = word;
	front->event_length = (size_t)(word_end - word) - (word_end[-1] == ':');
	front->body = word_end + (word_end < end);
}

static void find_event(struct dt_text_front *front, const char *after, const char *end)
{
	const char *base = after + (after < end && dt_is_blank(*after));
	const char *word = dt_skip_blanks(base);
	const char *word_end = dt_word_end(word, end);
	uint64_t number;

	front->body = base;
	if (dt_decimal(word, &number) == word_end && word_end > word) {
		const char *next = dt_skip_blanks(word_end);
		const char *next_end = dt_word_end(next, end);
		const bool event_follows = is_event(next, next_end);

		if (!event_follows && (word_end - base != PERIOD_WIDTH || next == end))
			return;
		front->period = number;
		front->columns |= DT_COL_PERIOD;
		if (event_follows)
			set_event(front, next, next_end, end);
		else
			front->body = word_end + 1;
	} else if (is_event(word, word_end) ||
		   (word < end && dt_hexadecimal(word, &number) != word_end && *word != '|')) {
		set_event(front, word, word_end, end);
	}
}

/* Without a time: "comm pid [cpu] period event: ...", where only the event is sure to be there. */
static bool timeless(struct dt_text_front *front, const char *at, const char *end)
{
	const char *colon = dt_find(at, end, ": ");
	const char *name, *before, *number;

	if (!colon || colon == at || memchr(at, '|', (size_t)(colon - at)))
		return false;
	name = dt_word_start(at, colon);
	if (name == colon)
		return false;
	set_event(front, name, colon + 1, end);
	front->who = dt_trim(at, name);
	/* a second number before the event is its period, for who comes with one */
	number = dt_word_start(at, front->who);
	before = dt_trim(at, number);
	if (number < front->who && dt_decimal(number, &front->period) == front->who &&
	    before > at && (dt_is_digit(before[-1]) || before[-1] == ']')) {
		front->columns |= DT_COL_PERIOD;
		front->who = before;
	}
	return true;
}

bool dt_text_front(struct dt_text_front *front, const char *at, const char *end)
{
	const char *after;

	front->columns = 0;
	front->is_trace = false;
	front->lone_pid = false;
	front->has_event = false;
	front->is_ns = false;
	front->comm_length = 0;
	if (!find_time(front, at, end, &front->who, &after))
		return timeless(front, at, end);
	find_event(front, after, end);
	return true;
}
