/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPUs in a data section of a trace.dat version 7, found by what their pages hold: for files
 * whose option with the places is missing.
 */
#include <errno.h>
#include <inttypes.h>

#include "readers/byte_order.h"
#include "readers/trace_section.h"
#include "readers/trace_page.h"

/* Streams of pages in one file: the CPUs of all its instances. */
#define STREAMS_MAX 4096

/* How many pages decide how large they are. */
#define PAGES_TRIED 16

/* So many empty pages in a row are lost data: no search beyond. */
#define EMPTY_MAX 4096

#define READ_AHEAD (256u << 10)

struct finder {
	struct dt_trace_dat *dat;
	uint32_t alignment; /* of the first byte of a CPU's data: the file's page size */
	uint32_t nr_streams;
};

static uint64_t align(const struct finder *finder, uint64_t offset)
{
	const uint64_t rest = offset % finder->alignment;

	return rest ? offset + (finder->alignment - rest) : offset;
}

static int add_stream(struct finder *finder, const struct dt_trace_cpu *cpu)
{
	struct dt_trace_cpu added = *cpu;

	if (!cpu->size || finder->nr_streams == STREAMS_MAX)
		return 0;
	finder->nr_streams++;
	return dt_trace_dat_add_cpu(finder->dat, &added);
}

static bool load32(const struct finder *finder, uint64_t offset, uint32_t *value)
{
	const struct dt_trace_data *data = &finder->dat->data;

	if (dt_source_read(data->source, value, offset, sizeof(*value)) != (int64_t)sizeof(*value))
		return false;
	if (dt_must_swap(data->big_endian))
		*value = __builtin_bswap32(*value);
	return true;
}

/* Pass over up to `count` chunks: u32 size, u32 size, the bytes. Returns how many are whole. */
static uint32_t pass_chunks(const struct finder *finder, uint64_t *at, uint64_t end, uint32_t count)
{
	uint32_t passed;

	for (passed = 0; passed < count; passed++) {
		uint32_t packed, size;

		if (*at > end || end - *at < 8 || !load32(finder, *at, &packed) ||
		    !load32(finder, *at + 4, &size) || !packed || !size || packed > end - *at - 8)
			break;
		*at += 8 + (uint64_t)packed;
	}
	return passed;
}

/* One CPU's chunks at *at, which becomes what follows them. */
static int find_chunks(struct finder *finder, uint64_t *at, uint64_t end)
{
	struct dt_trace_cpu cpu = {.cpu = DT_CPU_UNKNOWN, .offset = *at, .compressed = true};
	uint32_t count, passed;

	/* what header_page tells is that of the pages, what the file's head tells not always */
	cpu.page_size = finder->dat->data.layout.sub_buffer_size;
	if (!cpu.page_size)
		cpu.page_size = finder->alignment;
	if (end - *at < sizeof(count) || !load32(finder, *at, &count)) {
		*at = end;
		return 0;
	}
	*at += sizeof(count);
	/* trace-cmd writes the count when it is through with the CPU */
	cpu.uncounted = !count;
	passed = pass_chunks(finder, at, end, count ? count : UINT32_MAX);
	if (!passed && !count)
		return 0;
	/* the walk over the pages says where a chunk is cut */
	if (passed < count)
		*at = end;
	/* the count does not belong to the size (trace_data.c) */
	cpu.size = *at - cpu.offset - sizeof(count);
	return add_stream(finder, &cpu);
}

/* Each CPU's chunks begin on a page of their own. */
static int find_compressed(struct finder *finder, uint64_t at, uint64_t end)
{
	unsigned empty = 0;
	int ret = 0;

	at = align(finder, at);
	while (at < end && empty < EMPTY_MAX && finder->nr_streams < STREAMS_MAX && !ret) {
		const uint32_t before = finder->nr_streams;

		ret = find_chunks(finder, &at, end);
		at = align(finder, at);
		empty = finder->nr_streams > before ? 0 : empty + 1;
	}
	return ret;
}

/* Do the first pages hold no more than pages of that size can? */
static bool fits(struct finder *finder, struct dt_window *window, uint64_t at, uint64_t end,
		 uint32_t page_size)
{
	const struct dt_trace_data *data = &finder->dat->data;

	for (unsigned i = 0; i < PAGES_TRIED && at < end && end - at >= page_size; i++) {
		struct dt_trace_page page;
		struct dt_page_head head;
		size_t available;
		const unsigned char *base = dt_window_get(window, at, page_size, &available);

		if (!base ||
		    dt_trace_page_begin(&page, &head, &data->layout, base, page_size,
					data->big_endian) ||
		    head.oversized)
			return false;
		at += page_size;
	}
	return true;
}

