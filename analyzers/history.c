/* SPDX-License-Identifier: GPL-2.0-only */
/* Values by their time, thinned when they become too many. See history.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "analyzers/history.h"

static int grow(struct dt_history *history)
{
	const size_t room = history->room ? history->room * 2 : 64;
	struct dt_history_value *values = realloc(history->values, room * sizeof(*values));

	if (!values)
		return -ENOMEM;
	history->values = values;
	history->room = room;
	return 0;
}

/* Every second goes; the first stays. */
static void thin(struct dt_history *history)
{
	for (size_t i = 0; 2 * i < history->nr; i++)
		history->values[i] = history->values[2 * i];
	history->nr = (history->nr + 1) / 2;
	history->shift++;
}

int dt_history_add(struct dt_history *history, uint64_t time, double value)
{
	const struct dt_history_value added = {time, value};

	history->last = added;
	if (history->offered++ & ((1ull << history->shift) - 1))
		return 0;
	/* one place is left for the last value of all */
	if (history->nr + 1 >= history->room && grow(history))
		return -ENOMEM;
	history->values[history->nr++] = added;
	if (history->nr == DT_HISTORY_MOST)
		thin(history);
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct dt_history_value *left = a, *right = b;

	return left->time < right->time ? -1 : left->time > right->time;
}

/* The first that is not before the time; the last one is not. */
static double first_from(const struct dt_history *history, uint64_t time)
{
	size_t low = 0, high = history->nr;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (history->values[middle].time < time)
			low = middle + 1;
		else
			high = middle;
	}
	return history->values[low].value;
}

void dt_history_at(struct dt_history *history, const double *parts, size_t nr, double *values)
{
	uint64_t first, last;

	for (size_t i = 0; i < nr; i++)
		values[i] = NAN;
	if (!history->nr)
		return;
	/* the last one, whether it was kept or not: there is room for it */
	history->values[history->nr] = history->last;
	/* several inputs may come in any order */
	qsort(history->values, history->nr + 1, sizeof(*history->values), by_time);
	first = history->values[0].time;
	last = history->values[history->nr].time;
	for (size_t i = 0; i < nr; i++)
		values[i] =
			first_from(history, first + (uint64_t)(parts[i] * (double)(last - first)));
}

void dt_history_free(struct dt_history *history)
{
	free(history->values);
	*history = (struct dt_history){0};
}
