/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grids as CSV in long form, for spreadsheets and data frames: one row a cell. The name of a value
 * column carries the unit; a report with grids of several units has a column for each.
 */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "damon-trace/render.h"
#include "render/geometry.h"
#include "support/number.h"

/* Is this the first grid of the report with its unit? */
static bool first_of_unit(const struct dt_report *report, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(report->grids[i].unit, report->grids[index].unit) == 0)
			return false;
	}
	return true;
}

static void write_header(FILE *out, const struct dt_report *report)
{
	(void)fputs("source,kdamond,context,target,pid,time_start_ns,time_end_ns,address_start,"
		    "address_end",
		    out);
	for (size_t i = 0; i < report->nr_grids; i++) {
		if (!first_of_unit(report, i))
			continue;
		(void)fputs(",value_", out);
		for (const char *c = report->grids[i].unit; *c; c++)
			(void)fputc(isalnum((unsigned char)*c) ? *c : '_', out);
	}
	/* without a grid there is no unit, but the column is there */
	(void)fputs(report->nr_grids ? "\n" : ",value\n", out);
}

/* The columns that are the same for the whole grid. */
static void format_identity(char *text, size_t size, const struct dt_grid *grid)
{
	char context[16] = "", pid[16] = "";

	if (grid->pid >= 0)
		(void)snprintf(pid, sizeof(pid), "%" PRId32, grid->pid);
	if (grid->is_samples) {
		(void)snprintf(text, size, "samples,,,,%s", pid);
		return;
	}
	if (grid->stream.context != DT_UNKNOWN_U32)
		(void)snprintf(context, sizeof(context), "%" PRIu32, grid->stream.context);
	(void)snprintf(text, size, "damon,%" PRId32 ",%s,%" PRIu64 ",%s", grid->stream.kdamond,
		       context, grid->stream.target, pid);
}

static void write_value(FILE *out, double value)
{
	char number[DT_NUMBER_SIZE];

	if (!isfinite(value))
		return;
	(void)dt_number_double(number, value);
	(void)fputs(number, out);
}

static void write_edge(FILE *out, const struct dt_grid *grid, uint64_t address)
{
	(void)fputc(',', out);
	if (grid->space == DT_SPACE_LATENCY)
		write_value(out, dt_latency_edge(address));
	else
		(void)fprintf(out, "0x%" PRIx64, address);
}

static void write_commas(FILE *out, size_t nr)
{
	while (nr--)
		(void)fputc(',', out);
}

/* before and after: how many value columns of other units there are on each side. */
static void write_grid(FILE *out, const struct dt_grid *grid, size_t before, size_t after)
{
	const double *value = grid->value;
	char identity[96];

	format_identity(identity, sizeof(identity), grid);
	for (uint32_t t = 0; t < grid->time_cells; t++) {
		uint64_t from = dt_time_edge(grid, t), to = dt_time_edge(grid, t + 1);

		for (uint32_t s = 0; s < grid->nr_segments; s++) {
			const struct dt_segment *segment = &grid->segments[s];

			for (uint32_t a = 0; a < segment->cells; a++) {
				(void)fprintf(out, "%s,%" PRIu64 ",%" PRIu64, identity, from, to);
				write_edge(out, grid, dt_address_edge(segment, a));
				write_edge(out, grid, dt_address_edge(segment, a + 1));
				(void)fputc(',', out);
				write_commas(out, before);
				write_value(out, *value++);
				write_commas(out, after);
				(void)fputc('\n', out);
			}
		}
	}
}

void dt_csv_grids(FILE *out, const struct dt_report *report)
{
	write_header(out, report);
	for (size_t i = 0; i < report->nr_grids; i++) {
		size_t before = 0, after = 0;
		bool own = false;

		for (size_t j = 0; j < report->nr_grids; j++) {
			if (!first_of_unit(report, j))
				continue;
			if (strcmp(report->grids[j].unit, report->grids[i].unit) == 0)
				own = true;
			else if (own)
				after++;
			else
				before++;
		}
		write_grid(out, &report->grids[i], before, after);
	}
}
