/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as lines of text. */
#include <inttypes.h>

#include "tests/tools/rows.h"

static void sample(FILE *out, const struct dt_reader *reader, const struct dt_samples *s,
		   uint32_t i)
{
	const struct {
		uint32_t column;
		const char *name;
		const uint64_t *values;
	} wide[] = {
		{DT_COL_IP, "ip", s->ip},
		{DT_COL_ADDR, "addr", s->addr},
		{DT_COL_PHYS, "phys", s->phys},
		{DT_COL_PERIOD, "period", s->period},
		{DT_COL_WEIGHT, "weight", s->weight},
		{DT_COL_DATA_SRC, "data_src", s->data_src},
		{DT_COL_PAGE, "page", s->page_size},
	};
	const struct {
		uint32_t column;
		const char *name;
		const int32_t *values;
	} narrow[] = {{DT_COL_PID, "pid", s->pid},
		      {DT_COL_TID, "tid", s->tid},
		      {DT_COL_CPU, "cpu", s->cpu}};

	(void)fprintf(out, "sample event=%s", reader->info.events[s->event].name);
	if (s->columns & DT_COL_TIME)
		(void)fprintf(out, " time=%" PRIu64, s->time[i]);
	for (size_t c = 0; c < sizeof(narrow) / sizeof(narrow[0]); c++)
		if (s->columns & narrow[c].column)
			(void)fprintf(out, " %s=%" PRId32, narrow[c].name, narrow[c].values[i]);
	for (size_t c = 0; c < sizeof(wide) / sizeof(wide[0]); c++)
		if (s->columns & wide[c].column)
			(void)fprintf(out, " %s=%#" PRIx64, wide[c].name, wide[c].values[i]);
	if (s->columns & DT_COL_WEIGHTS)
		(void)fprintf(out, " weight2=%u weight3=%u", s->weights[i] & 0xffff,
			      s->weights[i] >> 16);
	(void)fputc('\n', out);
}

static void region(FILE *out, const struct dt_region *r)
{
	(void)fprintf(out,
		      "region time=%" PRIu64 " kdamond=%d event=%d target=%" PRIu64
		      " nr=%u start=%" PRIu64 " end=%" PRIu64 " accesses=%u age=%u probes=",
		      r->time, r->kdamond, r->event, r->target_id, r->nr_regions, r->start, r->end,
		      r->nr_accesses, r->age);
	for (unsigned i = 0; i < r->nr_probes; i++)
		(void)fprintf(out, "%02x", r->probe_hits[i]);
	(void)fputc('\n', out);
}

static void scheme_record(FILE *out, const struct dt_batch *batch, uint32_t i)
{
	const struct dt_apply *a = &batch->applies[i];
	const struct dt_stat *s = &batch->stats[i];
	const struct dt_esz *e = &batch->eszs[i];
	const struct dt_goal *g = &batch->goals[i];

	if (batch->kind == DT_KIND_APPLY)
		(void)fprintf(out,
			      "apply time=%" PRIu64
			      " kdamond=%d context=%u scheme=%u target=%" PRIu64
			      " nr=%u start=%" PRIu64 " end=%" PRIu64 " accesses=%u age=%u\n",
			      a->time, a->kdamond, a->context_idx, a->scheme_idx, a->target_idx,
			      a->nr_regions, a->start, a->end, a->nr_accesses, a->age);
	else if (batch->kind == DT_KIND_STAT)
		(void)fprintf(out,
			      "stat time=%" PRIu64 " kdamond=%d context=%u scheme=%u %" PRIu64
			      " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
			      " %" PRIu64 "\n",
			      s->time, s->kdamond, s->context_idx, s->scheme_idx, s->nr_tried,
			      s->sz_tried, s->nr_applied, s->sz_applied, s->sz_ops_filter_passed,
			      s->qt_exceeds, s->nr_snapshots);
	else if (batch->kind == DT_KIND_ESZ)
		(void)fprintf(out,
			      "esz time=%" PRIu64 " kdamond=%d context=%u scheme=%u %" PRIu64 "\n",
			      e->time, e->kdamond, e->context_idx, e->scheme_idx, e->esz);
	else
		(void)fprintf(out,
			      "goal time=%" PRIu64
			      " kdamond=%d context=%u scheme=%u nid=%d %" PRIu64 " %" PRIu64
			      " metric=%u score=%" PRIu64 "\n",
			      g->time, g->kdamond, g->context_idx, g->scheme_idx, g->nid,
			      g->target_value, g->current_value, g->metric, g->score);
}

void dt_row_print(FILE *out, const struct dt_reader *reader, const struct dt_batch *batch,
		  uint32_t i)
{
	switch (batch->kind) {
	case DT_KIND_SAMPLE:
		sample(out, reader, batch->samples, i);
		break;
	case DT_KIND_REGION:
		region(out, &batch->regions[i]);
		break;
	case DT_KIND_INTERVALS:
		(void)fprintf(out, "intervals time=%" PRIu64 " kdamond=%d %" PRIu64 "\n",
			      batch->intervals[i].time, batch->intervals[i].kdamond,
			      batch->intervals[i].sample_us);
		break;
	case DT_KIND_LOSS:
		(void)fprintf(out, "loss time=%" PRIu64 " cpu=%d what=%d %" PRIu64 "\n",
			      batch->losses[i].time, batch->losses[i].cpu, batch->losses[i].what,
			      batch->losses[i].count);
		break;
	case DT_KIND_OVERFLOW:
		(void)fprintf(out, "overflow time=%" PRIu64 " kdamond=%d cpu=%d\n",
			      batch->overflows[i].time, batch->overflows[i].kdamond,
			      batch->overflows[i].cpu);
		break;
	default:
		scheme_record(out, batch, i);
		break;
	}
}
