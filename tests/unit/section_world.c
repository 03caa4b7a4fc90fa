/* SPDX-License-Identifier: GPL-2.0-only */
/* See section_world.h. */
#include <math.h>
#include <stdlib.h>

#include "section_world.h"

#define S UINT64_C(1000000000)

void section_world_init(struct section_world *world)
{
	*world = (struct section_world){
		.info = {.path = "x.data",
			 .kind = "perf.data",
			 .start_ns = 5 * S,
			 .end_ns = 35 * S},
	};
	world->inputs[0] = &world->info;
	world->report.nr_inputs = 1;
	world->report.inputs = world->inputs;
}

void section_world_clear(struct section_world *world)
{
	dt_sections_clear(&world->report);
}

static void add_row(struct dt_table *table, const char *tier, uint64_t samples, double share,
		    double latency)
{
	struct dt_value *row = dt_table_row(table);

	dt_value_text(row, 0, tier);
	dt_value_integer(row, 1, samples);
	dt_value_number(row, 2, share);
	dt_value_number(row, 3, latency);
	dt_value_integer(row, 4, samples << 20);
	dt_value_integer(row, 5, 6 * S + samples * S / 4);
	dt_value_bool(row, 6, samples > 2);
}

struct dt_section *section_world_tiers(struct section_world *world)
{
	static const struct dt_heading columns[] = {
		{"tier", "tier", DT_UNIT_NONE},
		{"samples", "samples", DT_UNIT_COUNT},
		{"share", "share", DT_UNIT_SHARE},
		{"latency_cycles", "latency median", DT_UNIT_CYCLES},
		{"bytes", "memory", DT_UNIT_BYTES},
		{"first_ns", "first seen", DT_UNIT_TIME},
		{"big", NULL, DT_UNIT_NONE},
	};
	struct dt_section *section =
		dt_report_section(&world->report, "tiers", "Memory tiers", false);
	struct dt_table *table;

	dt_section_say(section, "%s served most of %d accesses.", "DRAM", 3);
	dt_section_integer(section, "samples", "samples", DT_UNIT_COUNT, 1234567);
	dt_section_number(section, "usable_share", "usable", DT_UNIT_SHARE, 0.9823);
	dt_section_number(section, "latency_cycles", "latency", DT_UNIT_CYCLES, 412);
	dt_section_number(section, "rate_hz", "rate", DT_UNIT_HZ, 3998.25);
	dt_section_integer(section, "bytes", "memory", DT_UNIT_BYTES, UINT64_C(12) << 30);
	dt_section_bool(section, "precise", "precise", true);
	dt_section_number(section, "lag_s", "lag", DT_UNIT_SECONDS, NAN);
	dt_section_text(section, "event", NULL, "a, \"b\"");
	(void)dt_section_table(section, "conflicts", "Conflicts", columns, 3);
	table = dt_section_table(section, "by_tier", "By tier", columns, 7);
	add_row(table, "local DRAM", 2, 2 / 3.0, 300);
	add_row(table, "CXL memory, far", 1, 1 / 3.0, 900);
	add_row(table, "L1", 3000, 0.0002, NAN);
	return section;
}

struct dt_chart *section_world_chart(struct dt_section *section, bool stacked)
{
	static const char *const names[] = {"near", "far"}, *const heads[] = {"near", "far, CXL"};
	struct dt_chart *chart = dt_section_chart(section, "over_time", "Share over time",
						  DT_UNIT_SHARE, 2, names, heads, 30, 6 * S, S);

	chart->stacked = stacked;
	for (uint32_t s = 0; s < 2; s++)
		for (uint32_t i = 0; i < 30; i++)
			if (i < 10 || i > 13)
				dt_chart_series(chart, s)[i] = 0.5;
	return chart;
}

void section_world_grid(struct dt_section *section)
{
	const double values[] = {1, 2, NAN, 4};
	struct dt_grid grid = {
		.is_samples = true,
		.space = DT_SPACE_PHYSICAL,
		.pid = -1,
		.unit = "samples",
		.start_ns = 5 * S,
		.end_ns = 35 * S,
		.time_cells = 2,
		.nr_segments = 1,
		.nr_columns = 2,
		.minimum = 1,
		.maximum = 4,
		.sum_cells = 7,
		.sum_records = 7,
	};

	grid.segments = calloc(1, sizeof(*grid.segments));
	grid.value = calloc(4, sizeof(*grid.value));
	if (!grid.segments || !grid.value)
		abort();
	grid.segments[0] = (struct dt_segment){.start = 0, .end = UINT64_C(2) << 30, .cells = 2};
	for (int i = 0; i < 4; i++)
		grid.value[i] = values[i];
	if (!dt_section_grid(section, "heat", &grid))
		abort();
}

char *section_world_text(const struct section_world *world, const struct dt_style *style)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	dt_text_sections(out, &world->report, style);
	(void)fclose(out);
	return text;
}

char *section_world_written(const struct section_world *world,
			    void (*write)(FILE *out, const struct dt_report *report))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	write(out, &world->report);
	(void)fclose(out);
	return text;
}
