/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters that only grow, read now and then: how much they grew between any two moments of the
 * recent past. Up to two counters are read at the same moments, for means and ratios.
 */
#ifndef CONTROL_SERIES_H
#define CONTROL_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Readings that are kept: 20 minutes of ten a second. */
#define DT_SERIES_KEPT 12000

struct dt_reading {
	uint64_t time;
	double counter[2];
};

struct dt_series {
	size_t nr, first; /* a ring: first is the oldest */
	struct dt_reading *readings;
};

/* 0 or -ENOMEM. A time that is not after the last one is left out. */
int dt_series_add(struct dt_series *series, uint64_t time, double first, double second);
/* The last one; NULL: none. */
const struct dt_reading *dt_series_last(const struct dt_series *series);
/*
 * How fast both counters grew over [from, to), per second, straight between readings; up to the
 * last reading where that is before `to`. False: there are none of that time.
 */
bool dt_series_rates(const struct dt_series *series, uint64_t from, uint64_t to, double rates[2]);
/* The same of counters that grow at the moments of the readings alone. False: there is none. */
bool dt_series_steps(const struct dt_series *series, uint64_t from, uint64_t to, double growth[2]);
void dt_series_free(struct dt_series *series);

#endif
