/* SPDX-License-Identifier: GPL-2.0-only */
/* Slices of trace.dat: the pages of each CPU, and what counts their losses. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/slice_filter.h"
#include "readers/trace_chunks.h"
#include "readers/trace_page.h"
#include "readers/trace_page_out.h"
#include "readers/trace_pages.h"
#include "readers/trace_slice.h"

/* One CPU on its way. */
struct cpu_slice {
	struct dt_trace_slicer *slicer;
	struct dt_page_out out;
	struct dt_trace_chunks chunks;
	/* a loss whose place in time the next event tells */
	bool lost;
	uint64_t lost_count; /* 0: not known */
};

void dt_trace_slice_store(const struct dt_trace_slicer *slicer, void *to, uint64_t value,
			  size_t size)
{
	const bool big = slicer->dat->data.big_endian;
	unsigned char *bytes = to;

	for (size_t i = 0; i < size; i++)
		bytes[big ? size - 1 - i : i] = (unsigned char)(value >> (8 * i));
}

void dt_trace_slice_write(struct dt_trace_slicer *slicer, uint64_t value, size_t size)
{
	unsigned char bytes[8];

	dt_trace_slice_store(slicer, bytes, value, size);
	dt_outfile_write(slicer->out, bytes, size);
}

/* ---- counters ---- */

int dt_trace_slice_cpustat(struct dt_trace_slicer *slicer, const char *text, uint64_t offset)
{
	static const char *const names[] = {
		"\noverrun: ", "\ncommit overrun: ", "\ndropped events: "};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *line = strstr(text, names[i]), *digits = line;

		if (!line)
			continue;
		digits += strlen(names[i]);
		if (slicer->nr_counters == slicer->counters_room) {
			const size_t more = slicer->counters_room ? 2 * slicer->counters_room : 64;
			struct dt_trace_counter *counters =
				realloc(slicer->counters, more * sizeof(*counters));

			if (!counters)
				return -ENOMEM;
			slicer->counters = counters;
			slicer->counters_room = more;
		}
		slicer->counters[slicer->nr_counters++] = (struct dt_trace_counter){
			.offset = offset + (uint64_t)(digits - text),
			.width = (uint32_t)strspn(digits, "0123456789"),
			.value = strtoull(digits, NULL, 10),
		};
	}
	return 0;
}

/*
 * The counters have no time. What the pages do not tell of them belongs to the end, so that the
 * slices of a recording have its losses once. No counter grows: there is room for its digits.
 */
void dt_trace_slice_counters(struct dt_trace_slicer *slicer)
{
	const bool has_end = slicer->slice->to_ns > slicer->dat->reader.info.end_ns;
	uint64_t total = 0, left = slicer->missed_kept;

	if (!slicer->slice->has_time)
		return;
	for (size_t i = 0; i < slicer->nr_counters; i++)
		total += slicer->counters[i].value;
	if (has_end && total > slicer->missed)
		left += total - slicer->missed;
	for (size_t i = 0; i < slicer->nr_counters; i++) {
		const struct dt_trace_counter *counter = &slicer->counters[i];
		const uint64_t value = counter->value < left ? counter->value : left;
		char digits[32];

		left -= value;
		if (!counter->width || counter->width >= sizeof(digits))
			continue;
		(void)snprintf(digits, sizeof(digits), "%*" PRIu64, (int)counter->width, value);
		dt_outfile_patch(slicer->out, counter->offset, digits, counter->width);
	}
}

/* ---- pages ---- */

static bool keeps_event(const struct dt_trace_slicer *slicer, const struct dt_trace_page *page)
{
	const struct dt_event_table *table = slicer->dat->data.table;
	const struct dt_damon_decoder *decoder;
	uint16_t id;

	if (!dt_slice_keeps_time(slicer->slice, dt_trace_data_ns(&slicer->dat->data, page->time)))
		return false;
	if (!dt_slice_looks_inside(slicer->slice) || page->size < sizeof(id))
		return true;
	memcpy(&id, page->data, sizeof(id));
	if (page->swap)
		id = __builtin_bswap16(id);
	decoder = table->slot[id] ? table->types[table->slot[id] - 1].decoder : NULL;
	return !decoder || dt_slice_keeps_damon(slicer->slice, decoder, page->data, page->size);
}

/* The loss before this time, in the slice or not. */
static void settle_loss(struct cpu_slice *cpu, uint64_t time)
{
	struct dt_trace_slicer *slicer = cpu->slicer;

	if (!cpu->lost)
		return;
	slicer->missed += cpu->lost_count;
	if (dt_slice_keeps_time(slicer->slice, dt_trace_data_ns(&slicer->dat->data, time))) {
		slicer->missed_kept += cpu->lost_count;
		dt_page_out_missed(&cpu->out, time, cpu->lost_count);
	}
	cpu->lost = false;
	cpu->lost_count = 0;
}

static void note_loss(struct cpu_slice *cpu, const struct dt_page_head *head)
{
	const bool unknown = (cpu->lost && !cpu->lost_count) || !head->missed_count;

	cpu->lost = true;
	cpu->lost_count = unknown ? 0 : cpu->lost_count + head->missed_count;
}

/* How many events of the page there are, and how many of them stay. */
static void count_events(const struct cpu_slice *cpu, struct dt_trace_page page, uint64_t *events,
			 uint64_t *kept)
{
	*events = 0;
	*kept = 0;
	while (dt_trace_page_next(&page) == 1) {
		++*events;
		*kept += keeps_event(cpu->slicer, &page);
	}
}

