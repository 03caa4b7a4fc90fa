/* SPDX-License-Identifier: GPL-2.0-only */
/* Each scheme in a few lines: what it moved, its quota, where. */
#include <inttypes.h>
#include <math.h>

#include "damon-trace/reader.h"
#include "damon-trace/scheme.h"
#include "render/json_parts.h"
#include "render/schemes.h"
#include "render/series.h"

static void json_stats(struct dt_json *json, const struct dt_scheme_report *scheme)
{
	dt_json_u64(json, "stats", scheme->nr_stats);
	dt_json_u64(json, "restarts", scheme->restarts);
	dt_json_double(json, "seconds", scheme->seconds);
	dt_json_u64(json, "tried_regions", scheme->nr_tried);
	dt_json_u64(json, "applied_regions", scheme->nr_applied);
	dt_json_double(json, "tried_bytes", scheme->tried_bytes);
	dt_json_double(json, "applied_bytes", scheme->applied_bytes);
	dt_json_double(json, "filter_passed_bytes", scheme->passed_bytes);
	dt_json_double(json, "tried_bytes_per_s", scheme->tried_bytes_per_s);
	dt_json_double(json, "applied_bytes_per_s", scheme->applied_bytes_per_s);
	dt_json_double(json, "applied_per_tried", scheme->applied_per_tried);
	dt_json_u64(json, "quota_exceeded", scheme->qt_exceeds);
	dt_json_double(json, "quota_exceeded_per_s", scheme->qt_exceeds_per_s);
	dt_json_double(json, "points_moved", scheme->points_moved);
	dt_json_double(json, "applied_bytes_per_point", scheme->bytes_per_point);
	dt_json_series(json, "applied", "bytes_per_s", &scheme->applied);
}

static void json_esz(struct dt_json *json, const struct dt_scheme_report *scheme)
{
	dt_json_object(json, "esz");
	dt_json_u64(json, "changes", scheme->nr_esz);
	dt_json_double(json, "first_bytes", scheme->esz_first);
	dt_json_double(json, "last_bytes", scheme->esz_last);
	dt_json_double(json, "least_bytes", scheme->esz_low);
	dt_json_double(json, "most_bytes", scheme->esz_high);
	dt_json_double(json, "mean_bytes", scheme->esz_mean);
	dt_json_series(json, "timeline", "bytes", &scheme->esz);
	dt_json_object_end(json);
}

