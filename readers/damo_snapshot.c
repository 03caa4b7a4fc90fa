/* SPDX-License-Identifier: GPL-2.0-only */
/* One snapshot of a damo record, on its way to the emitter. */
#include <stdlib.h>

#include "readers/damo_record.h"
#include "readers/emit.h"

struct dt_region *dt_damo_snapshot_add(struct dt_damo_snapshot *snapshot, bool *full)
{
	*full = snapshot->nr == DT_DAMO_REGIONS;
	if (*full)
		return NULL;
	if (snapshot->nr == snapshot->room) {
		const size_t room = snapshot->room ? snapshot->room * 2 : 256;
		struct dt_region *regions =
			realloc(snapshot->regions, room * sizeof(*snapshot->regions));

		if (!regions)
			return NULL;
		snapshot->regions = regions;
		snapshot->room = room;
	}
	snapshot->regions[snapshot->nr] = (struct dt_region){.age = DT_UNKNOWN_U32};
	return &snapshot->regions[snapshot->nr++];
}

static int by_start(const void *a, const void *b)
{
	const struct dt_region *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

/* damo may have sorted regions by something else than their address. */
static void sort(struct dt_damo_snapshot *snapshot)
{
	for (size_t i = 1; i < snapshot->nr; i++)
		if (snapshot->regions[i].start < snapshot->regions[i - 1].start) {
			qsort(snapshot->regions, snapshot->nr, sizeof(*snapshot->regions),
			      by_start);
			return;
		}
}

void dt_damo_snapshot_emit(struct dt_damo_snapshot *snapshot, struct dt_emitter *emitter,
			   struct dt_input_info *info, int32_t kdamond, uint64_t target)
{
	const uint32_t nr =
		snapshot->nr_regions > snapshot->nr ? snapshot->nr_regions : (uint32_t)snapshot->nr;

	sort(snapshot);
	for (size_t i = 0; i < snapshot->nr; i++) {
		struct dt_region *region = dt_emit(emitter, DT_KIND_REGION, sizeof(*region));

		*region = snapshot->regions[i];
		region->time = snapshot->end_ns;
		region->target_id = target;
		region->kdamond = kdamond;
		region->nr_regions = nr;
		region->event = DT_REGION_AGGREGATED;
	}
	if (snapshot->nr && info) {
		info->events[0].count += snapshot->nr;
		info->start_ns =
			snapshot->end_ns < info->start_ns ? snapshot->end_ns : info->start_ns;
		info->end_ns = snapshot->end_ns > info->end_ns ? snapshot->end_ns : info->end_ns;
	}
	snapshot->nr = 0;
	snapshot->nr_regions = 0;
}