/* The times of a page's first event, and of its last as far as it can be decoded. */
static bool page_times(const struct finder *finder, const unsigned char *base, size_t size,
		       uint64_t *first, uint64_t *last)
{
	const struct dt_trace_data *data = &finder->dat->data;
	struct dt_trace_page page;
	struct dt_page_head head;

	if (dt_trace_page_begin(&page, &head, &data->layout, base, size, data->big_endian))
		return false;
	*first = page.time;
	while (dt_trace_page_next(&page) == 1)
		;
	*last = page.time;
	return true;
}

/*
 * Whole pages without anything between the CPUs. Time goes on within a CPU: a page that begins
 * before the end of the one in front of it is another's. Where it does not, two CPUs become one
 * stream, which is in order all the same.
 */
static int split_pages(struct finder *finder, struct dt_window *window, struct dt_trace_cpu *cpu,
		       uint64_t end)
{
	uint64_t at = cpu->offset, first, last, before = 0;
	size_t size, available;
	int ret = 0;

	for (; at < end && !ret; at += size) {
		const unsigned char *base;

		size = end - at < cpu->page_size ? (size_t)(end - at) : cpu->page_size;
		base = dt_window_get(window, at, size, &available);
		if (!base || !page_times(finder, base, size, &first, &last))
			break;
		/* at the limit no data is left out: order is all that suffers */
		if (first < before && finder->nr_streams < STREAMS_MAX - 1) {
			cpu->size = at - cpu->offset;
			ret = add_stream(finder, cpu);
			cpu->offset = at;
		}
		before = last;
	}
	cpu->size = end - cpu->offset;
	return ret ? ret : add_stream(finder, cpu);
}

static int find_plain(struct finder *finder, uint64_t at, uint64_t end)
{
	const uint32_t told = finder->dat->data.layout.sub_buffer_size;
	const uint32_t largest = told > finder->alignment ? told : finder->alignment;
	struct dt_trace_cpu cpu = {.cpu = DT_CPU_UNKNOWN, .page_size = finder->alignment};
	struct dt_window window;
	int ret;

	cpu.offset = align(finder, at);
	if (cpu.offset >= end)
		return 0;
	ret = dt_window_init(&window, finder->dat->data.source,
			     largest > READ_AHEAD ? largest : READ_AHEAD);
	if (ret)
		return ret;
	/* as for a CPU whose place is known (trace_dat.c) */
	if (told && !fits(finder, &window, cpu.offset, end, cpu.page_size) &&
	    fits(finder, &window, cpu.offset, end, told))
		cpu.page_size = told;
	ret = split_pages(finder, &window, &cpu, end);
	dt_window_free(&window);
	return ret;
}

/* The head of a damaged file may give no page size of any machine. */
static uint32_t usable_page_size(const struct dt_trace_dat *dat)
{
	const uint32_t told = dat->page_size;

	return told >= 256 && told <= DT_PAGE_SIZE_MAX && !(told & (told - 1)) ? told : 4096;
}

/* Does an option tell of data in the section? nr: CPUs of which options told. */
static bool is_known(const struct dt_trace_data *data, uint32_t nr,
		     const struct dt_section_head *section)
{
	for (uint32_t i = 0; i < nr; i++)
		if (data->cpus[i].offset >= section->start && data->cpus[i].offset < section->end)
			return true;
	return false;
}

int dt_sections_find_cpus(struct dt_trace_dat *dat, const struct dt_sections *sections)
{
	struct dt_warnings *warnings = &dat->reader.info.warnings;
	struct finder finder = {.dat = dat, .alignment = usable_page_size(dat)};
	const uint32_t nr_known = dat->data.nr_cpus;
	int ret = 0;

	for (unsigned i = 0; i < sections->nr_data && !ret; i++) {
		const struct dt_section_head *data = &sections->data[i];
		const uint64_t offset = data->start - DT_SECTION_HEADER;
		const uint32_t before = finder.nr_streams;

		if (is_known(&dat->data, nr_known, data))
			continue;
		ret = data->compressed ? find_compressed(&finder, data->start, data->end)
				       : find_plain(&finder, data->start, data->end);
		if (finder.nr_streams > before)
			dt_warn(warnings, offset,
				"no option says where the data of each CPU begins: %" PRIu32
				" stream%s of pages found by what they hold, the CPUs' numbers are "
				"not known",
				finder.nr_streams - before,
				finder.nr_streams - before == 1 ? "" : "s");
		else
			dt_warn(warnings, offset, "data of CPUs without any page");
	}
	if (finder.nr_streams == STREAMS_MAX)
		dt_warn(warnings, UINT64_MAX,
			"%u streams of pages or more: the rest may be left out or out of order",
			STREAMS_MAX);
	return ret;
}