static void json_applies(struct dt_json *json, const struct dt_scheme_report *scheme)
{
	dt_json_object(json, "before_apply");
	dt_json_u64(json, "regions", scheme->nr_applies);
	dt_json_double(json, "bytes", scheme->apply_bytes);
	dt_json_array(json, "ranges");
	for (size_t i = 0; i < scheme->nr_ranges; i++) {
		dt_json_object(json, NULL);
		dt_json_hex(json, "start", scheme->ranges[i].start);
		dt_json_hex(json, "end", scheme->ranges[i].end);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
	dt_json_object_end(json);
}

void dt_json_schemes(struct dt_json *json, const struct dt_report *report)
{
	if (!report->has_schemes)
		return;
	dt_json_line(json);
	dt_json_array(json, "schemes");
	for (size_t i = 0; i < report->nr_schemes; i++) {
		const struct dt_scheme_report *scheme = &report->schemes[i];

		dt_json_line(json);
		dt_json_object(json, NULL);
		dt_json_object(json, "stream");
		dt_json_i64(json, "kdamond_pid", scheme->kdamond);
		dt_json_index(json, "context", scheme->context);
		dt_json_index(json, "scheme", scheme->scheme);
		dt_json_object_end(json);
		dt_json_u64(json, "start_ns", scheme->start_ns);
		dt_json_u64(json, "end_ns", scheme->end_ns);
		json_stats(json, scheme);
		json_esz(json, scheme);
		json_applies(json, scheme);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

/* ---- text ---- */

static const char *bytes_text(char *buffer, size_t size, double bytes)
{
	return isnan(bytes) ? "unknown" : dt_text_bytes(buffer, size, bytes);
}

static void text_stats(FILE *out, const struct dt_scheme_report *scheme)
{
	char tried[32], applied[32], rate[32];

	if (scheme->nr_stats < 2) {
		(void)fputs("  no statistics: record damos_stat_after_apply_interval (7.0 and "
			    "later)\n",
			    out);
		return;
	}
	(void)fprintf(out, "  applied %s of %s tried",
		      bytes_text(applied, sizeof(applied), scheme->applied_bytes),
		      bytes_text(tried, sizeof(tried), scheme->tried_bytes));
	if (!isnan(scheme->applied_per_tried))
		(void)fprintf(out, " (%.1f %%)", 100 * scheme->applied_per_tried);
	(void)fprintf(out, " in %.1f s, %s/s\n", scheme->seconds,
		      bytes_text(rate, sizeof(rate), scheme->applied_bytes_per_s));
	(void)fprintf(out, "  quota exceeded %" PRIu64 " times", scheme->qt_exceeds);
	if (!isnan(scheme->qt_exceeds_per_s))
		(void)fprintf(out, ", %.2f a second", scheme->qt_exceeds_per_s);
	(void)fputc('\n', out);
	if (scheme->restarts)
		(void)fprintf(out,
			      "  the counters began anew %" PRIu32
			      " time%s: the kdamond was restarted\n",
			      scheme->restarts, scheme->restarts == 1 ? "" : "s");
	if (!isnan(scheme->bytes_per_point))
		(void)fprintf(out, "  %s for each of the %.1f points that its goal's value moved\n",
			      bytes_text(rate, sizeof(rate), scheme->bytes_per_point),
			      scheme->points_moved);
}

static void text_esz(FILE *out, const struct dt_scheme_report *scheme)
{
	char low[32], high[32], mean[32], last[32];

	if (!scheme->nr_esz) {
		(void)fputs("  effective quota unknown: no damos_esz (6.17 and later; it comes "
			    "when the quota changes)\n",
			    out);
		return;
	}
	(void)fprintf(out, "  effective quota %s to %s, mean %s, at the end %s\n",
		      bytes_text(low, sizeof(low), scheme->esz_low),
		      bytes_text(high, sizeof(high), scheme->esz_high),
		      bytes_text(mean, sizeof(mean), scheme->esz_mean),
		      bytes_text(last, sizeof(last), scheme->esz_last));
}

static void text_ranges(FILE *out, const struct dt_scheme_report *scheme)
{
	char bytes[32];

	if (!scheme->nr_applies)
		return;
	(void)fprintf(out, "  regions it was applied to: %" PRIu64 ", %s, in\n", scheme->nr_applies,
		      bytes_text(bytes, sizeof(bytes), scheme->apply_bytes));
	for (size_t i = 0; i < scheme->nr_ranges; i++)
		(void)fprintf(out, "    0x%" PRIx64 "-0x%" PRIx64 "\n", scheme->ranges[i].start,
			      scheme->ranges[i].end);
}

void dt_text_schemes(FILE *out, const struct dt_report *report, const struct dt_style *style)
{
	for (size_t i = 0; i < report->nr_schemes && report->has_schemes; i++) {
		const struct dt_scheme_report *scheme = &report->schemes[i];

		(void)fprintf(out, "\nScheme: kdamond %" PRId32, scheme->kdamond);
		if (scheme->context != DT_UNKNOWN_U32)
			(void)fprintf(out, ", context %" PRIu32, scheme->context);
		(void)fprintf(out, ", scheme %" PRIu32 "\n", scheme->scheme);
		text_stats(out, scheme);
		dt_text_series(out, "  applied", &scheme->applied, "/s", style);
		text_esz(out, scheme);
		dt_text_series(out, "  quota", &scheme->esz, "", style);
		text_ranges(out, scheme);
	}
}
