/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sections of a trace.dat version 7 (trace-cmd.dat.v7(5)): found through a chain of options, or,
 * where that is damaged or cut, by a walk over them from the front of the file.
 */
#ifndef READERS_TRACE_SECTION_H
#define READERS_TRACE_SECTION_H

#include "readers/bytes.h"
#include "readers/trace_dat.h"

/* Section header: u16 id, u16 flags, u32 description, u64 size. */
#define DT_SECTION_HEADER 16

struct dt_section_head {
	uint16_t id; /* that of the option that points to it; 0: options */
	bool compressed;
	uint64_t start, end; /* of what follows the header; the end may lie beyond the file's */
};

/* False when the header is not in the file. */
bool dt_section_head(const struct dt_trace_dat *dat, uint64_t offset, struct dt_section_head *head);

/* A section opened for reading: in the file, or expanded into memory. */
struct dt_section {
	struct dt_bytes bytes;
	struct dt_source *expanded;
	void *memory;
};

/* Open the section whose header is at offset. 0, -EBADMSG or -ENOMEM; close it in any case. */
int dt_section_open(struct dt_trace_dat *dat, struct dt_section *section, uint64_t offset);
void dt_section_close(struct dt_section *section);

/* More sections than that no writer makes; a walk over them ends there. */
#define DT_SECTIONS_MAX 256

/* What is known of a file's sections. Offsets are those of their headers, 0: not known. */
struct dt_sections {
	uint64_t header_info, ftrace, formats, kallsyms;
	uint64_t last_options; /* where the chain of options got to */
	/* options that were read */
	unsigned nr_seen;
	uint64_t seen[DT_SECTIONS_MAX];
	/* data of CPUs, each section that the walk found */
	unsigned nr_data;
	struct dt_section_head data[DT_SECTIONS_MAX];
};

/* Was the options section at offset read? */
bool dt_sections_seen(const struct dt_sections *sections, uint64_t offset);

/* Read the options section at offset; *next is the offset of the next one, 0 at the end. */
int dt_section_options(struct dt_trace_dat *dat, struct dt_sections *sections, uint64_t offset,
		       uint64_t *next);

/*
 * Walk over the sections from `first` on for what the chain of options did not reach: options, the
 * places of the formats, and data. 0 or -ENOMEM.
 */
int dt_sections_walk(struct dt_trace_dat *dat, struct dt_sections *sections, uint64_t first);

/*
 * Add the CPUs' pages in the data that no option tells of. The layout of pages must be known. 0 or
 * -ENOMEM.
 */
int dt_sections_find_cpus(struct dt_trace_dat *dat, const struct dt_sections *sections);

#endif
