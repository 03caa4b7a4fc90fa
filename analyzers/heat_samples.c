/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sample heat: how many samples fell into each cell, the accesses that they stand for, or their
 * mean latency. Virtual addresses have a map per process; physical ones share one.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/blocks.h"
#include "analyzers/heat.h"
#include "analyzers/tally.h"

/* The pid that stands for physical addresses. */
#define NO_PID (-1)

/* Memory for counting in the first pass; processes beyond it are counted in the second. */
#define TALLY_BYTES (24u << 20)

/* Processes looked up last, by the low bits of the pid: samples of a few of them alternate. */
#define NR_RECENT 64

struct process {
	int32_t pid;
	uint32_t owner; /* its number in the set of blocks */
	bool shown;
	uint64_t samples;     /* where they are only counted: known from prepare on */
	uint64_t first, last; /* ns */
	bool is_tallied;      /* counted in the first pass already */
	double weighed;	      /* sum of the weights of those, when they are not 1 */
	struct dt_tally tally;
	struct dt_heat_map map;
};

struct dt_heat_samples {
	const struct dt_view *view;
	struct dt_blocks blocks;
	uint32_t nr, room;
	struct process *processes;
	uint32_t *table; /* index into processes + 1, by hash of the pid */
	uint32_t mask;
	uint64_t unmapped;  /* samples of processes beyond the number that can be told apart */
	size_t tally_bytes; /* of those that may still be begun */
	struct {
		int32_t pid;
		uint32_t index;		/* plus 1; 0: unused */
		struct dt_tally *tally; /* of samples that are only counted; NULL: none */
	} recent[NR_RECENT];
};

/* Counting before the ranges are known works where free axes come out (tally.h). */
static bool can_tally(const struct dt_view *view)
{
	return !view->fit && !view->has_time && !view->nr_addresses &&
	       view->address_cells <= UINT16_MAX / 2 &&
	       /* a single cell cannot hold both halves of 64 bits */
	       view->time_cells >= 2 && view->address_cells >= 2;
}

int dt_heat_samples_new(struct dt_heat_samples **heat, const struct dt_view *view)
{
	struct dt_heat_samples *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->view = view;
	made->tally_bytes = can_tally(view) ? TALLY_BYTES : 0;
	made->mask = 255;
	made->table = calloc(made->mask + 1, sizeof(*made->table));
	if (!made->table || dt_blocks_init(&made->blocks)) {
		free(made->table);
		free(made);
		return -ENOMEM;
	}
	*heat = made;
	return 0;
}

uint32_t dt_heat_samples_columns(const struct dt_view *view)
{
	uint32_t columns = DT_COL_TIME | (view->phys ? DT_COL_PHYS : DT_COL_ADDR);

	if (!view->phys || view->nr_pids)
		columns |= DT_COL_PID;
	if (view->weight == DT_WEIGHT_PERIOD)
		columns |= DT_COL_PERIOD;
	if (view->weight == DT_WEIGHT_LATENCY)
		columns |= DT_COL_WEIGHT;
	return columns;
}

static uint32_t hash_pid(const struct dt_heat_samples *heat, int32_t pid)
{
	return (uint32_t)(((uint64_t)(uint32_t)pid * 0x9e3779b97f4a7c15ull) >> 40) & heat->mask;
}

static uint32_t find_place(const struct dt_heat_samples *heat, int32_t pid)
{
	uint32_t place = hash_pid(heat, pid);

	while (heat->table[place] && heat->processes[heat->table[place] - 1].pid != pid)
		place = (place + 1) & heat->mask;
	return place;
}

