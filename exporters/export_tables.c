/* SPDX-License-Identifier: GPL-2.0-only */
/* What the inputs of an export have: which tables, and where their clocks begin. */
#include <errno.h>
#include <string.h>

#include "damon-trace/host_context.h"
#include "exporters/export.h"

uint32_t dt_export_kinds(uint32_t tables)
{
	uint32_t kinds = 1u << DT_KIND_LOSS;

	if (tables & (1u << DT_EXPORT_REGIONS))
		kinds |= 1u << DT_KIND_REGION | 1u << DT_KIND_INTERVALS;
	if (tables & (1u << DT_EXPORT_SAMPLES | 1u << DT_EXPORT_TIERS))
		kinds |= 1u << DT_KIND_SAMPLE;
	if (tables & (1u << DT_EXPORT_GOALS))
		kinds |= 1u << DT_KIND_GOAL;
	if (tables & (1u << DT_EXPORT_SCHEMES))
		kinds |= 1u << DT_KIND_STAT | 1u << DT_KIND_ESZ | 1u << DT_KIND_APPLY;
	return kinds;
}

static int note_kind(void *context, struct dt_batch *batch)
{
	*(uint32_t *)context |= 1u << batch->kind;
	if (batch->kind == DT_KIND_SAMPLE && batch->samples->has & (DT_COL_DATA_SRC | DT_COL_RAW))
		*(uint32_t *)context |= 1u << DT_NR_KINDS;
	return 0;
}

int dt_export_find_tables(const struct dt_export *export, uint32_t *tables, struct dt_error *error)
{
	uint32_t seen = 0;
	const struct dt_sink sink = {
		.batch = note_kind, .context = &seen, .kinds = (1u << DT_NR_KINDS) - 1};

	*tables = 0;
	for (size_t i = 0; i < export->nr_inputs; i++) {
		struct dt_error own = {0};
		const int ret = dt_reader_walk(export->readers[i], &sink, &own);

		if (!ret)
			continue;
		if (!own.message[0])
			return dt_fail(error, -ret, NULL, "%s: %s", export->readers[i]->info.path,
				       strerror(-ret));
		*error = own;
		return ret;
	}
	for (int table = 0; table < DT_NR_EXPORT_TABLES; table++)
		if (dt_export_kinds(1u << table) & ~(1u << DT_KIND_LOSS | 1u << DT_KIND_INTERVALS) &
		    seen)
			*tables |= 1u << table;
	if (!(seen & 1u << DT_NR_KINDS))
		*tables &= ~(1u << DT_EXPORT_TIERS);
	return 0;
}

int64_t dt_export_epoch(const struct dt_export *export, bool *known)
{
	const struct dt_host_context *host = export->readers[export->input]->info.host_context;

	*known = true;
	if (export->has_epoch)
		return export->epoch_ns;
	if (host && host->realtime_offset_start != INT64_MIN)
		return host->realtime_offset_start;
	*known = false;
	return 0;
}
