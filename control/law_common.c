/* SPDX-License-Identifier: GPL-2.0-only */
/* What the laws share: bounds, the comparison of noisy means, and how a decision is filled. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "control/laws.h"

/* Standard errors that make a difference. */
#define APART 2.0

double dt_law_worth(const struct dt_law_setup *setup, const struct dt_observation *observation)
{
	return setup->maximize ? observation->objective : -observation->objective;
}

uint32_t dt_law_clamp(const struct dt_law_setup *setup, double target)
{
	if (!(target > setup->minimum))
		return setup->minimum;
	return target < setup->maximum ? (uint32_t)lround(target) : setup->maximum;
}

int dt_law_compare(double a, double error_a, double b, double error_b)
{
	const double noise = hypot(isnan(error_a) ? 0 : error_a, isnan(error_b) ? 0 : error_b);

	if (!(fabs(a - b) > APART * noise))
		return 0;
	return a > b ? 1 : -1;
}

static void fill(struct dt_decision *decision, enum dt_move move, uint32_t target,
		 const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

static void fill(struct dt_decision *decision, enum dt_move move, uint32_t target,
		 const char *format, va_list arguments)
{
	decision->move = move;
	decision->target = target;
	decision->again_ns = 0;
	(void)vsnprintf(decision->reason, sizeof(decision->reason), format, arguments);
}

void dt_law_write(struct dt_decision *decision, uint32_t target, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fill(decision, DT_MOVE_WRITE, target, format, arguments);
	va_end(arguments);
}

void dt_law_stay(struct dt_decision *decision, enum dt_move move, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fill(decision, move, 0, format, arguments);
	va_end(arguments);
}