static int grow_table(struct dt_heat_samples *heat)
{
	const uint32_t mask = heat->mask * 2 + 1;
	uint32_t *table = calloc((size_t)mask + 1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	free(heat->table);
	heat->table = table;
	heat->mask = mask;
	for (uint32_t i = 0; i < heat->nr; i++)
		table[find_place(heat, heat->processes[i].pid)] = i + 1;
	return 0;
}

static bool pid_wanted(const struct dt_view *view, int32_t pid)
{
	for (size_t i = 0; i < view->nr_pids; i++)
		if (view->pids[i] == pid)
			return true;
	return !view->nr_pids;
}

static int begin_tally(struct dt_heat_samples *heat, struct process *process)
{
	const struct dt_view *view = heat->view;
	const bool quotient = view->weight == DT_WEIGHT_LATENCY;
	const size_t bytes = dt_tally_bytes(view->time_cells, view->address_cells, quotient);

	if (heat->tally_bytes < bytes)
		return 0;
	heat->tally_bytes -= bytes;
	process->is_tallied = true;
	return dt_tally_init(&process->tally, view->time_cells, view->address_cells, quotient);
}

static struct process *add_process(struct dt_heat_samples *heat, int32_t pid)
{
	struct process *process;

	if (heat->nr == heat->room) {
		uint32_t room = heat->room ? heat->room * 2 : 64;
		struct process *processes = realloc(heat->processes, room * sizeof(*processes));

		if (!processes)
			return NULL;
		heat->processes = processes;
		heat->room = room;
		memset(heat->recent, 0, sizeof(heat->recent));
	}
	if (heat->nr + 1 > heat->mask / 2 && grow_table(heat))
		return NULL;
	process = &heat->processes[heat->nr];
	*process = (struct process){.pid = pid, .owner = heat->nr, .first = UINT64_MAX};
	process->shown = pid == NO_PID || pid_wanted(heat->view, pid);
	heat->table[find_place(heat, pid)] = ++heat->nr;
	return begin_tally(heat, process) ? NULL : process;
}

/* Both passes: the columns of a batch that has them, else nothing to do with it. */
static const uint64_t *addresses(const struct dt_heat_samples *heat,
				 const struct dt_samples *samples)
{
	/* without a time there is no place on the map */
	if (!(samples->columns & DT_COL_TIME))
		return NULL;
	if (heat->view->phys)
		return samples->columns & DT_COL_PHYS ? samples->phys : NULL;
	return samples->columns & DT_COL_ADDR ? samples->addr : NULL;
}

/* Index of the process of a pid, UINT32_MAX when there is none. */
static inline uint32_t find_process(struct dt_heat_samples *heat, int32_t pid)
{
	const uint32_t slot = (uint32_t)pid % NR_RECENT;
	uint32_t index;

	if (heat->recent[slot].index && heat->recent[slot].pid == pid)
		return heat->recent[slot].index - 1;
	index = heat->table[find_place(heat, pid)];
	heat->recent[slot].pid = pid;
	heat->recent[slot].index = index;
	heat->recent[slot].tally = NULL;
	if (index && heat->processes && heat->processes[index - 1].is_tallied)
		heat->recent[slot].tally = &heat->processes[index - 1].tally;
	return index - 1;
}

/* The process of a pid in the survey, made when it is new; UINT32_MAX: not wanted, or too many. */
static int survey_process(struct dt_heat_samples *heat, int32_t pid, uint32_t *index)
{
	*index = UINT32_MAX;
	if (heat->view->nr_pids && !pid_wanted(heat->view, pid))
		return 0;
	*index = find_process(heat, heat->view->phys ? NO_PID : pid);
	if (*index != UINT32_MAX)
		return 0;
	if (heat->nr > DT_BLOCK_OWNER_MAX) {
		heat->unmapped++;
		return 0;
	}
	if (!add_process(heat, heat->view->phys ? NO_PID : pid))
		return -ENOMEM;
	*index = heat->nr - 1;
	heat->recent[(uint32_t)heat->processes[*index].pid % NR_RECENT].index = 0;
	return 0;
}

static int survey_sample(struct dt_heat_samples *heat, struct process *process, uint64_t time,
			 uint64_t address, double value)
{
	bool is_new = true;
	int ret = 0;

	process->samples++;
	if (process->is_tallied) {
		ret = dt_tally_add(&process->tally, time, address, value, &is_new);
		/* a row that is no longer than a block has told its block when it was new */
		is_new |= process->tally.address_shift > DT_BLOCK_SHIFT;
	} else {
		process->first = time < process->first ? time : process->first;
		process->last = time > process->last ? time : process->last;
	}
	if (!ret && is_new)
		ret = dt_blocks_add(&heat->blocks, process->owner, address);
	return ret;
}

/* What one sample adds to its cell; NULL: 1. */
static const uint64_t *weights(const struct dt_heat_samples *heat, const struct dt_samples *samples)
{
	if (heat->view->weight == DT_WEIGHT_PERIOD && samples->columns & DT_COL_PERIOD)
		return samples->period;
	if (heat->view->weight == DT_WEIGHT_LATENCY && samples->columns & DT_COL_WEIGHT)
		return samples->weight;
	return NULL;
}

/* The addresses to count of a batch, or NULL: it has none, or not the weights that are wanted. */
static const uint64_t *usable(const struct dt_heat_samples *heat, const struct dt_samples *samples)
{
	if (heat->view->weight != DT_WEIGHT_COUNT && !weights(heat, samples))
		return NULL;
	return addresses(heat, samples);
}

static int survey_at(struct dt_heat_samples *heat, const struct dt_samples *samples, uint32_t i,
		     int32_t pid, uint64_t address, const uint64_t *weight)
{
	struct process *process;
	uint32_t index;

	if (survey_process(heat, pid, &index))
		return -ENOMEM;
	if (index == UINT32_MAX)
		return 0;
	process = &heat->processes[index];
	if (weight)
		process->weighed += (double)weight[i];
	return survey_sample(heat, process, samples->time[i], address,
			     weight ? (double)weight[i] : 1);
}

/*
 * Processes alternate: to look each one up costs less than to guess wrong. What is merely counted
 * into a row that exists is done here, without the look-up's other half.
 */
int dt_heat_samples_survey(struct dt_heat_samples *heat, const struct dt_samples *samples,
			   uint32_t count)
{
	const uint64_t *address = usable(heat, samples), *weight = weights(heat, samples);
	const bool counts = !weight && !heat->view->nr_pids;
	/* physical addresses have one map for all */
	const bool has_pid =
		samples->columns & DT_COL_PID && (!heat->view->phys || heat->view->nr_pids);

	for (uint32_t i = 0; address && i < count; i++) {
		const int32_t pid = has_pid ? samples->pid[i] : NO_PID;
		const uint32_t slot = (uint32_t)pid % NR_RECENT;
		struct dt_tally *tally = heat->recent[slot].tally;

		if (!address[i])
			continue;
		/* a row longer than a block may hold blocks that have not been told yet */
		if (__builtin_expect(counts && tally && heat->recent[slot].pid == pid, 1) &&
		    tally->address_shift <= DT_BLOCK_SHIFT &&
		    dt_tally_count(tally, samples->time[i], address[i]))
			continue;
		if (survey_at(heat, samples, i, pid, address[i], weight))
			return -ENOMEM;
	}
	return 0;
}

static int hottest_first(const void *a, const void *b)
{
	const struct process *left = a, *right = b;

	if (left->samples != right->samples)
		return left->samples > right->samples ? -1 : 1;
	return left->pid < right->pid ? -1 : left->pid > right->pid;
}

int dt_heat_samples_prepare(struct dt_heat_samples *heat)
{
	int ret = 0;

	if (!heat->nr)
		return 0;
	/* most of them were counted into their cells alone */
	for (uint32_t i = 0; i < heat->nr && heat->view->weight == DT_WEIGHT_COUNT; i++)
		if (heat->processes[i].is_tallied)
			heat->processes[i].samples =
				(uint64_t)dt_tally_sum(&heat->processes[i].tally);
	qsort(heat->processes, heat->nr, sizeof(heat->processes[0]), hottest_first);
	memset(heat->table, 0, ((size_t)heat->mask + 1) * sizeof(*heat->table));
	memset(heat->recent, 0, sizeof(heat->recent));
	for (uint32_t i = 0; i < heat->nr; i++) {
		struct process *process = &heat->processes[i];

		heat->table[find_place(heat, process->pid)] = i + 1;
		process->shown &= i < heat->view->max_sample_maps && process->samples;
		if (process->is_tallied) {
			process->first = process->tally.first;
			process->last = process->tally.last;
		}
		if (process->shown && !ret)
			ret = dt_blocks_extents(&heat->blocks, process->owner,
						&process->map.extents);
	}
	dt_blocks_free(&heat->blocks);
	return ret;
}

void dt_heat_samples_share(const struct dt_heat_samples *heat, struct dt_heat_shared *shared)
{
	if (heat->nr && heat->processes[0].shown)
		dt_heat_shared_add(shared, &heat->processes[0].map.extents,
				   heat->processes[0].first, heat->processes[0].last + 1);
	else
		shared->on = false;
}

/* Free axes are made of the tally's cells; others must be filled from the samples themselves. */
static bool pour_tally(struct process *process, enum dt_weight weight)
{
	struct dt_heat_map *map = &process->map;
	const bool usable_axes = map->time.shift >= 0 && map->address.nr_segments &&
				 map->address.segments[0].shift >= 0;

	if (process->is_tallied && map->above && usable_axes) {
		dt_tally_pour(&process->tally, &map->time, &map->address, map->above, map->below);
		map->sum_records =
			weight == DT_WEIGHT_COUNT ? (double)process->samples : process->weighed;
	}
	process->is_tallied &= usable_axes;
	dt_tally_free(&process->tally);
	return process->is_tallied;
}

int dt_heat_samples_lay(struct dt_heat_samples *heat, const struct dt_heat_time *fixed,
			const struct dt_heat_shared *shared, bool *complete)
{
	const bool quotient = heat->view->weight == DT_WEIGHT_LATENCY;
	int ret = 0;

	*complete = true;
	for (uint32_t i = 0; i < heat->nr && !ret; i++) {
		struct process *process = &heat->processes[i];
		uint64_t start = process->first, end = process->last + 1;

		if (!process->shown) {
			dt_tally_free(&process->tally);
			continue;
		}
		if (shared->on) {
			dt_extents_add_all(&process->map.extents, &shared->extents);
			start = shared->start;
			end = shared->end;
		}
		ret = dt_heat_map_lay(&process->map, heat->view, fixed, start, end, quotient);
		*complete &= pour_tally(process, heat->view->weight);
	}
	return ret;
}

/*
 * Add samples of one map. The segment at hand is kept in locals: most samples fall where the last
 * one did.
 */
static void fill_run(struct dt_heat_map *map, const uint64_t *time, const uint64_t *address,
		     const uint64_t *weight, uint32_t count)
{
	const struct dt_axis *const time_axis = &map->time;
	const uint64_t time_start = time_axis->start, time_length = time_axis->end - time_start;
	const uint32_t nr_columns = map->address.nr_columns;
	const struct dt_axis *segment = &map->address.segments[map->hint];
	uint32_t first_column = map->address.first_column[map->hint];
	double *const above = map->above, *const below = map->below;
	double sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		const double value = weight ? (double)weight[i] : 1;
		size_t cell;

		if (time[i] - time_start >= time_length || !address[i])
			continue;
		if (address[i] - segment->start >= segment->end - segment->start) {
			if (dt_address_axis_find(&map->address, address[i], &map->hint) ==
			    map->address.nr_segments)
				continue;
			segment = &map->address.segments[map->hint];
			first_column = map->address.first_column[map->hint];
		}
		cell = (size_t)dt_axis_cell(time_axis, time[i]) * nr_columns + first_column +
		       dt_axis_cell(segment, address[i]);
		above[cell] += value;
		sum += value;
		if (below)
			below[cell] += 1;
	}
	map->sum_records += sum;
}

