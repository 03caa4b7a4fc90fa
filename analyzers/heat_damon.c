/* SPDX-License-Identifier: GPL-2.0-only */
/* DAMON heat: the mean access rate of what was observed in each cell. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/heat.h"

/* Regions above this are virtual addresses: no machine has physical memory there yet. */
#define PHYSICAL_END (1ull << 46)

/* A stretch of a snapshot's covered time inside one time cell. */
struct slice {
	uint32_t cell;
	double ns;
};

/* The map of one stream. */
struct stream_map {
	const struct dt_stream *stream;
	struct dt_stream_id id;
	const struct dt_known_stream *known; /* or NULL */
	bool wanted;
	struct dt_heat_map map;
	struct dt_median gaps; /* between the starts of snapshots */
	uint64_t median;
	uint64_t first, last;	/* starts of the first and last snapshot, ns */
	uint64_t first_aggr_ns; /* of the first snapshot; 0: not known */
	uint64_t start;		/* first covered instant, ns */
	bool is_virtual;
	uint64_t regions; /* seen in the survey */
	bool any_access, any_hits;
	bool by_probes; /* access counting was off: the probes' hits are the intensity */
	/* the snapshot at hand, while filling: */
	double rate;	 /* of one access */
	double total_ns; /* covered time in view */
	uint32_t nr_slices, slices_room;
	struct slice *slices;
	struct dt_heat_applies applies;
};

struct dt_heat_damon {
	const struct dt_view *view;
	struct dt_snapshots snapshots; /* of the pass at hand */
	size_t nr_maps, room;
	struct stream_map **maps; /* by the stream's index: the same in both passes */
	bool laid;
};

int dt_heat_damon_new(struct dt_heat_damon **heat, const struct dt_view *view)
{
	*heat = calloc(1, sizeof(**heat));
	if (!*heat)
		return -ENOMEM;
	(*heat)->view = view;
	dt_snapshots_init(&(*heat)->snapshots, view->sample_ns, view->aggr_ns);
	dt_snapshots_know(&(*heat)->snapshots, &view->known);
	return 0;
}

/* The map of a stream, made when the stream is new. NULL: no memory. */
static struct stream_map *find_map(struct dt_heat_damon *heat, const struct dt_stream *stream)
{
	struct stream_map *map;

	if (stream->index < heat->nr_maps)
		return heat->maps[stream->index];
	if (heat->nr_maps == heat->room) {
		size_t room = heat->room ? heat->room * 2 : 8;
		struct stream_map **maps = realloc(heat->maps, room * sizeof(struct stream_map *));

		if (!maps)
			return NULL;
		heat->maps = maps;
		heat->room = room;
	}
	map = calloc(1, sizeof(*map));
	if (!map)
		return NULL;
	map->stream = stream;
	map->id = stream->count.stream;
	map->known = stream->known;
	map->wanted = dt_view_wants_stream(heat->view, &stream->count.stream);
	map->first = UINT64_MAX;
	heat->maps[heat->nr_maps++] = map;
	return map;
}

static void survey_snapshot(struct stream_map *map, const struct dt_stream *stream)
{
	if (stream->has_previous && stream->time > stream->previous)
		dt_median_add(&map->gaps, stream->time - stream->previous);
	if (stream->time < map->first) {
		map->first = stream->time;
		map->first_aggr_ns = stream->aggr_ns;
	}
	if (stream->time > map->last)
		map->last = stream->time;
}

/* With unknown weights all weigh the same. */
static double probe_sum(const struct stream_map *map, const struct dt_region *region)
{
	const bool weighs = dt_known_weighs(map->known);
	double sum = 0;

	for (unsigned i = 0; i < region->nr_probes; i++) {
		const double hits = region->probe_hits[i];

		if (!weighs)
			sum += hits;
		else if (i < map->known->nr_weights)
			sum += hits * (double)map->known->weights[i];
	}
	return sum;
}

