/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Working sets and regions as CSV in long form: a row for each number. `at` says which one of the
 * figure it is: mean, a quantile (p50), a part of the time (t50), the start of a time cell in ns,
 * or the upper edge of a class of access rates.
 */
#include <inttypes.h>
#include <math.h>

#include "damon-trace/regions.h"
#include "render/regions.h"
#include "support/number.h"

static const char *const quantiles[DT_NR_QUANTILES] = {"p0",  "p5",  "p25", "p50",
						       "p75", "p95", "p100"};
static const char *const times[DT_NR_TIMES] = {"t0", "t25", "t50", "t75", "t100"};

static void write_row(FILE *out, const struct dt_region_report *regions, const char *figure,
		      const char *at, double value)
{
	char number[DT_NUMBER_SIZE] = "", context[16] = "";

	if (isfinite(value))
		(void)dt_number_double(number, value);
	if (regions->stream.context != DT_UNKNOWN_U32)
		(void)snprintf(context, sizeof(context), "%" PRIu32, regions->stream.context);
	(void)fprintf(out, "%s,%" PRId32 ",%s,%" PRIu64 ",%s,%s\n", figure, regions->stream.kdamond,
		      context, regions->stream.target, at, number);
}

static void write_distribution(FILE *out, const struct dt_region_report *regions,
			       const char *figure, const struct dt_distribution *distribution)
{
	write_row(out, regions, figure, "mean", distribution->mean);
	for (unsigned i = 0; i < DT_NR_QUANTILES; i++)
		write_row(out, regions, figure, quantiles[i], distribution->at[i]);
}

static void write_series(FILE *out, const struct dt_region_report *regions, const char *figure,
			 const struct dt_series *series)
{
	for (uint32_t i = 0; i < series->nr; i++) {
		char at[24];

		(void)snprintf(at, sizeof(at), "%" PRIu64, series->start_ns + i * series->cell_ns);
		write_row(out, regions, figure, at, series->values[i]);
	}
}

static void write_rates(FILE *out, const struct dt_region_report *regions)
{
	const double top = regions->intervals_known ? 1 : regions->highest_accesses;

	for (unsigned i = 0; i < DT_NR_RATES; i++) {
		char edge[DT_NUMBER_SIZE];

		(void)dt_number_double(edge, top * i / (DT_NR_RATES - 1));
		write_row(out, regions,
			  regions->intervals_known ? "bytes_by_access_rate"
						   : "bytes_by_samples_per_aggregation",
			  edge, regions->rate_bytes[i]);
	}
}

void dt_csv_regions(FILE *out, const struct dt_report *report)
{
	(void)fputs("figure,kdamond,context,target,at,value\n", out);
	for (size_t i = 0; i < report->nr_regions && report->has_working_sets; i++) {
		const struct dt_region_report *regions = &report->regions[i];

		write_distribution(out, regions, "working_set_bytes", &regions->working_set);
		for (unsigned t = 0; t < DT_NR_TIMES; t++)
			write_row(out, regions, "working_set_bytes", times[t],
				  regions->working_set_at[t]);
		write_series(out, regions, "working_set_bytes", &regions->working_set_series);
	}
	for (size_t i = 0; i < report->nr_regions && report->has_regions; i++) {
		const struct dt_region_report *regions = &report->regions[i];

		write_distribution(out, regions, "regions", &regions->count);
		write_series(out, regions, "regions", &regions->count_series);
		write_distribution(out, regions, "size_bytes", &regions->size);
		write_distribution(out, regions, "age_aggregations", &regions->age);
		write_distribution(out, regions, "bandwidth_bytes_per_s", &regions->bandwidth);
		write_distribution(out, regions, "idle_s", &regions->idle);
		write_rates(out, regions);
	}
}