/* How many samples from the first on are of its process; all of them for physical addresses. */
static uint32_t run_length(const struct dt_samples *samples, uint32_t first, uint32_t count)
{
	uint32_t i = first + 1;

	if (!(samples->columns & DT_COL_PID))
		return count - first;
	while (i < count && samples->pid[i] == samples->pid[first])
		i++;
	return i - first;
}

int dt_heat_samples_fill(struct dt_heat_samples *heat, const struct dt_samples *samples,
			 uint32_t count)
{
	const uint64_t *address = usable(heat, samples), *weight = weights(heat, samples);
	uint32_t run;

	for (uint32_t i = 0; address && heat->nr && i < count; i += run) {
		const int32_t pid = samples->columns & DT_COL_PID ? samples->pid[i] : NO_PID;
		struct process *process;
		uint32_t index;

		run = run_length(samples, i, count);
		if (heat->view->nr_pids && !pid_wanted(heat->view, pid))
			continue;
		index = find_process(heat, heat->view->phys ? NO_PID : pid);
		process = index < heat->nr ? &heat->processes[index] : NULL;
		if (process && process->map.above && !process->is_tallied)
			fill_run(&process->map, samples->time + i, address + i,
				 weight ? weight + i : NULL, run);
	}
	return 0;
}

static const char *unit_of(enum dt_weight weight)
{
	switch (weight) {
	case DT_WEIGHT_PERIOD:
		return "accesses";
	case DT_WEIGHT_LATENCY:
		return "latency";
	default:
		return "samples";
	}
}

