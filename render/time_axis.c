/* SPDX-License-Identifier: GPL-2.0-only */
/* See time_axis.h. */
#include <math.h>
#include <string.h>

#include "render/geometry.h"
#include "render/time_axis.h"

#define TICK_ROOM 8

/* A tick at the start of a column is in it, whatever rounding does. */
#define ROUNDING 1e-9

void dt_term_time_axis(FILE *out, const struct dt_time_axis *axis)
{
	const char *floor_line = axis->utf8 ? "\u2500" : "-";
	const double step = dt_tick_step(axis->span, axis->columns / TICK_ROOM + 1);
	const double first = ceil(axis->start / step) * step;
	char labels[DT_CHART_COLUMNS + 64], number[64];
	unsigned done = 0, column = 0;

	memset(labels, ' ', sizeof(labels));
	(void)fprintf(out, "%*s %s", (int)axis->label, "", axis->utf8 ? "\u2514" : "+");
	/* no more ticks than columns, whatever becomes of far away times in a double */
	for (unsigned i = 0; i < axis->columns; i++) {
		const double tick = first + i * step;
		const double part = (tick - axis->start) / axis->span * axis->columns + ROUNDING;
		const unsigned at = part < axis->columns ? (unsigned)fmax(part, 0) : axis->columns;
		unsigned length, from;

		if (at == axis->columns)
			break;
		for (; column < at; column++)
			(void)fputs(floor_line, out);
		if (column == at) {
			(void)fputs(axis->utf8 ? "\u2534" : "+", out);
			column++;
		}
		length = (unsigned)snprintf(number, sizeof(number), "%.*f", dt_tick_decimals(step),
					    tick);
		length = length < sizeof(number) ? length : sizeof(number) - 1;
		from = at < length / 2 ? 0 : at - length / 2;
		if (from + length > axis->columns + 1 || (done && from <= done))
			continue;
		memcpy(labels + from, number, length);
		done = from + length;
	}
	for (; column < axis->columns; column++)
		(void)fputs(floor_line, out);
	labels[done] = '\0';
	(void)fprintf(out, "\n%*s  %s\n", (int)axis->label, "seconds", labels);
}
