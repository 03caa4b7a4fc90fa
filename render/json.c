/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports and inputs as JSON, in the format of doc/report-json.md. */
#include <stdlib.h>

#include "damon-trace/render.h"
#include "support/json_writer.h"
#include "render/geometry.h"
#include "render/goals.h"
#include "render/host.h"
#include "render/json_parts.h"
#include "render/regions.h"
#include "render/schemes.h"
#include "render/witness.h"
#include "render/tally.h"
#include "render/words.h"

#ifndef DT_VERSION
#define DT_VERSION "unknown"
#endif

/* Raised when a reader of the old form would misread the new one; new keys do not raise it. */
#define FORMAT 1

/* Larger whole numbers are rounded by readers that keep numbers as doubles. */
#define EXACT_IN_JSON (1ull << 53)

static void write_program(struct dt_json *json)
{
	dt_json_object(json, "damon_trace");
	dt_json_string(json, "version", DT_VERSION);
	dt_json_u64(json, "format", FORMAT);
	dt_json_object_end(json);
}

static void write_warnings(struct dt_json *json, const struct dt_warnings *warnings)
{
	dt_json_array(json, "warnings");
	for (uint64_t i = 0; i < warnings->count && i < DT_WARNINGS_KEPT; i++) {
		const struct dt_warning *warning = &warnings->kept[i];

		dt_json_object(json, NULL);
		if (warning->offset == UINT64_MAX)
			dt_json_null(json, "offset");
		else
			dt_json_u64(json, "offset", warning->offset);
		dt_json_string(json, "text", warning->text);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
	dt_json_u64(json, "warnings_total", warnings->count);
}

/* What report and info both say of an input. */
static void write_input(struct dt_json *json, const struct dt_input_info *info)
{
	bool has_time = info->start_ns <= info->end_ns;

	dt_json_string(json, "path", info->path);
	dt_json_string(json, "kind", info->kind);
	dt_json_text(json, "version", info->version);
	dt_json_text(json, "kernel", info->kernel);
	dt_json_text(json, "clock", info->clock);
	if (has_time) {
		dt_json_u64(json, "start_ns", info->start_ns);
		dt_json_u64(json, "end_ns", info->end_ns);
	} else {
		dt_json_null(json, "start_ns");
		dt_json_null(json, "end_ns");
	}
	dt_json_bool(json, "complete", info->complete);
	write_warnings(json, &info->warnings);
}

/* A number, or null where the input does not say. */
static void write_known(struct dt_json *json, const char *key, bool known, uint64_t value)
{
	if (known)
		dt_json_u64(json, key, value);
	else
		dt_json_null(json, key);
}

/* How the event was asked for. */
static void write_attr(struct dt_json *json, const struct dt_event_count *event)
{
	const bool known = event->has_attr;

	dt_json_text(json, "pmu", event->pmu);
	write_known(json, "type", known, event->type);
	write_known(json, "config", known, event->config);
	write_known(json, "config1", known, event->config1);
	write_known(json, "config2", known, event->config2);
	write_known(json, "period", known && !event->is_frequency, event->period);
	write_known(json, "frequency_hz", known && event->is_frequency, event->period);
	write_known(json, "precise", known, event->precise);
}

/* The events that are memory samples, with what each records. */
static void write_sample_events(struct dt_json *json, const struct dt_input_info *info)
{
	dt_json_array(json, "sample_events");
	for (size_t i = 0; i < info->nr_events; i++) {
		const struct dt_event_count *event = &info->events[i];

		if (!event->is_sample)
			continue;
		dt_json_object(json, NULL);
		dt_json_string(json, "name", event->name);
		dt_json_u64(json, "count", event->count);
		write_attr(json, event);
		dt_json_array(json, "fields");
		for (unsigned bit = 0; dt_words_column(bit); bit++) {
			if (event->has & (1u << bit) && dt_words_column(bit)[0])
				dt_json_string(json, NULL, dt_words_column(bit));
		}
		dt_json_array_end(json);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_events(struct dt_json *json, const struct dt_input_info *const *inputs,
			 size_t nr_inputs)
{
	struct dt_event_tally *events;
	size_t nr;

	dt_json_line(json);
	if (dt_tally_events(inputs, nr_inputs, &events, &nr) < 0) {
		dt_json_null(json, "events");
		return;
	}
	dt_json_object(json, "events");
	for (size_t i = 0; i < nr; i++)
		dt_json_u64(json, events[i].name, events[i].count);
	dt_json_object_end(json);
	free(events);
}

/* The sums over all inputs. */
static void write_totals(struct dt_json *json, const struct dt_input_info *const *inputs,
			 size_t nr_inputs)
{
	struct dt_input_info sum = {0};

	for (size_t i = 0; i < nr_inputs; i++) {
		sum.samples_total += inputs[i]->samples_total;
		sum.samples_with_address += inputs[i]->samples_with_address;
		sum.samples_address_zero += inputs[i]->samples_address_zero;
		sum.samples_with_phys += inputs[i]->samples_with_phys;
		sum.lost_events += inputs[i]->lost_events;
		sum.lost_unknown += inputs[i]->lost_unknown;
		sum.lost_samples += inputs[i]->lost_samples;
		sum.throttles += inputs[i]->throttles;
	}
	write_events(json, inputs, nr_inputs);
	dt_json_line(json);
	dt_json_object(json, "samples");
	dt_json_u64(json, "total", sum.samples_total);
	dt_json_u64(json, "with_address", sum.samples_with_address);
	dt_json_u64(json, "address_zero", sum.samples_address_zero);
	dt_json_u64(json, "with_phys", sum.samples_with_phys);
	dt_json_object_end(json);
	dt_json_line(json);
	dt_json_object(json, "losses");
	dt_json_u64(json, "events", sum.lost_events);
	dt_json_u64(json, "unknown", sum.lost_unknown);
	dt_json_u64(json, "samples", sum.lost_samples);
	dt_json_u64(json, "throttles", sum.throttles);
	dt_json_object_end(json);
}

void dt_json_index(struct dt_json *json, const char *key, uint32_t index)
{
	if (index == DT_UNKNOWN_U32)
		dt_json_null(json, key);
	else
		dt_json_u64(json, key, index);
}

void dt_json_stream(struct dt_json *json, const struct dt_stream_id *stream)
{
	dt_json_object(json, "stream");
	dt_json_i64(json, "kdamond_pid", stream->kdamond);
	dt_json_index(json, "context", stream->context);
	/* old kernels print the target's address in the kernel in place of its index */
	if (stream->target < EXACT_IN_JSON)
		dt_json_u64(json, "target", stream->target);
	else
		dt_json_hex(json, "target", stream->target);
	dt_json_object_end(json);
}

static void write_snapshots(struct dt_json *json, const struct dt_report *report)
{
	dt_json_line(json);
	dt_json_array(json, "snapshots");
	for (size_t i = 0; i < report->nr_snapshots; i++) {
		const struct dt_snapshot_count *snapshots = &report->snapshots[i];

		dt_json_line(json);
		dt_json_object(json, NULL);
		dt_json_stream(json, &snapshots->stream);
		dt_json_u64(json, "complete", snapshots->complete);
		dt_json_u64(json, "incomplete", snapshots->incomplete);
		dt_json_u64(json, "partial", snapshots->partial);
		dt_json_u64(json, "filtered", snapshots->filtered);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_axes(struct dt_json *json, const struct dt_grid *grid)
{
	dt_json_object(json, "time");
	dt_json_u64(json, "start_ns", grid->start_ns);
	dt_json_u64(json, "end_ns", grid->end_ns);
	dt_json_u64(json, "cells", grid->time_cells);
	dt_json_object_end(json);
	dt_json_array(json, "segments");
	for (uint32_t i = 0; i < grid->nr_segments; i++) {
		const struct dt_segment *segment = &grid->segments[i];

		dt_json_object(json, NULL);
		if (grid->space == DT_SPACE_LATENCY) {
			dt_json_double(json, "start_cycles", dt_latency_edge(segment->start));
			dt_json_double(json, "end_cycles", dt_latency_edge(segment->end));
		} else {
			dt_json_hex(json, "start", segment->start);
			dt_json_hex(json, "end", segment->end);
		}
		dt_json_u64(json, "cells", segment->cells);
		dt_json_text(json, "label", segment->label);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

static void write_cells(struct dt_json *json, const struct dt_grid *grid)
{
	const double *value = grid->value;

	dt_json_line(json);
	dt_json_array(json, "cells");
	for (uint32_t t = 0; t < grid->time_cells; t++) {
		dt_json_line(json);
		dt_json_array(json, NULL);
		for (uint32_t a = 0; a < grid->nr_columns; a++)
			dt_json_double(json, NULL, *value++);
		dt_json_array_end(json);
	}
	dt_json_array_end(json);
}

/* Most cells of a scheme are empty: those that are not, one by one. */
static void write_applied(struct dt_json *json, const struct dt_grid *grid)
{
	dt_json_line(json);
	dt_json_array(json, "schemes");
	for (uint32_t i = 0; i < grid->nr_schemes; i++) {
		const struct dt_grid_scheme *scheme = &grid->schemes[i];
		const uint32_t *count = scheme->cells;

		dt_json_line(json);
		dt_json_object(json, NULL);
		dt_json_index(json, "context", scheme->context);
		dt_json_index(json, "scheme", scheme->scheme);
		dt_json_u64(json, "applied_regions", scheme->regions);
		dt_json_array(json, "applied_cells");
		for (uint32_t t = 0; t < grid->time_cells; t++) {
			for (uint32_t a = 0; a < grid->nr_columns; a++, count++) {
				if (!*count)
					continue;
				dt_json_array(json, NULL);
				dt_json_u64(json, NULL, t);
				dt_json_u64(json, NULL, a);
				dt_json_u64(json, NULL, *count);
				dt_json_array_end(json);
			}
		}
		dt_json_array_end(json);
		dt_json_object_end(json);
	}
	dt_json_array_end(json);
}

void dt_json_grid(struct dt_json *json, const char *key, const struct dt_grid *grid)
{
	static const char *const spaces[] = {
		[DT_SPACE_UNKNOWN] = "unknown",
		[DT_SPACE_PHYSICAL] = "physical",
		[DT_SPACE_VIRTUAL] = "virtual",
		[DT_SPACE_LATENCY] = "latency",
	};

	dt_json_line(json);
	dt_json_object(json, key);
	dt_json_string(json, "source", grid->is_samples ? "samples" : "damon");
	if (grid->is_samples)
		dt_json_null(json, "stream");
	else
		dt_json_stream(json, &grid->stream);
	dt_json_string(json, "space", spaces[grid->space]);
	if (grid->pid < 0)
		dt_json_null(json, "pid");
	else
		dt_json_i64(json, "pid", grid->pid);
	dt_json_text(json, "comm", grid->comm);
	dt_json_string(json, "unit", grid->unit);
	write_axes(json, grid);
	dt_json_double(json, "minimum", grid->minimum);
	dt_json_double(json, "maximum", grid->maximum);
	dt_json_object(json, "sums");
	dt_json_double(json, "cells", grid->sum_cells);
	dt_json_double(json, "records", grid->sum_records);
	dt_json_object_end(json);
	write_cells(json, grid);
	if (grid->schemes)
		write_applied(json, grid);
	dt_json_object_end(json);
}

void dt_json_report(FILE *out, const struct dt_report *report)
{
	struct dt_json json;

	dt_json_begin(&json, out);
	dt_json_object(&json, NULL);
	write_program(&json);
	dt_json_line(&json);
	dt_json_array(&json, "inputs");
	for (size_t i = 0; i < report->nr_inputs; i++) {
		dt_json_object(&json, NULL);
		write_input(&json, report->inputs[i]);
		dt_json_object_end(&json);
	}
	dt_json_array_end(&json);
	write_totals(&json, report->inputs, report->nr_inputs);
	if (report->has_snapshots)
		write_snapshots(&json, report);
	if (report->has_grids) {
		dt_json_line(&json);
		dt_json_array(&json, "heatmaps");
		for (size_t i = 0; i < report->nr_grids; i++)
			dt_json_grid(&json, NULL, &report->grids[i]);
		dt_json_array_end(&json);
	}
	dt_json_regions(&json, report);
	dt_json_schemes(&json, report);
	dt_json_witnesses(&json, report);
	if (report->has_goals)
		dt_json_goals(&json, &report->goals);
	dt_json_sections(&json, report);
	dt_json_line(&json);
	dt_json_array(&json, "notes");
	for (size_t i = 0; i < report->nr_notes; i++)
		dt_json_string(&json, NULL, report->notes[i]);
	dt_json_array_end(&json);
	dt_json_object_end(&json);
	dt_json_end(&json);
}

void dt_json_info(FILE *out, const struct dt_input_info *info)
{
	struct dt_json json;

	dt_json_begin(&json, out);
	dt_json_object(&json, NULL);
	write_program(&json);
	dt_json_line(&json);
	dt_json_array(&json, "inputs");
	dt_json_object(&json, NULL);
	write_input(&json, info);
	dt_json_text(&json, "host", info->host);
	dt_json_text(&json, "arch", info->arch);
	dt_json_string(&json, "byte_order", info->big_endian ? "big" : "little");
	dt_json_text(&json, "command", info->command);
	write_known(&json, "cpus", info->cpus, info->cpus);
	dt_json_text(&json, "processor", info->processor);
	dt_json_text(&json, "cpuid", info->cpuid);
	dt_json_u64(&json, "size", info->size);
	write_sample_events(&json, info);
	dt_json_host(&json, info->host_context);
	dt_json_object_end(&json);
	dt_json_array_end(&json);
	write_totals(&json, &info, 1);
	dt_json_object_end(&json);
	dt_json_end(&json);
}
