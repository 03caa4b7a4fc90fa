/* SPDX-License-Identifier: GPL-2.0-only */
/* Labels of segments, row by row. */
#include <stdio.h>
#include <string.h>

#include "analyzers/segment_labels.h"
#include "damon-trace/reader.h"
#include "damon-trace/result.h"
#include "damon-trace/symbols.h"

/* Mappings told apart in one segment, and looked at in one row. */
#define MOST_LABELS 16
#define MOST_STEPS  16

struct labels {
	unsigned nr;
	struct {
		char text[40];
		double heat;
	} list[MOST_LABELS];
};

static bool find(struct dt_reader *const *readers, size_t nr, int32_t pid, uint64_t address,
		 struct dt_mapping *mapping)
{
	uint64_t same_to = UINT64_MAX;

	for (size_t i = 0; i < nr; i++) {
		if (dt_reader_mapping(readers[i], pid, address, mapping))
			return true;
		same_to = mapping->same_to < same_to ? mapping->same_to : same_to;
	}
	mapping->same_to = same_to;
	return false;
}

/* The first mapping that reaches into the range. */
static bool first_in(struct dt_reader *const *readers, size_t nr, int32_t pid, uint64_t start,
		     uint64_t end, struct dt_mapping *mapping)
{
	for (unsigned step = 0; step < MOST_STEPS && start < end; step++) {
		if (find(readers, nr, pid, start, mapping))
			return true;
		start = mapping->same_to;
	}
	return false;
}

static void add(struct labels *labels, const char *name, double heat)
{
	char text[sizeof(labels->list[0].text)];
	unsigned i = 0;

	dt_mapping_label(text, sizeof(text), name[0] ? name : "//anon");
	while (i < labels->nr && strcmp(labels->list[i].text, text) != 0)
		i++;
	if (i == MOST_LABELS)
		return;
	if (i == labels->nr) {
		labels->nr++;
		(void)snprintf(labels->list[i].text, sizeof(text), "%s", text);
		labels->list[i].heat = 0;
	}
	labels->list[i].heat += heat;
}

static double row_heat(const struct dt_grid *grid, uint32_t column)
{
	double heat = 0;

	for (uint32_t t = 0; t < grid->time_cells; t++) {
		const double value = grid->value[(size_t)t * grid->nr_columns + column];

		heat += value > 0 ? value : 0;
	}
	return heat;
}

static uint64_t edge(const struct dt_segment *segment, uint32_t row)
{
	const uint64_t length = segment->end - segment->start;

	return segment->start + (uint64_t)((unsigned __int128)length * row / segment->cells);
}

static void label(struct dt_segment *segment, const struct labels *labels)
{
	unsigned best = 0;

	if (!labels->nr)
		return;
	for (unsigned i = 1; i < labels->nr; i++)
		if (labels->list[i].heat > labels->list[best].heat)
			best = i;
	if (labels->nr > 1)
		(void)snprintf(segment->label, sizeof(segment->label), "%s +%u",
			       labels->list[best].text, labels->nr - 1);
	else
		(void)snprintf(segment->label, sizeof(segment->label), "%s",
			       labels->list[best].text);
}

void dt_label_segments(struct dt_grid *grid, struct dt_reader *const *readers, size_t nr)
{
	uint32_t column = 0;

	if (!grid->is_samples || grid->space != DT_SPACE_VIRTUAL || grid->pid < 0)
		return;
	for (uint32_t s = 0; s < grid->nr_segments; s++) {
		struct dt_segment *segment = &grid->segments[s];
		struct labels labels = {0};

		for (uint32_t row = 0; row < segment->cells; row++) {
			const double heat = row_heat(grid, column++);
			struct dt_mapping mapping;

			if (heat > 0 && first_in(readers, nr, grid->pid, edge(segment, row),
						 edge(segment, row + 1), &mapping))
				add(&labels, mapping.name, heat);
		}
		label(segment, &labels);
	}
}