/* *last: time of the last event so far. */
static void slice_page(struct cpu_slice *cpu, const unsigned char *base, size_t size,
		       uint64_t *last)
{
	const struct dt_trace_dat *dat = cpu->slicer->dat;
	struct dt_trace_page page;
	struct dt_page_head head;
	const bool lost = cpu->lost;
	uint64_t events, kept;

	if (dt_trace_page_begin(&page, &head, &dat->data.layout, base, size, dat->data.big_endian))
		return;
	*last = page.time;
	count_events(cpu, page, &events, &kept);
	cpu->slicer->sum->events += events;
	cpu->slicer->sum->kept += kept;
	/* of a page that is cut its events stay, as far as they are there */
	if (size == cpu->out.page_size && !head.oversized &&
	    (dt_slice_is_whole(cpu->slicer->slice) || (events && kept == events && !lost))) {
		cpu->slicer->missed += head.missed_count;
		cpu->slicer->missed_kept += head.missed_count;
		dt_page_out_whole(&cpu->out, base);
		return;
	}
	if (head.missed)
		note_loss(cpu, &head);
	while (dt_trace_page_next(&page) == 1) {
		*last = page.time;
		settle_loss(cpu, page.time);
		if (keeps_event(cpu->slicer, &page))
			dt_page_out_event(&cpu->out, page.time, page.data, page.size);
	}
}

static int slice_pages(struct cpu_slice *cpu, const struct dt_trace_cpu *source)
{
	struct dt_trace_pages pages;
	const unsigned char *base;
	uint64_t last = 0;
	size_t size;
	int ret = dt_trace_pages_open(&pages, &cpu->slicer->dat->data, source, NULL);

	while (!ret) {
		ret = dt_trace_pages_next(&pages, &base, &size);
		if (ret <= 0)
			break;
		slice_page(cpu, base, size, &last);
		ret = cpu->out.error ? cpu->out.error : dt_outfile_error(cpu->slicer->out);
	}
	if (!ret) {
		settle_loss(cpu, last);
		dt_page_out_flush(&cpu->out);
		ret = cpu->out.error;
	}
	dt_trace_pages_free(&pages);
	return ret;
}

static int take_page(void *context, const unsigned char *page)
{
	return dt_trace_chunks_page(&((struct cpu_slice *)context)->chunks, page);
}

/* Each goes into the slice once: a damaged file may name its data twice. */
static const struct dt_trace_cpu *find_cpu(struct dt_trace_slicer *slicer, uint64_t offset)
{
	const struct dt_trace_data *data = &slicer->dat->data;

	for (uint32_t i = 0; i < data->nr_cpus; i++)
		if (data->cpus[i].offset == offset && data->cpus[i].size && !slicer->taken[i]) {
			slicer->taken[i] = true;
			return &data->cpus[i];
		}
	return NULL;
}

int dt_trace_slice_cpu(struct dt_trace_slicer *slicer, uint64_t offset, bool compressed,
		       struct dt_trace_place *place)
{
	const struct dt_trace_data *data = &slicer->dat->data;
	const struct dt_trace_cpu *source = find_cpu(slicer, offset);
	struct cpu_slice cpu = {.slicer = slicer};
	int ret;

	dt_outfile_align(slicer->out, slicer->dat->page_size);
	*place = (struct dt_trace_place){.offset = slicer->out->position};
	if (!source)
		return 0;
	cpu.out = (struct dt_page_out){.layout = &data->layout,
				       .page_size = source->page_size,
				       .big_endian = data->big_endian,
				       .take = take_page,
				       .context = &cpu};
	ret = dt_trace_chunks_begin(&cpu.chunks, slicer->out,
				    compressed ? data->codec : DT_CODEC_NONE, source->page_size,
				    data->big_endian);
	if (!ret)
		ret = dt_page_out_begin(&cpu.out);
	if (!ret)
		ret = slice_pages(&cpu, source);
	if (!ret)
		ret = dt_trace_chunks_end(&cpu.chunks, &place->size);
	dt_trace_chunks_free(&cpu.chunks);
	dt_page_out_free(&cpu.out);
	return ret;
}

/* ---- the file ---- */

static int fill(struct dt_trace_slicer *slicer, struct dt_error *error)
{
	struct dt_trace_dat *dat = slicer->dat;
	int ret;

	if (dat->page_size < 256 || dat->page_size > DT_PAGE_SIZE_MAX)
		return dt_fail(error, EBADMSG, NULL, "%s: its pages have an impossible size",
			       dat->reader.info.path);
	ret = dat->reader.info.version[0] == '7' ? dt_trace_slice_v7(slicer, error)
						 : dt_trace_slice_v6(slicer, error);
	if (!ret)
		dt_trace_slice_counters(slicer);
	return ret;
}

int dt_trace_dat_slice(struct dt_reader *reader, const struct dt_slice *slice, const char *path,
		       struct dt_slice_sum *sum, struct dt_error *error)
{
	struct dt_trace_slicer slicer = {
		.dat = (struct dt_trace_dat *)reader, .slice = slice, .sum = sum};
	struct dt_error own = {0};
	struct dt_outfile out;
	int ret = dt_outfile_begin(&out, path, reader->source, slice->stop, error);

	if (ret)
		return ret;
	slicer.out = &out;
	slicer.taken = calloc(slicer.dat->data.nr_cpus + 1, sizeof(*slicer.taken));
	ret = slicer.taken ? fill(&slicer, &own) : -ENOMEM;
	free(slicer.taken);
	free(slicer.counters);
	/* the file knows better why it could not be written */
	if (!ret || out.error)
		return dt_outfile_finish(&out, error);
	dt_outfile_drop(&out);
	if (!own.message[0])
		return dt_fail(error, -ret, NULL, "cannot make a slice of %s: %s",
			       reader->info.path, strerror(-ret));
	if (error)
		*error = own;
	return ret;
}
