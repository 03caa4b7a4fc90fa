/* SPDX-License-Identifier: GPL-2.0-only */
/* See series.h. */
#include <errno.h>
#include <stdlib.h>

#include "control/series.h"

static const struct dt_reading *at(const struct dt_series *series, size_t i)
{
	return &series->readings[(series->first + i) % DT_SERIES_KEPT];
}

const struct dt_reading *dt_series_last(const struct dt_series *series)
{
	return series->nr ? at(series, series->nr - 1) : NULL;
}

int dt_series_add(struct dt_series *series, uint64_t time, double first, double second)
{
	const struct dt_reading *last = dt_series_last(series);

	if (last && time <= last->time)
		return 0;
	if (!series->readings)
		series->readings = calloc(DT_SERIES_KEPT, sizeof(*series->readings));
	if (!series->readings)
		return -ENOMEM;
	if (series->nr == DT_SERIES_KEPT)
		series->first = (series->first + 1) % DT_SERIES_KEPT;
	else
		series->nr++;
	series->readings[(series->first + series->nr - 1) % DT_SERIES_KEPT] =
		(struct dt_reading){time, {first, second}};
	return 0;
}

/* The number of readings at or before a time. */
static size_t count_until(const struct dt_series *series, uint64_t time)
{
	size_t low = 0, high = series->nr;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (at(series, middle)->time <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool value_at(const struct dt_series *series, uint64_t time, double value[2])
{
	const size_t before = count_until(series, time);
	const struct dt_reading *a, *b;
	double part;

	if (!before)
		return false;
	a = at(series, before - 1);
	b = before < series->nr ? at(series, before) : NULL;
	if (!b && a->time != time)
		return false;
	part = b ? (double)(time - a->time) / (double)(b->time - a->time) : 0;
	for (int i = 0; i < 2; i++)
		value[i] = a->counter[i] + (b ? part * (b->counter[i] - a->counter[i]) : 0);
	return true;
}

bool dt_series_rates(const struct dt_series *series, uint64_t from, uint64_t to, double rates[2])
{
	double start[2], end[2];
	const struct dt_reading *last = dt_series_last(series);

	if (!last || to <= from)
		return false;
	if (to > last->time)
		to = last->time;
	if (to <= from || !value_at(series, from, start) || !value_at(series, to, end))
		return false;
	for (int i = 0; i < 2; i++)
		rates[i] = (end[i] - start[i]) / ((double)(to - from) / 1e9);
	return true;
}

bool dt_series_steps(const struct dt_series *series, uint64_t from, uint64_t to, double growth[2])
{
	/* [from, to): readings at `from` count, those at `to` do not */
	const size_t first = from ? count_until(series, from - 1) : 0;
	const size_t last = to ? count_until(series, to - 1) : 0;

	if (last <= first)
		return false;
	for (int i = 0; i < 2; i++) {
		/* what the first kept reading grew by is not known once older ones went */
		const double before = first ? at(series, first - 1)->counter[i] : 0;

		growth[i] = at(series, last - 1)->counter[i] - before;
	}
	return first || series->nr < DT_SERIES_KEPT;
}

void dt_series_free(struct dt_series *series)
{
	free(series->readings);
	*series = (struct dt_series){.nr = 0};
}
