/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the running kernel's code, for recordings of this very kernel. */
#ifndef READERS_KERNEL_SYMBOLS_H
#define READERS_KERNEL_SYMBOLS_H

#include "damon-trace/reader.h"
#include "readers/symbol_list.h"

struct dt_kernel_symbols {
	bool read;
	char release[128];
	uint64_t text, stext; /* where it begins; 0: not told */
	struct dt_symbol_list symbols;
};

/* From proc's kallsyms; addresses that are hidden from us count as none. */
void dt_kernel_symbols_read(struct dt_kernel_symbols *kernel, const char *proc);
void dt_kernel_symbols_free(struct dt_kernel_symbols *kernel);

/*
 * Is the recording of this kernel: of the same release, and with its code where this one has it?
 * The latter changes at every boot.
 */
bool dt_kernel_symbols_fit(const struct dt_kernel_symbols *kernel, const struct dt_reader *reader);

#endif
