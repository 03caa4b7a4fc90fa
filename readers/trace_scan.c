/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a trace.dat version 7 holds when the options that say so are missing. trace-cmd writes those
 * with the place of the CPUs' data last, so every cut file is of this kind.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "readers/byte_order.h"
#include "readers/trace_section.h"

/* Ids of options and sections end far below; a larger one is no section's header. */
#define LAST_ID 64

/* Smaller than any kernel has; what bounds the work is that it is not 0. */
#define PAGE_SIZE_MIN 256

/* Streams of pages in one file: CPUs of all instances. */
#define STREAMS_MAX 4096

struct scan {
	struct dt_trace_dat *dat;
	uint32_t page_size;
	uint32_t nr_streams;
};

static uint32_t load32(const struct scan *scan, uint64_t offset, bool *there)
{
	const struct dt_trace_data *data = &scan->dat->data;
	uint32_t value = 0;

	*there = dt_source_read(data->source, &value, offset, sizeof(value)) ==
		 (int64_t)sizeof(value);
	return dt_must_swap(data->big_endian) ? __builtin_bswap32(value) : value;
}

static int add_stream(struct scan *scan, uint64_t offset, uint64_t size, bool compressed)
{
	struct dt_trace_cpu cpu = {.cpu = scan->nr_streams,
				   .offset = offset,
				   .size = size,
				   .page_size = scan->page_size,
				   .compressed = compressed};

	if (!size || scan->nr_streams == STREAMS_MAX)
		return 0;
	scan->nr_streams++;
	return dt_trace_dat_add_cpu(scan->dat, &cpu);
}

static uint64_t align_page(const struct scan *scan, uint64_t offset)
{
	const uint64_t rest = offset % scan->page_size;

	return rest ? offset + (scan->page_size - rest) : offset;
}

/*
 * Chunks of one CPU: u32 count, then u32 u32 and the bytes of each. Where they end, or where the
 * file does; *whole: all of them are there.
 */
static uint64_t pass_chunks(struct scan *scan, uint64_t at, uint64_t end, bool *whole)
{
	bool there;
	uint32_t count = load32(scan, at, &there);

	*whole = false;
	at += sizeof(count);
	for (; there && count; count--) {
		const uint32_t packed = load32(scan, at, &there);

		if (!there || at + 8 > end || packed > end - at - 8)
			return end;
		at += 8 + (uint64_t)packed;
	}
	*whole = there;
	return there ? at : end;
}

/* Each CPU's chunks begin on a page of their own. */
static int find_compressed(struct scan *scan, uint64_t at, uint64_t end)
{
	bool whole = true;
	int ret = 0;

	for (at = align_page(scan, at); at < end && whole && !ret; at = align_page(scan, at)) {
		const uint64_t start = at;
		bool there;

		if (!load32(scan, at, &there)) {
			/* a CPU without data, or what follows the last one */
			at += scan->page_size;
			continue;
		}
		at = pass_chunks(scan, at, end, &whole);
		/* the count is not part of a CPU's size (trace_data.c) */
		ret = add_stream(scan, start, at - start - (whole ? sizeof(uint32_t) : 0), true);
	}
	return ret;
}

/* Pages follow each other in time as long as they are of one CPU. */
static int find_plain(struct scan *scan, uint64_t at, uint64_t end)
{
	const struct dt_trace_data *data = &scan->dat->data;
	uint64_t start = align_page(scan, at), last = 0;
	int ret = 0;

	for (at = start; at < end && !ret; at += scan->page_size) {
		uint64_t time;

		if (dt_source_read(data->source, &time, at, sizeof(time)) != (int64_t)sizeof(time))
			break;
		if (dt_must_swap(data->big_endian))
			time = __builtin_bswap64(time);
		if (time < last) {
			ret = add_stream(scan, start, at - start, false);
			start = at;
		}
		last = time;
	}
	if (!ret && start < end)
		ret = add_stream(scan, start, end - start, false);
	return ret;
}

static int find_streams(struct scan *scan, const struct dt_section_head *head, uint64_t end)
{
	const uint32_t before = scan->nr_streams;
	int ret;

	ret = head->compressed ? find_compressed(scan, head->start, end)
			       : find_plain(scan, head->start, end);
	if (!ret && scan->nr_streams > before)
		dt_warn(&scan->dat->reader.info.warnings, head->start - DT_SECTION_HEADER,
			"nothing says where the data of each CPU begins: found %" PRIu32
			" streams of pages by their contents, CPU numbers are not known",
			scan->nr_streams - before);
	return ret;
}

static bool is_seen(const struct dt_sections *sections, uint64_t offset)
{
	for (unsigned i = 0; i < sections->nr_seen; i++)
		if (sections->seen[i] == offset)
			return true;
	return false;
}

/* Options first: they may tell of a buffer that stands before them. */
enum pass { PASS_OPTIONS, PASS_DATA };

static int use_section(struct scan *scan, struct dt_sections *sections, uint64_t offset,
		       const struct dt_section_head *head, uint64_t end, enum pass pass)
{
	uint64_t next;
	int ret = 0;

	if ((pass == PASS_DATA) != (head->id == DT_OPTION_BUFFER))
		return 0;
	switch (head->id) {
	case DT_OPTION_DONE:
		ret = dt_section_options(scan->dat, sections, offset, &next);
		break;
	case DT_OPTION_HEADER_INFO:
		sections->header_info = offset;
		break;
	case DT_OPTION_FTRACE_EVENTS:
		sections->ftrace = offset;
		break;
	case DT_OPTION_EVENT_FORMATS:
		sections->formats = offset;
		break;
	case DT_OPTION_BUFFER:
		ret = find_streams(scan, head, end);
		break;
	default:
		break;
	}
	return ret == -EBADMSG ? 0 : ret;
}

/* A page size that the head of a damaged file may not give. */
static uint32_t usable_page_size(const struct dt_trace_dat *dat)
{
	const uint32_t told = dat->page_size;

	return told >= PAGE_SIZE_MIN && told <= DT_PAGE_SIZE_MAX && !(told & (told - 1)) ? told
											 : 4096;
}

/*
 * The end of a section. Its writer fills the size in when it is through; but a buffer without
 * events is empty too, and then another section follows.
 */
static uint64_t end_of(const struct dt_trace_dat *dat, const struct dt_section_head *head)
{
	const uint64_t size = dat->data.source->size;
	struct dt_section_head next;

	if (head->end > size)
		return size;
	if (head->id != DT_OPTION_BUFFER || head->end > head->start)
		return head->end;
	if (dt_section_head(dat, head->end, &next) && next.id <= LAST_ID && next.end > next.start)
		return head->end;
	return size;
}

static int scan_pass(struct scan *scan, struct dt_sections *sections, uint64_t first,
		     enum pass pass)
{
	struct dt_section_head head;
	uint64_t offset = first;
	int ret = 0;

	for (unsigned i = 0; i < DT_SECTIONS_MAX && !ret; i++) {
		uint64_t end;

		if (!dt_section_head(scan->dat, offset, &head) || head.id > LAST_ID)
			break;
		end = end_of(scan->dat, &head);
		if (!is_seen(sections, offset))
			ret = use_section(scan, sections, offset, &head, end, pass);
		offset = end;
	}
	return ret;
}

int dt_sections_scan(struct dt_trace_dat *dat, struct dt_sections *sections, uint64_t first)
{
	struct scan scan = {.dat = dat, .page_size = usable_page_size(dat)};
	int ret = scan_pass(&scan, sections, first, PASS_OPTIONS);

	return ret ? ret : scan_pass(&scan, sections, first, PASS_DATA);
}
