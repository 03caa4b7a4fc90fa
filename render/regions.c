/* SPDX-License-Identifier: GPL-2.0-only */
/* Working sets and the make-up of regions: a table a stream, and the working set as a line. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "damon-trace/regions.h"
#include "render/json_parts.h"
#include "render/regions.h"
#include "render/series.h"
#include "render/words.h"

/* Columns of a table: the widest value is "1023.9 KiB". */
#define VALUE_WIDTH 11

/* ---- JSON ---- */

static void json_distribution(struct dt_json *json, const char *key,
			      const struct dt_distribution *distribution)
{
	static const char *const keys[DT_NR_QUANTILES] = {"p0",	 "p5",	"p25", "p50",
							  "p75", "p95", "p100"};

	dt_json_object(json, key);
	dt_json_double(json, "mean", distribution->mean);
	for (unsigned i = 0; i < DT_NR_QUANTILES; i++)
		dt_json_double(json, keys[i], distribution->at[i]);
	dt_json_object_end(json);
}

static void json_head(struct dt_json *json, const struct dt_region_report *regions)
{
	dt_json_line(json);
	dt_json_object(json, NULL);
	dt_json_stream(json, &regions->stream);
	dt_json_u64(json, "snapshots", regions->snapshots);
	dt_json_u64(json, "skipped", regions->skipped);
}

static void json_working_set(struct dt_json *json, const struct dt_region_report *regions)
{
	static const char *const times[DT_NR_TIMES] = {"t0", "t25", "t50", "t75", "t100"};

	json_head(json, regions);
	json_distribution(json, "bytes", &regions->working_set);
	dt_json_object(json, "by_time_bytes");
	for (unsigned i = 0; i < DT_NR_TIMES; i++)
		dt_json_double(json, times[i], regions->working_set_at[i]);
	dt_json_object_end(json);
	dt_json_series(json, "timeline", "bytes", &regions->working_set_series);
	dt_json_object_end(json);
}

static void json_regions(struct dt_json *json, const struct dt_region_report *regions)
{
	json_head(json, regions);
	json_distribution(json, "count", &regions->count);
	dt_json_series(json, "timeline", "regions", &regions->count_series);
	json_distribution(json, "size_bytes", &regions->size);
	json_distribution(json, "age_aggregations", &regions->age);
	dt_json_object(json, "access_rate");
	dt_json_string(json, "unit",
		       regions->intervals_known ? "access rate" : "samples per aggregation");
	dt_json_double(json, "highest", regions->intervals_known ? 1 : regions->highest_accesses);
	dt_json_array(json, "bytes");
	for (unsigned i = 0; i < DT_NR_RATES; i++)
		dt_json_double(json, NULL, regions->rate_bytes[i]);
	dt_json_array_end(json);
	dt_json_object_end(json);
	json_distribution(json, "bandwidth_bytes_per_s", &regions->bandwidth);
	json_distribution(json, "idle_s", &regions->idle);
	dt_json_object_end(json);
}

static void json_array(struct dt_json *json, const char *key, const struct dt_report *report,
		       void (*one)(struct dt_json *, const struct dt_region_report *))
{
	dt_json_line(json);
	dt_json_array(json, key);
	for (size_t i = 0; i < report->nr_regions; i++)
		one(json, &report->regions[i]);
	dt_json_array_end(json);
}

void dt_json_regions(struct dt_json *json, const struct dt_report *report)
{
	if (report->has_working_sets)
		json_array(json, "working_sets", report, json_working_set);
	if (report->has_regions)
		json_array(json, "regions", report, json_regions);
}

/* ---- text ---- */

typedef char *(*value_text)(char *buffer, size_t size, double value);

static char *rate_text(char *buffer, size_t size, double value)
{
	char bytes[32];

	if (isnan(value))
		(void)snprintf(buffer, size, "unknown");
	else
		(void)snprintf(buffer, size, "%s/s", dt_text_bytes(bytes, sizeof(bytes), value));
	return buffer;
}

static char *seconds_text(char *buffer, size_t size, double value)
{
	char duration[32];

	if (isnan(value))
		(void)snprintf(buffer, size, "unknown");
	else
		(void)snprintf(buffer, size, "%s%s", value < 0 ? "-" : "",
			       dt_text_duration(duration, sizeof(duration), fabs(value) * 1e9));
	return buffer;
}

