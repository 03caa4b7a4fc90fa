/* SPDX-License-Identifier: GPL-2.0-only */
/* Which records of a perf.data stay in a slice of it. */
#include "readers/perf_format.h"
#include "readers/perf_slice.h"
#include "readers/slice_filter.h"

/* Without physical addresses in a sample there is nothing to choose by. */
static bool keeps_phys(const struct dt_perf_slicer *slicer, const struct dt_perf_plan *plan,
		       const unsigned char *at, size_t size)
{
	struct dt_perf_bases bases;

	if (!(plan->has & DT_COL_PHYS))
		return true;
	if (plan->phys.base == DT_PERF_RECORD)
		return dt_slice_keeps_address(
			slicer->slice, dt_perf_u64(at + plan->phys.offset, slicer->reader->big));
	if (!dt_perf_plan_locate(plan, at, size, slicer->reader->big, &bases))
		return true;
	return dt_slice_keeps_address(
		slicer->slice,
		dt_perf_u64(bases.at[plan->phys.base] + plan->phys.offset, slicer->reader->big));
}

/* A memory sample: by process and address. */
static bool keeps_memory(const struct dt_perf_slicer *slicer, const struct dt_perf_plan *plan,
			 const unsigned char *at, size_t size)
{
	const struct dt_slice *slice = slicer->slice;
	const bool big = slicer->reader->big;

	if (slice->nr_pids && plan->has & DT_COL_PID &&
	    !dt_slice_keeps_pid(slice, (int32_t)dt_perf_u32(at + plan->tid.offset, big)))
		return false;
	if (!slice->nr_addresses)
		return true;
	if (slice->phys)
		return keeps_phys(slicer, plan, at, size);
	return !(plan->has & DT_COL_ADDR) ||
	       dt_slice_keeps_address(slice, dt_perf_u64(at + plan->addr.offset, big));
}

static bool keeps_tracepoint(const struct dt_perf_slicer *slicer, const struct dt_perf_attr *attr,
			     const unsigned char *at, size_t size)
{
	struct dt_perf_bases bases;

	if (!attr->decoder || !dt_slice_looks_inside(slicer->slice))
		return true;
	if (!dt_perf_plan_locate(&attr->plan, at, size, slicer->reader->big, &bases) || !bases.raw)
		return true;
	return dt_slice_keeps_damon(slicer->slice, attr->decoder, bases.raw, bases.raw_size);
}

static bool keeps_sample(struct dt_perf_slicer *slicer, const unsigned char *at, size_t size)
{
	const struct dt_perf_attrs *attrs = &slicer->reader->attrs;
	const int32_t number = dt_perf_attrs_of_sample(attrs, at, size, slicer->reader->big);
	const struct dt_perf_attr *attr;
	uint64_t time;

	/* of no event of the file, or damaged: a slice of time cannot have it */
	if (number < 0 || size < attrs->list[number].plan.min_size)
		return !slicer->slice->has_time;
	attr = &attrs->list[number];
	if (!(attr->plan.has & DT_COL_TIME)) {
		if (slicer->slice->has_time)
			return false;
	} else {
		time = dt_perf_u64(at + attr->plan.time.offset, slicer->reader->big);
		if (time > slicer->latest)
			slicer->latest = time;
		if (!dt_slice_keeps_time(slicer->slice, time))
			return false;
	}
	return attr->tracepoint ? keeps_tracepoint(slicer, attr, at, size)
				: keeps_memory(slicer, &attr->plan, at, size);
}

/* The times of the samples that stay go into the header. */
static void note_kept(struct dt_perf_slicer *slicer, const unsigned char *at, size_t size)
{
	const struct dt_perf_attrs *attrs = &slicer->reader->attrs;
	const int32_t number = dt_perf_attrs_of_sample(attrs, at, size, slicer->reader->big);
	const struct dt_perf_plan *plan;
	uint64_t time;

	slicer->sum->kept++;
	if (number < 0)
		return;
	plan = &attrs->list[number].plan;
	if (!(plan->has & DT_COL_TIME) || size < plan->min_size)
		return;
	time = dt_perf_u64(at + plan->time.offset, slicer->reader->big);
	slicer->first = time < slicer->first ? time : slicer->first;
	slicer->last = time > slicer->last ? time : slicer->last;
}

/* What later samples need to be understood. */
static bool describes(uint32_t type)
{
	switch (type) {
	case RECORD_MMAP:
	case RECORD_MMAP2:
	case RECORD_COMM:
	case RECORD_EXIT:
	case RECORD_FORK:
	case RECORD_NAMESPACES:
	case RECORD_KSYMBOL:
	case RECORD_BPF_EVENT:
	case RECORD_CGROUP:
	case RECORD_TEXT_POKE:
		return true;
	default:
		return type >= RECORD_OF_TOOL;
	}
}

/*
 * Losses, throttling, switches: at the time of their trailer. The sums that a recorder writes when
 * it ends have none: they belong to the latest time seen.
 */
static bool keeps_other(const struct dt_perf_slicer *slicer, const unsigned char *at,
			struct dt_perf_record record)
{
	const struct dt_perf_attrs *attrs = &slicer->reader->attrs;
	struct dt_perf_trailer trailer = {0};
	int32_t attr;

	if (!slicer->slice->has_time || describes(record.type))
		return true;
	attr = dt_perf_attrs_of_record(attrs, at, record.size, slicer->reader->big);
	if (attr >= 0)
		dt_perf_plan_trailer(&attrs->list[attr].plan, at, record.size, slicer->reader->big,
				     &trailer);
	if (record.type == RECORD_THROTTLE && record.size >= RECORD_HEADER + 8)
		trailer.time = dt_perf_u64(at + RECORD_HEADER, slicer->reader->big);
	return dt_slice_keeps_time(slicer->slice, trailer.time ? trailer.time : slicer->latest);
}

/* Of what is compressed the slice has the plain records. */
static bool tells_of_compression(const struct dt_perf_slicer *slicer, const unsigned char *at,
				 struct dt_perf_record record)
{
	return record.type == RECORD_FEATURE && record.size >= RECORD_HEADER + 8 &&
	       dt_perf_u64(at + RECORD_HEADER, slicer->reader->big) == FEATURE_COMPRESSED;
}

bool dt_perf_slice_keeps(struct dt_perf_slicer *slicer, const unsigned char *at,
			 struct dt_perf_record record)
{
	if (record.type != RECORD_SAMPLE)
		return keeps_other(slicer, at, record) && !tells_of_compression(slicer, at, record);
	slicer->sum->events++;
	if (!keeps_sample(slicer, at, record.size))
		return false;
	note_kept(slicer, at, record.size);
	return true;
}
