/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of DAMON's functions from raw bytes: what the function_graph tracer writes, which names a
 * function by its address, and pairs of dynamic events, which are named after it.
 */
#ifndef READERS_CALL_EVENTS_H
#define READERS_CALL_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/function.h"
#include "readers/bytes.h"
#include "readers/emit.h"

/* Compilers make several of one function at times (".isra.0" beside ".constprop.0"). */
#define DT_SYMBOLS_MAX (4 * DT_NR_FUNCTIONS)

/* Where DAMON's functions are in the kernel; all zero: not known. */
struct dt_call_symbols {
	uint32_t nr;
	struct dt_call_symbol {
		uint64_t address;
		uint16_t function; /* index into dt_functions */
	} list[DT_SYMBOLS_MAX];
};

/*
 * Take them out of a file's copy of /proc/kallsyms: u32 size and the text, of any length. What is
 * beyond DT_SYMBOLS_MAX, or damaged, is left out.
 */
void dt_call_symbols_read(struct dt_call_symbols *symbols, struct dt_bytes *bytes);

/* The function that an address is the beginning of, or DT_NO_FUNCTION. */
uint16_t dt_call_symbols_find(const struct dt_call_symbols *symbols, uint64_t address);

struct dt_call_decoder;

/*
 * Make the decoder of one event from the text of its format. 0 with *decoder NULL when it is none
 * of calls, -EBADMSG when a format is damaged or lacks a needed field, -ENOMEM. Free with free().
 */
int dt_call_decoder_new(struct dt_call_decoder **decoder, const char *format, size_t format_size,
			bool big_endian);

/*
 * Decode one event and hand it to the emitter, when the sink wants it and the function is one of
 * DAMON's. 0, or -EBADMSG when the payload is too short.
 */
int dt_call_decode(const struct dt_call_decoder *decoder, const struct dt_call_symbols *symbols,
		   struct dt_emitter *emitter, uint64_t time, const unsigned char *raw,
		   size_t size);

#endif