static char *number_text(char *buffer, size_t size, double value)
{
	if (!isnan(value))
		return dt_words_value(buffer, size, value);
	(void)snprintf(buffer, size, "unknown");
	return buffer;
}

static void text_header(FILE *out)
{
	static const char *const names[] = {"least", "5 %",  "25 %", "median",
					    "75 %",  "95 %", "most"};

	(void)fprintf(out, "%-*s", DT_KEY_WIDTH, "");
	/* 80 columns hold six of them */
	for (unsigned i = 0; i < DT_NR_QUANTILES; i++)
		if (i != 1)
			(void)fprintf(out, "%*s", VALUE_WIDTH, names[i]);
	(void)fputc('\n', out);
}

static void text_distribution(FILE *out, const char *key, value_text text,
			      const struct dt_distribution *distribution)
{
	char value[48];

	(void)fprintf(out, "%-*s", DT_KEY_WIDTH, key);
	for (unsigned i = 0; i < DT_NR_QUANTILES; i++)
		if (i != 1)
			(void)fprintf(out, "%*s", VALUE_WIDTH,
				      text(value, sizeof(value), distribution->at[i]));
	(void)fputc('\n', out);
}

/* The working set at parts of the recording's time. */
static void text_times(FILE *out, const struct dt_region_report *regions)
{
	static const char *const names[DT_NR_TIMES] = {"start", "25 %", "half", "75 %", "end"};
	char bytes[32];

	(void)fprintf(out, "%-*s", DT_KEY_WIDTH, "of the time");
	for (unsigned i = 0; i < DT_NR_TIMES; i++)
		(void)fprintf(out, "%*s", VALUE_WIDTH, names[i]);
	(void)fprintf(out, "\n%-*s", DT_KEY_WIDTH, "accessed");
	for (unsigned i = 0; i < DT_NR_TIMES; i++)
		(void)fprintf(out, "%*s", VALUE_WIDTH,
			      dt_text_bytes(bytes, sizeof(bytes), regions->working_set_at[i]));
	(void)fputc('\n', out);
}

static void text_head(FILE *out, const char *what, const struct dt_region_report *regions)
{
	char stream[96];

	(void)fprintf(out, "\n%s: %s, %" PRIu64 " snapshot%s", what,
		      dt_words_stream(stream, sizeof(stream), &regions->stream), regions->snapshots,
		      regions->snapshots == 1 ? "" : "s");
	if (regions->skipped)
		(void)fprintf(out, " (%" PRIu64 " cut or incomplete left out)", regions->skipped);
	(void)fputc('\n', out);
}

/* How much memory was accessed how often: "0", "to 0.1", ... */
static void text_rates(FILE *out, const struct dt_region_report *regions)
{
	const double top = regions->intervals_known ? 1 : regions->highest_accesses;
	char bytes[32], edge[32];

	(void)fprintf(out, "%s, mean bytes of a snapshot:\n",
		      regions->intervals_known ? "access rate"
					       : "samples per aggregation with an access");
	for (unsigned i = 0; i < DT_NR_RATES; i++) {
		if (!(regions->rate_bytes[i] > 0))
			continue;
		(void)fprintf(
			out, "  %s%-9s %*s\n", i ? "up to " : "none  ",
			i ? dt_words_value(edge, sizeof(edge), top * i / (DT_NR_RATES - 1)) : "",
			VALUE_WIDTH, dt_text_bytes(bytes, sizeof(bytes), regions->rate_bytes[i]));
	}
}

void dt_text_regions(FILE *out, const struct dt_report *report, const struct dt_style *style)
{
	for (size_t i = 0; i < report->nr_regions && report->has_working_sets; i++) {
		const struct dt_region_report *regions = &report->regions[i];

		text_head(out, "Working set", regions);
		text_header(out);
		text_distribution(out, "accessed", dt_text_bytes, &regions->working_set);
		text_times(out, regions);
		dt_text_series(out, "over time", &regions->working_set_series, "", style);
	}
	for (size_t i = 0; i < report->nr_regions && report->has_regions; i++) {
		const struct dt_region_report *regions = &report->regions[i];

		text_head(out, "Regions", regions);
		text_header(out);
		text_distribution(out, "number", number_text, &regions->count);
		text_distribution(out, "size", dt_text_bytes, &regions->size);
		text_distribution(out, "age", number_text, &regions->age);
		text_distribution(out, "bandwidth", rate_text, &regions->bandwidth);
		text_distribution(out, "idle", seconds_text, &regions->idle);
		text_rates(out, regions);
	}
}
