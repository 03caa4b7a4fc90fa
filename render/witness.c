/* SPDX-License-Identifier: GPL-2.0-only */
/* The witnesses of recordings, in words and as JSON. */
#include <inttypes.h>
#include <math.h>

#include "damon-trace/witnesses.h"
#include "render/series.h"
#include "render/witness.h"

#define NS_PER_S 1e9

static bool applies(const struct dt_report *report, const struct dt_witnesses *witnesses)
{
	return witnesses && witnesses->nr_lines > 1 &&
	       (report->has_schemes || (report->has_goals && report->goals.nr));
}

static void json_nodes(struct dt_json *json, const struct dt_witnesses *witnesses)
{
	dt_json_array(json, "nodes");
	for (size_t i = 0; i < witnesses->nr_nodes; i++) {
		dt_json_object(json, NULL);
		dt_json_i64(json, "nid", witnesses->nodes[i].nid);
		dt_json_u64(json, "first_used_kb", witnesses->nodes[i].first_used_kb);
		dt_json_u64(json, "last_used_kb", witnesses->nodes[i].last_used_kb);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void json_kdamonds(struct dt_json *json, const struct dt_witnesses *witnesses)
{
	dt_json_array(json, "kdamonds");
	for (size_t i = 0; i < witnesses->nr_kdamonds; i++) {
		const struct dt_witness_kdamond_report *kdamond = &witnesses->kdamonds[i];

		dt_json_object(json, NULL);
		dt_json_i64(json, "pid", kdamond->pid);
		dt_json_text(json, "name", kdamond->name);
		dt_json_u64(json, "cpu_ns",
			    kdamond->last_cpu_ns > kdamond->first_cpu_ns
				    ? kdamond->last_cpu_ns - kdamond->first_cpu_ns
				    : 0);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void json_points(struct dt_json *json, const struct dt_witnesses *witnesses)
{
	dt_json_array(json, "timeline");
	for (size_t i = 0; i < witnesses->nr_points; i++) {
		dt_json_object(json, NULL);
		dt_json_u64(json, "time_ns", witnesses->points[i].time_ns);
		dt_json_u64(json, "migrated_pages", witnesses->points[i].migrated);
		dt_json_u64(json, "promoted_pages", witnesses->points[i].promoted);
		dt_json_u64(json, "demoted_pages", witnesses->points[i].demoted);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void json_one(struct dt_json *json, size_t input, const struct dt_witnesses *witnesses)
{
	dt_json_line(json);
	dt_json_object(json, NULL);
	dt_json_u64(json, "input", input);
	dt_json_u64(json, "lines", witnesses->nr_lines);
	dt_json_u64(json, "damaged", witnesses->nr_damaged);
	dt_json_u64(json, "start_ns", witnesses->start_ns);
	dt_json_u64(json, "end_ns", witnesses->end_ns);
	dt_json_u64(json, "page_size", witnesses->page_size);
	dt_json_u64(json, "migrated_pages", witnesses->migrated);
	dt_json_u64(json, "failed_pages", witnesses->failed);
	dt_json_u64(json, "promoted_pages", witnesses->promoted);
	dt_json_u64(json, "demoted_pages", witnesses->demoted);
	json_nodes(json, witnesses);
	json_kdamonds(json, witnesses);
	json_points(json, witnesses);
	dt_json_object_end(json);
}

void dt_json_witnesses(struct dt_json *json, const struct dt_report *report)
{
	bool any = false;

	for (size_t i = 0; i < report->nr_inputs; i++)
		any |= applies(report, report->inputs[i]->witnesses);
	if (!any)
		return;
	dt_json_line(json);
	dt_json_array(json, "witnesses");
	for (size_t i = 0; i < report->nr_inputs; i++)
		if (applies(report, report->inputs[i]->witnesses))
			json_one(json, i, report->inputs[i]->witnesses);
	dt_json_array_end(json);
}

static void text_moves(FILE *out, const struct dt_witnesses *witnesses)
{
	const double page = (double)witnesses->page_size;
	char migrated[32], promoted[32], demoted[32];

	(void)fprintf(
		out, "  %s migrated",
		dt_text_bytes(migrated, sizeof(migrated), page * (double)witnesses->migrated));
	if (witnesses->failed)
		(void)fprintf(out, ", %" PRIu64 " pages failed", witnesses->failed);
	if (witnesses->promoted || witnesses->demoted)
		(void)fprintf(
			out, "; %s promoted, %s demoted",
			dt_text_bytes(promoted, sizeof(promoted),
				      page * (double)witnesses->promoted),
			dt_text_bytes(demoted, sizeof(demoted), page * (double)witnesses->demoted));
	(void)fputc('\n', out);
}

/* Bytes a second between the lines. */
static void text_line(FILE *out, const struct dt_witnesses *witnesses, const struct dt_style *style)
{
	double values[DT_WITNESS_POINTS];
	uint64_t before = witnesses->start_ns;
	struct dt_series series;

	for (size_t i = 0; i < witnesses->nr_points; i++) {
		const struct dt_witness_point *point = &witnesses->points[i];
		const double seconds = point->time_ns > before
					       ? (double)(point->time_ns - before) / NS_PER_S
					       : NAN;

		values[i] = (double)point->migrated * (double)witnesses->page_size / seconds;
		before = point->time_ns;
	}
	series = (struct dt_series){.nr = (uint32_t)witnesses->nr_points, .values = values};
	dt_text_series(out, "  migrated", &series, "/s", style);
}

static void text_rest(FILE *out, const struct dt_witnesses *witnesses)
{
	const double seconds = (double)(witnesses->end_ns - witnesses->start_ns) / NS_PER_S;
	char first[32], last[32];

	for (size_t i = 0; i < witnesses->nr_nodes; i++)
		(void)fprintf(out, "  node %" PRId32 ": %s in use at first, %s at the end\n",
			      witnesses->nodes[i].nid,
			      dt_text_bytes(first, sizeof(first),
					    1024.0 * (double)witnesses->nodes[i].first_used_kb),
			      dt_text_bytes(last, sizeof(last),
					    1024.0 * (double)witnesses->nodes[i].last_used_kb));
	for (size_t i = 0; i < witnesses->nr_kdamonds && seconds > 0; i++) {
		const struct dt_witness_kdamond_report *kdamond = &witnesses->kdamonds[i];

		if (kdamond->last_cpu_ns >= kdamond->first_cpu_ns)
			(void)fprintf(out, "  %s (pid %" PRId32 ") took %.2f %% of a CPU\n",
				      kdamond->name, kdamond->pid,
				      100 * (double)(kdamond->last_cpu_ns - kdamond->first_cpu_ns) /
					      NS_PER_S / seconds);
	}
}

void dt_text_witnesses(FILE *out, const struct dt_report *report, const struct dt_style *style)
{
	for (size_t i = 0; i < report->nr_inputs; i++) {
		const struct dt_witnesses *witnesses = report->inputs[i]->witnesses;

		if (!applies(report, witnesses))
			continue;
		(void)fprintf(out, "\nThe kernel's own counters, over %.1f s:\n",
			      (double)(witnesses->end_ns - witnesses->start_ns) / NS_PER_S);
		text_moves(out, witnesses);
		text_line(out, witnesses, style);
		text_rest(out, witnesses);
	}
}
