/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of code: from the files that a process had mapped, as far as they are still the ones that
 * were recorded, and of the kernel where it is still the one that was running.
 */
#ifndef DAMON_TRACE_SYMBOLS_H
#define DAMON_TRACE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/reader.h"
#include "damon-trace/roots.h"

enum dt_code_mode {
	DT_CODE_USER,
	DT_CODE_KERNEL,
	DT_CODE_GUEST, /* of another kernel or its processes: has no names here */
	DT_CODE_HYPERVISOR,
};

/* Where an instruction lies. Strings are valid until the next look-up. */
struct dt_code {
	const char
		*name; /* "memcpy", "[libfoo.so]+0x12" when there is no symbol, "[kernel]", ... */
	const char *file; /* path of the mapping, "[kernel]", ...; never NULL */
};

struct dt_symbols;

/* Nothing is read before it is asked for. roots->proc is used. NULL when memory is out. */
struct dt_symbols *dt_symbols_new(const struct dt_roots *roots);
void dt_symbols_free(struct dt_symbols *symbols); /* NULL is allowed */

/* pid: of the process that ran it. The reader has been walked once. */
void dt_symbols_find(struct dt_symbols *symbols, const struct dt_reader *reader, int32_t pid,
		     uint64_t address, enum dt_code_mode mode, struct dt_code *code);

/*
 * What of all that was asked for has no names, and why: one sentence. False when everything has.
 */
bool dt_symbols_explain(const struct dt_symbols *symbols, char *text, size_t size);

/* "libc.so.6" of "/usr/lib/libc.so.6", "[heap]" of itself: how a mapping is called for short. */
void dt_mapping_label(char *label, size_t size, const char *name);

#endif
