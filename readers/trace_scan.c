/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a trace.dat version 7 holds beyond its chain of options. trace-cmd writes an option with the
 * place of the CPUs' data after that data, so every file that is cut lacks it.
 */
#include <errno.h>

#include "readers/trace_section.h"

/* No option points to the strings, the names of all sections. */
#define SECTION_STRINGS 15

/* The sections that trace-cmd writes: options, data, strings, and from headers to command lines. */
static bool is_section(uint16_t id)
{
	return id == DT_OPTION_DONE || id == DT_OPTION_BUFFER || id == SECTION_STRINGS ||
	       (id >= DT_OPTION_HEADER_INFO && id <= DT_OPTION_BUFFER_TEXT);
}

/*
 * A section gets its size when its writer is through with it: 0 means that it was interrupted, or
 * that there was no data. Then another section follows at once, otherwise padding up to a page.
 */
static uint64_t section_end(const struct dt_trace_dat *dat, const struct dt_section_head *head)
{
	const uint64_t size = dat->data.source->size;
	struct dt_section_head next;

	if (head->id == DT_OPTION_BUFFER && head->end == head->start &&
	    !(dt_section_head(dat, head->end, &next) && is_section(next.id) &&
	      next.end > next.start && next.end - next.start < size))
		return size;
	return head->end < size ? head->end : size;
}

static int use_section(struct dt_trace_dat *dat, struct dt_sections *sections, uint64_t offset,
		       const struct dt_section_head *head)
{
	uint64_t *place = head->id == DT_OPTION_HEADER_INFO	? &sections->header_info
			  : head->id == DT_OPTION_FTRACE_EVENTS ? &sections->ftrace
			  : head->id == DT_OPTION_EVENT_FORMATS ? &sections->formats
								: NULL;
	uint64_t next;
	int ret = 0;

	if (place && !*place)
		*place = offset;
	else if (head->id == DT_OPTION_BUFFER && head->end > head->start &&
		 sections->nr_data < DT_SECTIONS_MAX)
		sections->data[sections->nr_data++] = *head;
	else if (head->id == DT_OPTION_DONE && !dt_sections_seen(sections, offset))
		ret = dt_section_options(dat, sections, offset, &next);
	/* options that are cut have given what stands before the cut */
	return ret == -EBADMSG ? 0 : ret;
}

/* *offset becomes that of what is no section. */
static int walk_from(struct dt_trace_dat *dat, struct dt_sections *sections, uint64_t *offset)
{
	struct dt_section_head head;
	int ret = 0;

	for (unsigned i = 0; i < DT_SECTIONS_MAX && !ret; i++) {
		if (!dt_section_head(dat, *offset, &head) || !is_section(head.id))
			break;
		head.end = section_end(dat, &head);
		ret = use_section(dat, sections, *offset, &head);
		*offset = head.end;
	}
	return ret;
}

int dt_sections_walk(struct dt_trace_dat *dat, struct dt_sections *sections, uint64_t first)
{
	uint64_t last = sections->last_options;
	int ret = walk_from(dat, sections, &first);

	/* beyond a section whose header is damaged */
	if (!ret && last > first)
		ret = walk_from(dat, sections, &last);
	return ret;
}