static int survey_regions(struct dt_heat_damon *heat, const struct dt_region *regions,
			  uint32_t count)
{
	/* most regions touch the one before: their ranges are added in one piece */
	struct stream_map *run_map = NULL;
	uint64_t run_start = 0, run_end = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct dt_region *region = &regions[i];
		enum dt_taken taken;
		const struct dt_stream *stream =
			dt_snapshots_take(&heat->snapshots, region, &taken);
		struct stream_map *map = stream ? find_map(heat, stream) : NULL;

		if (!map)
			return -ENOMEM;
		map->any_access |= region->nr_accesses != 0;
		if (__builtin_expect(region->nr_probes, 0))
			map->any_hits |= probe_sum(map, region) > 0;
		if (taken == DT_TAKEN_TWICE)
			continue;
		if (taken == DT_TAKEN_FIRST)
			survey_snapshot(map, stream);
		map->regions++;
		if (map == run_map && region->start == run_end && region->end >= run_end) {
			run_end = region->end;
			continue;
		}
		if (run_map)
			dt_extents_add(&run_map->map.extents, run_start, run_end);
		run_map = map;
		run_start = region->start;
		run_end = region->end;
	}
	if (run_map)
		dt_extents_add(&run_map->map.extents, run_start, run_end);
	return 0;
}

