/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * OpenMetrics text (version 1.0.0) with time stamps, as promtool back-fills it. All points of a
 * series must stand together, and all series of a metric: they are spooled until the end.
 */
#include <errno.h>
#include <stdlib.h>

#include "exporters/points.h"
#include "exporters/spool.h"
#include "support/number.h"

struct line_series {
	int series; /* in the spool */
	bool any;
	int64_t last_ms;
};

struct openmetrics {
	struct dt_points points; /* first */
	struct dt_spool *spool;
	struct dt_series_index index;
	struct line_series series[DT_SPOOL_SERIES];
	bool clock_unknown;
};

static char *put_labels(char *to, const struct dt_export *export, const struct dt_series_key *key)
{
	struct dt_label labels[DT_LABELS_MAX];
	char room[DT_LABELS_ROOM];
	const size_t nr = dt_export_series_labels(export, key, labels, room);

	for (size_t i = 0; i < nr; i++) {
		*to++ = i ? ',' : '{';
		to = stpcpy(stpcpy(to, labels[i].name), "=\"");
		to = stpcpy(stpcpy(to, labels[i].value), "\"");
	}
	if (nr)
		*to++ = '}';
	return to;
}

static char *put_line(char *to, const struct dt_export *export, const struct dt_point *point,
		      int64_t time)
{
	const struct dt_metric_facts *facts = &dt_metrics[point->key.metric];

	to = stpcpy(stpcpy(to, "damon_trace_"), facts->name);
	if (facts->counter)
		to = stpcpy(to, "_total");
	to = put_labels(to, export, &point->key);
	*to++ = ' ';
	to = point->whole ? dt_put_u64(to, point->integer)
			  : to + dt_number_double(to, point->number);
	*to++ = ' ';
	to = dt_put_seconds(to, time, 3);
	*to++ = '\n';
	return to;
}

static struct line_series *find_series(struct openmetrics *om, const struct dt_series_key *key,
				       int *ret)
{
	struct line_series *series;
	bool fresh;
	long at;

	*ret = 0;
	if (om->index.nr == DT_SPOOL_SERIES)
		return NULL;
	at = dt_export_series_find(&om->index, key, &fresh);
	if (at < 0) {
		*ret = -ENOMEM;
		return NULL;
	}
	series = &om->series[at];
	if (fresh) {
		series->series = dt_spool_add(om->spool);
		*ret = series->series < 0 ? series->series : 0;
	}
	return *ret ? NULL : series;
}

static int put_point(struct dt_export *export, const struct dt_point *point)
{
	struct openmetrics *om = export->state;
	char line[1024];
	bool known;
	const int64_t time = (int64_t)point->time + dt_export_epoch(export, &known);
	const int64_t ms = time / 1000000;
	struct line_series *series;
	int ret;

	om->clock_unknown |= !known;
	series = find_series(om, &point->key, &ret);
	if (ret)
		return ret;
	/* time has to grow, and Prometheus counts in milliseconds */
	if (!series || (series->any && ms <= series->last_ms)) {
		export->left_out++;
		export->left_out_why = "a series has one point a millisecond";
		return 0;
	}
	series->any = true;
	series->last_ms = ms;
	return dt_spool_put(om->spool, series->series, line,
			    (size_t)(put_line(line, export, point, time) - line));
}

static int om_begin(struct dt_export *export, struct dt_error *error)
{
	struct openmetrics *om = calloc(1, sizeof(*om));
	const int ret = om ? dt_spool_new(&om->spool) : -ENOMEM;

	export->state = om;
	if (ret)
		return dt_fail(error, -ret, "set TMPDIR to a writable directory",
			       "cannot create a temporary file: %s", strerror(-ret));
	om->points.put = put_point;
	return 0;
}

static int write_piece(void *context, const void *data, size_t size)
{
	struct dt_output *output = context;

	dt_output_bytes(output, data, size);
	return output->error;
}

static int write_metric(struct openmetrics *om, struct dt_output *output, enum dt_metric metric)
{
	const struct dt_metric_facts *facts = &dt_metrics[metric];
	bool begun = false;
	int ret = 0;

	for (size_t i = 0; i < om->index.nr && !ret; i++) {
		if (om->index.keys[i].metric != metric)
			continue;
		if (!begun)
			dt_output_format(output,
					 "# TYPE damon_trace_%s %s\n# HELP damon_trace_%s %s\n",
					 facts->name, facts->counter ? "counter" : "gauge",
					 facts->name, facts->help);
		begun = true;
		ret = dt_spool_each(om->spool, om->series[i].series, write_piece, output);
	}
	return ret;
}

static int om_finish(struct dt_export *export, struct dt_error *error)
{
	struct openmetrics *om = export->state;
	int ret = 0;

	for (int metric = 0; metric < DT_NR_METRICS && !ret; metric++)
		ret = write_metric(om, export->outputs[0], (enum dt_metric)metric);
	dt_output_text(export->outputs[0], "# EOF\n");
	export->clock_unknown = om->clock_unknown;
	return ret ? dt_fail(error, -ret, NULL, "cannot write the metrics: %s", strerror(-ret)) : 0;
}

static void om_end(struct dt_export *export)
{
	struct openmetrics *om = export->state;

	if (!om)
		return;
	dt_points_free(&om->points);
	dt_export_series_free(&om->index);
	dt_spool_free(om->spool);
	free(om);
	export->state = NULL;
}

DT_POINTS_FUNCTIONS

const struct dt_export_format dt_export_openmetrics = {
	.name = "openmetrics",
	.summary = "series with time stamps, for promtool and Prometheus",
	.tables = DT_POINTS_TABLES,
	.begin = om_begin,
	DT_POINTS_OPS,
	.finish = om_finish,
	.end = om_end,
};