int dt_heat_samples_finish(struct dt_heat_samples *heat, struct dt_report *report)
{
	uint64_t hidden = heat->unmapped;
	uint32_t nr_hidden = 0;

	for (uint32_t i = 0; i < heat->nr; i++) {
		struct process *process = &heat->processes[i];
		struct dt_grid *grid;

		if (!process->map.above) {
			hidden += process->samples;
			nr_hidden++;
			continue;
		}
		grid = dt_report_add_grid(report);
		if (!grid || dt_heat_map_grid(&process->map, grid))
			return -ENOMEM;
		grid->is_samples = true;
		grid->cut_addresses = heat->view->nr_addresses != 0;
		grid->space = heat->view->phys ? DT_SPACE_PHYSICAL : DT_SPACE_VIRTUAL;
		grid->pid = process->pid;
		grid->unit = unit_of(heat->view->weight);
		if (heat->view->phys) {
			grid->nr_nodes = (uint32_t)heat->view->nr_nodes;
			grid->nodes = heat->view->nodes;
		}
	}
	if (hidden)
		dt_report_note(report,
			       "%" PRIu64 " samples of %" PRIu32
			       " colder processes are not drawn: choose with --pid",
			       hidden, nr_hidden);
	return 0;
}

void dt_heat_samples_free(struct dt_heat_samples *heat)
{
	if (!heat)
		return;
	for (uint32_t i = 0; i < heat->nr; i++) {
		dt_heat_map_free(&heat->processes[i].map);
		dt_tally_free(&heat->processes[i].tally);
	}
	free(heat->processes);
	free(heat->table);
	dt_blocks_free(&heat->blocks);
	free(heat);
}