int dt_heat_damon_survey(struct dt_heat_damon *heat, const struct dt_batch *batch)
{
	if (batch->kind == DT_KIND_REGION)
		return survey_regions(heat, batch->regions, batch->count);
	for (uint32_t i = 0; i < batch->count; i++) {
		if (batch->kind == DT_KIND_LOSS)
			dt_snapshots_loss(&heat->snapshots, &batch->losses[i]);
		else
			dt_snapshots_intervals(&heat->snapshots, &batch->intervals[i]);
	}
	return heat->snapshots.failed ? -ENOMEM : 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static int by_regions(const void *a, const void *b)
{
	const struct stream_map *const *left = a, *const *right = b;

	if ((*left)->regions != (*right)->regions)
		return (*left)->regions > (*right)->regions ? -1 : 1;
	return (*left)->stream->index < (*right)->stream->index ? -1 : 1;
}

/* Keep only the streams with the most regions when there are more than can be shown. */
static int limit_maps(struct dt_heat_damon *heat)
{
	struct stream_map **ranked = calloc(heat->nr_maps + 1, sizeof(struct stream_map *));
	size_t nr = 0;

	if (!ranked)
		return -ENOMEM;
	for (size_t i = 0; i < heat->nr_maps; i++)
		if (heat->maps[i]->wanted)
			ranked[nr++] = heat->maps[i];
	qsort(ranked, nr, sizeof(struct stream_map *), by_regions);
	for (size_t i = heat->view->max_stream_maps; i < nr; i++)
		ranked[i]->wanted = false;
	free(ranked);
	return 0;
}

static int prepare_map(struct stream_map *map)
{
	const struct dt_extents *extents = &map->map.extents;
	int ret = dt_median_get(&map->gaps, &map->median);
	uint64_t interval;

	if (ret)
		return ret;
	if (extents->failed)
		return -ENOMEM;
	map->by_probes = !map->any_access && (map->any_hits || dt_known_weighs(map->known));
	if (map->known && map->known->space != DT_SPACE_UNKNOWN)
		map->is_virtual = map->known->space == DT_SPACE_VIRTUAL;
	else
		map->is_virtual =
			extents->nr && extents->ranges[extents->nr - 1].end > PHYSICAL_END;
	interval = larger(map->first_aggr_ns, map->median);
	map->start = map->first > interval ? map->first - interval : 0;
	return 0;
}

int dt_heat_damon_prepare(struct dt_heat_damon *heat)
{
	int ret = limit_maps(heat);

	for (size_t i = 0; i < heat->nr_maps && !ret; i++)
		if (heat->maps[i]->wanted)
			ret = prepare_map(heat->maps[i]);
	return ret;
}

void dt_heat_damon_share(const struct dt_heat_damon *heat, struct dt_heat_shared *shared)
{
	for (size_t i = 0; i < heat->nr_maps; i++) {
		const struct stream_map *map = heat->maps[i];

		if (!map->wanted || map->is_virtual != shared->virtual_space)
			continue;
		dt_heat_shared_add(shared, &map->map.extents, map->start, map->last);
		shared->on = true;
	}
}

int dt_heat_damon_lay(struct dt_heat_damon *heat, const struct dt_heat_time *fixed,
		      const struct dt_heat_shared *shared)
{
	int ret = 0;

	for (size_t i = 0; i < heat->nr_maps && !ret; i++) {
		struct stream_map *map = heat->maps[i];

		if (!map->wanted)
			continue;
		if (shared->on && map->is_virtual == shared->virtual_space) {
			dt_extents_add_all(&map->map.extents, &shared->extents);
			ret = dt_heat_map_lay(&map->map, heat->view, fixed, shared->start,
					      shared->end, true);
		} else {
			ret = dt_heat_map_lay(&map->map, heat->view, fixed, map->start, map->last,
					      true);
		}
	}
	heat->laid = true;
	/* the second pass assembles anew; the streams come in the same order */
	dt_snapshots_free(&heat->snapshots);
	dt_snapshots_init(&heat->snapshots, heat->view->sample_ns, heat->view->aggr_ns);
	dt_snapshots_know(&heat->snapshots, &heat->view->known);
	for (size_t i = 0; i < heat->nr_maps; i++)
		heat->maps[i]->stream = NULL;
	return ret;
}

bool dt_heat_damon_wants(const struct dt_heat_damon *heat)
{
	return !heat->laid || heat->nr_maps;
}

static int add_slice(struct stream_map *map, uint32_t cell, uint64_t ns)
{
	if (map->nr_slices == map->slices_room) {
		uint32_t room = map->slices_room ? map->slices_room * 2 : 4;
		struct slice *slices = realloc(map->slices, room * sizeof(*slices));

		if (!slices)
			return -ENOMEM;
		map->slices = slices;
		map->slices_room = room;
	}
	map->slices[map->nr_slices++] = (struct slice){.cell = cell, .ns = (double)ns};
	map->total_ns += (double)ns;
	return 0;
}

/* Cut the covered time of the snapshot that begins into the cells of the time axis. */
static int begin_snapshot(struct stream_map *map, const struct dt_stream *stream)
{
	const struct dt_axis *axis = &map->map.time;
	const uint64_t interval = larger(stream->aggr_ns, map->median);
	uint64_t covered = interval, from, to = stream->time;
	int ret = 0;

	if (stream->has_previous) {
		covered = to > stream->previous ? to - stream->previous : 0;
		covered = covered < 2 * interval ? covered : 2 * interval;
	}
	map->stream = stream;
	map->nr_slices = 0;
	map->total_ns = 0;
	map->rate = stream->aggr_ns ? (double)stream->sample_ns / (double)stream->aggr_ns : 1;
	from = to > covered ? to - covered : 0;
	from = from > axis->start ? from : axis->start;
	to = to < axis->end ? to : axis->end;
	for (uint64_t at = from; at < to && !ret;) {
		uint32_t cell = dt_axis_cell(axis, at);
		uint64_t end = axis->edges[cell + 1] < to ? axis->edges[cell + 1] : to;

		ret = add_slice(map, cell, end - at);
		at = end;
	}
	return ret;
}

/* Add the part [start, end) of a region that lies in one segment. */
static void fill_segment(struct stream_map *map, uint32_t segment, uint64_t start, uint64_t end,
			 double rate)
{
	const struct dt_axis *axis = &map->map.address.segments[segment];
	const uint32_t first = dt_axis_cell(axis, start);
	const uint32_t last = end <= axis->edges[first + 1] ? first : dt_axis_cell(axis, end - 1);

	map->map.sum_records += rate * (double)(end - start) * map->total_ns;
	for (uint32_t i = 0; i < map->nr_slices; i++) {
		const double ns = map->slices[i].ns;
		const size_t row = (size_t)map->slices[i].cell * map->map.address.nr_columns +
				   map->map.address.first_column[segment];
		double *above = map->map.above + row, *below = map->map.below + row;
		double area;

		if (first == last) {
			area = (double)(end - start) * ns;
			below[first] += area;
			above[first] += area * rate;
			continue;
		}
		area = (double)(axis->edges[first + 1] - start) * ns;
		below[first] += area;
		above[first] += area * rate;
		for (uint32_t cell = first + 1; cell < last; cell++) {
			area = (double)(axis->edges[cell + 1] - axis->edges[cell]) * ns;
			below[cell] += area;
			above[cell] += area * rate;
		}
		area = (double)(end - axis->edges[last]) * ns;
		below[last] += area;
		above[last] += area * rate;
	}
}

static void fill_region(struct stream_map *map, uint64_t start, uint64_t end, double rate)
{
	const struct dt_address_axis *address = &map->map.address;
	const struct dt_axis *segment = &address->segments[map->map.hint];
	uint32_t i = map->map.hint;

	if (start >= end || !map->nr_slices)
		return;
	if (__builtin_expect(start >= segment->start && end <= segment->end, 1)) {
		fill_segment(map, i, start, end, rate);
		return;
	}
	for (i = 0; i < address->nr_segments; i++) {
		segment = &address->segments[i];
		if (segment->end <= start || segment->start >= end)
			continue;
		fill_segment(map, i, start > segment->start ? start : segment->start,
			     end < segment->end ? end : segment->end, rate);
		map->map.hint = i;
	}
}

static int fill_regions(struct dt_heat_damon *heat, const struct dt_region *regions, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct dt_region *region = &regions[i];
		enum dt_taken taken;
		const struct dt_stream *stream =
			dt_snapshots_take(&heat->snapshots, region, &taken);
		struct stream_map *map;

		if (!stream)
			return -ENOMEM;
		/* a file that grows while it is read may show streams that the survey did not */
		if (stream->index >= heat->nr_maps)
			continue;
		map = heat->maps[stream->index];
		if (!map->map.above)
			continue;
		if (taken == DT_TAKEN_FIRST && begin_snapshot(map, stream))
			return -ENOMEM;
		if (__builtin_expect(map->by_probes, 0)) {
			if (region->nr_probes)
				fill_region(map, region->start, region->end,
					    probe_sum(map, region));
		} else if (taken != DT_TAKEN_TWICE) {
			fill_region(map, region->start, region->end,
				    region->nr_accesses * map->rate);
		}
	}
	return 0;
}

