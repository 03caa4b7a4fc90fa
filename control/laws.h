/* SPDX-License-Identifier: GPL-2.0-only */
/* The laws, and the few lines that they share. */
#ifndef CONTROL_LAWS_H
#define CONTROL_LAWS_H

#include "damon-trace/tuner.h"

extern const struct dt_law dt_law_hold;
extern const struct dt_law dt_law_step;
extern const struct dt_law dt_law_hill;
extern const struct dt_law dt_law_golden;
extern const struct dt_law dt_law_extremum;
extern const struct dt_law dt_law_pi;

/* The objective as something to be raised; NaN when it could not be measured. */
double dt_law_worth(const struct dt_law_setup *setup, const struct dt_observation *observation);

/* The nearest target within the setup's bounds. */
uint32_t dt_law_clamp(const struct dt_law_setup *setup, double target);

/*
 * How two measured means compare: 1 when a is higher, -1 when b is, 0 when the difference is not
 * more than two of its standard errors (unknown errors count as none).
 */
int dt_law_compare(double a, double error_a, double b, double error_b);

/* Fill a decision. */
void dt_law_write(struct dt_decision *decision, uint32_t target, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void dt_law_stay(struct dt_decision *decision, enum dt_move move, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
