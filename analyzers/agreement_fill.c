/* SPDX-License-Identifier: GPL-2.0-only */
/* The second walk of agreement: DAMON's heat and the samples. */
#include <errno.h>

#include "analyzers/agreement.h"

/* Which half a sample belongs to follows from it and this. */
#define SEED 0x5851f42d4c957f2dull

static int fill_snapshot(struct dt_comparison *comparison, const struct dt_stream *stream)
{
	const uint64_t nominal =
		stream->aggr_ns > comparison->median ? stream->aggr_ns : comparison->median;
	struct dt_cover *cover = &comparison->cover;
	uint64_t from = stream->previous, to = stream->time;
	int ret;

	comparison->covered = false;
	if (!stream->has_previous || from >= to)
		return 0;
	if (to - from > 2 * nominal)
		from = to - 2 * nominal;
	from = from > cover->start ? from : cover->start;
	to = to < cover->end ? to : cover->end;
	if (from >= to || !dt_cover_holds(cover, to - 1))
		return 0;
	comparison->covered = true;
	comparison->covered_ns = to - from;
	comparison->total_ns += to - from;
	comparison->snapshots++;
	ret = dt_pair_snapshot(&comparison->shown, from, to);
	return ret ? ret : dt_pair_snapshot(&comparison->fine, from, to);
}

static void fill_region(struct dt_comparison *comparison, const struct dt_region *region,
			uint64_t accesses)
{
	const uint64_t start = dt_agreement_bytes(comparison, region->start);
	const uint64_t end = dt_agreement_bytes(comparison, region->end);

	dt_units_region(&comparison->units, start, end, accesses, comparison->covered_ns);
	dt_pair_region(&comparison->shown, start, end, (double)accesses * comparison->scale);
	dt_pair_region(&comparison->fine, start, end, (double)accesses * comparison->scale);
}

int dt_agreement_fill(struct dt_agreement *agreement, const struct dt_region *regions,
		      uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct dt_region *region = &regions[i];
		enum dt_taken taken;
		const struct dt_stream *stream =
			dt_snapshots_take(&agreement->snapshots, region, &taken);
		struct dt_comparison *comparison;

		if (!stream)
			return -ENOMEM;
		/* a file that grows while it is read may show streams that the survey did not */
		comparison = stream->index < agreement->nr ? agreement->list[stream->index] : NULL;
		if (!comparison || !comparison->chosen || !comparison->shown.map.above)
			continue;
		if (taken == DT_TAKEN_FIRST && fill_snapshot(comparison, stream))
			return -ENOMEM;
		if (!comparison->covered)
			continue;
		if (comparison->by_probes && region->nr_probes)
			fill_region(comparison, region, dt_agreement_probe_sum(comparison, region));
		else if (!comparison->by_probes && taken != DT_TAKEN_TWICE)
			fill_region(comparison, region, region->nr_accesses);
	}
	return 0;
}

/* Which half: from the sample alone, so that the order of samples in the file does not matter. */
static unsigned half_of(uint64_t time, uint64_t address)
{
	uint64_t mixed = time ^ SEED ^ (address << 32 | address >> 32);

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
	return (unsigned)(mixed >> 63);
}

/* The range of the extents that holds the address; false: none does. */
static bool find_range(struct dt_comparison *comparison, uint64_t address)
{
	const struct dt_extent *ranges = comparison->extents.ranges;
	const struct dt_extent *hint = &ranges[comparison->extent_hint];
	size_t low = 0, high = comparison->extents.nr;

	if (address >= hint->start && address < hint->end)
		return true;
	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (ranges[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == comparison->extents.nr || address < ranges[low].start)
		return false;
	comparison->extent_hint = (uint32_t)low;
	return true;
}

/* Nothing says whose the stream is: the samples may be of one process only. */
static void count_pid(struct dt_comparison *comparison, int32_t pid)
{
	for (uint32_t i = 0; i < comparison->nr_pids; i++)
		if (comparison->pids[i].pid == pid) {
			comparison->pids[i].samples++;
			return;
		}
	if (comparison->nr_pids == DT_AGREEMENT_PIDS)
		comparison->more_pids++;
	else
		comparison->pids[comparison->nr_pids++] = (struct dt_agreement_pid){pid, 1};
}

static bool pid_fits(const struct dt_comparison *comparison, const struct dt_view *view,
		     int32_t pid)
{
	if (comparison->pid >= 0)
		return pid == comparison->pid;
	for (size_t i = 0; i < view->nr_pids; i++)
		if (view->pids[i] == pid)
			return true;
	return !view->nr_pids;
}

void dt_agreement_fill_samples(struct dt_comparison *comparison, const struct dt_view *view,
			       const struct dt_samples *samples, uint32_t count)
{
	const uint32_t column = comparison->physical ? DT_COL_PHYS : DT_COL_ADDR;
	const uint64_t *address = comparison->physical ? samples->phys : samples->addr;
	const int32_t *pid = samples->columns & DT_COL_PID ? samples->pid : NULL;
	const bool unknown_pid = pid && !comparison->physical && comparison->pid < 0;
	struct dt_agreement_counts *counts = &comparison->counts;

	if (!(samples->columns & DT_COL_TIME) || !(samples->columns & column)) {
		counts->no_address += count;
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const uint64_t time = samples->time[i];

		if (pid && !pid_fits(comparison, view, pid[i])) {
			counts->other_process++;
		} else if (!address[i]) {
			counts->no_address++;
		} else if (!dt_cover_holds(&comparison->cover, time)) {
			counts->outside_time++;
		} else if (!find_range(comparison, address[i])) {
			counts->outside_address++;
		} else {
			if (unknown_pid)
				count_pid(comparison, pid[i]);
			counts->compared++;
			dt_units_sample(&comparison->units, comparison->extent_hint, address[i],
					half_of(time, address[i]));
			dt_pair_sample(&comparison->shown, time, address[i]);
			dt_pair_sample(&comparison->fine, time, address[i]);
		}
	}
}