/*
 * The map of the target that a scheme is applied to. Old kernels tell the target of a region by its
 * address in the kernel, which no index matches: then only a kdamond with one target is sure.
 */
static struct stream_map *find_applied(struct dt_heat_damon *heat, const struct dt_apply *apply)
{
	struct stream_map *of_kdamond = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < heat->nr_maps; i++) {
		struct stream_map *map = heat->maps[i];

		if (map->id.kdamond != apply->kdamond)
			continue;
		if (map->id.target == apply->target_idx)
			return map;
		of_kdamond = map;
		nr++;
	}
	return nr == 1 ? of_kdamond : NULL;
}

static int fill_applies(struct dt_heat_damon *heat, const struct dt_apply *applies, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct stream_map *map = find_applied(heat, &applies[i]);

		if (map && dt_heat_applies_add(&map->applies, &map->map, &applies[i]))
			return -ENOMEM;
	}
	return 0;
}

int dt_heat_damon_fill(struct dt_heat_damon *heat, const struct dt_batch *batch)
{
	if (batch->kind == DT_KIND_APPLY)
		return fill_applies(heat, batch->applies, batch->count);
	if (batch->kind == DT_KIND_REGION)
		return fill_regions(heat, batch->regions, batch->count);
	return dt_heat_damon_survey(heat, batch);
}

void dt_heat_damon_input_end(struct dt_heat_damon *heat)
{
	dt_snapshots_input_end(&heat->snapshots);
}

static enum dt_space find_space(const struct stream_map *map, const struct dt_view *view)
{
	if (map->is_virtual)
		return DT_SPACE_VIRTUAL;
	if (map->known && map->known->space == DT_SPACE_PHYSICAL)
		return DT_SPACE_PHYSICAL;
	return view->nr_nodes ? DT_SPACE_PHYSICAL : DT_SPACE_UNKNOWN;
}

static int by_stream(const void *a, const void *b)
{
	const struct stream_map *const *left = a, *const *right = b;

	return dt_stream_compare(&(*left)->stream->count.stream, &(*right)->stream->count.stream);
}

