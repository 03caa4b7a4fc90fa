/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of the tables about samples. */
#include <math.h>

#include "analyzers/sample_tables.h"

void dt_row_latency(struct dt_value *row, uint32_t column, const struct dt_quantile *quantile)
{
	static const double places[] = {0.5, 0.9, 0.95, 0.99, 0.999, 1};

	dt_value_integer(row, column, (uint64_t)quantile->total);
	if (!(quantile->total > 0))
		return;
	dt_value_number(row, column + 1, quantile->sum / quantile->total);
	for (uint32_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		dt_value_number(row, column + 2 + i, dt_quantile_at(quantile, places[i]));
}

void dt_table_hide_empty(struct dt_table *table)
{
	for (uint32_t column = 0; table && column < table->nr_columns; column++) {
		bool any = false;

		for (size_t i = column; i < table->nr_rows * table->nr_columns;
		     i += table->nr_columns)
			any |= table->values[i].type != DT_VALUE_ABSENT;
		if (!any)
			table->columns[column].head = NULL;
	}
	if (table && !table->nr_rows)
		table->title = NULL;
}

double dt_part_of(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}
