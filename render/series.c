/* SPDX-License-Identifier: GPL-2.0-only */
/* Values over time in one line. */
#include <math.h>

#include "render/series.h"

/* Columns that a line may take, and its right edge: " of 1023.9 GiB/s". */
#define LINE_MOST 120
#define LINE_EDGE 16

void dt_json_series(struct dt_json *json, const char *key, const char *values,
		    const struct dt_series *series)
{
	dt_json_object(json, key);
	dt_json_u64(json, "start_ns", series->start_ns);
	dt_json_u64(json, "cell_ns", series->cell_ns);
	dt_json_array(json, values);
	for (uint32_t i = 0; i < series->nr; i++)
		dt_json_double(json, NULL, series->values[i]);
	dt_json_array_end(json);
	dt_json_object_end(json);
}

static double highest(const struct dt_series *series)
{
	double high = 0;

	for (uint32_t i = 0; i < series->nr; i++)
		if (series->values[i] > high)
			high = series->values[i];
	return high;
}

/* Mean of the cells that fall into column `column` of `columns`; NaN: none was seen. */
static double column_value(const struct dt_series *series, unsigned column, unsigned columns)
{
	const uint32_t from = (uint32_t)((uint64_t)column * series->nr / columns);
	uint32_t to = (uint32_t)((uint64_t)(column + 1) * series->nr / columns);
	double sum = 0;
	unsigned nr = 0;

	if (to == from)
		to = from + 1;
	for (uint32_t i = from; i < to; i++)
		if (!isnan(series->values[i])) {
			sum += series->values[i];
			nr++;
		}
	return nr ? sum / nr : NAN;
}

/* Eighths of a block, or digits of ten levels: how large the working set was over time. */
void dt_text_series(FILE *out, const char *key, const struct dt_series *series, const char *unit,
		    const struct dt_style *style)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char levels[] = "_.:-=+*#%@";
	const double high = highest(series);
	unsigned columns = style->width > DT_KEY_WIDTH + LINE_EDGE
				   ? style->width - DT_KEY_WIDTH - LINE_EDGE
				   : 1;
	char bytes[32];

	if (!series->nr || !(high > 0))
		return;
	if (columns > LINE_MOST)
		columns = LINE_MOST;
	(void)fprintf(out, "%-*s", DT_KEY_WIDTH, key);
	for (unsigned i = 0; i < columns; i++) {
		const double value = column_value(series, i, columns) / high;

		if (isnan(value))
			(void)fputc(' ', out);
		else if (style->utf8)
			(void)fputs(blocks[(unsigned)(value * 7.999)], out);
		else
			(void)fputc(levels[(unsigned)(value * 9.999)], out);
	}
	(void)fprintf(out, " of %s%s\n", dt_text_bytes(bytes, sizeof(bytes), high), unit);
}
