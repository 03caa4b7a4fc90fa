/* SPDX-License-Identifier: GPL-2.0-only */
/* What is needed of an ELF file: its functions, and where its bytes are in memory. */
#ifndef READERS_ELF_FILE_H
#define READERS_ELF_FILE_H

#include "damon-trace/reader.h"
#include "readers/symbol_list.h"

/* Loaded segments: more than linkers make. */
#define DT_ELF_SEGMENTS 32

struct dt_elf_segment {
	uint64_t offset, size, address;
};

struct dt_elf_file {
	struct dt_build_id build_id; /* size 0: it has none */
	uint32_t nr_segments;
	struct dt_elf_segment segments[DT_ELF_SEGMENTS];
	struct dt_symbol_list symbols; /* by the file's own addresses */
};

/* False when there is no such file or it is no ELF file. Free it in any case. */
bool dt_elf_file_read(struct dt_elf_file *file, const char *path);
void dt_elf_file_free(struct dt_elf_file *file);

/* The function at an offset of the file, or NULL. */
const char *dt_elf_file_find(const struct dt_elf_file *file, uint64_t offset);

#endif