static int add_grid(struct stream_map *map, const struct dt_view *view, struct dt_report *report)
{
	const bool scaled = map->known && map->known->addr_unit > 1;
	struct dt_grid *grid = dt_report_add_grid(report);

	if (!grid || dt_heat_map_grid(&map->map, grid) ||
	    (view->schemes && dt_heat_applies_grid(&map->applies, grid)))
		return -ENOMEM;
	if (map->applies.hidden)
		dt_report_note(report,
			       "kdamond %" PRId32 ": %" PRIu64 " applications of more than %d "
			       "schemes are not drawn over the map",
			       map->id.kdamond, map->applies.hidden, DT_GRID_SCHEMES);
	/* bytes x ns until here */
	grid->sum_cells *= 1e-9;
	grid->sum_records *= 1e-9;
	grid->cut_addresses = view->nr_addresses != 0;
	grid->stream = map->stream->count.stream;
	grid->space = find_space(map, view);
	if (map->by_probes)
		grid->unit = dt_known_weighs(map->known) ? "weighted probe hits per aggregation"
							 : "probe hits per aggregation";
	else
		grid->unit = map->stream->aggr_ns ? "access rate" : "samples per aggregation";
	/* in other units than bytes their borders lie elsewhere */
	if (grid->space != DT_SPACE_VIRTUAL && !scaled) {
		grid->nr_nodes = (uint32_t)view->nr_nodes;
		grid->nodes = view->nodes;
	}
	if (scaled)
		dt_report_note(report,
			       "kdamond %" PRId32 ": addresses are in units of %" PRIu64
			       " bytes (addr_unit)",
			       grid->stream.kdamond, map->known->addr_unit);
	if (map->by_probes && !dt_known_weighs(map->known))
		dt_report_note(report,
			       "kdamond %" PRId32 ": no accesses were counted but probes hit, so "
			       "the heat is the sum of the probes' hits, all weighing the same",
			       grid->stream.kdamond);
	return 0;
}

/* Streams that were seen and are not in view. */
static void note_hidden(const struct dt_heat_damon *heat, struct dt_report *report)
{
	size_t hidden = 0, wanted = 0;

	for (size_t i = 0; i < heat->nr_maps; i++) {
		wanted +=
			dt_view_wants_stream(heat->view, &heat->snapshots.streams[i]->count.stream);
		hidden += !heat->maps[i]->wanted;
	}
	if (heat->nr_maps && !wanted)
		dt_report_note(report, "no stream matches --stream; there are %zu", heat->nr_maps);
	else if (wanted > heat->view->max_stream_maps)
		dt_report_note(report,
			       "%zu streams with fewer regions are not drawn: choose with --stream",
			       hidden);
}

int dt_heat_damon_finish(struct dt_heat_damon *heat, struct dt_report *report)
{
	struct stream_map **sorted = calloc(heat->nr_maps + 1, sizeof(struct stream_map *));
	size_t nr = 0;
	int ret = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < heat->nr_maps && i < heat->snapshots.nr_streams; i++) {
		heat->maps[i]->stream = heat->snapshots.streams[i];
		if (heat->maps[i]->map.above)
			sorted[nr++] = heat->maps[i];
	}
	qsort(sorted, nr, sizeof(struct stream_map *), by_stream);
	for (size_t i = 0; i < nr && !ret; i++)
		ret = add_grid(sorted[i], heat->view, report);
	free(sorted);
	if (heat->snapshots.nr_streams >= heat->nr_maps)
		note_hidden(heat, report);
	return ret ? ret : dt_report_snapshots(report, &heat->snapshots);
}

void dt_heat_damon_free(struct dt_heat_damon *heat)
{
	if (!heat)
		return;
	for (size_t i = 0; i < heat->nr_maps; i++) {
		dt_heat_map_free(&heat->maps[i]->map);
		dt_heat_applies_free(&heat->maps[i]->applies);
		dt_median_free(&heat->maps[i]->gaps);
		free(heat->maps[i]->slices);
		free(heat->maps[i]);
	}
	free(heat->maps);
	dt_snapshots_free(&heat->snapshots);
	free(heat);
}
