/* SPDX-License-Identifier: GPL-2.0-only */
/* Which records stay in a slice. */
#include "readers/slice_filter.h"

bool dt_slice_keeps_range(const struct dt_slice *slice, uint64_t start, uint64_t end)
{
	return !slice->nr_addresses ||
	       dt_ranges_touch(slice->addresses, slice->nr_addresses, start, end);
}

bool dt_slice_keeps_address(const struct dt_slice *slice, uint64_t address)
{
	return !slice->nr_addresses ||
	       dt_ranges_hold(slice->addresses, slice->nr_addresses, address);
}

bool dt_slice_keeps_pid(const struct dt_slice *slice, int32_t pid)
{
	for (size_t i = 0; i < slice->nr_pids; i++)
		if (slice->pids[i] == pid)
			return true;
	return !slice->nr_pids;
}

/* What a record of DAMON's tells of its stream. */
struct place {
	int32_t kdamond;
	uint32_t context; /* DT_UNKNOWN_U32: not told */
	bool has_target;
	uint64_t target;
	bool has_range;
	uint64_t start, end;
};

static struct place place_of(enum dt_kind kind, const union dt_damon_record *record)
{
	switch (kind) {
	case DT_KIND_REGION:
		return (struct place){
			record->region.kdamond,	  DT_UNKNOWN_U32, true,
			record->region.target_id, true,		  record->region.start,
			record->region.end};
	case DT_KIND_APPLY:
		return (struct place){record->apply.kdamond,
				      record->apply.context_idx,
				      true,
				      record->apply.target_idx,
				      true,
				      record->apply.start,
				      record->apply.end};
	case DT_KIND_INTERVALS:
		return (struct place){.kdamond = record->intervals.kdamond,
				      .context = DT_UNKNOWN_U32};
	case DT_KIND_ESZ:
		return (struct place){.kdamond = record->esz.kdamond,
				      .context = record->esz.context_idx};
	case DT_KIND_STAT:
		return (struct place){.kdamond = record->stat.kdamond,
				      .context = record->stat.context_idx};
	case DT_KIND_GOAL:
		return (struct place){.kdamond = record->goal.kdamond,
				      .context = record->goal.context_idx};
	default:
		return (struct place){.kdamond = record->overflow.kdamond,
				      .context = DT_UNKNOWN_U32};
	}
}

/* As the views of a report choose streams; what has no target belongs to all of them. */
static bool matches(const struct dt_stream_filter *filter, const struct place *place)
{
	return (!filter->has_kdamond || filter->kdamond == place->kdamond) &&
	       (!filter->has_context || filter->context == place->context ||
		place->context == DT_UNKNOWN_U32) &&
	       (!filter->has_target || !place->has_target || filter->target == place->target);
}

static bool keeps_stream(const struct dt_slice *slice, const struct place *place)
{
	for (size_t i = 0; i < slice->nr_streams; i++)
		if (matches(&slice->streams[i], place))
			return true;
	return !slice->nr_streams;
}

bool dt_slice_keeps_damon(const struct dt_slice *slice, const struct dt_damon_decoder *decoder,
			  const unsigned char *raw, size_t size)
{
	union dt_damon_record records[DT_GOALS_MAX];
	struct place place;

	/* what cannot be decoded, or has no record, stays: a slice hides no damage */
	if (dt_damon_decode_records(decoder, records, 0, raw, size) <= 0)
		return true;
	place = place_of(dt_damon_decoder_kind(decoder), &records[0]);
	if (!keeps_stream(slice, &place))
		return false;
	return !place.has_range || dt_slice_keeps_range(slice, place.start, place.end);
}
